import fs from 'node:fs';
import path from 'node:path';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { armor } from '../../../container/files/armor.ts';
import { parseSerialNumber } from '../../../container/model/serial-number.ts';
import {
  createSoftContainer,
  FileUpdateFolder,
  type ImportReport,
  importUpdates,
  type UpdateFolder,
} from '../../../device-side/index.ts';
import { load, makeContainer, order, type TestContainer, TestFirm } from '../../world/parties.ts';

export const SERIAL = '130-2459324738';
export const RECEIPTS = {
  dongle: `${SERIAL}-for-3-1-receipt.ferry-context`,
  firm: `${SERIAL}-for-firm-6000010-receipt.ferry-context`,
  other: `${SERIAL}-for-firm-6000011-receipt.ferry-context`,
};

/** A device in a folder, a stick beside it, a dongle that two seats can come from, and two vendors. */
export class ImportScene {
  readonly folder: string;
  readonly stick: string;
  readonly device: TestContainer;
  readonly dongle = makeContainer('dongle', 1);
  readonly firm = new TestFirm(6000010);
  readonly other = new TestFirm(6000011);
  readonly client: ContainerClient;
  /** Lets the device go, for another program. */
  readonly close: () => void;

  constructor(folder: string) {
    this.folder = path.join(folder, 'device');
    this.stick = path.join(folder, 'stick');
    fs.mkdirSync(this.stick);
    const serial = parseSerialNumber(SERIAL);
    const anchorFolder = path.join(folder, 'anchor');
    const opened = createSoftContainer({ folder: this.folder, anchorFolder, serial, memoryBytes: 2 * 1024 * 1024 });
    const { container, client } = opened;
    const { key, certified } = container.state.identity;
    const certificate = certified?.raw ?? new Uint8Array();
    this.device = { container, parts: this.dongle.parts, key, certificate };
    this.client = client;
    this.close = () => opened.close();
    load(this.firm, this.dongle, { quantity: 5 });
  }

  /** Has a vendor issue entries of one seat each to the device. */
  issueFrom(firm: TestFirm, entries: number): void {
    for (let at = 0; at < entries; at++)
      firm.issue(this.device, { kind: 'add', grants: [firm.grant(this.device.key, { quantity: 1 }).raw] });
  }

  /** Has the dongle issue seats to the device, and gives the update file. */
  issueFromDongle(seats: number): Uint8Array {
    const holding = this.dongle.container.run('list', {}).holdings[0]?.id ?? 0;
    const [update] = order(this.dongle, this.device, [{ holding, quantity: seats }]).updates;
    return update ?? new Uint8Array();
  }

  put(name: string, envelope: Uint8Array): void {
    fs.writeFileSync(path.join(this.stick, name), armor(envelope));
  }

  /** Puts a vendor's entries of the device onto the stick. */
  putFrom(firm: TestFirm, name: string, first: number, last: number): void {
    this.put(name, firm.update(this.device, { first, last }));
  }

  import(over: { readonly client?: ContainerClient; readonly folder?: UpdateFolder } = {}): Promise<ImportReport> {
    const folder = new FileUpdateFolder(this.stick);
    return importUpdates({ client: this.client, folder, crypto: nativeCrypto(), ...over });
  }

  /** Every file on the stick, with its content and when it was written. */
  onStick(): Record<string, string> {
    const files = fs.readdirSync(this.stick, { withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      files.map(({ name }) => {
        const file = path.join(this.stick, name);
        return [name, `${fs.statSync(file).mtimeMs} ${fs.readFileSync(file, 'latin1')}`];
      }),
    );
  }

  stateHash(): string {
    return this.device.container.run('list', {}).stateHash;
  }

  /** Product Items in the device. */
  items(): number {
    return this.device.container.run('list', {}).holdings.length;
  }

  /** Brings the receipt on the stick to the dongle. */
  settle() {
    const file = path.join(this.stick, RECEIPTS.dongle);
    const text = fs.readFileSync(file, 'utf8').split('\n\n')[1] ?? '';
    const context = new Uint8Array(Buffer.from(text.split('-----')[0] ?? '', 'base64'));
    return this.dongle.container.run('settle', { context });
  }
}
