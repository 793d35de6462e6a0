import type { RequestTo, ResponseTo } from '../commands/codecs-of.ts';
import { COMMANDS, type CommandName } from '../commands/index.ts';
import { toHex } from '../model/bytes.ts';
import { type CommandHost, carryOut, type Handlers } from './command-host.ts';
import { decideAttempt, decideComparison, decideNewPin, decideNoPin } from './owner-pin.ts';
import type { Session } from './session.ts';
import { decideArm, decideDisarm, shownOrders } from './work-orders.ts';

type OwnerCommand = Extract<CommandName, 'challenge' | 'unlock' | 'set-pin' | 'orders' | `${string}-order`>;

/** The commands about the owner and what the owner arranges beforehand (R12). */
export function ownerHandlers(host: CommandHost): Pick<Handlers, OwnerCommand> {
  const { state, book, emitter } = host;
  return {
    challenge: (_, { session }) => ({ challenge: session.newChallenge(emitter.random) }),
    unlock: (request, { session }) => unlock(host, session, request),
    'set-pin': (request, { session }) => setPin(host, session, request),
    'arm-order': (request) => {
      COMMANDS['arm-order'].request.assert(request);
      return carryOut(host, decideArm(state, book, request));
    },
    'disarm-order': ({ id }) => {
      carryOut(host, decideDisarm(state, book, id));
      return {};
    },
    orders: () => ({ orders: shownOrders(state) }),
  };
}

/** Two commits on purpose: a power cut between them costs a try and never gives one. */
function unlock(host: CommandHost, session: Session, { sealed }: RequestTo<'unlock'>): ResponseTo<'unlock'> {
  const { state, book } = host;
  const { pin } = carryOut(host, decideAttempt(state, book, { sealed, challenge: session.takeChallenge() }));
  const { verifier, tries } = carryOut(host, decideComparison(state, book, pin));
  session.show(verifier);
  return { tries };
}

function setPin(host: CommandHost, session: Session, { sealed }: RequestTo<'set-pin'>): ResponseTo<'set-pin'> {
  const { state, book, emitter } = host;
  const challenge = session.takeChallenge();
  if (sealed === null) {
    carryOut(host, decideNoPin(state, book));
    return {};
  }
  const salt = toHex(emitter.random(16));
  session.show(carryOut(host, decideNewPin(state, book, { sealed, challenge }, salt)).verifier);
  return {};
}
