"""What pages may read of profiles. `user` is always the first argument.

A profile that is not released yet is for whoever draws up or releases profiles. What was released is for everybody who sees
profiles; of what was withdrawn there is the notice alone.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.cases.assessment import queries as assessments
from heard.cases.context import queries as contexts
from heard.cases.disruption import queries as disruption
from heard.cases.missing import queries as missing
from heard.engine import publish
from heard.govuk.environment import day, number
from heard.insight.release import rules
from heard.insight.release.models import Profile, ReleaseDecision
from heard.insight.release.rules import EVER_RELEASED, TO_DECIDE, DocumentKind, Form, ReleaseState
from heard.insight.run import rules as run_rules
from heard.knowledge import load
from heard.network import queries as network_queries

if TYPE_CHECKING:
    import uuid

    from heard.agencies.models import User
    from heard.engine.publish import Policy

SAYS: Final = "profile.json"
CONTENT_TYPES: Final = {
    Form.HTML: "text/html",
    Form.PDF: "application/pdf",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "application/zip",
}
_NAMES: Final[dict[str, str]] = {DocumentKind.PROFILE: "profile", DocumentKind.ANNUAL: "annual-report"}
_ENDING: Final = {Form.CSV: "csv.zip"}
_FIRST_DAY: Final = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # of every entry of a ZIP, so that the same tables are the same bytes


@dataclass(frozen=True)
class Sheet:
    """A table as a person reads it: under each heading a text; the first of each row says what the row is. `counts`: the
    columns of counts, from 0."""

    head: list[str]
    rows: list[list[str]]
    counts: frozenset[int]


@dataclass(frozen=True)
class ReleaseSection:
    """One part of a profile: what it says in words, of whom, and under a picture (a `data:` address; `narrow`: that for a phone) its table. `level`: of its heading,
    3 for what is a part of the section before."""

    heading: str
    words: list[str]
    coverage: str
    picture: str
    narrow: str
    sheet: Sheet | None
    level: int = 2


@dataclass(frozen=True)
class ReleasePart:
    """A page of a profile: by which name it is asked for, and what it is called."""

    name: str
    title: str


@dataclass(frozen=True)
class Content:
    """What a profile says. `contents`: the pages on which it is read, in order; `sections`: of all of them, or of the one that was asked for. `made_on`: on which day a report was counted. `sources`, `fields` and `linking`: how good the data are, which is read before any figure;
    `linking` is None where the run did not measure it, `reach` where it did not write what each source could see (and its pictures are empty), and all are of a report that was counted in Heard."""

    period: str
    made_on: date
    rule: str
    policy: str
    findings: list[str]
    sources: Sheet | None
    fields: Sheet | None
    linking: Sheet | None
    reach: Sheet | None
    reach_picture: str
    reach_narrow: str
    notes: list[str]
    contents: list[ReleasePart]
    sections: list[ReleaseSection]


def profiles_visible_to(user: User) -> QuerySet[Profile]:
    """Newest first, with the people who drew them up and withdrew them."""
    rows = Profile.objects.select_related("author", "withdrawn_by", "run")
    if user.may(May.DRAW_PROFILE) or user.may(May.RELEASE):
        return rows
    return rows.filter(_ever_released()) if user.may(May.SEE_PROFILES) else rows.none()


def profile_visible_to(user: User, profile_id: uuid.UUID) -> Profile:
    """With what people decided on it, or `Hidden`."""
    decided = Prefetch("decisions", ReleaseDecision.objects.select_related("by"))
    try:
        return profiles_visible_to(user).prefetch_related(decided, "writers").get(pk=profile_id)
    except Profile.DoesNotExist:
        raise Hidden from None


def waiting_for(user: User) -> QuerySet[Profile]:
    """Profiles that this user may release or send back now, the oldest first."""
    rows = profiles_visible_to(user) if user.may(May.RELEASE) else Profile.objects.none()
    left = rows.filter(state__in=TO_DECIDE).exclude(author=user).exclude(writers=user)
    return left.exclude(decisions__by=user).order_by("asked_at")


def policies(user: User) -> dict[str, Policy]:
    """What whoever draws a profile up chooses among, by name: the partnership's own in the folder `policies` of the data, else
    those that Heard brings. Raises `NotDone` where one of them is none."""
    if not user.may(May.HOLD_FIGURES):
        _for_who_draws_up(user)
    return publish.policies(Path(settings.DATA) / "policies")


def policy_of(user: User, profile: Profile) -> Policy:
    """What was hidden and rounded in a profile that somebody reads."""
    if not user.may(May.SEE_PROFILES):
        raise Hidden
    return publish.policy_of(profile.policy, f"The policy of {profile.title}")


def is_silent(user: User, profile: Profile) -> bool:
    """Its worker was killed: whoever draws profiles up begins it again."""
    under_way = profile.state == ReleaseState.DRAWING and user.may(May.SEE_PROFILES)
    return run_rules.is_silent(under_way=under_way, beat_at=profile.beat_at, now=timezone.now())


def ever_released(user: User) -> list[Profile]:
    """All that was ever public, withdrawn ones too, the oldest first: what an outsider may have kept."""
    if not user.may(May.RELEASE):
        _for_who_draws_up(user)
    return list(Profile.objects.filter(_ever_released()).order_by("released_at", "pk"))


def why_not_decide(user: User, profile: Profile) -> str | None:
    """Of a profile with its decisions."""
    return rules.why_not_decide(**stands(user, profile))


def stands(user: User, profile: Profile) -> dict[str, Any]:
    """How this user stands to what is to be released, as `rules.why_not_decide` takes it."""
    return {
        "state": profile.state,
        "is_author": profile.author_id == user.pk,
        "has_written": any(writer.pk == user.pk for writer in profile.writers.all()),
        "has_decided": any(decision.by_id == user.pk for decision in profile.decisions.all()),
    }


def missing_episodes(user: User, *, since: date, until: date) -> list[dict[str, Any]]:
    """Rows of the engine's `missing_episodes`, of what was noted in Heard: true counts, for the engine alone to hide."""
    _for_who_draws_up(user)
    months = missing.episodes_by_month(user, since=since, until=until)
    return [
        {"month": f"{month:%Y-%m}", "count": episodes, "children": children}
        for month, (episodes, children) in sorted(months.items())
    ]


def patterns_recorded(user: User, *, since: date, until: date) -> list[dict[str, Any]]:
    """Rows of the engine's `patterns_recorded`: true counts, for the engine alone to hide. None where nobody recorded any,
    since that says nothing of the patterns."""
    _for_who_draws_up(user)
    found = assessments.children_by_pattern(user, since=since, until=until)
    patterns = load.current().patterns if found else ()
    return [{"pattern": pattern.id, "count": found.get(pattern.id, 0)} for pattern in patterns]


def patterns_around(user: User, *, since: date, until: date) -> list[dict[str, Any]]:
    """Rows of the engine's `patterns_around`, as `patterns_recorded`."""
    _for_who_draws_up(user)
    found = contexts.patterns_by_what(user, since=since, until=until)
    patterns = load.current().patterns if found else ()
    return [
        {"pattern": pattern.id, "about": about, "count": found.get((pattern.id, about), 0)}
        for pattern in patterns
        for about in contexts.ABOUT
    ]


def harm_recorded(user: User, *, since: date, until: date) -> list[dict[str, Any]]:
    """Rows of the engine's `harm_recorded`: true counts, for the engine alone to hide. Of a part of which nobody recorded anything there is no row:
    that would say that there is nothing."""
    _for_who_draws_up(user)
    time = {"since": since, "until": until}
    steps = disruption.steps_by_kind(user, **time)
    found = {
        "who": network_queries.adults_said_to_harm(user, **time),
        "with": network_queries.handles_of_adults_said_to_harm(user, **time),
        "where": contexts.places_by_district(user, **time),
        "came": contexts.found_afterwards(user, **time),
    }
    rows = [
        {"part": part, "what": what, "state": "", "count": some.get(what, 0)}
        for part, some in found.items()
        if some
        for what in (rules.HARM[part] or sorted(some, key=lambda text: (not text, text)))
    ]
    kinds = rules.HARM["done"] if steps else ()
    rows += [
        {"part": "done", "what": kind, "state": state, "count": steps.get((kind, state), 0)}
        for kind in kinds
        for state in rules.STATES
    ]
    return rows


def content_of(user: User, profile_id: uuid.UUID, *, part: str | None = None) -> Content:
    """What a profile that may be read says; `Hidden` where it is not drawn up, or withdrawn. `part`: of which page the sections are, and `Hidden` where
    there is no such page; "" for none."""
    profile = profile_visible_to(user, profile_id)
    if rules.why_not_fetch(state=profile.state):
        raise Hidden
    told = json.loads((profile.folder / SAYS).read_text("utf-8"))
    quality, hidden = told["quality"], told["policy"]["hidden"]
    parts = rules.in_parts((one["id"], one.get("level", 2)) for one in told["sections"])
    contents = _contents(told["sections"], parts, bool(quality))
    if part and part not in {content.name for content in contents}:
        raise Hidden
    read = range(len(told["sections"])) if part is None else parts.get(part, [])
    return Content(
        period=told["period"]["words"],
        made_on=date.fromisoformat(told.get("made_on", told["as_of"])),
        rule=told["rule"],
        policy=told["policy"]["words"],
        findings=told["findings"],
        sources=_sources(quality["sources"], hidden) if quality else None,
        fields=_of_lines(quality["fields"], hidden) if quality else None,
        linking=_of_lines(quality["linking"], hidden) if quality and quality["linking"] else None,
        reach=_of_lines(quality["reach"], hidden) if quality and quality.get("reach") else None,
        reach_picture=_picture(profile, quality.get("picture")) if quality else "",
        reach_narrow=_picture(profile, quality.get("narrow")) if quality else "",
        notes=quality["notes"] if quality else [],
        contents=contents,
        sections=[
            _section(one, hidden, *(_picture(profile, one.get(name)) for name in ("picture", "narrow")))
            for one in (told["sections"][place] for place in read)
        ],
    )


def _contents(
    sections: list[dict[str, Any]], parts: dict[str, list[int]], has_quality: bool
) -> list[ReleasePart]:
    """A page of several sections is called by what they have in common, one with a single one as that."""
    titles = {
        "children": _("Children known, and who holds their signs"),
        "patterns": _("Patterns"),
        "harm": _("Who harms, with what and where, and what was done"),
        "homes": _("Where the children live"),
        "who": _("Sex and ethnicity"),
    }
    told = [
        ReleasePart(name, titles.get(name, first) if len(places) > 1 else first)
        for name, places in parts.items()
        for first in [sections[places[0]]["heading"]]
    ]
    return [*([ReleasePart(rules.QUALITY, _("How good the data are"))] if has_quality else []), *told]


def sections_as_read(user: User, told: Iterable[dict[str, Any]], hidden: str) -> list[ReleaseSection]:
    """Of a report that is not put up yet, for whoever writes it; `hidden`: the symbol that stands for what is hidden."""
    if not user.may(May.HOLD_FIGURES):
        raise Hidden
    return [_section(row, hidden) for row in told]


def file_of(profile: Profile, form: Form) -> tuple[bytes, str]:
    """The bytes of a profile in this form, and the name under which they are saved."""
    name = f"{_NAMES[profile.kind]}-{profile.as_of:%Y-%m-%d}-{profile.pk.hex[:8]}.{_ENDING.get(form, form)}"
    if form == Form.CSV:
        return _zipped(profile), name
    return (profile.folder / f"profile.{form}").read_bytes(), name


def fingerprints(profile: Profile) -> dict[str, str]:
    """The SHA-256 of each file of a profile, by its path within the folder."""
    paths = (path for path in sorted(profile.folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(profile.folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths
    }


def _for_who_draws_up(user: User) -> None:
    if not user.may(May.DRAW_PROFILE):
        raise Hidden


def _ever_released() -> Q:
    return Q(state__in=EVER_RELEASED)


def _section(told: dict[str, Any], hidden: str, picture: str = "", narrow: str = "") -> ReleaseSection:
    grid = told["grid"]
    return ReleaseSection(
        told["heading"],
        told["words"],
        told["coverage"],
        picture,
        narrow,
        _sheet(grid["head"], [_indented(**row) for row in grid["rows"]], hidden) if grid else None,
        told.get("level", 2),
    )


def _sources(lines: list[dict[str, str]], hidden: str) -> Sheet:
    """One row for each source, in words for people; the tidy table has totals too."""
    head = [_("Source"), _("Agency, and what it is"), _("From and to"), _("Rows set aside"), _("Records")]
    rows = [
        [
            line["source"],
            f"{line['agency']}, {line['kind']}",
            _("%(from)s to %(to)s") % {side: _day(line[side]) for side in ("from", "to")},
            line["rows_set_aside"],
            line["count"],
        ]
        for line in lines
        if line["source"] != "Total"
    ]
    return _sheet(head, rows, hidden)


def _day(text: str) -> str:
    """A date as people read it; other words as they are."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _of_lines(lines: list[dict[str, str]], hidden: str) -> Sheet:
    return _sheet(list(lines[0]) if lines else [], [list(line.values()) for line in lines], hidden)


def _sheet(head: list[str], rows: list[list[str]], hidden: str) -> Sheet:
    columns = enumerate(zip(*rows, strict=True))
    counts = {at for at, texts in columns if at and all(_is_count(text, hidden) for text in texts)}
    said = [[_spelt(text) if at in counts else text for at, text in enumerate(row)] for row in rows]
    return Sheet(head, said, frozenset(counts))


def _is_count(text: str, hidden: str) -> bool:
    return text in ("", hidden) or text.replace(",", "").isdecimal()


def _spelt(count: str) -> str:
    return number(int(count)) if count.isdecimal() else count


def _indented(depth: int, texts: list[str]) -> list[str]:
    return ["\N{EM SPACE}" * depth + texts[0], *texts[1:]]


def _picture(profile: Profile, name: str | None) -> str:
    """As part of the page, so that no address of its own gives it out. An image never runs a script."""
    if not name:
        return ""
    svg = (profile.folder / "pictures" / f"{name}.svg").read_bytes()
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


def _zipped(profile: Profile) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path in _tables_with_layouts(profile):
            archive.writestr(ZipInfo(path.name, _FIRST_DAY), path.read_bytes(), ZIP_DEFLATED)
    return out.getvalue()


def _tables_with_layouts(profile: Profile) -> Iterator[Path]:
    return (path for path in sorted((profile.folder / "tables").iterdir()) if path.is_file())


def newest_released(user: User, *, kind: DocumentKind, until: date) -> Profile | None:
    """The one of this kind that was released last by the end of this day, and is not withdrawn. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    released = Profile.objects.filter(kind=kind, state=ReleaseState.RELEASED, released_at__date__lte=until)
    return released.order_by("-released_at").first()


def suppliers_of(user: User, profile: Profile) -> list[str]:
    """The agencies whose records a released profile was drawn up from, by name; none where that is not known. For those who see figures."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    says = profile.folder / SAYS
    quality = json.loads(says.read_text("utf-8"))["quality"] if says.exists() else None
    lines = quality["sources"] if quality else []
    return sorted({line["agency"] for line in lines if line["source"] != "Total"})
