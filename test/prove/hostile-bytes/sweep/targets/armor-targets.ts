import { armor, unarmor } from '../../../../../container/files/armor.ts';
import { utf8 } from '../../../../../container/model/bytes.ts';
import { apply, contextFor } from '../../../../container/engine/scene.ts';
import { issueRequest } from '../../../../world/issue-request.ts';
import type { TestContainer } from '../../../../world/parties.ts';
import { goldenWorld, transferFile } from '../../golden-world.ts';
import { inFile, ofFile } from '../right-codes.ts';
import { type Span, spansOf } from '../spans.ts';
import type { Ending, SweepTarget } from '../sweep-target.ts';
import { endingOf, standingOf } from './file-targets.ts';

/** Digits of base64 in the text, by the bytes that they carry; everything else is the armor's own. */
function spansOfText(text: string, raw: Uint8Array): { spans: readonly Span[]; under: readonly (readonly Span[])[] } {
  const inside = spansOf(raw, inFile);
  const bySpan = inside.flatMap((span) => new Array<Span>(span.end - span.start).fill(span));
  const begin = text.indexOf('\n\n') + 2;
  const end = text.indexOf('-----END');
  const under: (readonly Span[])[] = [];
  const spans: Span[] = [];
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const isDigit = at >= begin && at < end && text[at] !== '\n' && text[at] !== '=';
    const carried = isDigit ? carriedBy(digits++, raw.length).map((byte) => bySpan[byte] as Span) : [];
    under.push(carried);
    spans.push({ start: at, end: at + 1, path: String(at), role: isDigit ? 'content' : 'head' });
  }
  return { spans, under };
}

/** Positions of the one or two bytes of which a digit holds bits. */
function carriedBy(digit: number, length: number): number[] {
  const bit = digit * 6;
  return [...new Set([bit >> 3, (bit + 5) >> 3])].filter((at) => at < length);
}

/**
 * A digit may become none, or another one: then the file is another, and where what its text says of it is in those bytes,
 * the text is no longer true.
 */
function ofDigit(under: readonly Span[]): readonly Ending[] {
  if (under.length === 0) return ['FILE_MALFORMED', 'FILE_HEADER'];
  const isSaid = under.some(({ path }) => path === '' || path === '0' || path === '1' || path.startsWith('2.1'));
  return ['FILE_MALFORMED', ...(isSaid ? ['FILE_HEADER', 'FILE_KIND', 'FILE_VERSION'] : []), ...under.flatMap(ofFile)];
}

/** The armor's own codes, and those of the file where a digit became another digit. */
function textTarget(name: string, raw: Uint8Array, it: TestContainer, give: (raw: Uint8Array) => unknown): SweepTarget {
  const text = armor(raw);
  const { spans, under } = spansOfText(text, raw);
  return {
    name,
    golden: utf8(text),
    spans: spans.map((span) => ({ ...span, role: 'head' })),
    right: ({ start }) => ofDigit(under[start] ?? []),
    shifted: [],
    cut: ['FILE_MALFORMED', 'FILE_HEADER'],
    give: (bytes): Ending => {
      const read = unarmor(bytes);
      return read.ok ? endingOf(() => give(read.value)) : read.code;
    },
    standing: () => standingOf(it),
    taken: 'taken',
  };
}

/** Files as text, read as from a stick and given to real containers. */
export const ARMOR_TARGETS: readonly (() => SweepTarget)[] = [
  () => {
    const world = goldenWorld();
    const { device } = world;
    return textTarget('text of an update', transferFile(world), device, (bytes) => apply(device, bytes));
  },
  () => {
    const { dongle, device } = goldenWorld();
    const order = { first: 1, parts: [{ holding: 1, quantity: 1 }] };
    return textTarget('text of a context', contextFor(device, dongle), dongle, (context) =>
      dongle.container.run('issue', issueRequest({ context, ...order })),
    );
  },
];
