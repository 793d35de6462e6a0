export {
  type CentralChannel,
  type CentralOptions,
  type CentralTransit,
  type Direction,
  LicenseCentral,
} from './central.ts';
export { centralIssuer } from './central-issuer.ts';
export type { ChangeOrder } from './change-item.ts';
export type { GrantedOrder, GrantSpec } from './grant-items.ts';
export type { ItemPlace, LedgerLine } from './ledger.ts';
export type { ContextReport } from './receive-context.ts';
export type { GrantStatus } from './tables.ts';
