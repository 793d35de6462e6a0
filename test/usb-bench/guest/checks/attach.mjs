/** The emulated dongle, attached over USB/IP to a kernel that takes it for one which was plugged in. */
import { claimDongle } from '../claim-dongle.mjs';
import { settings } from '../claims.mjs';
import { DONGLE_DESCRIPTORS } from '../descriptors.mjs';

await claimDongle(settings.dongles[0], { descriptors: DONGLE_DESCRIPTORS, cycles: 2 });
