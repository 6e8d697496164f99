"""An SMTP server of the tests, in a thread, encrypted where it has a certificate."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Any


class Server(threading.Thread):
    """As little of an SMTP server as takes a mail, and all that was said to it. `refuses`: answers to RCPT. `tls`: with which it
    encrypts, from the first byte or, with `starttls`, once it is asked to; then it also takes a sign-in."""

    def __init__(
        self, *, refuses: bytes = b"", tls: ssl.SSLContext | None = None, starttls: bool = False
    ) -> None:
        super().__init__(daemon=True)
        self.refuses, self.tls, self.starttls, self.wire, self.encrypted = refuses, tls, starttls, b"", b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
                if self.tls and not self.starttls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
            except ssl.SSLError:
                continue  # whoever called does not trust it
            except OSError:
                return
            with connection:
                connection.sendall(b"220 here\r\n")
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        in_data = False
        lines = connection.makefile("rb")
        for line in lines:
            self._hear(connection, line)
            word = line[:4].upper()
            if in_data:
                in_data = line != b".\r\n"
                answer = b"" if in_data else b"250 taken\r\n"
            elif word == b"RCPT" and self.refuses:
                answer = self.refuses
            elif word == b"STAR" and self.tls:
                connection.sendall(b"220 go on\r\n")
                return self._talk_encrypted(connection)
            else:
                in_data = word == b"DATA"
                answer = self._answers().get(word, b"250 ok\r\n")
            connection.sendall(answer)
        return None

    def _talk_encrypted(self, connection: socket.socket) -> None:
        assert self.tls is not None
        try:
            with self.tls.wrap_socket(connection, server_side=True) as safe:
                self._talk(safe)
        except ssl.SSLError:
            pass  # whoever called does not trust it

    def _hear(self, connection: Any, line: bytes) -> None:
        self.wire += line
        if isinstance(connection, ssl.SSLSocket):
            self.encrypted += line

    def _answers(self) -> dict[bytes, bytes]:
        found = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
        if self.tls:
            found |= {b"EHLO": b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 come in\r\n"}
        return found

    def stop(self) -> None:
        self._socket.close()
