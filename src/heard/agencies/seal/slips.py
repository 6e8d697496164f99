"""A slip says that two people agreed on the site to what is done on the server where the database does not know it: it is empty, or
is brought back to before. It is signed with the key of the audit trail, counts for one backup or time, and has an end."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace

from heard.agencies.seal.keys import Key, is_signed

_BEGINS = "heard-approval:"


@dataclass(frozen=True)
class Slip:
    """`asked_by` and `agreed_by` are keys of users, `until` a time with its zone, in ISO 8601."""

    site: str
    approval: str
    what: str
    about: str
    asked_by: int
    agreed_by: int
    until: str
    key_id: str = ""
    signature: str = ""

    def text(self) -> bytes:
        said = asdict(replace(self, signature=""))
        return f"heard approval v1\n{json.dumps(said, sort_keys=True)}".encode()

    def signed(self, key: Key) -> Slip:
        named = replace(self, key_id=key.id)
        return replace(named, signature=key.sign(named.text()).hex())

    def is_signed_by(self, public: bytes) -> bool:
        return is_signed(public, self.signature, self.text())

    def line(self) -> str:
        """One word without blanks, as it is copied from the page."""
        return _BEGINS + urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def from_line(line: str) -> Slip:
    """Raises `ValueError` for what is no slip."""
    try:
        said = json.loads(urlsafe_b64decode(line.strip().removeprefix(_BEGINS)))
        slip = Slip(**said)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError("This is no approval as the site shows it.") from error
    numbers = (slip.asked_by, slip.agreed_by)
    words = (slip.site, slip.approval, slip.what, slip.about, slip.until, slip.key_id, slip.signature)
    if not all(isinstance(number, int) for number in numbers) or not all(
        isinstance(word, str) for word in words
    ):
        raise ValueError("This is no approval as the site shows it.")
    return slip
