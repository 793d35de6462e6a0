import { COMMANDS } from '../../../container/commands/index.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { holds } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf } from '../holdings.ts';
import { callFrame, rawCall } from '../wire/raw-connection.ts';
import type { WireBench } from '../wire/wire-bench.ts';

const UNKNOWN = [0, 19, 99, 255, 256, 0x8001, 65535].filter(
  (code) => !Object.values(COMMANDS).some((command) => command.code === code),
);

/** A license that software on the container's own machine could use. */
async function usable({ bench }: WireBench) {
  const [grant] = bench.firm.add({});
  const { listing } = await bench.takes(bench.firm, ['applied']);
  const { firmCode = 0, productCode = 0, itemId } = grant ?? {};
  return {
    product: { firmCode, productCode, releaseDate: null },
    holding: itemId === undefined ? 0 : holdingOf(listing, itemId).id,
  };
}

/** Commands beside the three transactions. */
export const wireCommands: CaseFamily<WireBench> = {
  name: 'wire, commands',
  about: 'What is asked for beside the three transactions: nobody gets what is not meant for him.',
  cases: [
    {
      id: 'wire-unknown-command',
      title: 'A command that does not exist is refused, and the conversation goes on',
      section: 'Commands',
      async run(wire) {
        const connection = await wire.greeted();
        let id = 0;
        for (const code of UNKNOWN)
          for (const body of [NO_BYTES, Uint8Array.of(0x90)]) {
            await connection.send(rawCall(++id, code, body));
            await connection.refused(id);
            await connection.lists(++id);
          }
      },
    },
    {
      id: 'wire-owner-commands',
      title:
        'What is meant for the owner is refused to anyone else where an owner is set, and the conversation goes on',
      section: 'Commands',
      async run(wire) {
        const hasOwner = (await wire.bench.list()).pinTries !== null;
        const connection = await wire.greeted();
        let id = 0;
        for (const name of ['history', 'orders'] as const) {
          await connection.send(callFrame(++id, name, {}));
          const { kind } = await connection.ending(id);
          holds(!hasOwner || kind === 'failure', `what is said to "${name}"`, 'a failure', 'an answer');
          // Where it is only announced, it need not be fetched.
          await connection.lists(++id);
        }
        if (!hasOwner) return;
        await connection.send(callFrame(++id, 'set-pin', { sealed: null }));
        await connection.refused(id);
        await connection.lists(++id);
      },
    },
    {
      id: 'wire-local-commands',
      title: 'What is meant for local software is refused over every carrier but a Unix socket, and changes nothing',
      section: 'Commands',
      async run(wire) {
        const { product, holding } = await usable(wire);
        const connection = await wire.greeted();
        await connection.send(callFrame(1, 'check', product));
        if (wire.door.offersLocal) {
          await connection.ending(1);
          await connection.lists(2);
          return;
        }
        await connection.refused(1);
        await connection.send(callFrame(2, 'use', { ...product, units: 0 }));
        await connection.refused(2);
        await connection.send(callFrame(3, 'write-data', { holding, userData: Uint8Array.of(1), customerInfo: null }));
        await connection.refused(3);
        await connection.lists(4);
      },
    },
  ],
};
