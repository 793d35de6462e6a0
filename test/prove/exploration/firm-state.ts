import type { Hex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { Channel } from './firm-channel.ts';
import type { ListWish } from './firm-wishes.ts';

/** A list of revocations; version 0 as long as nothing was ever on it. */
export interface List {
  readonly version: number;
  readonly keys: readonly PublicKey[];
}

/** What a firm's server remembers. */
export interface Server {
  readonly channels: readonly Channel[];
  readonly lists: { readonly firm: List; readonly root: List };
  /** Places of the wishes for lists that came true. */
  readonly listed: readonly number[];
  readonly words: readonly { readonly container: PublicKey; readonly challenge: Hex }[];
  readonly restores: number;
  readonly rolledBack: boolean;
}

/** A firm at one moment. */
export interface FirmState extends Server {
  readonly hour: number;
  /** How often its memory was set back; every time begins a history of its own. */
  readonly branch: number;
  readonly backup: Server | null;
  /** Whether its vendor knows that it was set back. */
  readonly isTold: boolean;
}

export const NO_LIST: List = { version: 0, keys: [] };

/** The same with another channel. */
export function withChannel(state: FirmState, at: number, channel: Channel): FirmState {
  return { ...state, channels: state.channels.map((other, index) => (index === at ? channel : other)) };
}

/** The same once its vendor has said that it was restored. */
export function begunAnew(state: FirmState): FirmState {
  return { ...state, restores: state.restores + 1, rolledBack: false, isTold: true };
}

/** The lists with one changed; what is so already stays, and the list keeps its version. */
export function withListed(
  lists: Server['lists'],
  { list, key, lifts = false }: Pick<ListWish, 'list' | 'key' | 'lifts'>,
) {
  const { version, keys } = lists[list];
  if (keys.includes(key) === !lifts) return lists;
  const others = keys.filter((other) => other !== key);
  return { ...lists, [list]: { version: version + 1, keys: lifts ? others : [...others, key] } };
}
