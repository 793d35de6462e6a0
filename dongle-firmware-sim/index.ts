export { createDongle, type DongleOptions, isDongle, openDongle } from './firmware/open-dongle.adapter.ts';
