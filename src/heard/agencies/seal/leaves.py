"""The leaf of an audit row: a keyed hash over what is open in it and over a salted hash of what is about people.

Without its salt nobody finds out what was said, so that the personal part of a row can be erased while its leaf stands.
"""

from __future__ import annotations

import hmac
import json
import secrets
from hashlib import sha256
from typing import Any, Final, NamedTuple

from heard.agencies.seal.keys import Key

AS_FOUND: Final = 0  # a row that was there before rows had leaves: sealed as it was found
WRITTEN: Final = 1  # a row whose leaf was made as it was written

_EXACT: Final = 2**53  # below it each whole number is one floating-point number
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class HashedRow(NamedTuple):
    """An audit row as it is hashed: `at` in UTC as 2026-11-27 06:52:34.000001, `person_id` in 32 hexadecimal digits or "",
    `detail` as JSON. The last four are what makes it evident, in hexadecimal digits."""

    id: int
    version: int
    key_id: str
    at: str
    actor_id: int
    agency: str
    verb: str
    subject: str
    subject_id: str
    person_id: str
    actor: str
    reason: str
    detail: str
    salt: str
    leaf: str
    commitment: str


def commitment_of(row: HashedRow) -> str:
    """Over what is about people, with the salt."""
    detail = row.detail if row.detail == "{}" else canonical(row.detail)
    said = _framed((row.person_id, row.actor, row.reason, detail))
    return sha256(bytes.fromhex(row.salt) + said.encode()).hexdigest()


def leaf_of(row: HashedRow, key: Key) -> str:
    """Over the whole row, as far as it is there: of an erased one over the commitment that was kept."""
    private = row.commitment or commitment_of(row)
    said = _framed(
        (str(row.version), row.key_id, row.at, str(row.actor_id), row.agency, row.verb, row.subject, row.subject_id, private)
    )  # fmt: skip
    return hmac.digest(key.of_leaves, b"\x00" + said.encode(), "sha256").hex()


def _framed(parts: tuple[str, ...]) -> str:
    """Each with its length before it, so that no two rows are the same text."""
    return "".join([f"{len(part)}:{part}" for part in parts])


def in_tree(row_id: int, leaf: str) -> bytes:
    """What the tree holds of a row: its leaf, and where it stands."""
    return bytes.fromhex(leaf) + row_id.to_bytes(8, "big", signed=True)


def new_salt() -> str:
    return secrets.token_hex(16)


def canonical(detail: str) -> str:
    """The same text for the same JSON, whichever database gave it back."""
    return _encode(json.loads(detail, parse_float=_number, parse_int=_number))


def _number(text: str) -> Any:
    """PostgreSQL gives 1e16 back as 10000000000000000, and so on."""
    found = float(text)
    if abs(found) < _EXACT:
        return int(found) if found.is_integer() else found
    return found if abs(found) < float("inf") else text
