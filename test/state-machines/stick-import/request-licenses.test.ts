import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';
import { unarmor } from '../../../container/files/armor.ts';
import { REQUEST_NAME } from '../../../state-machines/index.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { TestFirm } from '../../world/parties.ts';
import { SERIAL } from '../update-import/import-scene.ts';
import { loadedStick, pulledAfter, type StickScene, stickScenes } from './stick-scene.ts';

const scene = stickScenes();
const CONTEXT = {
  dongle: `${SERIAL}-for-3-1.ferry-context`,
  firm: `${SERIAL}-for-firm-6000010.ferry-context`,
};

function putCertificate(here: StickScene, name: string, certificate: Uint8Array): void {
  fs.writeFileSync(path.join(here.stick, `${name}.ferry-certificate`), certificate);
}

/** A stick that asks for licenses, with the certificates of a vendor and a dongle that the device does not know. */
function asking(here: StickScene, name = REQUEST_NAME): StickScene {
  fs.writeFileSync(path.join(here.stick, name), '');
  putCertificate(here, 'vendor', here.firm.certificate);
  fs.mkdirSync(path.join(here.stick, 'of the technician'));
  putCertificate(here, 'of the technician/dongle', here.dongle.certificate);
  return here;
}

function contextsOn(here: StickScene): string[] {
  return fs.readdirSync(here.stick).filter((name) => name.endsWith('.ferry-context'));
}

/** The context on the stick that has that name. */
function context(here: StickScene, name: string): Uint8Array {
  const read = unarmor(fs.readFileSync(path.join(here.stick, name), 'utf8'));
  return read.ok ? read.value : new Uint8Array();
}

function linesOf(here: StickScene): string[] {
  return here.result().split('\r\n').slice(3);
}

function failing(client: ContainerClient, code: 'CARRIER_LOST' | 'TABLE_FULL'): ContainerClient {
  return {
    call: (name, request) =>
      name === 'context'
        ? Promise.reject(new FerryError(code, { where: 'it', why: 'a test', here: 'it', what: 'x' }))
        : client.call(name, request),
    close: () => client.close(),
  };
}

describe('a stick that asks for licenses', () => {
  it('is given a context for each issuer whose certificate lies there, which that issuer can issue to', async () => {
    const here = asking(scene());
    const { end, failure, requested } = await here.take();
    expect([end, failure]).toEqual(['answered', null]);
    expect(requested.map(({ issuer, file, isNew }) => [issuer, file, isNew])).toEqual([
      ['firm 6000010', CONTEXT.firm, true],
      ['3-1', CONTEXT.dongle, true],
    ]);
    expect(linesOf(here)).toEqual([
      'There is no update file for it on this stick.',
      'Contexts, which ask for licenses, for: firm 6000010, 3-1.',
      'Next: bring this stick to whoever issues licenses. Other devices may be asked first.',
      '',
    ]);
    const holding = here.dongle.container.run('list', {}).holdings[0]?.id ?? 0;
    const parts = [{ holding, quantity: 1 }];
    const request = issueRequest({ context: context(here, CONTEXT.dongle), first: 1, parts });
    here.put('b.ferry-update', here.dongle.container.run('issue', request).updates[0] as Uint8Array);
    expect([(await here.take()).end, here.items()]).toEqual(['answered', 1]);
  });

  it.each(['FERRY-REQUEST.TXT', 'ferry-request.txt', 'Ferry-Request.txt'])(
    'is one with a file %s in its root',
    async (name) => {
      expect((await asking(scene(), name).take()).end).toBe('answered');
    },
  );

  it.each(['FERRY-REQUEST.TXT.bak', '._FERRY-REQUEST.TXT', 'of the technician/FERRY-REQUEST.TXT'])(
    'is none with a file %s',
    async (name) => {
      const here = asking(scene(), 'x');
      fs.writeFileSync(path.join(here.stick, name), '');
      const before = here.onStick();
      expect((await here.take()).end).toBe('nothing');
      expect(here.onStick()).toEqual(before);
    },
  );

  it('that stays in changes nothing any more, on the stick or in the device', async () => {
    const here = asking(scene());
    await here.take();
    const before = [here.onStick(), here.stateHash()];
    for (let reboots = 0; reboots < 5; reboots++) {
      const { end, requested } = await here.take();
      expect([end, requested.map(({ isNew }) => isNew)]).toEqual(['answered', [false, false]]);
    }
    expect([here.onStick(), here.stateHash(), here.keptFiles()]).toEqual([...before, []]);
  });

  it('is given a new context where something came from that issuer since, or the old one is damaged or of another device', async () => {
    const here = asking(scene());
    await here.take();
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'a.ferry-update', 1, 1);
    await here.take();
    for (const name of ['a.ferry-update', ...contextsOn(here).filter((one) => one.includes('receipt'))])
      fs.rmSync(path.join(here.stick, name));
    expect((await here.take()).requested.map(({ isNew }) => isNew)).toEqual([true, false]);
    fs.writeFileSync(path.join(here.stick, CONTEXT.dongle), 'torn');
    expect((await here.take()).requested.map(({ isNew }) => isNew)).toEqual([false, true]);
    const apart = CONTEXT.dongle.replace('3-1', `3-1-${here.dongle.key.slice(0, 8)}`);
    for (const name of [CONTEXT.dongle, apart])
      fs.copyFileSync(path.join(here.stick, CONTEXT.firm), path.join(here.stick, name));
    const { requested } = await here.take();
    expect(requested.map(({ file, isNew }) => [file, isNew])).toEqual([
      [CONTEXT.firm, false],
      [apart, true],
    ]);
  });

  it('needs no certificate of a firm that the device has dealt with', async () => {
    const here = loadedStick(scene());
    await here.take();
    fs.rmSync(here.stick, { recursive: true });
    fs.mkdirSync(here.stick);
    fs.writeFileSync(path.join(here.stick, REQUEST_NAME), '');
    expect((await here.take()).requested.map(({ issuer }) => issuer)).toEqual(['firm 6000010']);
    expect(contextsOn(here)).toEqual([CONTEXT.firm]);
  });

  it('and brings licenses is answered with receipts, and contexts for the other issuers alone', async () => {
    const here = asking(loadedStick(scene()));
    const other = new TestFirm(6000011);
    putCertificate(here, 'other', other.certificate);
    const { requested } = await here.take();
    expect(requested.map(({ issuer }) => issuer)).toEqual(['firm 6000011']);
    expect([here.items(), linesOf(here).slice(-4)]).toEqual([
      3,
      [
        'Receipts for: 3-1, firm 6000010.',
        'Contexts, which ask for licenses, for: firm 6000011.',
        'Next: bring this stick back to whoever gave it to you; the receipts tell what has arrived. Other devices may be served first.',
        '',
      ],
    ]);
    const before = here.onStick();
    await here.take();
    expect(here.onStick()).toEqual(before);
  });

  it('is given no context by Firm Code for a firm whose licenses came by a dongle alone: the device cannot make one', async () => {
    const here = scene();
    here.put('b.ferry-update', here.issueFromDongle(1));
    await here.take();
    fs.rmSync(here.stick, { recursive: true });
    fs.mkdirSync(here.stick);
    fs.writeFileSync(path.join(here.stick, REQUEST_NAME), '');
    expect(await here.take()).toMatchObject({ end: 'answered', requested: [] });
  });

  it('and brings licenses costs these no memory: they are taken in before anybody new is met', async () => {
    const here = asking(loadedStick(scene()));
    const called: string[] = [];
    const client: ContainerClient = {
      call: (name, request) => {
        called.push(name);
        return here.client.call(name, request);
      },
      close: () => here.client.close(),
    };
    await here.take({ ports: { client } });
    expect(called.indexOf('context')).toBeGreaterThan(called.lastIndexOf('apply'));
  });

  it('and names no issuer is told what is missing', async () => {
    const here = scene();
    fs.writeFileSync(path.join(here.stick, REQUEST_NAME), '');
    expect(await here.take()).toMatchObject({ end: 'answered', requested: [] });
    expect(linesOf(here)[1]).toMatch(/^Licenses are asked for, but of nobody who is known here\. Put the certificate/);
    const before = here.onStick();
    await here.take();
    expect(here.onStick()).toEqual(before);
  });

  it('is told which certificate is of no use, and why, and is given the contexts for the others', async () => {
    const here = asking(scene());
    fs.writeFileSync(path.join(here.stick, 'torn.ferry-certificate'), 'half');
    here.put('update.ferry-certificate', here.issueFromDongle(1));
    const { end, requested } = await here.take();
    expect([end, contextsOn(here).sort()]).toEqual(['answered', [CONTEXT.dongle, CONTEXT.firm].sort()]);
    expect(requested.filter(({ failure }) => failure !== null)).toEqual([
      {
        ...{ issuer: 'torn.ferry-certificate', file: null, isNew: false },
        failure: { code: 'FILE_MALFORMED', details: expect.objectContaining({ file: 'torn.ferry-certificate' }) },
      },
      {
        ...{ issuer: 'update.ferry-certificate', file: null, isNew: false },
        failure: { code: 'FILE_KIND', details: expect.objectContaining({ file: 'update.ferry-certificate' }) },
      },
    ]);
    expect(here.result()).toMatch(
      /No context could be made for "torn\.ferry-certificate"\.\r\n {2}\S.*\[FILE_\w+\]\r\n/,
    );
    const before = here.onStick();
    await here.take();
    expect(here.onStick()).toEqual(before);
  });

  it('is told what the container answers for one issuer, and asks anew where the container was lost', async () => {
    const here = asking(scene());
    const refused = await here.take({ ports: { client: failing(here.client, 'TABLE_FULL') } });
    expect([refused.end, refused.requested.map(({ failure }) => failure?.code)]).toEqual([
      'answered',
      ['TABLE_FULL', 'TABLE_FULL'],
    ]);
    const lost = await here.take({ ports: { client: failing(here.client, 'CARRIER_LOST') } });
    expect([lost.end, lost.failure?.code, contextsOn(here)]).toEqual(['brokenOff', 'CARRIER_LOST', []]);
    expect(await here.resume()).toBeNull();
    expect([(await here.take()).end, contextsOn(here).length]).toEqual(['answered', 2]);
  });

  it('looks at 16 certificates, however many there are, and asks nobody whose certificate is there no more', async () => {
    const here = scene();
    fs.writeFileSync(path.join(here.stick, REQUEST_NAME), '');
    for (let at = 0; at < 18; at++) putCertificate(here, `${at}`, new TestFirm(6000100 + at).certificate);
    expect((await here.take()).requested).toHaveLength(16);
    expect(contextsOn(here)).toHaveLength(16);
    for (const name of fs
      .readdirSync(here.stick)
      .filter((one) => one.endsWith('.ferry-certificate'))
      .slice(0, 3))
      fs.rmSync(path.join(here.stick, name));
    await here.take();
    const before = [here.onStick(), here.stateHash()];
    expect((await here.take()).requested).toHaveLength(15);
    expect([here.onStick(), here.stateHash()]).toEqual(before);
  });

  it('is answered once it stays in, wherever it was pulled out before', async () => {
    for (let most = 0, isPulled = true; isPulled; most++) {
      const here = asking(scene());
      const stick = pulledAfter(here.plugged(), most, most % 2 === 0);
      const { end, failure } = await here.take({ stick });
      isPulled = stick.asked > most;
      expect(failure?.code).toBe(end === 'answered' ? undefined : 'STICK_GONE');
      expect([(await here.take()).end, contextsOn(here).sort(), here.keptFiles()]).toEqual([
        'answered',
        [CONTEXT.dongle, CONTEXT.firm].sort(),
        [],
      ]);
    }
  });
});
