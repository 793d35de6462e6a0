import { pack } from '../../../../container/files/codec.ts';
import { ENTRY_KINDS, entry } from '../../../../container/files/entries.ts';
import { statement } from '../../../../container/files/statement.ts';
import { updateHeader } from '../../../../container/files/update-file.ts';
import { concatBytes, fromHex } from '../../../../container/model/bytes.ts';
import { BAD_VALUES, nested } from '../../../../host/conformance/makers/damaged.ts';
import type { AttackScene } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan, refused } from '../plan.ts';

const VALUES: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ...BAD_VALUES.filter(([, bytes]) => bytes.length < 1000),
  ['arrays 1,000 deep', nested(1000)],
  ['a map with the key __proto__', fromHex('81a95f5f70726f746f5f5f01')],
  ['a negative integer of 8 bytes', fromHex('d3ffffffffffffffff')],
  ['a time stamp', fromHex('d6ff00000000')],
  ['an array that claims 65535 values', fromHex('dcffff')],
];

const rules = ['encoding'];

/** A firm of which the container knows one license, so that a file taken by mistake would change something. */
async function known(scene: AttackScene): Promise<AttackScene> {
  scene.firm.add({});
  await scene.takes(scene.firm);
  scene.firm.add({});
  return scene;
}

function outer(scene: AttackScene, body: Uint8Array): Uint8Array {
  return entry.encode({ version: 1, kind: ENTRY_KINDS.add, salt: scene.firm.tools.env.random(16), body });
}

function inFile([what, bytes]: (typeof VALUES)[number]): AttackPlan[] {
  return [
    refused(`a file that is ${what}`, rules, 'FILE_MALFORMED', async (scene) => (await known(scene)).apply(bytes)),
    refused(`a signed statement that is ${what}`, rules, 'FILE_MALFORMED', async (scene) =>
      scene.apply((await known(scene)).raw(scene.firm, { statement: bytes })),
    ),
    refused(`a signed header that is ${what}`, rules, 'FILE_MALFORMED', async (scene) =>
      scene.apply((await known(scene)).raw(scene.firm, { header: bytes })),
    ),
    refused(`a sealed body that is ${what}`, rules, 'FILE_MALFORMED', async (scene) =>
      scene.apply((await known(scene)).raw(scene.firm, { body: bytes })),
    ),
    ends(`an entry whose body is ${what}`, ['R5', 'encoding'], ['ENTRY_MALFORMED'], (scene) => {
      scene.firm.issueRaw(outer(scene, bytes));
      return scene.file(scene.firm);
    }),
  ];
}

/** A header with one field as given, which no encoder writes. */
function bentHeader(scene: AttackScene, at: number, value: unknown): Uint8Array {
  const wire = updateHeader.wire(scene.firm.content().header) as unknown[];
  return pack(wire.with(at, value));
}

const bent: readonly (readonly [what: string, at: number, value: unknown])[] = [
  ['its first sequence 0', 4, 0],
  ['its epoch as text', 3, '0'],
  ['a key of 31 bytes', 1, new Uint8Array(31)],
  ['a serial number of three parts', 2, [3, 1, 2]],
  ['a serial number with a mask above 65535', 2, [65536, 1]],
  ['no certificate', 0, new Uint8Array(0)],
  ['a certificate of 1,025 bytes', 0, new Uint8Array(1025)],
  ['nil for its chain value', 6, null],
  ['true for its last sequence', 5, true],
  ['a cancelled sequence 0', 10, [0]],
];

/** Bytes that are no value of the encoding, wherever bytes are read; and values outside their schema. */
export const encoding: GroupPlan = {
  name: 'encoding',
  about:
    'Lengths that lie, deep nesting, doubled and prototype keys, and values outside their schema, wherever bytes are read.',
  kind: 'soft',
  attacks: [
    ...VALUES.flatMap(inFile),
    ...bent.map(([what, at, value]) =>
      refused(`a signed header with ${what}`, rules, 'FILE_MALFORMED', async (scene) => {
        await known(scene);
        return scene.apply(scene.raw(scene.firm, { header: bentHeader(scene, at, value) }));
      }),
    ),
    refused('a signed header with one field more', rules, 'FILE_MALFORMED', async (scene) => {
      await known(scene);
      const wire = updateHeader.wire(scene.firm.content().header) as unknown[];
      return scene.apply(scene.raw(scene.firm, { header: pack([...wire, null]) }));
    }),
    refused('a signed header with one field less', rules, 'FILE_MALFORMED', async (scene) => {
      await known(scene);
      const wire = updateHeader.wire(scene.firm.content().header) as unknown[];
      return scene.apply(scene.raw(scene.firm, { header: pack(wire.slice(0, -1)) }));
    }),
    refused('a signed statement with a byte behind its end', rules, 'FILE_MALFORMED', async (scene) => {
      await known(scene);
      const said = statement.encode(scene.firm.content().statement);
      return scene.apply(scene.raw(scene.firm, { statement: concatBytes(said, Uint8Array.of(0xc0)) }));
    }),
    refused('a request for apply without a file', rules, 'FILE_MALFORMED', () => ({
      command: 'apply',
      message: fromHex('91c400'),
    })),
    refused('a request for apply with two files', rules, 'FILE_MALFORMED', () => ({
      command: 'apply',
      message: fromHex('92c40100c40100'),
    })),
    refused('a request for issue with a quantity of 0', rules, 'FILE_MALFORMED', () => ({
      command: 'issue',
      message: pack([new Uint8Array(1), 1, [[1, 0]]]),
    })),
    refused('a request for issue that orders nothing', rules, 'FILE_MALFORMED', () => ({
      command: 'issue',
      message: pack([new Uint8Array(1), 1, []]),
    })),
    refused('a request for cancel that names no sequence', rules, 'FILE_MALFORMED', () => ({
      command: 'cancel',
      message: pack([new Uint8Array(32), []]),
    })),
  ],
};
