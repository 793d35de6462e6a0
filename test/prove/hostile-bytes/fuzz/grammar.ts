import type { RecordShape } from '../../../../container/files/codec.ts';
import { utf8 } from '../../../../container/model/bytes.ts';
import { type FieldKind, kindOfRecord } from './field-kinds.ts';
import { MsgpackWriter } from './msgpack-writer.ts';
import type { Random } from './random.ts';

/** Bytes that one input may come to, whatever the bounds of its lists and strings allow. */
const ENOUGH = 4096;

/** How wrong an input is made: one value in so many is no value of its field; 0: none. */
export type Wrongness = number;

/** Writes values of a field; compiled once from what the field says of itself. */
type Write = (writer: MsgpackWriter, random: Random, wrongness: Wrongness) => void;

/** Makes inputs for a record from the words of docs/protocol.md for its fields: valid ones, and nearly valid ones. */
export class Grammar {
  readonly #write: Write;
  readonly #writer = new MsgpackWriter();

  constructor(shape: RecordShape) {
    this.#write = rightOf(kindOfRecord(shape));
  }

  make(random: Random, wrongness: Wrongness): Uint8Array {
    this.#writer.clear();
    this.#write(this.#writer, random, wrongness);
    if (wrongness > 0 && random.oneIn(40)) this.#writer.byte(random.next() & 255);
    return this.#writer.taken();
  }
}

function writeOf(kind: FieldKind): Write {
  const write = rightOf(kind);
  return (writer, random, wrongness) => {
    if (wrongness > 0 && random.oneIn(wrongness)) writer.wrong(random);
    else write(writer, random, wrongness);
  };
}

function rightOf(kind: FieldKind): Write {
  switch (kind.kind) {
    case 'number':
      return numberOf(kind.least, kind.most);
    case 'choice':
      return (writer, random) => writer.number(random.pick(kind.numbers));
    case 'bytes':
      return bytesOf(kind.least, kind.most);
    case 'text':
      return textOf(kind.most);
    case 'boolean':
      return (writer, random) => writer.byte(random.oneIn(2) ? 0xc2 : 0xc3);
    case 'serial':
      return serial;
    case 'optional':
      return optionalOf(rightOf(kind.some));
    case 'list':
      return listOf(writeOf(kind.element), kind.least, kind.most);
    case 'record':
      return recordOf(kind.fields.map(writeOf));
  }
}

function recordOf(writes: readonly Write[]): Write {
  return (writer, random, wrongness) => {
    const change = wrongness > 0 && random.oneIn(wrongness * 8) ? random.below(3) - 1 : 0;
    writer.array(Math.max(0, writes.length + change));
    for (const write of change < 0 ? writes.slice(0, -1) : writes) write(writer, random, wrongness);
    if (change > 0) writer.byte(0xc0);
  };
}

function optionalOf(some: Write): Write {
  return (writer, random, wrongness) => {
    if (random.oneIn(2)) writer.byte(0xc0);
    else some(writer, random, wrongness);
  };
}

const serial: Write = (writer, random) => {
  writer.array(2);
  writer.number(random.below(0x10000));
  writer.number(random.next());
};

function numberOf(least: number, most: number): Write {
  const edges = [least, most, 0, 1, 127, 128, 255, 256, 65535, 65536].filter((edge) => edge >= least && edge <= most);
  return (writer, random, wrongness) => {
    if (wrongness > 0 && random.oneIn(wrongness)) writer.number(random.oneIn(2) ? random.next() : (most + 1) >>> 0);
    else writer.number(random.oneIn(2) ? random.pick(edges) : least + (random.next() % (most - least + 1)));
  };
}

function bytesOf(least: number, most: number): Write {
  return (writer, random) => {
    const wide = random.oneIn(20) ? most : Math.min(most, least + 24);
    const length = Math.min(least + random.below(wide - least + 1), Math.max(least, ENOUGH));
    writer.binary(random.bytes(length));
  };
}

const WORDS = [
  '',
  'a',
  'Controller runtime',
  '\ufeffmark',
  'Gr\u00f6\u00dfe \u5236\u5fa1',
  '\u{1f511}',
  '\0',
  '\u2028',
  'e\u0301',
].map(utf8);

function textOf(most: number): Write {
  return (writer, random) => {
    const word = random.pick(WORDS);
    if (word.length <= most)
      writer.text(random.oneIn(8) ? repeated(word, Math.floor(most / Math.max(1, word.length))) : word);
    else writer.text(new Uint8Array(most).fill(0x61));
  };
}

function repeated(word: Uint8Array, times: number): Uint8Array {
  const text = new Uint8Array(word.length * times);
  for (let at = 0; at < times; at++) text.set(word, at * word.length);
  return text;
}

function listOf(write: Write, least: number, most: number): Write {
  return (writer, random, wrongness) => {
    const few = Math.min(most, least + random.below(4));
    const beyond = wrongness > 0 && random.oneIn(wrongness * 8) && most < 2048 ? most + 1 : few;
    const length = writer.length < ENOUGH ? beyond : least;
    writer.array(length);
    for (let at = 0; at < length; at++) write(writer, random, wrongness);
  };
}
