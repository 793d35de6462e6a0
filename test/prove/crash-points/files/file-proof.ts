import { picker } from '../../../container/store/faulty-flash.ts';
import { newResult, type Proof, type Result, type Run, type Size } from '../proof.ts';
import { DiskImage } from './disk-image.ts';
import { ALL_TEARS, type DiskCut, type DiskThoroughness, diskCutsOf, diskStates } from './disk-states.ts';
import type { FileScenario, FileStep } from './file-scenario.ts';
import { RecordedDisk } from './recorded-disk.ts';
import { SimulatedFs } from './simulated-fs.ts';

/** How much each cut is given. */
interface Effort {
  /** Of the cuts in the work. */
  readonly first: DiskThoroughness;
  /** Of the cuts in what follows a cut: the work done once more. */
  readonly again: DiskThoroughness;
  /** Crash states from which the work is done again. */
  readonly recoveries: number;
}

const EVERY_TEAR: DiskThoroughness = { mixtures: 1, tears: ALL_TEARS };
const ONLY_TEARS: DiskThoroughness = { mixtures: 0, tears: ALL_TEARS };

const EFFORTS: Record<Size | 'heavy', Effort> = {
  quick: { first: EVERY_TEAR, again: ONLY_TEARS, recoveries: 1 },
  heavy: { first: EVERY_TEAR, again: { mixtures: 0, tears: 2 }, recoveries: 1 },
  usual: { first: { mixtures: 2, tears: ALL_TEARS }, again: ONLY_TEARS, recoveries: 1 },
  long: { first: { mixtures: 40, tears: ALL_TEARS }, again: ONLY_TEARS, recoveries: 6 },
};

/** A scenario of adapters on a simulated disk. */
export function fileProof(scenario: FileScenario): Proof {
  return {
    name: scenario.name,
    size: scenario.size,
    run: async (run) => {
      const simulated = new SimulatedFs();
      const giveBack = simulated.install();
      try {
        return await new FileCheck(scenario, run, simulated).run();
      } finally {
        giveBack();
      }
    },
  };
}

/** What a piece of work led from and to. */
interface Bounds {
  readonly step: FileStep;
  readonly before: string;
  readonly after: string;
  readonly names: string;
}

class FileCheck {
  readonly #scenario: FileScenario;
  readonly #run: Run;
  readonly #fs: SimulatedFs;
  readonly #effort: Effort;
  readonly #result: Result = newResult();
  readonly #found = new Map<string, string>();
  readonly #history: string[] = [];

  constructor(scenario: FileScenario, run: Run, simulated: SimulatedFs) {
    this.#scenario = scenario;
    this.#run = run;
    this.#effort = EFFORTS[scenario.heavy && run.size === 'usual' ? 'heavy' : run.size];
    this.#fs = simulated;
  }

  async run(): Promise<Result> {
    const { prepare, steps } = this.#scenario;
    const first = new RecordedDisk(new DiskImage());
    this.#fs.boot(first);
    await prepare();
    let disk = new RecordedDisk(first.whole);
    for (const [number, step] of steps.entries()) {
      this.#history.push(step.label);
      const before = await this.#lookAt(disk.whole);
      this.#fs.boot(disk);
      await step.work();
      const after = await this.#lookAt(disk.whole);
      const bounds = { step, before, after, names: namesOn(disk.whole) };
      this.#result.operations += disk.operations.length;
      const end = await this.#checkStep(disk, bounds, number);
      if (end === undefined || (await this.#run.isOver())) return this.#result;
      disk = new RecordedDisk(end.durable, end.loose);
    }
    return this.#result;
  }

  /** @returns the moment after the last operation; undefined when something was violated */
  async #checkStep(disk: RecordedDisk, bounds: Bounds, number: number): Promise<DiskCut | undefined> {
    const { only, seed } = this.#run;
    let last: DiskCut | undefined;
    for (const cut of diskCutsOf(disk)) {
      last = cut;
      if (only !== undefined && (only.step !== number || (only.cut ?? cut.at) !== cut.at)) continue;
      this.#result.cuts += 1;
      if (only !== undefined) this.#result.history = [...this.#history];
      try {
        await this.#checkCut(cut, bounds, seed * 1_000_003 + number * 4099 + cut.at);
      } catch (error) {
        const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        this.#result.violation = { what, history: this.#history, step: number, cut: cut.at, seed };
        return undefined;
      }
      if (await this.#run.isOver()) break;
    }
    return last;
  }

  async #checkCut(cut: DiskCut, bounds: Bounds, seed: number): Promise<void> {
    const { before, after } = bounds;
    const allowed = cut.begun === undefined ? [after] : [before, after];
    const pick = picker(seed);
    // Which of them are recovered depends on this cut alone, so that it can be played again without the others.
    const recovered = new Set<string>();
    for (const image of diskStates(cut, this.#effort.first, pick)) {
      const fingerprint = await this.#demand(image, allowed);
      if (recovered.size >= this.#effort.recoveries || recovered.has(fingerprint)) continue;
      recovered.add(fingerprint);
      await this.#recover(new RecordedDisk(image), bounds, [await this.#lookAt(image), bounds.after], seed);
      if (await this.#run.isOver()) return;
    }
    // The program ended and the power stayed: the next one reads what is not durable yet.
    if (cut.loose.length > 0 && bounds.step.lazy !== true)
      await this.#recover(new RecordedDisk(cut.durable, cut.loose), bounds, allowed, seed);
  }

  /** Looks at a crash state, once, and demands one of these contents. @returns what tells it from others */
  async #demand(image: DiskImage, allowed: readonly string[]): Promise<string> {
    const { fingerprint } = image;
    const known = this.#found.get(fingerprint);
    const found = known ?? (await this.#lookAt(image));
    if (!allowed.includes(found)) throw new Error(`it holds ${short(found)}, not ${allowed.map(short).join(' or ')}`);
    if (known !== undefined) return fingerprint;
    this.#found.set(fingerprint, found);
    this.#result.states += 1;
    if (allowed.length > 1 && found === allowed[0]) this.#result.before += 1;
    else this.#result.after += 1;
    return fingerprint;
  }

  /**
   * Does the work once more, which has to lead to the end, and cuts the power in that, too.
   *
   * @param allowed what may be there as long as the work is not done again
   */
  async #recover(
    disk: RecordedDisk,
    { step, after, names }: Bounds,
    allowed: readonly string[],
    seed: number,
  ): Promise<void> {
    const isDone = step.once && (await this.#lookAt(disk.whole)) === after;
    if (isDone && this.#scenario.goOn === undefined) return;
    this.#fs.boot(disk);
    if (!isDone) await step.work();
    const end = disk.whole;
    if ((await this.#lookAt(end)) !== after) throw new Error('done once more, it leads to another end');
    if (!isDone && namesOn(end) !== names)
      throw new Error(`done once more, it leaves ${namesOn(end)} instead of ${names}`);
    const worked = disk.operations.length;
    this.#fs.boot(disk);
    this.#scenario.goOn?.();
    const onward = await this.#lookAt(disk.whole);
    const pick = picker(seed + 1);
    for (const cut of diskCutsOf(disk)) {
      this.#result.pairs += 1;
      const isOver = cut.begun === undefined;
      const then = isOver ? [onward] : isDone ? [...allowed, onward] : cut.at < worked ? allowed : [after, onward];
      for (const again of diskStates(cut, this.#effort.again, pick)) await this.#demand(again, then);
      if (await this.#run.isOver()) return;
    }
  }

  async #lookAt(image: DiskImage): Promise<string> {
    this.#fs.boot(new RecordedDisk(image));
    return await this.#scenario.look();
  }
}

/** Every name on a disk but those of lock files, which need not outlast their program. */
function namesOn(image: DiskImage): string {
  const paths = [...image.tree()].map(([path]) => path);
  return paths.filter((path) => !/\/writer\.\d+\.(lock|new)$/.test(path)).join(' ');
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
