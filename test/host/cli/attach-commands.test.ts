import { describe, expect, it } from 'vitest';
import { attachCommands } from '../../../host/cli/attach-commands.ts';

describe('how a dongle at USB/IP becomes one of a computer', () => {
  it('is said for where it is served, with the port where that is not the usual one', () => {
    const [list, linux, windows, then, ...more] = attachCommands('usbip://127.0.0.1:3241/1-2');
    expect(list).toMatch(/ ferry list usbip:\/\/127\.0\.0\.1:3241\/1-2$/);
    expect(linux).toMatch(/ sudo usbip --tcp-port 3241 attach -r 127\.0\.0\.1 -b 1-2$/);
    expect(windows).toContain(' usbip.exe --tcp-port 3241 attach -r 127.0.0.1 -b 1-2 ');
    expect(then).toMatch(/ ferry list {3}\(finds it at hid:SERIAL\)$/);
    expect(more).toEqual([]);
    expect(attachCommands('usbip://a.b:3240/1-1')[1]).toMatch(/ sudo usbip attach -r a\.b -b 1-1$/);
  });

  it('names no address that means all of a computer’s, which no other computer reaches', () => {
    for (const address of ['usbip://0.0.0.0:3240/1-1', 'usbip://[::]:3240/1-1']) {
      const said = attachCommands(address);
      expect(said[0]).toMatch(/ ferry list usbip:\/\/HOST:3240\/1-1$/);
      expect(said[1]).toMatch(/ attach -r HOST -b 1-1$/);
      expect(said.at(-1)).toMatch(/^HOST is /);
    }
  });

  it('is nothing for other addresses', () => {
    expect(attachCommands('tcp://127.0.0.1:7430')).toEqual([]);
  });
});
