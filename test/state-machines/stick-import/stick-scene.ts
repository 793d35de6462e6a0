import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { unarmor } from '../../../container/files/armor.ts';
import { MountedStick } from '../../../device-side/index.ts';
import {
  RESULT_NAME,
  resumeStickImport,
  runStickImport,
  type Stick,
  type StickImportPorts,
  type StickImportResult,
} from '../../../state-machines/index.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { ImportScene, SERIAL } from '../update-import/import-scene.ts';
import { portsIn } from './stick-places.ts';

/** A device, and the stick that is plugged into it. */
export class StickScene extends ImportScene {
  readonly states: string[] = [];
  readonly #kept: string;

  constructor(folder: string) {
    super(folder);
    this.#kept = path.join(folder, 'kept');
  }

  get ports(): StickImportPorts {
    return portsIn(this.#kept, this.client, (state) => this.states.push(state));
  }

  /** Where the device keeps what is not done. */
  get kept(): string {
    return this.#kept;
  }

  /** Files of what is kept for later. */
  keptFiles(): string[] {
    if (!fs.existsSync(this.#kept)) return [];
    const all = fs.readdirSync(this.#kept, { recursive: true, withFileTypes: true });
    return all.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  /** The text for people. */
  result(): string {
    return fs.readFileSync(path.join(this.stick, RESULT_NAME), 'utf8');
  }

  plugged(): Stick {
    return new MountedStick(this.stick, () => true);
  }

  take(over: { readonly stick?: Stick; readonly ports?: Partial<StickImportPorts> } = {}): Promise<StickImportResult> {
    return runStickImport({ ...this.ports, ...over.ports }, over.stick ?? this.plugged());
  }

  resume(over: Partial<StickImportPorts> = {}): Promise<StickImportResult | null> {
    return resumeStickImport({ ...this.ports, ...over });
  }
}

/** Makes scenes, each of which is closed after its test. */
export function stickScenes(): () => StickScene {
  const makeFolder = temporaryFolders();
  const made: StickScene[] = [];
  // Before the folders go.
  afterEach(() => {
    for (const one of made.splice(0)) one.close();
  });
  return () => {
    const here = new StickScene(makeFolder());
    made.push(here);
    return here;
  };
}

/** A stick that is pulled out before, or after, so many things were asked of it. */
export function pulledAfter(stick: Stick, most: number, isDone: boolean): Stick & { readonly asked: number } {
  let asked = 0;
  const gone = (): FerryError => new FerryError('STICK_GONE', { where: stick.where });
  const unlessGone = async <T>(work: () => Promise<T>): Promise<T> => {
    asked += 1;
    if (asked > most + 1 || (asked === most + 1 && !isDone)) throw gone();
    const result = await work();
    if (asked === most + 1) throw gone();
    return result;
  };
  return {
    where: stick.where,
    get asked() {
      return asked;
    },
    async *entries() {
      for await (const entry of stick.entries()) yield await unlessGone(async () => entry);
    },
    read: (name) => unlessGone(() => stick.read(name)),
    write: (name, envelope) => unlessGone(() => stick.write(name, envelope)),
    readResult: () => unlessGone(() => stick.readResult()),
    writeResult: (text) => unlessGone(() => stick.writeResult(text)),
  };
}

/** Puts updates of a vendor and of a dongle onto the stick, one of them in a folder. */
export function loadedStick(here: StickScene): StickScene {
  here.issueFrom(here.firm, 2);
  here.putFrom(here.firm, 'a.ferry-update', 1, 2);
  fs.mkdirSync(path.join(here.stick, 'from dongle'));
  here.put('from dongle/b.ferry-update', here.issueFromDongle(2));
  return here;
}

/**
 * Pulls a loaded stick out after so many things were asked of it, plugs it in again, and expects that nothing is lost or doubled.
 *
 * @returns how the first import ended, and whether it was pulled out at all
 */
export async function pullOut(here: StickScene, most: number, isDone: boolean) {
  const stick = pulledAfter(here.plugged(), most, isDone);
  const { end, failure } = await here.take({ stick });
  expect(failure?.code).toBe(end === 'answered' ? undefined : 'STICK_GONE');
  for (const name of fs.readdirSync(here.stick).filter((one) => one.endsWith('.ferry-context')))
    expect(unarmor(fs.readFileSync(path.join(here.stick, name), 'utf8')).ok).toBe(true);
  expect(here.items()).toBe(end === 'untouched' ? 0 : 3);
  const again = await here.take();
  expect([again.end, here.items(), here.keptFiles()]).toEqual(['answered', 3, []]);
  expect(here.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
  expect(here.result()).toContain(`== ${SERIAL} ==`);
  return { end, isPulled: stick.asked > most };
}
