"""When a run may start and ends, and when a concern may be opened from its list. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from heard.agencies.rules import Asks, Filled, Missing
from heard.cases.pack.rules import SILENT
from heard.cases.sharing.bases import CONSENT, Basis
from heard.cases.sharing.bases import bases as every_basis
from heard.engine.intake.carriers import shown

if TYPE_CHECKING:
    from heard.knowledge.model import Release

START_ASKS: Final = Asks(
    purpose="Say what this run is for. It is kept with the result.",
    basis="Choose the lawful basis on which these records are brought together.",
    basis_words="Say which law, task or agreement it is.",
    keep_until="Enter the last day on which the list is needed.",
)
DAY_ASKS: Final = Asks(as_of="Enter the day up to which is to be counted.")
REVEAL_ASKS: Final = Asks(reason="Say why you need to know who this child is. It is kept in the record.")
OPEN_ASKS: Final = Asks(reason="Give your reason for opening a worry.")
OUT_ASKS: Final = Asks(
    part="Choose what to take out.",
    kind="Choose the kind of file.",
    reason="Say what it is taken out for, and who gets it. It is kept in the record.",
)
MOST_IN_A_BOOK: Final = 100_000  # rows: a workbook is held in memory whole

MOST_KEPT: Final = 366  # days; within it the next yearly returns have come
USUALLY_KEPT: Final = 90  # days


class RunState(StrEnum):
    """`ASKING`: a table of it is explained by no mapping, so somebody is asked what its columns mean; or its sources end at different times, or do
    not say whose they are."""

    ASKING = "asking"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def bases() -> dict[str, Basis]:
    """What a run can rest on. Nobody has asked every child in an extract, so it never rests on consent."""
    return {name: basis for name, basis in every_basis().items() if name != CONSENT}


def why_not_start(
    *,
    purpose: str,
    basis: str,
    basis_words: str,
    keep_until: date | None,
    today: date,
    extracts: int,
) -> tuple[str, str] | None:
    """A run reads many children's records, so it says why, on what basis and for how long before it starts.

    The answer that is not right, by its name, with the sentence for it.
    """
    if not purpose.strip():
        return "purpose", START_ASKS["purpose"]
    if basis not in bases():
        return "basis", START_ASKS["basis"]
    if not basis_words.strip():
        return "basis_words", START_ASKS["basis_words"]
    if refusal := why_not_keep_until(keep_until, today=today):
        return "keep_until", refusal
    if not extracts:
        return "extracts", "Choose at least one extract from the folder, or upload one."
    return None


def why_not_upload(names: Iterable[str]) -> str | None:
    """No document is a table. What any other file is, the engine finds out by what is in it."""
    document = next((name for name in names if name.lower().endswith(_DOCUMENTS)), None)
    return document and Filled(
        "%(name)s is no table that Heard reads. Save it as CSV or Excel.", name=document
    )


_DOCUMENTS: Final = (".pdf", ".doc", ".docx", ".odt", ".rtf")


def why_not_keep_until(keep_until: date | None, *, today: date) -> str | None:
    if keep_until is None:
        return START_ASKS["keep_until"]
    if keep_until < today:
        return "The last day on which the list is needed is today or later."
    if keep_until > today + timedelta(days=MOST_KEPT):
        return "A list is kept for a year at most. Enter an earlier day, and run it again when you need it again."
    return None


def kept_until(keep_until: date | None, asked_on: date) -> date:
    """The last day of a run's list. Runs of the first release said none: theirs is as late as any."""
    return keep_until or asked_on + timedelta(days=MOST_KEPT)


def is_past(keep_until: date | None, asked_on: date, today: date) -> bool:
    """Nobody reads it any more, whether or not its folder is destroyed yet."""
    return today > kept_until(keep_until, asked_on)


def is_silent(*, under_way: bool, beat_at: datetime | None, now: datetime) -> bool:
    """Whether a worker has it and nothing was heard of it for too long: the worker was killed. As with packs."""
    return under_way and (beat_at is None or now - beat_at > SILENT)


def why_not_again(*, state: str, silent: bool) -> str | None:
    """What was broken off is begun anew. A run that failed is asked for anew, with other extracts perhaps."""
    if state == RunState.RUNNING and not silent:
        return "This run goes on. Wait for it."
    if state == RunState.ASKING:
        return "Answer first what this run asks."
    if state != RunState.RUNNING:
        return "This run waits in the queue, or has ended."
    return None


def why_not_count_to(day: date | None, *, today: date) -> str | None:
    """Up to which day records are counted, where their sources end at different times."""
    if day is None:
        return DAY_ASKS["as_of"]
    return "The day up to which is counted is today or before." if day > today else None


class RunPart(StrEnum):
    """What may be taken out of a run. None of it holds a name, or an agency's number for a child."""

    LIST = "list"
    EVIDENCE = "evidence"
    SET_APART = "set_apart"
    ISSUES = "issues"
    REPORTS = "reports"
    MONTHS = "months"
    KNOWN = "known"
    QUALITY = "quality"


class FileKind(StrEnum):
    BOOK = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


def why_not_take_out(*, part: str, kind: str, reason: str, rows: int) -> str | None:
    """`rows`: how many it has. Reports are text files in any case."""
    if missing := OUT_ASKS.missing(part=part, kind=kind, reason=reason):
        return missing
    if kind == FileKind.BOOK and rows > MOST_IN_A_BOOK:
        return Missing("This has too many rows for a workbook. Choose CSV or Parquet.", "kind")
    return None


def why_not_reveal(*, reason: str) -> str | None:
    return REVEAL_ASKS.missing(reason=reason)


def why_not_open(*, state: str, revealed: bool, already_open: bool, reason: str) -> str | None:
    """A person opens a concern, giving a reason; the machine opens nothing."""
    if state != RunState.DONE:
        return "This run has not finished. Wait for its list."
    if not revealed:
        return "Say first why you need to know who this child is."
    if already_open:
        return "A worry was opened for this child from this list already."
    return OPEN_ASKS.missing(reason=reason)


def safe_name(name: str, taken: set[str]) -> str:
    """A file name that stays in its folder and is not taken yet: `C:\\x\\a b.csv` becomes `a_b.csv`."""
    leaf = PurePath(name.replace("\\", "/")).name
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", leaf).lstrip(".") or "extract"
    stem, dot, ending = plain.rpartition(".")
    number = 2
    while plain in taken:
        plain = f"{stem or ending}_{number}{dot}{ending if stem else ''}"
        number += 1
    return plain


def without_overlap(stretches: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Stretches of days, first and last, in the order of time: those that meet or overlap are one."""
    found: list[tuple[date, date]] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def gaps(stretches: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The first and last day of what lies between each two of them."""
    return [
        (before[1] + timedelta(days=1), after[0] - timedelta(days=1)) for before, after in pairwise(stretches)
    ]


def said_by_field(release: Release) -> dict[tuple[str, str], str]:
    """By item and field as evidence names it, such as ("S01", "AssessmentFactors=10A"), what the release says of the code or number by which
    records carry it; without those of which it says several things."""
    notes: dict[tuple[str, str], set[str]] = {}
    for carrier in release.carriers:
        for code in carrier.codes or ("",):
            notes.setdefault((carrier.item, shown(carrier, code)), set()).add(carrier.note)
    return {key: some.pop() for key, some in notes.items() if len(some) == 1}
