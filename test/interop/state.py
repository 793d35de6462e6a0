"""What the container remembers, how it changes, and how it lies on the disk."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

from files import Refused, certify, decode, party_name, public_key, read_envelope, sha256
from records import Code, Values

LOG_LINES, EVIDENCE = 4096, 65536


class Holding(NamedTuple):
    """Seats of one item. `item` is the id of its grant, `custody` the hashes of its transfer records."""

    item: bytes
    quantity: int
    pending: int
    units: Optional[int]
    usage_start: Optional[int]
    enabled: bool
    user_data: bytes
    customer_info: bytes
    custody: List[bytes]


class Partner(NamedTuple):
    """How far the entries of a partner are applied, and the newest statement that it signed."""

    applied: int
    hash: bytes
    refused: List[List[int]]
    pruned: int
    refused_chain: bytes
    witness: Optional[List[Any]]
    epoch: int = 0


@dataclass
class State:
    """All that is remembered, and the changes since it was written. What lies in the tables is replaced, never changed."""

    seed: bytes
    sealing: bytes
    certificate: bytes
    hash: bytes
    generation: int = 0
    next_holding: int = 1
    set_back_by: Optional[bytes] = None
    certificates: Dict[bytes, List[Any]] = field(default_factory=dict)
    grants: Dict[bytes, List[Any]] = field(default_factory=dict)
    records: Dict[bytes, List[Any]] = field(default_factory=dict)
    holdings: Dict[int, Holding] = field(default_factory=dict)
    partners: Dict[bytes, Partner] = field(default_factory=dict)
    logs: Dict[int, List[Any]] = field(default_factory=dict)
    evidence: List[Any] = field(default_factory=list)
    changes: List[Any] = field(default_factory=list)

    def copy(self) -> State:
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return State(**{name: part.copy() if isinstance(part, (dict, list)) else part for name, part in parts.items()})

    def keep(self, change: int, key: bytes, *values: Any) -> None:
        """Keeps a certificate (2), grant (3) or transfer record (4), each once."""
        table = (self.certificates, self.grants, self.records)[change - 2]
        if key not in table:
            table[key] = list(values)
            self.changes.append([change, key, *values])

    def keep_record(self, record: Values, sender: Values) -> None:
        self.keep(2, sender.key, sender.raw)
        self.keep(4, record.hash, False, sender.key, record.raw)

    def put_holding(self, number: int, holding: Holding) -> None:
        self.holdings[number] = holding
        self.next_holding = max(self.next_holding, number + 1)
        self.changes.append([5, number, *holding])

    def drop_holdings(self, numbers: List[int]) -> None:
        for number in numbers:
            del self.holdings[number]
            self.changes.append([7, number])

    def put_partner(self, key: bytes, partner: Partner) -> None:
        self.partners[key] = partner
        start = chain_start(public_key(self.seed), key)
        self.changes.append([8, key, [partner.epoch, *partner[:5]], [0, 0, start, 0, start, []], partner.witness])

    def append_log(self, firm: int, record: bytes) -> None:
        first, lines = self.logs.get(firm, [1, []])
        if len(lines) >= LOG_LINES:
            raise Refused(Code.LOG_FULL, here=self.name, firm=firm)
        self.logs[firm] = [first, [*lines, record]]
        self.changes.append([11, firm, record])

    def prune_log(self, firm: int, known: int) -> None:
        first, lines = self.logs.get(firm, [1, []])
        through = min(known, first + len(lines) - 1)
        if through >= first:
            self.logs[firm] = [through + 1, lines[through + 1 - first:]]
            self.changes.append([12, firm, through])

    def keep_evidence(self, about: bytes, reason: str, statements: List[Any]) -> None:
        piece = [about, reason, statements]
        known = any(one[:2] == piece[:2] and statements[-1] in one[2] for one in self.evidence)
        size = sum(128 + sum(144 + len(said[1]) for said in one[2]) for one in [*self.evidence, piece])
        if not known and len(self.evidence) < 64 and size <= EVIDENCE:
            self.evidence.append(piece)
            self.changes.append([15, *piece])

    def proofs(self) -> List[Values]:
        """What proves without anybody's word that a container was set back or copied."""
        return [Values(about=about, statements=[Values(file=said[0], statement=said[1], others=said[2], signature=said[3])
                                                for said in words])
                for about, _, words in self.evidence if len(words) == 2 and not certify(self.certificates[about][0]).is_firm]

    def forget_unused(self) -> None:
        """Forgets the grants, records and certificates that nothing refers to any more."""
        items = {holding.item for holding in self.holdings.values()}
        self.grants = {item: grant for item, grant in self.grants.items() if item in items}
        used = {record for holding in self.holdings.values() for record in holding.custody}
        used.update(record for _, lines in self.logs.values() for record in lines)
        self.records = {one: record for one, record in self.records.items() if one in used}
        signers = {*self.partners, *(grant[0] for grant in self.grants.values()), *(one[1] for one in self.records.values())}
        self.certificates = {key: raw for key, raw in self.certificates.items() if key in signers}

    @property
    def used(self) -> int:
        """Bytes that the stored things are charged. See docs/protocol.md, "Memory"."""
        held = sum(64 + len(it.user_data) + len(it.customer_info) + 34 * len(it.custody) for it in self.holdings.values())
        tables = ((64, self.grants), (40, self.certificates), (88, self.records))
        signed = sum(charge + len(values[-1]) for charge, table in tables for values in table.values())
        logged = sum(16 + 48 * len(lines) for _, lines in self.logs.values())
        return held + signed + logged + sum(716 + 10 * max(0, len(it.refused) - 8) for it in self.partners.values())

    @property
    def name(self) -> str:
        return party_name(certify(self.certificate))

    def grant_of(self, item: bytes) -> Values:
        return decode("grant", read_envelope(self.grants[item][-1], 5, 1).parts[0])

    def of_item(self, item: bytes) -> Dict[int, Holding]:
        return {number: holding for number, holding in self.holdings.items() if holding.item == item}


def chain_start(issuer: bytes, container: bytes) -> bytes:
    return sha256(b"license-ferry chain\0", issuer, container)


def new_partner(issuer: bytes, container: bytes) -> Partner:
    """One of whom nothing was applied yet."""
    start = chain_start(issuer, container)
    return Partner(0, start, [], 0, start, None)


def to_json(value: Any) -> Any:
    """Bytes as hexadecimal text behind a mark, tables as lists of pairs."""
    if isinstance(value, dict):
        return {"table": [[to_json(key), to_json(part)] for key, part in value.items()]}
    if isinstance(value, (list, tuple)):
        return [to_json(part) for part in value]
    return f"0x{value.hex()}" if isinstance(value, bytes) else value


def from_json(value: Any) -> Any:
    """What `to_json` wrote. Texts that begin like bytes do not occur."""
    if isinstance(value, dict):
        return {from_json(key): from_json(part) for key, part in value["table"]}
    if isinstance(value, list):
        return [from_json(part) for part in value]
    return bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("0x") else value


def write(file: Path, state: State) -> None:
    """Replaces the state in one step: what was there before or all of the new one, whenever the power fails."""
    parts = {part.name: getattr(state, part.name) for part in fields(state)}
    fresh = file.with_suffix(".new")
    with open(fresh, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        json.dump(to_json(parts), stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(file: Path) -> State:
    """The state that was written last."""
    state = State(**from_json(json.loads(file.read_text())))
    state.holdings = {number: Holding(*values) for number, values in state.holdings.items()}
    state.partners = {key: Partner(*values) for key, values in state.partners.items()}
    return state
