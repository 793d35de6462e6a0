"""A container that takes licenses, as docs/protocol.md tells: the transactions list, context and apply.

    device.py create DIR
    device.py serve DIR --listen tcp://127.0.0.1:0|unix:PATH

It is a soft container under the TEST root, for simulation only. It issues nothing. Its whole state is DIR/state.json.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, Dict, List, Optional

import wire
from entries import Scene, enter
from files import (TEST_ID, TEST_SEED, Refused, certify, decode, open_file, party_name, public_key, serial_text, sha256)
from history import contradiction, refused_chain_next
from msgpack import pack
from records import SCHEMAS, Code, Values
from sealing import envelope, hpke_open, hpke_seal, sealing_key
from server import Server
from state import Holding, Partner, State, chain_start, new_partner, read, write

CAPACITY, LARGEST_RECORD, INVENTORY = 6227712, 1044480, 2 ** 21 - 65536
CHANNELS, RESERVED, REFUSALS = 8192, 8, 64
TRANSFERS = ("none", "complete", "quantity")


def inconsistency(header: Values, said: Values) -> Optional[str]:
    """What in a header does not fit the statement or itself."""
    if said.partner != header.container or header.epoch != said.outbound.epoch:
        return "statement and header name different containers or epochs"
    if not header.first - 1 <= header.last <= min(said.outbound.issued, header.first + 1023):
        return "the sequences are none, or more than were issued or a file may carry"
    if header.settledThrough >= header.first:
        return "a settled sequence is carried again"
    return None if sorted(set(header.cancelled)) == header.cancelled else "cancelled sequences are not ascending"


def entry_hash(header: Values, sequence: int, entry: bytes) -> bytes:
    """A cancelled entry may travel as its hash."""
    as_hash = len(entry) == 32 and sequence in header.cancelled
    return entry if as_hash else sha256(b"license-ferry entry\0", entry)


class Device:
    """The container in a folder, as its one writer."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "state.json"
        if not self._file.exists():
            raise Refused(Code.NO_CONTAINER, where=str(folder))
        self._lock = open(folder / "lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(Code.CONTAINER_IN_USE, where=str(folder), process=0) from None
        self._state = read(self._file)
        self._failed = False
        self.certificate = certify(self._state.certificate)
        self.key, self.name = self.certificate.key, party_name(self.certificate)

    def commit(self, state: State) -> None:
        """Makes changes durable, then takes them as the state. See docs/protocol.md, "State hash"."""
        if state.changes:
            chained = any(change[0] != 15 for change in state.changes)
            if chained:
                record = pack([True, os.urandom(16), state.changes])
                state.generation += 1
                state.hash = sha256(b"license-ferry state\0", state.hash, record)
            state.changes = []
            try:
                write(self._file, state)
            except OSError as error:
                self._failed = True
                raise Refused(Code.STORE_WRITE_FAILED, where=str(self._file), why=str(error)) from None
        self._state = state

    def carry_out(self, command: int, request: bytes) -> bytes:
        """One command by its number, from its request to its response. Raises Refused."""
        commands = {1: ("list request", self._list), 2: ("context request", self._context), 3: ("apply request", self._apply)}
        if command not in commands:
            raise Refused(Code.COMMAND_NOT_OFFERED, where=self.name, command=command)
        if self._failed:
            raise Refused(Code.STORE_WRITE_FAILED, where=str(self._file), why="an earlier write failed; start again")
        name, work = commands[command]
        return work(decode(name, request))

    def _list(self, _: Values) -> bytes:
        """All that anyone may see."""
        state, own = self._state, self.certificate
        parties = {key: certify(raw) for key, (raw,) in state.certificates.items()}
        firms = [Values(**vars(party)) for party in parties.values() if party.is_firm]
        channels = [Values(partner=key, name=party_name(parties[key]), applied=it.applied, issued=0, settled=0)
                    for key, it in state.partners.items()]
        return SCHEMAS.encode(
            "listing", lockedFirms=[], retired=False, serial=own.serial, kind=own.kind, key=own.key, certificate=own.raw, issues=own.issues, rootId=own.root,
            generation=state.generation, stateHash=state.hash, locked=False, rolledBack=state.set_back_by is not None,
            freeMemory=max(0, CAPACITY - state.used), capacity=CAPACITY, evidence=len(state.evidence),
            firms=sorted(firms, key=lambda firm: firm.firmCode), transit=[], channels=channels, pinTries=None, armedOrders=0,
            holdings=[self._listed(number, holding) for number, holding in sorted(state.holdings.items())])

    def _listed(self, number: int, it: Holding) -> Values:
        grant = self._state.grant_of(it.item)
        shown = {**vars(grant), **vars(grant.terms), "transfer": TRANSFERS[grant.terms.type], "granted": grant.quantity}
        shown.update(id=number, withdrawn=False, quantity=it.quantity, pending=0, units=it.units, usageStart=it.usage_start, enabled=it.enabled)
        return Values(**{**shown, "userData": it.user_data, "customerInfo": it.customer_info, "hops": len(it.custody)})

    def _context(self, request: Values) -> bytes:
        """A context for the issuer of a certificate, or for a firm that is known here."""
        state = self._state.copy()
        known = [certify(raw) for raw in (*(state.certificates[key][0] for key in state.partners),
                                         *(raw for raw, in state.certificates.values()))]
        issuer = certify(request.certificate) if request.certificate is not None else next(
            (one for one in known if one.is_firm and one.firmCode == request.firmCode), None)
        if issuer is None or issuer.key == self.key:
            raise Refused(Code.ISSUER_UNKNOWN, here=self.name, issuer=f"firm {request.firmCode}" if issuer is None else "itself")
        self._reserve(state, issuer)
        if state.changes and state.used > CAPACITY:
            raise Refused(Code.MEMORY_FULL, here=self.name, needed=state.used - CAPACITY, free=0)
        self.commit(state)
        return SCHEMAS.encode("context response", context=self._signed_context(issuer))

    def _reserve(self, state: State, issuer: Values) -> None:
        if issuer.key in state.partners:
            return
        if len(state.partners) + RESERVED >= CHANNELS:
            raise Refused(Code.TABLE_FULL, here=self.name, what="no channel record is free")
        state.keep(2, issuer.key, issuer.raw)
        state.put_partner(issuer.key, new_partner(issuer.key, self.key))

    def _signed_context(self, issuer: Values) -> bytes:
        """The context file of the present state; a receipt is the same, made later."""
        state = self._state
        it = state.partners[issuer.key]
        inbound = Values(epoch=it.epoch, applied=it.applied, hash=it.hash, prunedThrough=it.pruned, refusedChain=it.refused_chain,
                         refused=[Values(sequence=sequence, reason=reason) for sequence, reason in it.refused])
        statement = SCHEMAS.encode(
            "statement", signer=self.key, partner=issuer.key, generation=state.generation, stateHash=state.hash,
            outbound=Values(epoch=0, issued=0, hash=chain_start(self.key, issuer.key)), inbound=inbound)
        header = SCHEMAS.encode(
            "context header", certificate=self.certificate.raw, issuer=issuer.key, locked=False, lockedFirms=[],
            freeMemory=max(0, CAPACITY - state.used), freeChannels=max(0, CHANNELS - RESERVED - len(state.partners)),
            largestRecord=LARGEST_RECORD, challenge=None)
        sealed = b""
        if issuer.is_firm:
            info = b"license-ferry context inventory 1" + self.key + issuer.key
            sealed = hpke_seal(issuer.sealingKey, info, sha256(statement) + sha256(header), self._inventory(issuer.firmCode))
        return envelope(state.seed, 7, [statement, header, sealed])

    def _inventory(self, firm: int) -> bytes:
        """What one firm is told: its holdings and the custody log kept for it, as far as both fit."""
        state = self._state
        holdings = [Values(itemId=it.item, quantity=it.quantity, pending=0, units=it.units, usageStart=it.usage_start,
                           enabled=it.enabled) for it in state.holdings.values() if state.grant_of(it.item).firmCode == firm]
        first, lines = state.logs.get(firm, [1, []])
        told, left = holdings[:INVENTORY // 48], INVENTORY - 48 * len(holdings)
        log: List[bytes] = []
        shown: Dict[bytes, bytes] = {}
        for _, sender, raw in (state.records[line] for line in lines):
            left -= len(raw) + 512
            if left < 0:
                break
            log.append(raw)
            shown[sender] = state.certificates[sender][0]
        for partner in state.partners:
            left -= 512
            if left >= 0:
                shown[partner] = state.certificates[partner][0]
        return SCHEMAS.encode("inventory", complete=len(told) == len(holdings), holdings=told, logFirst=first, log=log,
                              certificates=list(shown.values()), setBackBy=state.set_back_by, proofs=state.proofs())

    def _apply(self, request: Values) -> bytes:
        """Takes an update file in by one commit, in the order of checks of the document."""
        file = open_file(request.update, 8)
        header, issuer = file.header, file.certificate
        if header.container != self.key:
            raise Refused(Code.NOT_ADDRESSED, wanted=serial_text(header.serial), here=self.name)
        why = inconsistency(header, file.statement)
        if why is not None:
            raise Refused(Code.FILE_MALFORMED, what=f"update header: {why}")
        if not issuer.is_firm and issuer.issues == 0:
            raise Refused(Code.CERTIFICATE_WRONG, who=party_name(issuer), why="it may not issue")
        file.body = self._body(file)
        it = self._state.partners.get(issuer.key, new_partner(issuer.key, self.key))
        begins = header.epoch > it.epoch
        if header.epoch < it.epoch or begins and not issuer.is_firm:
            raise Refused(Code.UPDATE_EPOCH, found=header.epoch, known=it.epoch)
        parties = {one.key: one for one in (self.certificate, *map(certify, file.body.certificates), issuer)}
        names_present = header.settledThrough == it.applied and (header.first > it.applied + 1 or header.chainBefore == it.hash)
        if begins and issuer.key in self._state.partners and not names_present:
            return self._report(file, it.applied, deferred=header.first, deferredFor=int(Code.EPOCH_STALE))
        self._check_history(file, begins)
        state = self._state.copy()
        self._reserve(state, issuer)
        if begins:
            it = state.partners[issuer.key]
            begun = it._replace(epoch=header.epoch, refused=[], pruned=it.applied, witness=None)
            state.put_partner(issuer.key, begun)
        self._take_statement(state, file)
        overdraft = state.used - max(CAPACITY, self._state.used)
        if overdraft > 0:
            free = max(0, CAPACITY - self._state.used)
            raise Refused(Code.MEMORY_FULL, here=self.name, needed=free + overdraft, free=free)
        return self._enter_all(state, file, parties)

    def _body(self, file: Values) -> Values:
        info = b"license-ferry update body 1" + file.certificate.key + self.key
        try:
            plaintext = hpke_open(self._state.sealing, info, file.bound, file.sealed)
        except ValueError:
            raise Refused(Code.CANNOT_OPEN, here=self.name) from None
        body = decode("update body", plaintext)
        if not len(body.entries) == len(body.signatures) == file.header.last - file.header.first + 1:
            raise Refused(Code.FILE_MALFORMED, what="update body: the number of entries does not match the header")
        return body

    def _check_history(self, file: Values, begins: bool) -> None:
        """The witness, gaps and the chain: step 11. What contradicts is kept as evidence."""
        header, said, issuer = file.header, file.statement, file.certificate
        it = self._state.partners.get(issuer.key, new_partner(issuer.key, self.key))
        witness = None if begins or it.witness is None else SCHEMAS.decode("statement", it.witness[1])
        older = witness is not None and said.generation < witness.generation
        why = None if witness is None else contradiction(*((said, witness) if older else (witness, said)))
        if why is None and not older and not begins and said.outbound.issued < it.applied:
            why = "it forgot what it had issued"
        if why is not None:
            self._prove(file, it, why)
            raise Refused(Code.PARTNER_ROLLED_BACK, partner=party_name(issuer), why=why)
        if header.first > it.applied + 1:
            lacking = sorted({it.applied + 1, header.first - 1})
            raise Refused(Code.UPDATE_GAP, first=header.first, last=header.last, missing=" to ".join(map(str, lacking)))
        chain, forked = header.chainBefore, 0
        for sequence, entry in enumerate([None, *file.body.entries], header.first - 1):
            chain = chain if entry is None else sha256(chain, entry_hash(header, sequence, entry))
            if sequence == it.applied and chain != it.hash:
                forked = sequence + (entry is None)
        if chain != header.chainLast:
            raise Refused(Code.CHAIN_INCONSISTENT)
        if forked:
            self._prove(file, it, "two entries with one sequence")
            raise Refused(Code.UPDATE_FORK, issuer=party_name(issuer), sequence=forked)

    def _prove(self, file: Values, partner: Partner, why: str) -> None:
        state = self._state.copy()
        said = [file.signed] if partner.witness is None else [partner.witness, file.signed]
        state.keep_evidence(file.certificate.key, why, said)
        self.commit(state)

    def _take_statement(self, state: State, file: Values) -> None:
        """Keeps the witness, looks at what the issuer says of here, and forgets what it has settled and knows."""
        header, said, issuer = file.header, file.statement, file.certificate
        it = state.partners[issuer.key]
        if it.witness is None or said.generation > SCHEMAS.decode("statement", it.witness[1]).generation:
            it = it._replace(witness=file.signed)
        told = said.inbound
        if not issuer.is_firm and (told.epoch, told.applied, told.prunedThrough, told.hash) != (0, 0, 0, chain_start(self.key, issuer.key)):
            if state.set_back_by is None:
                state.set_back_by = issuer.key
                state.changes.append([14, issuer.key])
                state.keep_evidence(self.key, "the target applied more than was issued", [file.signed])
        through = max(it.pruned, min(header.settledThrough, it.applied))
        it = it._replace(pruned=through, refused=[one for one in it.refused if one[0] > through])
        if it != state.partners[issuer.key]:
            state.put_partner(issuer.key, it)
        if issuer.is_firm:
            state.prune_log(issuer.firmCode, header.custodyKnownThrough)
        state.forget_unused()

    def _enter_all(self, state: State, file: Values, parties: Dict[bytes, Values]) -> bytes:
        """Carries out the longest run of entries whose result fits, commits, and gives the report with the receipt."""
        header, issuer = file.header, file.certificate
        it = start = state.partners[issuer.key]
        best, done, waits, needed = state, 0, (None, 0), 0
        entries: List[Values] = []
        for sequence in range(start.applied + 1, header.last + 1):
            raw, signature = (part[sequence - header.first] for part in (file.body.entries, file.body.signatures))
            inner, items, reason = state.copy(), 0, int(Code.CANCELLED)
            if sequence not in header.cancelled:
                try:
                    items, reason = enter(inner, raw, Scene(self.certificate, issuer, parties, sequence, signature)), 0
                    inner.forget_unused()
                    if inner.used - state.used > CAPACITY:
                        raise Refused(Code.ENTRY_TOO_LARGE)
                    state = inner
                except Refused as refusal:
                    items, reason = 0, refusal.code
                    if reason == Code.QUANTITY_EXCEEDED:
                        item = bytes.fromhex(refusal.details["item"])
                        state.keep_evidence(state.grants[item][0], f"more seats than granted of item {item.hex()}", [file.signed])
            if reason == Code.LOG_FULL or reason and len(it.refused) >= REFUSALS:
                waits = (sequence, int(Code.LOG_FULL if reason == Code.LOG_FULL else Code.TABLE_FULL))
                break
            it = it._replace(applied=sequence, hash=sha256(it.hash, entry_hash(header, sequence, raw)),
                             refused=[*it.refused, *([[sequence, reason]] if reason else [])],
                             refused_chain=refused_chain_next(it.refused_chain, sequence, reason) if reason else it.refused_chain)
            entries.append(Values(sequence=sequence, reason=reason, items=items))
            step = state.copy()
            step.put_partner(issuer.key, it)
            overdraft = step.used - max(CAPACITY, self._state.used)
            best, done, needed = (step, len(entries), 0) if overdraft <= 0 else (best, done, needed or overdraft)
        if done < len(entries):
            waits = (start.applied + 1 + done, int(Code.MEMORY_FULL))
        self.commit(best)
        skipped = max(0, min(header.last, start.applied) - header.first + 1)
        return self._report(file, start.applied + done, skipped=skipped, entries=entries[:done], deferred=waits[0],
                            deferredFor=waits[1], needed=needed)

    def _report(self, file: Values, applied: int, **fields: Any) -> bytes:
        notices = [Values(kind=0, isNew=False, reason=int(Code.NOTICE_UNKNOWN)) for _ in file.body.notices]
        rest = {"skipped": 0, "entries": [], "needed": 0, **fields}
        return SCHEMAS.encode("apply report", applied=applied, notices=notices, receipt=self._signed_context(file.certificate), **rest)


def create(folder: Path) -> str:
    """Makes a container with keys of its own, certified under the TEST root. Gives its serial number."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "state.json").exists():
        raise Refused(Code.CONTAINER_EXISTS, where=str(folder))
    seed, sealing = os.urandom(32), os.urandom(32)
    serial = Values(mask=130, number=1_000_000_000 + int.from_bytes(os.urandom(8), "big") % 3_294_967_294)
    part = SCHEMAS.encode("container certificate", root=TEST_ID, serial=serial, kind=2, key=public_key(seed),
                          sealingKey=sealing_key(sealing), issues=1)
    state = State(seed, sealing, envelope(TEST_SEED, 1, [part]), os.urandom(32))
    state.changes.append([1, state.certificate])
    write(folder / "state.json", state)
    Device(folder).commit(state)
    return serial_text(serial)


def serve(folder: Path, listen: str) -> None:
    """Serves the container until SIGTERM or Ctrl-C."""
    device = Device(folder)
    family, address = wire.address_of(listen)
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_UNIX:
            Path(str(address)).unlink(missing_ok=True)
        listening.bind(address)
        listening.listen()
        where = listening.getsockname()
        reached = f"unix:{os.path.abspath(where)}" if family == socket.AF_UNIX else f"tcp://{where[0]}:{where[1]}"
        print(f"Ready: {device.name} (soft) at {reached}", flush=True)
        server = Server(device.name, device.carry_out)
        while True:
            stream, _ = listening.accept()
            threading.Thread(target=server.serve, args=(stream,), daemon=True).start()


def main(argv: List[str]) -> int:
    """The program. Gives 0 when done, 3 when refused."""
    parser = argparse.ArgumentParser(prog="device.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("create", "serve"):
        commands.add_parser(name).add_argument("folder", metavar="DIR", type=Path)
    commands.choices["serve"].add_argument("--listen", required=True, metavar="ADDRESS")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if options.command == "create":
            print(f"{create(options.folder)} was made in {options.folder}, under the TEST root: for simulation only.")
        else:
            serve(options.folder, options.listen)
        return 0
    except KeyboardInterrupt:
        return 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
