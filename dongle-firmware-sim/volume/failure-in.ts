import { type Failure, failureOf, isInterruption } from '../../state-machines/index.ts';

/** Why a container refuses something; null when it does not. @throws what stops the container itself: it would befall all the rest */
export async function failureIn(work: () => Promise<unknown>): Promise<Failure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const failure = failureOf(error);
    if (isInterruption(failure)) throw error;
    return failure;
  }
}
