import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { heldItem } from '../fake-parties.ts';
import { failing, items, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';

const FIVE = items([1001, 5]);
const HASH = 'ab'.repeat(32);
const ORDER_ID = '0d'.repeat(16);
const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });

interface Stored {
  readonly snapshot: { readonly value: string; readonly context: Record<string, unknown> };
}

/** A move of five seats that was cut off when its receipt was to be taken home: nothing that it remembers is missing. */
async function cutOff() {
  const world = new MoveWorld(heldItem(1, 5));
  await world.run(FIVE, { issuer: failing(world.issuer, 'settle', unreachable) });
  world.told.length = 0;
  return { world, stored: (await world.snapshot()) as Stored };
}

/** Why the move is refused that was stored at that state, or the one that it was at, with something else in its context. */
async function whyNot(
  { world, stored }: Awaited<ReturnType<typeof cutOff>>,
  change: (context: Stored['snapshot']['context']) => object,
  value?: string,
): Promise<unknown> {
  const { snapshot } = stored;
  const context = change(structuredClone(snapshot.context));
  const changed = { ...stored, snapshot: { ...snapshot, value: value ?? snapshot.value, context } };
  await world.store.save(SNAPSHOT_ID, changed as never);
  const error = await world.run(FIVE).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof FerryError ? { code: error.code, ...error.details } : error;
}

describe('a stored move', () => {
  it('goes on from what is stored of it', async () => {
    expect(await whyNot(await cutOff(), (context) => context)).toBeUndefined();
  });

  it.each([
    ['planned', 'planned'],
    ['issued', 'issued'],
    ['issued', 'context'],
    ['applied', 'answered'],
    ['applied', 'issued'],
  ])('at "%s" is refused where it does not remember its %s', async (state, part) => {
    expect(await whyNot(await cutOff(), (context) => ({ ...context, [part]: null }), state)).toEqual({
      code: 'SNAPSHOT_WRONG',
      id: SNAPSHOT_ID,
      why: `it is not complete for "${state}"`,
    });
  });

  it.each<[path: string, values: readonly unknown[]]>([
    ['order', [7]],
    ['order.kind', ['some']],
    ['order.items.0.firmCode', ['10']],
    ['order.items.0.productCode', [null]],
    ['order.items.0.quantity', [0, 1.5]],
    ['isNew', [1]],
    ['planned.plan.targetKey', [`x${HASH}`, `${HASH}0`, HASH.slice(1), [HASH], 7]],
    ['planned.plan.first', [0, 1.5]],
    ['planned.plan.last', [0, '1']],
    ['planned.plan.parts.0.holding', [0]],
    ['planned.plan.parts.0.quantity', [0]],
    ['planned.orderId', [`x${ORDER_ID}`, `${ORDER_ID}0`, ORDER_ID.slice(1), [ORDER_ID], 7]],
    ['planned.certificate', [`x${HASH}`, `${HASH}0`, HASH.slice(1), 7]],
    ['context', ['']],
    ['issued.first', ['1']],
    ['issued.last', [null]],
    ['issued.updates.0', ['']],
    ['answered.applied', [null]],
    ['answered.receipt', ['']],
    ['entries.0.sequence', ['1']],
    ['entries.0.reason', [null]],
    ['deferral.sequence', [null]],
    ['deferral.reason', ['401']],
    ['deferral.needed', [null]],
    ['failure.code', ['NO_SUCH_CODE']],
    ['failure.details.where', [null]],
  ])('is refused where its %s cannot be what was stored', async (path, values) => {
    const cut = await cutOff();
    for (const value of values) {
      const change = (context: object) => {
        const full = {
          ...context,
          deferral: { sequence: 1, reason: 401, needed: 9 },
          failure: { code: 'NO_CONTAINER', details: { where: 'x' } },
        };
        const names = path.split('.');
        const last = names.pop() ?? '';
        const place = names.reduce<Record<string, unknown>>((part, name) => part[name] as never, full);
        place[last] = value;
        return full;
      };
      expect(await whyNot(cut, change)).toEqual({
        code: 'SNAPSHOT_WRONG',
        id: SNAPSHOT_ID,
        why: `its field context.${path} does not fit`,
      });
    }
  });

  it('whose files were lost is refused, or found in transit where the caller wants to start over', async () => {
    const { world, stored } = await cutOff();
    const { blobs } = new MoveWorld();
    const { receipt } = stored.snapshot.context.answered as { receipt: string };
    const details = { id: SNAPSHOT_ID, why: `a file that it needs cannot be read, ${receipt}` };
    await expect(world.run(FIVE, { blobs })).rejects.toMatchObject({
      code: 'SNAPSHOT_WRONG',
      details,
      cause: { code: 'FILE_UNREADABLE', details: { file: receipt } },
    });
    const result = await world.run(FIVE, { blobs, badSnapshot: 'startOver' });
    expect(result).toMatchObject({ state: 'moved', plan: { parts: [] } });
    expect(world.told).toContainEqual({ kind: 'startingOver', failure: { code: 'SNAPSHOT_WRONG', details } });
    expect(world.target.seats()).toEqual({ 1: 5 });
  });
});
