import * as v from 'valibot';
import { FAULTS } from '../usb/faults/fault.ts';
import type { FaultBoard } from '../usb/faults/fault-board.ts';
import { answerFaultRequest, type FaultAnswer, faultRequestSchema } from '../usb/faults/fault-messages.ts';
import type { DongleView, ShownDongle } from './dongle-view.ts';

/** What the panel is told, again and again. JSON. */
export interface ShownPanel {
  readonly dongles: readonly ShownDongle[];
  /** Every fault that there is: how it is written, and what it does. */
  readonly offered: readonly { readonly form: string; readonly example: string; readonly about: string }[];
}

const deedSchema = v.strictObject({
  /** Serial number of the dongle. */
  dongle: v.pipe(v.string(), v.maxLength(64)),
  request: faultRequestSchema,
});

const OFFERED = Object.values(FAULTS).map(({ form, example, about }) => ({ form, example, about }));

interface OnPanel {
  readonly view: DongleView;
  readonly faults: FaultBoard;
}

/** The front panel of the dongles that one program serves. */
export class Panel {
  readonly #dongles = new Map<string, OnPanel>();

  add(serial: string, dongle: OnPanel): void {
    this.#dongles.set(serial, dongle);
  }

  remove(serial: string): void {
    this.#dongles.delete(serial);
  }

  async shown(): Promise<ShownPanel> {
    const dongles = await Promise.all([...this.#dongles.values()].map(({ view }) => view.shown()));
    return { dongles, offered: OFFERED };
  }

  /** Carries out what somebody at the panel wants. @param deed what came, of whichever form */
  act(deed: unknown): FaultAnswer {
    const parsed = v.safeParse(deedSchema, deed);
    const faults = parsed.success ? this.#dongles.get(parsed.output.dongle)?.faults : undefined;
    if (!parsed.success) return { ok: false, why: 'the request has another form' };
    if (faults === undefined) return { ok: false, why: `no dongle ${parsed.output.dongle} is served here` };
    return answerFaultRequest(faults, parsed.output.request);
  }
}
