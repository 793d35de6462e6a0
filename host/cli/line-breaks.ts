import { displayWidth } from './printable.ts';

/** A word, or a command to be typed: between backticks, or behind a colon to the end. */
const UNIT = /(?<=: )(?:ferry|sudo) .*$|`[^`]*`\S*|\S+/g;
/** A line that is a command stays as it is: whoever copies it gets it whole. */
const COMMAND = /^\s*(?:ferry|sudo|npm) /;

/** A gap between two words that becomes the end of a line. */
export interface LineBreak {
  /** Where the gap begins, and where it ends. */
  readonly from: number;
  readonly to: number;
}

/** Where the next line begins: below the first word. */
export function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/**
 * Where a text of one line is broken so that it fits the width: between words only, so that ids, addresses and commands stay whole,
 * however long they are.
 *
 * @param width cells
 */
export function lineBreaks(text: string, width: number): readonly LineBreak[] {
  if (displayWidth(text) <= width || COMMAND.test(text)) return [];
  const breaks: LineBreak[] = [];
  const indent = indentOf(text);
  let end = indent;
  let used = indent;
  for (const { 0: unit, index } of text.matchAll(UNIT)) {
    const cells = displayWidth(unit);
    const gap = index - end;
    if (end > indent && gap > 0 && used + gap + cells > width) {
      breaks.push({ from: end, to: index });
      used = indent + cells;
    } else used += gap + cells;
    end = index + unit.length;
  }
  return breaks;
}
