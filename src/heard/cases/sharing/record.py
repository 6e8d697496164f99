"""What shares, refusals and requests say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.sharing.models import Delivery, InfoRequest, Share
from heard.cases.sharing.queries import requests_visible_to, shares_visible_to
from heard.govuk.said import Text, choice, labelled, lines, say


def _share(share: Share) -> Iterator[ChronologyEntry]:
    if share.decided_at:
        what = _("Shared with %(other)s") if share.state == "shared" else _("Not shared with %(other)s")
        more: dict[str, Any] = {"who": share.decided_by_id, "page": ("share", share.pk)}
        yield fact(EntryKind.SHARE, share.decided_at, say(what, other=share.other_side), share.why, **more)
    delivery = getattr(share, "delivery", None)
    if delivery is not None:
        yield from _delivered(share, delivery)


def _delivered(share: Share, delivery: Delivery) -> Iterator[ChronologyEntry]:
    """Who opened it there, and that it was withdrawn."""
    page = ("share", share.pk)
    for receipt in delivery.receipts.all():
        opened = say(_("Opened by %(who)s, %(other)s"), who=receipt.user, other=share.other_side)
        yield fact(EntryKind.SHARE, receipt.opened_at, opened, who=receipt.user_id, page=page)
    if delivery.withdrawn_at:
        gone = say(_("Withdrawn from %(other)s"), other=share.other_side)
        who = delivery.withdrawn_by_id
        yield fact(EntryKind.SHARE, delivery.withdrawn_at, gone, delivery.why_withdrawn, who=who, page=page)


def _by_duty(share: Share) -> Iterator[Text]:
    """What the duty to share asked, where it held."""
    if share.is_relevant is not None:
        yield say(
            _("Relevant to the child’s safety or welfare")
            if share.is_relevant
            else _("Not relevant to the child’s safety or welfare")
        )
        yield say(
            _("Telling it would harm the child more")
            if share.harms_more
            else _("Telling it would not harm the child more")
        )


def _share_on_paper(share: Share) -> Iterator[Passage]:
    state, date = choice(share, "state"), share.decided_at or share.prepared_at
    text = lines(
        labelled(_("To whom"), share.to_person),
        labelled(_("What for"), share.purpose),
        labelled(_("Why"), share.why),
        *_by_duty(share),
        labelled(_("Decided by"), share.decided_by),
        labelled(_("What the child was told"), share.told_note),
        *(section.heading for section in share.sections),
    )
    yield Passage(
        say(_("%(other)s, %(date)s: %(state)s"), other=share.other_side, date=date, state=state), text
    )


def _request(one: InfoRequest) -> Iterator[ChronologyEntry]:
    other, page = {"other": one.other_side}, ("request", one.pk)
    asked = _("Asked %(other)s") if one.direction == "we_ask" else _("Asked by %(other)s")
    more: dict[str, Any] = {"noted": one.noted_at, "who": one.noted_by_id, "page": page}
    yield fact(EntryKind.SHARE, one.asked_on, say(asked, **other), one.what, **more)
    if one.answered_on:
        what = say(_("Answer, %(other)s: %(how)s"), how=choice(one, "state"), **other)
        who = one.answer_noted_by_id
        yield fact(EntryKind.SHARE, one.answered_on, what, one.answer, late=True, who=who, page=page)


def _request_on_paper(request: InfoRequest) -> Iterator[Passage]:
    about = {"way": choice(request, "direction"), "other": request.other_side, "date": request.asked_on}
    text = lines(
        labelled(_("The person there"), request.who),
        labelled(_("What is asked for"), request.what),
        labelled(_("What it is needed for"), request.why),
        labelled(_("Answer"), request.answer),
    )
    yield Passage(say(_("%(way)s: %(other)s, %(date)s"), **about), text)


SHARES = Record(
    _("Shares and refusals"),
    Share.objects.select_related("to_agency", "decided_by", "delivery")
    .prefetch_related("delivery__receipts__user")
    .order_by("prepared_at"),
    "person",
    shares_visible_to,
    chronology=_share,
    pack=_share_on_paper,
)
REQUESTS = Record(
    _("Requests for information"),
    InfoRequest.objects.select_related("agency").order_by("asked_on"),
    "person",
    requests_visible_to,
    chronology=_request,
    pack=_request_on_paper,
)
