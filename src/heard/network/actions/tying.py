"""Every write about ties and how they are known. Each leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.agencies.actions import record_audit, record_looks
from heard.agencies.rules import May, refuse
from heard.network import merging
from heard.network.actions.around import add_group, add_place
from heard.network.actions.people import add_person
from heard.network.handles import known_handle
from heard.network.models import LookedAgain, Node, Tie, TieSource
from heard.network.queries import (
    kept_instead_of,
    look_at,
    source_visible_to,
    tie_with_ends,
    web,
    why_not_undo_noting,
)
from heard.network.rules import (
    OTHER,
    UNDONE,
    How,
    NodeKind,
    Reach,
    in_order,
    is_directed,
    postcodes_in,
    vocabulary,
    why_not_give_kind,
    why_not_look_again,
    why_not_note_source,
    why_not_note_tie,
    why_not_withdraw,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

type End = tuple[str, Any]  # the kind of a node, and what it is


@dataclass(frozen=True)
class Knows:
    """How somebody knows of a tie. `about`, `about_id`: the record that it comes from, where it does."""

    words: str
    how: str = How.WORK
    who: str = ""
    basis: str = ""
    reach: str = Reach.ENDS
    who_reach: str = Reach.ENDS
    about: str = ""
    about_id: uuid.UUID | None = None
    source_grade: str = ""
    known_grade: str = ""
    handling: str = ""
    conditions: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Says:
    """What a tie says. `back`: the kind is read from the other to the one."""

    kind: str = OTHER
    in_words: str = ""
    back: bool = False


@dataclass(frozen=True)
class Called:
    """Somebody or something that is not in Heard yet: a handle of this kind (`HandleType`), else a place or group of this kind or an
    adult, who is called so."""

    end: str
    name: str
    kind: str = ""
    service: str = ""


@transaction.atomic
def note_tie(
    *,
    by: User,
    one_id: uuid.UUID,
    other_id: uuid.UUID,
    kind: str = OTHER,
    in_words: str = "",
    back: bool = False,
    knows: Knows,
) -> Tie:
    """Notes that the one is tied to the other in this way, and how that is known. `back`: the kind is read from the other to the
    one. Where the same tie is there already, this becomes a further source of it. `Hidden` unless the user may see both."""
    door = web(by)
    return _note(by, door.end(one_id), door.end(other_id), Says(kind, in_words.strip(), back), knows)


@transaction.atomic
def note_tie_to(
    *,
    by: User,
    one_id: uuid.UUID,
    end: str,
    other_id: uuid.UUID | None = None,
    new_name: str = "",
    new_kind: str = "",
    service: str = "",
    kind: str = OTHER,
    in_words: str = "",
    back: bool = False,
    knows: Knows,
) -> Tie:
    """Notes a tie to what is at a key, or without one to what is called so: a handle of this type, or else a place or group of this
    kind or an adult, who is added."""
    other = other_id or Called(end, new_name, new_kind, service)
    says = Says(kind, in_words, back)
    return note_tie_between(by=by, one=one_id, other=other, says=says, knows=knows)[0]


@transaction.atomic
def note_tie_between(
    *, by: User, one: uuid.UUID | Called, other: uuid.UUID | Called, says: Says, knows: Knows
) -> tuple[Tie, uuid.UUID, uuid.UUID]:
    """Notes a tie between two of what is at a key and what is not in Heard yet, and is added. The tie, and the keys of the one and the
    other."""
    begin, finish = (
        _called(by, end) if isinstance(end, Called) else web(by).end(end) for end in (one, other)
    )
    tie = _note(by, begin, finish, Says(says.kind, says.in_words.strip(), says.back), knows)
    return tie, begin[1].pk, finish[1].pk


def _note(by: User, one: End, other: End, says: Says, knows: Knows) -> Tie:
    merging.hold(one[1].pk, other[1].pk)
    one, other = _as_it_stands(by, one), _as_it_stands(by, other)
    begin, finish = (other, one) if says.back else (one, other)
    refuse(
        why_not_note_tie(
            kind=says.kind,
            in_words=says.in_words,
            one=one[0],
            other=other[0],
            same=one[1].pk == other[1].pk,
            first_is_child=begin[0] == NodeKind.PERSON and begin[1].kind == "child",
            back=says.back,
        )
    )
    turned = not says.back and not in_order(says.kind, one[0], other[0])
    if turned:
        begin, finish = finish, begin
    asked = Tie(
        first_id=begin[1].pk, second_id=finish[1].pk, kind=says.kind, in_words=says.in_words, release=vocabulary()[0],
        said_of_second=turned and says.kind == OTHER,
    )  # fmt: skip
    tie = _same_tie(asked)
    if tie is None:
        asked.save()
        tie = asked
    _add_source(by, tie, knows)
    return tie


def _as_it_stands(by: User, end: End) -> End:
    """Of two that somebody merged meanwhile, the one that goes on; or `Hidden`."""
    _kind, this = end
    this.refresh_from_db(fields=["merged_into"])
    return web(by).end(kept_instead_of(by, this.pk) or this.pk) if this.merged_into_id else end


@transaction.atomic
def note_source(*, by: User, tie_key: uuid.UUID, knows: Knows) -> TieSource:
    """A further word for a tie that the user may see."""
    return _add_source(by, web(by).tie(tie_key), knows)


@transaction.atomic
def withdraw_source(*, by: User, source_id: uuid.UUID, why: str) -> TieSource:
    """What was noted is not so, or may not be kept as known. It stays with who withdrew it and why, and counts for nothing. Whoever answers
    for what rests on it learns of it (`TOLD_OF_WITHDRAWN`)."""
    source = source_visible_to(by, source_id)
    theirs = source.holder_id in by.agencies_where(May.SEE_CHILD) or by.may(May.SEE_PARTNERSHIP)
    refuse(why_not_withdraw(is_theirs=theirs, withdrawn=source.withdrawn_at is not None, why=why))
    return _withdraw(by, source, why.strip())


@transaction.atomic
def undo_source(*, by: User, source_id: uuid.UUID) -> TieSource:
    """Withdraws, without asking for a reason, what they noted themselves on the same day; whoever read it meanwhile learns of it as of
    what is withdrawn later. `Refused` of what others noted and of another day."""
    source = source_visible_to(by, source_id)
    refuse(why_not_undo_noting(by, source))
    return _withdraw(by, source, UNDONE)


def _withdraw(by: User, source: TieSource, why: str) -> TieSource:
    source.withdrawn_at, source.withdrawn_by, source.why_withdrawn = timezone.now(), by, why
    source.save(update_fields=["withdrawn_at", "withdrawn_by", "why_withdrawn"])
    _audit(by, "withdraw", source.tie, reason=why)
    for tell in settings.TOLD_OF_WITHDRAWN:
        import_string(tell)(by=by, source=source)
    return source


@transaction.atomic
def look_again(*, by: User, source_id: uuid.UUID, why: str) -> TieSource:
    """Somebody looked again at an old source that waits for them, and it stays as it is for 12 months more."""
    source, why_not = look_at(by, source_id)
    refuse(why_not or why_not_look_again(why=why))
    LookedAgain.objects.create(source=source, why=why.strip(), looked_by=by)
    _audit(by, "look again", source.tie, reason=why.strip())
    return source


@transaction.atomic
def give_kind(*, by: User, tie_key: uuid.UUID, kind: str, back: bool = False) -> Tie:
    """Says which kind of the vocabulary a tie is that has words alone, read from the one that they are said of, or back. It keeps them."""
    tie = web(by).tie(tie_key)
    merging.hold(tie.first_id, tie.second_id)
    tie = web(by).tie(tie_key)
    refuse(why_not_give_kind(kind=kind, has_one=tie.kind != OTHER))
    one, other = (web(by).end(key) for key in tie.way)
    begin, finish = (other, one) if back else (one, other)
    refuse(
        why_not_note_tie(
            kind=kind,
            in_words=tie.in_words,
            one=one[0],
            other=other[0],
            same=False,
            first_is_child=getattr(begin[1], "kind", "") == "child",
            back=back,
        )
    )
    if not in_order(kind, begin[0], finish[0]):
        begin, finish = finish, begin
    tie.first_id, tie.second_id = begin[1].pk, finish[1].pk
    tie.kind, tie.release, tie.said_of_second = kind, vocabulary()[0], False
    tie.save()
    _audit(by, "change", tie)
    return tie


@transaction.atomic
def open_tie(*, by: User, tie_key: uuid.UUID) -> Tie:
    """The tie, for showing, also where all that was known of it was withdrawn, with a 'view' row for each person at an end; or `Hidden`."""
    tie = tie_with_ends(by, tie_key)
    record_looks(by=by, subject="tie", subject_id=tie.key, person_ids=_people(tie))
    return tie


def _called(by: User, new: Called) -> End:
    added: Any
    name = new.name.strip()
    if new.end == NodeKind.HANDLE:
        added = known_handle(new.kind, new.service, name)
    elif new.end == NodeKind.PERSON:
        given, _space, family = name.rpartition(" ")
        added = add_person(by=by, given_name=given, family_name=family, kind="adult", why="Is around a child")
    elif new.end == NodeKind.PLACE:
        added = add_place(by=by, name=name, kind=new.kind, postcode=next(iter(postcodes_in(name)), ""))
    else:
        added = add_group(by=by, name=name, kind=new.kind)
    return new.end, added


def _same_tie(asked: Tie) -> Tie | None:
    ends = Q(first=asked.first_id, second=asked.second_id, said_of_second=asked.said_of_second)
    if not is_directed(asked.kind):
        ends |= Q(first=asked.second_id, second=asked.first_id)
    return Tie.objects.filter(ends, kind=asked.kind, in_words__iexact=asked.in_words).order_by("pk").first()


def _add_source(by: User, tie: Tie, knows: Knows) -> TieSource:
    said = asdict(knows)
    about, about_id = said.pop("about"), said.pop("about_id")
    refuse(
        why_not_note_source(
            **said,
            kind=tie.kind,
            has_agency=by.team is not None,
            of_a_record=about_id is not None,
            today=timezone.localdate(),
        )
    )
    source = TieSource(
        tie=tie,
        about=about,
        about_id=about_id,
        noted_by=by,
        holder=by.team.agency if by.team else None,
        recorded_at=timezone.now(),
        **(said | {name: said[name].strip() for name in ("words", "who", "conditions")}),
    )
    source.full_clean()
    source.save()
    _audit(by, "note", tie)
    return source


def _people(tie: Tie) -> set[uuid.UUID]:
    people = Node.objects.filter(pk__in=(tie.first_id, tie.second_id), kind=NodeKind.PERSON)
    return set(people.values_list("pk", flat=True))


def _audit(by: User, verb: str, tie: Tie, reason: str = "") -> None:
    """It stands on the pages of both, where both are people; between two others the row names nobody."""
    people: list[uuid.UUID | None] = [*sorted(_people(tie))]
    for person_id in people or [None]:
        record_audit(by=by, verb=verb, subject="tie", subject_id=tie.key, person_id=person_id, reason=reason)
