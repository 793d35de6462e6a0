import type { CommandName } from '../../../container/commands/index.ts';
import type { ErrorCode } from '../../../container/errors.ts';
import type { ContainerKind } from '../../../container/files/certificate.ts';

/** A command as it travels: its name and the bytes of its request message. */
export interface Call {
  readonly command: CommandName;
  readonly message: Uint8Array;
  /** The error that it ends with, where it is meant to fail. */
  readonly error?: ErrorCode;
}

/** What happens around a container besides commands. */
export const EVENTS = ['keep memory', 'set memory back', 'fail the next write', 'new session'] as const;
export type Event = (typeof EVENTS)[number];

export type Step = Call | { readonly event: Event };

/** How an entry, a notice or a settled sequence ends: `applied`, `taken`, `known`, or the code for which it is not. */
export type Ending = string;

/** What has to come of an attack. */
export interface Expectation {
  /** Code that the command is refused with; none when it answers. */
  readonly error?: ErrorCode;
  /** Endings of the entries that the answer tells of, in order. */
  readonly entries?: readonly Ending[];
  readonly deferred?: { readonly sequence: number; readonly code: ErrorCode };
  readonly notices?: readonly Ending[];
  /** `unchanged`: generation and state hash are as before; `advanced`: they are not. */
  readonly state: 'unchanged' | 'advanced';
  /** Lines of evidence that the container keeps more than before. */
  readonly evidence: number;
  /** Free seats and those in transit by item, where they are not as before; an item that is not here any more is absent. */
  readonly seats?: Readonly<Record<string, readonly [held: number, pending: number]>>;
}

export interface Attack {
  readonly name: string;
  /** Rules and traps of the design that it is about, R1 to R14 and `encoding`, `crypto`, `armor`. */
  readonly rules: readonly string[];
  readonly before: readonly Step[];
  /** What is given to the container; or a text to whoever reads files from a disk. */
  readonly attack: Call | { readonly text: string };
  readonly expect: Expectation;
}

/** A container as it has to be made before the first step: fresh, empty and certified, with these keys. */
export interface Start {
  readonly kind: ContainerKind;
  readonly serial: string;
  readonly seed: Uint8Array;
  readonly sealingSecret: Uint8Array;
  readonly certificate: Uint8Array;
  /** The challenge that it draws whenever it needs one. */
  readonly challenge: Uint8Array;
}

/** One file of attacks. */
export interface AttackGroup {
  readonly name: string;
  readonly about: string;
  readonly start: Start;
  readonly attacks: readonly Attack[];
}
