"""Bringing a chart in, saying who is meant, accepting its rows; taking a drawing out. Each leaves its audit rows in the same
transaction, and every tie is noted by the action of the network, so that all its rules hold."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.sharing.bases import CONSENT, bases
from heard.govuk.environment import day, in_words
from heard.graph.exchange import queries, rules
from heard.graph.exchange.models import (
    Incoming,
    IncomingAside,
    IncomingName,
    IncomingTie,
    Meant,
    Outgoing,
    OutgoingPerson,
    OutgoingTie,
)
from heard.graph.exchange.reading import TABLES
from heard.graph.exchange.reading import read as read_file
from heard.graph.exchange.reading.gathering import plain
from heard.graph.exchange.rules import Out, ProposalState, Read, Taking
from heard.graph.exchange.writing import as_file
from heard.network.actions import Called, Knows, Says, note_tie_between
from heard.network.queries import people_visible_to
from heard.network.rules import SAID_TO_HARM, How

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.graph.drawing.queries import Picture
    from heard.graph.exchange.queries import MayBe, ProposedTie, Taken
    from heard.network.models import TieSource

_AT_ONCE: Final = 500
_CHART, _TAKEN = "chart", "drawing out"


@dataclass(frozen=True)
class Given:
    """What whoever brings a chart in says of all its rows."""

    from_whom: str
    why: str
    reach: str
    source_grade: str = ""
    known_grade: str = ""
    handling: str = ""
    conditions: str = ""


@transaction.atomic
def bring_in(*, by: User, file_name: str, digest: str, read: Read, given: Given) -> Incoming:
    """Keeps what the rows of a chart propose. Nothing is noted as known by that: people say of each row."""
    before = queries.same_file(by, digest)
    refuse(
        rules.why_not_bring(
            may_see=by.may(May.SEE_CHILD),
            has_team=by.team is not None,
            from_whom=given.from_whom,
            why=given.why,
            reach=given.reach,
            conditions_lack=given.handling == "C" and not given.conditions.strip(),
            again=f"{timezone.localtime(before).day} {timezone.localtime(before):%B %Y}" if before else "",
        )
    )
    assert by.team is not None
    prints = {one.key: rules.row_print(one, read.named) for one in read.told if one.key}
    known = queries.came_from_here(by, prints)
    aside = [(one.number, one.code, one.about if one.about in TABLES else "") for one in read.aside]
    aside += [(one.number, "known", "") for one in read.told if one.key in known]
    told = [one for one in read.told if one.key not in known]
    chart = Incoming.objects.create(
        file_name=_short(file_name), digest=digest, format=read.format.value, from_whom=given.from_whom.strip(),
        why=given.why.strip(), reach=given.reach, source_grade=given.source_grade, known_grade=given.known_grade,
        handling=given.handling, conditions=given.conditions.strip(), holder=by.team.agency, brought_by=by,
        rows=read.rows, set_aside=len(aside), said="\n".join(read.said),
    )  # fmt: skip
    names = {
        key: IncomingName(
            incoming=chart, kind=read.named[key].kind, text=read.named[key].text, type=read.named[key].type,
            service=read.named[key].service, what=read.named[key].word, is_child=read.named[key].is_child,
        )
        for key in dict.fromkeys(end for one in told for end in (one.first, one.second))
    }  # fmt: skip
    IncomingName.objects.bulk_create(names.values(), batch_size=_AT_ONCE)
    IncomingTie.objects.bulk_create(
        [
            IncomingTie(
                incoming=chart, number=one.number, first=names[one.first], second=names[one.second], said=one.tie,
                words=one.words, valid_from=one.valid_from, valid_to=one.valid_to, handling=one.handling,
                conditions=one.conditions,
            )
            for one in told
        ],
        batch_size=_AT_ONCE,
    )  # fmt: skip
    IncomingAside.objects.bulk_create(
        [
            IncomingAside(incoming=chart, number=number, code=code, table=table)
            for number, code, table in aside
        ],
        batch_size=_AT_ONCE,
    )
    detail = {"rows": read.rows, "set aside": len(aside)}
    record_audit(by=by, verb="bring in", subject=_CHART, subject_id=chart.pk, reason=chart.why, detail=detail)
    return chart


def open_chart(*, by: User, chart_id: uuid.UUID) -> Incoming:
    """A chart, for showing, with a 'view' row for each person whom its names mean; or `Hidden`."""
    chart = queries.chart_visible_to(by, chart_id)
    record_looks(by=by, subject=_CHART, subject_id=chart.pk, person_ids=queries.people_meant(by, chart))
    return chart


@transaction.atomic
def open_name(*, by: User, name_id: uuid.UUID) -> tuple[IncomingName, list[MayBe]]:
    """A name of a chart with whom or what it may mean, for showing, with a 'view' row for each person among them; or `Hidden`."""
    name = queries.name_visible_to(by, name_id)
    found = queries.may_be(by, name)
    if name.kind == "person":
        record_looks(
            by=by, subject=_CHART, subject_id=name.incoming_id, person_ids={one.key for one in found}
        )
    elif name.kind == "handle":  # a number that is asked for is a search: what it showed, by its keys
        shown = {"handle": [str(one.key) for one in found]} if found else {}
        record_audit(by=by, verb="search", subject=_CHART, subject_id=name.incoming_id, detail=shown)
    return name, found


@transaction.atomic
def change_kind(*, by: User, name_id: uuid.UUID, kind: str, type_: str = "") -> IncomingName:
    """Says whether a name is of a person, place, group, or a phone, car or account."""
    name = _name(by, name_id)
    name.kind, name.type, name.node, name.is_new = kind, type_ if kind == "handle" else "", None, False
    name.full_clean(exclude=["incoming"])
    name.save()
    record_audit(by=by, verb="change", subject=_CHART, subject_id=name.incoming_id)
    return name


@transaction.atomic
def say_who(*, by: User, name_id: uuid.UUID, node_id: uuid.UUID | None, what: str = "") -> IncomingName:
    """Says whom or what a name means: one of those that it may mean, or, without a key, another who is in Heard nowhere yet. What
    was said of it outlives the chart. `what`: of a new place or group, which kind."""
    name = _name(by, name_id)
    found = {one.key for one in queries.may_be(by, name)}
    if node_id is not None and node_id not in found:
        raise Hidden
    refuse(
        rules.why_not_be_new(
            kind=name.kind, type_=name.type, text=name.text, is_child=name.is_child, what=what
        )
        if node_id is None
        else None
    )
    Meant.objects.bulk_create(
        [Meant(name=name.meant, node_id=key, same=key == node_id, by=by) for key in sorted(found, key=str)]
    )
    name.node_id, name.is_new, name.said_by = node_id, node_id is None, by
    name.what = what.strip() or name.what
    name.save(update_fields=["node", "is_new", "said_by", "what"])
    person_id = node_id if name.kind == "person" else None
    record_audit(by=by, verb="judge", subject=_CHART, subject_id=name.incoming_id, person_id=person_id)
    return name


@dataclass
class Outcome:
    """What became of rows that somebody accepted: how many are ties now, and of the others by their number, why not."""

    accepted: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def accept(*, by: User, chart_id: uuid.UUID, row_ids: Collection[uuid.UUID], basis: str = "") -> Outcome:
    """Notes the ties that these rows propose, each with the chart as its source and with its grade. Of one that cannot be noted it says why;
    the others are noted all the same. `basis`: for rows that say that somebody harms."""
    chart = queries.chart_visible_to(by, chart_id)
    Incoming.objects.select_for_update().get(pk=chart.pk)
    done = Outcome()
    ties = list(queries.rows_of(by, chart).filter(pk__in=row_ids).order_by("number", "pk"))
    harm = sum(tie.kind == SAID_TO_HARM for tie in queries.as_rows(by, ties))
    for number, tie_id in ((tie.number, tie.pk) for tie in ties):
        try:
            with transaction.atomic():
                # Asked anew for each: what one row made, the next one means.
                [row] = queries.as_rows(by, list(queries.rows_of(by, chart).filter(pk=tie_id)))
                _accept(by, chart, row, basis, harm)
        except (Refused, ValidationError) as problem:
            done.refused.append(
                (number, str(problem) if isinstance(problem, Refused) else problem.messages[0])
            )
        except Hidden:
            done.refused.append(
                (number, str(rules.why_not_accept(state=ProposalState.LEFT, both_known=False, cleared=False)))
            )
        else:
            done.accepted += 1
    Incoming.objects.filter(pk=chart.pk).update(accepted=F("accepted") + done.accepted)
    record_audit(by=by, verb="accept", subject=_CHART, subject_id=chart.pk, detail={"rows": done.accepted})
    return done


def _accept(by: User, chart: Incoming, row: ProposedTie, basis: str, harm: int) -> None:
    """`harm`: how many of the rows that are accepted at once say that somebody harms."""
    this = row.this
    refuse(
        rules.why_not_accept(
            state=this.state,
            both_known=row.is_ready,
            cleared=chart.cleared_at is not None,
            one_here=row.one_here,
            harms=harm if row.kind == SAID_TO_HARM else 0,
        )
    )
    handling, conditions = rules.stricter(
        (this.handling, this.conditions), (chart.handling, chart.conditions)
    )
    source = rules.as_source(this.words, day=day(chart.brought_at), number=this.number)
    knows = Knows(
        words=in_words(source),
        how=How.RECORD,
        who=chart.from_whom,
        basis=basis if row.kind == SAID_TO_HARM else "",
        reach=chart.reach,
        about="chart",
        about_id=chart.pk,
        source_grade=chart.source_grade,
        known_grade=chart.known_grade,
        handling=handling or chart.handling,
        conditions=conditions,
        valid_from=this.valid_from,
        valid_to=this.valid_to,
    )
    says = Says(row.kind, row.in_words, row.back)
    tie, one, other = note_tie_between(
        by=by, one=_end(this.first), other=_end(this.second), says=says, knows=knows
    )
    for name, key in ((this.first, one), (this.second, other)):
        if name.node_id is None:
            IncomingName.objects.filter(pk=name.pk).update(node=key, is_new=False)
    this.state, this.tie_key = ProposalState.ACCEPTED, tie.key
    this.save(update_fields=["state", "tie_key"])


def _end(name: IncomingName) -> uuid.UUID | Called:
    if name.node_id is not None:
        return name.node_id
    kind = name.type if name.kind == "handle" else name.what
    return Called(name.kind, name.text, kind, name.service)


def _name(by: User, name_id: uuid.UUID) -> IncomingName:
    """For saying what it is: nobody accepts rows meanwhile, and none with this name was accepted."""
    name = queries.name_visible_to(by, name_id)
    chart = Incoming.objects.select_for_update().get(pk=name.incoming_id)
    name.refresh_from_db()
    rows = IncomingTie.objects.filter(Q(first=name) | Q(second=name), state=ProposalState.ACCEPTED)
    refuse(rules.why_not_judge(cleared=chart.cleared_at is not None, accepted=rows.exists()))
    return name


def _short(file_name: str) -> str:
    file_name = plain(file_name)
    return file_name if len(file_name) <= 60 else f"{file_name[:40]}…{file_name[-19:]}"


@transaction.atomic
def destroy_what_is_past(*, by: None) -> int:
    """Of charts whose 90 days are over, what their rows say. How many there were, what became of them, the ties that were accepted and
    what people said of names stays. How many charts."""
    now = timezone.now()
    charts = list(queries.charts_past_their_day(by, now).select_for_update())
    for chart in charts:
        for rows in (chart.ties, chart.names, chart.asides):
            rows.all().delete()
        chart.cleared_at, chart.said = now, ""
        chart.save(update_fields=["cleared_at", "said"])
        record_audit(by=by, verb="destroy", subject=_CHART, subject_id=chart.pk, detail={"rows": chart.rows})
    return len(charts)


# ---- taking out


@transaction.atomic
def look_to_take(*, by: User, about: str, of: uuid.UUID, how: dict[str, Any]) -> tuple[Picture, Taken]:
    """What would be taken out, for showing, with a 'view' row for each person whom it names; or `Hidden`."""
    picture, taken = _taken(by, about, of, how, salt="")
    # Whose drawing it is stands above it, also where they may not go out.
    named = people_visible_to(by).filter(pk=of).values_list("pk", flat=True)
    record_looks(by=by, subject="drawing", subject_id=of, person_ids={*taken.people, *named})
    return picture, taken


@transaction.atomic
def ask_to_take(*, by: User, about: str, of: uuid.UUID, how: dict[str, Any], taking: Taking) -> Outgoing:
    """Says for whom, why and on which basis a drawing goes out. Where files that this user asked for in 30 days name more than 50 people
    together, for whomever they are, a second person releases it first."""
    salt = secrets.token_hex(32)
    _picture, taken = _taken(by, about, of, how, salt=salt)
    refuse(
        rules.why_not_take(
            may_share=by.may(May.SHARE),
            taking=taking,
            basis_known=taking.basis in bases(),
            is_consent=taking.basis == CONSENT,
            ties=len(taken.ties),
        )
    )
    now = timezone.now()
    together = queries.named_of_late(by, now) | taken.people
    row = Outgoing(
        about=about, of=of, how=how, format=taking.format, recipient=taking.recipient.strip(), purpose=taking.purpose.strip(),
        basis=taking.basis, basis_note=taking.basis_note.strip(), salt=salt, people=len(taken.people), asked_by=by,
        state=Out.ASKED if len(together) > rules.TWO_ABOVE else Out.READY, asked_at=now,
    )  # fmt: skip
    row.digest = _digest(_file(by, row)[0])
    row.full_clean()
    row.save()
    OutgoingPerson.objects.bulk_create(
        [OutgoingPerson(outgoing=row, node_id=key) for key in sorted(taken.people)]
    )
    record_audit(
        by=by,
        verb="ask",
        subject=_TAKEN,
        subject_id=row.pk,
        reason=row.purpose,
        detail={"people": row.people},
    )
    return row


@transaction.atomic
def release(*, by: User, outgoing_id: uuid.UUID, agrees: bool, why: str) -> Outgoing:
    """A second person lets a drawing of many go out, or does not. Who asked takes it."""
    row = _held(by, outgoing_id)
    refuse(
        rules.why_not_release(
            may_share=by.may(May.SHARE) and by.may(May.SEE_PARTNERSHIP),
            state=row.state,
            asked_it=row.asked_by_id == by.pk,
            why=why,
            changed=agrees and _has_changed(row),
            past=rules.is_past(row.asked_at, timezone.now()),
        )
    )
    row.state, row.decided_by, row.decided_at = Out.READY if agrees else Out.REFUSED, by, timezone.now()
    row.why_decided = why.strip()
    row.save()
    record_audit(
        by=by,
        verb="release" if agrees else "refuse",
        subject=_TAKEN,
        subject_id=row.pk,
        reason=row.why_decided,
    )
    return row


@transaction.atomic
def take_out(*, by: User, outgoing_id: uuid.UUID) -> tuple[Outgoing, bytes]:
    """The file, once, for whoever asked for it. Each person whom it names has it in the trail, and whoever works with a child learns of
    it: of each file, and where it went."""
    theirs = Outgoing.objects.select_for_update().filter(asked_by=by).order_by("pk")
    list(theirs.values_list("pk"))  # so that no other of them is taken meanwhile
    row = _held(by, outgoing_id)
    is_theirs = row.asked_by_id == by.pk
    content, taken = _file(by, row) if is_theirs and row.state == Out.READY else (b"", None)
    refuse(
        rules.why_not_fetch(
            state=row.state,
            is_theirs=is_theirs,
            changed=_digest(content) != row.digest,
            past=rules.is_past(row.since, timezone.now()),
            alone=queries.alone(by, row, timezone.now()),
        )
    )
    assert taken is not None
    rows = _as_read(row, content)
    OutgoingTie.objects.bulk_create(
        [
            OutgoingTie(outgoing=row, key=key, tie_key=tie, row=rows.get(key, ""))
            for key, tie in sorted(taken.ties.items())
        ]
    )
    row.state, row.taken_at = Out.TAKEN, timezone.now()
    row.save(update_fields=["state", "taken_at"])
    people: list[uuid.UUID | None] = [*sorted(taken.people)]
    for person_id in people or [None]:
        record_audit(
            by=by, verb="take out", subject=_TAKEN, subject_id=row.pk, person_id=person_id,
            reason=f"{row.recipient}: {row.purpose}",
        )  # fmt: skip
    for person in row.named.filter(node__in=taken.children):
        announce(
            by=by,
            kind=Notified.TAKEN_OUT,
            subject="drawing taken",
            subject_id=person.pk,
            person_id=person.node_id,
        )
    return row, content


@transaction.atomic
def tell_of_withdrawn(*, by: User, source: TieSource) -> None:
    """A source of a tie was withdrawn: whoever took it out in a drawing learns of it, whether or not they may see it still, and whoever let it
    out."""
    for row in queries.held_in(by, source):
        record_audit(by=by, verb="withdraw", subject=_TAKEN, subject_id=row.pk)
        announce(
            by=by,
            kind=Notified.TAKEN_WITHDRAWN,
            subject=_TAKEN,
            subject_id=row.pk,
            named=[row.asked_by, row.decided_by],
        )


def _as_read(row: Outgoing, content: bytes) -> dict[str, str]:
    """What the file says of each tie when it is brought in again, by its key; nothing of a format that is not."""
    if row.format == Outgoing.Format.GEXF:
        return {}
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="chart-", dir=settings.DATA) as folder:
        path = Path(folder) / "chart"
        path.write_bytes(content)
        found = read_file(path, most=rules.MOST_LINES)
    return {
        one.key: rules.sealed_row(row.salt, rules.row_print(one, found.named))
        for one in found.told
        if one.key
    }


@transaction.atomic
def open_outgoing(*, by: User, outgoing_id: uuid.UUID) -> tuple[Outgoing, Picture | None, Taken | None]:
    """A drawing on its way out, with what of the file the user may see while it is to be decided on or taken, and a 'view' row for each person
    among them; or `Hidden`."""
    row = queries.outgoing_visible_to(by, outgoing_id)
    if row.state not in (Out.ASKED, Out.READY):
        return row, None, None
    picture, taken = queries.to_read(by, row)
    record_looks(by=by, subject=_TAKEN, subject_id=row.pk, person_ids=taken.people if taken else frozenset())
    return row, picture, taken


def _taken(by: User, about: str, of: uuid.UUID, how: dict[str, Any], *, salt: str) -> tuple[Picture, Taken]:
    if not by.may(May.SHARE):
        raise Hidden
    picture = queries.drawn(by, about, of, how)
    return picture, queries.takes(by, picture, salt)


def _file(by: User, row: Outgoing) -> tuple[bytes, Taken]:
    """The same for the same drawing, whenever it is made."""
    picture = queries.drawn(by, row.about, row.of, row.how)
    head = rules.head(
        recipient=row.recipient,
        purpose=row.purpose,
        basis=bases()[row.basis].label,
        on=timezone.localdate(row.asked_at),
    )
    taken = queries.takes(by, picture, row.salt, head)
    return as_file(taken.chart, row.format), taken


def _has_changed(row: Outgoing) -> bool:
    """Since it was asked for, for whoever asked."""
    try:
        return _digest(_file(row.asked_by, row)[0]) != row.digest
    except Hidden:
        return True


def _held(by: User, outgoing_id: uuid.UUID) -> Outgoing:
    row = queries.outgoing_visible_to(by, outgoing_id)
    return Outgoing.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=row.pk)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
