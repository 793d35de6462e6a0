import type { Party, Stage } from '../flash/stage.ts';
import type { Size } from '../proof.ts';

/** A dongle, who has to do with it, and what somebody puts into its inbox. */
export interface MailCase {
  readonly dongle: Party;
  /** The other containers: what the dongle has for them is brought to them in the end, and their answers back. */
  readonly others: readonly Party[];
  /** By its name in the inbox. */
  readonly mail: ReadonlyMap<string, Uint8Array>;
  /** Names of those files of it that the dongle cannot take, whatever else happens. */
  readonly stays: readonly string[];
  /** Transfers that stay in transit, since it is for the owner to settle them; none unless given. */
  readonly ofOwner?: number;
  /** Seats that the dongle and each of the others have in the end, by product. */
  readonly held: readonly Readonly<Record<string, number>>[];
}

/** A volume with mail, of whose answering every piece is cut, in the flash of the dongle and in the file of the volume. */
export interface MailScenario {
  readonly name: string;
  /** The smallest size of a run that has it. */
  readonly size: Size;
  /** Set where there is so much to do that each cut is given less. */
  readonly heavy?: true;
  readonly play: (stage: Stage) => MailCase;
}
