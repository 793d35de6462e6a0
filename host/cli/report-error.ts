import { CommanderError } from 'commander';
import { CATALOGUE, type Details, type ErrorCode, explain, FerryError } from '../../container/errors.ts';
import { isWorkingFolderGone } from '../../container/store/file-failure.ts';
import { type Output, styled } from './output.ts';

/** An error as `--json` shows it, under the key `error`. */
export interface ErrorDocument {
  readonly code: string;
  readonly number: number;
  readonly happened: string;
  readonly effect: string;
  readonly remedy: string;
  readonly details: Details;
}

export function errorDocument(code: ErrorCode, details: Details): ErrorDocument {
  const { number, happened, effect, remedy } = explain(code, details);
  return { code, number, happened, effect, remedy, details };
}

const DEFECT_EXIT = 1;

/**
 * Tells what went wrong in three parts (what happened, what it means for the licenses, what to do next), or as one JSON
 * document, and gives the exit code.
 *
 * Whatever is not a refusal of the catalogue is a defect of ours and said to be one; its stack is shown with `debug`
 * only. Requests for help or the version, which commander reports as errors too, say nothing and end with 0.
 */
export function reportError(error: unknown, output: Output, options: { readonly debug: boolean }): number {
  if (error instanceof FerryError) return reportRefusal(error.code, error.details, output);
  if (error instanceof CommanderError) return reportUsage(error, output);
  if (isWorkingFolderGone(error)) return reportRefusal('WORKING_FOLDER_GONE', {}, output);
  return reportDefect(error, output, options.debug);
}

function reportRefusal(code: ErrorCode, details: Details, output: Output): number {
  const { happened, field, exit } = explain(code, details);
  const told = field === undefined ? happened : `${happened.replace(/\.$/, '')} (CodeMeter error ${field}).`;
  const { file } = details;
  const sentence = file === undefined || told.includes(String(file)) ? told : `${file}: ${told}`;
  report(errorDocument(code, details), sentence, output);
  return exit;
}

function reportUsage(error: CommanderError, output: Output): number {
  if (error.exitCode === 0) return 0;
  // Help for a command that needs a subcommand: commander has shown it already.
  if (error.code === 'commander.help' && !output.isJson) return CATALOGUE.USAGE_WRONG.exit;
  if (error.code === 'commander.help') return reportRefusal('USAGE_WRONG', { what: 'No command was named' }, output);
  const what = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .replace(/^./, (first) => first.toUpperCase())
    .replace(/\.$/, '');
  return reportRefusal('USAGE_WRONG', { what }, output);
}

function reportDefect(error: unknown, output: Output, debug: boolean): number {
  const message = error instanceof Error ? error.message : String(error);
  const happened = `A defect of License Ferry stopped this command: ${message}`;
  const document = {
    code: 'DEFECT',
    number: DEFECT_EXIT,
    happened,
    effect: 'It is not your fault. What was stored before stays stored; `ferry list` shows where every license is.',
    remedy: 'Please report it with the command that you ran; FERRY_DEBUG=1 in the environment shows where it happened.',
    details: {},
  };
  report(document, happened, output);
  if (debug && error instanceof Error) {
    for (const line of (error.stack ?? '').split('\n')) output.complain(styled('dim', line));
  }
  return DEFECT_EXIT;
}

function report(document: ErrorDocument, sentence: string, output: Output): void {
  if (output.isJson && !output.documentWritten) {
    output.json({ error: document });
    return;
  }
  output.complain(styled('red', sentence), ' ', styled('dim', `[${document.code}]`));
  output.complain(document.effect);
  output.complain(document.remedy);
}
