/** Bytes of live objects and buffers, after everything that is not used any more was let go. */
export function liveBytes(): Promise<number>;
