import { FerryError } from '../../container/errors.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { answerMail } from './answer-mail.ts';
import { VOLUME_BYTES } from './fat-volume.ts';
import {
  type MailboxAction,
  type MailboxInput,
  type MailboxState,
  nextMailboxStep,
  poweredMailbox,
} from './mailbox-policy.ts';
import type { MailPorts } from './take-mail.ts';

/** Seconds without a word after a flush, until a computer is taken to have written what it wanted to write. */
const SILENCE = 2;

/** The drive that shows the volume to a computer, as its mailbox needs it. */
export interface MailboxDrive {
  /** All bytes of the volume, as they are now; undefined when there never was one. @throws FILE_UNREADABLE */
  copy(): Uint8Array | undefined;
  /** Takes the medium out: a computer finds none from now on. */
  remove(): void;
  /**
   * Puts the medium in, as one that may have changed.
   *
   * @param image what is on it from now on: all of it or, if the power goes, nothing; undefined: what was on it before
   * @throws STORE_WRITE_FAILED; the medium is not in then, and what was on it is as before
   */
  insert(image: Uint8Array | undefined): void;
}

/** A wait that can be broken off. One at a time. */
export interface SilenceTimer {
  start(seconds: number, onQuiet: () => void): void;
  stop(): void;
}

export interface MailboxOptions extends MailPorts {
  readonly drive: MailboxDrive;
  readonly timer: SilenceTimer;
  /** Bytes of the volume. Default: 16 MiB, as a dongle has it. */
  readonly volumeBytes?: number;
  /** Is told whether the firmware works on the volume: that is what the light shows. */
  readonly onWorking: (isWorking: boolean) => void;
  /** Is told why mail was not taken, or a volume not changed: a failure of the memory, or a defect. */
  readonly onFailure: (error: unknown) => void;
}

/** The volume of a dongle as a mailbox: told what a computer does with the drive, it does the rest. */
export class Mailbox {
  readonly #options: MailboxOptions;
  #state: MailboxState;
  /** What takes the place of the volume; undefined while that stays as it is. */
  #answer: Uint8Array | undefined;
  #work: Promise<void> = Promise.resolve();

  /** Begins with the work that was to be done when the power went. The drive is to have no medium yet. */
  constructor(options: MailboxOptions) {
    this.#options = options;
    const { state, actions } = poweredMailbox();
    this.#state = state;
    this.#act(actions);
  }

  /** A computer is there. */
  plugged(): void {
    this.#take('plugged');
  }

  /** The computer is gone, with or without a word. */
  unplugged(): void {
    this.#take('unplugged');
  }

  /** The computer wrote. */
  written(): void {
    this.#take('written');
  }

  /** The computer had everything made durable. */
  flushed(): void {
    this.#take('flushed');
  }

  /** The computer ejected the volume. */
  ejected(): void {
    this.#take('ejected');
  }

  /** The container is not any more as the volume tells. */
  changed(): void {
    this.#take('changed');
  }

  /** When no work is under way. */
  async rested(): Promise<void> {
    for (let work: Promise<void> | undefined; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }

  #take(input: MailboxInput): void {
    const { state, actions } = nextMailboxStep(this.#state, input);
    this.#state = state;
    this.#act(actions);
  }

  #act(actions: readonly MailboxAction[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: MailboxAction): void {
    const { drive, timer } = this.#options;
    switch (action) {
      case 'await silence':
        timer.start(SILENCE, () => this.#take('silent'));
        break;
      case 'wait no more':
        timer.stop();
        break;
      case 'remove':
        drive.remove();
        break;
      case 'work':
        this.#work = this.#doWork();
        break;
      case 'swap':
        this.#swap();
        break;
    }
  }

  async #doWork(): Promise<void> {
    this.#options.onWorking(true);
    this.#answer = await this.#answerTo(this.#options.drive);
    this.#options.onWorking(false);
    this.#take('worked');
  }

  /** What cannot be read now may be read the next time: it is left as it is, with the mail that lies on it. */
  async #answerTo(drive: MailboxDrive): Promise<Uint8Array | undefined> {
    try {
      const there = drive.copy() ?? NO_BYTES;
      const answer = await answerMail(wholeVolume(there, this.#options.volumeBytes), this.#options);
      return Buffer.compare(there, answer) === 0 ? undefined : answer;
    } catch (error) {
      this.#options.onFailure(error);
      return undefined;
    }
  }

  /** The medium comes in, with the answer or, where that cannot be written, as it was. */
  #swap(): void {
    const answer = this.#answer;
    this.#answer = undefined;
    const insert = (image: Uint8Array | undefined) => (): true => {
      this.#options.drive.insert(image);
      return true;
    };
    const isIn = answer === undefined ? undefined : this.#attempt(insert(answer));
    if (isIn === undefined) this.#attempt(insert(undefined));
  }

  /** Undefined, once it was told, where something of the memory fails. */
  #attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      this.#options.onFailure(error);
      return undefined;
    }
  }
}

/** A volume of which some is missing, or that has more, is read as one that is damaged. */
function wholeVolume(there: Uint8Array, bytes = VOLUME_BYTES): Uint8Array {
  if (there.length === bytes) return there;
  const whole = new Uint8Array(bytes);
  whole.set(there.subarray(0, bytes));
  return whole;
}
