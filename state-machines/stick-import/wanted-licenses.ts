import { CERTIFICATE_SUFFIX } from '../../container/files/file-names.ts';

/** The name of the file at the root of a stick that asks devices for their contexts; what is in it does not matter. */
export const REQUEST_NAME = 'FERRY-REQUEST.TXT';

/** Issuers that a device is asked about on one stick; of more, some. */
const MOST_CERTIFICATES = 16;

/** What a stick asks a device for. */
export interface WantedLicenses {
  /** Whether the device is to say who it is and what it has, so that licenses can be issued to it. */
  readonly isWanted: boolean;
  /** Files with certificates of issuers, whom the device need not know. */
  readonly certificates: readonly string[];
}

/** Finds out, name by name, what a stick asks for. */
export class WantedSurvey {
  #isWanted = false;
  readonly #certificates: string[] = [];

  /** @param name of a file that is not hidden; in a folder `FOLDER/NAME` */
  see(name: string): void {
    if (name.toUpperCase() === REQUEST_NAME) this.#isWanted = true;
    if (name.toLowerCase().endsWith(CERTIFICATE_SUFFIX) && this.#certificates.length < MOST_CERTIFICATES)
      this.#certificates.push(name);
  }

  get wanted(): WantedLicenses {
    return { isWanted: this.#isWanted, certificates: this.#isWanted ? this.#certificates : [] };
  }
}
