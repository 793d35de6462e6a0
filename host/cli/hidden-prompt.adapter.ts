import type { TextStream } from './output.ts';

/** What of a terminal a hidden prompt needs; `process.stdin` is one. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', take: (text: string) => void): unknown;
  on(event: 'end', take: () => void): unknown;
  removeAllListeners(event: 'data' | 'end'): unknown;
  resume(): unknown;
  pause(): unknown;
}

const [INTERRUPT, END, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f'] as const;

/**
 * Asks a person something and does not show what is typed.
 *
 * @returns the line without its end; undefined when nobody is there to ask, or nothing was typed
 */
export async function askHidden(
  keyboard: Keyboard,
  screen: TextStream,
  question: string,
  interrupt: () => void,
): Promise<string | undefined> {
  if (keyboard.isTTY !== true) return undefined;
  // The echo goes off before anybody is asked: what is typed at once must not show either.
  keyboard.setRawMode?.(true);
  // A progress bar may stand in the line.
  screen.write(`\r\u001b[K${question}`);
  keyboard.setEncoding('utf8');
  const line = await readLine(keyboard);
  keyboard.setRawMode?.(false);
  keyboard.pause();
  screen.write('\n');
  if (line === INTERRUPT) interrupt();
  return line === '' || line === INTERRUPT ? undefined : line;
}

function readLine(keyboard: Keyboard): Promise<string> {
  return new Promise((resolve) => {
    let typed: string[] = [];
    const end = (line: string): void => {
      for (const event of ['data', 'end'] as const) keyboard.removeAllListeners(event);
      resolve(line);
    };
    keyboard.on('end', () => end(''));
    keyboard.on('data', (text) => {
      for (const key of text) {
        if (key === '\r' || key === '\n' || key === END) return end(typed.join(''));
        if (key === INTERRUPT) return end(INTERRUPT);
        typed = key === BACKSPACE || key === DELETE ? typed.slice(0, -1) : [...typed, key];
      }
    });
    keyboard.resume();
  });
}
