import type { AnyStateMachine } from 'xstate';
import {
  applyTransactionMachine,
  contextTransactionMachine,
  licenseMoveMachine,
  listTransactionMachine,
  stickImportMachine,
} from '../../state-machines/index.ts';

/** Every machine, by its folder. */
export const MACHINES: readonly (readonly [folder: string, machine: AnyStateMachine])[] = [
  ['list-transaction', listTransactionMachine],
  ['context-transaction', contextTransactionMachine],
  ['apply-transaction', applyTransactionMachine],
  ['license-move', licenseMoveMachine],
  ['stick-import', stickImportMachine],
];
