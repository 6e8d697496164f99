"""Each kind of local procedure stands on a page that is about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import make_panel
from tests.conftest import World
from tests.home.test_work import a_case
from tests.services.test_directory import procedure

from heard.agencies.models import User
from heard.cases.concern.strategy import actions as strategy
from heard.cases.leaving import actions as leaving
from heard.cases.missing import actions as looking
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import PanelItem
from heard.cases.referral import actions as referring
from heard.cases.sharing import actions as sharing
from heard.services import actions as services
from heard.services.procedures import Beside


def _pages(world: World, worry: Any, draft_plan: Any) -> list[tuple[Beside, User, str]]:
    """Which pages are about each kind of work, and who does that work."""
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
    handover = leaving.hand_over(
        by=worker, case_id=case.pk, to_council="Eastmoor Council", to_whom="Pat Lowe, team manager", moves_on=None,
        what_sent="The plan", sent_on=timezone.localdate(), ask_again_on=timezone.localdate(),
    )  # fmt: skip
    other = a_case(world)
    panel = meeting.prepare_panel(by=world.coordinator, panel_id=make_panel(world).pk)
    item = PanelItem.objects.get(panel=panel, person=case.person)
    return [
        (Beside.DECISION, world.coordinator, reverse("concern_correct", args=[worry.pk])),
        (Beside.ASSESSMENT, worker, reverse("assessment", args=[assessment.pk])),
        (Beside.PLAN, worker, reverse("plan", args=[draft_plan.pk])),
        (Beside.INTERVIEW, worker, reverse("episode", args=[episode.pk])),
        (Beside.SAFETY, worker, reverse("safety", args=[case.pk])),
        (Beside.STRATEGY, world.coordinator, reverse("strategy", args=[discussion.pk])),
        (Beside.SHARE, world.coordinator, reverse("share", args=[share.pk])),
        (Beside.REFERRAL, worker, reverse("referral", args=[referral.pk])),
        (Beside.PANEL, world.coordinator, reverse("panel_decide", args=[item.pk])),
        (Beside.REVIEW, worker, reverse("review_hold", args=[draft_plan.pk])),
        (Beside.CLOSING, world.coordinator, reverse("case_close", args=[case.pk])),
        (Beside.HANDOVER, worker, reverse("hand_over", args=[other.pk])),
        (Beside.HANDOVER, worker, reverse("handover", args=[handover.pk])),
        (Beside.DISRUPTION, worker, reverse("disruption", args=[case.pk])),
        (Beside.DISRUPTION, worker, reverse("disruption_add", args=[case.pk])),
    ]


def test_each_kind_of_procedure_is_drawn_by_a_page_that_is_about_it(
    world: World, worry: Any, draft_plan: Any
) -> None:
    pages = _pages(world, worry, draft_plan)
    assert {kind for kind, _user, _address in pages} == set(Beside)
    for kind in Beside:
        for number in range(5):
            procedure(world, title=f"How we work: {kind.value} {number}", beside=[kind.value])
    client = Client()
    for kind, user, address in pages:
        client.force_login(user)
        page = client.get(address).content.decode()
        assert f"How we work: {kind.value} 3" in page, address
        assert f"How we work: {kind.value} 4" not in page, address
        assert "More: all local procedures" in page, address
        assert page.count("How we work: ") == page.count(f"How we work: {kind.value} "), address


def test_a_procedure_opens_no_page_and_a_withdrawn_one_stands_beside_nothing(
    world: World, worry: Any, draft_plan: Any
) -> None:
    """Who may not see the child reads the procedure where all of them stand, and nowhere beside the child."""
    pages = _pages(world, worry, draft_plan)
    made = procedure(world, title="How we work: all of it", beside=list(Beside))
    client = Client()
    for _kind, _user, address in pages:
        client.force_login(world.officer)
        page = client.get(address)
        assert page.status_code == 404, address
        assert "How we work" not in page.text, address
    services.withdraw_procedure(by=world.coordinator, procedure_id=made.pk, why="Another stands in its place")
    for _kind, user, address in pages:
        client.force_login(user)
        page = client.get(address)
        assert page.status_code == 200, address
        assert "How we work" not in page.text, address


def test_of_procedures_a_page_asks_one_question_however_many_there_are(
    world: World, worry: Any, draft_plan: Any
) -> None:
    pages = _pages(world, worry, draft_plan)
    client = Client()

    def asked(user: User, address: str) -> tuple[int, int]:
        client.force_login(user)
        client.get(address)  # what a first look writes down
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        of_procedures = [
            query for query in queries if query["sql"].startswith('SELECT "services_procedureedition"')
        ]
        return len(queries), len(of_procedures)

    none = {address: asked(user, address) for _kind, user, address in pages}
    for number in range(5):
        procedure(world, title=f"How we work: {number}", beside=list(Beside))
    many = {address: asked(user, address) for _kind, user, address in pages}
    assert many == none
    assert {address: of for address, (_all, of) in many.items() if of != 1} == {}
