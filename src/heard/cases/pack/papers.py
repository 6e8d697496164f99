"""What stands on the paper of a pack: drawn from the record, or from an answer that was decided and checked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.attachment.queries import attachments_around
from heard.cases.pack import queries
from heard.cases.pack.binding import PICTURES
from heard.cases.pack.drawing import Pages, Paper, Shown, as_shown
from heard.cases.pack.passages import passages_of
from heard.cases.pack.redacting import Stretch, to_give
from heard.cases.pack.rules import Give, PackPart, Stage
from heard.cases.pack.words import PARTS
from heard.govuk.environment import day, time

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.pack.models import Disclosure, DisclosurePassage, Pack


def paper_of(pack: Pack, heard: Callable[[str, float | None], None]) -> Paper:
    """`Hidden` where whoever asked may not open the record any more."""
    return _of_disclosure(pack) if pack.disclosure_id else _of_record(pack, heard)


def can_be_bound(kind: str) -> bool:
    """Whether the pages of such a file can be put into a PDF."""
    return kind == "pdf" or kind in PICTURES


def _of_record(pack: Pack, heard: Callable[[str, float | None], None]) -> Paper:
    by = pack.asked_by

    def gathered(number: int, of: int) -> None:
        heard(_("Gathering part %(number)s of %(of)s") % {"number": number + 1, "of": of}, number / of)

    passages = passages_of(
        by, pack.person_id, parts=pack.parts, since=pack.since, until=pack.until, heard=gathered
    )
    facts = [
        (_("Born"), day(pack.person.birth_date) or _("not known")),
        (_("What it is for"), pack.purpose),
        (_("For whom"), pack.for_whom),
        (_("Made by"), _("%(who)s, on %(time)s") % {"who": by, "time": time(timezone.now())}),
        (_("What is in it"), ", ".join(str(PARTS[PackPart(part)]) for part in pack.parts)),
        (_("Nothing is written down of"), _empty(pack.parts, {passage.part for passage in passages})),
        (_("Chronology"), _span(pack, timezone.now())),
        (_("What is not in it"), _not_in_it()),
    ]
    return Paper(
        title=_("Case pack: %(name)s") % {"name": pack.person},
        about=_("Confidential. For %(whom)s. Made on %(date)s by %(who)s.")
        % {"whom": pack.for_whom, "date": day(timezone.now()), "who": by},
        facts=facts,
        passages=as_shown(passages),
        files=_pages_of_record(by, pack) if pack.with_pages else [],
    )


def _not_in_it() -> str:
    return _(
        "What the person who made it may not see, and supervision, which belongs to a worker and their supervisor alone."
    )


def _empty(parts: Collection[str], there: Collection[str]) -> str:
    """The parts that were chosen and hold nothing: what is not there is said too."""
    return ", ".join(str(PARTS[PackPart(part)]) for part in parts if part not in there)


def _span(pack: Pack | Disclosure, gathered: Any) -> str:
    """From when to when the chronology is: where nobody chose its end, to the day on which it was gathered."""
    if PackPart.CHRONOLOGY not in pack.parts:
        return ""
    span = {"since": day(pack.since) or _("the beginning"), "until": day(pack.until or gathered)}
    return _("From %(since)s to %(until)s") % span


def _pages_of_record(by: User, pack: Pack) -> list[Pages]:
    return [
        Pages(
            row.pk,
            row.path,
            row.kind,
            [Stretch(row.name)],
            [Stretch(row.what)] if row.what else [],
            row.kept_sha256,
        )
        for row in attachments_around(by, pack.person_id).filter(withdrawn_at=None)
        if can_be_bound(row.kind)
    ]


def _of_disclosure(pack: Pack) -> Paper:
    disclosure = queries.disclosure_visible_to(pack.asked_by, pack.disclosure_id)  # type: ignore[arg-type]
    if disclosure.stage not in (Stage.FINAL, Stage.GIVEN):
        raise Hidden
    shown: list[Shown] = []
    files: list[Pages] = []
    rows = list(queries.passages_in(pack.asked_by, disclosure.pk))
    for row in rows:
        if row.is_withdrawn:
            continue
        heading, text = (to_give(stretches) for stretches in queries.stretches_of(row))
        if row.file_id and row.give == Give.WHOLE:
            if queries.withholds(row):
                raise ValueError("The pages of a file would show what is withheld in it.")
            files.append(_whole_file(row, heading))
        else:
            shown.append(Shown(row.part, heading, text))
    return Paper(
        title=_("Record of %(name)s") % {"name": disclosure.person},
        about=_("Given to %(who)s, who asked for it on %(date)s.")
        % {"who": disclosure.requester_name, "date": day(disclosure.asked_on)},
        facts=_facts_of(disclosure, {passage.part for passage in rows}),
        passages=shown,
        files=files,
        listed=False,
        withheld=True,
    )


def _whole_file(row: DisclosurePassage, heading: list[Stretch]) -> Pages:
    file: Any = row.file
    return Pages(file.pk, file.path, file.kind, heading, sha256=file.kept_sha256)


def _facts_of(disclosure: Disclosure, there: Collection[str]) -> list[tuple[str, str]]:
    return [
        (_("Asked by"), disclosure.requester_name),
        (_("Asked on"), day(disclosure.asked_on)),
        (_("What was asked for"), disclosure.what_asked),
        (_("Answered by"), str(disclosure.agency)),
        (_("What is in it"), ", ".join(str(PARTS[PackPart(part)]) for part in disclosure.parts)),
        (_("Nothing is written down of"), _empty(disclosure.parts, there)),
        (_("Chronology"), _span(disclosure, disclosure.started_at)),
    ]
