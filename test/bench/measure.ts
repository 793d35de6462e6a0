import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** One measured figure with what it is compared to. */
export interface Figure {
  readonly name: string;
  /** Milliseconds, or the unit that the name says. */
  readonly value: number;
  readonly base?: number;
  /** Largest ratio (with a base) or value (without) that is good enough. */
  readonly target: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Milliseconds that the work takes. */
export function time(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** A table for people; with BENCH_JSON=FILE also a JSON document. */
export function report(title: string, figures: readonly Figure[]): void {
  const rows = figures.map(({ name, value, base, target }) => {
    const reached = base === undefined ? value : value / base;
    return [
      name,
      value.toFixed(1),
      base?.toFixed(1) ?? '',
      base === undefined ? '' : reached.toFixed(2),
      String(target),
      reached <= target ? 'met' : 'MISSED',
    ];
  });
  const table = [['', 'measured', 'base', 'ratio', 'target', ''], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = table.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
  const file = process.env.BENCH_JSON;
  if (file !== undefined) fs.appendFileSync(file, `${JSON.stringify({ title, node: process.version, figures })}\n`);
}

/** A temporary folder, removed after the work. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-bench-'));
  try {
    return work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
