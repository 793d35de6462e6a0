import { toHex } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import type { CaseFamily } from '../conformance-case.ts';

/** What a vendor's server does that was restored from a backup. */
export const applyEpochs: CaseFamily = {
  name: 'apply, epochs',
  about: 'A channel that a vendor begins anew, since its server was restored.',
  cases: [
    {
      id: 'epoch-past',
      title: 'A firm whose server was restored begins its channel anew, and its files of before are past',
      section: 'Epochs',
      async run(bench) {
        const { firm } = bench;
        firm.add({});
        const past = firm.file();
        firm.beginEpoch();
        await bench.takes(firm, ['applied']);
        await bench.refuses('a file of an earlier epoch', 'UPDATE_EPOCH', past, firm);
      },
    },
    {
      id: 'epoch-stale',
      title:
        'A new epoch behind another state than the present one is not taken, and the receipt tells the present one',
      section: 'Epochs',
      async run(bench) {
        const { firm } = bench;
        await bench.takes(firm, []);
        firm.add({});
        const epoch = firm.epoch + 1;
        const outbound = { epoch, issued: firm.issued, hash: firm.chainAt(firm.issued) };
        const chainBefore = toHex(firm.tools.env.random(32)) as Hash;
        const file = firm.file({ header: { epoch, chainBefore }, statement: { outbound } });
        await bench.changesNothing(firm, 'a stale epoch', () => bench.takes(firm, [], { file }, 'EPOCH_STALE'));
        await bench.takes(firm, ['applied']);
      },
    },
  ],
};
