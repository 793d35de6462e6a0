const WORDS: Readonly<Record<string, string>> = {
  planned: 'planned',
  issued: 'in transit',
  applied: 'applied, to be settled',
};

/** How far an unfinished move is, as people call it. @param step the state that is stored of it */
export function stepWords(step: string): string {
  return WORDS[step] ?? step;
}
