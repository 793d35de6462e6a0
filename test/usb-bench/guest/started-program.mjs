import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

/** A run of Node that other things can happen beside. @param args of Node */
export function startNode(...args) {
  const child = spawn('node', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let wakeUp = () => undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => {
      said += part;
      wakeUp();
    });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, said })));
  const until = async (text) => {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
      wakeUp();
    });
    while (!said.includes(text)) {
      assert.ok(!isOver, `it ended before it said "${text}": ${said}`);
      await new Promise((resolve) => {
        wakeUp = resolve;
      });
    }
  };
  return { ended, until, kill: (signal) => child.kill(signal) };
}
