/** What a server's log may be limited to. Apart from the log, so that every other command starts without it. */
export const LOG_LEVELS = ['info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
