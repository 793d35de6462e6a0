import fs from 'node:fs';
import path from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { testRoot } from '../../../container/files/test-root.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { CentralDatabase } from '../../../host/license-central/database.adapter.ts';
import { KeyVault } from '../../../host/license-central/firm-keys.ts';
import { type CentralOptions, LicenseCentral, type NewFirm } from '../../../host/license-central/index.ts';
import { passphraseKey } from '../../../host/license-central/passphrase-key.adapter.ts';
import { SCHEMA_VERSION } from '../../../host/license-central/schema.ts';
import { crypto, makeContainer, seededEnv } from '../../world/parties.ts';
import { FIRM, licenseCentrals, PASSPHRASE, seats } from './scene.ts';

const scene = licenseCentrals();

describe('the storage of a License Central', () => {
  it('keeps firms, containers and grants over a restart', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(5)] });
    const before = await central.ledger();
    const again = await scene.another(folder, 'restart');
    expect(await again.ledger()).toEqual(before);
    expect(await again.certificateOf(FIRM)).toEqual(await central.certificateOf(FIRM));
    expect(await again.updatesFor({ firmCode: FIRM, target: '3-1' })).toHaveLength(1);
  });

  it('refuses a wrong passphrase and another root, and opens with the right ones afterwards', async () => {
    const folder = scene.folder();
    await scene.central(folder);
    const options = scene.options(folder);
    const other = { ...testRoot(crypto), key: '11'.repeat(32) as PublicKey };
    await expect(LicenseCentral.open({ ...options, passphrase: 'wrong' })).rejects.toMatchObject({
      code: 'PASSPHRASE_WRONG',
    });
    await expect(LicenseCentral.open({ ...options, root: other })).rejects.toMatchObject({
      code: 'CERTIFICATE_OTHER_ROOT',
    });
    await expect(scene.another(folder, 'right')).resolves.toBeInstanceOf(LicenseCentral);
  });

  it('is made with the cost of the passphrase that is asked for, if it is possible, and with a high one otherwise', async () => {
    const defaults = (folder: string) => {
      const { passphraseCost: _, ...options } = scene.options(folder);
      return options;
    };
    const costOf = async (asked: Pick<CentralOptions, 'passphraseCost'>) => {
      const folder = scene.folder();
      const central = await LicenseCentral.init({ ...defaults(folder), ...asked });
      await central.close();
      const database = new Database(path.join(folder, 'central.sqlite'));
      const stored = database.prepare('select scryptN, scryptR, scryptP from central').get();
      database.close();
      return stored;
    };
    const cost = { scryptN: 16, scryptR: 5, scryptP: 2 };
    expect(await costOf({ passphraseCost: cost })).toMatchObject(cost);
    expect(await costOf({})).toMatchObject({ scryptN: 2 ** 15, scryptR: 8, scryptP: 1 });
    await expect(costOf({ passphraseCost: { ...cost, scryptN: 15 } })).rejects.toMatchObject({ code: 'USAGE_WRONG' });
  });

  it('opens at the cost of the passphrase that is stored with it, and at no other', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    const { key } = (await central.firms())[0] ?? expect.fail('there is a firm');
    await central.close();
    const database = new Database(path.join(folder, 'central.sqlite'));
    const cost = { scryptN: 4096, scryptR: 4, scryptP: 2 };
    const { salt } = database.prepare('select salt from central').get() as { salt: ArrayBuffer };
    const vault = new KeyVault(crypto, seededEnv('dearer'), passphraseKey(PASSPHRASE, new Uint8Array(salt), cost));
    const store = (change: string): void => void database.exec(`update central set ${change}`);
    store('scryptN = 4096, scryptR = 4, scryptP = 2');
    await expect(LicenseCentral.open(scene.options(folder))).rejects.toMatchObject({ code: 'PASSPHRASE_WRONG' });
    store(`keyCheck = x'${toHex(vault.makeCheck())}'`);
    expect(await (await scene.another(folder, 'stored')).firms()).toMatchObject([{ key }]);
    for (const damage of [
      'scryptN = 4095',
      'scryptN = 0',
      'scryptN = 1 << 40',
      'scryptR = 3',
      'scryptR = 1 << 22',
      'scryptP = 0',
      'scryptP = 17',
    ]) {
      store('scryptN = 4096, scryptR = 4, scryptP = 2');
      store(damage);
      await expect(LicenseCentral.open(scene.options(folder)), damage).rejects.toMatchObject({
        code: 'CENTRAL_DAMAGED',
      });
    }
    database.close();
  });

  it.each([
    ['cut off', "x'00'"],
    ['those of another firm', `(select sealedKeys from firms where firmCode = ${FIRM})`],
  ])('tells of a firm whose keys are %s, and goes on with the others', async (_, keys) => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    await central.addFirm({ firmCode: 7, name: 'Other' });
    await central.addContainer(makeContainer('dongle', 1).certificate);
    const database = new Database(path.join(folder, 'central.sqlite'));
    database.exec(`update firms set sealedKeys = ${keys} where firmCode = 7`);
    database.close();
    const order = { target: '3-1', items: [seats(5)] };
    await expect(central.grantItems({ ...order, firmCode: 7 })).rejects.toMatchObject({
      code: 'FIRM_KEYS_DAMAGED',
      details: { firm: 7 },
    });
    await central.grantItems({ ...order, firmCode: FIRM });
    expect(await central.updatesFor({ firmCode: FIRM, target: '3-1' })).toHaveLength(1);
    expect(await central.ledger()).toHaveLength(1);
  });

  it('never holds the secrets of a firm in plain text', async () => {
    const folder = scene.folder();
    const central = await LicenseCentral.init(scene.options(folder));
    const drawn: Uint8Array[] = [];
    const env = seededEnv('watched');
    const random = env.random.bind(env);
    env.random = (length) => {
      const bytes = random(length);
      if (length === 32) drawn.push(bytes);
      return bytes;
    };
    await central.close();
    const watched = await LicenseCentral.open({ ...scene.options(folder), env });
    await watched.addFirm({ firmCode: FIRM, name: 'Acme' });
    await watched.close();
    const stored = Buffer.concat(fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name))));
    expect(drawn).toHaveLength(2);
    for (const secret of drawn) expect(stored.includes(Buffer.from(secret))).toBe(false);
  });

  it('is made once in a folder, and is not found where there is none', async () => {
    const folder = scene.folder();
    const options = scene.options(folder);
    await expect(LicenseCentral.open(options)).rejects.toMatchObject({ code: 'NO_CENTRAL' });
    await scene.central(folder);
    await expect(LicenseCentral.init(options)).rejects.toMatchObject({ code: 'CONTAINER_EXISTS' });
    await expect(LicenseCentral.init({ ...options, passphrase: '' })).rejects.toMatchObject({ code: 'USAGE_WRONG' });
  });

  it('is not even begun for firms that are impossible or named twice', async () => {
    const folder = path.join(scene.folder(), 'vendor');
    const init = (...firms: NewFirm[]) => LicenseCentral.init(scene.options(folder), firms);
    const [acme, other] = [
      { firmCode: FIRM, name: 'Acme' },
      { firmCode: 7, name: 'Other' },
    ];
    const named = { code: 'USAGE_WRONG', details: { what: `The firm ${FIRM} is named twice` } };
    await expect(init(acme, other, { ...acme, name: 'Again' })).rejects.toMatchObject(named);
    await expect(init(acme, { firmCode: 0, name: 'None' })).rejects.toMatchObject({ code: 'USAGE_WRONG' });
    expect(fs.existsSync(folder)).toBe(false);
  });

  it('is not made in a folder that has anything else in it', async () => {
    const folder = scene.folder();
    fs.writeFileSync(path.join(folder, 'dongle.json'), '{}');
    await expect(LicenseCentral.init(scene.options(folder))).rejects.toMatchObject({ code: 'CONTAINER_EXISTS' });
    expect(fs.readdirSync(folder)).toEqual(['dongle.json']);
  });

  it.skipIf(process.platform === 'win32')('is not taken for missing where it may not be read', async () => {
    const folder = scene.folder();
    await (await scene.central(folder)).close();
    fs.chmodSync(folder, 0);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    const opening = LicenseCentral.open(scene.options(folder));
    if (isRoot) process.seteuid?.(0);
    fs.chmodSync(folder, 0o700);
    await expect(opening).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('takes up an init that was interrupted before its commit', async () => {
    const folder = scene.folder();
    await CentralDatabase.create(folder).close();
    for (const name of fs.readdirSync(folder)) expect(name).toMatch(/^central\.sqlite(-wal|-shm)?$/);
    await expect(LicenseCentral.open(scene.options(folder))).rejects.toMatchObject({ code: 'NO_CENTRAL' });
    await expect(scene.central(folder)).resolves.toBeInstanceOf(LicenseCentral);
  });

  it('is damaged where its file is empty, and no new one is made over it', async () => {
    const folder = scene.folder();
    fs.writeFileSync(path.join(folder, 'central.sqlite'), '');
    const damaged = { code: 'CENTRAL_DAMAGED', details: { where: folder, what: 'its file is empty' } };
    await expect(LicenseCentral.open(scene.options(folder))).rejects.toMatchObject(damaged);
    await expect(LicenseCentral.init(scene.options(folder))).rejects.toMatchObject(damaged);
    expect(fs.statSync(path.join(folder, 'central.sqlite')).size).toBe(0);
  });

  it('refuses a database that is damaged, of a newer program or of an older one', async () => {
    const damaged = scene.folder();
    fs.writeFileSync(path.join(damaged, 'central.sqlite'), 'x'.repeat(8192));
    await expect(LicenseCentral.open(scene.options(damaged))).rejects.toMatchObject({ code: 'CENTRAL_DAMAGED' });
    const folder = scene.folder();
    await scene.central(folder);
    const database = new Database(path.join(folder, 'central.sqlite'));
    database.exec(`update central set schema = ${SCHEMA_VERSION + 1}`);
    await expect(LicenseCentral.open(scene.options(folder))).rejects.toMatchObject({ code: 'FILE_VERSION' });
    database.exec('update central set schema = 1');
    database.close();
    await expect(LicenseCentral.open(scene.options(folder))).rejects.toMatchObject({ code: 'CENTRAL_OUTDATED' });
  });

  it('writes ahead to a log, so that a writer does not keep readers out', async () => {
    const folder = scene.folder();
    await scene.central(folder);
    const database = new Database(path.join(folder, 'central.sqlite'));
    expect(database.pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    database.close();
  });

  it('waits for another writer and goes on when it is done, again and again', async () => {
    const folder = scene.folder();
    const central = await scene.central(folder);
    await central.addContainer(makeContainer('dongle', 1).certificate);
    const database = new Database(path.join(folder, 'central.sqlite'));
    for (const first of [1, 2, 3]) {
      database.exec('begin immediate');
      database.exec(`update firms set name = 'Name ${first}'`);
      const granted = central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(1)] });
      await new Promise((resolve) => setImmediate(resolve));
      database.exec('commit');
      expect(await granted).toMatchObject({ first, last: first });
    }
    database.close();
  });

  it('treats text from outside as data', async () => {
    const central = await scene.central();
    const name = `'); drop table firms; --"`;
    await central.addFirm({ firmCode: 7, name });
    expect(await central.firms()).toMatchObject([
      { firmCode: 7, name },
      { firmCode: FIRM, name: 'Acme' },
    ]);
    const item = { ...seats(1), text: name };
    const dongle = makeContainer('dongle', 1);
    await central.addContainer(dongle.certificate);
    await central.grantItems({ firmCode: 7, target: dongle.key, items: [item], name });
    expect(await central.ledger()).toMatchObject([{ text: name }]);
    await expect(central.updatesFor({ firmCode: 7, target: name })).rejects.toMatchObject({ code: 'USAGE_WRONG' });
  });

  it('refuses firms and containers that are impossible, taken or not certified by its root', async () => {
    const central = await scene.central();
    const dongle = makeContainer('dongle', 1);
    for (const [firmCode, name] of [
      [FIRM, 'Again'],
      [0, 'None'],
      [1.5, 'Half'],
      [8, 'x'.repeat(65)],
      [8, '\ud800'],
    ] as const)
      await expect(central.addFirm({ firmCode, name })).rejects.toMatchObject({ code: 'USAGE_WRONG' });
    const forged = dongle.certificate.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    await expect(central.addContainer(forged)).rejects.toMatchObject({ code: 'CERTIFICATE_WRONG' });
    await expect(central.addContainer(await central.certificateOf(FIRM))).rejects.toMatchObject({
      code: 'CERTIFICATE_WRONG',
    });
    await expect(central.certificateOf(9)).rejects.toMatchObject({
      code: 'FIRM_UNKNOWN',
      details: { firm: 9, firms: String(FIRM) },
    });
    expect(await central.addContainer(dongle.certificate)).toEqual(await central.addContainer(dongle.certificate));
  });
});
