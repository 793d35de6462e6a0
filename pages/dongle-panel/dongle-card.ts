import { type Child, drawn, element, refill } from '../kit/element.adapter.ts';
import { drawDongle } from './drawn-dongle.ts';
import { linePoints, Rates } from './rates.ts';
import type { ShownDongle, ShownPanel } from './shown-panel.ts';
import { count, isAmiss, sayBytes, sentence, standing, timeOfDay } from './words.ts';

/** What somebody wants of a dongle. @returns why it is refused; undefined when it is done */
export type Act = (dongle: string, request: object) => Promise<string | undefined>;

const [LINE_WIDTH, LINE_HEIGHT] = [240, 40];

/** The card of one dongle: made once, and then kept up to date, so that what somebody types in it or points at stays. */
export class DongleCard {
  readonly root: HTMLElement;
  readonly #rates = new Rates();
  readonly #serial: string;
  readonly #act: Act;
  /** Minutes from UTC to the time of day here. */
  readonly #offset: number;
  readonly #standing = element('p', { class: 'standing', role: 'status' });
  readonly #plug = element('button', { type: 'button', class: 'primary' });
  readonly #cut = element('button', { type: 'button' }, 'Cut the power');
  readonly #memory = element('div');
  readonly #items = element('div');
  readonly #transit = element('div');
  readonly #orders = element('div');
  readonly #numbers = element('dl', { class: 'numbers' });
  readonly #reportLine = drawn('polyline', { class: 'line reports' });
  readonly #sectorLine = drawn('polyline', { class: 'line sectors' });
  readonly #happened = element('ol', { class: 'happened' });
  readonly #faults = element('div');
  readonly #refused = element('p', { class: 'refused', role: 'alert' });
  readonly #text: HTMLInputElement;
  /** What each part shows now, so that only what is new is made anew. */
  readonly #drawn = new Map<Element, string>();
  #shown: ShownDongle;

  constructor(dongle: ShownDongle, offered: ShownPanel['offered'], act: Act, offset: number) {
    this.#serial = dongle.serial;
    this.#shown = dongle;
    this.#act = act;
    this.#offset = offset;
    const [first] = offered;
    this.#text = element('input', {
      id: `fault-${dongle.serial}`,
      value: first?.example ?? '',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      'aria-describedby': `about-${dongle.serial}`,
    });
    this.#plug.addEventListener('click', () => void this.#do({ ask: 'set', faults: [this.#wouldPlug()] }));
    this.#cut.addEventListener('click', () => void this.#do({ ask: 'set', faults: ['cut power'] }));
    this.root = this.#build(dongle, offered);
    this.update(dongle);
  }

  update(dongle: ShownDongle): void {
    this.#shown = dongle;
    this.root.dataset.light = dongle.light;
    this.root.dataset.plugged = String(dongle.isPluggedIn);
    this.#standing.textContent = standing(dongle);
    this.#plug.textContent = dongle.isPluggedIn ? 'Unplug' : 'Plug in';
    const wasOnCut = this.#cut.matches(':focus');
    this.#cut.disabled = !dongle.hasPower;
    // A control that is disabled lets go of the keyboard.
    if (wasOnCut && this.#cut.disabled) this.#plug.focus();
    const { freeMemory, capacity } = dongle;
    this.#redraw(this.#memory, { freeMemory, capacity, isLocked: dongle.isLocked }, () => memoryOf(dongle));
    this.#redraw(this.#items, dongle.items, () => itemsOf(dongle));
    this.#redraw(this.#transit, dongle.transit, () => transitOf(dongle));
    this.#redraw(this.#orders, dongle.orders, () => ordersOf(dongle));
    this.#redraw(this.#happened, dongle.happened, () =>
      dongle.happened.map((one) =>
        element(
          'li',
          { class: isAmiss(one) ? 'fault' : undefined },
          element('time', {}, timeOfDay(one.at, this.#offset)),
          ` ${sentence(one)}`,
        ),
      ),
    );
    this.#keepFocus(() => this.#redraw(this.#faults, dongle.faults, () => this.#faultsOf(dongle)));
  }

  /** Nothing can be done, and what is shown may be over, while the server does not answer. */
  connected(isLive: boolean): void {
    this.root.dataset.live = String(isLive);
    const controls = this.root.querySelectorAll<HTMLButtonElement | HTMLInputElement | HTMLSelectElement>(
      'button, input, select',
    );
    for (const control of controls) control.disabled = !isLive || (control === this.#cut && !this.#shown.hasPower);
    this.#standing.textContent = isLive ? standing(this.#shown) : 'Not connected: this is what it was';
  }

  /** Whoever was at one of the faults that are set is at the one in its place then, or where the next one is written. */
  #keepFocus(redraw: () => void): void {
    const buttons = (): HTMLElement[] => [...this.#faults.querySelectorAll('button')];
    const at = buttons().findIndex((button) => button.matches(':focus'));
    redraw();
    if (at < 0 || this.#faults.querySelector(':focus') !== null) return;
    const left = buttons();
    (left[Math.min(at, left.length - 1)] ?? this.#text).focus();
  }

  /** A second is over. */
  tick(): void {
    const { traffic } = this.#shown;
    this.#rates.tick(traffic);
    const { reports, sectors } = this.#rates.latest;
    const numbers = [
      ['Reports', `${reports}/s`, `${traffic.reportsIn} in, ${traffic.reportsOut} out`],
      ['Sectors', `${sectors}/s`, `${traffic.sectorsRead} read, ${traffic.sectorsWritten} written`],
      ['Flash', String(traffic.flashOperations), 'pages and sectors'],
    ] as const;
    this.#redraw(this.#numbers, numbers, () =>
      numbers.map(([name, value, more]) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          element('dd', {}, element('b', {}, value), element('span', { class: 'soft' }, more)),
        ),
      ),
    );
    const all = this.#rates.all;
    const line = (values: readonly number[]): string => linePoints(values, LINE_WIDTH, LINE_HEIGHT);
    this.#reportLine.setAttribute('points', line(all.map((rate) => rate.reports)));
    this.#sectorLine.setAttribute('points', line(all.map((rate) => rate.sectors)));
  }

  #build({ serial, address }: ShownDongle, offered: ShownPanel['offered']): HTMLElement {
    const lines = drawn(
      'svg',
      {
        viewBox: `0 -2 ${LINE_WIDTH} ${LINE_HEIGHT + 4}`,
        preserveAspectRatio: 'none',
        class: 'lines',
        role: 'img',
        'aria-label': 'Reports and sectors of the last minute',
      },
      this.#reportLine,
      this.#sectorLine,
    );
    return element(
      'article',
      { class: 'card', 'aria-label': `Dongle ${serial}` },
      element(
        'header',
        { class: 'top' },
        drawDongle(serial),
        element(
          'div',
          { class: 'who' },
          element('h2', {}, serial),
          this.#standing,
          element('p', { class: 'address' }, element('code', {}, address)),
          element('div', { class: 'buttons' }, this.#plug, this.#cut),
        ),
      ),
      element(
        'div',
        { class: 'parts' },
        part('Contents', this.#memory, this.#items),
        part('In transit', this.#transit),
        part('Work orders', this.#orders),
        part('Traffic', this.#numbers, lines),
        part('Faults', this.#form(offered), this.#refused, this.#faults),
        part('What happened', this.#happened),
      ),
    );
  }

  #form(offered: ShownPanel['offered']): HTMLElement {
    const about = element('p', { class: 'about', id: `about-${this.#serial}` });
    const choice = element(
      'select',
      { 'aria-label': 'Kind of fault' },
      ...offered.map(({ form }, at) => element('option', { value: String(at) }, form.split(',')[0] ?? form)),
    );
    const explain = (): void => {
      const one = offered[Number(choice.value)];
      if (one === undefined) return;
      refill(about, one.about, ' ', element('code', {}, one.form));
      this.#text.value = one.example;
    };
    choice.addEventListener('change', explain);
    explain();
    const form = element(
      'form',
      { class: 'fault-form' },
      choice,
      element('label', { for: `fault-${this.#serial}`, class: 'hidden' }, 'Fault, and when it strikes'),
      this.#text,
      element('button', { type: 'submit' }, 'Set'),
      about,
      element(
        'p',
        { class: 'about' },
        'With a moment behind it, later: ',
        element('code', {}, 'at 5s'),
        ', ',
        element('code', {}, 'at report 70'),
        ', ',
        element('code', {}, 'at sector 40'),
        ', ',
        element('code', {}, 'at flash 3'),
        '.',
      ),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#do({ ask: 'set', faults: [this.#text.value] });
    });
    return form;
  }

  #faultsOf({ faults }: ShownDongle): readonly Child[] {
    if (faults.length === 0) return [nothing('None is set.')];
    const rows = faults.map(({ id, fault, state, left }) => {
      const clear = element('button', { type: 'button', class: 'small', 'aria-label': `Clear ${fault}` }, 'Clear');
      clear.addEventListener('click', () => void this.#do({ ask: 'clear', id }));
      const more = left === null ? state : `${state}, ${left} left`;
      return element('li', {}, element('code', {}, fault), element('span', { class: 'soft' }, more), clear);
    });
    const all = element('button', { type: 'button', class: 'small' }, 'Clear all');
    all.addEventListener('click', () => void this.#do({ ask: 'clear' }));
    return [element('ul', { class: 'set' }, ...rows), ...(faults.length > 1 ? [all] : [])];
  }

  async #do(request: object): Promise<void> {
    this.#refused.textContent = (await this.#act(this.#serial, request)) ?? '';
  }

  #wouldPlug(): string {
    return this.#shown.isPluggedIn ? 'unplug' : 'plug';
  }

  #redraw(place: Element, shown: unknown, make: () => readonly Child[]): void {
    const now = JSON.stringify(shown);
    if (this.#drawn.get(place) === now) return;
    this.#drawn.set(place, now);
    refill(place, ...make());
  }
}

function part(title: string, ...children: readonly Child[]): HTMLElement {
  return element(
    'section',
    { class: `part ${title.toLowerCase().replaceAll(' ', '-')}` },
    element('h3', {}, title),
    ...children,
  );
}

function nothing(text: string): HTMLElement {
  return element('p', { class: 'soft' }, text);
}

function memoryOf({ freeMemory, capacity, isLocked }: ShownDongle): readonly Child[] {
  const used = capacity - freeMemory;
  const bar = element('meter', { min: '0', max: String(capacity), value: String(used), 'aria-label': 'Memory in use' });
  const text = element('span', { class: 'soft' }, `${sayBytes(used)} of ${sayBytes(capacity)} in use`);
  const warning = isLocked
    ? [element('p', { class: 'refused' }, 'Its state does not match its anchor: it is locked.')]
    : [];
  return [element('div', { class: 'memory' }, bar, text), ...warning];
}

function itemsOf({ items }: ShownDongle): readonly Child[] {
  if (items.length === 0) return [nothing('No licenses.')];
  const rows = items.map(({ firmCode, firm, productCode, text, held, pending }) =>
    element(
      'li',
      {},
      element(
        'span',
        {},
        element('b', {}, text === '' ? `Product ${productCode}` : text),
        element('span', { class: 'soft' }, `${firm} ${firmCode}:${productCode}`),
      ),
      element(
        'span',
        { class: 'seats' },
        element('b', {}, String(held)),
        element(
          'span',
          { class: 'soft' },
          pending === 0 ? (held === 1 ? 'seat' : 'seats') : `held, ${pending} in transit`,
        ),
      ),
    ),
  );
  return [element('ul', { class: 'items' }, ...rows)];
}

function transitOf({ transit }: ShownDongle): readonly Child[] {
  if (transit.length === 0) return [nothing('Nothing is on its way.')];
  const rows = transit.map(({ target, sequence, seats, isCancelled }) =>
    element(
      'li',
      {},
      element(
        'span',
        {},
        element('b', {}, `To ${target}`),
        element('span', { class: 'soft' }, `sequence ${sequence}${isCancelled ? ', cancelled' : ''}`),
      ),
      element(
        'span',
        { class: 'seats' },
        element('b', {}, String(seats)),
        element('span', { class: 'soft' }, seats === 1 ? 'seat' : 'seats'),
      ),
    ),
  );
  return [element('ul', { class: 'items' }, ...rows)];
}

function ordersOf({ orders }: ShownDongle): readonly Child[] {
  if (orders.length === 0) return [nothing('None is armed.')];
  const rows = orders.map(({ id, items, served, most }) =>
    element(
      'li',
      {},
      element(
        'span',
        {},
        element('b', {}, `Order ${id}`),
        element('span', { class: 'soft' }, `${items.join(', ')} each`),
      ),
      element(
        'span',
        { class: 'seats' },
        element('b', {}, `${served}/${most}`),
        element('span', { class: 'soft' }, count(most, 'device').replace(/^\d+ /, '')),
      ),
    ),
  );
  return [element('ul', { class: 'items' }, ...rows)];
}
