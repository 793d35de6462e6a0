/** Everything that comes from outside a rule: time and randomness. Files and networks come as ports of their own. */
export interface Env {
  /** System time in whole seconds since 2000-01-01T00:00:00Z, the field's epoch; u32. */
  now(): number;
  /** `length` unpredictable bytes. */
  random(length: number): Uint8Array;
}
