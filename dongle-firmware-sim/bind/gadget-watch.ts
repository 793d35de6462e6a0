import { type GadgetView, nextGadgetStep, UNPLUGGED } from './gadget-state.ts';

export interface GadgetWatchOptions {
  /** Looks at the gadget. */
  readonly look: () => GadgetView;
  /** Whether the firmware has put the medium in, and not taken it out since. */
  readonly hadMedium: () => boolean;
  readonly mailbox: { plugged(): void; ejected(): void; unplugged(): void; changed(): void };
  /** Whether there is something to tell that the volume does not tell yet. */
  readonly hasNews: () => boolean;
  /** Is told that a computer has it, or is gone. */
  readonly onComputer: (isThere: boolean) => void;
}

/** Looks at a gadget from time to time, and tells its mailbox what a computer did. */
export class GadgetWatch {
  readonly #options: GadgetWatchOptions;
  #state = UNPLUGGED;

  constructor(options: GadgetWatchOptions) {
    this.#options = options;
  }

  look(): void {
    const { look, hadMedium, mailbox, onComputer, hasNews } = this.#options;
    const { state, events } = nextGadgetStep(this.#state, hadMedium(), look());
    this.#state = state;
    for (const event of events) {
      mailbox[event]();
      if (event !== 'ejected') onComputer(event === 'plugged');
    }
    if (!state.isThere && hasNews()) mailbox.changed();
  }

  /** It was pulled out. */
  end(): void {
    const { mailbox, onComputer } = this.#options;
    if (!this.#state.isThere) return;
    this.#state = UNPLUGGED;
    mailbox.unplugged();
    onComputer(false);
  }
}
