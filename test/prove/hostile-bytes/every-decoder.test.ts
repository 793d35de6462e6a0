import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codecs, isCodec, RECORD_MODULES } from './fuzz/codec-targets.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

/** Folders in which bytes from outside are read. */
const FOLDERS = [
  'container/files',
  'container/commands',
  'container/wire',
  'container/store',
  'state-machines/stick-import',
  'state-machines/update-import',
  'device-side/stick-import',
  'carriers/usbip',
  'carriers/hid',
  'dongle-firmware-sim/usb',
  'dongle-firmware-sim/volume',
];

/** What reads bytes, by what its name begins with. */
const READERS =
  /^export (?:async )?(?:function\*?|class) ((?:decode|open|read|verify|describe|unarmor|scan|parse|unpack|serve|sort|take)\w*|statementIn|errorOf|\w+Reader|WireClient|Transfers|HidStream|ReportChannels|UsbipSession|UsbDevice|BulkOnly|HidFunction|ScsiDrive)\b/gm;

/** The target of a reader, by a part of its name; or why it has none. */
const TARGETS: Readonly<Record<string, string>> = {
  'carriers/hid/hid-stream.ts HidStream': 'reports from a dongle',
  'carriers/hid/open-channel.ts openChannel': 'reports from a dongle',
  'carriers/usbip/device-messages.ts decodeBusid': 'USB/IP, heard by a server',
  'carriers/usbip/device-messages.ts decodeDevice': 'USB/IP, a list of devices',
  'carriers/usbip/device-messages.ts decodeInterfaces': 'USB/IP, a list of devices',
  'carriers/usbip/part-reader.ts PartReader': 'USB/IP, heard by a server',
  'carriers/usbip/reply-reader.ts ReplyReader': 'USB/IP, heard by a client',
  'carriers/usbip/request-reader.ts RequestReader': 'USB/IP, heard by a server',
  'carriers/usbip/transfers.ts Transfers': 'USB/IP, heard by a client',
  'carriers/usbip/usbip-codec.ts decodeCommand': 'USB/IP, heard by a server',
  'carriers/usbip/usbip-codec.ts decodeReturn': 'USB/IP, heard by a client',
  'carriers/usbip/usbip-port.ts openUsbipPort':
    'trusted: hands on what the client of USB/IP and the stream of reports have read',
  'container/commands/device/failure-message.ts errorOf': 'failure, as it is told',
  'container/commands/device/serve-commands.ts serveCommands': 'request of any command',
  'container/files/armor.ts describeFile': 'description of a file',
  'container/files/armor.ts unarmor': 'text of a file',
  'container/files/base64.ts decodeBase64': 'base64',
  'container/files/certificate.ts readStoredCertificate': 'trusted: reads what was verified before it was stored',
  'container/files/certificate.ts verifyCertificate': 'certificate',
  'container/files/certificate.ts verifyTimeCertificate': 'certificate of a time server',
  'container/files/codec.ts unpackTrusted': 'trusted: reads what the scan has passed, or a checksum covers',
  'container/files/context-file.ts openContextFile': 'context file, as its firm opens it',
  'container/files/context-file.ts openInventory': 'context file, as its firm opens it',
  'container/files/describe-certificate.ts describeCertificate': 'description of a certificate',
  'container/files/entries.ts decodeEntry': 'entry',
  'container/files/envelope.ts readEnvelope': 'certificate',
  'container/files/envelope.ts verifyEnvelope': 'certificate',
  'container/files/envelope.ts verifyParts': 'container: apply on a device',
  'container/files/msgpack-scan.ts scanMsgpack': 'scan of the encoding',
  'container/files/msgpack-read.ts readMsgpack': 'scan of the encoding',
  'container/files/notices.ts openNotice': 'notice',
  'container/files/sealed-pin.ts openPin': 'sealed PIN',
  'container/files/signed-file.ts readFile': 'container: apply on a device',
  'container/files/statement-in.ts statementIn': 'statement in a file',
  'container/files/update-file.ts openUpdateBody': 'container: apply on a device',
  'container/files/update-file.ts openUpdateFile': 'container: apply on a device',
  'container/store/file-failure.ts readFailed': 'trusted: names an error of the system, and reads nothing',
  'container/store/journal-layout.ts decodeHeader': 'bank of a journal',
  'container/store/journal-layout.ts scanRecords': 'bank of a journal',
  'container/store/record.ts decodeRecord': 'trusted: a checksum and the anchor cover it',
  'container/store/snapshot.ts decodeSnapshot': 'trusted: a checksum and the anchor cover it',
  'container/wire/frame.ts FrameReader': 'frames of a stream',
  'container/wire/report.ts readReport': 'reports from a host',
  'container/wire/report.ts readReportError': 'reports from a dongle',
  'container/wire/serve-conversation.ts serveConversation': 'server of a connection',
  'container/wire/wire-client.ts WireClient': 'client',
  'dongle-firmware-sim/usb/faults/fault-step.ts parseScript': 'faults of a dongle, as they are written',
  'dongle-firmware-sim/usb/faults/fault-step.ts parseStep': 'faults of a dongle, as they are written',
  'dongle-firmware-sim/usb/faults/fault.ts readFault': 'faults of a dongle, as they are written',
  'dongle-firmware-sim/usb/hid-function.ts HidFunction': 'USB/IP, heard by a server',
  'dongle-firmware-sim/usb/report-channels.ts ReportChannels': 'reports from a host',
  'dongle-firmware-sim/usb/storage/block-stream.ts readBlocks': 'commands to a disk',
  'dongle-firmware-sim/usb/storage/block-stream.ts takeBlocks': 'commands to a disk',
  'dongle-firmware-sim/usb/storage/bulk-only.ts BulkOnly': 'commands to a disk',
  'dongle-firmware-sim/usb/storage/command-wrapper.ts decodeCommandWrapper': 'commands to a disk',
  'dongle-firmware-sim/usb/storage/scsi-drive.ts ScsiDrive': 'commands to a disk',
  'dongle-firmware-sim/usb/usb-device.ts UsbDevice': 'control requests',
  'dongle-firmware-sim/usb/usbip-session.ts UsbipSession': 'USB/IP, heard by a server',
  'dongle-firmware-sim/volume/answer.ts readAnswerText': 'answer on the disk of a dongle',
  'dongle-firmware-sim/volume/letters.ts unarmored': 'mail for a dongle',
  'dongle-firmware-sim/volume/read-volume.ts readVolume': 'volume of a dongle',
  'dongle-firmware-sim/volume/readme-text.ts readmeText': 'trusted: writes a text, and reads nothing',
  'dongle-firmware-sim/volume/sort-mail.ts sortMail': 'mail for a dongle',
  'dongle-firmware-sim/volume/take-mail.ts takeMail':
    'trusted: gives the container what was sorted, which has targets for each kind',
  'device-side/stick-import/mount-table.ts readMountTable': 'table of what is mounted',
  'state-machines/stick-import/result-sheet.ts readResultText': 'result on a stick',
  'state-machines/update-import/read-update-heading.ts readUpdateHeading': 'heading of an update on a stick',
};

function sources(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.adapter.ts'))
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')));
}

const texts = new Map(
  FOLDERS.flatMap(sources).map((file) => [file, fs.readFileSync(path.join(ROOT, file), 'utf8')] as const),
);

describe('every decoder', () => {
  it('of bytes from outside is fuzzed, or is said to be trusted and why', () => {
    const found = [...texts].flatMap(([file, text]) =>
      [...text.matchAll(READERS)].map(([, name]) => `${file} ${name}`),
    );
    expect(found.filter((name) => !(name in TARGETS))).toEqual([]);
    expect(Object.keys(TARGETS).filter((name) => !found.includes(name))).toEqual([]);
  });

  it('that is named here as a target is one', async () => {
    const { fuzzTargets } = await import('./fuzz/all-targets.ts');
    const names = new Set((await fuzzTargets()).map(({ name }) => name));
    expect(names.size).toBe((await fuzzTargets()).length);
    const missing = Object.values(TARGETS).filter((name) => !name.startsWith('trusted: ') && !names.has(name));
    expect(missing).toEqual([]);
  });

  it('of a record that is exported is fuzzed', () => {
    const defining = [...texts].filter(([, text]) => /^export const \w+ = defineRecord\(/m.test(text));
    const known = (file: string): boolean => file.replace('container/', '') in RECORD_MODULES;
    // Records of commands are reached by the messages that they are parts of.
    const left = defining
      .map(([file]) => file)
      .filter((file) => !known(file) && !/^container\/commands\/\w[\w-]*\.ts$/.test(file));
    expect(left).toEqual([]);
    const exported = Object.values(RECORD_MODULES).flatMap((module) => Object.values(module).filter(isCodec));
    expect(exported.filter((codec) => !codecs().includes(codec))).toEqual([]);
  });
});
