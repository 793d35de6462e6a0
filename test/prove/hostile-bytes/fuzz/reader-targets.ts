import { errorOf } from '../../../../container/commands/device/failure-message.ts';
import { failure } from '../../../../container/commands/device/messages.ts';
import { FerryError } from '../../../../container/errors.ts';
import { armor, describeFile, unarmor } from '../../../../container/files/armor.ts';
import { decodeBase64, encodeBase64 } from '../../../../container/files/base64.ts';
import { verifyCertificate, verifyTimeCertificate } from '../../../../container/files/certificate.ts';
import { pack, unpackTrusted } from '../../../../container/files/codec.ts';
import { openContextFile, openInventory } from '../../../../container/files/context-file.ts';
import { describeCertificate } from '../../../../container/files/describe-certificate.ts';
import { decodeEntry, encodeEntry, entry } from '../../../../container/files/entries.ts';
import { signedEnvelope } from '../../../../container/files/envelope.ts';
import { MAX_DEPTH, scanMsgpack } from '../../../../container/files/msgpack-scan.ts';
import { openNotice } from '../../../../container/files/notices.ts';
import { openPin, pinBytes, sealPin } from '../../../../container/files/sealed-pin.ts';
import { statementIn } from '../../../../container/files/statement-in.ts';
import { equalBytes, utf8 } from '../../../../container/model/bytes.ts';
import { parseSerialNumber } from '../../../../container/model/serial-number.ts';
import { unarmored } from '../../../../dongle-firmware-sim/volume/letters.ts';
import { sortMail } from '../../../../dongle-firmware-sim/volume/sort-mail.ts';
import { readUpdateHeading } from '../../../../state-machines/update-import/read-update-heading.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import { codecs, inputsOf } from './codec-targets.ts';
import { CraftedFiles } from './crafted-files.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';
import type { ToyWorld } from './toy-world.ts';

function verdict(isAccepted: boolean): Verdict {
  return isAccepted ? 'accepted' : 'refused';
}

/** Whoever reads text or throws refusals. */
function unlessRefused(work: () => void): Verdict {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof FerryError) return 'refused';
    throw error;
  }
}

function scanned(input: Uint8Array): Verdict {
  if (scanMsgpack(input) !== undefined) return 'refused';
  if (!equalBytes(pack(unpackTrusted(input), MAX_DEPTH), input))
    throw new Broken('a value of the encoding has two forms');
  return 'accepted';
}

function entryRead(input: Uint8Array): Verdict {
  const read = decodeEntry(input);
  if (read.outcome !== 'known') return 'refused';
  const { salt } = entry.decodeTrusted(input);
  if (!equalBytes(encodeEntry(read.content, salt), input)) throw new Broken('an entry is not rebuilt as it was');
  return 'accepted';
}

function textRead(input: Uint8Array): Verdict {
  const read = unarmor(input);
  if (!read.ok) return 'refused';
  if (input[0] === 0x94) return 'accepted';
  const plain = new TextDecoder().decode(input).replaceAll('\r\n', '\n');
  if (armor(read.value) !== plain) throw new Broken('a text is not what would be written for its file');
  return 'accepted';
}

function described(input: Uint8Array): Verdict {
  if (!describeFile(input).ok) return 'refused';
  const read = unarmor(armor(input));
  if (!read.ok || !equalBytes(read.value, input)) throw new Broken('a file does not come back from its text');
  return 'accepted';
}

function base64Read(input: Uint8Array): Verdict {
  const text = String.fromCharCode(...input);
  const read = decodeBase64(text);
  if (read !== undefined && encodeBase64(read) !== text) throw new Broken('base64 has two forms');
  return verdict(read !== undefined);
}

/** What a file is by its content does not depend on whether it is armored. */
function mailSorted(input: Uint8Array): Verdict {
  const sorted = sortMail(input);
  const raw = unarmored(input);
  if (!sorted.ok) return 'refused';
  if (raw === undefined || !equalBytes(sorted.value.raw, raw)) throw new Broken('mail is another file than it was');
  const again = sortMail(utf8(armor(raw)));
  if (!again.ok || again.value.kind !== sorted.value.kind) throw new Broken('mail is another one as text');
  return 'accepted';
}

function failureRead(input: Uint8Array): Verdict {
  const read = failure.decode(input);
  if (!read.ok) return 'refused';
  errorOf(read.value, 'there');
  return 'accepted';
}

/** Functions that read bytes from outside, beside the records. */
export function readerTargets({ device, dongle }: ToyWorld): readonly FuzzTarget[] {
  const crafted = new CraftedFiles(device);
  const { root } = device.tools;
  const pinned = { key: root.key, id: root.id };
  const verifier = { crypto: toyCrypto, root: pinned, known: () => undefined, isRevoked: () => false };
  const everyCodec = codecs().map(inputsOf);
  const anyRecord = (random: Random): Uint8Array => random.pick(everyCodec)(random);
  const files = [device.firm.file(), device.contextOf(device.earlier), dongle.contextOf(dongle.earlier)];
  const texts = files.map((file) => utf8(armor(file)));
  const anyFile = (random: Random): Uint8Array => {
    if (random.oneIn(3)) return mutated(random, random.pick(files), files);
    return random.oneIn(2) ? crafted.update(random) : crafted.context(random);
  };
  const signers = {
    root: root.key,
    firm: () => [{ ...firmOf(device.firm.party.certificate, pinned) }],
  };
  const seal = { purpose: 'unlock', container: device.target.key, challenge: new Uint8Array(16) } as const;
  return [
    { name: 'scan of the encoding', thousands: 100, make: anyRecord, give: scanned },
    {
      name: 'entry',
      thousands: 100,
      make: (random) => crafted.entry(random),
      give: entryRead,
    },
    {
      name: 'text of a file',
      thousands: 30,
      make: (random) => mutated(random, random.pick(texts), texts),
      give: textRead,
    },
    { name: 'description of a file', thousands: 30, make: anyFile, give: described },
    {
      name: 'base64',
      thousands: 100,
      make: (random) => mutated(random, utf8(encodeBase64(random.bytes(random.below(40)))), texts),
      give: base64Read,
    },
    {
      name: 'certificate',
      thousands: 50,
      make: (random) => crafted.certificate(random),
      give: (input) => verdict(verifyCertificate(toyCrypto, pinned, input).ok),
    },
    {
      name: 'certificate of a time server',
      thousands: 50,
      make: (random) => crafted.certificate(random),
      give: (input) => verdict(verifyTimeCertificate(toyCrypto, pinned, input).ok),
    },
    {
      name: 'description of a certificate',
      thousands: 50,
      make: (random) => crafted.certificate(random),
      give: (input) => verdict(describeCertificate(input).ok),
    },
    {
      name: 'notice',
      thousands: 50,
      make: (random) => crafted.notice(random),
      give: (input) => {
        const envelope = signedEnvelope.decode(input);
        return verdict(envelope.ok && openNotice(toyCrypto, signers, envelope.value).ok);
      },
    },
    {
      name: 'context file, as its firm opens it',
      thousands: 30,
      make: (random) => crafted.context(random),
      give: (input) => {
        const file = openContextFile(verifier, input);
        return verdict(file.ok && openInventory(toyCrypto, device.firm.party.sealingSecret, file.value).ok);
      },
    },
    {
      name: 'statement in a file',
      thousands: 50,
      make: anyFile,
      give: (input) => verdict(statementIn(input) !== undefined),
    },
    { name: 'mail for a dongle', thousands: 50, make: anyFile, give: mailSorted },
    {
      name: 'heading of an update on a stick',
      thousands: 50,
      make: anyFile,
      give: (input) => unlessRefused(() => readUpdateHeading(input)),
    },
    {
      name: 'sealed PIN',
      thousands: 50,
      make: (random) => {
        const sealed = sealPin(toyCrypto, device.target.sealingKey, seal, pinBytes('2468'), random.bytes(32));
        return mutated(random, sealed, [sealed]);
      },
      give: (input) => verdict(openPin(toyCrypto, device.start.sealingSecret, seal, input) !== undefined),
    },
    { name: 'failure, as it is told', thousands: 100, make: inputsOf(failure as never), give: failureRead },
    {
      name: 'serial number, as it is typed',
      thousands: 100,
      make: (random) => mutated(random, utf8(`${random.below(70_000)}-${random.next()}`), texts),
      give: (input) => unlessRefused(() => void parseSerialNumber(new TextDecoder().decode(input))),
    },
  ];
}

function firmOf(raw: Uint8Array, pinned: Parameters<typeof verifyCertificate>[1]) {
  const read = verifyCertificate(toyCrypto, pinned, raw);
  if (!read.ok) throw new TypeError('the certificate of the firm is wrong');
  return read.value;
}
