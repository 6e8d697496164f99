"""What a service is in Open Referral UK (HSDS 3.0, UK profile), and what is wrong with a row of a file. Pure: no Django.

The shape is stated here in our own words: names of fields, what each holds, what is required. What the profile does not name is kept
as it came, and written out again.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 2_000
MOST_LETTERS: Final = 100_000  # of one service, as JSON
MOST_NAME: Final = 200
MOST_DEEP: Final = 20  # things in one another; the profile has nine
MOST_ISSUES: Final = 20  # said of one row


class NotRead(Exception):
    """The file is no list of services at all. Its text is the sentence that the user reads."""


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    THERE = "there"  # already, with the same words
    CLOSED = "closed"  # as the file says, and otherwise as somebody changed it here
    ASIDE = "aside"


@dataclass(frozen=True)
class Issue:
    """`code`: a key of `FAULTS`. `where`: the field, as in `schedules[0].opens_at`; '' for the whole row."""

    code: str
    where: str = ""

    @property
    def sentence(self) -> str:
        return FAULTS[self.code]


FAULTS: Final = {
    "object": "This is no service: a service is an object with id, name and status. Take the row out, or write it as one.",
    "lacks": "It is required and not there. Add it.",
    "kind": "It holds another kind of value than Open Referral UK has there, such as words instead of a number. Put it right.",
    "choice": "Open Referral UK has no such value there. Use one that it lists.",
    "uuid": "It is no UUID. Give each thing a key of its own, such as ac148810-d857-441c-9679-408f346de14b.",
    "email": "It is no email address. Write one such as help@example.org.",
    "web": "It is no web address that can be linked to. Write one that begins with https:// or http://.",
    "uri": "It is no address. Write it with what it begins with, such as https:.",
    "date": "It is no day. Write it as year, month and day, such as 2026-11-28.",
    "time": "It is no time of day. Write it such as 09:30:00.",
    "date-time": "It is no moment. Write it such as 2026-11-28T09:30:00Z.",
    "range": "The number cannot be right. Ages are whole years from 0 to 120.",
    "empty": "It is empty. Write what it is called.",
    "long": "It is too long. Shorten it.",
    "ages": "The lowest age is above the highest. Change one of them.",
    "hours": "A time of opening stands without one of closing, or the other way round. Write both, or neither.",
    "letters": "It holds characters that cannot be kept. Write the text again.",
    "number": "It holds a number that is too large to be kept. Put it right.",
    "exact": "It holds a number with more digits than can be kept. Shorten it.",
    "deep": "More than 20 things stand in one another. Take the innermost ones out.",
    "more": "More is wrong with this row than is shown. Put these right, and check the file again.",
    "large": "It is longer than 100,000 characters as JSON. Shorten its texts.",
    "twice": "Another row of this file has the same id. Leave one of them out.",
    "changed_here": "Somebody changed this service here since it came from a file. Change it on its page, so that neither is lost.",
    "closed_here": "The file says that it takes nobody. Heard offers it no more; all else stays as somebody changed it here.",
    "by_hand": "This id belongs to a service that was added here by hand. Change it on its page.",
}

COMPARED: Final = frozenset(
    {"changed_here", "closed_here", "by_hand"}
)  # said of what is there, not of the row

_TEXT: Final = {"type": "string"}
_KEY: Final = {"type": "string", "format": "uuid"}
_AMOUNT: Final = {"type": "number"}
_DAY: Final = {"type": "string", "format": "date"}
_HOUR: Final = {"type": "string", "format": "time"}
_WEB: Final = {"type": "string", "format": "web"}
_URI: Final = {"type": "string", "format": "uri"}
_EMAIL: Final = {"type": "string", "format": "email"}
_AGE: Final = {"type": "number", "minimum": 0, "maximum": 120, "multipleOf": 1}
_WHERE: Final = {"enum": ["physical", "postal", "virtual"]}


def _object(required: Iterable[str] = ("id",), /, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": {"id": _KEY} | fields}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_TERM: Final = _object(
    ("id", "name", "description"),
    name=_TEXT, description=_TEXT, parent_id=_KEY, taxonomy=_TEXT, taxonomy_id=_KEY, term_uri=_WEB, term=_TEXT,
)  # fmt: skip
_ATTRIBUTES: Final = _list(_object(link_id=_KEY, taxonomy_term_id=_KEY, link_type=_TEXT, taxonomy_term=_TERM))
_PHONES: Final = _list(
    _object(("id", "number"), number=_TEXT, extension=_AMOUNT, type=_TEXT, description=_TEXT)
)
_SCHEDULES: Final = _list(
    _object(
        valid_from=_DAY, valid_to=_DAY, dtstart=_DAY, freq={"enum": ["WEEKLY", "MONTHLY"]}, interval=_AMOUNT,
        byday=_TEXT, bymonthday=_TEXT, description=_TEXT, opens_at=_HOUR, closes_at=_HOUR, schedule_link=_WEB,
        attending_type=_TEXT, notes=_TEXT,
    )
)  # fmt: skip
_ADDRESS: Final = _object(
    ("id", "address_1", "city", "state_province", "postal_code", "country", "address_type"),
    attention=_TEXT, address_1=_TEXT, address_2=_TEXT, city=_TEXT, region=_TEXT, state_province=_TEXT, postal_code=_TEXT,
    country=_TEXT, address_type=_WHERE, attributes=_ATTRIBUTES,
)  # fmt: skip
_LOCATION: Final = _object(
    ("id", "location_type"),
    location_type=_WHERE, name=_TEXT, description=_TEXT, latitude=_AMOUNT, longitude=_AMOUNT, external_identifier=_TEXT,
    external_identifier_type=_TEXT, addresses=_list(_ADDRESS), attributes=_ATTRIBUTES,
    accessibility=_list(_object(description=_TEXT, details=_TEXT, url=_WEB, attributes=_ATTRIBUTES)),
)  # fmt: skip
_NAME: Final = {"type": "string", "pattern": r"\S", "maxLength": MOST_NAME}
_ORGANISATION: Final = _object(
    ("id", "name", "description"),
    name=_NAME, description=_TEXT, email=_EMAIL, website=_WEB, logo=_WEB, uri=_URI, parent_organization_id=_KEY,
    organization_identifiers=_list(_object(identifier_scheme=_TEXT, identifier_type=_TEXT, identifier=_TEXT)),
    attributes=_ATTRIBUTES,
)  # fmt: skip
SERVICE: Final = _object(
    ("id", "name", "status"),
    organization_id=_KEY, name=_NAME, description=_TEXT, url=_WEB, email=_EMAIL,
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    fees=_TEXT, fees_description=_TEXT, accreditations=_TEXT, minimum_age=_AGE, maximum_age=_AGE, assured_date=_DAY,
    assurer_email=_EMAIL, alert=_TEXT, last_modified={"type": "string", "format": "date-time"},
    eligibility_description=_TEXT, application_process=_TEXT, wait_time=_TEXT, interpretation_services=_TEXT,
    schedules=_SCHEDULES, phones=_PHONES, organization=_ORGANISATION, attributes=_ATTRIBUTES,
    service_areas=_list(_object(name=_TEXT, extent=_TEXT, extent_type=_TEXT, uri=_URI, service_area=_TEXT)),
    service_at_locations=_list(_object(location_id=_KEY, location=_LOCATION, schedules=_SCHEDULES, phones=_PHONES)),
    languages=_list(_object(name=_TEXT, code=_TEXT, note=_TEXT)),
    funding=_list(_object(source=_TEXT)),
    cost_options=_list(_object(valid_from=_DAY, valid_to=_DAY, option=_TEXT, amount=_AMOUNT, amount_description=_TEXT)),
    contacts=_list(_object(name=_TEXT, title=_TEXT, attributes=_ATTRIBUTES, phones=_PHONES)),
)  # fmt: skip

_FORMATS: Final[dict[str, tuple[Any, Any]]] = {}  # by name: its check, and what it raises
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_MAIL: Final = re.compile(
    r"[^@\s?&,;%#]+@[^@\s?&,;%#]+\.[^@\s.?&,;%#]+"
)  # nothing that adds to a mailto: address


def _format(name: str, raises: type[Exception] | tuple[type[Exception], ...] = ()) -> Any:
    """For a check of one format: what is no text is another fault's."""

    def mark(check: Any) -> Any:
        _FORMATS[name] = (lambda value: not isinstance(value, str) or check(value), raises)
        return check

    return mark


@_format("uuid", ValueError)
def _uuid(value: str) -> bool:
    return len(value) == 36 and bool(uuid.UUID(value))


@_format("email")
def _email(value: str) -> bool:
    return bool(_MAIL.fullmatch(value))


@_format("web")
def is_web(value: str) -> bool:
    """Whether it is an address that a page may link to."""
    try:
        address = urlsplit(value)
    except ValueError:  # brackets that do not match
        return False
    return address.scheme in ("http", "https") and bool(address.hostname) and not re.search(r"\s", value)


@_format("uri")
def _uri(value: str) -> bool:
    return bool(_SCHEME.fullmatch(value))


@_format("date", ValueError)
def _date(value: str) -> bool:
    return len(value) == 10 and bool(date.fromisoformat(value))


@_format("time", ValueError)
def _time(value: str) -> bool:
    return ":" in value and time.fromisoformat(value) is not None


@_format("date-time", ValueError)
def _moment(value: str) -> bool:
    return len(value) > 10 and bool(datetime.fromisoformat(value))


@cache
def _validator() -> Draft202012Validator:
    """Loaded with the first file: `jsonschema` takes longer than the rest of Heard, of which each command would wait."""
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    for name, (check, raises) in _FORMATS.items():
        formats.checks(name, raises)(check)
    return Draft202012Validator(SERVICE, format_checker=formats)


_CODES: Final = {
    "type": "kind",
    "enum": "choice",
    "minimum": "range",
    "maximum": "range",
    "multipleOf": "range",
    "pattern": "empty",
    "maxLength": "long",
}


def issues_of(document: Any) -> list[Issue]:
    """What is wrong with one service, in the order of its fields; nothing where it may be kept."""
    if not isinstance(document, dict):
        return [Issue("object")]
    is_deep, is_exact = _walked(document)
    if is_deep:
        return [Issue("deep")]
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return [Issue("letters")]
    except ValueError:  # larger than any number of JSON's readers
        return [Issue("number")]
    if b"\\u0000" in text:
        return [Issue("letters")]
    if len(text) > MOST_LETTERS:
        return [Issue("large")]
    if not is_exact:
        return [Issue("exact")]
    wrong = (issue for error in _validator().iter_errors(document) for issue in _issues(error))
    found = list(islice(wrong, MOST_ISSUES + 1)) or list(islice(_between_fields(document), MOST_ISSUES + 1))
    said = sorted(found[:MOST_ISSUES], key=lambda issue: issue.where)
    return [*said, Issue("more")] if len(found) > MOST_ISSUES else said


class _Shortened(float):
    """A number of a file of which digits were lost in reading."""


def _number(text: str) -> float:
    value = float(text)
    try:
        return value if Decimal(text) == Decimal(repr(value)) else _Shortened(text)
    except ArithmeticError:  # an exponent beyond all
        return _Shortened(text)


def _walked(document: Any) -> tuple[bool, bool]:
    """Whether it is too deep, and whether each of its numbers was read as it stands. Without calling itself, so that no depth ends it."""
    level, is_exact = [document], True
    for _deep in range(MOST_DEEP):
        level = [one for thing in level for one in _inside(thing)]
        is_exact = is_exact and not any(isinstance(one, _Shortened) for one in level)
        if not level:
            return False, is_exact
    return any(isinstance(one, (dict, list)) for one in level), is_exact


def _inside(thing: Any) -> Iterable[Any]:
    if isinstance(thing, dict):
        return thing.values()
    return thing if isinstance(thing, list) else ()


def _issues(error: ValidationError) -> Iterable[Issue]:
    path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in error.absolute_path)
    where = path.removeprefix(".")
    if error.validator == "required":  # each field that is not there has an error of its own
        lacking = re.match(r"'(\w+)'", error.message)
        yield Issue("lacks", f"{where}.{lacking[1]}".removeprefix(".") if lacking else where)
    elif error.validator == "format":
        yield Issue(str(error.validator_value), where)
    else:
        yield Issue(_CODES[str(error.validator)], where)


def _between_fields(document: dict[str, Any]) -> Iterable[Issue]:
    low, high = document.get("minimum_age"), document.get("maximum_age")
    if low is not None and high is not None and low > high:
        yield Issue("ages", "minimum_age")
    for number, one in enumerate(document.get("schedules", ())):
        if ("opens_at" in one) != ("closes_at" in one):
            yield Issue("hours", f"schedules[{number}]")


@dataclass
class ServiceRow:
    """One service of a file, with what would become of it. `number`: 1 is the first."""

    number: int
    document: Any
    issues: list[Issue] = field(default_factory=list)
    outcome: Outcome = Outcome.NEW

    def say(self, code: str, where: str = "") -> None:
        self.issues.append(Issue(code, where))
        self.outcome = Outcome.ASIDE

    def again(self) -> None:
        """Before it is compared with what is there now: only what is wrong with the row itself stays."""
        self.issues = [issue for issue in self.issues if issue.code not in COMPARED]
        self.outcome = Outcome.ASIDE if self.issues else Outcome.NEW

    @property
    def key(self) -> uuid.UUID | None:
        return uuid.UUID(self.document["id"]) if self.outcome is not Outcome.ASIDE else None

    @property
    def name(self) -> str:
        """As a page says it, of a row that may be wrong."""
        name = self.document.get("name") if isinstance(self.document, dict) else None
        return name[:MOST_NAME] if isinstance(name, str) else ""


@dataclass(frozen=True)
class File:
    """The rows of a file, and of how many pages of services it says that it is which: 1 of 1 where it says nothing."""

    rows: list[ServiceRow]
    page: int = 1
    pages: int = 1


def read(content: bytes) -> File:
    """Every row of a file, those with issues too: one service, a list of them, or a page as the profile has it (`contents`). Raises
    `NotRead`."""
    said = _said(content)
    rows = [ServiceRow(number, document) for number, document in enumerate(_documents(said), start=1)]
    seen: set[uuid.UUID] = set()
    for row in rows:
        for issue in issues_of(row.document):
            row.say(issue.code, issue.where)
        if row.key in seen:
            row.say("twice", "id")
        elif row.key:
            seen.add(row.key)
    return File(rows, _count(said, "page_number"), _count(said, "total_pages"))


def _count(said: Any, name: str) -> int:
    value = said.get(name) if isinstance(said, dict) else None
    return value if type(value) is int and 0 < value < 1_000_000 else 1


def _said(content: bytes) -> Any:
    if len(content) > MOST_BYTES:
        raise NotRead("The file is larger than 5 MB. Split it into several.")
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_float=_number,
        )
    except NotRead:
        raise
    except (ValueError, RecursionError):
        raise NotRead(
            "The file is not JSON in UTF-8. Ask whoever made it for a file in Open Referral UK."
        ) from None


def _documents(said: Any) -> list[Any]:
    if isinstance(said, dict):
        said = said.get("contents", [said])
    if not isinstance(said, list) or not said:
        raise NotRead(
            "There is no service in the file. It holds one service, a list of them, or a page with “contents”."
        )
    if len(said) > MOST_ROWS:
        raise NotRead("The file has more than 2,000 services. Split it into several.")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NotRead(
            "An object of the file names the same field twice, so that one of the two would be lost. Name it once."
        )
    return made


def _no_number(_name: str) -> Any:
    raise NotRead("The file holds NaN or Infinity, which are no numbers in JSON. Take them out.")


def page_of(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """All of them as the profile's page of services: each as it came."""
    return {
        "total_items": len(documents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(documents),
        "first_page": True,
        "last_page": True,
        "empty": not documents,
        "contents": documents,
    }
