"""A head says how large the tree was at one time and what its root was, and is signed. Whoever keeps one is a witness."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from heard.agencies.seal.keys import Key, is_signed


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
        try:
            signature = bytes.fromhex(self.signature)
        except ValueError:
            return False
        return is_signed(public, signature, self.text())

    def line(self) -> str:
        """One line of JSON, as witnesses keep it."""
        return json.dumps(asdict(self))


def from_line(line: str) -> Head:
    """Raises `ValueError` for what is no head."""
    try:
        said = json.loads(line)
        head = Head(**{name: said[name] for name in ("site", "size", "root", "at", "key_id", "signature")})
    except (KeyError, TypeError) as error:
        raise ValueError("This line is no head of an audit trail.") from error
    if not isinstance(head.size, int) or not all(
        isinstance(one, str) for one in (head.site, head.root, head.at, head.key_id, head.signature)
    ):
        raise ValueError("This line is no head of an audit trail.")
    return head
