import { codecsOf } from '../../../container/commands/codecs-of.ts';
import { serveCommands } from '../../../container/commands/device/serve-commands.ts';
import { Container, type ContainerParts } from '../../../container/container.ts';
import type { Crypto } from '../../../container/crypto/port.ts';
import { counter, stateHash } from '../../../container/engine/state.ts';
import { Defect, type ErrorCode, FerryError } from '../../../container/errors.ts';
import { testRoot } from '../../../container/files/test-root.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import type { Call, Event, Start, Step } from './attack.ts';

const GEOMETRY = { size: 2 * 1024 * 1024, pageSize: 256, sectorSize: 4096 };

/** Memory whose next flush fails on command. */
class FailingFlash extends MemoryFlash {
  isFailing = false;

  override flush(): void {
    if (this.isFailing) throw new FerryError('STORE_WRITE_FAILED', { where: 'the receiver', why: 'it was told to' });
  }
}

/** All that counts of a container, to be compared. */
export interface Standing {
  readonly stateHash: string;
  readonly generation: number;
  readonly evidence: number;
  readonly seats: Readonly<Record<string, readonly [held: number, pending: number]>>;
}

/** How a call ended. */
export type Ended =
  | { readonly ok: true; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: ErrorCode };

/** Our container as an attacked one: asked by messages, as over the wire by software of its own machine. */
export class Receiver {
  #parts: ContainerParts & { readonly flash: FailingFlash };
  #container: Container;
  #ask: (code: number, request: Uint8Array) => Promise<Uint8Array>;
  #kept: Uint8Array | undefined;

  constructor(crypto: Crypto, start: Start) {
    const keys = [start.seed, start.sealingSecret];
    let draws = 0;
    const random = (length: number): Uint8Array => {
      if (length === 16) return start.challenge.slice();
      draws += 1;
      return keys.shift() ?? crypto.sha256(start.seed, Uint8Array.of(draws)).subarray(0, length);
    };
    const env = { now: () => 800_000_000, random };
    this.#parts = { crypto, env, flash: new FailingFlash(GEOMETRY), anchor: new MemoryAnchor(), where: start.serial };
    this.#container = Container.create(this.#parts, { kind: start.kind, root: testRoot(crypto) });
    this.#container.enrol(start.certificate);
    this.#ask = this.#newSession();
  }

  get container(): Container {
    return this.#container;
  }

  get standing(): Standing {
    const { state } = this.#container;
    const seats: Record<string, [number, number]> = {};
    for (const { itemId, quantity, pending } of state.holdings.values()) {
      const [held, inTransit] = seats[itemId] ?? [0, 0];
      seats[itemId] = [held + quantity, inTransit + pending];
    }
    const generation = counter(state, 'generation');
    return { stateHash: stateHash(state), generation, evidence: state.evidence.size, seats };
  }

  /** A step that leads to the attack. @throws Defect when it ends otherwise than it says */
  async take(step: Step): Promise<void> {
    if ('event' in step) return this.#happen(step.event);
    const ended = await this.call(step);
    const code = ended.ok ? undefined : ended.code;
    if (code !== step.error) throw new Defect(`a step before the attack (${step.command}) ended with ${code}`);
  }

  async call({ command, message }: Call): Promise<Ended> {
    const { code, response } = codecsOf(command);
    try {
      const answer = response.decode(await this.#ask(code, message));
      if (!answer.ok) throw new Defect('an answer cannot be read');
      return { ok: true, answer: answer.value };
    } catch (error) {
      if (error instanceof FerryError) return { ok: false, code: error.code };
      throw error;
    }
  }

  #newSession(): (code: number, request: Uint8Array) => Promise<Uint8Array> {
    return serveCommands({
      client: this.#container.client(),
      where: 'the receiver',
      isLocal: true,
      isOpen: false,
      tell: () => undefined,
      onDefect: (error) => {
        throw error;
      },
    });
  }

  #happen(event: Event): void {
    if (event === 'fail the next write') this.#parts.flash.isFailing = true;
    else if (event === 'keep memory') this.#kept = this.#parts.flash.image();
    else {
      if (event === 'set memory back') {
        this.#parts = { ...this.#parts, flash: new FailingFlash(GEOMETRY, this.#kept) };
        this.#container = Container.open(this.#parts);
      }
      this.#ask = this.#newSession();
    }
  }
}
