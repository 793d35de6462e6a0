import fs from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FerryWorld } from '../../end-to-end/ferry-world.ts';
import { startFerry } from '../../end-to-end/started-ferry.ts';

/** Where distributions put the browser; FERRY_CHROMIUM names another place. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const SERIAL = '3-1234567';

const world = new FerryWorld();
let browser: Browser;

beforeAll(async () => {
  const program = process.env.FERRY_CHROMIUM ?? PLACES.find((place) => fs.existsSync(place));
  if (program === undefined)
    throw new Error('These tests need a browser: apt-get install -y chromium, or its path in FERRY_CHROMIUM');
  // The sandbox of the browser does not work for root, as which CI runs; the only page it sees is ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: program, args });
  world.setUp();
});

afterAll(async () => {
  await browser?.close();
  world.remove();
});

/** A served dongle, and its panel in a browser of that size. */
class Shown {
  readonly #page: Page;
  readonly usbip: string;
  readonly faults: string[] = [];

  /** Ends the server. */
  readonly stop: () => Promise<void>;

  private constructor(page: Page, usbip: string, stop: () => Promise<void>) {
    this.stop = stop;
    this.#page = page;
    this.usbip = usbip;
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
  }

  static async open(viewport: { width: number; height: number }, colorScheme: 'light' | 'dark' = 'light') {
    const server = startFerry(world, ['dongle', 'serve', 'dongle', '--usbip', ':0', '--panel', '--json']);
    const stop = async (): Promise<void> => {
      server.send('SIGTERM');
      await server.ended;
    };
    onTestFinished(stop);
    await server.said('container.served');
    const { panel, addresses } = JSON.parse(await server.answer());
    const page = await browser.newPage({ viewport, colorScheme });
    onTestFinished(() => page.close());
    const shown = new Shown(page, addresses[0], stop);
    await page.goto(panel);
    await shown.card.waitFor();
    return shown;
  }

  get page(): Page {
    return this.#page;
  }

  get card() {
    return this.#page.getByRole('article', { name: `Dongle ${SERIAL}` });
  }

  /** Where the dongle is, in words. */
  async stands(text: string): Promise<void> {
    await this.card.locator('.standing', { hasText: text }).waitFor();
  }
}

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

let shown: Shown;

describe('the panel in a browser', () => {
  beforeEach(async () => {
    shown = await Shown.open(DESK);
  });

  it('shows what the dongle holds, and that it is plugged in', async () => {
    await shown.stands('Plugged in');
    await shown.page.locator('#connection', { hasText: 'Live' }).waitFor();
    const contents = shown.card.locator('.contents');
    await contents.getByText('6000010:1001').waitFor();
    expect(await contents.locator('.seats b').textContent()).toBe('5');
    expect(shown.faults).toEqual([]);
  });

  it('unplugs the dongle and plugs it in again, so that a program finds it no more, and then again', async () => {
    await shown.card.getByRole('button', { name: 'Unplug' }).click();
    await shown.stands('Unplugged');
    expect(await shown.card.getAttribute('data-light')).toBe('off');
    expect(world.run('list', shown.usbip).exit).toBe(5);
    await shown.card.getByRole('button', { name: 'Plug in' }).click();
    await shown.stands('Plugged in');
    expect(world.run('list', shown.usbip).exit).toBe(0);
    await shown.card.getByText('Command list').first().waitFor();
  });

  it('is used with the keyboard alone: a fault is set, seen and cleared', async () => {
    const { page, card } = shown;
    const field = card.getByLabel('Fault, and when it strikes');
    await field.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('drop 3 reports at 1000s');
    await page.keyboard.press('Enter');
    const clear = card.getByRole('button', { name: 'Clear drop 3 reports at 1000s' });
    await clear.waitFor();
    expect(world.json('dongle', 'fault', 'dongle', 'list').faults).toMatchObject([
      { fault: 'drop 3 reports at 1000s' },
    ]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await clear.evaluate((button) => button.matches(':focus'))).toBe(true);
    await page.keyboard.press('Enter');
    await card.getByText('None is set.').waitFor();
    expect(await field.evaluate((input) => input.matches(':focus'))).toBe(true);
    await card.getByRole('button', { name: 'Cut the power' }).focus();
    await page.keyboard.press('Enter');
    await shown.stands('Without power');
    const plug = card.getByRole('button', { name: 'Plug in' });
    expect(await plug.evaluate((button) => button.matches(':focus'))).toBe(true);
    await page.keyboard.press('Enter');
    await shown.stands('Plugged in');
  });

  it('offers nothing while the server does not answer, and says where to look', async () => {
    await shown.stop();
    await shown.page.locator('#connection', { hasText: 'shows a new address' }).waitFor();
    await shown.stands('Not connected');
    for (const control of await shown.card.locator('button, input, select').all())
      expect(await control.isDisabled()).toBe(true);
  });

  it('says what is no fault, and keeps what was typed', async () => {
    const field = shown.card.getByLabel('Fault, and when it strikes');
    await field.fill('explode');
    await shown.card.getByRole('button', { name: 'Set' }).click();
    await shown.card.getByRole('alert').getByText('"explode" is no fault').waitFor();
    expect(await field.inputValue()).toBe('explode');
  });

  it('explains the fault that is chosen, and puts an example of it there', async () => {
    await shown.card.getByLabel('Kind of fault').selectOption({ label: 'slow flash TIME' });
    expect(await shown.card.getByLabel('Fault, and when it strikes').inputValue()).toBe('slow flash 2ms');
    await shown.card.getByText('for every page that is programmed').waitFor();
  });
});

describe('the panel', () => {
  it.each([
    ['on a phone, light', PHONE, 'light'],
    ['on a phone, dark', PHONE, 'dark'],
    ['on a desk, dark', DESK, 'dark'],
  ] as const)('fits %s: nothing sticks out to the right, and every button can be hit', async (_, size, scheme) => {
    const { page, card } = await Shown.open(size, scheme);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(size.width);
    for (const button of await card.getByRole('button').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(32);
    const pictures = process.env.FERRY_PICTURES;
    if (pictures !== undefined)
      await page.screenshot({ path: path.join(pictures, `panel-${size.width}-${scheme}.png`), fullPage: true });
  });
});
