import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { seededRandom } from '../../container/crypto/seeded-random.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import {
  MemoryBlobStore,
  MemorySnapshotStore,
  type MoveIssuer,
  type MoveOrder,
  type MoveProgress,
  type MoveRequest,
  type MoveResult,
  runLicenseMove,
} from '../../state-machines/index.ts';
import { FakeIssuer, FakeTarget } from './fake-parties.ts';
import type { PowerCut } from './power-cut.ts';

type Held = ConstructorParameters<typeof FakeIssuer>;

/** Two small parties and the stores of the computer between them. */
export class MoveWorld {
  readonly issuer: FakeIssuer;
  readonly target = new FakeTarget();
  readonly store = new MemorySnapshotStore();
  readonly blobs = new MemoryBlobStore(nativeCrypto());
  readonly random = seededRandom(nativeCrypto(), 'move world', () => NO_BYTES);
  readonly told: MoveProgress[] = [];

  constructor(...holdings: Held) {
    this.issuer = new FakeIssuer(...holdings);
  }

  /** Runs the order; what is given replaces a part of the world. */
  run(order: MoveOrder, other: Partial<MoveRequest> = {}): Promise<MoveResult> {
    const { issuer, target, store, blobs, random } = this;
    return runLicenseMove({
      issuer,
      target,
      store,
      blobs,
      random,
      order,
      onProgress: (one) => this.told.push(one),
      ...other,
    });
  }

  /** Runs the order until the power is cut; the result when it ends before. */
  runUntil(cut: PowerCut, order: MoveOrder): Promise<MoveResult | 'cut'> {
    const run = this.run(order, {
      issuer: cut.over(this.issuer),
      target: cut.over(this.target),
      store: cut.over(this.store),
      blobs: cut.over(this.blobs),
    });
    return Promise.race([run, cut.happened]);
  }

  snapshot(): Promise<unknown> {
    return this.store.load(SNAPSHOT_ID);
  }

  /** The states that were told since the last call. */
  states(): string[] {
    return this.told.splice(0).flatMap((one) => (one.kind === 'entered' ? [one.state] : []));
  }
}

export const SNAPSHOT_ID = `move-${'a'.repeat(32)}-${'b'.repeat(32)}`;

export function items(...parts: [productCode: number, quantity: number][]): MoveOrder {
  return {
    kind: 'items',
    items: parts.map(([productCode, quantity]) => ({ firmCode: 10, productCode, quantity })),
  };
}

/** A port that fails in one call. */
export function failing<T extends object>(port: T, name: keyof T, error: unknown): T {
  const get = (target: T, key: string | symbol): unknown => {
    if (key === name) return async () => Promise.reject(error);
    const member: unknown = Reflect.get(target, key);
    return typeof member === 'function' ? member.bind(target) : member;
  };
  return new Proxy(port, { get });
}

/** The port alone, of which parts can be replaced. */
export function portOf(issuer: FakeIssuer): MoveIssuer {
  return {
    list: () => issuer.list(),
    certificate: () => issuer.certificate(),
    issue: (input) => issuer.issue(input),
    settle: (receipt) => issuer.settle(receipt),
  };
}
