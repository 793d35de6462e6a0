import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProgramStream } from '../../carriers/exec/program-stream.adapter.ts';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { FerryError } from '../../container/errors.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { loadedDongle } from './loaded-dongle.ts';
import { execAddress } from './served-ferry.ts';
import { PATIENT } from './suite.ts';

const folder = temporaryFolders();
const isAlive = (id: number): boolean => {
  // A zombie that nobody waits for has ended, too.
  const status = fs.existsSync(`/proc/${id}/stat`) ? fs.readFileSync(`/proc/${id}/stat`, 'utf8') : ') Z';
  return !/\) [ZX]/.test(status);
};
const list = (command: string, patience = 20) => {
  const client = openCarrier(`exec:${command}`, { ...PATIENT, patience });
  onTestFinished(() => client.close());
  return client.call('list', {});
};

describe('a program whose standard streams are a carrier', () => {
  it('that ends before it answers is not reached, and its exit code and last words are told', async () => {
    await expect(list('echo first >&2; echo "no such device" >&2; exit 3')).rejects.toMatchObject({
      code: 'CARRIER_UNREACHABLE',
      details: { why: 'the program ended with exit code 3, saying "no such device"' },
    });
  });

  it('is heard while it works: each line that it writes to its standard error, once, without what moves a cursor', async () => {
    const dongle = loadedDongle();
    onTestFinished(() => dongle.remove());
    const heard: string[] = [];
    const said = `printf 'Warning: a new key\\r\\n\\n  \\033[2Jno end' >&2; exec `;
    const client = openCarrier(execAddress(dongle.folder, said), { ...PATIENT, remark: (line) => heard.push(line) });
    await client.call('list', {});
    expect(heard).toContain('Warning: a new key');
    await client.close();
    expect(heard.filter((line) => !line.startsWith('{'))).toEqual(['Warning: a new key', '[2Jno end']);
  });

  it('that writes a line without end is heard as far as fits a line', async () => {
    const heard: string[] = [];
    const client = openCarrier('exec:head -c 3000000 /dev/zero | tr "\\0" x >&2; echo >&2; echo over >&2; exit 1', {
      ...PATIENT,
      remark: (line) => heard.push(line),
    });
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    expect(heard).toEqual(['x'.repeat(400), 'over']);
  });

  it('that there is none of is not reached', async () => {
    await expect(list('/nowhere/at/all')).rejects.toMatchObject({
      code: 'CARRIER_UNREACHABLE',
      details: { why: expect.stringMatching(/exit code 127, saying ".*not found/) },
    });
  });

  it('that says something else is no container', async () => {
    await expect(list('echo Welcome to this computer; cat')).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
  });

  it.each(['yes', 'cat /dev/urandom', 'echo Welcome; exec sleep 1000'])(
    'that says what nobody understands, and goes on, is ended at once with all that it started: %s',
    async (program) => {
      const file = path.join(folder(), 'pid');
      const begun = performance.now();
      await expect(list(`echo $$ > ${file}; ${program}`, 1000)).rejects.toMatchObject({ code: 'CARRIER_GARBLED' });
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect(isAlive(Number(fs.readFileSync(file, 'utf8')))).toBe(false);
    },
  );

  it('that says nothing is left after the patience, and ended with all that it started', async () => {
    const file = path.join(folder(), 'pid');
    await expect(list(`sleep 1000 & echo $! > ${file}; trap '' TERM; sleep 1000`, 0.3)).rejects.toMatchObject({
      code: 'CARRIER_TIMEOUT',
    });
    expect(isAlive(Number(fs.readFileSync(file, 'utf8')))).toBe(false);
  });

  it('ends by itself when its standard input closes', async () => {
    const file = path.join(folder(), 'done');
    const stream = new ProgramStream(`cat > /dev/null; echo done > ${file}`, 'The program', 20);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
    expect(fs.readFileSync(file, 'utf8')).toBe('done\n');
    expect(isAlive(stream.processGroup ?? 0)).toBe(false);
  });

  it('that was silent for too long is given no more time to end', async () => {
    const stream = new ProgramStream('sleep 1000', 'The program', 1000);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.on('error', () => undefined);
    stream.destroy(new FerryError('CARRIER_TIMEOUT', { where: 'The program', seconds: 1000 }));
    await closed;
    expect(isAlive(stream.processGroup ?? 0)).toBe(false);
  });

  it('that serves a container logs no fault when its standard input closes', async () => {
    const dongle = loadedDongle();
    onTestFinished(() => dongle.remove());
    const heard: string[] = [];
    const client = openCarrier(execAddress(dongle.folder).replace('--log silent', '--log info'), {
      ...PATIENT,
      remark: (line) => heard.push(line),
    });
    await client.call('list', {});
    await client.close();
    const closed = heard.map((line) => JSON.parse(line)).filter(({ event }) => event === 'connection.closed');
    expect(closed).toEqual([{ level: 'info', time: expect.any(String), event: 'connection.closed', connection: 1 }]);
  });

  it('that is killed when a third of an update has reached it is started again, and the dongle has the update once', async () => {
    const dongle = loadedDongle();
    onTestFinished(() => dongle.remove());
    const [begun, killed] = [path.join(folder(), 'begun'), path.join(folder(), 'killed')];
    const third = Math.floor(dongle.update.length / 3);
    const serve = execAddress(dongle.folder).slice('exec:'.length);
    const until = `{ dd bs=1 count=${third} 2>/dev/null; touch ${killed}; kill -9 0; }`;
    const command = `[ -e ${begun} ] && exec ${serve}; touch ${begun}; ${until} | ${serve}`;
    const client = openCarrier(`exec:${command}`, PATIENT);
    onTestFinished(() => client.close());
    await client.call('apply', { update: dongle.update });
    expect(fs.existsSync(killed)).toBe(true);
    expect((await client.call('list', {})).holdings).toHaveLength(dongle.items + dongle.more);
  });

  it('that is killed in the middle of an update is told, and the dongle has it whole or not at all', async () => {
    const dongle = loadedDongle();
    onTestFinished(() => dongle.remove());
    const file = path.join(folder(), 'pid');
    const client = openCarrier(execAddress(dongle.folder, `echo $$ > ${file}; exec `), PATIENT);
    onTestFinished(() => client.close());
    await client.call('list', {});
    const call = client.call('apply', { update: dongle.update });
    process.kill(Number(fs.readFileSync(file, 'utf8')), 'SIGKILL');
    // The program is started again, once, since its connection had been idle.
    await call;
    expect((await client.call('list', {})).holdings).toHaveLength(dongle.items + dongle.more);
  });
});
