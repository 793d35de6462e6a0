"""The served side of the device protocol. See docs/protocol.md, "Conversation"."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any, Callable, Dict, Optional

import wire
from files import Refused, sha256
from records import Code, Values

IDLE, OWED, KEPT, BODY_BYTES = 600.0, 10.0, 600.0, 96 << 20
Commands = Callable[[int, bytes], bytes]


class Server:
    """Serves a container to all who connect, one command at a time. Bodies on their way outlive their connections."""

    def __init__(self, name: str, commands: Commands) -> None:
        self._name, self._commands = name, commands
        self._lock = threading.RLock()
        self._bodies: Dict[bytes, Any] = {}

    def serve(self, stream: socket.socket) -> None:
        """One conversation, to its end."""
        frames = wire.Frames(stream)
        conversation = Conversation(self, frames)
        with stream:
            try:
                while True:
                    conversation.take(*frames.receive(OWED if conversation.upload else IDLE, OWED))
            except Refused as refusal:
                with contextlib.suppress(OSError):
                    send_failure(frames, 0, refusal)
                    hear_out(stream)
            except (EOFError, OSError):
                pass

    def carry_out(self, command: int, request: bytes) -> bytes:
        with self._lock:
            return self._commands(command, request)

    def body(self, key: bytes, size: int, make: bool) -> Optional[bytearray]:
        """As much of a body as is here; an empty one is made when that is wanted and there is room."""
        with self._lock:
            now = time.monotonic()
            self._bodies = {one: it for one, it in self._bodies.items() if it[2] > now - KEPT}
            known = self._bodies.get(key)
            if known is None or known[1] != size:
                if not make:
                    return None
                if sum(it[1] for it in self._bodies.values()) + size > BODY_BYTES:
                    raise Refused(Code.CARRIER_BUSY, where=self._name)
                known = (bytearray(), size, now)
            self._bodies[key] = (known[0], size, now)
            return known[0]

    def drop(self, key: Optional[bytes]) -> None:
        with self._lock:
            self._bodies.pop(key, None)


def hear_out(stream: socket.socket) -> None:
    """Ends a connection without losing its last word: closed with bytes unread, TCP throws away what the client was sent."""
    stream.shutdown(socket.SHUT_WR)
    end = time.monotonic() + OWED
    while (left := end - time.monotonic()) > 0:
        stream.settimeout(left)
        if not stream.recv(65536):
            return


def send_failure(frames: wire.Frames, call: int, refusal: Refused) -> None:
    """An error as it travels: numbers as numbers, everything else as text."""
    details = [Values(name=name, number=it if isinstance(it, int) else None, text=None if isinstance(it, int) else str(it)[:256])
               for name, it in refusal.details.items()]
    frames.send_record(wire.FAILURE, call, number=refusal.code, details=details)


class Conversation:
    """What one client has said so far."""

    def __init__(self, server: Server, frames: wire.Frames) -> None:
        self._server, self._frames = server, frames
        self._greeted = False
        self._answered: Optional[bytes] = None
        self.upload: Optional[Values] = None

    def take(self, kind: int, call: int, payload: bytes) -> None:
        """Answers one frame. Raises Refused when the conversation cannot go on."""
        takes = {wire.HELLO: self._hello, wire.CALL: self._call, wire.DATA: self._data, wire.FETCH: self._fetch,
                 wire.CANCEL: self._cancel}
        if kind not in takes or not (self._greeted or kind == wire.HELLO):
            raise Refused(Code.CARRIER_GARBLED, where="the client", why=f"a frame of kind {kind} is out of turn")
        said = wire.understood(kind, payload) if kind in wire.RECORDS else payload
        try:
            takes[kind](call, said)
        except Refused as refusal:
            if refusal.code in (Code.CARRIER_GARBLED, Code.PROTOCOL_VERSION):
                raise
            send_failure(self._frames, call, refusal)

    def _hello(self, _: int, hello: Values) -> None:
        if hello.version != 1:
            raise Refused(Code.PROTOCOL_VERSION, where="The client", version=hello.version, known=1)
        self._greeted, self.upload = True, None
        self._frames.send_record(wire.WELCOME, 0, version=1, nonce=hello.nonce)

    def _call(self, call: int, said: Values) -> None:
        self._server.drop(self._answered)
        self._answered = self.upload = None
        if said.hash is None:
            if said.size != len(said.body):
                raise Refused(Code.CARRIER_GARBLED, where="the client", why="a body has another size than it announces")
            return self._answer(call, said.command, said.body)
        if said.size > wire.REQUEST:
            raise Refused(Code.MESSAGE_TOO_LARGE, size=said.size, limit=wire.REQUEST, where="the device")
        body = self._server.body(said.hash, said.size, True)
        self.upload = Values(call=call, command=said.command, hash=said.hash, size=said.size, filled=len(body), end=0)
        self._go_on(self.upload)

    def _data(self, call: int, piece: bytes) -> None:
        upload = self.upload
        if upload is None or upload.call != call:
            return
        body = self._server.body(upload.hash, upload.size, False)
        if body is None or upload.filled > len(body) or upload.filled + len(piece) > upload.size:
            self.upload = None
            raise Refused(Code.BODY_GONE, where="The device")
        body[upload.filled:upload.filled + len(piece)] = piece
        upload.filled += len(piece)
        self._go_on(upload)

    def _go_on(self, upload: Values) -> None:
        """Asks for the next window when the last one is full, and carries the command out at the end."""
        if upload.filled < upload.size:
            if upload.filled >= upload.end:
                upload.end = min(upload.size, upload.filled + wire.WINDOW)
                self._frames.send_record(wire.MORE, upload.call, from_=upload.filled)
            return
        body = self._server.body(upload.hash, upload.size, False)
        self._server.drop(upload.hash)
        self.upload = None
        if body is None or sha256(body) != upload.hash:
            raise Refused(Code.BODY_GONE, where="The device")
        self._answer(upload.call, upload.command, bytes(body))

    def _answer(self, call: int, command: int, request: bytes) -> None:
        body = self._server.carry_out(command, request)
        if len(body) <= wire.INLINE:
            return self._frames.send_record(wire.ANSWER, call, size=len(body), hash=None, body=body)
        if len(body) > wire.ANSWERED:
            raise Refused(Code.MESSAGE_TOO_LARGE, size=len(body), limit=wire.ANSWERED, where="the device")
        self._answered = sha256(body)
        self._server.body(self._answered, len(body), True)[:] = body
        self._frames.send_record(wire.ANSWER, call, size=len(body), hash=self._answered, body=b"")

    def _fetch(self, call: int, said: Values) -> None:
        body = self._server.body(said.hash, said.size, False)
        if body is None or len(body) != said.size or said.from_ > said.size:
            raise Refused(Code.BODY_GONE, where="The device")
        self._answered = said.hash
        self._frames.send_window(call, bytes(body), said.from_)

    def _cancel(self, call: int, _: bytes) -> None:
        if self.upload is not None and self.upload.call == call:
            self.upload = None
