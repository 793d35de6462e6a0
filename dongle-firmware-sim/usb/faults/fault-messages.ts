import * as v from 'valibot';
import type { FaultBoard } from './fault-board.ts';
import { type FaultStep, parseStep } from './fault-step.ts';

/** Bytes of a request or an answer at most. */
export const LONGEST_FAULT_MESSAGE = 256 * 1024;
/** Steps that may be set at once. */
export const MOST_STEPS = 1000;

const stepText = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** What the server of a dongle is asked: one line of JSON, by the command line and by the panel alike. */
export const faultRequestSchema = v.variant('ask', [
  /** Faults as they are written; all of them, or none where one cannot be read. */
  v.strictObject({ ask: v.literal('set'), faults: v.pipe(v.array(stepText), v.minLength(1), v.maxLength(MOST_STEPS)) }),
  v.strictObject({ ask: v.literal('list') }),
  /** The one of that number, or all. */
  v.strictObject({ ask: v.literal('clear'), id: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) }),
]);
export type FaultRequest = v.InferOutput<typeof faultRequestSchema>;

const setFaultSchema = v.object({
  id: v.number(),
  fault: v.string(),
  state: v.picklist(['waiting', 'active']),
  left: v.nullable(v.number()),
});

/** What it answers: the faults that are set then, or what it could not read. */
export const faultAnswerSchema = v.variant('ok', [
  v.object({
    ok: v.literal(true),
    /** Before what was asked for. */
    wasPluggedIn: v.boolean(),
    isPluggedIn: v.boolean(),
    /** The real device that it waits for, if it does. */
    awaited: v.nullable(v.string()),
    /** How many were taken away. */
    cleared: v.number(),
    faults: v.array(setFaultSchema),
  }),
  v.object({ ok: v.literal(false), why: v.string() }),
]);
export type FaultAnswer = v.InferOutput<typeof faultAnswerSchema>;

/** Carries out what was asked. @param request what came, of whichever form */
export function answerFaultRequest(board: FaultBoard, request: unknown): FaultAnswer {
  const parsed = v.safeParse(faultRequestSchema, request);
  if (!parsed.success) return { ok: false, why: 'the request has another form' };
  const { output } = parsed;
  const wasPluggedIn = !board.isGone;
  let cleared = 0;
  if (output.ask === 'set') {
    const steps = stepsIn(output.faults);
    if (typeof steps === 'string') return { ok: false, why: steps };
    board.set(steps);
  } else if (output.ask === 'clear') cleared = board.clear(output.id);
  return {
    ok: true,
    wasPluggedIn,
    isPluggedIn: !board.isGone,
    awaited: board.awaited ?? null,
    cleared,
    faults: [...board.list()],
  };
}

/** @returns why the first that is none is none, or all of them */
function stepsIn(texts: readonly string[]): readonly FaultStep[] | string {
  const steps: FaultStep[] = [];
  for (const text of texts) {
    const step = parseStep(text);
    if ('why' in step) return `"${text}" is no fault: ${step.why}`;
    steps.push(step);
  }
  return steps;
}
