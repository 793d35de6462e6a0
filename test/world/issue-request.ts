import type { RequestTo } from '../../container/commands/codecs-of.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import type { OrderId, PublicKey } from '../../container/model/ids.ts';

const NOBODY = '00'.repeat(32) as PublicKey;
const ID = '0d'.repeat(16) as OrderId;

/**
 * An order for whoever made the context; a context that cannot be read is of nobody. All have one id, so that orders that are
 * alike are one order that is repeated.
 */
export function issueRequest(order: Pick<RequestTo<'issue'>, 'context' | 'first' | 'parts'>): RequestTo<'issue'> {
  return { target: statementIn(order.context)?.signer ?? NOBODY, orderId: ID, ...order };
}
