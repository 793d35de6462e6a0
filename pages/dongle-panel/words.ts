import type { Happened, ShownDongle } from './shown-panel.ts';

/** Where a dongle is, in a few words. */
export function standing({ isPluggedIn, awaited, hasPower, hasHost, light }: ShownDongle): string {
  if (!hasPower) return 'Without power';
  if (!isPluggedIn) return 'Unplugged';
  if (awaited !== null) return `Waits for ${awaited} to be plugged in`;
  if (light === 'blinking') return 'Shows itself';
  if (light === 'working') return 'At work';
  return hasHost ? 'In use by a computer' : 'Plugged in, waiting for a computer';
}

const EVENTS: Readonly<Record<string, (detail: string) => string>> = {
  'computer.attached': () => 'A computer took it',
  'computer.detached': () => 'Its computer is gone',
  'command.ended': (detail) => `Command ${detail}`,
  'command.failed': () => 'A command failed by a defect',
  'led.blinked': () => 'It was asked to show itself',
  'mail.opened': () => 'Its mail is being worked on',
  'mail.answered': () => 'Its mail is answered',
  'volume.failed': (detail) => `Its disk failed: ${detail}`,
  'container.served': () => 'It is served',
  'container.stopped': (detail) => `Its memory stopped: ${detail}`,
  'fault.set': (detail) => `Fault set: ${detail}`,
  'fault.struck': (detail) => `Fault struck: ${detail}`,
  'fault.cleared': (detail) => `Fault cleared: ${detail}`,
};

/** What happened, as a sentence. */
export function sentence({ event, detail }: Happened): string {
  const said = EVENTS[event];
  if (said !== undefined) return said(detail);
  return detail === '' ? event : `${event}: ${detail}`;
}

/** Whether it is something that goes wrong: a fault that strikes, other than the one that ends the others. */
export function isAmiss({ event, detail }: Happened): boolean {
  return event === 'fault.struck' && !/^plug\b/.test(detail);
}

/** Time of day as people here write it: hours, minutes and seconds. @param offset minutes that are to be added to UTC */
export function timeOfDay(at: number, offset: number): string {
  return new Date(at + offset * 60_000).toISOString().slice(11, 19);
}

/** Bytes as people say them; of kibibytes whole ones that are there, as the command line has them. */
export function sayBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilo = bytes / 1024;
  return kilo < 1024 ? `${kilo < 10 ? kilo.toFixed(1) : Math.floor(kilo)} KiB` : `${(kilo / 1024).toFixed(1)} MiB`;
}

export function count(many: number, one: string): string {
  return `${many} ${one}${many === 1 ? '' : 's'}`;
}
