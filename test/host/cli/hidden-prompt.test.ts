import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askHidden } from '../../../host/cli/hidden-prompt.adapter.ts';
import { MemoryStream } from './memory-stream.ts';

/** A terminal on which somebody types; it notes whether it echoes. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];

  setRawMode(raw: boolean): void {
    this.modes.push(raw);
  }
}

async function ask(keyboard: PassThrough, ...typed: readonly string[]) {
  const screen = new MemoryStream();
  let interrupted = false;
  const asked = askHidden(keyboard, screen, 'PIN: ', () => {
    interrupted = true;
  });
  for (const keys of typed) keyboard.write(keys);
  const answer = await asked;
  return { answer, interrupted, shown: screen.text };
}

describe('a hidden prompt', () => {
  it('takes a line key by key, shows nothing of it, and gives the terminal back as it was', async () => {
    const terminal = new Terminal();
    expect(await ask(terminal, '47', '1x', '\u007f', '1\r')).toEqual({
      answer: '4711',
      interrupted: false,
      shown: '\r\u001b[KPIN: \n',
    });
    expect(terminal.modes).toEqual([true, false]);
    expect(terminal.listenerCount('data')).toBe(0);
  });

  it('turns the echo off before it asks', async () => {
    const terminal = new Terminal();
    const modes: boolean[][] = [];
    const screen = { isTTY: true, columns: 80, write: () => modes.push([...terminal.modes]) };
    const asked = askHidden(terminal, screen, 'PIN: ', () => undefined);
    terminal.write('4711\r');
    expect(await asked).toBe('4711');
    expect(modes[0]).toEqual([true]);
  });

  it('asks again on the same terminal', async () => {
    const terminal = new Terminal();
    expect((await ask(terminal, 'first\n')).answer).toBe('first');
    expect((await ask(terminal, 'zweite\n')).answer).toBe('zweite');
  });

  it('takes nothing typed, and the end of input, for no answer', async () => {
    expect((await ask(new Terminal(), '\r')).answer).toBeUndefined();
    const terminal = new Terminal();
    terminal.end();
    expect((await ask(terminal)).answer).toBeUndefined();
  });

  it('hands an interrupt on', async () => {
    expect(await ask(new Terminal(), 'abc\u0003')).toMatchObject({ answer: undefined, interrupted: true });
  });

  it('asks nobody where no terminal is', async () => {
    expect(await ask(new PassThrough())).toEqual({ answer: undefined, interrupted: false, shown: '' });
  });
});
