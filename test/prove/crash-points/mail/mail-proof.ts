import { Container } from '../../../../container/container.ts';
import { picker } from '../../../container/store/faulty-flash.ts';
import type { Content } from '../../../dongle-firmware-sim/volume/mailbox-scene.ts';
import type { DiskImage } from '../files/disk-image.ts';
import { RecordedDisk } from '../files/recorded-disk.ts';
import { SimulatedFs } from '../files/simulated-fs.ts';
import { contentOf, shown } from '../flash/content.ts';
import { Coverage } from '../flash/coverage.ts';
import { EFFORTS, type Effort } from '../flash/crash-check.ts';
import { type Durable, type Inherited, RecordedMemory } from '../flash/recorded-memory.ts';
import { Stage } from '../flash/stage.ts';
import { newResult, type Proof, type Result, type Run } from '../proof.ts';
import { type JointCut, jointCutsOf, jointStates, type Left } from './joint-cuts.ts';
import { carryToTheEnd, demandFiles, inInbox, OWN_FILES } from './mail-end.ts';
import type { MailCase, MailScenario } from './mail-scenario.ts';
import { type DongleMedia, newDisk, PoweredDongle, volumeOn } from './powered-dongle.ts';

/** Mixtures of what is lost, kept and torn on the disk, for each cut. */
const MIXTURES = 2;
/** Crash states after which a long run leaves a scenario: what memory holds. */
const MOST = 1_000_000;

/** A scenario of mail, on flash memory with an anchor and a simulated disk. */
export function mailProof(scenario: MailScenario): Proof {
  return {
    name: scenario.name,
    size: scenario.size,
    run: async (run) => {
      const simulated = new SimulatedFs();
      const giveBack = simulated.install();
      try {
        const result = newResult();
        const effort = run.size === 'quick' ? EFFORTS.quick : scenario.heavy ? EFFORTS.heavy : EFFORTS.usual;
        for (let { seed } = run; ; seed++) {
          const mailCase = scenario.play(new Stage(new Coverage()));
          await new MailCheck(mailCase, { ...run, seed }, effort, simulated, result).run();
          const isEnough = run.size !== 'long' || result.violation !== null || result.states > MOST;
          if (isEnough || (await run.isOver())) return result;
        }
      } finally {
        giveBack();
      }
    },
  };
}

/** A piece of work of a dongle. */
interface Step {
  readonly label: string;
  readonly dongle: PoweredDongle;
  /** Number of its first operation. */
  readonly from: number;
  /** Files that are on the volume before and after it, whatever happens. */
  readonly kept: Content;
  /** What is put into the inbox afterwards. */
  readonly toCome: Content;
}

/** What a piece of work leads to, however often it is begun. */
interface End {
  /** What the container shows. */
  readonly shown: string;
  /** What lies on the volume. */
  readonly names: string;
}

/** Plays a scenario without a cut. @param watch called before each operation on the disk */
export async function playMail(
  simulated: SimulatedFs,
  { dongle: party, mail, stays }: MailCase,
  watch: () => void = () => undefined,
): Promise<Step[]> {
  const on = (memory: Durable, image: DiskImage, chance: string): Promise<PoweredDongle> => {
    const disk = new RecordedDisk(image);
    disk.onOperation = watch;
    return PoweredDongle.on(simulated, party, { memory: new RecordedMemory(memory), disk }, chance);
  };
  const first = await on(party.memory.whole, newDisk(simulated).whole, 'the dongle');
  const { memory, disk } = first.media;
  const second = await on(memory.whole, disk.whole, 'the dongle with mail');
  const from = await second.bring(new Map([...OWN_FILES, ...inInbox(mail)]));
  const left = new Map([...mail].filter(([name]) => stays.includes(name)));
  return [
    { label: 'make its first volume', dongle: first, from: 0, kept: new Map(), toCome: mail },
    {
      label: 'answer the mail',
      dongle: second,
      from,
      kept: new Map([...OWN_FILES, ...inInbox(left)]),
      toCome: new Map(),
    },
  ];
}

class MailCheck {
  readonly #run: Run;
  readonly #effort: Effort;
  readonly #simulated: SimulatedFs;
  readonly #result: Result;
  readonly #case: MailCase;
  readonly #history: string[] = [];
  /** What crash states were found to hold. */
  readonly #found = new Map<string, { readonly content: string; readonly volume: string }>();
  /** What a dongle began with, from where everything was carried to the end. */
  readonly #carried = new Set<string>();

  constructor(mailCase: MailCase, run: Run, effort: Effort, simulated: SimulatedFs, result: Result) {
    this.#case = mailCase;
    this.#run = run;
    this.#effort = effort;
    this.#simulated = simulated;
    this.#result = result;
  }

  async run(): Promise<void> {
    const { only, seed, isOver } = this.#run;
    const played = { step: 0, cut: 0 };
    try {
      for (const [number, step] of (await playMail(this.#simulated, this.#case)).entries()) {
        Object.assign(played, { step: number, cut: 0 });
        this.#history.push(step.label);
        const end = await this.#endOf(step);
        this.#result.operations += step.dongle.moments.length - step.from;
        for (const cut of jointCutsOf(step.dongle, step.from)) {
          played.cut = cut.at - step.from;
          if (only !== undefined && (only.step !== number || (only.cut ?? played.cut) !== played.cut)) continue;
          this.#result.cuts += 1;
          if (only !== undefined) this.#result.history = [...this.#history];
          await this.#checkCut(step, end, cut, seed * 1_000_003 + number * 4099 + played.cut);
          if (await isOver()) return;
        }
      }
    } catch (error) {
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#result.violation = { what, history: this.#history, ...played, seed };
    }
  }

  /** What a piece of work leads to when nothing goes wrong. */
  async #endOf(step: Step): Promise<End> {
    const { memory, disk } = step.dongle.media;
    const media = { memory: new RecordedMemory(memory.whole), disk: new RecordedDisk(disk.whole) };
    const dongle = await this.#power(media, 'once more');
    if (dongle.contents.contents.length > 1) throw new Error('it commits something when nothing has come');
    const end = await this.#lookAt(dongle);
    await this.#carry(dongle, step);
    return end;
  }

  async #checkCut(step: Step, end: End, cut: JointCut, seed: number): Promise<void> {
    const may = allowedIn(step.dongle, cut, step.from);
    const pick = picker(seed);
    // Which of them are recovered depends on this cut alone, so that it can be played again without the others.
    const recovered = new Set<string>();
    for (const left of jointStates(cut, this.#effort.first, MIXTURES, pick)) {
      const fingerprint = this.#demand(left, may);
      if (recovered.size >= this.#effort.recoveries || recovered.has(fingerprint)) continue;
      recovered.add(fingerprint);
      const media = { memory: new RecordedMemory(left.durable), disk: new RecordedDisk(left.image) };
      await this.#recover(step, end, media, may, seed + recovered.size);
    }
    if (!this.#effort.takeovers) return;
    // The program ended and the power stayed: the next one reads what is not durable yet.
    const { memory, disk } = cut;
    if (memory.unflushed.length + disk.loose.length === 0) return;
    const caches = memory.unflushed.length > 0 ? (['remembered', 'forgotten'] as const) : (['remembered'] as const);
    for (const cache of caches) {
      const inherited: Inherited = { writes: memory.unflushed, cache };
      const media = {
        memory: new RecordedMemory(memory.durable, inherited),
        disk: new RecordedDisk(disk.durable, disk.loose),
      };
      await this.#recover(step, end, media, may, seed);
    }
  }

  /** Opens a crash state, once, and demands that it holds what it may. @returns what tells it from others */
  #demand({ durable, image }: Left, { contents, volumes }: Allowed): string {
    const { anchor } = durable;
    const anchored =
      anchor === undefined ? 'none' : `${anchor.generation} ${Buffer.from(anchor.stateHash).toString('latin1')}`;
    const fingerprint = `${durable.image.fingerprint} ${anchored} ${image.fingerprint}`;
    const known = this.#found.get(fingerprint);
    const found = known ?? { content: this.#contentIn(durable), volume: volumeOn(image) };
    const at = contents.indexOf(found.content);
    if (at < 0) throw new Error('the container opens to something else than before and after it was');
    if (!volumes.includes(found.volume)) throw new Error('the volume is neither the one before nor the one after');
    if (known !== undefined) return fingerprint;
    this.#found.set(fingerprint, found);
    this.#result.states += 1;
    if (at === 0 && contents.length > 1) this.#result.before += 1;
    else this.#result.after += 1;
    return fingerprint;
  }

  #contentIn(durable: Durable): string {
    const { flash, anchor } = new RecordedMemory(durable);
    const container = Container.open({ ...this.#case.dongle.parts, flash, anchor });
    if (container.locked) throw new Error('it is locked');
    return contentOf(container.state);
  }

  /**
   * Gives power to what is left: the dongle answers the volume that is there, which has to lead to the same end, and everything is
   * carried from there; then cuts the power at each operation of that answer.
   */
  async #recover(step: Step, end: End, media: DongleMedia, may: Allowed, seed: number): Promise<void> {
    const dongle = await this.#power(media, `again ${seed}`);
    if (dongle.container.locked) throw new Error('it is locked');
    if (!may.contents.includes(dongle.contents.contents[0] as string))
      throw new Error('the next program finds something else');
    const { shown: now, names } = await this.#lookAt(dongle);
    if (now !== end.shown) throw new Error('answered once more, it leads to another end');
    if (names !== end.names) throw new Error(`answered once more, there is ${differing(names, end.names)}`);
    demandFiles(await dongle.files(), step.kept);
    const cuts = [...jointCutsOf(dongle, 0)].map((cut) => ({ cut, allowed: allowedAgain(dongle, cut, may) }));
    const begun = `${step.label} ${dongle.contents.contents[0]} ${dongle.volumes[0]}`;
    if (!this.#carried.has(begun)) {
      await this.#carry(dongle, step);
      this.#carried.add(begun);
    }
    const pick = picker(seed + 1);
    for (const { cut, allowed } of cuts) {
      this.#result.pairs += 1;
      for (const left of jointStates(cut, this.#effort.again, 0, pick)) this.#demand(left, allowed);
      if (await this.#run.isOver()) return;
    }
  }

  #power(media: DongleMedia, chance: string): Promise<PoweredDongle> {
    return PoweredDongle.on(this.#simulated, this.#case.dongle, media, chance);
  }

  async #lookAt(dongle: PoweredDongle): Promise<End> {
    return { shown: shown(dongle.container), names: [...(await dongle.files()).keys()].sort().join(', ') };
  }

  async #carry(dongle: PoweredDongle, { toCome }: Step): Promise<void> {
    if (toCome.size > 0) await dongle.bring(new Map([...OWN_FILES, ...inInbox(toCome)]));
    await carryToTheEnd(dongle, this.#case);
  }
}

/** The first name that is in one list alone. */
function differing(found: string, wanted: string): string {
  const [here, there] = [found.split(', '), wanted.split(', ')];
  const more = here.find((name) => !there.includes(name));
  return more === undefined ? `no ${there.find((name) => !here.includes(name))}` : `${more} too much`;
}

/** What may be there after a cut. */
interface Allowed {
  readonly contents: readonly string[];
  readonly volumes: readonly string[];
}

function allowedIn({ contents, volumes, moments }: PoweredDongle, { at, isOver }: JointCut, from: number): Allowed {
  if (isOver) return { contents: contents.contents.slice(-1), volumes: volumes.slice(-1) };
  const [first = 0, now = 0] = [moments[from]?.volume, moments[at]?.volume];
  // The new volume may be there for whoever asks, and the old one still on the disk.
  return { contents: contents.allowedAt(at), volumes: volumes.slice(Math.max(first, now - 1), now + 2) };
}

/** Until a new volume is written, the one that was on the disk before may come back: its mail was answered, and is once more. */
function allowedAgain(dongle: PoweredDongle, cut: JointCut, before: Allowed): Allowed {
  const { contents, volumes } = allowedIn(dongle, cut, 0);
  const isUnopened = cut.at < dongle.opening && !cut.isOver;
  const isOnDisk = cut.isOver && dongle.media.disk.loose.length === 0;
  return {
    contents: isUnopened ? before.contents : contents,
    volumes: isOnDisk ? volumes : [...before.volumes, ...volumes],
  };
}
