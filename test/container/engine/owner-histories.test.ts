import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load, makeContainer, order, reopen, type TestContainer, TestFirm } from '../../world/parties.ts';
import { OTHER_PIN, PIN, setPin, tries, unlock } from './owner-scene.ts';
import { apply, codeOf } from './scene.ts';

/** What may happen to a dongle, and a number to choose with. */
type Step = readonly [
  what: 'right' | 'wrong' | 'change' | 'unblock' | 'reopen' | 'arm' | 'disarm' | 'issue' | 'again' | 'arrive',
  number: number,
];

const steps = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('issue' as const, 'issue' as const, 'arm' as const, 'wrong' as const) },
      {
        weight: 3,
        arbitrary: fc.constantFrom<Step[0]>(
          ...(['right', 'change', 'unblock', 'reopen', 'arm', 'disarm', 'again', 'arrive'] as const),
        ),
      },
    ),
    fc.nat(1000),
  ),
  { minLength: 20, maxLength: 60 },
);

const PRODUCTS = [1001, 1002];

class OwnedDongle {
  readonly #firm = new TestFirm();
  readonly #dongle: TestContainer = makeContainer('dongle', 1, { size: 1024 * 1024 });
  readonly #devices = [11, 12, 13].map((number) => makeContainer('soft', number));
  #issued = 0;
  /** Issues that an order allowed. */
  served = 0;
  #pin = PIN;

  constructor() {
    load(this.#firm, this.#dongle, ...PRODUCTS.map((productCode) => ({ productCode, quantity: 100 })));
    this.#issued = 1;
    setPin(this.#dongle.container, PIN);
    reopen(this.#dongle);
  }

  take([what, number]: Step): void {
    const before = tries(this.#dongle) ?? 0;
    const counted = this.#counted();
    const ended = this.#do(what, number);
    const after = tries(this.#dongle) ?? 0;
    if (what === 'issue' && ended === 'nothing') this.served += 1;
    const shows = what === 'right' || what === 'arm' || what === 'disarm';
    const fills = shows ? before > 0 : what === 'change' && ended === 'nothing';
    if (fills) expect(after).toBe(8);
    else if (what === 'unblock') expect(after).toBe(Math.max(before, Math.min(8, Math.max(1, number))));
    else if (ended === 'PIN_WRONG') expect(after).toBe(before - 1);
    else expect(after).toBe(before);
    if (before === 0 && (what === 'right' || what === 'wrong')) expect(ended).toBe('PIN_BLOCKED');
    if (what === 'disarm') expect(this.#counted()).toBeLessThanOrEqual(counted);
    else expect(this.#counted() - counted).toBe(what === 'issue' && ended === 'nothing' ? 1 + (number % 3) : 0);
    this.#checkOrders();
  }

  /** Seats that the armed orders count as given. */
  #counted(): number {
    const given = [...this.#dongle.container.state.served.values()].flatMap(({ quantities }) => quantities);
    return given.reduce((sum, quantity) => sum + quantity, 0);
  }

  #do(what: Step[0], number: number): string {
    const { container } = this.#dongle;
    const device = this.#devices[number % 3] as TestContainer;
    const quantity = 1 + (number % 3);
    switch (what) {
      case 'right':
        return codeOf(() => unlock(container, this.#pin));
      case 'wrong':
        return codeOf(() => unlock(container, 'something else'));
      case 'change':
        return this.#change(number % 2 === 0 ? PIN : OTHER_PIN);
      case 'unblock':
        this.#firm.issue(this.#dongle, { kind: 'unblock', tries: Math.min(255, number) });
        this.#issued += 1;
        return codeOf(() => apply(this.#dongle, this.#firm.update(this.#dongle, { first: this.#issued })));
      case 'arm': {
        codeOf(() => unlock(container, this.#pin));
        const items = PRODUCTS.slice(number % 2).map((productCode) => ({ firmCode: 6000010, productCode, quantity }));
        return codeOf(() => container.run('arm-order', { items, kinds: [], keys: [], most: 1 + (number % 2) }));
      }
      case 'disarm':
        codeOf(() => unlock(container, this.#pin));
        return codeOf(() => container.run('disarm-order', { id: 1 + (number % 4) }));
      case 'issue':
        // Only without the owner: what he gives counts on no order.
        reopen(this.#dongle);
        return codeOf(() => order(this.#dongle, device, [{ holding: 1 + (number % 2), quantity }]));
      case 'again':
        if (!container.state.partners.get(device.key)?.outbound.issued) return 'nothing';
        reopen(this.#dongle);
        return codeOf(() => order(this.#dongle, device, [{ holding: 1 + (number % 2), quantity }], 1));
      case 'arrive':
        return codeOf(() => {
          reopen(this.#dongle);
          const { updates } = this.#dongle.container.run('transit', { target: device.key });
          for (const update of updates)
            this.#dongle.container.run('settle', { context: apply(device, update).receipt });
        });
      case 'reopen':
        reopen(this.#dongle);
        return 'nothing';
    }
  }

  #change(pin: string): string {
    const ended = codeOf(() => setPin(this.#dongle.container, pin));
    if (ended === 'nothing') this.#pin = pin;
    return ended;
  }

  /** No order gave a device more than one set, nor served more devices than it says. */
  #checkOrders(): void {
    const { orders, served } = this.#dongle.container.state;
    for (const { id, items, most, targets } of orders.values()) {
      expect(new Set(targets).size).toBe(targets.length);
      expect(targets.length).toBeLessThanOrEqual(most);
      for (const { order: of, quantities } of served.values())
        if (of === id)
          for (const [at, given] of quantities.entries()) expect(given).toBeLessThanOrEqual(items[at]?.quantity ?? 0);
    }
  }
}

describe('whatever happens to a dongle with a PIN', () => {
  it('its tries rise by the right PIN and by unblock only, and no order gives more than it says', () => {
    let served = 0;
    fc.assert(
      fc.property(steps, (history) => {
        const dongle = new OwnedDongle();
        for (const step of history) dongle.take(step);
        served += dongle.served;
      }),
      { numRuns: 60 },
    );
    expect(served).toBeGreaterThan(60);
  });
});
