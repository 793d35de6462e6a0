import type { Listing } from '../../container/commands/list.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { CommandContext } from './run-ferry.ts';

/** Who answers at an address. */
export interface Peer {
  readonly address: string;
  /** Null for a License Central, and for a container that is not certified. */
  readonly serial: string | null;
  readonly kind: Listing['kind'] | null;
  /** Identity key. */
  readonly key: PublicKey;
  /** Its fingerprint words. */
  readonly words: string;
}

interface Answer {
  readonly serial: string | null;
  readonly key: PublicKey;
  readonly kind?: Listing['kind'];
}

/** The fingerprint words of a key. The word list is loaded with the first of them. */
export async function wordsOf(key: PublicKey): Promise<string> {
  const { fingerprintWords } = await import('../../container/model/fingerprint-words.ts');
  const crypto = nativeCrypto();
  return fingerprintWords((...parts) => crypto.sha256(...parts), key);
}

/** @param answer what it shows of itself, verified */
export async function peerOf(address: string, { serial, key, kind }: Answer): Promise<Peer> {
  return { address, serial, kind: kind ?? null, key, words: await wordsOf(key) };
}

/**
 * Refuses a peer that is somebody else, or that no certificate says to be anybody.
 *
 * @param expected serial number or fingerprint words
 * @throws PEER_UNEXPECTED
 */
export async function expectPeer(peer: Peer, expected: string): Promise<void> {
  const { sameWords } = await import('../../container/model/fingerprint-words.ts');
  const isMeant = expected.trim() === peer.serial || sameWords(expected, peer.words);
  if (isMeant && peer.serial !== null) return;
  const stays = { stands: 'Every license is where it was.', more: '' };
  throw new FerryError('PEER_UNEXPECTED', { address: peer.address, found: nameOf(peer), expected, ...stays });
}

/** Remarks who gives and who gets, for people to compare with what the container or its owner says. */
export function remarkPeers({ output }: CommandContext, giver: Peer, getter: Peer): void {
  if (output.isJson) return;
  output.note(`From ${giver.address}: ${nameOf(giver)}`);
  output.note(`To ${getter.address}: ${nameOf(getter)}`);
}

/** What people call it, with its words. */
export function nameOf({ serial, kind, words }: Peer): string {
  return [serial ?? (kind === null ? 'License Central' : 'not certified'), kind ?? '', `"${words}"`]
    .filter((part) => part !== '')
    .join(', ');
}
