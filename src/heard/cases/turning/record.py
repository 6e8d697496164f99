"""What referrals to services, and needs that nothing met, say."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_noop as _

from heard.cases.case.record import words_beside
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, Record, fact
from heard.cases.turning.models import ServiceReferral, UnmetNeed
from heard.cases.turning.queries import service_referrals_visible_to, unmet_visible_to
from heard.govuk.said import choice, labelled, lines, say


def _facts(referral: ServiceReferral) -> Iterator[ChronologyEntry]:
    page = ("service_referral", referral.pk)
    standing = [step for step in referral.steps.all() if step.taken_back_at is None]
    for number, step in enumerate(standing):
        what = say(
            _("Referral to %(service)s: %(state)s"), service=referral.called, state=choice(step, "state")
        )
        text = lines(referral.why, step.why) if not number else step.why
        on = referral.sent_at if not number else step.on
        yield fact(EntryKind.SHARE, on, what, text, who=step.written_by_id, noted=step.written_at, page=page)


def _on_paper(referral: ServiceReferral) -> Iterator[Passage]:
    steps = [say(_("%(date)s: %(state)s. %(why)s"), date=step.on, state=choice(step, "state"), why=step.why) for step in referral.steps.all() if step.taken_back_at is None]  # fmt: skip
    text = lines(
        labelled(_("Why"), referral.why),
        words_beside(referral, referral.words) or labelled(_("What the child says"), referral.child_says),
        labelled(_("Sent by"), referral.sent_by),
        *steps,
    )
    yield Passage(
        say(
            _("Referral to the service %(service)s, %(date)s"), service=referral.called, date=referral.sent_at
        ),
        text,
    )


SERVICE_REFERRALS = Record(
    _("Referrals to services"),
    ServiceReferral.objects.select_related("sent_by", "words").prefetch_related("steps").order_by("sent_at"),
    "person",
    service_referrals_visible_to,
    chronology=_facts,
    pack=_on_paper,
)


def _unmet(unmet_need: UnmetNeed) -> Iterator[ChronologyEntry]:
    yield fact(
        EntryKind.SHARE,
        unmet_need.recorded_at,
        say(_("No service met a need: %(need)s"), need=choice(unmet_need, "need")),
        who=unmet_need.recorded_by_id,
    )


def _unmet_on_paper(unmet_need: UnmetNeed) -> Iterator[Passage]:
    text = lines(labelled(_("Recorded by"), unmet_need.recorded_by))
    yield Passage(
        say(
            _("No service met a need: %(need)s, %(date)s"),
            need=choice(unmet_need, "need"),
            date=unmet_need.recorded_at,
        ),
        text,
    )


UNMET_NEEDS = Record(
    _("Needs that no service met"),
    UnmetNeed.objects.filter(taken_back_at=None).select_related("recorded_by").order_by("recorded_at"),
    "person",
    unmet_visible_to,
    chronology=_unmet,
    pack=_unmet_on_paper,
)
