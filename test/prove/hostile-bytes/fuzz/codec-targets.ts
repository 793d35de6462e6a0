import * as messages from '../../../../container/commands/device/messages.ts';
import { COMMANDS, type CommandName } from '../../../../container/commands/index.ts';
import * as certificates from '../../../../container/files/certificate.ts';
import { type Codec, unpackTrusted } from '../../../../container/files/codec.ts';
import * as contexts from '../../../../container/files/context-file.ts';
import * as entries from '../../../../container/files/entries.ts';
import * as envelopes from '../../../../container/files/envelope.ts';
import * as grants from '../../../../container/files/grant.ts';
import * as requests from '../../../../container/files/key-request.ts';
import * as notices from '../../../../container/files/notices.ts';
import * as proofs from '../../../../container/files/proof.ts';
import * as signedFiles from '../../../../container/files/signed-file.ts';
import * as statements from '../../../../container/files/statement.ts';
import * as transfers from '../../../../container/files/transfer-record.ts';
import * as updates from '../../../../container/files/update-file.ts';
import { equalBytes } from '../../../../container/model/bytes.ts';
import { type FieldKind, isWithin, kindOfRecord } from './field-kinds.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { Grammar } from './grammar.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';

/** Modules that define records, by the file that they are in; a test finds those that are missing. */
export const RECORD_MODULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'commands/device/messages.ts': messages,
  'files/certificate.ts': certificates,
  'files/context-file.ts': contexts,
  'files/entries.ts': entries,
  'files/envelope.ts': envelopes,
  'files/grant.ts': grants,
  'files/key-request.ts': requests,
  'files/notices.ts': notices,
  'files/proof.ts': proofs,
  'files/signed-file.ts': signedFiles,
  'files/statement.ts': statements,
  'files/transfer-record.ts': transfers,
  'files/update-file.ts': updates,
};

type AnyCodec = Codec<unknown>;

export function isCodec(value: unknown): value is AnyCodec {
  return typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value && 'record' in value;
}

/** Every record that somebody reads: those of files, entries and frames, and both messages of every command. */
export function codecs(): readonly AnyCodec[] {
  const exported = Object.values(RECORD_MODULES).flatMap((module) => Object.values(module).filter(isCodec));
  const ofCommands = (Object.keys(COMMANDS) as CommandName[]).flatMap((name) => {
    const { request, response } = COMMANDS[name] as unknown as { request: AnyCodec; response: AnyCodec };
    return [request, response];
  });
  return [...new Set([...exported, ...ofCommands])];
}

const CORPUS = 48;

/** Valid inputs of a record, the same for every seed. */
function corpusOf(grammar: Grammar): readonly Uint8Array[] {
  return Array.from({ length: CORPUS }, (_, at) => grammar.make(new Random(0, 0, at), 0));
}

/** How many of a record's values are no values of their fields. */
const WRONGNESS = [0, 4, 16, 64];

/** Inputs for a record: as its grammar has them, nearly so, and changed from that. */
export function inputsOf(codec: AnyCodec): (random: Random) => Uint8Array {
  const grammar = new Grammar(codec.record);
  let corpus: readonly Uint8Array[] | undefined;
  return (random) => {
    if (random.oneIn(4)) return grammar.make(random, random.pick(WRONGNESS));
    corpus ??= corpusOf(grammar);
    return mutated(random, random.pick(corpus), corpus);
  };
}

/** What a record accepts is what it would write, and within its words; what it refuses is malformed, by that code. */
function giveTo(codec: AnyCodec, words: FieldKind, input: Uint8Array): Verdict {
  const read = codec.decode(input);
  if (!read.ok) {
    if (read.code !== 'FILE_MALFORMED') throw new Broken(`refused with ${read.code}`);
    return 'refused';
  }
  if (!equalBytes(codec.encode(read.value), input))
    throw new Broken('accepted, but not in the form in which it is written');
  if (!isWithin(words, unpackTrusted(input))) throw new Broken('accepted, but not what the words for it say');
  return 'accepted';
}

function target(codec: AnyCodec, at: number, all: readonly AnyCodec[]): FuzzTarget {
  const { name } = codec.record;
  const isDouble = all.findIndex((other) => other.record.name === name) !== at;
  const words = kindOfRecord(codec.record);
  return {
    name: isDouble ? `record: ${name}, ${at}` : `record: ${name}`,
    thousands: 100,
    make: inputsOf(codec),
    give: (input) => giveTo(codec, words, input),
  };
}

export function codecTargets(): readonly FuzzTarget[] {
  return codecs().map(target);
}
