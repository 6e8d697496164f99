"""Each kind of local procedure stands on a page that is about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.services.test_directory import procedure

from heard.cases.concern.strategy import actions as strategy
from heard.cases.missing import actions as looking
from heard.cases.referral import actions as referring
from heard.cases.sharing import actions as sharing
from heard.services.procedures import Beside


def test_each_kind_of_procedure_is_drawn_by_a_page_that_is_about_it(
    world: World, worry: Any, draft_plan: Any
) -> None:
    case, worker = draft_plan.case, world.social_worker
    discussion = strategy.plan_discussion(
        by=world.coordinator, concern_id=worry.pk, planned_on=timezone.localdate()
    )
    episode = looking.note_missing(
        by=worker, person_id=case.person_id, missing_from=timezone.now() - timedelta(days=1), why_not_reported="She rang",
        last_seen_where="The bus stop", last_seen_by="Her aunt", danger="not_known",
    )  # fmt: skip
    share = sharing.prepare_share(
        by=world.coordinator, person_id=case.person_id, purpose="So that she is met", pieces=[], free_text="Met at the gate",
        to_person="Ann Lee", to_outside="Southgate College", how="mail",
    )  # fmt: skip
    referral = referring.start_referral(by=worker, case_id=case.pk)
    from heard.cases.assessment import actions as assessing

    assessment = assessing.start_assessment(by=worker, case_id=case.pk)
    pages = {
        Beside.DECISION: (world.coordinator, reverse("concern_correct", args=[worry.pk])),
        Beside.ASSESSMENT: (worker, reverse("assessment", args=[assessment.pk])),
        Beside.PLAN: (worker, reverse("plan", args=[draft_plan.pk])),
        Beside.INTERVIEW: (worker, reverse("episode", args=[episode.pk])),
        Beside.SAFETY: (worker, reverse("safety", args=[case.pk])),
        Beside.STRATEGY: (world.coordinator, reverse("strategy", args=[discussion.pk])),
        Beside.SHARE: (world.coordinator, reverse("share", args=[share.pk])),
        Beside.REFERRAL: (worker, reverse("referral", args=[referral.pk])),
    }
    assert set(pages) == set(Beside)
    for kind in Beside:
        for number in range(5):
            procedure(world, title=f"How we work: {kind.value} {number}", beside=[kind.value])
    client = Client()
    for kind, (user, address) in pages.items():
        client.force_login(user)
        page = client.get(address).content.decode()
        assert f"How we work: {kind.value} 3" in page, kind
        assert f"How we work: {kind.value} 4" not in page, kind
        assert "More: all local procedures" in page, kind
        assert page.count("How we work: ") == page.count(f"How we work: {kind.value} "), kind
