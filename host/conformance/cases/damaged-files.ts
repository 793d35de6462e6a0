import type { ErrorCode } from '../../../container/errors.ts';
import { Defect } from '../../../container/errors.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { concatBytes, NO_BYTES } from '../../../container/model/bytes.ts';
import type { Bench } from '../bench.ts';
import type { CaseFamily, ConformanceCase } from '../conformance-case.ts';
import { BAD_VALUES, flippedAt, opened, resigned, spread } from '../makers/damaged.ts';

/** What a file that was changed on its way may be refused with, by where the change is. */
const DAMAGED: readonly ErrorCode[] = [
  'FILE_MALFORMED',
  'FILE_VERSION',
  'FILE_KIND',
  'CERTIFICATE_WRONG',
  'CERTIFICATE_OTHER_ROOT',
  'SIGNATURE_WRONG',
];

/** Where a part of a file begins and ends in it. */
function regionOf(file: Uint8Array, part: Uint8Array): readonly [start: number, end: number] {
  const first = part[0] ?? 0;
  for (let at = file.indexOf(first); at !== -1; at = file.indexOf(first, at + 1))
    if (part.every((byte, offset) => file[at + offset] === byte)) return [at, at + part.length];
  throw new Defect('a part is not in its file');
}

/** Genuine file of the firm with one new license, tried on the container in damaged copies and taken at last. */
async function tried(bench: Bench, attack: (file: Uint8Array) => Promise<void>): Promise<void> {
  const { firm } = bench;
  await bench.context(firm);
  firm.add({});
  await attack(firm.file());
  await bench.takes(firm, ['applied']);
}

type Region = 'statement' | 'header' | 'body' | 'signature' | 'frame';

function regionCase(region: Region, what: string): ConformanceCase {
  return {
    id: `flipped-${region}`,
    title: `A file with one bit of ${what} turned over is refused`,
    section: 'Order of checks',
    run: (bench) =>
      tried(bench, async (file) => {
        const { parts, signature } = opened(file);
        const [statement, header, body] = parts.map((part) => regionOf(file, part)) as [Range, Range, Range];
        const regions: Record<Region, Range> = {
          statement,
          header,
          body,
          signature: regionOf(file, signature),
          frame: [0, statement[0]],
        };
        const [start, end] = regions[region];
        const positions = spread(end - start, 48).map((at) => start + at);
        const codes = region === 'header' || region === 'frame' ? DAMAGED : ('SIGNATURE_WRONG' as const);
        await bench.refuses(`a bit turned over in ${what}`, codes, flippedAt(file, positions), bench.firm);
      }),
  };
}

type Range = readonly [start: number, end: number];

/** Files that were changed on their way. */
export const damagedFiles: CaseFamily = {
  name: 'apply, damaged',
  about: 'Files that were damaged or put together from others on their way.',
  cases: [
    regionCase('frame', 'the envelope around the parts'),
    regionCase('statement', 'the statement'),
    regionCase('header', 'the header'),
    regionCase('body', 'the sealed body'),
    regionCase('signature', 'the signature'),
    {
      id: 'truncated',
      title: 'A file that was cut short is refused, wherever it was cut',
      section: 'Encoding',
      run: (bench) =>
        tried(bench, async (file) => {
          const pieces = spread(file.length - 1, 48).map((at) => file.subarray(0, at + 1));
          await bench.refuses('a truncated file', 'FILE_MALFORMED', pieces, bench.firm);
        }),
    },
    {
      id: 'extended',
      title: 'A file with bytes behind its end is refused',
      section: 'Encoding',
      run: (bench) =>
        tried(bench, async (file) => {
          const more = [new Uint8Array([0]), new Uint8Array([0xc0]), file].map((bytes) => concatBytes(file, bytes));
          await bench.refuses('an extended file', 'FILE_MALFORMED', more, bench.firm);
        }),
    },
    {
      id: 'recombined',
      title: 'Parts of two genuine files do not make a third',
      section: 'Signatures',
      run: (bench) =>
        tried(bench, async (file) => {
          bench.firm.add({});
          const [one, two] = [opened(file), opened(bench.firm.file())];
          const mixes = [
            { ...two, parts: [one.parts[0], two.parts[1], two.parts[2]] },
            { ...two, parts: [two.parts[0], one.parts[1], two.parts[2]] },
            { ...two, parts: [two.parts[0], two.parts[1], one.parts[2]] },
            { ...two, signature: one.signature },
          ].map((mix) => signedEnvelope.encode(mix));
          await bench.refuses('a recombined file', 'SIGNATURE_WRONG', mixes, bench.firm);
          const fewer = [
            { ...two, parts: [two.parts[1], two.parts[0], two.parts[2]] },
            { ...two, parts: [two.parts[0], two.parts[1]] },
          ].map((mix) => signedEnvelope.encode(mix));
          await bench.refuses('parts that are exchanged or missing', 'FILE_MALFORMED', fewer, bench.firm);
          await bench.takes(bench.firm, ['applied'], { file });
        }),
    },
    {
      id: 'resigned-body',
      title: 'The body of one file does not open under the header of another, even if the issuer signs both',
      section: 'Update file',
      run: (bench) =>
        tried(bench, async (file) => {
          const { firm } = bench;
          firm.add({});
          const [one, two] = [opened(file).parts, opened(firm.file()).parts];
          const mixes = [resigned(firm, [two[0], two[1], one[2]]), resigned(firm, [two[0], two[1], NO_BYTES])];
          await bench.refuses('the body of another file', 'CANNOT_OPEN', mixes, firm);
          await bench.takes(firm, ['applied'], { file });
        }),
    },
    {
      id: 'sealed-elsewhere',
      title: 'A body that is sealed to another key is refused',
      section: 'Update file',
      run: (bench) =>
        tried(bench, async () => {
          const { firm, tools } = bench;
          const other = firm.file({ sealTo: tools.crypto.x25519PublicKey(tools.env.random(32)) });
          await bench.refuses('a body for another', 'CANNOT_OPEN', other, firm);
        }),
    },
    {
      id: 'version',
      title: 'A file of an older or newer version is refused as such',
      section: 'Signatures',
      run: (bench) =>
        tried(bench, async (file) => {
          const others = [0, 2, 255].map((version) => signedEnvelope.encode({ ...opened(file), version }));
          await bench.refuses('a file of another version', 'FILE_VERSION', others, bench.firm);
        }),
    },
    {
      id: 'kind',
      title: 'A context file or a certificate is no update file, whatever it is called',
      section: 'Signatures',
      run: (bench) =>
        tried(bench, async () => {
          const { firm } = bench;
          const { certificate } = firm.party;
          const { context } = await bench.asked.ask('context', { certificate, firmCode: null });
          await bench.refuses('a file of another kind', 'FILE_KIND', [context, certificate], firm);
          const renamed = signedEnvelope.encode({ ...opened(context), kind: 'updateFile' });
          await bench.refuses('a context that calls itself an update', 'FILE_MALFORMED', renamed, firm);
        }),
    },
    {
      id: 'bad-values',
      title: 'Lengths that lie, deep nesting, doubled keys and values outside the encoding are refused as a file',
      section: 'Encoding',
      async run(bench) {
        await bench.context(bench.firm);
        for (const [what, bytes] of BAD_VALUES) await bench.refuses(what, 'FILE_MALFORMED', bytes, bench.firm);
      },
    },
    {
      id: 'bad-values-signed',
      title: 'The same is refused in a statement, a header and a certificate that the issuer signed',
      section: 'Order of checks',
      run: (bench) =>
        tried(bench, async (file) => {
          const { firm } = bench;
          const [statement, header, body] = opened(file).parts;
          for (const [what, bytes] of BAD_VALUES) {
            const files = [resigned(firm, [bytes, header, body]), resigned(firm, [statement, bytes, body])];
            await bench.refuses(`a statement or header with ${what}`, 'FILE_MALFORMED', files, firm);
          }
          const shown = BAD_VALUES.map(([, bytes]) => firm.file({ header: { certificate: bytes.subarray(0, 1024) } }));
          await bench.refuses('a header with a certificate of such values', 'FILE_MALFORMED', shown, firm);
        }),
    },
  ],
};
