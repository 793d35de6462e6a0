import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readResults, scoreOf } from '../mutations/results.ts';
import { mutatedFiles } from '../mutations/scope.ts';
import { WORLDS } from '../prove/exploration/worlds/index.ts';
import { table } from './record-tables.ts';

const TEST = path.join(import.meta.dirname, '..');

/** A row of the record of a whole run of `npm run prove`, of whichever layer. */
interface Row {
  readonly date: string;
  readonly layer: string;
  readonly name: string;
  readonly seconds: number;
  /** Why it is not whole; missing where it is. */
  readonly cutShort?: string;
  readonly [figure: string]: unknown;
}

/** The record of the run that the page shows: the last whole row of each name. */
function rowsOf(layer: string): readonly Row[] {
  const text = fs.readFileSync(path.join(TEST, 'prove/figures.jsonl'), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Row => JSON.parse(line))
    .filter((row) => row.layer === layer && row.cutShort === undefined);
  return [...new Map(rows.map((row) => [row.name, row])).values()];
}

function number(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en') : '';
}

function sum(rows: readonly Row[], figure: string): number {
  return rows.reduce((total, row) => total + Number(row[figure] ?? 0), 0);
}

function seconds(rows: readonly Row[]): string {
  return `${Math.round(sum(rows, 'seconds'))} s of processor time`;
}

/** The day on which rows were recorded, or the first and the last one. */
function day(rows: readonly Row[]): string {
  const days = rows.map(({ date }) => date.slice(0, 10)).sort();
  const [first = '', last = ''] = [days[0], days.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

function worlds(): string {
  const rows = rowsOf('exploration');
  const isLong = ({ name }: Row): boolean => WORLDS.some((world) => world.name === name && world.size === 'long');
  const shown = (own: readonly Row[]) =>
    own.map((row) => [
      row.name,
      number(row.states),
      number(row.transitions),
      number(row.depth),
      row.closed === true ? 'yes' : 'no',
    ]);
  const all = (name: string, own: readonly Row[]) => [
    name,
    number(sum(own, 'states')),
    number(sum(own, 'transitions')),
    '',
    '',
  ];
  const [long, usual] = [rows.filter(isLong), rows.filter((row) => !isLong(row))];
  const head = ['World', 'States', 'Transitions', 'Depth', 'To its end'];
  const body = [...shown(usual), all('all of the usual run', usual), ...shown(long), all('all', rows)];
  const more = `with \`--long\` on ${day(long)} ${seconds(long)} more`;
  return `${day(usual)}, ${seconds(usual)}, ${more}; no violation.\n\n${table(head, body)}`;
}

function crashPoints(): string {
  const rows = rowsOf('crash-points');
  const shown = rows.map((row) => [row.name, number(row.operations), number(row.states), number(row.pairs)]);
  const all = ['all', number(sum(rows, 'operations')), number(sum(rows, 'states')), number(sum(rows, 'pairs'))];
  const head = ['Scenario', 'Operations', 'Crash states', 'Pairs in recovery'];
  return `${day(rows)}, ${seconds(rows)}, no violation.\n\n${table(head, [...shown, all])}`;
}

function seededWorlds(): string {
  const rows = rowsOf('seeded-worlds');
  const shown = rows.map((row) => [row.name, number(row.seeds), number(row.steps), number(row.rounds)]);
  const head = ['Parties', 'Worlds', 'Steps', 'Rounds at most'];
  return `${day(rows)}, ${seconds(rows)}, no violation.\n\n${table(head, shown)}`;
}

/** Inputs of a decoder in the long run. */
const LONG = 5_000_000;
const KINDS = { sweep: 'Sweep', fuzz: 'Fuzzing' };

function hostileBytes(): string {
  const rows = rowsOf('hostile-bytes');
  const shown = Object.entries(KINDS).map(([kind, title]) => {
    const own = rows.filter(({ name }) => name.startsWith(`${kind}: `));
    return [title, number(own.length), number(sum(own, 'inputs')), number(sum(own, 'accepted'))];
  });
  const head = ['Part', 'Targets', 'Inputs', 'Accepted'];
  const fuzzed = rows.filter(({ name }) => name.startsWith('fuzz: '));
  const long = fuzzed.filter(({ inputs }) => Number(inputs) >= LONG);
  const parts = `${number(long.length)} of the ${number(fuzzed.length)} decoders fuzzed got ${number(LONG)} inputs or more`;
  const usb = `the inputs of those that read what comes over USB held ${number(sum(fuzzed, 'packets'))} packets`;
  return `${day(rows)}, ${seconds(rows)}, no violation; ${parts}, and ${usb}.\n\n${table(head, shown)}`;
}

/** Folders within which results are summed up. */
const FOLDER = /^(?:container\/[a-z]+\/|container|state-machines\/[a-z-]+\/|state-machines)/;

function mutants(): string {
  const results = Object.entries(readResults());
  const folders = new Map<string, (typeof results)[number][1][]>();
  for (const [file, result] of results) {
    const folder = FOLDER.exec(file)?.[0] ?? file;
    folders.set(folder, [...(folders.get(folder) ?? []), result]);
  }
  const row = (name: string, own: readonly (typeof results)[number][1][]): string[] => {
    const total = (count: (one: (typeof own)[number]) => number) => own.reduce((sum, one) => sum + count(one), 0);
    const killed = total((one) => one.killed + one.timedOut);
    const survived = total((one) => one.survived + one.notReached);
    const score = scoreOf({ killed, timedOut: 0, survived, notReached: 0 });
    return [name, number(own.length), number(killed + survived), number(killed), number(survived), `${score} %`];
  };
  const days = results.map(([, { date }]) => date).sort();
  const all = results.map(([, result]) => result);
  const head = ['Folder', 'Files', 'Changes', 'Noticed', 'Not noticed', 'Noticed of all'];
  const rows = [...folders].map(([folder, own]) => row(folder.replace(/\/$/, ''), own));
  const files = `${all.length} of ${mutatedFiles().length} files`;
  const [first, last] = [days[0], days.at(-1)];
  return `${first === last ? first : `${first} to ${last}`}, ${files}.\n\n${table(head, [...rows, row('all', all)])}`;
}

/** A defect, and a seed that shows it soon. */
const SAMPLE = ['--layer', 'seeded-worlds', '--put-in', 'forgets what it refused', '--seed', '0'];

let sample: string | undefined;

/** What a person sees who gives the command that is shown above it. */
function finding(): string {
  if (sample !== undefined) return sample;
  const { status, stdout } = spawnSync(process.execPath, [path.join(TEST, 'prove/prove.mjs'), ...SAMPLE], {
    encoding: 'utf8',
  });
  if (status !== 1) throw new Error(`the defect of the sample is not noticed: ${status}`);
  const typed = SAMPLE.map((word) => (/^[\w-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
  sample = `\`\`\`\n$ npm run prove -- ${typed}\n\n${stdout.trim()}\n\`\`\``;
  return sample;
}

/** What the page shows, by the name of its place. */
export const PROOF_TABLES: Readonly<Record<string, () => string>> = {
  worlds,
  'crash points': crashPoints,
  'seeded worlds': seededWorlds,
  'hostile bytes': hostileBytes,
  mutants,
  finding,
};
