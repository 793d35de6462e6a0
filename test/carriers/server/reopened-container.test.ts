import { describe, expect, it } from 'vitest';
import { ReopenedContainer } from '../../../carriers/server/reopened-container.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';

/** Containers that are opened one after the other; each says which it is, or fails as it is told. */
class Openings {
  opened = 0;
  closed: number[] = [];
  failure: FerryError | undefined;
  sessions = 0;

  readonly open = () => {
    const at = ++this.opened;
    const client = (): ContainerClient => {
      this.sessions += 1;
      return {
        call: async () => {
          if (this.failure !== undefined) throw this.failure;
          return { opening: at } as never;
        },
        close: async () => undefined,
      };
    };
    return { client, close: () => void this.closed.push(at) };
  };
}

function scene() {
  const openings = new Openings();
  const told: string[] = [];
  const container = new ReopenedContainer(openings.open, ({ code }) => told.push(code));
  return { openings, told, container };
}

describe('a container that is served for long', () => {
  it('is closed after a failed write, and every session begins anew in the one that is opened again', async () => {
    const { openings, told, container } = scene();
    const [one, other] = [container.client(), container.client()];
    expect(await one.call('list', {})).toEqual({ opening: 1 });
    openings.failure = new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'y' });
    await expect(one.call('list', {})).rejects.toBe(openings.failure);
    expect([openings.closed, openings.opened, told]).toEqual([[1], 1, ['STORE_WRITE_FAILED']]);
    openings.failure = undefined;
    expect([await other.call('list', {}), await one.call('list', {})]).toEqual([{ opening: 2 }, { opening: 2 }]);
    expect([openings.opened, openings.sessions]).toEqual([2, 4]);
    container.close();
    container.close();
    expect(openings.closed).toEqual([1, 2]);
  });

  it('stays open after any other refusal', async () => {
    const { openings, told, container } = scene();
    const client = container.client();
    openings.failure = new FerryError('NOT_ENROLLED', { where: 'x' });
    await expect(client.call('list', {})).rejects.toBe(openings.failure);
    openings.failure = undefined;
    expect(await client.call('list', {})).toEqual({ opening: 1 });
    expect([openings.closed, told]).toEqual([[], []]);
  });
});
