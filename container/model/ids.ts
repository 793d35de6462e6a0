import type { Hex } from './bytes.ts';

declare const brand: unique symbol;

/** An Ed25519 public key (32 bytes, hexadecimal): what a container, firm or root *is*. */
export type PublicKey = Hex & { readonly [brand]: 'PublicKey' };

/** The id of one grant (16 random bytes, hexadecimal), fresh for every grant. */
export type ItemId = Hex & { readonly [brand]: 'ItemId' };

/** The id of one order to issue (16 random bytes, hexadecimal), fresh for every order: what tells it apart from one just like it. */
export type OrderId = Hex & { readonly [brand]: 'OrderId' };

/** SHA-256 output (hexadecimal). */
export type Hash = Hex & { readonly [brand]: 'Hash' };
