import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { drawMachine } from '../../state-machines/draw.ts';
import { MACHINES } from './machines.ts';

const FOLDER = path.join(import.meta.dirname, '../../state-machines');

describe.each(MACHINES)('the diagram of %s', (folder, machine) => {
  const file = path.join(FOLDER, folder, 'diagram.md');
  const drawn = drawMachine(machine);

  it.runIf(process.env.UPDATE_DIAGRAMS === '1')('is written anew when that is asked for', () => {
    fs.writeFileSync(file, drawn);
  });

  it('is the one that the machine makes (npm run diagrams)', () => {
    expect(fs.readFileSync(file, 'utf8')).toBe(drawn);
  });

  it('names every state', () => {
    for (const state of Object.keys(machine.root.states)) expect(drawn).toMatch(new RegExp(`--> ${state}\\b`));
  });
});

describe('drawing', () => {
  it('marks the start, the ends, the checkpoints, and what each transition waits for', () => {
    const [, machine] = MACHINES[3] ?? [];
    const lines = machine === undefined ? [] : drawMachine(machine).split('\n');
    expect(lines).toContain('  [*] --> planning');
    expect(lines).toContain('  planned --> contexting : checkpoint done');
    expect(lines).toContain('  planning --> interrupted : plan failed [isInterruption]');
    expect(lines).toContain('  judging --> moved : [allApplied]');
    expect(lines).toContain('  judging --> movedInPart');
    expect(lines).toContain('  moved --> [*]');
    expect(lines).toContain('  note right of issued : checkpoint');
  });

  it('leaves out what leads to no other state', () => {
    const machine = createMachine({
      id: 'lamp',
      initial: 'dark',
      states: { dark: { on: { counted: { actions: 'count' }, pressed: 'lit' } }, lit: { type: 'final' } },
    });
    const transitions = drawMachine(machine)
      .split('\n')
      .filter((line) => line.includes('-->'));
    expect(transitions).toEqual(['  [*] --> dark', '  dark --> lit : pressed', '  lit --> [*]']);
  });
});
