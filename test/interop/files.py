"""Signatures, seals, certificates and files, as docs/protocol.md tells them from "Signatures" to "Update file"."""

from __future__ import annotations

import hashlib
from typing import Any, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from msgpack import Malformed
from records import SCHEMAS, Code, Values

FILE_BYTES = 2 * 1024 * 1024
KINDS = {1: "a certificate", 2: "a certificate", 5: "a grant", 6: "a transfer record", 7: "a context", 8: "an update"}


class Refused(Exception):
    """An error of the catalogue, with the facts that it names."""

    def __init__(self, code: int, **details: Any) -> None:
        super().__init__(f"error {int(code)}: {details}")
        self.code, self.details = int(code), details


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def public_key(seed: bytes) -> bytes:
    """The Ed25519 key of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


TEST_SEED = sha256(b"license-ferry TEST root: worth nothing, for simulation only")
TEST_ROOT = public_key(TEST_SEED)
TEST_ID = sha256(TEST_ROOT)[:8]
_PRIME = 2 ** 255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = {0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8}


def _honest(point: bytes) -> bool:
    """Whether an encoding is canonical and not of small order: OpenSSL alone takes both."""
    y = int.from_bytes(point, "little") & (2 ** 255 - 1)
    return y < _PRIME and y not in _SMALL_ORDER


def signed_bytes(kind: int, hashes: Sequence[bytes]) -> bytes:
    return b"license-ferry signed\0" + bytes([kind, 1, len(hashes)]) + b"".join(hashes)


def verifies(key: bytes, kind: int, hashes: Sequence[bytes], signature: bytes) -> bool:
    """Whether this key signed parts with these hashes."""
    if not (_honest(key) and _honest(signature[:32])):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed_bytes(kind, hashes))
        return True
    except (InvalidSignature, ValueError):
        return False


def decode(name: str, raw: bytes, code: int = Code.FILE_MALFORMED) -> Values:
    """A record of a file or frame. Refuses with that code."""
    try:
        return SCHEMAS.decode(name, raw)
    except Malformed as error:
        raise Refused(code, what=str(error), where="the other side", why=str(error)) from None


def read_envelope(raw: bytes, kind: int, parts: int) -> Values:
    """An envelope of that kind; nothing is verified yet."""
    read = decode("signed envelope", raw)
    if read.kind != kind:
        raise Refused(Code.FILE_KIND, found=KINDS.get(read.kind, f"kind {read.kind}"), expected=KINDS[kind])
    if read.version != 1:
        raise Refused(Code.FILE_VERSION, version=read.version, known=1)
    if len(read.parts) != parts:
        raise Refused(Code.FILE_MALFORMED, what=f"{len(read.parts)} parts instead of {parts}")
    return read


def serial_text(serial: Values) -> str:
    return f"{serial.mask}-{serial.number}"


def party_name(certificate: Values) -> str:
    return f"firm {certificate.firmCode}" if certificate.is_firm else serial_text(certificate.serial)


def certify(raw: bytes) -> Values:
    """A certificate under the TEST root, with `is_firm` and its bytes `raw`."""
    is_firm = decode("signed envelope", raw).kind == 2
    read = read_envelope(raw, 2 if is_firm else 1, 1)
    certificate = decode("firm certificate" if is_firm else "container certificate", read.parts[0])
    certificate.is_firm, certificate.raw = is_firm, raw
    who = party_name(certificate)
    if certificate.root != TEST_ID:
        raise Refused(Code.CERTIFICATE_OTHER_ROOT, who=who, found=certificate.root.hex(), pinned=TEST_ID.hex())
    if not verifies(TEST_ROOT, read.kind, [sha256(read.parts[0])], read.signature):
        raise Refused(Code.CERTIFICATE_WRONG, who=who, why="the root did not sign it")
    try:
        X25519PrivateKey.from_private_bytes(b"\1" * 32).exchange(X25519PublicKey.from_public_bytes(certificate.sealingKey))
    except ValueError:
        raise Refused(Code.CERTIFICATE_WRONG, who=who, why="nothing can be sealed to its sealing key") from None
    return certificate


def open_file(raw: bytes, kind: int) -> Values:
    """A context (7) or update file (8), verified up to its seal: steps 1 to 5 of the order of checks."""
    if len(raw) > FILE_BYTES:
        raise Refused(Code.FILE_TOO_LARGE, size=len(raw), limit=FILE_BYTES)
    read = read_envelope(raw, kind, 3)
    statement, header, sealed = read.parts
    hashes = [sha256(part) for part in read.parts]
    file = Values(header=decode("context header" if kind == 7 else "update header", header), sealed=sealed,
                  bound=hashes[0] + hashes[1], signed=[kind, statement, hashes[1:], read.signature])
    file.certificate = certify(file.header.certificate)
    if not verifies(file.certificate.key, kind, hashes, read.signature):
        raise Refused(Code.SIGNATURE_WRONG, what=f"the file of {party_name(file.certificate)}")
    file.statement = decode("statement", statement)
    if file.statement.signer != file.certificate.key:
        raise Refused(Code.FILE_MALFORMED, what="the statement names another signer than the certificate")
    return file
