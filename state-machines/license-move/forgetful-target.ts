import { FerryError } from '../../container/errors.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import type { ContextMaker } from '../context-transaction/request-context.ts';
import type { MoveIssuer } from './move-ports.ts';

/**
 * The target's side of making a context, for an issuer that is there as well: refused when the target has applied less than
 * the issuer had settled before the context was made. It could take nothing more from this channel, so that whatever was
 * issued to it would only lie in transit.
 *
 * Only a context made on the spot shows this; one that was carried may merely be old. The file is not verified here: the
 * issuer does that.
 *
 * @throws PARTNER_ROLLED_BACK
 */
export function unlessForgetful(issuer: Pick<MoveIssuer, 'list'>, target: ContextMaker): ContextMaker {
  return {
    context: async (certificate) => {
      const { channels } = await issuer.list();
      const context = await target.context(certificate);
      const said = statementIn(context);
      const channel = channels.find(({ partner }) => partner === said?.signer);
      if (said !== undefined && channel !== undefined && said.inbound.applied < channel.settled) {
        const forgotten = `${said.inbound.applied + 1} to ${channel.settled}`;
        throw new FerryError('PARTNER_ROLLED_BACK', {
          partner: channel.name,
          why: `it has forgotten the sequences ${forgotten}, which it had applied or refused`,
        });
      }
      return context;
    },
  };
}
