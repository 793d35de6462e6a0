/** The volume of the emulated dongle, as a computer sees it that has no program of ours. */
import { claimVolume } from '../claim-volume.mjs';
import { settings } from '../claims.mjs';

await claimVolume(settings.dongles[0], {
  files: ['README.TXT', 'STATUS.TXT', 'INBOX', 'OUTBOX'],
  cycles: 2,
});
