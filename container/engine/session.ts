import type { Asker } from '../commands/command.ts';
import { CHALLENGE_BYTES } from '../files/sealed-pin.ts';
import type { Hash } from '../model/ids.ts';
import type { ContainerState } from './state.ts';

/** By what right a command is carried out: the owner's, or only as far as an armed work order covers it. */
export type Authority = 'owner' | 'order';

/** Who asks: `unattended` is nobody in person, and never the owner. */
export type Presence = 'attended' | 'unattended';

/** What one conversation with a container remembers; nothing of it is durable, and none knows of another. */
export class Session {
  readonly #presence: Presence;
  #challenge: Uint8Array | null = null;
  #shown: Hash | null = null;

  constructor(presence: Presence) {
    this.#presence = presence;
  }

  /** A challenge for the next attempt, in place of an earlier one. */
  newChallenge(random: (length: number) => Uint8Array): Uint8Array {
    this.#challenge = random(CHALLENGE_BYTES);
    return this.#challenge;
  }

  /** The open challenge, which is used up by this; null when there is none. */
  takeChallenge(): Uint8Array | null {
    const challenge = this.#challenge;
    this.#challenge = null;
    return challenge;
  }

  /** The PIN with that verifier was shown, or set, in this session. */
  show(verifier: Hash): void {
    this.#shown = verifier;
  }

  /** Whether the present PIN was shown here; where none is set, everybody in person is the owner. */
  isOwner(state: ContainerState): boolean {
    if (this.#presence === 'unattended') return false;
    const pin = state.owner.get('pin');
    return pin === undefined || pin.verifier === this.#shown;
  }
}

/** By what right a session may give a command; undefined when it may not. The only place that looks at `asker`. */
export function authorityFor(
  { asker, orderSuffices }: { readonly asker: Asker; readonly orderSuffices?: true },
  state: ContainerState,
  session: Session,
): Authority | undefined {
  if (asker !== 'owner' || session.isOwner(state)) return 'owner';
  return orderSuffices === true && state.orders.size > 0 ? 'order' : undefined;
}
