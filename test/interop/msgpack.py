"""The strict subset of MessagePack that everything is written in. See docs/protocol.md, "Encoding"."""

from __future__ import annotations

from typing import Any, List, Tuple

DEPTH = 6  # arrays within arrays


class Malformed(ValueError):
    """The bytes are not one value of the encoding, or not of their schema."""


# First bytes that carry their number or size; others with what they begin, its bytes, and the least that needs so many.
_SHORT = ((0, 0x7F, "number"), (0x90, 0x9F, "list"), (0xA0, 0xBF, "text"))
_LONG = {0xCC: ("number", 1, 0x80), 0xCD: ("number", 2, 0x100), 0xCE: ("number", 4, 0x10000),
         0xC4: ("bytes", 1, 0), 0xC5: ("bytes", 2, 0x100), 0xC6: ("bytes", 4, 0x10000),
         0xD9: ("text", 1, 32), 0xDA: ("text", 2, 0x100), 0xDB: ("text", 4, 0x10000),
         0xDC: ("list", 2, 16), 0xDD: ("list", 4, 0x10000)}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


def pack(value: Any) -> bytes:
    """The one encoding of nil, booleans, unsigned integers, bytes, text and lists of them."""
    for first, constant in _CONSTANTS.items():
        if value is constant:
            return bytes([first])
    if isinstance(value, int):
        return _encoded("number", value)
    if isinstance(value, bytes):
        return _encoded("bytes", len(value)) + value
    if isinstance(value, str):
        return _encoded("text", len(value.encode("utf-8"))) + value.encode("utf-8")
    return _encoded("list", len(value)) + b"".join([pack(part) for part in value])


def _encoded(kind: str, size: int) -> bytes:
    for low, high, short in _SHORT:
        if short == kind and 0 <= size <= high - low:
            return bytes([low + size])
    first, width = [(one, width) for one, (long, width, _) in _LONG.items() if long == kind and size < 256 ** width][0]
    return bytes([first]) + size.to_bytes(width, "big")


def unpack(raw: bytes, values: int) -> Any:
    """Reads exactly one value of at most so many values in all. Raises Malformed."""
    value, end, _ = _read(raw, 0, 0, values - 1)
    if end != len(raw):
        raise Malformed(f"{len(raw) - end} bytes after the end")
    return value


def _head(raw: bytes, at: int) -> Tuple[str, int, int]:
    """What a value is, its number or size, and where its head ends."""
    if at >= len(raw):
        raise Malformed("the data ends early")
    first = raw[at]
    for low, high, kind in _SHORT:
        if low <= first <= high:
            return kind, first - low, at + 1
    if first in _CONSTANTS:
        return "constant", first, at + 1
    kind, width, least = _LONG.get(first, ("nothing", 0, 1))
    end = at + 1 + width
    size = int.from_bytes(raw[at + 1:end], "big")
    if end > len(raw) or size < least:
        raise Malformed("a head that is not allowed, cut off, or longer than needed")
    return kind, size, end


def _read(raw: bytes, at: int, depth: int, left: int) -> Tuple[Any, int, int]:
    """The value at a position, where it ends, and how many more values there may be."""
    kind, size, end = _head(raw, at)
    if kind in ("number", "constant"):
        return size if kind == "number" else _CONSTANTS[size], end, left
    if size > len(raw) - end:
        raise Malformed("a length beyond the end")
    if kind != "list":
        try:
            return raw[end:end + size] if kind == "bytes" else raw[end:end + size].decode("utf-8"), end + size, left
        except UnicodeDecodeError:
            raise Malformed("invalid UTF-8") from None
    if size > 0 and (depth >= DEPTH or size > left):
        raise Malformed("arrays nested too deep, or too many values")
    parts: List[Any] = []
    left -= size
    for _ in range(size):
        part, end, left = _read(raw, end, depth + 1, left)
        parts.append(part)
    return parts, end, left
