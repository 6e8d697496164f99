"""What missing episodes say, with the interview after a return and the form that helps to find the child."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import said_beside
from heard.cases.missing.models import Episode, InterviewOffer
from heard.cases.missing.queries import episodes_visible_to, forms_of
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Piece, Record, fact
from heard.govuk.said import Text, choice, joined, labelled, lines, moment, say

if TYPE_CHECKING:
    from heard.agencies.models import User


def _last_seen(one: Episode) -> Text:
    return say(_("Last seen: %(where)s, by %(who)s"), where=one.last_seen_where, who=one.last_seen_by)


def _since(one: Episode) -> Text:
    if one.found_at:
        span = {"since": moment(one.missing_from), "until": moment(one.found_at)}
        return say(_("Missing from %(since)s to %(until)s"), **span)
    return say(_("Missing since %(time)s"), time=moment(one.missing_from))


def _chronology(one: Episode) -> Iterator[ChronologyEntry]:
    kind, page = EntryKind.MISSING, ("episode", one.pk)
    text, who = (_last_seen(one), one.what_is_known), one.noted_by_id
    yield fact(kind, one.missing_from, say(_("Missing")), *text, who=who, page=page)
    if one.found_at:
        back = say(_("Back: %(where)s"), where=one.found_where)
        yield fact(kind, one.found_at, back, one.condition, who=one.found_noted_by_id, page=page)
    for offer in one.offers.all():
        what, when = say(_("Return home interview not offered")), offer.noted_at
        if offer.offered_at:
            what, when = (
                say(_("Return home interview offered by %(who)s"), who=offer.by_whom),
                offer.offered_at,
            )
        answer = choice(offer, "outcome") if offer.offered_at else ""
        yield fact(kind, when, what, answer, offer.why, who=offer.noted_by_id, page=page)
    interview = getattr(one, "interview", None)
    if interview:
        held = _("Return home interview, by %(who)s")
        if interview.is_heard:
            held = _("Heard after coming back, by %(who)s")
        elif one.held is None:
            held = _("Not reached for the return home interview, by %(who)s")
        heard, who = say(held, who=interview.with_whom), interview.noted_by_id
        yield fact(kind, interview.held_at, heard, interview.would_help, who=who, page=page)


def _on_paper(one: Episode) -> Iterator[Passage]:
    text = lines(
        labelled(_("From"), joined(choice(one, "from_where"), one.from_detail)),
        labelled(_("Last seen"), f"{one.last_seen_where}, {one.last_seen_by}"),
        labelled(_("What is known"), one.what_is_known),
        labelled(_("In danger"), choice(one, "danger")),
        one.danger_why,
        labelled(_("Reported to the police"), moment(one.reported_at)),
        labelled(_("Police reference"), one.police_reference),
        labelled(_("Why it was not reported"), one.why_not_reported),
        labelled(_("Clothing"), one.clothing),
        labelled(_("Mood"), one.mood),
        labelled(_("Money"), one.money),
        labelled(_("Telephone"), one.phone_state),
        labelled(_("Back"), joined(moment(one.found_at), one.found_where, one.found_by)),
        labelled(_("How the child was"), one.condition),
        labelled(
            _("Seen by the police since"), joined(choice(one, "check_by_police"), one.check_note, by=": ")
        ),
        *(_offer(offer) for offer in one.offers.all()),
    )
    yield Passage(_since(one), text)
    interview = getattr(one, "interview", None)
    if interview:
        said = {"time": moment(interview.held_at), "who": interview.with_whom}
        text = _("Return home interview on %(time)s by %(who)s")
        if interview.is_heard:
            text = _("Heard on %(time)s by %(who)s")
        elif one.held is None:
            text = _("Not reached on %(time)s by %(who)s for the return home interview")
        yield Passage(say(text, **said), _interview(interview))


def _offer(one: InterviewOffer) -> Text:
    if one.offered_at is None:
        label = say(_("Return home interview not offered, noted on %(time)s"), time=moment(one.noted_at))
        return labelled(label, one.why)
    about = {"time": moment(one.offered_at), "who": one.by_whom}
    label = say(_("Return home interview offered on %(time)s by %(who)s"), **about)
    return labelled(label, joined(choice(one, "outcome"), one.why, by=". "))


def _interview(one: Any) -> Text:
    return lines(
        labelled(_("How they are independent"), one.independent),
        labelled(_("Who else was there"), one.who_else),
        said_beside(one),
        labelled(_("Where the child was"), one.where_was),
        labelled(_("Who with"), one.who_with),
        labelled(_("What made the child leave"), one.pushed),
        labelled(_("What drew the child"), one.pulled),
        labelled(_("What would help"), one.would_help),
        labelled(_("What was passed on"), one.passed_on),
    )


def _to_share(one: Episode) -> Iterator[Piece]:
    text = [_last_seen(one), one.what_is_known]
    if one.found_at:
        back = {"time": moment(one.found_at), "where": one.found_where, "who": one.found_by}
        text += [say(_("Back: %(time)s, %(where)s, %(who)s"), **back), one.condition]
    yield Piece(f"episode-{one.pk}", "missing", _since(one), lines(*text))


def in_referral(one: Episode) -> Text:
    back = say(_("back %(time)s"), time=moment(one.found_at)) if one.found_at else say(_("not back yet"))
    return joined(moment(one.missing_from), back, one.found_where, one.condition, by="; ")


class _Forms:
    def passages(self, user: User, person_id: uuid.UUID) -> Iterator[Passage]:
        """The version in force."""
        for one in forms_of(user, person_id)[:1]:
            about = {"version": one.version, "date": one.written_at}
            heading = say(_("What helps to find the child, version %(version)s of %(date)s"), **about)
            text = lines(
                labelled(_("What the child looks like"), one.description),
                labelled(_("Friends and people"), one.associates),
                labelled(_("Places"), one.places),
                labelled(_("Health"), one.medical),
                labelled(_("Money"), one.finance),
                labelled(_("Social media"), one.social_media),
                labelled(_("Telephone"), one.phone),
                labelled(_("Transport"), one.transport),
                labelled(_("What helps"), one.what_helps),
                labelled(_("Written with"), one.prepared_with),
            )
            yield Passage(heading, text)


EPISODES = Record(
    _("Missing episodes"),
    Episode.objects.filter(taken_back_at=None)
    .annotate(unreached=Episode.not_reached())
    .select_related("interview__words")
    .prefetch_related("offers")
    .order_by("missing_from"),
    "person",
    episodes_visible_to,
    chronology=_chronology,
    pack=_on_paper,
    share=_to_share,
)
FORMS = _Forms()
