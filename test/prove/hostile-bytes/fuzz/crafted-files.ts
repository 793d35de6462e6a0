import { chainNext, entryHash } from '../../../../container/engine/issuer-channel.ts';
import { containerCertificate, firmCertificate, timeCertificate } from '../../../../container/files/certificate.ts';
import { type Codec, pack } from '../../../../container/files/codec.ts';
import { contextHeader } from '../../../../container/files/context-file.ts';
import {
  addBody,
  carriedHolding,
  ENTRY_KINDS,
  entry,
  expectation,
  replaceBody,
  transferInBody,
  unblockBody,
  writeOffBody,
} from '../../../../container/files/entries.ts';
import { type SignedKind, sealEnvelope, signedEnvelope } from '../../../../container/files/envelope.ts';
import { grant } from '../../../../container/files/grant.ts';
import { certifiedTime, firmRevocations, reAnchor, rootRevocations } from '../../../../container/files/notices.ts';
import { statement } from '../../../../container/files/statement.ts';
import { certifyTimeServer } from '../../../../container/files/test-root.ts';
import { transferRecord } from '../../../../container/files/transfer-record.ts';
import { type UpdateBody, updateBody, updateHeader } from '../../../../container/files/update-file.ts';
import type { Hash } from '../../../../container/model/ids.ts';
import type { TestIssuer } from '../../../../host/conformance/makers/test-issuer.ts';
import type { AttackScene } from '../../../vectors/attacks/attack-scene.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import { inputsOf } from './codec-targets.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

type Inputs = (random: Random) => Uint8Array;

function inputs<T>(codec: Codec<T>): Inputs {
  return inputsOf(codec as unknown as Codec<unknown>);
}

/** Of valid bytes a changed copy, now and then the bytes as they are. */
function near(random: Random, bytes: Uint8Array): Uint8Array {
  return random.oneIn(8) ? bytes : mutated(random, bytes, [bytes]);
}

const BODIES: readonly (readonly [kind: number, inputs: Inputs])[] = [
  [ENTRY_KINDS.add, inputs(addBody)],
  [ENTRY_KINDS.replace, inputs(replaceBody)],
  [ENTRY_KINDS.withdraw, inputs(expectation)],
  [ENTRY_KINDS.enable, inputs(expectation)],
  [ENTRY_KINDS.disable, inputs(expectation)],
  [ENTRY_KINDS.writeOff, inputs(writeOffBody)],
  [ENTRY_KINDS.unblock, inputs(unblockBody)],
  [ENTRY_KINDS.transferIn, inputs(transferInBody)],
];

function entryOf(kind: number, body: Uint8Array): Uint8Array {
  return pack([1, kind, new Uint8Array(16), body]);
}

/** Signed by whoever may sign it, whatever it says. */
function signed(kind: SignedKind, seed: Uint8Array, content: Uint8Array, more: readonly Uint8Array[] = []): Uint8Array {
  return sealEnvelope(toyCrypto, seed, kind, [content, ...more]);
}

/** Files for a container whose signatures and seals hold, while something inside is generated or changed. */
export class CraftedFiles {
  readonly #scene: AttackScene;
  readonly #makers: readonly ((random: Random) => Uint8Array)[];
  readonly #grants = inputs(grant);
  readonly #entries = inputs(entry);
  readonly #records = inputs(transferRecord);
  readonly #carried = inputs(carriedHolding);
  readonly #bodies = inputs(updateBody);
  readonly #headers = inputs(updateHeader);
  readonly #statements = inputs(statement);
  readonly #contextHeaders = inputs(contextHeader);
  readonly #notices: readonly ((random: Random) => Uint8Array)[];
  readonly #certificates: readonly ((random: Random) => Uint8Array)[];

  constructor(scene: AttackScene) {
    this.#scene = scene;
    const { root } = scene.tools;
    const firmSeed = scene.firm.party.seed;
    const server = scene.earlier;
    const serverCertificate = certifyTimeServer(toyCrypto, root, server.key);
    const notice = (kind: SignedKind, content: Inputs, seed: Uint8Array, more: readonly Uint8Array[] = []) => {
      return (random: Random): Uint8Array => signed(kind, seed, content(random), more);
    };
    this.#notices = [
      notice('rootRevocations', inputs(rootRevocations), root.seed),
      notice('firmRevocations', inputs(firmRevocations), firmSeed),
      notice('reAnchor', inputs(reAnchor), firmSeed),
      notice('certifiedTime', inputs(certifiedTime), server.seed, [serverCertificate]),
    ];
    const nearly = (raw: Uint8Array): Inputs => {
      const [content] = signedEnvelope.decodeTrusted(raw).parts as [Uint8Array];
      return (random) => near(random, content);
    };
    this.#certificates = [
      notice('containerCertificate', inputs(containerCertificate), root.seed),
      notice('firmCertificate', inputs(firmCertificate), root.seed),
      notice('timeCertificate', inputs(timeCertificate), root.seed),
      notice('containerCertificate', nearly(server.certificate), root.seed),
      notice('firmCertificate', nearly(scene.firm.party.certificate), root.seed),
      notice('timeCertificate', nearly(serverCertificate), root.seed),
    ];
    this.#makers = [
      (random) => this.#damaged(random),
      (random) => this.#withParts(random),
      (random) => this.#withEntries(random, this.#firmEntries(random)),
      (random) => this.#withEntries(random, this.#firmEntries(random)),
      (random) => this.#withTransfer(random),
      (random) => this.#withTransfer(random),
      (random) => this.#withNotices(random),
    ];
  }

  /** An entry of any kind, whose body is generated or changed. */
  entry(random: Random): Uint8Array {
    const [kind, body] = random.pick(BODIES);
    const made = entryOf(kind, body(random));
    return random.oneIn(3) ? near(random, made) : made;
  }

  update(random: Random): Uint8Array {
    return random.pick(this.#makers)(random);
  }

  certificate(random: Random): Uint8Array {
    return random.oneIn(3) ? near(random, this.#scene.earlier.certificate) : random.pick(this.#certificates)(random);
  }

  notice(random: Random): Uint8Array {
    const made = random.pick(this.#notices)(random);
    return random.oneIn(4) ? near(random, made) : made;
  }

  /** A context of the earlier holder, whose statement or header is generated or changed. */
  context(random: Random): Uint8Array {
    const { earlier } = this.#scene;
    const honest = this.#scene.contextOf(earlier, {
      statement: { generation: 5 + random.below(3) },
      inbound: { applied: random.below(3), prunedThrough: random.below(2), epoch: random.oneIn(16) ? 1 : 0 },
    });
    if (random.oneIn(4)) return near(random, honest);
    const { parts } = signedEnvelope.decodeTrusted(honest);
    const [said, header, sealed] = parts as [Uint8Array, Uint8Array, Uint8Array];
    const changed = random.oneIn(2)
      ? [random.oneIn(3) ? this.#statements(random) : near(random, said), header, sealed]
      : [said, random.oneIn(3) ? this.#contextHeaders(random) : near(random, header), sealed];
    return sealEnvelope(toyCrypto, earlier.seed, 'contextFile', changed);
  }

  #issuer(random: Random): TestIssuer {
    return random.oneIn(3) ? this.#scene.dongle : this.#scene.firm;
  }

  #damaged(random: Random): Uint8Array {
    return near(random, this.#issuer(random).file());
  }

  #withParts(random: Random): Uint8Array {
    const issuer = this.#issuer(random);
    const { statement: said, header, body } = issuer.content();
    const part = (codec: Inputs, bytes: Uint8Array): Uint8Array =>
      random.oneIn(3) ? codec(random) : near(random, bytes);
    switch (random.below(3)) {
      case 0:
        return this.#scene.raw(issuer, { statement: part(this.#statements, statement.encode(said)) });
      case 1:
        return this.#scene.raw(issuer, { header: part(this.#headers, updateHeader.encode(header)) });
      default:
        return this.#scene.raw(issuer, { body: part(this.#bodies, updateBody.encode(body)) });
    }
  }

  #firmEntries(random: Random): Uint8Array[] {
    return Array.from({ length: 1 + random.below(4) }, () => this.#firmEntry(random));
  }

  #firmEntry(random: Random): Uint8Array {
    if (random.oneIn(8)) return this.#entries(random);
    if (random.oneIn(2)) {
      const [kind, body] = random.pick(BODIES);
      return entryOf(kind, body(random));
    }
    const { firm } = this.#scene;
    const honest = grant.encode(firm.grant().grant);
    const content = random.oneIn(2) ? this.#grants(random) : near(random, honest);
    const raw = signed('grant', firm.party.seed, content);
    return entryOf(ENTRY_KINDS.add, pack([[random.oneIn(8) ? near(random, raw) : raw]]));
  }

  #withEntries(random: Random, entries: readonly Uint8Array[], body: Partial<UpdateBody> = {}): Uint8Array {
    return this.#fileOf(this.#scene.firm, entries, { certificates: this.#shown(random), ...body });
  }

  #shown(random: Random): readonly Uint8Array[] {
    const { firm, earlier } = this.#scene;
    const honest = [firm.party.certificate, earlier.certificate];
    return random.oneIn(6) ? [...honest, this.certificate(random)].filter(({ length }) => length <= 1024) : honest;
  }

  #withNotices(random: Random): Uint8Array {
    const notices = Array.from({ length: 1 + random.below(3) }, () => this.notice(random));
    return this.#withEntries(random, [], { notices: notices.filter(({ length }) => length >= 64) });
  }

  /** A transfer by the dongle whose record, way and license are signed, and generated or changed. */
  #withTransfer(random: Random): Uint8Array {
    const { dongle, earlier, firm, target } = this.#scene;
    const own = random.oneIn(3) ? firm.grant({}, earlier.key) : firm.grant({}, dongle.party.key);
    const content = random.oneIn(3) ? near(random, grant.encode(own.grant)) : grant.encode(own.grant);
    const raw = signed('grant', firm.party.seed, content);
    const { itemId } = own.grant;
    const item = { itemId, quantity: 1 + random.below(6), units: null, usageStart: null };
    const record = transferRecord.encode({
      from: dongle.party.key,
      to: target.key,
      sequence: dongle.there.applied + 1,
      firmCode: firm.firmCode,
      items: [item],
    });
    const part = random.oneIn(3) ? (random.oneIn(3) ? this.#records(random) : near(random, record)) : record;
    const hop = transferRecord.encode({
      from: earlier.key,
      to: dongle.party.key,
      sequence: 1,
      firmCode: firm.firmCode,
      items: [{ ...item, quantity: 5 }],
    });
    const earlierHop = signed('transferRecord', earlier.seed, random.oneIn(3) ? near(random, hop) : hop);
    const custody = random.oneIn(2) ? [0] : [];
    const honest = pack([raw, null, null, new Uint8Array(0), new Uint8Array(0), custody]);
    const carried = random.oneIn(6) ? this.#carried(random) : honest;
    const body = rawArray([pack(part), pack([earlierHop]), rawArray([carried])]);
    const changed = random.oneIn(8) ? near(random, body) : body;
    const signature = signedEnvelope.decodeTrusted(signed('transferRecord', dongle.party.seed, part)).signature;
    return this.#fileOf(dongle, [entryOf(ENTRY_KINDS.transferIn, changed)], {
      signatures: [signature],
      certificates: this.#shown(random),
    });
  }

  /** A file that carries exactly these entries behind what is applied. */
  #fileOf(issuer: TestIssuer, entries: readonly Uint8Array[], body: Partial<UpdateBody>): Uint8Array {
    const { applied, hash } = issuer.there;
    const chain = entries.reduce<Hash>((before, raw) => chainNext(toyCrypto, before, entryHash(toyCrypto, raw)), hash);
    const last = applied + entries.length;
    const bends = {
      first: applied + 1,
      last: applied,
      header: { last, chainBefore: hash, chainLast: chain },
      statement: { outbound: { epoch: issuer.epoch, issued: last, hash: chain }, generation: issuer.generation + 1 },
    };
    const content = {
      entries,
      signatures: entries.map(() => null),
      certificates: [],
      notices: [],
      ...body,
    };
    return this.#scene.raw(issuer, { body: pack(updateBody.wire(content)) }, bends);
  }
}

/** An array of values that are encoded already, right or wrong. */
function rawArray(values: readonly Uint8Array[]): Uint8Array {
  const length = values.reduce((sum, value) => sum + value.length, 1);
  const bytes = new Uint8Array(length);
  bytes[0] = 0x90 + values.length;
  let at = 1;
  for (const value of values) {
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}
