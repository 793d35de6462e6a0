import { hpkeOpen, hpkeSeal } from '../../../../../container/crypto/hpke.ts';
import { decideApply } from '../../../../../container/engine/decide-apply.ts';
import { codeOfNumber } from '../../../../../container/errors.ts';
import { readEnvelope, sealEnvelope, signedEnvelope, verifyEnvelope } from '../../../../../container/files/envelope.ts';
import { keyRequest } from '../../../../../container/files/key-request.ts';
import { pinBytes, sealPin } from '../../../../../container/files/sealed-pin.ts';
import { concatBytes, fromHex, utf8 } from '../../../../../container/model/bytes.ts';
import { apply } from '../../../../container/engine/scene.ts';
import { crypto, makeContainer, seededEnv } from '../../../../world/parties.ts';
import { goldenWorld, noticesFor, transferFile } from '../../golden-world.ts';
import { inCertificate, ofCertificate, ofEnvelope, SHIFTED } from '../right-codes.ts';
import { type Span, spansOf } from '../spans.ts';
import type { Ending, SweepTarget } from '../sweep-target.ts';
import { endingOf, standingOf } from './file-targets.ts';

/** One notice in a file of its firm that is sealed and signed anew around it; what it ends with is what the report says. */
function notice(kind: string, right: SweepTarget['right'], taken: Ending, holds = inCertificate): SweepTarget {
  const { firm, dongle } = goldenWorld();
  const golden = noticesFor(dongle, firm)[kind] as Uint8Array;
  const first = (dongle.container.state.partners.get(firm.key)?.inbound.applied ?? 0) + 1;
  const give = (bytes: Uint8Array): Ending => {
    const [one] = apply(dongle, firm.update(dongle, { first, notices: [bytes] })).notices;
    return one?.reason === 0 ? 'taken' : (codeOfNumber(one?.reason ?? 0) ?? 'nothing');
  };
  return {
    name: `notice: ${kind}`,
    golden,
    spans: spansOf(golden, holds),
    right,
    shifted: SHIFTED,
    cut: ['FILE_MALFORMED'],
    // Whoever writes a file holds notices to their least size.
    give: (bytes) => (bytes.length < 64 ? 'FILE_MALFORMED' : give(bytes)),
    standing: () => standingOf(dongle),
    taken,
  };
}

/** Endings of a notice: those of an envelope, where another kind is one that is not known or has other signers. */
function ofNotice(order: 'content first' | 'signature first', more: readonly Ending[] = []): SweepTarget['right'] {
  const right = ofEnvelope(order);
  const others = ['NOTICE_UNKNOWN', 'FILE_MALFORMED', 'SIGNATURE_WRONG', 'ISSUER_UNKNOWN'];
  return (span) => {
    if (span.path === '0') return others;
    return span.role === 'value' ? [...right(span), ...more] : right(span);
  };
}

/** The certificate of a time server stands in the second part of its answer, and is checked first. */
function ofTime(span: Span): readonly Ending[] {
  if (span.path.startsWith('2.1>')) return ofCertificate({ ...span, path: span.path.slice('2.1>'.length) });
  return ofNotice('signature first')(span);
}

function pin(): SweepTarget {
  const dongle = makeContainer('dongle', 71);
  const { env } = dongle.parts;
  const challenge = env.random(16);
  const random = env.random.bind(env);
  Object.assign(env, { random: (length: number) => (length === 16 ? challenge : random(length)) });
  const seal = (purpose: 'unlock' | 'set-pin'): Uint8Array => {
    const sealingKey = fromHex(dongle.container.state.identity.sealingKey);
    return sealPin(crypto, sealingKey, { purpose, container: dongle.key, challenge }, pinBytes('2468'), env.random(32));
  };
  dongle.container.run('challenge', {});
  dongle.container.run('set-pin', { sealed: seal('set-pin') });
  const golden = seal('unlock');
  return {
    name: 'sealed PIN, shown',
    golden,
    spans: [{ start: 0, end: golden.length, path: '', role: 'content' }],
    right: () => ['CHALLENGE_MISSING'],
    shifted: [],
    cut: ['CHALLENGE_MISSING'],
    give: (sealed) => {
      dongle.container.run('challenge', {});
      return endingOf(() => dongle.container.run('unlock', { sealed }));
    },
    standing: () => standingOf(dongle),
    taken: 'taken',
  };
}

/** No program of this repository takes key requests; this is how docs/protocol.md says that one is checked. */
function request(): SweepTarget {
  const { dongle } = goldenWorld();
  const golden = dongle.container.keyRequest();
  const give = (bytes: Uint8Array): Ending => {
    const envelope = readEnvelope(bytes, 'keyRequest', 1, 'a key request');
    if (!envelope.ok) return envelope.code;
    const content = keyRequest.decode(envelope.value.parts[0] as Uint8Array);
    if (!content.ok) return content.code;
    return verifyEnvelope(crypto, content.value.key, envelope.value) ? 'taken' : 'SIGNATURE_WRONG';
  };
  return {
    name: 'key request',
    golden,
    spans: spansOf(golden, inCertificate),
    right: ofEnvelope('content first'),
    shifted: SHIFTED,
    cut: ['FILE_MALFORMED'],
    give,
    standing: () => standingOf(dongle),
    taken: 'taken',
  };
}

/** What the file of a transfer carries, sealed and signed anew by its issuer whatever was done to it. */
function body(): SweepTarget {
  const { firm, dongle, device } = goldenWorld(91);
  const { 'list of the root': listOfRoot, 'list of a firm': listOfFirm } = noticesFor(dongle, firm);
  apply(dongle, firm.update(dongle, { notices: [listOfRoot as Uint8Array, listOfFirm as Uint8Array] }));
  const parties = { dongle: secretsOf('dongle-91'), device: secretsOf('soft-92') };
  const update = transferFile({ firm, dongle, device });
  const [said, header, sealed] = signedEnvelope.decodeTrusted(update).parts as [Uint8Array, Uint8Array, Uint8Array];
  const info = concatBytes(utf8('license-ferry update body 1'), fromHex(dongle.key), fromHex(device.key));
  const associated = concatBytes(crypto.sha256(said), crypto.sha256(header));
  const { sealingSecret } = parties.device;
  const golden = hpkeOpen(crypto, sealingSecret, sealed.subarray(0, 32), info, associated, sealed.subarray(32));
  if (golden === undefined) throw new TypeError('the body of a golden file cannot be opened');
  const { state } = device.container;
  const sealingKey = fromHex(state.identity.sealingKey);
  const give = (plaintext: Uint8Array): Ending => {
    const box = hpkeSeal(crypto, sealingKey, info, associated, plaintext, associated.subarray(0, 32));
    const parts = [said, header, concatBytes(box.encapsulated, box.sealed)];
    const file = sealEnvelope(crypto, parties.dongle.seed, 'updateFile', parts);
    const decided = decideApply(state, { crypto, sealingSecret, lock: null }, file, null, '00'.repeat(16));
    if (!decided.ok) return decided.code;
    const { refusal, entries, notices } = decided.result;
    if (refusal !== null) return refusal.code;
    if (entries.some(({ reason }) => reason !== 0)) return 'entry refused';
    return notices.some(({ reason }) => reason !== 0) ? 'notice passed over' : 'taken';
  };
  return {
    name: 'body of an update, sealed and signed anew',
    golden,
    spans: spansOf(golden, (path) => /^2\.\d+(>2\.0)?$/.test(path)),
    right: ofBody,
    shifted: [...SHIFTED, 'entry refused'],
    cut: ['FILE_MALFORMED'],
    give,
    standing: () => standingOf(device),
    taken: 'taken',
  };
}

function ofBody(span: Span): readonly Ending[] {
  const { path, role } = span;
  const certificate = /^2\.\d+>(.*)$/.exec(path);
  if (certificate !== null) return ofCertificate({ ...span, path: certificate[1] ?? '' });
  if (role === 'head') return ['FILE_MALFORMED'];
  return { '0': ['CHAIN_INCONSISTENT'], '1': ['entry refused'], '3': ['notice passed over'] }[path[0] ?? ''] ?? [];
}

/** What a container of the tests drew when it was made. */
function secretsOf(name: string): { readonly seed: Uint8Array; readonly sealingSecret: Uint8Array } {
  const env = seededEnv(name);
  return { seed: env.random(32), sealingSecret: env.random(32) };
}

/** Notices, a PIN, a key request and the sealed part of a file. */
export const SEALED_TARGETS: readonly (() => SweepTarget)[] = [
  () => notice('list of the root', ofNotice('signature first'), 'taken'),
  () => notice('list of a firm', ofNotice('content first', ['ISSUER_UNKNOWN']), 'taken'),
  () => notice('re-anchor', ofNotice('content first', ['ISSUER_UNKNOWN']), 'CHALLENGE_UNKNOWN'),
  () => notice('certified time', ofTime, 'taken', (path) => path === '2.0' || path === '2.1' || path === '2.1>2.0'),
  pin,
  request,
  body,
];
