"""Whether two signed words of one party belong to one history, as docs/protocol.md tells under "Statement and witness"."""

from __future__ import annotations

from typing import Optional

from files import sha256
from records import Values


def contradiction(earlier: Values, later: Values) -> Optional[str]:
    """Why two statements of one party cannot both be true; None when they can."""
    if earlier.generation == later.generation and earlier.stateHash != later.stateHash:
        return "two different states have the same generation"
    one, other = earlier.inbound, later.inbound
    behind, ahead = (one, other) if one.applied <= other.applied else (other, one)
    if ahead.prunedThrough <= behind.applied:
        chain = behind.refusedChain
        for refused in ahead.refused:
            if behind.applied < refused.sequence <= ahead.applied:
                chain = refused_chain_next(chain, refused.sequence, refused.reason)
        if chain != ahead.refusedChain:
            return "the outcome of an entry changed"
    heads = ((earlier.outbound, later.outbound, "issued"), (one, other, "applied"))
    same_epoch = [(getattr(a, what), a.hash, getattr(b, what), b.hash, what) for a, b, what in heads if a.epoch == b.epoch]
    for past, past_hash, now, now_hash, what in same_epoch:
        if now == past and past_hash != now_hash:
            return f"it {what} two different entries with one sequence"
    if other.epoch < one.epoch:
        return "a newer state is in an earlier epoch"
    for past, _, now, _, what in same_epoch:
        if now < past:
            return f"a newer state has {what} less"
    return None


def refused_chain_next(before: bytes, sequence: int, reason: int) -> bytes:
    return sha256(b"license-ferry refused\0", before, sequence.to_bytes(4, "big"), reason.to_bytes(2, "big"))
