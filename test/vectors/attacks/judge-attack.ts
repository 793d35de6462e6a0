import type { Crypto } from '../../../container/crypto/port.ts';
import { CATALOGUE, codeOfNumber } from '../../../container/errors.ts';
import { unarmor } from '../../../container/files/armor.ts';
import type { Attack, Ending, Expectation, Start } from './attack.ts';
import { type Ended, Receiver, type Standing } from './receiver.ts';

/** Gives a container what leads to an attack and then the attack. @returns what came of it, in the form of an expectation */
export async function carryOut(crypto: Crypto, start: Start, attack: Attack): Promise<Expectation> {
  if ('text' in attack.attack) {
    const read = unarmor(new TextEncoder().encode(attack.attack.text));
    return { ...(read.ok ? {} : { error: read.code }), state: 'unchanged', evidence: 0 };
  }
  const receiver = new Receiver(crypto, start);
  for (const step of attack.before) await receiver.take(step);
  const before = receiver.standing;
  const ended = await receiver.call(attack.attack);
  return { ...told(ended), ...changes(before, receiver.standing) };
}

function told(ended: Ended): Omit<Expectation, 'state' | 'evidence'> {
  if (!ended.ok) return { error: ended.code };
  const { entries, notices, deferred, deferredFor } = ended.answer;
  return {
    ...(isFilled(entries) ? { entries: entries.map(({ reason }) => ending(reason, 'applied')) } : {}),
    ...(typeof deferred === 'number'
      ? { deferred: { sequence: deferred, code: codeOfNumber(Number(deferredFor)) ?? 'PEER_DEFECT' } }
      : {}),
    ...(isFilled(notices)
      ? { notices: notices.map(({ reason, isNew }) => ending(reason, isNew === true ? 'taken' : 'known')) }
      : {}),
  };
}

interface Line {
  readonly reason: number;
  readonly isNew?: boolean;
}

function isFilled(lines: unknown): lines is readonly Line[] {
  return Array.isArray(lines) && lines.length > 0;
}

function ending(reason: number, otherwise: Ending): Ending {
  return reason === 0 ? otherwise : (codeOfNumber(reason) ?? String(reason));
}

function changes(before: Standing, after: Standing): Pick<Expectation, 'state' | 'evidence' | 'seats'> {
  const isSame = before.stateHash === after.stateHash && before.generation === after.generation;
  const seats = JSON.stringify(before.seats) === JSON.stringify(after.seats) ? {} : { seats: after.seats };
  return { state: isSame ? 'unchanged' : 'advanced', evidence: after.evidence - before.evidence, ...seats };
}

/** Codes that a catalogue of another program has to know for these attacks. */
export function isKnownEnding(name: Ending): boolean {
  return name === 'applied' || name === 'taken' || name === 'known' || name in CATALOGUE;
}
