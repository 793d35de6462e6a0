/** What a dongle says it is on the bus. */
export interface UsbIdentity {
  /** idVendor; the default is one for tests. @see pid.codes, 1209 */
  readonly vendor: number;
  /** idProduct */
  readonly product: number;
  /** Serial number, as the container has it. */
  readonly serial: string;
  /** bInterval of the HID endpoints at high speed: 2^(n-1) times 125 us between reports at most. 1 to 16. */
  readonly interval: number;
}
