"""What may be read about records that are of one person. `user` is always the first argument."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.govuk.environment import day
from heard.network import merging
from heard.network.models import Involvement, Merge, Node, NodeMerge, Person
from heard.network.queries.people import describe, person_visible_to, visible_through
from heard.network.queries.search import Hit, find_described
from heard.network.queries.web import web
from heard.network.rules import EVERYWHERE, kept_number, why_not_merge, why_not_unmerge
from heard.network.strands import BEHIND

if TYPE_CHECKING:
    from django.db.models import Model

    from heard.agencies.models import User

_MERGED_ON: Final = 4  # times in a row that the record which goes on may be merged itself before the first merge is out of sight


@dataclass(frozen=True)
class Detail:
    """One detail of two records. `is_known`: both have it."""

    name: str
    label: str
    kept: str
    merged: str

    @property
    def is_known(self) -> bool:
        return bool(self.kept and self.merged)

    @property
    def differs(self) -> bool:
        return self.kept != self.merged


@dataclass(frozen=True)
class Comparison:
    """Two records side by side, and what merging them would do."""

    kept: Person
    merged: Person
    details: list[Detail]
    moves: list[tuple[str, int]]
    stays: list[tuple[str, int]]
    sees: list[str]
    tied: list[str]
    clashes: list[str]
    why_not: str | None


def may_be_one(user: User, person_id: uuid.UUID) -> list[Hit]:
    """Other records that may be of this person, the likest first. `Hidden` unless the user may see the person."""
    person = person_visible_to(user, person_id)
    known = describe(person)
    local = {
        kept_number(identifier.value)
        for identifier in person.identifiers.all()
        if identifier.scheme not in EVERYWHERE
    }
    asked = replace(known, numbers=tuple(set(known.numbers) - local))  # two agencies may use one number
    hits = find_described(user, asked, kinds=(person.kind,))
    return [hit for hit in hits if hit.may_open and hit.person_id != person_id]


def compare(user: User, kept_id: uuid.UUID, merged_id: uuid.UUID) -> Comparison:
    """`Hidden` unless the user may see both."""
    kept, merged = person_visible_to(user, kept_id), person_visible_to(user, merged_id)
    clashes = clashes_between(user, kept, merged)
    lines = Involvement.objects.running().filter(person__in=(kept, merged))
    lines = lines.select_related("agency", "team", "user").order_by("agency__name", "level", "pk")
    far = {
        line.whom: line.get_level_display() for line in lines
    }  # of one of whom both say something, the farther
    between = [strand.kind for strand in web(user).around(kept.pk) if strand.end_id == merged.pk]
    return Comparison(
        kept=kept,
        merged=merged,
        details=[_detail(name, kept, merged) for name in merging.DETAILS],
        moves=_counted(link.moving(kept, merged) for link in merging.links()),
        stays=_counted(
            link.staying(kept, merged) for link in merging.links() if link.model is not Involvement
        ),
        sees=[f"{whom}: {level}" for whom, level in far.items()],
        tied=between,
        clashes=clashes,
        why_not=why_not_merge(
            may_merge=user.may(May.MERGE),
            same=kept == merged,
            kinds_differ=kept.kind != merged.kind,
            clashes=clashes,
            apart=kept_apart(user, kept, merged),
            reason="given later",
        ),
    )


def clashes_between(user: User, kept: merging.Mergeable, merged: merging.Mergeable) -> list[str]:
    """What both have of which there is one at a time, such as an open case."""
    links = merging.links(type(kept))
    return [str(link.model._meta.verbose_name) for link in links if link.clashes(kept, merged)]


def kept_apart(user: User, kept: Person, merged: Person) -> str | None:
    """What the rule of a table says against putting the rows of both together."""
    return next(filter(None, (link.kept_apart(kept, merged) for link in merging.links())), None)


def kept_instead_of(user: User, key: uuid.UUID) -> uuid.UUID | None:
    """What goes on for a person, place, group or handle that was merged away; None where it was not, or the user may not see it."""
    kind = Node.objects.filter(pk=key).values_list("kind", flat=True).first()
    found: Any = BEHIND[kind]._default_manager.filter(pk=key).first() if kind else None
    while found is not None and found.merged_into_id:
        found = found.merged_into
    if kind is None or found is None or found.pk == key:
        return None
    return found.pk if web(user).nodes(kind).filter(pk=found.pk).exists() else None


def keys_of(user: User, person_id: uuid.UUID) -> list[uuid.UUID]:
    """The key of a person and those of the records that were merged into theirs: what was written down about somebody and
    never changes, such as who looked, stays under the key that it had. One query where nothing was merged.

    The caller has shown that the user may see the person.
    """
    found, last = [person_id], [person_id]
    while last:
        merges = Merge.objects.filter(kept__in=last, undone_at=None).order_by("merged_at")
        last = list(merges.values_list("merged_id", flat=True))
        found += last
    return found


def merges_visible_to(user: User) -> QuerySet[Merge]:
    """What was merged, the latest first, with both people, of whom the user may see the kept one."""
    if not user.may(May.MERGE):
        return Merge.objects.none()
    rows = Merge.objects.filter(_reachable(user))
    return rows.select_related("kept", "merged", "merged_by", "undone_by").order_by("-merged_at", "pk")


def _reachable(user: User) -> Q:
    """The kept person may have been merged on, and on again; undone merges show while both may be seen."""
    goes_on = ("kept" + "__merged_into" * times for times in range(_MERGED_ON + 1))
    seen = reduce(or_, (visible_through(user, path) for path in goes_on))
    open_now = Q(undone_at=None) & seen
    return open_now | (visible_through(user, "kept") & visible_through(user, "merged"))


def merge_visible_to(user: User, merge_id: uuid.UUID) -> Merge:
    merge = merges_visible_to(user).filter(pk=merge_id).first()
    if merge is None:
        raise Hidden
    return merge


def was_merged_again(user: User, merge: Merge | NodeMerge) -> bool:
    """Whether one of the two was merged with another after this, which is not undone."""
    both = (merge.kept_id, merge.merged_id)
    merges: Any = type(merge)._default_manager
    later = merges.filter(Q(kept__in=both) | Q(merged__in=both), undone_at=None)
    return later.filter(merged_at__gt=merge.merged_at).exclude(pk=merge.pk).exists()


def why_not_undo(user: User, merge: Merge) -> str | None:
    """Before a reason is given."""
    return why_not_unmerge(
        may_merge=user.may(May.MERGE),
        undone=merge.undone_at is not None,
        merged_again=was_merged_again(user, merge),
        reason="given later",
    )


def what_stays(user: User, merge: Merge) -> tuple[list[tuple[str, int]], list[str], bool]:
    """What came to the kept person since, by kind, and labels of details that were changed since: both stay there. And
    whether a restriction that came with the merge stays over what came since."""
    added = merging.added_since(merge)
    later = [(_called(model), count) for model, count in added.items() if not _uncounted(model)]
    changed = [
        _label(name)
        for name, (_before, after) in merge.before["values"].items()
        if (getattr(merge.kept, name) or "") != (after or "") and str(getattr(merge.kept, name)) != str(after)
    ]
    return later, changed, bool(added) and merging.restricted_by(merge)


def _detail(name: str, kept: Person, merged: Person) -> Detail:
    return Detail(name, _label(name), _shown(kept, name), _shown(merged, name))


def _shown(person: Person, name: str) -> str:
    value, show = getattr(person, name), getattr(person, f"get_{name}_display", None)
    if value in ("", Person.Sex.NOT_KNOWN):
        return ""
    return day(value) if name == "birth_date" else str(show() if show else value)


def _label(name: str) -> str:
    return {
        "given_name": _("First name"),
        "family_name": _("Family name"),
        "known_as": _("Known as"),
        "birth_date": _("Date of birth"),
        "sex": _("Sex"),
        "nhs_number": _("NHS number"),
        "upn": _("UPN"),
        "legal_status": _("Legal status"),
        "school": _("School or college"),
        "restricted": _("Restricted"),
    }[name]


def _counted(several: Any) -> list[tuple[str, int]]:
    """What each table calls its rows, and how many there are; tables without any are left out."""
    counts: dict[str, int] = {}
    for rows in several:
        count = 0 if _uncounted(rows.model) else rows.count()
        if count:
            counts[_called(rows.model)] = counts.get(_called(rows.model), 0) + count
    return sorted(counts.items())


def _uncounted(model: type[Model]) -> bool:
    """Rows that may be hidden from whoever reads how many there are."""
    return bool(getattr(model, "uncounted", False))


def _called(model: type[Model]) -> str:
    """As screens say it: each table's own name, but where the code's word is another one."""
    said = {
        "cases.Concern": _("worries"),
        "cases.Words": _("words of the child"),
        "cases.WarningNote": _("warnings"),
        "cases.PanelItem": _("items of panels"),
        "cases.InfoRequest": _("requests"),
        "cases.Philomena": _("forms that help to find the child"),
    }
    return said.get(model._meta.label, str(model._meta.verbose_name_plural))
