import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requiredPython, runPython } from './python.ts';

const ATTACKS = path.join(import.meta.dirname, '../vectors/attacks');

beforeAll(() => {
  requiredPython();
});

describe('the attack files', () => {
  it('end as they say with the device in Python, too', () => {
    const { exit, stdout, stderr } = runPython(import.meta.dirname, 'attacks.py', ATTACKS);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const { tried, wrong } = JSON.parse(stdout);
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(300);
  });
});
