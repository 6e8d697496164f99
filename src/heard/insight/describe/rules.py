"""What is asked of whoever says what the columns of a table mean. Pure."""

from hashlib import sha256
from pathlib import PurePath
from typing import Any, Final

from heard.insight.mapping.rules import takes

SEE, SAVE, LEAVE = "see", "save", "leave"

AS_FOUND, DAY, MONTH = "found", "day", "month"

NOT_READ: Final = "no"
TELLS: Final = {
    "record_id": "The child’s number in this table",
    "local_id": "The child’s number in all tables of this agency",
    "given_name": "Given name",
    "family_name": "Family name",
    "birth_date": "Birth date",
    "sex": "Sex",
    "postcode": "Postcode of the home",
    "address": "Address of the home",
    "nhs_number": "NHS number",
    "upn": "Pupil number (UPN)",
    "ethnicity": "Ethnicity",
    "died_on": "Day of death",
    "worker": "Who works with the child",
    "dated_by": "Day on which it happened or began",
    "until": "Day on which it ended",
}
"""What a column can tell, by the engine's names."""


def name_of(file: str) -> str:
    return PurePath(file).name


def kind_of(file: str, columns: list[str]) -> str:
    """Under which name what is typed is kept: of this file with these columns, and no other of the run."""
    return f"{_kind_of_file(file)}{_short(repr(columns))}"


def is_kind_of(kind: str, file: str) -> bool:
    return kind.startswith(_kind_of_file(file)) and len(kind) == len(kind_of(file, []))


def _kind_of_file(file: str) -> str:
    return f"engine.describe.{_short(file)}."


def _short(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:16]


def maybe_explained(files: str, names: list[str]) -> list[str]:
    """Of the files of a run that nobody explained yet, those that a mapping for `files` may explain, by their names."""
    return [name for name in names if takes(files, PurePath(name).name)]


def said(sent: dict[str, str]) -> dict[str, Any]:
    """What was chosen, as the engine takes it."""
    roles: list[str] = []
    while (name := f"c{len(roles)}") in sent:
        roles.append(sent[name])
    every = sent.get("every_row", NOT_READ)
    return {
        "roles": roles,
        "agency": sent.get("agency", ""),
        "name": sent.get("name", "").strip() or "table",
        "files": sent.get("files", "").strip() or "*",
        "dates": sent.get("dates", ""),
        "every_row": [] if every == NOT_READ else [every],
    }
