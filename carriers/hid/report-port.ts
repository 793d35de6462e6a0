/** A way to a dongle's reports, there and back, whatever brings them. */
export interface ReportPort {
  /** Sends reports of REPORT_SIZE bytes, in order. Rejects when the dongle is gone. */
  write(reports: readonly Uint8Array[]): Promise<void>;
  /** Is told each report that comes. Set once. */
  onReport: (report: Uint8Array) => void;
  /** Is told that the dongle is gone, and why. Set once. */
  onGone: (why: unknown) => void;
  close(): Promise<void>;
}
