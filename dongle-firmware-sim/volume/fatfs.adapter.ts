import fs from 'node:fs';
import { create, type DiskIO, type FatFs } from 'js-fatfs';
import { Defect } from '../../container/errors.ts';
import { brokenDown, type FatStamp } from './fat-stamp.ts';

/** Where FatFs lies. The build puts a copy of it beside the program, and its place here. */
const PROGRAM = new URL('../../node_modules/js-fatfs/dist/fatfs.wasm', import.meta.url);

/**
 * What FatFs asks for the time of day, in the build of the pinned version of the package, which has shortened all names: a
 * function that is to fill in C's `struct tm`.
 */
const LOCAL_TIME = 'f';

/** What the program takes from outside, by the names of its build. */
type Imports = Record<string, Record<string, unknown>>;

interface Instance {
  readonly exports: Record<string, unknown>;
}

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** As much of it as is needed: Node has it, and no types for it. */
declare const WebAssembly: {
  readonly Memory: new () => Memory;
  readonly Instance: new (module: object, imports: Imports) => Instance;
  compile(program: Uint8Array): Promise<object>;
};

let compiled: Promise<object> | undefined;

/**
 * FatFs with memory of its own, on a disk.
 *
 * @param stampNow what it stamps on what it writes, instead of the time of this machine
 */
export async function loadFatfs(diskio: DiskIO, stampNow: () => FatStamp): Promise<FatFs> {
  compiled ??= WebAssembly.compile(fs.readFileSync(PROGRAM));
  const module = await compiled;
  let memory: Memory | undefined;
  const fillIn = (_low: number, _high: number, at: number): void => {
    if (memory === undefined) return;
    const view = new DataView(memory.buffer);
    for (const [index, number] of brokenDown(stampNow()).entries()) view.setInt32(at + 4 * index, number, true);
  };
  const instantiateWasm = (imports: Imports, receive: (instance: Instance) => void): object => {
    const [functions] = Object.values(imports);
    if (typeof functions?.[LOCAL_TIME] !== 'function') throw new Defect('this is another build of js-fatfs');
    functions[LOCAL_TIME] = fillIn;
    const instance = new WebAssembly.Instance(module, imports);
    memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
    receive(instance);
    return instance.exports;
  };
  const options = { diskio, instantiateWasm };
  return create(options);
}
