/**
 * The cryptography that the kernel stands on: synchronous, deterministic, without a source of randomness of its own.
 *
 * Two implementations exist, `nobleCrypto` (portable) and `nativeCrypto` (node:crypto). For every input they give the
 * same bytes or refuse alike; a test holds them against each other and against the RFCs' vectors. Results are plain
 * arrays that own their memory. A key, seed, secret or nonce of the wrong length on our own side is a `Defect`; what
 * comes from others (public keys, signatures, sealed bytes) is only ever refused.
 */
export interface Crypto {
  /** SHA-256 over the concatenation of the parts. 32 bytes. @see RFC 6234 */
  sha256(...parts: readonly Uint8Array[]): Uint8Array;

  /** HKDF-SHA256 extract: 32 bytes. @see RFC 5869 section 2.2 */
  hkdfExtract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array;

  /** HKDF-SHA256 expand: `length` bytes, at most 255 x 32. @see RFC 5869 section 2.3 */
  hkdfExpand(pseudoRandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array;

  /** The Ed25519 public key (32 bytes) of a 32-byte seed. @see RFC 8032 section 5.1.5 */
  ed25519PublicKey(seed: Uint8Array): Uint8Array;

  /** Signs with a 32-byte seed; the same seed and message always give the same 64 bytes. @see RFC 8032 section 5.1.6 */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;

  /**
   * Whether the signature is that key's over that message, by the equation without cofactor. Wrong lengths,
   * non-canonical encodings, and a key or an R of small order are answered with false, never with an exception.
   *
   * @see RFC 8032 section 5.1.7
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  /** The X25519 public key (32 bytes) of a 32-byte secret. @see RFC 7748 section 5 */
  x25519PublicKey(secret: Uint8Array): Uint8Array;

  /**
   * The shared secret (32 bytes); undefined when the peer's key has not 32 bytes or is of small order, so that the
   * secret would be all zero.
   *
   * @see RFC 7748 section 6.1
   */
  x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;

  /** AES-256-GCM: ciphertext followed by the 16-byte tag. Key 32 bytes (16 for AES-128-GCM), nonce 12. @see NIST SP 800-38D */
  aeadSeal(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array;

  /** The plaintext, or undefined when the tag does not match or the input is shorter than a tag. */
  aeadOpen(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}
