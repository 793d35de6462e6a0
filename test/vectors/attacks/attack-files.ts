import type { CommandName } from '../../../container/commands/index.ts';
import type { ErrorCode } from '../../../container/errors.ts';
import { decodeBase64, encodeBase64 } from '../../../container/files/base64.ts';
import type { ContainerKind } from '../../../container/files/certificate.ts';
import { fromHex, toHex } from '../../../container/model/bytes.ts';
import type { Attack, AttackGroup, Call, Event, Expectation, Step } from './attack.ts';

interface JsonCall {
  readonly command: CommandName;
  /** Name of the message in `messages`. */
  readonly message: string;
  readonly error?: ErrorCode;
}

/** A group as a file: see README.md beside this. */
export interface AttackFile {
  readonly about: string;
  readonly container: Readonly<
    Record<'kind' | 'serial' | 'seed' | 'sealingSecret' | 'certificate' | 'challenge', string>
  >;
  readonly attacks: readonly {
    readonly name: string;
    readonly rules: readonly string[];
    readonly before: readonly (JsonCall | { readonly event: Event })[];
    readonly attack: JsonCall | { readonly text: string };
    readonly expect: Expectation;
  }[];
  /** Base64 of every message, each once. */
  readonly messages: Readonly<Record<string, string>>;
}

/** The group as it is written. */
export function toFile({ about, start, attacks }: AttackGroup): AttackFile {
  const names = new Map<string, string>();
  const named = (message: Uint8Array): string => {
    const base64 = encodeBase64(message);
    const name = names.get(base64) ?? `m${names.size + 1}`;
    names.set(base64, name);
    return name;
  };
  const call = ({ message, ...rest }: Call): JsonCall => ({ ...rest, message: named(message) });
  const listed = attacks.map(({ before, attack, ...rest }) => ({
    ...rest,
    before: before.map((step) => ('event' in step ? step : call(step))),
    attack: 'text' in attack ? attack : call(attack),
  }));
  const container = {
    kind: start.kind,
    serial: start.serial,
    seed: toHex(start.seed),
    sealingSecret: toHex(start.sealingSecret),
    certificate: toHex(start.certificate),
    challenge: toHex(start.challenge),
  };
  return {
    about,
    container,
    attacks: listed.map(({ name, rules, before, attack, expect }) => ({ name, rules, before, attack, expect })),
    messages: Object.fromEntries([...names].map(([base64, name]) => [name, base64])),
  };
}

/** The group in a file. */
export function fromFile(name: string, { about, container, attacks, messages }: AttackFile): AttackGroup {
  const call = ({ message, ...rest }: JsonCall): Call => {
    const bytes = decodeBase64(messages[message] ?? '-');
    if (bytes === undefined) throw new TypeError(`${name}: there is no message ${message}`);
    return { ...rest, message: bytes };
  };
  const step = (one: JsonCall | { readonly event: Event }): Step => ('event' in one ? one : call(one));
  return {
    name,
    about,
    start: {
      kind: container.kind as ContainerKind,
      serial: container.serial,
      seed: fromHex(container.seed),
      sealingSecret: fromHex(container.sealingSecret),
      certificate: fromHex(container.certificate),
      challenge: fromHex(container.challenge),
    },
    attacks: attacks.map(
      ({ before, attack, ...rest }): Attack => ({
        ...rest,
        before: before.map(step),
        attack: 'text' in attack ? attack : call(attack),
      }),
    ),
  };
}
