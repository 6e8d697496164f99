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


def _last_seen(episode: Episode) -> Text:
    return say(_("Last seen: %(where)s, by %(who)s"), where=episode.last_seen_where, who=episode.last_seen_by)


def _since(episode: Episode) -> Text:
    if episode.found_at:
        span = {"since": moment(episode.missing_from), "until": moment(episode.found_at)}
        return say(_("Missing from %(since)s to %(until)s"), **span)
    return say(_("Missing since %(time)s"), time=moment(episode.missing_from))


def _chronology(episode: Episode) -> Iterator[ChronologyEntry]:
    kind, page = EntryKind.MISSING, ("episode", episode.pk)
    text, who = (_last_seen(episode), episode.what_is_known), episode.noted_by_id
    yield fact(kind, episode.missing_from, say(_("Missing")), *text, who=who, page=page)
    if episode.found_at:
        back = say(_("Back: %(where)s"), where=episode.found_where)
        yield fact(kind, episode.found_at, back, episode.condition, who=episode.found_noted_by_id, page=page)
    for offer in episode.offers.all():
        what, when = say(_("Return home interview not offered")), offer.noted_at
        if offer.offered_at:
            what, when = (
                say(_("Return home interview offered by %(who)s"), who=offer.by_whom),
                offer.offered_at,
            )
        answer = choice(offer, "outcome") if offer.offered_at else ""
        yield fact(kind, when, what, answer, offer.why, who=offer.noted_by_id, page=page)
    interview = getattr(episode, "interview", None)
    if interview:
        held = _("Return home interview, by %(who)s")
        if interview.is_heard:
            held = _("Heard after coming back, by %(who)s")
        elif episode.held is None:
            held = _("Not reached for the return home interview, by %(who)s")
        heard, who = say(held, who=interview.with_whom), interview.noted_by_id
        yield fact(kind, interview.held_at, heard, interview.would_help, who=who, page=page)


def _on_paper(episode: Episode) -> Iterator[Passage]:
    text = lines(
        labelled(_("From"), joined(choice(episode, "from_where"), episode.from_detail)),
        labelled(_("Last seen"), f"{episode.last_seen_where}, {episode.last_seen_by}"),
        labelled(_("What is known"), episode.what_is_known),
        labelled(_("In danger"), choice(episode, "danger")),
        episode.danger_why,
        labelled(_("Reported to the police"), moment(episode.reported_at)),
        labelled(_("Police reference"), episode.police_reference),
        labelled(_("Why it was not reported"), episode.why_not_reported),
        labelled(_("Clothing"), episode.clothing),
        labelled(_("Mood"), episode.mood),
        labelled(_("Money"), episode.money),
        labelled(_("Telephone"), episode.phone_state),
        labelled(_("Back"), joined(moment(episode.found_at), episode.found_where, episode.found_by)),
        labelled(_("How the child was"), episode.condition),
        labelled(
            _("Seen by the police since"),
            joined(choice(episode, "check_by_police"), episode.check_note, by=": "),
        ),
        *(_offer(offer) for offer in episode.offers.all()),
    )
    yield Passage(_since(episode), text)
    interview = getattr(episode, "interview", None)
    if interview:
        said = {"time": moment(interview.held_at), "who": interview.with_whom}
        text = _("Return home interview on %(time)s by %(who)s")
        if interview.is_heard:
            text = _("Heard on %(time)s by %(who)s")
        elif episode.held is None:
            text = _("Not reached on %(time)s by %(who)s for the return home interview")
        yield Passage(say(text, **said), _interview(interview))


def _offer(offer: InterviewOffer) -> Text:
    if offer.offered_at is None:
        label = say(_("Return home interview not offered, noted on %(time)s"), time=moment(offer.noted_at))
        return labelled(label, offer.why)
    about = {"time": moment(offer.offered_at), "who": offer.by_whom}
    label = say(_("Return home interview offered on %(time)s by %(who)s"), **about)
    return labelled(label, joined(choice(offer, "outcome"), offer.why, by=". "))


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


def _to_share(episode: Episode) -> Iterator[Piece]:
    text = [_last_seen(episode), episode.what_is_known]
    if episode.found_at:
        back = {"time": moment(episode.found_at), "where": episode.found_where, "who": episode.found_by}
        text += [say(_("Back: %(time)s, %(where)s, %(who)s"), **back), episode.condition]
    yield Piece(f"episode-{episode.pk}", "missing", _since(episode), lines(*text))


def in_referral(episode: Episode) -> Text:
    back = (
        say(_("back %(time)s"), time=moment(episode.found_at)) if episode.found_at else say(_("not back yet"))
    )
    return joined(moment(episode.missing_from), back, episode.found_where, episode.condition, by="; ")


class _Forms:
    def passages(self, user: User, person_id: uuid.UUID) -> Iterator[Passage]:
        """The version in force."""
        for form in forms_of(user, person_id)[:1]:
            about = {"version": form.version, "date": form.written_at}
            heading = say(_("What helps to find the child, version %(version)s of %(date)s"), **about)
            text = lines(
                labelled(_("What the child looks like"), form.description),
                labelled(_("Friends and people"), form.associates),
                labelled(_("Places"), form.places),
                labelled(_("Health"), form.medical),
                labelled(_("Money"), form.finance),
                labelled(_("Social media"), form.social_media),
                labelled(_("Telephone"), form.phone),
                labelled(_("Transport"), form.transport),
                labelled(_("What helps"), form.what_helps),
                labelled(_("Written with"), form.prepared_with),
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
