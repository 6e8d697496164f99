"""A head says how large the tree was at one time and what its root was, and is signed. Whoever keeps one is a witness."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Final

from heard.agencies.seal.keys import Key, is_signed

_MOST_ROWS: Final = 1 << 63  # what a database counts
_SHAPES: Final = {
    "site": re.compile(r"[ -~]{1,100}"),
    "root": re.compile(r"[0-9a-f]{64}"),
    "at": re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII),
    "key_id": re.compile(r"[0-9a-f]{1,64}"),
    "signature": re.compile(r"[0-9a-f]{0,128}"),
}


@dataclass(frozen=True)
class Head:
    """`root` and `signature` in hexadecimal digits; `at` in UTC, as in a row."""

    site: str
    size: int
    root: str
    at: str
    key_id: str
    signature: str = ""

    def text(self) -> bytes:
        return f"heard audit v1\n{self.site}\n{self.size}\n{self.root}\n{self.at}\n".encode()

    def signed(self, key: Key) -> Head:
        return Head(self.site, self.size, self.root, self.at, key.id, key.sign(self.text()).hex())

    def is_signed_by(self, public: bytes) -> bool:
        return is_signed(public, self.signature, self.text())

    def line(self) -> str:
        """One line of JSON, as witnesses keep it."""
        return json.dumps(asdict(self))


def from_line(line: str) -> Head:
    """Raises `ValueError` for what is no head."""
    try:
        said = json.loads(line)
    except RecursionError as error:
        raise ValueError("This line is no head of an audit trail.") from error
    return from_said(said)


def from_said(said: Any) -> Head:
    """A head from its parts. Raises `ValueError`."""
    try:
        head = Head(**{name: said[name] for name in ("site", "size", "root", "at", "key_id", "signature")})
    except (KeyError, TypeError) as error:
        raise ValueError("This line is no head of an audit trail.") from error
    if (
        type(head.size) is not int
        or not 0 <= head.size < _MOST_ROWS
        or not all(map(_fits, asdict(head).items()))
    ):
        raise ValueError("This line is no head of an audit trail.")
    return head


def _fits(part: tuple[str, Any]) -> bool:
    name, value = part
    return name == "size" or (isinstance(value, str) and _SHAPES[name].fullmatch(value) is not None)
