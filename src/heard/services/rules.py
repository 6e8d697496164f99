"""What a service says, whether it is offered, and what a change by hand makes of it. Pure."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from holidays import country_holidays

from heard.agencies.rules import Asks
from heard.services.profile import issues_of

ASSURED_FOR: Final = timedelta(
    days=365
)  # our own: Open Referral UK has the day on which somebody assured it, and no limit
MOST_ADDRESS: Final = 300  # letters of an address from which services are read
TAXONOMY: Final = "Heard: needs"
_TAXONOMY_KEY: Final = uuid.UUID(
    "5f0e4f6e-1f5d-4d0c-9d51-5f4a3c1d7b10"
)  # from which keys of our own terms are made
EVERYWHERE: Final = frozenset({"england", "england and wales", "great britain", "united kingdom", "uk"})
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OF_AREAS: Final = frozenset(
    {"and", "area", "borough", "city", "council", "county", "district", "greater", "metropolitan", "of", "royal", "the", "town"}
)  # fmt: skip  # said in names of areas, and seldom in an address


class Need(StrEnum):
    """With what a service helps, as casework asks. Ours: Open Referral UK leaves terms to whoever publishes."""

    EXPLOITATION = "exploitation"
    MISSING = "missing"
    ADVOCACY = "advocacy"
    COUNSELLING = "counselling"
    MENTAL_HEALTH = "mental_health"
    HEALTH = "health"
    SUBSTANCES = "substances"
    EDUCATION = "education"
    HOUSING = "housing"
    PARENTS = "parents"
    TRAFFICKING = "trafficking"
    ONLINE = "online"
    ACTIVITIES = "activities"
    LEGAL = "legal"


class Status(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    PAUSED = "temporarily closed"


class Open(StrEnum):
    NOW = "now"
    LATER = "later"
    UNKNOWN = "unknown"


KEEP_ASKS: Final = Asks(
    name="Enter the name of the service.",
    organisation="Enter who offers it.",
    description="Say what it does, in a sentence or two.",
)
BRING_ASKS: Final = Asks(
    reason="Say where the file comes from.",
    file="Choose the file.",
    address="Enter the address as your council gives it: it begins with https://, and its host is one that is allowed here.",
)
NOT_REACHED: Final = "Nothing could be read there. Check the address, try again later, or ask for the file."
NOT_PUBLIC: Final = "That host is not on the public internet, and Heard asks no other. Ask for the file."
TOO_LARGE: Final = "What stands there is larger than 5 MB. Ask for it in several pages, and bring each in."
TOO_SLOW: Final = "It took too long to read what stands there. Try again later, or ask for the file."
# Of these the address of an IPv4 host is a part, which would be reached through a gateway.
_TRANSLATED: Final = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10"))
)


def why_not_keep(*, may_keep: bool, name: str, organisation: str, description: str) -> str | None:
    """Whether a service may be added or changed by hand so."""
    if not may_keep:
        return "Your role does not keep the directory of services."
    return KEEP_ASKS.missing(name=name, organisation=organisation, description=description)


def why_not_bring(*, may_keep: bool, reason: str, kept: int) -> str | None:
    """`kept`: rows of the file with which something is done."""
    if not may_keep:
        return "Your role does not keep the directory of services."
    if why_not := BRING_ASKS.missing(reason=reason):
        return why_not
    if not kept:
        return "No row of the file can be brought in. What is wrong with each stands below."
    return None


# ---- from an address


def hosts_of(said: str) -> tuple[str, ...]:
    """Names of hosts out of a setting, with commas. Raises `ValueError` for what is no name, such as an address."""
    hosts = tuple(text.strip().lower() for text in said.split(",") if text.strip())
    for host in hosts:
        if not re.fullmatch(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+", host):
            raise ValueError(
                f"HEARD_SERVICE_HOSTS holds names of hosts, such as directory.example.org: {host!r} is none."
            )
    return hosts


def why_not_fetch(*, address: str, hosts: Collection[str]) -> str | None:
    """`hosts`: those that are allowed here; where there is none, nothing is read from an address."""
    if not hosts:
        return "Nobody has allowed a host here from which services are read. Ask for the file."
    if len(address) > MOST_ADDRESS or not address.isprintable() or " " in address.strip():
        return BRING_ASKS["address"]
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return BRING_ASKS["address"]
    is_plain = (
        parts.scheme == "https" and "@" not in parts.netloc and port in (None, 443) and not parts.fragment
    )
    if not is_plain or (parts.hostname or "").lower() not in hosts:
        return BRING_ASKS["address"]
    return None


def why_not_take(*, status: int, packed: str) -> str | None:
    """What an answer has to be before it is read. `packed`: how it says that it is packed."""
    if 300 <= status < 400:
        return "It leads on to another address, where Heard does not follow. Enter that one, if its host is allowed here."
    if status != 200 or packed not in ("", "identity"):
        return NOT_REACHED
    return None


def is_public(address: str) -> bool:
    """Whether an address of IPv4 or IPv6 is one of the public internet: no private, own, link-local or shared one, also where it stands in another."""
    try:
        one = ip_address(address)
    except ValueError:
        return False
    if isinstance(one, IPv6Address):
        if one.ipv4_mapped:
            return is_public(str(one.ipv4_mapped))
        if any(one in network for network in _TRANSLATED):
            return False
    return one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified)


# ---- what a service says


@dataclass(frozen=True)
class Facts:
    """What is looked for and shown of a service, out of its document."""

    name: str
    organisation: str
    status: Status
    minimum_age: int | None
    maximum_age: int | None
    assured_on: date | None
    areas: tuple[str, ...]
    languages: tuple[str, ...]
    needs: tuple[Need, ...]
    is_area_stated: bool = True  # it names each of its areas, or has none
    recheck_on: date | None = None  # the day by which somebody looks again at what comes with Heard

    @property
    def is_everywhere(self) -> bool:
        """A service that has no area is for all of them; one that draws its area without a name is not."""
        if not self.areas:
            return self.is_area_stated
        return any(area.strip().casefold() in EVERYWHERE for area in self.areas)


def facts_of(document: Mapping[str, Any]) -> Facts:
    """Of a document in which nothing is wrong."""
    assured = document.get("assured_date")
    return Facts(
        name=document["name"].strip(),
        organisation=document.get("organization", {}).get("name", "").strip(),
        status=Status(document["status"]),
        minimum_age=_years(document.get("minimum_age")),
        maximum_age=_years(document.get("maximum_age")),
        assured_on=date.fromisoformat(assured) if assured else None,
        areas=_names(document.get("service_areas", ()), "name", "service_area"),
        languages=_names(document.get("languages", ()), "name", "code", "note"),
        needs=tuple(need for need in Need if need.value in _terms(document)),
        is_area_stated=all(
            _names([one], "name", "service_area") for one in document.get("service_areas", ())
        ),
        recheck_on=_recheck_on(document, assured),
    )


def _recheck_on(document: Mapping[str, Any], assured: str | None) -> date | None:
    """`recheck_by` is ours: Open Referral UK has no such day. Somebody here who checks it after that text was read gives it another year."""
    said = document.get("recheck_by")
    try:
        by = date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        by = None
    return by and max(by, year_after(date.fromisoformat(assured)) if assured else by)


def place_words(text: str) -> str:
    """Of an address, or of the name of an area: its words, folded, without those that many areas have, with a blank around each."""
    words = re.findall(r"\w+", text.casefold())
    return f" {' '.join(word for word in words if word not in _OF_AREAS)} "


def lives_words(line: str, postcode: str) -> str:
    """Where somebody lives, as `place_words`, without the first line of the address: streets are called after other places. '' where
    nothing is known."""
    first, _comma, others = line.replace("\n", ",").partition(",")
    where = f"{others or first} {postcode}"
    return place_words(where) if where.strip() else ""


def languages_to_find(said: Iterable[str]) -> tuple[str, ...]:
    """Languages as somebody’s record says them, folded, each once; without English, in which every service is."""
    folded = (" ".join(text.casefold().split()) for text in said)
    return tuple(dict.fromkeys(text for text in folded if text and text != "english"))


def _years(age: float | None) -> int | None:
    return None if age is None else int(age)


def _names(rows: Any, *fields: str) -> tuple[str, ...]:
    said = (next((row[name].strip() for name in fields if row.get(name, "").strip()), "") for row in rows)
    return tuple(dict.fromkeys(filter(None, said)))


def _terms(document: Mapping[str, Any]) -> set[str]:
    terms = (one.get("taxonomy_term", {}) for one in document.get("attributes", ()))
    return {term.get("term", "") for term in terms if term.get("taxonomy") == TAXONOMY}


def text_of(document: Mapping[str, Any], labels: Mapping[str, str], needs: Iterable[str] = ()) -> str:
    """What is searched: names, descriptions, areas, languages and terms, folded. `labels`: of our own needs; `needs`: those that are
    kept of it."""
    facts = facts_of(document)
    terms = [one.get("taxonomy_term", {}).get("name", "") for one in document.get("attributes", ())]
    parts = (
        facts.name,
        facts.organisation,
        document.get("description", ""),
        document.get("eligibility_description", ""),
        *facts.areas,
        *facts.languages,
        *terms,
        *(labels[need] for need in needs),
    )
    return " ".join(" ".join(parts).casefold().split())


# ---- whether it is offered


def is_offered(status: str) -> bool:
    """A service that is closed, for a time or for good, is never offered."""
    return status == Status.ACTIVE


def is_stale(assured_on: date | None, *, today: date) -> bool:
    """Nobody has said within a year that what stands there is right; a day to come says nothing."""
    return assured_on is None or not timedelta() <= today - assured_on <= ASSURED_FOR


def opening(schedules: Any, *, at: datetime) -> Open:
    """Whether it is open at a moment of local time. Only what is said for each week, with days that are read and for a time that has
    not passed, can be worked out; and what is open on some days of the week may be closed on a bank holiday."""
    weekly = [
        schedule for schedule in schedules if _says_hours(schedule) and _is_in_force(schedule, at.date())
    ]
    states = {_state(one, at) for one in weekly}
    if Open.NOW in states:
        return Open.NOW
    return Open.UNKNOWN if not states or Open.UNKNOWN in states else Open.LATER


def _says_hours(row: Mapping[str, Any]) -> bool:
    return (
        row.get("freq") == "WEEKLY"
        and {"byday", "opens_at", "closes_at"} <= row.keys()
        and row.get("interval", 1) == 1
    )


def _state(row: Mapping[str, Any], at: datetime) -> Open:
    days, today = week_days(row), at.date()
    if days is None or (len(days) < len(DAYS) and today in _bank_holidays(today.year)):
        return Open.UNKNOWN
    opens, closes = (time.fromisoformat(row[name]) for name in ("opens_at", "closes_at"))
    for day in (today, today - timedelta(days=1)):
        if DAYS[day.weekday()] not in days or not _is_in_force(row, day):
            continue
        begins, ends = _moment(day, opens, at), _moment(day, closes, at)
        if ends <= begins:
            ends = _moment(day + timedelta(days=1), closes, at)
        if begins <= at < ends:
            return Open.NOW
    return Open.LATER


def _moment(day: date, hour: time, at: datetime) -> datetime:
    """An hour without an offset is local."""
    return datetime.combine(day, hour, hour.tzinfo or at.tzinfo)


def _is_in_force(row: Mapping[str, Any], day: date) -> bool:
    first, last = row.get("valid_from"), row.get("valid_to")
    return not (first and day < date.fromisoformat(first)) and not (last and day > date.fromisoformat(last))


def week_days(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The days of a schedule as codes (MO), in the order of the week; None where one is written so that nobody can tell."""
    said = [name.strip() for name in row.get("byday", "").split(",") if name.strip()]
    codes = {_code(name) for name in said}
    return None if None in codes else tuple(day for day in DAYS if day in codes)


def _code(name: str) -> str | None:
    if name.upper() in DAYS:
        return name.upper()
    return DAYS[_DAY_NAMES.index(name.casefold())] if name.casefold() in _DAY_NAMES else None


def is_all_day(row: Mapping[str, Any]) -> bool:
    """It opens and closes at the same hour: all day and night."""
    return bool(row.get("opens_at")) and row.get("opens_at") == row.get("closes_at")


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    """Of England, as in `cases.case.rules`."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


# ---- what a file may do to what is here


def is_same(file: Mapping[str, Any], here: Mapping[str, Any]) -> bool:
    """Whether two documents say the same, but for our own needs, which are kept beside the document."""
    return file == here or _without_needs(file) == _without_needs(here)


def _without_needs(document: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        one
        for one in document.get("attributes", ())
        if one.get("taxonomy_term", {}).get("taxonomy") != TAXONOMY
    ]
    others = {name: value for name, value in document.items() if name != "attributes"}
    return others | ({"attributes": rows} if rows else {})


def closes(document: Mapping[str, Any], *, status: str) -> bool:
    """Whether a file says that a service takes nobody, of one that is offered here."""
    return is_offered(status) and not is_offered(document["status"])


def with_needs(document: dict[str, Any], needs: tuple[str, ...], labels: Mapping[str, str]) -> dict[str, Any]:
    """The document as it is taken out: with the needs that are kept beside it."""
    there: list[str] = [need.value for need in Need if need.value in _terms(document)]
    if set(there) == set(needs):
        return document
    row = uuid.UUID(document["id"])
    made = copy.deepcopy(document)
    for need in [need for need in needs if need not in there]:
        made.setdefault("attributes", []).append(
            _attribute(need, lambda need=need: uuid.uuid5(row, need), labels)  # type: ignore[misc]
        )
    _take_needs_out(made, set(there) - set(needs))
    return made


# ---- kept by hand


@dataclass(frozen=True)
class ServiceDetails:
    """What the form holds of a service. Texts may be ''; times '' or as 09:00."""

    name: str
    organisation: str
    description: str
    status: str = Status.ACTIVE.value
    minimum_age: int | None = None
    maximum_age: int | None = None
    needs: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    url: str = ""
    eligibility: str = ""
    how_to_apply: str = ""
    wait: str = ""
    accessibility: str = ""
    days: tuple[str, ...] = ()
    opens_at: str = ""
    closes_at: str = ""
    alert: str = ""


_PLAIN: Final = {
    "name": "name", "description": "description", "status": "status", "minimum_age": "minimum_age",
    "maximum_age": "maximum_age", "email": "email", "url": "url", "eligibility_description": "eligibility",
    "application_process": "how_to_apply", "wait_time": "wait", "alert": "alert",
}  # fmt: skip


def kept_of(document: Mapping[str, Any], needs: tuple[str, ...] | None = None) -> ServiceDetails:
    """What the form begins with. `needs`: those that are kept beside the document; None for its own."""
    facts, week = facts_of(document), _week(document)
    plain = {ours: document.get(theirs) for theirs, ours in _PLAIN.items()}
    ages = {"minimum_age": facts.minimum_age, "maximum_age": facts.maximum_age}
    return ServiceDetails(
        **{name: value or "" for name, value in plain.items()} | ages,  # type: ignore[arg-type]
        organisation=facts.organisation,
        needs=tuple(need.value for need in facts.needs) if needs is None else needs,
        areas=facts.areas,
        languages=facts.languages,
        phone=_first(document.get("phones", ())).get("number", ""),
        accessibility=_accessibility(document).get("description", ""),
        days=week_days(week) or (),
        opens_at=_hour(week.get("opens_at")),
        closes_at=_hour(week.get("closes_at")),
    )


def _hour(said: str | None) -> str:
    return f"{time.fromisoformat(said):%H:%M}" if said else ""


def _first(rows: Any) -> dict[str, Any]:
    return rows[0] if rows else {}


def _week(document: Mapping[str, Any]) -> dict[str, Any]:
    return _first([one for one in document.get("schedules", ()) if one.get("freq") == "WEEKLY"])


def _accessibility(document: Mapping[str, Any]) -> dict[str, Any]:
    places = (one.get("location", {}) for one in document.get("service_at_locations", ()))
    return _first([said for place in places for said in place.get("accessibility", ())])


def changed(
    document: Mapping[str, Any], kept: ServiceDetails, *, new_key: Callable[[], uuid.UUID], labels: Mapping[str, str], checked_on: date | None, at: datetime
) -> dict[str, Any]:  # fmt: skip
    """The document as the form has it now. What the form does not hold stays as it was. `document`: {} for a new service.
    `checked_on`: the day on which somebody said that all of it is right; `labels`: of our own needs."""
    made = copy.deepcopy(dict(document)) or {"id": str(new_key())}
    before = kept_of(document) if document else ServiceDetails("", "", "")
    for theirs, ours in _PLAIN.items():
        _put(made, theirs, getattr(kept, ours), was=getattr(before, ours))
    _organisation(made, kept, before, new_key)
    for name, ours in (("service_areas", "areas"), ("languages", "languages")):
        _put_names(made, name, getattr(kept, ours), getattr(before, ours), new_key)
    _put_needs(made, kept, before, new_key, labels)
    _put_first(made, "phones", "number", kept.phone, before.phone, new_key)
    _put_week(made, kept, before, new_key)
    _put_accessibility(made, kept.accessibility, before.accessibility, new_key)
    if checked_on:
        made["assured_date"] = checked_on.isoformat()
    made["last_modified"] = at.isoformat(timespec="seconds")
    return made


def _put(made: dict[str, Any], name: str, value: Any, *, was: Any) -> None:
    if name in made and _reads_same(value, was):
        return
    if value in ("", None):
        made.pop(name, None)
    else:
        made[name] = value


def _reads_same(value: Any, was: Any) -> bool:
    """A form gives texts back without blanks around them, and with other ends of lines."""
    if isinstance(value, str) and isinstance(was, str):
        return value.split() == was.split()
    return bool(value == was)


def _organisation(
    made: dict[str, Any], kept: ServiceDetails, before: ServiceDetails, new_key: Callable[[], uuid.UUID]
) -> None:
    """Another name is a correction: what else is said of the organisation stays."""
    if kept.organisation == before.organisation:
        return
    if "organization" in made:
        made["organization"] = made["organization"] | {"name": kept.organisation}
    else:
        made["organization"] = {
            "id": str(new_key()),
            "name": kept.organisation,
            "description": kept.organisation,
        }


def _put_names(made: dict[str, Any], name: str, now: tuple[str, ...], before: tuple[str, ...], new_key: Callable[[], uuid.UUID]) -> None:  # fmt: skip
    if now == before:
        return
    stays = [
        row
        for row in made.get(name, ())
        if set(_names([row], "name", "service_area", "code", "note")) & set(now)
    ]
    there = {said for row in stays for said in _names([row], "name", "service_area", "code", "note")}
    made[name] = stays + [{"id": str(new_key()), "name": said} for said in now if said not in there]


def _put_needs(made: dict[str, Any], kept: ServiceDetails, before: ServiceDetails, new_key: Callable[[], uuid.UUID], labels: Mapping[str, str]) -> None:  # fmt: skip
    gone, new = set(before.needs) - set(kept.needs), [need for need in kept.needs if need not in before.needs]
    if not gone and not new:
        return
    _take_needs_out(made, gone)
    made["attributes"] = made.get("attributes", []) + [_attribute(need, new_key, labels) for need in new]


def _take_needs_out(made: dict[str, Any], gone: set[str]) -> None:
    if "attributes" in made:
        made["attributes"] = [row for row in made["attributes"] if not (_terms({"attributes": [row]}) & gone)]


def _attribute(need: str, new_key: Callable[[], uuid.UUID], labels: Mapping[str, str]) -> dict[str, Any]:
    term = {
        "id": str(uuid.uuid5(_TAXONOMY_KEY, need)),
        "name": labels[need],
        "description": labels[need],
        "taxonomy": TAXONOMY,
        "term": need,
    }
    return {"id": str(new_key()), "taxonomy_term": term}


def _put_first(made: dict[str, Any], name: str, field: str, now: str, before: str, new_key: Callable[[], uuid.UUID]) -> None:  # fmt: skip
    if now == before:
        return
    rows = made.setdefault(name, [])
    if not now:
        del rows[:1]
    elif rows:
        rows[0] = rows[0] | {field: now}
    else:
        rows.append({"id": str(new_key()), field: now})


def _put_week(
    made: dict[str, Any], kept: ServiceDetails, before: ServiceDetails, new_key: Callable[[], uuid.UUID]
) -> None:
    now = (kept.days, kept.opens_at, kept.closes_at)
    if now == (before.days, before.opens_at, before.closes_at):
        return
    week = _week(made)
    others = [one for one in made.get("schedules", ()) if one is not week]
    said = {
        "byday": ",".join(kept.days),
        "opens_at": _seconds(kept.opens_at),
        "closes_at": _seconds(kept.closes_at),
    }
    said = {name: value for name, value in said.items() if value}
    stays = {name: value for name, value in week.items() if name not in ("byday", "opens_at", "closes_at")}
    row = (stays or {"id": str(new_key()), "freq": "WEEKLY"}) | said
    made["schedules"] = [row, *others] if said else others


def _seconds(hour: str) -> str:
    return f"{hour}:00" if len(hour) == 5 else hour


def _put_accessibility(made: dict[str, Any], now: str, before: str, new_key: Callable[[], uuid.UUID]) -> None:
    if now == before:
        return
    if there := _accessibility(made):
        there["description"] = now
        return
    row = {"id": str(new_key()), "description": now}
    places = [one["location"] for one in made.get("service_at_locations", ()) if "location" in one]
    if places:
        places[0].setdefault("accessibility", []).append(row)
    else:
        place = {"id": str(new_key()), "location_type": "virtual", "accessibility": [row]}
        made.setdefault("service_at_locations", []).append({"id": str(new_key()), "location": place})


_FIELDS: Final = {theirs: ours for theirs, ours in _PLAIN.items()} | {
    "organization": "organisation", "schedules": "opens_at", "phones": "phone", "service_areas": "areas",
}  # fmt: skip


def why_not_kept(document: dict[str, Any]) -> str | None:
    """What is wrong with a service that was typed, said of the field of the form."""
    found = issues_of(document)
    if not found:
        return None
    field = _FIELDS.get(found[0].where.split("[")[0].split(".")[0])
    said = {field: found[0].sentence} if field else {}
    return Asks(said)[field] if field else found[0].sentence


def changes(document: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    """Whether more than the moment of change is another."""
    return {**document, "last_modified": ""} != {**made, "last_modified": ""}


def why_not_mark(*, may_keep: bool) -> str | None:
    """Whether needs or the status of a service may be set here."""
    return None if may_keep else "Your role does not keep the directory of services."


def year_after(day: date) -> date:
    return day + ASSURED_FOR
