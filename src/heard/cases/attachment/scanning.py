"""Asking ClamAV about a file before anything opens it, where HEARD_CLAMD says where it is. Speaks INSTREAM of clamd(8)."""

from __future__ import annotations

import socket
import struct
from typing import Final

_CHUNK: Final = 64 * 1024
_PATIENCE: Final = 30.0  # seconds
_MOST: Final = 4096  # bytes of an answer


class NoAnswer(Exception):
    """ClamAV does not answer, or does not take the file. Nobody knows whether it is harmless."""


def finds(content: bytes, place: str) -> bool:
    """Whether ClamAV finds something harmful. `place`: the path of its socket, or host:port. Raises `NoAnswer`."""
    try:
        with _connected(place) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                part = content[start : start + _CHUNK]
                line.sendall(struct.pack(">I", len(part)) + part)
            line.sendall(struct.pack(">I", 0))
            said = _answer(line)
    except OSError as error:
        raise NoAnswer from error
    if said.endswith(" FOUND"):
        return True
    if said != "stream: OK":
        raise NoAnswer
    return False


def answers(place: str) -> bool:
    """Whether ClamAV answers there at all."""
    try:
        with _connected(place) as line:
            line.sendall(b"zPING\0")
            return _answer(line) == "PONG"
    except (NoAnswer, OSError):
        return False


def _connected(place: str) -> socket.socket:
    if place.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(_PATIENCE)
        try:
            line.connect(place)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = place.rpartition(":")
    if not port.isdigit():
        raise NoAnswer(f"HEARD_CLAMD is neither a path nor host:port: {place}")
    return socket.create_connection((host, int(port)), timeout=_PATIENCE)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _MOST:
        part = line.recv(_MOST)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode(errors="replace")
