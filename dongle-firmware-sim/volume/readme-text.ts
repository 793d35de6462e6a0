/** How licenses are moved with nothing but a file manager. */
export function readmeText(): string {
  return [
    'This is the mailbox of a License Ferry dongle. It needs no driver and no program.',
    '',
    'Licenses leave by this mailbox only where a work order says so. Whoever owns the dongle arms one beforehand, at a computer with',
    'the ferry program: ferry order arm ADDRESS --item FIRM:PRODUCTxN. STATUS.TXT shows what is armed.',
    '',
    'To get a license for a device, as far as a work order has one for it:',
    '  1. Make a context file on the device for this dongle; the certificate it needs lies here.',
    '  2. Copy the context file into INBOX, and eject this volume. Do not just pull it out.',
    '  3. Wait until the light stops blinking and the volume is there again.',
    '  4. Take the update file for the device out of OUTBOX, and apply it on the device.',
    '  5. Copy the receipt that the device gives into INBOX, and eject again.',
    'Any of these steps may wait for a year. Nothing is lost, and no step does harm when it is done twice.',
    '',
    'To load the dongle, or to return a license: copy the update file into INBOX and eject. Receipts come into OUTBOX.',
    'To have a context file of this dongle made for somebody: copy his certificate into INBOX and eject.',
    '',
    'STATUS.TXT            what the dongle holds, what is in transit, and to whom',
    '*.ferry-certificate   the certificate of this dongle, for devices',
    '*.ferry-context       the state of this dongle, one file for each of its vendors',
    'OUTBOX\\ANSWER.TXT     what was not taken, and why',
    '',
    'The licenses themselves are not on this volume: it may be formatted, and is then made anew.',
    'It is no place to keep files of your own.',
    '',
  ].join('\r\n');
}
