import { expect, it } from 'vitest';
import { COMMANDS } from '../../../container/commands/index.ts';

it('every command stands under its own name', () => {
  expect(Object.entries(COMMANDS).map(([, { name }]) => name)).toEqual(Object.keys(COMMANDS));
});

it('no two commands have one number on the wire', () => {
  const codes = Object.values(COMMANDS).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
