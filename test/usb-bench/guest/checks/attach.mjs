/** The emulated dongle, attached over USB/IP to a kernel that takes it for one which was plugged in. */
import { checkAttachedDongle } from '../attached-dongle.mjs';
import { settings } from '../claims.mjs';
import { DONGLE_DESCRIPTORS } from '../descriptors.mjs';

await checkAttachedDongle(settings.dongle, {
  descriptors: DONGLE_DESCRIPTORS,
  files: ['README.TXT', 'STATUS.TXT', 'INBOX', 'OUTBOX'],
  cycles: settings.cycles,
});
