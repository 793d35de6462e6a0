import { describe, expect, it } from 'vitest';
import { Progress } from '../../../host/cli/progress.ts';
import { MemoryStream } from './memory-stream.ts';

function createProgress({ terminal = true, quiet = false } = {}) {
  const stderr = new MemoryStream(terminal ? { columns: 60 } : undefined);
  const time = { now: 1000 };
  return { stderr, time, progress: new Progress({ stderr, clock: () => time.now, quiet }) };
}

describe('the progress bar', () => {
  it('stays away from work that is over within half a second', () => {
    const { progress, stderr, time } = createProgress();
    time.now += 499;
    progress.update(5, 10, 'entries');
    progress.end();
    expect(stderr.text).toBe('');
  });

  it('appears after half a second and is cleared at the end', () => {
    const { progress, stderr, time } = createProgress();
    time.now += 500;
    progress.update(5, 10, 'entries');
    expect(stderr.text).toBe('\r\u001b[K[############............] 50% entries');
    progress.end();
    expect(stderr.text.endsWith('\r\u001b[K')).toBe(true);
  });

  it('is drawn at most ten times a second and cleared once', () => {
    const { progress, stderr, time } = createProgress();
    time.now += 500;
    for (let step = 0; step < 100; step++, time.now += 10) progress.update(step, 100, 'entries');
    progress.end();
    const drawn = stderr.text;
    progress.end();
    expect(drawn.split('\r').length - 1).toBe(11);
    expect(stderr.text).toBe(drawn);
  });

  it.each([
    ['a terminal', { terminal: false }],
    ['leave from --quiet', { quiet: true }],
  ])('is not drawn without %s', (_, options) => {
    const { progress, stderr, time } = createProgress(options);
    time.now += 5000;
    progress.update(5, 10, 'entries');
    progress.end();
    expect(stderr.text).toBe('');
  });

  it('fits in one line of the terminal, whatever the label and the numbers are', () => {
    const { progress, stderr, time } = createProgress();
    for (const [done, total] of [
      [0, 0],
      [20, 10],
      [-1, 10],
    ] as const) {
      time.now += 500;
      progress.update(done, total, `\u001b[2J${'x'.repeat(200)}`);
    }
    const lines = stderr.text.split('\r\u001b[K').slice(1);
    expect(lines.map((line) => line.slice(0, 32))).toEqual([
      `[${'.'.repeat(24)}] 0% \uFFFD[`,
      `[${'#'.repeat(24)}] 100% `,
      `[${'.'.repeat(24)}] 0% \uFFFD[`,
    ]);
    for (const line of lines) expect(line.length).toBeLessThan(60);
  });
});
