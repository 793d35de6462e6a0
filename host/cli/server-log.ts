import { pino } from 'pino';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { LogLevel } from './log-levels.ts';
import type { TextStream } from './output.ts';

/** Records as lines of JSON: `time`, `level`, `event` and the facts of the event. */
export function serverLog(stream: TextStream, level: LogLevel): ServerLog {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => stream.write(line) },
  );
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    error: (event, facts = {}) => logger.error(facts, event),
  };
}
