"""What referrals to another team or agency say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import words_beside
from heard.cases.onward.models import OnwardReferral
from heard.cases.onward.queries import onward_visible_to
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.govuk.said import choice, labelled, lines, say


def _facts(one: OnwardReferral) -> Iterator[ChronologyEntry]:
    other, page = {"other": one.other_side}, ("onward", one.pk)
    yield fact(
        EntryKind.SHARE,
        one.sent_at,
        say(_("Referred to %(other)s"), **other),
        one.what,
        who=one.sent_by_id,
        page=page,
    )
    if one.answered_at:
        what = say(_("Referral to %(other)s: %(state)s"), state=choice(one, "state"), **other)
        yield fact(EntryKind.SHARE, one.answered_at, what, one.answer, who=one.answered_by_id, page=page)


def _on_paper(referral: OnwardReferral) -> Iterator[Passage]:
    text = lines(
        choice(referral, "state"),
        labelled(_("What they are asked to do"), referral.what),
        labelled(_("Why"), referral.why),
        words_beside(referral, referral.words) or labelled(_("What the child says"), referral.child_says),
        labelled(_("Sent by"), referral.sent_by),
        labelled(_("Answer"), referral.answer),
    )
    yield Passage(
        say(_("Referral to %(other)s, %(date)s"), other=referral.other_side, date=referral.sent_at), text
    )


ONWARD = Record(
    _("Referrals to others"),
    OnwardReferral.objects.select_related("to_agency", "to_team", "sent_by", "words").order_by("sent_at"),
    "person",
    onward_visible_to,
    chronology=_facts,
    pack=_on_paper,
)
