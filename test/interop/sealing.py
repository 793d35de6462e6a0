"""Signing envelopes, and HPKE (RFC 9180) in base mode, single shot: how the sealed part of a file is closed and opened."""

from __future__ import annotations

import hmac
import os
from typing import Any, List

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from files import sha256, signed_bytes
from records import SCHEMAS


def sealing_key(secret: bytes) -> bytes:
    """The X25519 key of a secret."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def envelope(seed: bytes, kind: int, parts: List[bytes]) -> bytes:
    """Signs parts and puts them into an envelope."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(signed_bytes(kind, [sha256(part) for part in parts]))
    return SCHEMAS.encode("signed envelope", kind=kind, version=1, parts=parts, signature=signature)


def _extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """One block is enough for at most 32 bytes."""
    return hmac.digest(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\1", "sha256")[:length]


def _cipher(shared: bytes, encapsulated: bytes, recipient: bytes, info: bytes) -> Any:
    """Key schedule of HPKE in base mode, single shot: the AEAD and its nonce."""
    kem, suite = b"KEM\0\x20", b"HPKE\0\x20\0\1\0\2"
    secret = _expand(kem, _extract(kem, b"", b"eae_prk", shared), b"shared_secret", encapsulated + recipient, 32)
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, secret, b"secret", b"")
    return AESGCM(_expand(suite, secret, b"key", context, 32)), _expand(suite, secret, b"base_nonce", context, 12)


def hpke_seal(recipient: bytes, info: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Encapsulated key, ciphertext and tag."""
    secret = _expand(b"KEM\0\x20", _extract(b"KEM\0\x20", b"", b"dkp_prk", os.urandom(32)), b"sk", b"", 32)
    shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(recipient))
    aead, nonce = _cipher(shared, sealing_key(secret), recipient, info)
    return sealing_key(secret) + aead.encrypt(nonce, plaintext, aad)


def hpke_open(secret: bytes, info: bytes, aad: bytes, sealed: bytes) -> bytes:
    """The plaintext. Raises ValueError when anything about it differs."""
    encapsulated = X25519PublicKey.from_public_bytes(sealed[:32])
    shared = X25519PrivateKey.from_private_bytes(secret).exchange(encapsulated)
    aead, nonce = _cipher(shared, sealed[:32], sealing_key(secret), info)
    try:
        return aead.decrypt(nonce, sealed[32:], aad)
    except InvalidTag:
        raise ValueError("the sealed part cannot be opened") from None
