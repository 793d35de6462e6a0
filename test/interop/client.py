"""A client of the device protocol of docs/protocol.md: lists a container, asks for contexts, brings updates.

    client.py ADDRESS list
    client.py ADDRESS context CERTFILE|FIRM -o FILE
    client.py ADDRESS apply FILE -o RECEIPT

ADDRESS is unix:PATH or tcp://HOST:PORT. Whatever the container signed is verified under the TEST root.
"""

from __future__ import annotations

import argparse
import base64
import os
import socket
import sys
from pathlib import Path
from typing import List, NoReturn, Optional, Tuple

import wire
from files import FILE_BYTES, TEST_ID, Refused, certify, decode, open_file, party_name, read_envelope, serial_text, sha256
from records import SCHEMAS, Code, Values

COMMANDS = {"list": 1, "context": 2, "apply": 3}
KINDS = {1: "dongle", 2: "soft", 3: "cloud"}
TIMEOUT = 60.0


class Container:
    """A served container. One call at a time."""

    def __init__(self, address: str) -> None:
        family, there = wire.address_of(address)
        stream = socket.socket(family, socket.SOCK_STREAM)
        stream.settimeout(TIMEOUT)
        stream.connect(there)
        self._frames = wire.Frames(stream)
        self._calls = 0
        nonce = os.urandom(8)
        self._frames.send_record(wire.HELLO, 0, version=1, nonce=nonce)
        welcome = wire.understood(wire.WELCOME, self._expect(wire.WELCOME, 0))
        if welcome.version != 1 or welcome.nonce != nonce:
            raise Refused(Code.CARRIER_GARBLED, where=address, why="its welcome answers another hello")

    def __enter__(self) -> Container:
        return self

    def __exit__(self, *_: object) -> None:
        self._frames.stream.close()

    def ask(self, command: str, request: bytes) -> bytes:
        """Carries a command out. Raises Refused with what the container refused it for."""
        self._calls += 1
        call, size = self._calls, len(request)
        if size <= wire.INLINE:
            self._frames.send_record(wire.CALL, call, command=COMMANDS[command], size=size, hash=None, body=request)
        else:
            announced = {"size": size, "hash": sha256(request), "body": b""}
            self._frames.send_record(wire.CALL, call, command=COMMANDS[command], **announced)
        while True:
            kind, payload = self._next(call)
            if kind == wire.MORE and size > wire.INLINE:
                self._frames.send_window(call, request, wire.understood(wire.MORE, payload).from_)
            elif kind == wire.ANSWER:
                return self._body(wire.understood(wire.ANSWER, payload))
            else:
                self._garbled(f"a frame of kind {kind} is no answer to a call")

    def _body(self, answer: Values) -> bytes:
        if answer.hash is None:
            return answer.body if len(answer.body) == answer.size else self._garbled("an answer has another size")
        if answer.size > wire.ANSWERED:
            self._garbled("an answer is larger than any may be")
        body = bytearray()
        while len(body) < answer.size:
            self._calls += 1
            self._frames.send_record(wire.FETCH, self._calls, size=answer.size, hash=answer.hash, from_=len(body))
            end = min(answer.size, len(body) + wire.WINDOW)
            while len(body) < end:
                body += self._expect(wire.DATA, self._calls)
        return bytes(body) if sha256(body) == answer.hash else self._garbled("an answer has another hash than announced")

    def _next(self, call: int) -> Tuple[int, bytes]:
        kind, about, payload = self._frames.receive(TIMEOUT, TIMEOUT)
        if kind == wire.FAILURE and about in (0, call):
            failure = wire.understood(wire.FAILURE, payload)
            named = {detail.name: detail.number if detail.text is None else detail.text for detail in failure.details}
            raise Refused(failure.number, **named)
        if about != call:
            self._garbled(f"an answer to call {about}, not to call {call}")
        return kind, payload

    def _expect(self, wanted: int, call: int) -> bytes:
        kind, payload = self._next(call)
        return payload if kind == wanted else self._garbled(f"a frame of kind {kind} instead of {wanted}")

    def _garbled(self, why: str) -> NoReturn:
        raise Refused(Code.CARRIER_GARBLED, where="the container", why=why)


def verified_context(raw: bytes, issuer: Optional[bytes]) -> Values:
    """A context file or receipt: signed by a container certified under the TEST root, for this issuer."""
    file = open_file(raw, 7)
    if file.certificate.is_firm:
        raise Refused(Code.CERTIFICATE_WRONG, who=party_name(file.certificate), why="only containers make context files")
    if file.statement.partner != file.header.issuer:
        raise Refused(Code.FILE_MALFORMED, what="statement and header name different issuers")
    if issuer is not None and file.header.issuer != issuer:
        raise Refused(Code.FILE_MALFORMED, what="the container answered for another issuer")
    return file


def header_lines(raw: bytes) -> Tuple[str, List[str]]:
    """What the armor of a file says for people, derived from its signed bytes."""
    kind = 8 if decode("signed envelope", raw).kind == 8 else 7
    parts = read_envelope(raw, kind, 3).parts
    header = decode("update header" if kind == 8 else "context header", parts[1])
    certified = decode("signed envelope", header.certificate)
    who = decode("firm certificate" if certified.kind == 2 else "container certificate", certified.parts[0])
    who.is_firm = certified.kind == 2
    root = "Root: " + ("TEST" if who.root == TEST_ID else who.root.hex())
    if kind == 7:
        lines = ["Format: license-ferry context 1", f"From: {party_name(who)}", f"Issuer: {header.issuer.hex()}", root]
        return "LICENSE FERRY CONTEXT FILE", lines
    one = header.first == header.last
    sequences = "none" if header.last < header.first else f"{header.first}" if one else f"{header.first} to {header.last}"
    cancelled = f", {len(header.cancelled)} cancelled" if header.cancelled else ""
    lines = ["Format: license-ferry update 1", f"From: {party_name(who)}", f"For: {serial_text(header.serial)}"]
    return "LICENSE FERRY UPDATE FILE", [*lines, f"Sequences: {sequences}{cancelled}", root]


def armor(raw: bytes) -> str:
    """A file as the one text that it has."""
    title, lines = header_lines(raw)
    text = base64.b64encode(raw).decode("ascii")
    body = [text[at:at + 76] for at in range(0, len(text), 76)]
    return "\n".join([f"-----BEGIN {title}-----", *lines, "", *body, f"-----END {title}-----", ""])


def unarmor(file: bytes) -> bytes:
    """The envelope in a file from a disk: its armor, or the envelope itself."""
    if file[:1] == b"\x94":
        return file
    if len(file) > FILE_BYTES * 3 // 2:
        raise Refused(Code.FILE_TOO_LARGE, size=len(file), limit=FILE_BYTES * 3 // 2)
    try:
        found = file[3 * file.startswith(b"\xef\xbb\xbf"):].decode("ascii")
        text = found.replace("\r\n", "\n")
        lines = text.split("\n")
        raw = base64.b64decode("".join(lines[lines.index("") + 1:-2]), validate=True)
    except ValueError:
        raise Refused(Code.FILE_MALFORMED, what="it is neither an armored file nor an envelope") from None
    if lines[1:lines.index("")] != header_lines(raw)[1]:
        raise Refused(Code.FILE_HEADER, what="a line differs from what was signed")
    if armor(raw) != text or found not in (text, text.replace("\n", "\r\n")):
        raise Refused(Code.FILE_MALFORMED, what="something was added to its text or taken from it")
    return raw


def say_context(file: Values) -> None:
    """What a verified context or receipt says, on standard output."""
    inbound = file.statement.inbound
    print(f"Container: {party_name(file.certificate)} ({KINDS[file.certificate.kind]}), certified under the TEST root")
    print(f"Signature: valid, generation {file.statement.generation}, state {file.statement.stateHash.hex()[:16]}")
    print(f"Issuer: {file.header.issuer.hex()}, applied {inbound.applied}, locked {'yes' if file.header.locked else 'no'}")
    for refused in inbound.refused:
        print(f"Refused: {refused.sequence} for {code_name(refused.reason)}")


def code_name(number: int) -> str:
    """The name of an error, or its number where the catalogue has no such error."""
    return Code(number).name if number in Code._value2member_map_ else f"error {number}"


def list_container(container: Container) -> None:
    """Shows a container: identity, firms, holdings, channels."""
    listing = decode("listing", container.ask("list", SCHEMAS.encode("list request")))
    serial = "uncertified" if listing.serial is None else serial_text(listing.serial)
    print(f"Container: {serial} ({KINDS[listing.kind]}), generation {listing.generation}, state {listing.stateHash.hex()[:16]}")
    if listing.certificate is not None:
        certificate = certify(listing.certificate)
        if certificate.key != listing.key:
            raise Refused(Code.CERTIFICATE_WRONG, who=serial, why="it certifies another key than the container lists")
        print("Certificate: valid under the TEST root")
    print(f"Memory: {listing.freeMemory} of {listing.capacity} bytes free")
    for firm in listing.firms:
        print(f"Firm: {firm.firmCode} {firm.name}")
    for holding in listing.holdings:
        state = "" if holding.enabled else ", disabled"
        text = f" {holding.text}" if holding.text else ""
        seats = f"x{holding.quantity} of {holding.granted}"
        print(f"Holding {holding.id}: {holding.firmCode}:{holding.productCode} {seats}{state}{text}")
    for channel in listing.channels:
        print(f"Channel: {channel.name}, applied {channel.applied}, issued {channel.issued}, settled {channel.settled}")


def make_context(container: Container, wanted: str, output: Path) -> None:
    """Asks for a context for the issuer of a certificate file, or for a firm that the container knows."""
    certificate = None if wanted.isdigit() else Path(wanted).read_bytes()
    issuer = None if certificate is None else certify(certificate).key
    request = SCHEMAS.encode("context request", certificate=certificate, firmCode=int(wanted) if certificate is None else None)
    raw = decode("context response", container.ask("context", request)).context
    file = verified_context(raw, issuer)
    output.write_text(armor(raw), "ascii")
    say_context(file)
    print(f"Written: {output}")


def apply_update(container: Container, update: Path, output: Path) -> int:
    """Brings an update file and keeps the receipt. Gives 6 when a part of it has to wait."""
    raw = unarmor(update.read_bytes())
    issuer = open_file(raw, 8).certificate.key
    report = decode("apply report", container.ask("apply", SCHEMAS.encode("apply request", update=raw)))
    receipt = verified_context(report.receipt, issuer)
    if receipt.statement.inbound.applied < report.applied:
        raise Refused(Code.FILE_MALFORMED, what="the receipt states less than the report")
    output.write_text(armor(report.receipt), "ascii")
    for entry in report.entries:
        outcome = "applied" if entry.reason == 0 else f"refused for {code_name(entry.reason)}"
        print(f"Entry {entry.sequence}: {outcome}, {entry.items} items")
    print(f"Applied: {report.applied}, skipped {report.skipped}")
    say_context(receipt)
    print(f"Written: {output}")
    if report.deferred is None:
        return 0
    print(f"Deferred: {report.deferred} for {code_name(report.deferredFor)}, {report.needed} bytes needed")
    return 6


def arguments(argv: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="client.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("address", metavar="ADDRESS")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    for name, what in (("context", "CERTFILE|FIRM"), ("apply", "FILE")):
        command = commands.add_parser(name)
        command.add_argument("what", metavar=what)
        command.add_argument("-o", dest="output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: List[str]) -> int:
    """The program. Gives 0 when done, 3 when refused, 5 when the container is not reached, 6 when done in part."""
    options = arguments(argv)
    try:
        with Container(options.address) as container:
            if options.command == "list":
                list_container(container)
            elif options.command == "context":
                make_context(container, options.what, options.output)
            else:
                return apply_update(container, Path(options.what), options.output)
        return 0
    except Refused as refusal:
        print(f"{code_name(refusal.code)} ({refusal.code}) {refusal.details}", file=sys.stderr)
        return 3
    except (OSError, EOFError, ValueError) as error:
        print(f"{options.address}: {error}", file=sys.stderr)
        return 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
