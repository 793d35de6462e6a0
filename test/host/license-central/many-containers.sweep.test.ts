import path from 'node:path';
import Database from 'libsql';
import { expect, it } from 'vitest';
import { makeContainer } from '../../world/parties.ts';
import { contextFor, deliverAndSettle, FIRM, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();
/** More than the values that one query can name. */
const DEVICES = 32_800;

/** Puts so many devices with a seat each into the database, as if all of them had told. */
function store(folder: string, itemId: string): void {
  const database = new Database(path.join(folder, 'central.sqlite'));
  const numbered = `with recursive it(n) as (select 1 union all select n + 1 from it where n < ${DEVICES})`;
  const key = `printf('%064x', n)`;
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('channels')
    .map((column) => (column as { name: string }).name);
  const copied = columns.map((name) => (name === 'container' ? key : `channels."${name}"`));
  database.exec(`
    insert into containers (key, serial, kind, certificate, largestRecord, locked)
      ${numbered} select ${key}, '130-' || (n + 10), 'soft', certificate, null, 0 from it, containers;
    insert into channels (${columns.map((name) => `"${name}"`).join()})
      ${numbered} select ${copied.join()} from it, channels;
    insert into places (firmCode, itemId, container, quantity, pending, enabled, generation, toldAt)
      ${numbered} select ${FIRM}, '${itemId}', ${key}, 1, 0, 1, 1000, 0 from it;
  `);
  database.close();
}

it('a license that is in more containers than a query can name is counted when a context tells of it', async () => {
  const folder = scene.folder();
  const central = await scene.central(folder);
  const dongle = makeContainer('dongle', 1);
  await central.addContainer(dongle.certificate);
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: '3-1', items: [seats(DEVICES + 10)] });
  await deliverAndSettle(central, dongle);
  store(folder, itemIds[0] ?? expect.fail('nothing was granted'));
  const report = await central.receiveContext(await contextFor(central, dongle));
  expect(report).toMatchObject({ contradiction: null, surplus: [{ quantity: DEVICES }] });
}, 60_000);
