"""What ties, involvement and addresses say, and what an index of whole records reads of them.

What takes no user is for such an index, which is shown to nobody as it is: who reads it is asked what they may see.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from heard.govuk.said import Text, choice, joined, labelled, say
from heard.network.models import (
    MAY_LEAVE,
    Fact,
    Identifier,
    ImportantPerson,
    Involvement,
    Person,
    Tie,
    TieSource,
)
from heard.network.rules import Level, SaidAs
from heard.network.strands import Strand, strands

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from heard.network.models import Address, Told

# Who sees or has seen the record, not only that there is one.
INVOLVED: Final = Involvement.objects.lasting().filter(level__gte=Level.RECORD).select_related("agency")


# What was said of a child, what was so before too.
FACTS: Final = Fact.objects.select_related("written_by").order_by("kind", "written_at", "pk")
IMPORTANT_PEOPLE: Final = ImportantPerson.objects.select_related("written_by").order_by("written_at", "pk")
IDENTIFIERS: Final = Identifier.objects.select_related("written_by").order_by("scheme", "written_at", "pk")


def children() -> QuerySet[Person]:
    """Every child of whom there is a record of their own: none that was merged into another."""
    return Person.objects.filter(kind=Person.Kind.CHILD, merged_into=None)


def around(person_id: uuid.UUID) -> list[Strand]:
    """Who and what is around a child, restricted people among them, as far as it may stand in a text that others read;
    not those whose record was merged into another."""
    gone = Person.objects.exclude(merged_into=None)
    ties = Tie.objects.filter(Q(first=person_id) | Q(second=person_id))
    for end in ("first_id", "second_id"):
        ties = ties.exclude(Exists(gone.filter(pk=OuterRef(end))))
    rows = TieSource.objects.filter(MAY_LEAVE, tie__in=ties, withdrawn_at=None)
    known: dict[int, list[TieSource]] = defaultdict(list)
    for source in rows.select_related("holder", "noted_by"):
        known[source.tie_id].append(source)
    held = ties.filter(pk__in=known).select_related("first", "second").order_by("pk")
    return strands(person_id, list(held), known)


def named(tie: Strand) -> Text:
    told = {"kind": _begins(tie), "name": tie.name}
    if tie.thought_untrue:
        return say(_("%(kind)s (thought to be untrue): %(name)s"), **told)
    return say(_("%(kind)s: %(name)s"), **told)


def _begins(tie: Strand) -> str:
    return tie.reads[:1].upper() + tie.reads[1:]


def in_referral(tie: Strand) -> Text:
    what = f"{tie.name} ({tie.what})" if tie.what else tie.name
    since = say(_(", since %(date)s"), date=tie.since) if tie.since else ""
    told = {"kind": _begins(tie), "what": what, "since": since, "how": tie.how_known}
    return say(_("%(kind)s %(what)s%(since)s. %(how)s"), **told)


def told(row: Told) -> list[Text]:
    """Who said so, since when, until when, and who wrote it down."""
    who: Text = row.said_by or choice(row, "said_as")
    if row.said_as == SaidAs.SELF:
        who = say(_("the child, to %(who)s"), who=row.said_by) if row.said_by else say(_("the child"))
    said = labelled(_("Said by"), joined(who, row.said_on))
    wrote = labelled(_("Written down by"), joined(row.written_by, row.written_at))
    until = labelled(_("Until"), joined(row.until, row.why_ended))
    return [said, labelled(_("Since"), row.since), until, wrote]


def lived(address: Address) -> Text:
    since = say(_("since %(date)s"), date=address.since) if address.since else ""
    until = say(_("until %(date)s"), date=address.until) if address.until else ""
    return joined(address.line, address.postcode, since, until)
