import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(() => loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

const grant = (...more: readonly string[]) => ['central', 'issue', 'vendor', '--to', '3-1234567', ...more];
const toDevice = (...more: readonly string[]) => ['move', '--from', 'sim:dongle', '--to', 'sim:device', ...more];

describe('the words of a command', () => {
  it('name the firms there are when one is named that is not there', async () => {
    const { exit, stderr } = await world.run(...grant('--item', '7:1'));
    expect([exit, stderr]).toEqual([3, expect.stringContaining('There is no firm 7 in this License Central.')]);
    expect(stderr).toContain('Its firms are: 6000010.');
    const named = await world.run('certificate', 'central:vendor', '--firm', '7');
    expect(named.stderr).toContain('Its firms are: 6000010.');
  });

  it('say the bound of a text that is too long', async () => {
    const { stderr } = await world.run(...grant('--item', world.item(1), '--text', 'x'.repeat(257)));
    expect(stderr).toContain('is impossible: its text is not within bounds (text[0..256])');
    await world.must(...grant('--item', world.item(1), '--text', 'x'.repeat(256)));
  });

  it('speak of work orders only where one could allow it', async () => {
    world.variables.FERRY_NEW_PIN = 'open sesame';
    await world.must('pin', 'set', 'sim:dongle');
    const history = await world.run('history', 'sim:dongle');
    expect(history.stderr).toContain('Only the owner of 3-1234567 may do this (history): it needs the PIN.');
    expect(history.stderr).not.toContain('work order');
    const moved = await world.run(...toDevice('--item', world.item(1)));
    expect(moved.stderr).toContain('(issue): no armed work order covers it');
  });

  it('say for whom a work order is', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'd.ferry-context');
    await world.must('order', 'arm', 'sim:dongle', '--item', world.item(1), '--target', 'd.ferry-context');
    const { words } = (await world.json('list', 'sim:device')).containers[0];
    expect(await world.must('order', 'list', 'sim:dongle')).toContain(`to ("${words}"); 0 of 1 served`);
    await world.must(...toDevice('--item', world.item(1)));
    expect(await world.must('order', 'list', 'sim:dongle')).toContain(`to 130-2459324738 ("${words}"); 0 of 1 served`);
  });

  it('keep the seats of a transfer apart from the id of its license', async () => {
    await world.must(...toDevice('--item', world.item(2)));
    expect(await world.must('history', 'sim:dongle')).toMatch(/ 2 of [0-9a-f]{8}\n/);
  });

  it('count parked files where a folder is listed, and containers where containers are', async () => {
    fs.mkdirSync(path.join(world.folder, 'empty'));
    expect(await world.must('list', 'folder:empty')).toBe('0 parked file(s).\n');
    expect(await world.must('list', 'folder:sent')).toContain('1 parked file(s).\n');
    expect(await world.must('list', 'central:vendor')).not.toContain('CmContainer');
    expect(await world.must('list', 'folder:empty', 'sim:device')).toContain('Result: 1 CmContainer(s) listed.');
  });

  it('name the firm in a command that is to be typed, where a License Central has several', async () => {
    await world.must('central', 'init', 'two', '--firm', '6000011:One', '--firm', '6000012:Two');
    const issue = ['central', 'issue', 'two', '--to', 'sim:dongle', '--item', '6000012:1x1', '-o', 'folder:two-sent'];
    const { stderr } = await world.run(...issue);
    const typed = /ferry (move --from central:two --to ADDRESS --all.*)$/m.exec(stderr)?.[1] ?? '';
    await world.must(...typed.replace('ADDRESS', 'sim:dongle').split(' '));
  });

  it('do not call nothing new what tells a License Central where its licenses are', async () => {
    await world.must(...toDevice('--item', world.item(2)));
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'home.ferry-context');
    const settled = await world.must('settle', 'central:vendor', 'home.ferry-context');
    expect(settled).toContain('Nothing was waiting for it; what it tells of its licenses was taken.');
    expect(settled).toContain('It asks for the certified time');
    await world.must(...grant('--item', '6000010:7x1', '-o', 'folder:untaken'));
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'before.ferry-context');
    const early = await world.must('settle', 'central:vendor', 'before.ferry-context');
    expect(early).toContain('What is in transit had not arrived when it was made.');
    expect(await world.must('list', 'central:vendor')).toContain('2 in 130-2459324738');
  });

  it('count nothing as moved, in JSON too, when all of it was refused', async () => {
    const limit = ['--item', '6000010:5x3', '--most-per-target', '1'];
    await world.must(...grant(...limit, '-o', 'folder:limited'));
    await world.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
    const { state, moved } = await world.json(...toDevice('--item', '6000010:5x2'));
    expect([state, moved]).toEqual(['refused', []]);
  });

  it.each<[string, readonly string[], number, string]>([
    ['say what a move without items needs', toDevice(), 2, 'Say what is to move: items with --item, or --all.'],
    ['say what a product looks like', ['use', 'sim:device', '7'], 2, '"7" is not a product like 6000010:1001.'],
    [
      'name the address of a container whose folder was given',
      ['list', 'device'],
      2,
      'a folder with a container in it, which is sim:device.',
    ],
    [
      'name it wherever an address is due',
      ['move', '--from', 'sim:dongle', '--to', 'device', '--all'],
      2,
      'which is sim:device.',
    ],
    [
      'name the address of a License Central whose folder was given',
      ['list', 'vendor'],
      2,
      'it is the folder of a License Central, which is central:vendor.',
    ],
    ['name the address of a folder with files', ['list', 'sent'], 2, 'it is a folder, which is folder:sent.'],
    [
      'say what a scheme alone needs',
      ['list', 'usb'],
      2,
      'it is a mere scheme; with what belongs to it, it is usb:SERIAL.',
    ],
    [
      'tell a License Central from a container',
      ['apply', 'sim:vendor', 'x'],
      2,
      'In vendor is a License Central, not a container.',
    ],
    [
      'say of a folder that it is not there',
      ['list', 'folder:nowhere'],
      5,
      'The folder nowhere cannot be read: it is not there.',
    ],
    [
      'say how all files of a folder are applied',
      ['apply', 'sim:device', 'sent'],
      2,
      'sent is a folder: write folder:sent for the files in it.',
    ],
    [
      'say how all files of a folder are settled',
      ['settle', 'central:vendor', '.'],
      2,
      '. is a folder: write folder:. for the files in it.',
    ],
    [
      'say how a License Central is told of its licenses, to which nothing moves',
      ['move', '--from', 'sim:dongle', '--to', 'central:vendor', '--all'],
      2,
      'ferry context sim:dongle --for central:vendor -o FILE, then ferry settle central:vendor FILE. Then it may take one back: ferry central withdraw vendor ITEM.',
    ],
    [
      'say the same of what is parked',
      ['move', '--from', 'folder:sent', '--to', 'central:vendor', '--all'],
      2,
      'It is told where its licenses are: ferry settle central:vendor folder:sent.',
    ],
    ...[
      ['x0', '"0" is no number of seats (1 to 4294967295)'],
      ['x-1', '"-1" is no number of seats (1 to 4294967295)'],
      ['x', '"" is no number of seats (1 to 4294967295)'],
      ['X1', 'the x before the number of seats is a small letter'],
    ].map(([seats, why]): [string, readonly string[], number, string] => [
      `say what is wrong with the item 6000010:1001${seats}`,
      toDevice('--item', `6000010:1001${seats}`),
      2,
      `"6000010:1001${seats}" is not an item like 6000010:1001 or 6000010:1001x2: ${why}. [USAGE_WRONG]`,
    ]),
    ['say so of what is no item at all', toDevice('--item', '7'), 2, 'it is no FIRM:PRODUCT and no FIRM:PRODUCTxN.'],
    ['say it of a Product Code', toDevice('--item', '6000010:abc'), 2, '"abc" is no Product Code (0 to 4294967295).'],
    ['refuse to expect nobody', toDevice('--all', '--expect', ' '), 2, '--expect names nobody: give the serial number'],
    [
      'say that an order is of one firm',
      grant('--item', '6000010:1', '--item', '6000011:1'),
      2,
      'All items of one order are of one firm, not of 6000010, 6000011: grant those of each by an order of its own.',
    ],
    ['say how the ids of moves are found', ['resume', 'xyz'], 3, 'No unfinished move is called xyz. [MOVE_UNKNOWN]'],
    [
      'name the address that is to be paired',
      ['list', 'tls://127.0.0.1:7439'],
      3,
      'ferry pair tls://127.0.0.1:7439 --code CODE',
    ],
  ])('%s', async (_, args, exit, said) => {
    expect(await world.run(...args)).toMatchObject({ exit, stderr: expect.stringContaining(said) });
  });

  it('say of a license that was granted that it has expired already, and how another day is set', async () => {
    const item = ['--item', world.item(1), '-o', 'folder:dated'];
    const { exit, stdout, stderr } = await world.run(...grant(...item, '--expiration', '2020-01-01'));
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/granted to 3-1234567, in transit as sequence \d+\.\n/)]);
    expect(stderr).toMatch(/^It has expired already: --expiration is 2020-01-01, and by the clock here it is \d{4}-/m);
    expect(stderr).toContain('ferry central replace DIR ITEM');
    const later = await world.run(...grant(...item, '--expiration', '2130-01-01'));
    expect(later.stderr).not.toContain('expired');
  });

  it('give the command that takes home the receipt of several files whole, where it is one', async () => {
    for (const to of ['folder:one', 'folder:one'])
      await world.must('central', 'issue', 'vendor', '--to', 'sim:device', '--item', world.item(1), '-o', to);
    const { stderr } = await world.run('apply', 'sim:device', 'folder:one', '-o', 'folder:one');
    expect(stderr).toMatch(
      /Bring the receipt home: ferry settle ISSUER one\/130-2459324738-for-\S+-receipt\.ferry-context\. What/,
    );
  });

  it('say of what is not so, or is so already, that it is, and not how the command is used', async () => {
    world.variables.FERRY_NEW_PIN = 'open sesame';
    await world.must('pin', 'set', 'sim:device');
    fs.mkdirSync(path.join(world.folder, 'empty'));
    for (const [line, code] of [
      [['central', 'withdraw', 'vendor', 'abc'], 'LICENSE_UNKNOWN'],
      [['pin', 'set', 'sim:device'], 'PIN_SET'],
      [['apply', 'sim:device', 'folder:empty'], 'NOTHING_PARKED'],
      [['move', '--from', 'sim:dongle', '--to', 'folder:empty', '--all'], 'NOTHING_PARKED'],
      [['order', 'arm', 'sim:dongle', '--item', world.item(1), '--target', '130-5'], 'TARGET_UNKNOWN'],
    ] as const) {
      const { exit, stderr } = await world.run(...line);
      expect([line, exit, stderr]).toEqual([line, code === 'NOTHING_PARKED' ? 5 : 3, expect.stringContaining(code)]);
      expect(stderr).not.toContain('--help');
    }
  });

  it('say of a serial number that is mistyped that it is none, whichever command it is for', async () => {
    for (const line of [
      ['cancel', 'sim:dongle', '--to', 'abc'],
      ['issue', 'sim:dongle', '--to', 'abc'],
      ['central', 'revoke', 'vendor', 'abc'],
      ['central', 'unblock', 'vendor', '--to', 'abc'],
      ['device', 'create', 'new', '--serial', 'abc'],
    ]) {
      const { exit, stderr } = await world.run(...line);
      expect([line, exit, stderr]).toEqual([line, 2, expect.stringContaining('"abc" is not a serial number')]);
    }
    const { stderr } = await world.run('device', 'create', 'new', '--serial', '3-1');
    expect(stderr).toContain('"3-1" is not the serial number of a device, 130-N with N up to 4294967295.');
    await world.must('device', 'create', 'new', '--serial', '130-4294967295');
  });

  it('give examples in the help of every family', async () => {
    for (const family of [[], ['central'], ['dongle'], ['device'], ['pin'], ['order']])
      expect(await world.must(...family, '--help')).toMatch(/\nExamples:\n {2}ferry /);
  });

  it('name the code of a reason in JSON, beside its number', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'd.ferry-context');
    const order = ['--context', 'd.ferry-context', '--item', world.item(1)];
    await world.must('issue', 'sim:dongle', ...order, '-o', 'u.ferry-update');
    const refused = ['refuse', 'sim:device', 'u.ferry-update', '--through', '1', '-o', 'r.ferry-context'];
    const entries = [{ sequence: 1, reason: 320, code: 'REFUSED_BY_OWNER' }];
    expect(await world.json(...refused)).toMatchObject({ entries });
    expect(await world.json('settle', 'sim:dongle', 'r.ferry-context')).toMatchObject({ receipts: [{ entries }] });
    expect(await world.json(...toDevice('--item', world.item(1)))).toMatchObject({
      entries: [{ reason: 0, code: null }],
    });
  });

  it('are one JSON document even where no command was named', async () => {
    const { exit, stdout } = await world.run('--json');
    expect([exit, JSON.parse(stdout)]).toMatchObject([
      2,
      { error: { code: 'USAGE_WRONG', details: { what: 'No command was named' } } },
    ]);
  });

  it('name the files that are to be brought, and count certificates among what is parked', async () => {
    await world.must('certificate', 'sim:dongle', '-o', 'folder:stick');
    expect(await world.must('list', 'folder:stick')).toContain('1 parked file(s).');
    const made = await world.run('context', 'sim:device', '--for', 'sim:dongle', '-o', 'c.ferry-context');
    expect(made.stderr).toContain(
      'ferry settle sim:dongle c.ferry-context, or ferry issue sim:dongle --context c.ferry-context',
    );
    await world.must(
      'issue',
      'sim:dongle',
      '--context',
      'c.ferry-context',
      '--item',
      world.item(1),
      '-o',
      'u.ferry-update',
    );
    const applied = await world.run('apply', 'sim:device', 'u.ferry-update', '-o', 'r.ferry-context');
    expect(applied.stderr).toContain('ferry settle ISSUER r.ferry-context');
  });
});
