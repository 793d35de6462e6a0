/** Where a server tells what happens, as structured records. Nothing secret and no whole file goes there. */
export interface ServerLog {
  /** Something ordinary. Events are `subject.pastTense`. */
  info(event: string, facts?: Facts): void;
  /** Something that its operator should look at. */
  warn(event: string, facts?: Facts): void;
  /** A defect, or the end of the server. */
  error(event: string, facts?: Facts & { readonly error?: unknown }): void;
}

export type Facts = Readonly<Record<string, unknown>>;

/** What a server can bear, and how long it waits. */
export interface ServerLimits {
  /** Connections at a time. */
  readonly connections: number;
  /** Bytes that all bodies on their way may take together; each connection's share of it is safe from the others. */
  readonly bodyBytes: number;
  /** Seconds for which the rest of something that began to arrive is waited for, and an answer is offered. */
  readonly owed: number;
  /** Seconds for which a client may say nothing. */
  readonly idle: number;
}

export const SERVER_LIMITS: ServerLimits = {
  connections: 64,
  bodyBytes: 96 * 1024 * 1024,
  owed: 10,
  idle: 600,
};

/** Seconds for which a body is kept for a client that lost its connection. */
export const BODY_KEPT = 600;
/** Seconds in which a body that takes more than its share has to get on by a window, or it makes room for others like it. */
export const BODY_STALE = 10;
