"""The way of a license from its first holder to here. See docs/protocol.md, "Transfer records and custody"."""

from __future__ import annotations

from typing import Any, Dict, List

from files import Refused, decode, read_envelope, sha256, verifies
from records import Code, Values

MOVE, RETURN, HOPS = 2, 1, 16
KINDS = {1: "dongle", 2: "soft", 3: "cloud"}


def wrong(why: str) -> Refused:
    return Refused(Code.CUSTODY_WRONG, why=why)


def read_record(raw: bytes, certificates: Dict[bytes, Values]) -> Values:
    """An earlier transfer record with its `hash` and `raw` bytes, signed by the certified container that sent."""
    try:
        read = read_envelope(raw, 6, 1)
        record = decode("transfer record", read.parts[0])
    except Refused:
        raise wrong("a transfer record cannot be read") from None
    sender = certificates.get(record.from_)
    if sender is None or sender.is_firm:
        raise wrong("an earlier holder is not certified")
    record.hash, record.raw = sha256(read.parts[0]), raw
    if not verifies(sender.key, 6, [record.hash], read.signature):
        raise wrong("an earlier holder did not sign its transfer")
    return record


def is_return(way: List[Values]) -> bool:
    """Whether the last hop goes to where the one before it came from."""
    return len(way) > 1 and way[-2].from_ == way[-1].to


def check_way(grant: Values, way: List[Values], certificates: Dict[bytes, Values], here: Values) -> None:
    """Every hop follows from the one before and is allowed; the last one ends at `here`. Raises Refused."""
    holder = grant.firstHolder
    before = Values(quantity=grant.quantity, units=grant.unitCounter, usageStart=None)
    for at, hop in enumerate(way):
        item = next((one for one in hop.items if one.itemId == grant.itemId), None)
        if hop.from_ != holder or item is None or hop.firmCode != grant.firmCode:
            raise wrong(f"hop {at + 1} does not follow from the one before")
        if (item.quantity > before.quantity or (item.units is None) != (before.units is None)
                or (item.units or 0) > (before.units or 0) or before.usageStart not in (None, item.usageStart)):
            raise wrong(f"hop {at + 1}: quantity or units grew, or the usage period began again")
        sender, target = certificates.get(hop.from_), here if hop.to == here.key else certificates.get(hop.to)
        if sender is None or target is None or sender.is_firm or target.is_firm:
            raise wrong("an earlier holder is not certified")
        goes_back = is_return(way[:at + 1])
        if sender.issues not in ((MOVE, RETURN) if goes_back else (MOVE,)):
            raise Refused(Code.SENDER_MAY_NOT_ISSUE, why=f"hop {at + 1} is by one who may not issue it")
        if not goes_back:
            _check_terms(grant, at, item.quantity, target)
        elif not grant.terms.returnable:
            raise Refused(Code.NOT_RETURNABLE)
        holder, before = hop.to, item
    if holder != here.key:
        raise wrong("the last hop leads elsewhere")


def _check_terms(grant: Values, hops: int, quantity: int, target: Values) -> None:
    """Whether an item that made so many hops may move on to this target."""
    terms = grant.terms
    whole = terms.type == 1 or grant.unitCounter is not None or grant.usagePeriod is not None
    refusals: List[Any] = [
        (terms.type == 0, Code.TERMS_FORBID, {"why": "it may not be moved at all"}),
        (whole and quantity != grant.quantity, Code.TERMS_FORBID, {"why": f"it moves only as a whole ({grant.quantity})"}),
        (terms.targetKinds and target.kind not in terms.targetKinds, Code.TARGET_NOT_ALLOWED,
         {"why": f"it may not move to a container of kind {KINDS[target.kind]}"}),
        (terms.targetKeys and target.key not in terms.targetKeys, Code.TARGET_NOT_ALLOWED,
         {"why": "it may only move to containers that the vendor named"}),
        (hops + 1 > terms.depth, Code.DEPTH_EXCEEDED, {"depth": terms.depth}),
        (hops + 1 > HOPS, Code.CUSTODY_FULL, {"limit": HOPS}),
        (quantity > (terms.mostPerTarget or quantity), Code.TARGET_LIMIT, {"limit": terms.mostPerTarget})]
    for is_wrong, code, details in refusals:
        if is_wrong:
            raise Refused(code, **details)
