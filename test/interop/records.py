"""Records and errors, read out of the tables of the documents themselves: so the documents cannot be wrong about them."""

from __future__ import annotations

import re
from enum import IntEnum
from keyword import iskeyword
from pathlib import Path
from types import SimpleNamespace as Values
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from msgpack import Malformed, pack, unpack

DOCS = Path(__file__).resolve().parents[2] / "docs"
_RECORD, _FIELD = re.compile(r"\*\*([\w -]+)\*\* \(array of \d+\)"), re.compile(r"\| `(\w+)` \| ([^|]+) \|")


class Type(NamedTuple):
    """How a value is checked and built, how it is written, and how many values it holds at most."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    values: int


def _checked(name: str, holds: Callable[[Any], bool]) -> Type:
    def read(value: Any) -> Any:
        if holds(value):
            return value
        raise Malformed(f"expected {name}")

    return Type(read, lambda value: value, 1)


class Schemas:
    """The records of a document, by the names that it gives them. Their fields are attributes; `from` is `from_`."""

    def __init__(self, document: str) -> None:
        self._fields: Dict[str, List[Tuple[str, str]]] = {}
        self._types: Dict[str, Type] = {}
        fields: List[Tuple[str, str]] = []
        for line in document.split("\n"):
            if record := _RECORD.search(line):
                fields = self._fields[record[1]] = []
            elif line.startswith("#"):
                fields = []
            elif field := _FIELD.match(line):
                fields.append((field[1] + "_" * iskeyword(field[1]), field[2]))

    def decode(self, name: str, raw: bytes) -> Values:
        """Reads a record from exactly these bytes. Raises Malformed."""
        record = self._type(name)
        try:
            return record.read(unpack(raw, record.values))
        except Malformed as error:
            raise Malformed(f"{name}: {error}") from None

    def encode(self, name: str, /, **fields: Any) -> bytes:
        """Writes a record, held to its own schema."""
        wire = self._type(name).write(Values(**fields))
        self._type(name).read(wire)
        return pack(wire)

    def _type(self, text: str) -> Type:
        if text not in self._types:
            self._types[text] = self._record(self._fields[text]) if text in self._fields else self._other(text)
        return self._types[text]

    def _record(self, fields: List[Tuple[str, str]]) -> Type:
        types = [(field, self._type(text)) for field, text in fields]

        def read(value: Any) -> Values:
            if not isinstance(value, list) or len(value) != len(types):
                raise Malformed(f"expected an array of {len(types)}")
            return Values(**{field: kind.read(part) for (field, kind), part in zip(types, value)})

        return Type(read, lambda value: [kind.write(getattr(value, field)) for field, kind in types],
                    1 + sum(kind.values for _, kind in types))

    def _other(self, text: str) -> Type:
        if text == "boolean":
            return _checked(text, lambda value: isinstance(value, bool))
        if listed := re.fullmatch(r"list\[(\d+)\.\.(\d+)\] of (.+)", text):
            kind, least, most = self._type(listed[3]), int(listed[1]), int(listed[2])
            whole = _checked(text, lambda value: isinstance(value, list) and least <= len(value) <= most)
            return Type(lambda value: [kind.read(part) for part in whole.read(value)],
                        lambda value: [kind.write(part) for part in value], 1 + most * kind.values)
        if text.endswith(" or nil"):
            kind = self._type(text[:-7])
            return Type(lambda value: None if value is None else kind.read(value),
                        lambda value: None if value is None else kind.write(value), kind.values)
        if pair := re.fullmatch(r"\[(\w+) (\w+), (\w+) (\w+)\]", text):
            return self._record([(pair[2], pair[1]), (pair[4], pair[3])])
        if number := re.fullmatch(r"u(\d+)(?:\[(\d+)\.\.(\d+)\]|, at least (\d+))?(?:: (.+))?", text):
            least, most = int(number[2] or number[4] or 0), int(number[3] or 2 ** int(number[1]) - 1)
            among = [int(one.split()[0]) for one in number[5].split(", ")] if number[5] else range(least, most + 1)
            return _checked(text, lambda value: type(value) is int and value in among)
        sized = re.fullmatch(r"(bytes|text)\[(\d+)(?:\.\.(\d+))?\]", text)
        if not sized:
            raise ValueError(f"the document does not tell what {text} is")
        low, high = int(sized[2]), int(sized[3] or sized[2])
        if sized[1] == "bytes":
            return _checked(text, lambda value: isinstance(value, bytes) and low <= len(value) <= high)
        return _checked(text, lambda value: isinstance(value, str) and len(value.encode("utf-16-le")) // 2 <= high)


SCHEMAS = Schemas((DOCS / "protocol.md").read_text("utf-8"))
Code = IntEnum("Code", {name: int(number) for name, number in re.findall(
    r"^### ([A-Z_]+)\n\nNumber (\d+)", (DOCS / "errors.md").read_text("utf-8"), re.M)})
