import { describe, expect, it } from 'vitest';
import { rareWarnings } from '../../../carriers/server/rare-warnings.ts';
import { SILENT } from '../benches.ts';

describe('warnings that strangers cause', () => {
  const make = () => {
    const clock = { now: 0 };
    const written: object[] = [];
    const keep = (event: string, facts?: object) => written.push({ event, ...facts });
    const log = rareWarnings({ ...SILENT, warn: keep, error: keep }, () => clock.now);
    return { clock, written, log };
  };

  it('are ten a minute of each kind, and the next one tells how many were omitted', () => {
    const { clock, written, log } = make();
    for (let at = 0; at < 1000; at++) log.warn('client.answered', { at });
    expect(written).toEqual(Array.from({ length: 10 }, (_, at) => ({ event: 'client.answered', at })));
    log.warn('request.refused', { status: 404 });
    clock.now = 59;
    log.warn('client.answered', { at: 1000 });
    expect(written).toHaveLength(11);
    clock.now = 60;
    for (const at of [1001, 1002]) log.warn('client.answered', { at });
    expect(written.slice(11)).toEqual([
      { event: 'client.answered', at: 1001, omitted: 991 },
      { event: 'client.answered', at: 1002 },
    ]);
  });

  it('omit no defect', () => {
    const { written, log } = make();
    for (let at = 0; at < 100; at++) log.error('command.failed', { error: at });
    expect(written).toHaveLength(100);
  });
});
