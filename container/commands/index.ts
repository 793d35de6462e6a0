import { applyCommand } from './apply.ts';
import { cancelCommand } from './cancel.ts';
import { contextCommand } from './context.ts';
import { historyCommand } from './history.ts';
import { issueCommand } from './issue.ts';
import { listCommand } from './list.ts';
import { armOrderCommand, disarmOrderCommand, ordersCommand } from './order.ts';
import { challengeCommand, setPinCommand, unlockCommand } from './owner.ts';
import { refuseCommand } from './refuse.ts';
import { settleCommand } from './settle.ts';
import { transitCommand } from './transit.ts';
import { checkCommand, useCommand } from './use.ts';
import { writeDataCommand } from './write-data.ts';

/** Every command of a container, by name. */
export const COMMANDS = {
  list: listCommand,
  context: contextCommand,
  apply: applyCommand,
  issue: issueCommand,
  settle: settleCommand,
  cancel: cancelCommand,
  transit: transitCommand,
  history: historyCommand,
  check: checkCommand,
  use: useCommand,
  'write-data': writeDataCommand,
  challenge: challengeCommand,
  unlock: unlockCommand,
  'set-pin': setPinCommand,
  'arm-order': armOrderCommand,
  'disarm-order': disarmOrderCommand,
  orders: ordersCommand,
  refuse: refuseCommand,
} as const;

export type CommandName = keyof typeof COMMANDS;
