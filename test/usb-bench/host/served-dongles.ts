import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BenchError } from '../bench-error.ts';
import { lastLines, startProgram } from '../programs.ts';
import type { ReachableDongle } from './guest-input.ts';

/** What the guest calls the loopback interface of its host. */
const HOST_SEEN_BY_GUEST = '10.0.2.2';
/** As the program announces it: `Ready: 3-1 (dongle) at usbip://127.0.0.1:40001/1-1`. */
const READY = /^Ready: (\S+) .* at usbip:\/\/127\.0\.0\.1:(\d+)\/(\S+)$/gm;
const STARTS_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 10_000;

/** Loaded dongles, served over USB/IP on the loopback interface by one built program. */
export interface ServedDongles {
  readonly reachable: readonly ReachableDongle[];
  /** Ends them as a person does. @throws BenchError when it does not end well */
  stop(): Promise<void>;
}

/**
 * Serves dongles.
 *
 * @param dongles their folders
 * @param folder for the log of the program; exists
 * @throws BenchError with what the program said, when it does not serve
 */
export async function serveDongles(
  program: string,
  dongles: readonly string[],
  folder: string,
): Promise<ServedDongles> {
  const log = fs.openSync(path.join(folder, 'dongles.log'), 'w');
  const args = [program, 'dongle', 'serve', ...dongles, '--usbip', '127.0.0.1:0'];
  const child = startProgram(process.execPath, args, { stdio: ['ignore', 'pipe', log] });
  fs.closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(String(code ?? signal)));
  });
  const said = () => lastLines(fs.readFileSync(path.join(folder, 'dongles.log'), 'utf8'));
  const reachable = await untilReady(child, dongles.length, ended, said);
  return {
    reachable,
    stop: async () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
      child.kill('SIGTERM');
      const status = await ended;
      clearTimeout(timer);
      if (status !== '0') throw new BenchError('benchBroken', `The served dongles ended with ${status}:\n${said()}`);
    },
  };
}

function untilReady(
  child: ChildProcess,
  count: number,
  ended: Promise<string>,
  said: () => string,
): Promise<readonly ReachableDongle[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new BenchError('benchBroken', `ferry dongle serve --usbip ${why}:\n${text}${said()}`));
    };
    const timer = setTimeout(() => fail(`says no address within ${STARTS_WITHIN_MS / 1000} s`), STARTS_WITHIN_MS);
    ended.then((status) => fail(`ended with ${status}`));
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const ready = [...text.matchAll(READY)];
      if (ready.length < count) return;
      clearTimeout(timer);
      resolve(
        ready.map(([, serial = '', port, busid = '']) => ({
          host: HOST_SEEN_BY_GUEST,
          port: Number(port),
          busid,
          serial,
        })),
      );
    });
  });
}
