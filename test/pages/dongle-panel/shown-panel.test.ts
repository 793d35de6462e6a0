import { describe, expect, it } from 'vitest';
import { linePoints, RATES_KEPT, Rates } from '../../../pages/dongle-panel/rates.ts';
import type { ShownPanel } from '../../../pages/dongle-panel/shown-panel.ts';
import { count, isAmiss, sayBytes, sentence, standing, timeOfDay } from '../../../pages/dongle-panel/words.ts';
import { PanelScene } from '../../dongle-firmware-sim/panel/panel-scene.ts';

const traffic = { reportsIn: 0, reportsOut: 0, sectorsRead: 0, sectorsWritten: 0, flashOperations: 0 };

describe('the page of the panel', () => {
  it('reads what the server of the panel makes', async () => {
    const scene = new PanelScene();
    // It does not compile where the two are not of one form.
    const shown: ShownPanel = await scene.panel.shown();
    expect(shown.dongles.map(standing)).toEqual(['Plugged in, waiting for a computer']);
    expect(shown.offered.length).toBeGreaterThan(5);
  });

  it('says where a dongle is', async () => {
    const { dongles } = await new PanelScene().panel.shown();
    const [dongle] = dongles;
    if (dongle === undefined) throw new Error('no dongle');
    const said = [
      { ...dongle, hasPower: false, isPluggedIn: false },
      { ...dongle, isPluggedIn: false },
      { ...dongle, light: 'blinking' as const },
      { ...dongle, light: 'working' as const },
      { ...dongle, hasHost: true },
    ].map(standing);
    expect(said).toEqual(['Without power', 'Unplugged', 'Shows itself', 'At work', 'In use by a computer']);
  });

  it('says what happened in words, and what it has no words for as it is', () => {
    const said = (event: string, detail: string): string => sentence({ at: 0, event, detail });
    expect(said('fault.struck', 'unplug')).toBe('Fault struck: unplug');
    expect(said('mail.opened', '')).toBe('Its mail is being worked on');
    expect([said('sun.set', ''), said('sun.set', 'early')]).toEqual(['sun.set', 'sun.set: early']);
  });

  it('has in red only what goes wrong', () => {
    const red = (event: string, detail: string): boolean => isAmiss({ at: 0, event, detail });
    expect([red('fault.struck', 'unplug'), red('fault.struck', 'cut power at 2s')]).toEqual([true, true]);
    expect([red('fault.struck', 'plug at 3s'), red('fault.set', 'unplug'), red('fault.cleared', 'busy 5s')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('says of a dongle that waits for its device that it does', async () => {
    const [dongle] = (await new PanelScene().panel.shown()).dongles;
    if (dongle === undefined) throw new Error('no dongle');
    expect(standing({ ...dongle, awaited: 'hid:1234:5678' })).toBe('Waits for hid:1234:5678 to be plugged in');
  });

  it('has kibibytes as the command line has them: whole ones that are there', () => {
    expect(sayBytes(115.9 * 1024)).toBe('115 KiB');
  });

  it('writes times of day, sizes and numbers as people do', () => {
    expect(timeOfDay(Date.UTC(2026, 10, 30, 23, 30, 5), 60)).toBe('00:30:05');
    expect([0, 1023, 1024, 20_480, 3 * 1024 * 1024].map(sayBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.0 KiB',
      '20 KiB',
      '3.0 MiB',
    ]);
    expect([count(1, 'device'), count(3, 'device')]).toEqual(['1 device', '3 devices']);
  });
});

describe('rates', () => {
  it('are what came since the second before; what came before the page was open counts for none', () => {
    const rates = new Rates();
    rates.tick({ ...traffic, reportsIn: 100 });
    expect(rates.latest).toEqual({ reports: 0, sectors: 0 });
    rates.tick({ ...traffic, reportsIn: 110, reportsOut: 5, sectorsWritten: 8 });
    expect(rates.latest).toEqual({ reports: 15, sectors: 8 });
    expect(rates.all).toHaveLength(RATES_KEPT);
  });

  it('are drawn from the bottom, which is 0, to the top, which is the most of them', () => {
    expect(linePoints([0, 5, 10], 200, 40)).toBe('0.0,40.0 100.0,20.0 200.0,0.0');
    expect(linePoints([0, 0], 200, 40)).toBe('0.0,40.0 200.0,40.0');
  });
});
