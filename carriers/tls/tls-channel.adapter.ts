import { createHash, createHmac, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** What a TLS connection is for, agreed in its handshake (ALPN). */
export const CONVERSATION = 'license-ferry';
export const PAIRING = 'license-ferry-pairing';

export const TLS_VERSION = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

/** SHA-256 of a certificate, in hex. */
export function fingerprintOf(certificate: string | Uint8Array): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');
}

/** The fingerprint of the other side, which proved in the handshake that it has the key; undefined when it showed none, and when asked again. */
export function peerOf(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : fingerprintOf(certificate.raw);
}

/**
 * Proof that one side knows the pairing code, good for this connection and these two certificates only: whoever sits in between
 * has other ones, and the code has too many bits to be found by trying.
 */
export function pairingProof(
  socket: TLSSocket,
  from: 'client' | 'server',
  code: string,
  fingerprints: { readonly client: string; readonly server: string },
): Uint8Array {
  const channel = socket.exportKeyingMaterial(32, 'EXPORTER-license-ferry-pairing', Buffer.alloc(0));
  return createHmac('sha256', code)
    .update(`license-ferry pairing\0${from}\0${fingerprints.client}\0${fingerprints.server}\0`)
    .update(channel)
    .digest();
}

/** Compares two proofs in a time that does not tell where they differ. */
export function sameProof(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
