/** What may be done in a world. The order is part of the form in which histories are replayed. */
export const TRANSITIONS = [
  'make context',
  'issue',
  'issue by order',
  'apply',
  'import',
  'settle',
  'write again',
  'cancel',
  'refuse',
  'move',
  'return',
  'resume',
  'set PIN',
  'show PIN',
  'arm order',
  'disarm order',
  'use',
  'check',
  'write data',
  'grant',
  'replace',
  'withdraw',
  'enable',
  'disable',
  'unblock',
  'write off',
  'revoke',
  'firm writes',
  'firm takes',
  'firm cancels',
  'certify time',
  're-anchor',
  'begin epoch',
  'mail',
] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** What may go wrong with it, or nothing. The order is part of the form in which histories are replayed. */
export const FAULTS = [
  'none',
  'file lost',
  'file twice',
  'old file',
  'other target',
  'bit flipped',
  'truncated',
  'recombined',
  'years later',
  'folder full',
  'folder read-only',
  'power cut',
  'cut in recovery',
  'anchor cut',
  'flush error',
  'disk full',
  'memory full',
  'set back',
  'cloned',
  'server restored',
  'clock back',
  'clock ahead',
  'laptop killed',
  'cable pulled',
  'two programs',
  'done twice',
  'mixed up',
  'cancelled meanwhile',
  'wrong PIN',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Faults after which a memory is not what its partners know of it: only worlds that are not honest have them. */
export const DISHONEST: ReadonlySet<Fault> = new Set(['set back', 'cloned']);

type Some = readonly Transition[];

/** These take in a file that lay somewhere. */
const TAKE_A_FILE: Some = ['issue', 'issue by order', 'apply', 'import', 'settle', 'refuse', 'firm takes', 'mail'];
/** These leave a file for somebody. */
const MAKE_A_FILE: Some = [
  ...(['make context', 'issue', 'issue by order', 'apply', 'import', 'refuse'] as const),
  ...(['write again', 'cancel', 'firm writes', 'mail'] as const),
];
/** An errand: a person carries the files of one conversation between a container and a firm to and fro. */
const ERRANDS: Some = ['certify time', 're-anchor', 'begin epoch'];
const BY_THE_LAPTOP: Some = ['move', 'return', 'resume'];
const AT_THE_SERVER: Some = [
  ...(['grant', 'replace', 'withdraw', 'enable', 'disable', 'unblock', 'write off', 'revoke'] as const),
  ...(['firm writes', 'firm takes', 'firm cancels'] as const),
];
const COMMIT_NOTHING: Some = ['write again', 'check'];
/** A PIN shows who may. */
const FOR_THE_OWNER: Some = [
  ...(['issue', 'settle', 'write again', 'cancel', 'refuse', 'set PIN', 'show PIN', 'arm order'] as const),
  ...(['disarm order', ...BY_THE_LAPTOP] as const),
];
const ANEW_EACH_TIME: Some = [
  ...(['set PIN', 'show PIN', 'arm order', 'disarm order', 'use', 'grant', 'replace', 'withdraw'] as const),
  ...(['enable', 'disable', 'unblock', 'write off', 'begin epoch', 'write data', 'move', 'return'] as const),
];
/** Entries in transit are what these are about. */
const ABOUT_TRANSIT: Some = [
  ...(['issue', 'issue by order', 'apply', 'import', 'settle', 'write again', 'refuse'] as const),
  ...(['firm writes', 'firm takes', 'mail', ...BY_THE_LAPTOP] as const),
];
const SEVERAL_STEPS: Some = ['issue', 'issue by order', 'import', 'set PIN', 'show PIN', 'mail', ...BY_THE_LAPTOP];

interface Impossible {
  readonly faults: readonly Fault[];
  readonly transitions: Some;
  readonly why: string;
}

const without = (...lists: readonly Some[]): Some =>
  TRANSITIONS.filter((transition) => !lists.some((list) => list.includes(transition)));

/** Pairs that no world can have, with the reason. */
const IMPOSSIBLE: readonly Impossible[] = [
  {
    faults: ['file lost'],
    transitions: without(MAKE_A_FILE, ERRANDS),
    why: 'it makes no file; one that it would take is lost where it was made, and then this does not happen',
  },
  {
    faults: ['folder full', 'folder read-only'],
    transitions: without(MAKE_A_FILE),
    why: 'it writes nothing into a folder',
  },
  {
    faults: ['file twice', 'old file', 'other target', 'bit flipped', 'truncated', 'recombined'],
    transitions: BY_THE_LAPTOP,
    why: 'it hands its files over itself, in frames with checksums; what wires do is the matter of the tests of carriers',
  },
  {
    faults: ['file twice', 'old file', 'other target', 'bit flipped', 'truncated', 'recombined'],
    transitions: without(TAKE_A_FILE, ERRANDS, BY_THE_LAPTOP),
    why: 'it takes no file',
  },
  { faults: ['years later'], transitions: without(TAKE_A_FILE), why: 'no file lies about for it' },
  {
    faults: ['power cut', 'cut in recovery', 'anchor cut', 'flush error', 'disk full', 'memory full'],
    transitions: AT_THE_SERVER,
    why: "it writes into the server's database alone, whose transactions are the matter of its own tests",
  },
  {
    faults: ['power cut', 'cut in recovery', 'anchor cut', 'flush error', 'disk full', 'memory full'],
    transitions: COMMIT_NOTHING,
    why: 'it writes nothing',
  },
  {
    faults: ['laptop killed'],
    transitions: without(BY_THE_LAPTOP, ['import']),
    why: 'it is one command, after which the laptop has nothing to remember',
  },
  {
    faults: ['two programs'],
    transitions: without(SEVERAL_STEPS),
    why: 'it is one command, and a container or server carries out one at a time',
  },
  { faults: ['done twice'], transitions: ANEW_EACH_TIME, why: 'asked twice, it is meant twice' },
  { faults: ['cancelled meanwhile'], transitions: without(ABOUT_TRANSIT), why: 'nothing in transit is its matter' },
  { faults: ['wrong PIN'], transitions: without(FOR_THE_OWNER), why: 'it asks nobody for a PIN' },
];

/** Why a pair cannot be; undefined when it can. */
export function whyImpossible(transition: Transition, fault: Fault): string | undefined {
  return IMPOSSIBLE.find(({ faults, transitions }) => faults.includes(fault) && transitions.includes(transition))?.why;
}

/** Every pair that a world can have. */
export const POSSIBLE: readonly (readonly [Transition, Fault])[] = TRANSITIONS.flatMap((transition) =>
  FAULTS.filter((fault) => whyImpossible(transition, fault) === undefined).map((fault) => [transition, fault] as const),
);

/** The pairs that cannot be, put together by their reasons. */
export function reasons(): readonly { readonly what: string; readonly why: string }[] {
  return IMPOSSIBLE.map(({ faults, transitions, why }) => ({
    what: `${faults.join(', ')} x ${transitions.join(', ')}`,
    why,
  }));
}
