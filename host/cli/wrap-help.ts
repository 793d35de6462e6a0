/** Below this width a description is left in its one line. */
const NARROWEST = 20;

/**
 * A help text as it fits the width: paragraphs are filled anew, descriptions beside a term go on below themselves. A line that is
 * a command to be typed stays whole, whatever its length.
 */
export function wrapHelp(text: string, width: number): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) lines.push(...filled(paragraph.join(' '), width));
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith(' ')) {
      paragraph.push(line);
      continue;
    }
    endParagraph();
    lines.push(...described(line, width));
  }
  endParagraph();
  return lines.join('\n');
}

function filled(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** An indented term with two spaces or more between it and what it means. */
const DESCRIBED = /^( +\S.*? {2,})(\S.*)$/;

function described(line: string, width: number): string[] {
  const [, term = '', meaning = ''] = DESCRIBED.exec(line) ?? [];
  if (line.length <= width || meaning === '') return [line];
  const isRoomBeside = width - term.length >= NARROWEST;
  const indent = isRoomBeside ? term.length : (line.length - line.trimStart().length) * 2;
  const [first = '', ...rest] = filled(meaning, width - indent);
  const below = (text: string): string => `${' '.repeat(indent)}${text}`;
  return isRoomBeside ? [`${term}${first}`, ...rest.map(below)] : [term.trimEnd(), below(first), ...rest.map(below)];
}
