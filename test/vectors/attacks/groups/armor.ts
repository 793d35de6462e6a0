import type { ErrorCode } from '../../../../container/errors.ts';
import { armor as write } from '../../../../container/files/armor.ts';
import { type AttackPlan, type GroupPlan, refused } from '../plan.ts';

/** A text that is no file, made from the text of a genuine one. */
function text(name: string, code: ErrorCode, change: (armored: string) => string): AttackPlan {
  return refused(name, ['armor'], code, (scene) => {
    scene.firm.add({});
    let armored = write(scene.firm.file());
    // Of a length that base64 has to fill up, so that there are bits behind its end.
    while (!armored.includes('=')) {
      scene.firm.add({ text: '' });
      armored = write(scene.firm.file());
    }
    return { text: change(armored) };
  });
}

function lines(change: (lines: string[]) => string[]): (armored: string) => string {
  return (armored) => change(armored.split('\n')).join('\n');
}

/** Texts as they may lie on a stick. */
export const armor: GroupPlan = {
  name: 'armor',
  about: 'Texts on disks and sticks whose readable header or base64 is not exactly that of their content.',
  kind: 'soft',
  attacks: [
    text('a header that names another container', 'FILE_HEADER', (armored) =>
      armored.replace(/^For: .*$/m, 'For: 130-1'),
    ),
    text('a header that names another issuer', 'FILE_HEADER', (armored) =>
      armored.replace(/^From: .*$/m, 'From: firm 1'),
    ),
    text('a header with other sequences', 'FILE_HEADER', (armored) =>
      armored.replace(/^Sequences: .*$/m, 'Sequences: 2'),
    ),
    text('a header that does not mark the TEST root', 'FILE_HEADER', (armored) =>
      armored.replace(/^Root: .*$/m, 'Root: 1'),
    ),
    text('a header with a line more', 'FILE_HEADER', (armored) => armored.replace(/^Root: .*$/m, '$&\nNote: take it')),
    text('a header with a line less', 'FILE_HEADER', (armored) => armored.replace(/^Root: .*\n/m, '')),
    text(
      'a header with two lines exchanged',
      'FILE_HEADER',
      lines((all) => all.with(2, all[3] ?? '').with(3, all[2] ?? '')),
    ),
    text('a header with a space at the end of a line', 'FILE_HEADER', (armored) =>
      armored.replace(/^For: .*$/m, '$& '),
    ),
    text('the title of a context file', 'FILE_MALFORMED', (armored) => armored.replaceAll('UPDATE', 'CONTEXT')),
    text('a text before the file', 'FILE_MALFORMED', (armored) => `Dear customer,\n${armored}`),
    text('a text behind the file', 'FILE_MALFORMED', (armored) => `${armored}Best regards\n`),
    text('an empty line behind the file', 'FILE_MALFORMED', (armored) => `${armored}\n`),
    text('a file twice in one text', 'FILE_MALFORMED', (armored) => armored + armored),
    text(
      'a file without its last line',
      'FILE_MALFORMED',
      lines((all) => [...all.slice(0, -2), '']),
    ),
    text('base64 in lines of another length', 'FILE_MALFORMED', (armored) =>
      armored.replace(/^([A-Za-z0-9+/]{75})([A-Za-z0-9+/])$/m, '$1\n$2'),
    ),
    text('base64 with a space', 'FILE_MALFORMED', (armored) => armored.replace(/^([A-Za-z0-9+/]{70})/m, '$1 ')),
    text('base64 with bits behind its end', 'FILE_MALFORMED', (armored) =>
      armored.replace(
        /([A-Za-z0-9+/])(=*)\n-----END/,
        (_, digit: string, padding: string) => `${next(digit)}${padding}\n-----END`,
      ),
    ),
    text('line ends that are mixed', 'FILE_MALFORMED', (armored) => armored.replace('\n', '\r\n')),
    text('line ends of carriage returns', 'FILE_MALFORMED', (armored) => armored.replaceAll('\n', '\r')),
    text('a byte order mark twice', 'FILE_MALFORMED', (armored) => `\ufeff\ufeff${armored}`),
    text('a text without a file', 'FILE_MALFORMED', () => 'license'),
    text('nothing at all', 'FILE_MALFORMED', () => ''),
    text('letters that are none of ASCII', 'FILE_MALFORMED', (armored) => armored.replace('LICENSE', 'L\u0130CENSE')),
  ],
};

/** Another digit of base64, which differs in its lowest bit. */
function next(digit: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return digits[digits.indexOf(digit) ^ 1] ?? digit;
}
