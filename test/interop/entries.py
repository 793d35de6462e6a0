"""Carrying out one entry. See docs/protocol.md, "Entries"."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

from custody import check_way, is_return, read_record, wrong
from files import Refused, decode, read_envelope, sha256, verifies
from records import SCHEMAS, Code, Values
from state import Holding, State

BODIES: Dict[int, str] = {1: "add", 2: "replace", 3: "expectation", 4: "expectation", 5: "expectation", 16: "transfer-in"}


class Scene(NamedTuple):
    """What the rules of an entry look at beside the state."""

    here: Values
    issuer: Values
    certificates: Dict[bytes, Values]
    sequence: int
    signature: Optional[bytes]


def enter(state: State, raw: bytes, scene: Scene) -> int:
    """Carries one entry out, and gives how many items it changed. Raises Refused; the state is useless then."""
    try:
        entry = SCHEMAS.decode("entry", raw)
        if entry.version != 1 or entry.kind not in BODIES:
            raise Refused(Code.ENTRY_UNKNOWN, kind=entry.kind)
        body = SCHEMAS.decode(BODIES[entry.kind], entry.body)
    except ValueError as error:
        raise Refused(Code.ENTRY_MALFORMED, why=str(error)) from None
    if scene.issuer.is_firm != (entry.kind != 16):
        raise Refused(Code.ENTRY_MALFORMED, why="firms grant and change licenses, containers transfer them")
    if entry.kind == 16:
        return transfer_in(state, body, scene)
    if entry.kind == 1:
        for grant in body.grants:
            add(state, grant, scene, b"", b"")
        return len(body.grants)
    held = expected(state, body.expected if entry.kind == 2 else body, scene)
    if entry.kind == 2:
        first = next(iter(held.values()))
        add(state, body.grant, scene, first.user_data, first.customer_info)
    if entry.kind in (2, 3):
        state.drop_holdings(list(held))
    else:
        for number, holding in held.items():
            state.put_holding(number, holding._replace(enabled=entry.kind == 4))
    return 1


def add(state: State, raw: bytes, scene: Scene, user_data: bytes, customer_info: bytes) -> None:
    """A grant of the issuer for this very container becomes a holding."""
    grant, _ = keep_grant(state, raw, scene)
    if grant.firmCode != scene.issuer.firmCode:
        raise Refused(Code.FOREIGN_FIRM)
    if grant.firstHolder != scene.here.key:
        raise Refused(Code.GRANT_WRONG, why="it names another first holder")
    if state.of_item(grant.itemId):
        raise Refused(Code.ITEM_KNOWN)
    state.put_holding(state.next_holding, Holding(
        grant.itemId, grant.quantity, 0, grant.unitCounter, None, True, user_data, customer_info, []))


def keep_grant(state: State, raw: bytes, scene: Scene) -> Any:
    """Keeps a grant that a certified firm signed for its own Firm Code. Gives it and the certificate of the firm."""
    try:
        read = read_envelope(raw, 5, 1)
        grant = decode("grant", read.parts[0])
    except Refused as refusal:
        raise Refused(Code.GRANT_WRONG, why=str(refusal)) from None
    if state.grants.get(grant.itemId, [raw])[-1] != raw:
        raise Refused(Code.GRANT_WRONG, why="another grant with the same id is here")
    for firm in scene.certificates.values():
        if firm.is_firm and firm.firmCode == grant.firmCode and verifies(firm.key, 5, [sha256(read.parts[0])], read.signature):
            state.keep(2, firm.key, firm.raw)
            state.keep(3, grant.itemId, firm.key, raw)
            return grant, firm
    raise Refused(Code.GRANT_WRONG, why=f"no certified key of firm {grant.firmCode} signed it")


def expected(state: State, wanted: Values, scene: Scene) -> Dict[int, Holding]:
    """All holdings of an item, if they are what its firm expects here."""
    holdings = state.of_item(wanted.itemId)
    if holdings and state.grant_of(wanted.itemId).firmCode != scene.issuer.firmCode:
        raise Refused(Code.FOREIGN_FIRM)
    held = sum(holding.quantity for holding in holdings.values())
    if held != wanted.quantity:
        raise Refused(Code.ITEM_ELSEWHERE, expected=wanted.quantity, held=held, pending=0)
    return holdings


def transfer_in(state: State, body: Values, scene: Scene) -> int:
    """What another container gives on, item by item."""
    try:
        own = SCHEMAS.decode("transfer record", body.record)
    except ValueError as error:
        raise Refused(Code.ENTRY_MALFORMED, why=str(error)) from None
    own.hash, sender = sha256(body.record), scene.issuer
    if (own.from_, own.to, own.sequence) != (sender.key, scene.here.key, scene.sequence):
        raise wrong("its transfer record belongs to another entry")
    if len(own.items) != len(body.holdings) or len({item.itemId for item in own.items}) != len(own.items):
        raise Refused(Code.ENTRY_MALFORMED, why="its transfer record does not list its items once each")
    if scene.signature is None or not verifies(sender.key, 6, [own.hash], scene.signature):
        raise wrong("its transfer record is not signed by its sender")
    own.raw = SCHEMAS.encode("signed envelope", kind=6, version=1, parts=[body.record], signature=scene.signature)
    records = [read_record(raw, scene.certificates) for raw in body.records]
    state.keep_record(own, sender)
    state.append_log(own.firmCode, own.hash)
    for item, carried in zip(own.items, body.holdings):
        if any(at >= len(records) for at in carried.custody):
            raise Refused(Code.ENTRY_MALFORMED, why="a custody position is missing")
        take(state, carried, item, [*(records[at] for at in carried.custody), own], scene)
    return len(own.items)


def take(state: State, carried: Values, item: Values, way: List[Values], scene: Scene) -> None:
    """One item of a transfer, with the way that it came."""
    grant, _ = keep_grant(state, carried.grant, scene)
    if (item.itemId, item.units, item.usageStart) != (grant.itemId, carried.units, carried.usageStart):
        raise wrong("the transfer record and the item differ")
    check_way(grant, way, scene.certificates, scene.here)
    together = item.quantity + sum(holding.quantity for holding in state.of_item(grant.itemId).values())
    if together > grant.quantity:
        raise Refused(Code.QUANTITY_EXCEEDED, granted=grant.quantity, item=grant.itemId.hex())
    if not is_return(way) and together > (grant.terms.mostPerTarget or together):
        raise Refused(Code.TARGET_LIMIT, limit=grant.terms.mostPerTarget)
    kept = way[:-2] if is_return(way) else way
    for record in kept:
        state.keep_record(record, scene.certificates[record.from_])
    state.put_holding(state.next_holding, Holding(
        grant.itemId, item.quantity, 0, carried.units, carried.usageStart, True, carried.userData, carried.customerInfo,
        [record.hash for record in kept]))
