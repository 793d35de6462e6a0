import fs from 'node:fs';
import { systemCode } from '../../container/store/file-failure.ts';
import { REPORT_SIZE } from '../../container/wire/report.ts';
import type { ReportNode } from './hidg-relay.ts';

/** The node of a gadget's reports, as the kernel makes it. A report of another size is dropped, as the emulated dongle drops it. */
export class HidgNode implements ReportNode {
  readonly #handle: number;

  private constructor(handle: number) {
    this.#handle = handle;
  }

  /** @throws what the operating system answers */
  static open(node: string): HidgNode {
    return new HidgNode(fs.openSync(node, fs.constants.O_RDWR | fs.constants.O_NONBLOCK));
  }

  read(): Uint8Array | undefined {
    const report = new Uint8Array(REPORT_SIZE);
    for (;;) {
      const length = withoutWaiting(() => fs.readSync(this.#handle, report, 0, REPORT_SIZE, null));
      if (typeof length !== 'number' || length === 0) return undefined;
      if (length === REPORT_SIZE) return report;
    }
  }

  write(report: Uint8Array): 'taken' | 'later' | 'off' {
    const length = withoutWaiting(() => fs.writeSync(this.#handle, report));
    return typeof length === 'number' ? 'taken' : length;
  }

  close(): void {
    fs.closeSync(this.#handle);
  }
}

/** What the kernel answers while no computer has the gadget configured, or the gadget is being taken away. */
const OFF = new Set(['ESHUTDOWN', 'ENODEV', 'ENXIO', 'EIO', 'EPIPE', 'ECONNRESET']);

function withoutWaiting(work: () => number): number | 'later' | 'off' {
  try {
    return work();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EAGAIN' || code === 'EINTR') return 'later';
    if (code !== undefined && OFF.has(code)) return 'off';
    throw error;
  }
}
