"""Frames of the device protocol over a socket. See docs/protocol.md, "Wire"."""

from __future__ import annotations

import socket
import struct
import zlib
from typing import NamedTuple, Tuple

from files import Refused, decode
from records import SCHEMAS, Code, Values

HELLO, WELCOME, CALL, MORE, DATA, ANSWER, FAILURE, CANCEL, FETCH = range(1, 10)
RECORDS = {HELLO: "hello", WELCOME: "welcome", CALL: "call", MORE: "more", ANSWER: "answer", FAILURE: "failure", FETCH: "fetch"}
INLINE, PAYLOAD, WINDOW, REQUEST, ANSWERED = 16384, 32768, 262144, 4 << 20, 64 << 20


def address_of(text: str) -> Tuple[int, object]:
    """Family and address of `unix:PATH` or `tcp://HOST:PORT`."""
    if text.startswith("unix:"):
        return socket.AF_UNIX, text[5:]
    host, _, port = text[6:].rpartition(":")
    if not text.startswith("tcp://") or not port.isdigit():
        raise ValueError(f"{text} is neither unix:PATH nor tcp://HOST:PORT")
    return socket.AF_INET, (host or "127.0.0.1", int(port))


class Frames(NamedTuple):
    """Both directions of one connection, frame by frame."""

    stream: socket.socket

    def send(self, kind: int, call: int, payload: bytes = b"") -> None:
        head = struct.pack(">2sBBII", b"LF", 1, kind, call, len(payload))
        self.stream.sendall(head + struct.pack(">I", zlib.crc32(payload, zlib.crc32(head))) + payload)

    def send_record(self, kind: int, call: int, **fields: object) -> None:
        self.send(kind, call, SCHEMAS.encode(RECORDS[kind], **fields))

    def send_window(self, call: int, body: bytes, start: int) -> None:
        """The window of a body that begins there, in data frames."""
        end = min(len(body), start + WINDOW)
        for at in range(start, end, PAYLOAD):
            self.send(DATA, call, body[at:min(end, at + PAYLOAD)])

    def receive(self, idle: float, owed: float) -> Tuple[int, int, bytes]:
        """Kind, call, payload of the next frame, within `idle` seconds, its rest within `owed`. Raises EOFError, Refused."""
        self.stream.settimeout(idle)
        head = self._exactly(4, b"", owed)
        if head[:3] != b"LF\1" or head[3] not in range(HELLO, FETCH + 1):
            raise Refused(Code.CARRIER_GARBLED, where="the other side", why="it does not begin with a frame")
        head = self._exactly(16, head, owed)
        call, size, checksum = struct.unpack(">III", head[4:])
        if size > PAYLOAD:
            raise Refused(Code.CARRIER_GARBLED, where="the other side", why=f"it announces a frame of {size} bytes")
        payload = self._exactly(size, b"", owed)
        if zlib.crc32(payload, zlib.crc32(head[:12])) != checksum:
            raise Refused(Code.CARRIER_GARBLED, where="the other side", why="the checksum of a frame is wrong")
        return head[3], call, payload

    def _exactly(self, size: int, start: bytes, owed: float) -> bytes:
        read = bytearray(start)
        while len(read) < size:
            piece = self.stream.recv(size - len(read))
            if not piece:
                raise EOFError("the connection ended")
            self.stream.settimeout(owed)
            read += piece
        return bytes(read)


def understood(kind: int, payload: bytes) -> Values:
    """The record that a frame carries. Refuses with CARRIER_GARBLED."""
    return decode(RECORDS[kind], payload, Code.CARRIER_GARBLED)
