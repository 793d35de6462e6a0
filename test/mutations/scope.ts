import fs from 'node:fs';

/** Files of which no mutants are made, each with the reason. */
const NOT_MUTATED: readonly (readonly [name: RegExp, why: string])[] = [
  [/\.adapter\.ts$/, 'a mutant of what writes and deletes files could do so anywhere on this machine'],
  [/^container\/error-catalogue\.ts$/, 'words for people'],
  [/(^|\/)index\.ts$/, 'exports alone'],
];

/** Test files that are not asked: each test is hundreds of histories, and what only they notice deserves a test of its own. */
const NOT_ASKED = /\.(sweep|kill|system)\.test\.ts$|(power-cut|histories|cancelled-between|bounded-history)\.test\.ts$/;

/** The source files of which mutants are made, sorted. */
export function mutatedFiles(): string[] {
  return filesIn(['container', 'state-machines'], /\.ts$/).filter(
    (file) => !NOT_MUTATED.some(([name]) => name.test(file)),
  );
}

/** What holds whole formats fast: the golden bytes, and the document of the protocol. Quick, and likely to notice. */
export const OF_FORMATS = /^test\/(vectors\/|docs\/protocol\.test\.ts$)/;

/** The test files that are to notice mutants: those of the mutated folders, and of the formats. */
export function noticingTests(): string[] {
  return filesIn(['test'], /\.test\.ts$/).filter(
    (file) => (/^test\/(container|state-machines)\//.test(file) || OF_FORMATS.test(file)) && !NOT_ASKED.test(file),
  );
}

function filesIn(folders: readonly string[], name: RegExp): string[] {
  return folders
    .flatMap((folder) =>
      fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => name.test(file))
    .sort();
}
