import type { RequestTo, ResponseTo } from '../../../../container/commands/codecs-of.ts';
import { COMMANDS, type CommandName } from '../../../../container/commands/index.ts';
import { Container, type ContainerParts } from '../../../../container/container.ts';
import { changeFromWire } from '../../../../container/engine/changes.ts';
import { type Presence, Session } from '../../../../container/engine/session.ts';
import { counter } from '../../../../container/engine/state.ts';
import type { ContainerKind, IssueRight } from '../../../../container/files/certificate.ts';
import { unpackTrusted } from '../../../../container/files/codec.ts';
import type { EntryContent, EntryKind } from '../../../../container/files/entries.ts';
import { certifyContainer } from '../../../../container/files/test-root.ts';
import { fromHex, toHex } from '../../../../container/model/bytes.ts';
import type { PublicKey } from '../../../../container/model/ids.ts';
import { serialFromParts } from '../../../../container/model/serial-number.ts';
import { Journal } from '../../../../container/store/journal.ts';
import { decodeRecord } from '../../../../container/store/record.ts';
import { seededEnv, TestFirm } from '../../../world/parties.ts';
import { toyRoot } from '../../exploration/container-states.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import { contentOf, shown } from './content.ts';
import type { Coverage } from './coverage.ts';
import { type Durable, RecordedMemory } from './recorded-memory.ts';

/** Gives commands to a container in one session, as a program would. */
export interface Hand {
  readonly container: Container;
  run<N extends CommandName>(name: N, request: RequestTo<N>): ResponseTo<N>;
}

/** How a piece of work is done. */
interface Manner {
  readonly presence?: Presence;
  /** Set where carrying it out twice shows, although each of its commands may be repeated. */
  readonly once?: boolean;
}

/** What is done with a container; can be done again on another one that is the same, or was cut off while it did it. */
export type Work = (hand: Hand) => void;

/** A container on stage: its memory is recorded from the first operation on. */
export interface Party {
  readonly name: string;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly parts: Omit<ContainerParts, 'flash' | 'anchor'>;
  memory: RecordedMemory;
  container: Container;
}

/** A piece of work on one container, with everything that is needed to cut it anywhere and to do it again. */
export interface Step {
  readonly label: string;
  readonly party: Party;
  readonly memory: RecordedMemory;
  /** The operations of the step: from this one up to, not including, the other. */
  readonly from: number;
  readonly to: number;
  readonly tracks: Tracks;
  readonly work: Work;
  /** Whether it is given again only where it left nothing: carrying it out twice is more than once. */
  readonly once: boolean;
  /** What the container shows when it is done. */
  readonly end: string;
  /** Whether it was locked before. */
  readonly locked: boolean;
}

/** Which content a container had when each operation of a piece of work was begun. */
export class Tracks {
  /** The contents it went through, the first one first. */
  readonly contents: string[] = [];
  readonly #first: number;
  readonly #marks: number[] = [];

  /** @param first number of the first operation */
  constructor(first: number) {
    this.#first = first;
  }

  /** The container has this content now; called at the beginning, before each operation, and at the end. */
  visit(content: string): void {
    if (this.contents.at(-1) !== content) this.contents.push(content);
  }

  mark(): void {
    this.#marks.push(this.contents.length - 1);
  }

  /** What may be found after a cut in that operation: what was before the commit that it belongs to, or after it. */
  allowedAt(operation: number): readonly string[] {
    const mark = this.#marks[operation - this.#first] ?? this.contents.length - 1;
    return this.contents.slice(Math.max(0, mark), mark + 2);
  }
}

const RIGHTS: Record<ContainerKind, IssueRight> = { dongle: 'move', soft: 'return', cloud: 'return' };
/** The smallest memories that leave room for licenses. */
const SIZES: Record<ContainerKind, number> = { dongle: 160 * 1024, soft: 1080 * 1024, cloud: 1080 * 1024 };

/** Plays a scenario once and records every operation on the memory of everybody in it, piece of work by piece of work. */
export class Stage {
  readonly steps: Step[] = [];
  readonly #coverage: Coverage;
  /** What the entries of update files are, by their bytes: sealed, they cannot be asked. */
  readonly #kinds = new Map<string, readonly EntryKind[]>();

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  container(kind: ContainerKind, number: number, size = SIZES[kind]): Party {
    const memory = RecordedMemory.erased({ size, pageSize: 256, sectorSize: 4096 });
    const name = `${kind} ${number}`;
    const parts = { crypto: toyCrypto, env: seededEnv(name), where: name };
    const container = Container.create(
      { ...parts, flash: memory.flash, anchor: memory.anchor },
      { kind, root: toyRoot },
    );
    const { key, sealingKey } = container.state.identity;
    const certificate = certifyContainer(toyCrypto, toyRoot, {
      serial: serialFromParts(kind === 'dongle' ? 3 : 130, number),
      kind,
      key,
      sealingKey: fromHex(sealingKey),
      issues: RIGHTS[kind],
    });
    const party = { name, key, certificate, parts, memory, container };
    this.act(party, 'enrol', (hand) => hand.container.enrol(certificate));
    return party;
  }

  firm(firmCode?: number): TestFirm {
    return new TestFirm(firmCode, toyCrypto, toyRoot);
  }

  /** A firm's file with what it has issued to a container by now, or a part of it. */
  update(
    firm: TestFirm,
    party: Party,
    entries: readonly EntryContent[],
    options: Parameters<TestFirm['update']>[1] = {},
  ) {
    for (const entry of entries) firm.issue(party, entry);
    const update = firm.update(party, options);
    this.#kinds.set(
      toHex(toyCrypto.sha256(update)),
      entries.map(({ kind }) => kind),
    );
    return update;
  }

  /** Does a piece of work and records it. */
  act(party: Party, label: string, work: Work, { presence = 'attended', once = false }: Manner = {}): void {
    const names = new Set<CommandName>();
    const begin = (): void => work(this.#hand(party.container, presence, names));
    const again: Work = ({ container }) => work(this.#hand(container, presence, new Set()));
    const step = this.#record(party, label, begin);
    const isOnce = once || [...names].some((name) => COMMANDS[name].once === true);
    this.steps.push({ ...step, work: again, once: isOnce });
  }

  #record(party: Party, label: string, begin: () => void): Omit<Step, 'work' | 'once'> {
    const { memory } = party;
    const from = memory.operations.length;
    const tracks = new Tracks(from);
    const locked = party.container.locked;
    tracks.visit(contentOf(party.container.state));
    memory.onOperation = () => {
      tracks.visit(contentOf(party.container.state));
      tracks.mark();
    };
    begin();
    tracks.visit(contentOf(party.container.state));
    memory.onOperation = () => {};
    return { label, party, memory, from, to: memory.operations.length, tracks, end: shown(party.container), locked };
  }

  /** Lets the last piece of work stay done, but not be cut. */
  forgetLast(): void {
    this.steps.pop();
  }

  /** One command that is done when it answers. @returns its answer, the first time */
  run<N extends CommandName>(party: Party, label: string, name: N, request: RequestTo<N>): ResponseTo<N> {
    const answers: ResponseTo<N>[] = [];
    this.act(party, label, (hand) => {
      answers.push(hand.run(name, request));
    });
    return answers[0] as ResponseTo<N>;
  }

  /** Opens the container again, as after the program ended. */
  reopen(party: Party): void {
    const step = this.#record(party, 'open', () => {
      party.container = Container.open(partsOf(party));
    });
    this.steps.push({ ...step, work: () => undefined, once: false });
  }

  /** Puts an older memory in the place of the present one, and the anchor where that is set back as well. */
  setBack(party: Party, { image, anchor }: Durable, what: 'memory' | 'memory and anchor'): void {
    this.#noteChanges(party.memory);
    party.memory = new RecordedMemory({ image, anchor: what === 'memory' ? party.memory.anchor.read() : anchor });
    party.container = Container.open(partsOf(party));
  }

  #hand(container: Container, presence: Presence, names: Set<CommandName>): Hand {
    const session = new Session(presence);
    return {
      container,
      run: (name, request) => {
        names.add(name);
        const answer = inOneRecord(container, name, () => container.run(name, request, session));
        this.#coverage.command(name);
        if (name === 'apply' || name === 'refuse')
          this.#noteApplied(request as RequestTo<'apply'>, answer as ResponseTo<'apply'>);
        return answer;
      },
    };
  }

  #noteApplied({ update }: RequestTo<'apply'>, { entries, notices }: ResponseTo<'apply'>): void {
    const kinds = this.#kinds.get(toHex(toyCrypto.sha256(update)));
    for (const [at, { reason }] of entries.entries())
      if (reason === 0) this.#coverage.entry(kinds?.at(at - entries.length) ?? 'transferIn');
    for (const { kind, isNew } of notices) if (isNew) this.#coverage.notice(kind);
  }

  /** Called when the scenario is over. */
  end(): void {
    for (const memory of new Set(this.steps.map((step) => step.memory))) this.#noteChanges(memory);
  }

  /** Which changes snapshot and records are made of that lie in a memory. */
  #noteChanges({ whole }: RecordedMemory): void {
    const { flash } = new RecordedMemory(whole);
    const { snapshot, records } = Journal.open(flash, { crypto: toyCrypto, where: 'a copy' });
    const [, , changes] = unpackTrusted(snapshot) as [unknown, unknown, unknown[]];
    for (const wire of changes) this.#coverage.change(changeFromWire(wire).change);
    for (const bytes of records) for (const { change } of decodeRecord(bytes).changes) this.#coverage.change(change);
  }
}

/** Commits that a command may make, where it is not one: a try is counted before the PIN is compared. */
const COMMITS: { readonly [N in CommandName]?: number } = { unlock: 2 };

/** Demands that a command is one commit (R1), whatever it changes. */
function inOneRecord<T>({ state }: Container, name: CommandName, work: () => T): T {
  const before = counter(state, 'generation');
  const answer = work();
  const commits = counter(state, 'generation') - before;
  if (commits > (COMMITS[name] ?? 1)) throw new Error(`${name} is ${commits} commits`);
  return answer;
}

function partsOf({ parts, memory }: Party): ContainerParts {
  return { ...parts, flash: memory.flash, anchor: memory.anchor };
}
