"""The pages of supervision: for the two, and for nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.supervision.conftest import in_days

from heard.agencies.models import AuditRow
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.supervision import actions
from heard.cases.supervision.models import RecordedDecision, Supervision, SupervisionAction

PAGES = [
    "supervision",
    "supervision_prepare",
    "supervision_hold",
    "supervision_move",
    "supervision_call_off",
    "supervision_decision_add",
    "supervision_action_add",
    "supervision_correct",
]
SENT = ["supervision_confirm"]
OF_ACTIONS = ["supervision_action_done", "supervision_action_undo"]


def at(name: str, row) -> str:
    return reverse(name, kwargs={"supervision_id": row.pk})


def on(name: str, day) -> dict[str, int]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def record(**given):
    return (
        on("held_on", timezone.localdate())
        | on("next_on", in_days(28))
        | {"talked": "What it is like when she does not come.", "wellbeing": "Tired."}
        | given
    )


@pytest.mark.parametrize("who", ["coordinator", "teacher", "analyst", "board_member", "administrator"])
def test_to_everybody_else_it_is_not_there(client, world, held, who):
    client.force_login(getattr(world, who))
    for name in (*PAGES[1:], *SENT):
        assert client.post(at(name, held), record()).status_code == 404, name
    action = SupervisionAction.objects.create(
        supervision=held, what="Rest", owner=world.social_worker, due_on=in_days(5)
    )
    for name in OF_ACTIONS:
        assert client.post(reverse(name, args=[held.pk, action.pk])).status_code == 404, name
    for name in PAGES:
        assert client.get(at(name, held)).status_code == 404, name
    assert "Sol Wright" not in client.get(reverse("supervisions")).text


def test_each_page_opens_for_the_two(client, world, held):
    for user in (world.social_worker, world.supervisor):
        client.force_login(user)
        for name in PAGES:
            page = client.get(at(name, held))
            assert page.status_code == 200, name
            assert "Only the two of you see this." in page.text


def test_supervision_is_planned_prepared_held_and_read(client, world):
    client.force_login(world.social_worker)
    begin = {"who": f"supervisor-{world.supervisor.pk}"} | on("planned_on", in_days(2))
    page = client.post(reverse("supervision_begin"), begin, follow=True).text
    assert "Sol Wright with Sufi Visram" in page
    row = Supervision.objects.get()
    client.post(at("supervision_prepare", row), {"stays_with": "Her silence"})
    client.force_login(world.supervisor)
    assert "Her silence" in client.get(at("supervision_hold", row)).text
    page = client.post(at("supervision_hold", row), record(), follow=True).text
    assert "What it is like when she does not come." in page
    for user in (world.supervisor, world.social_worker):
        client.force_login(user)
        page = client.post(at("supervision_confirm", row), follow=True).text
    assert "Read by both" in page
    page = client.post(at("supervision_correct", row), {"text": "It was a Tuesday."}, follow=True).text
    assert "It was a Tuesday." in page
    client.force_login(world.supervisor)
    assert "You have both read this record" in client.get(at("supervision_hold", row)).text


def test_a_record_that_says_too_little_is_kept_as_it_was_typed(client, world, planned):
    client.force_login(world.supervisor)
    sent = record(talked="", wellbeing="Much better than in March")
    assert "Write what you talked about" in client.post(at("supervision_hold", planned), sent).text
    assert "Much better than in March" in client.get(at("supervision_hold", planned)).text
    client.force_login(world.social_worker)
    assert "Much better than in March" not in client.get(at("supervision_hold", planned)).text
    assert Supervision.objects.get().state == "planned"


def test_actions_are_agreed_and_done(client, world, planned):
    client.force_login(world.supervisor)
    what = {"what": "Two days off", "who": "worker"} | on("due_on", in_days(5))
    assert "Two days off" in client.post(at("supervision_action_add", planned), what, follow=True).text
    action = SupervisionAction.objects.get()
    client.force_login(world.social_worker)
    assert "Two days off" in client.get(reverse("supervisions")).text
    for wrong in ("9" * 30, action.pk + 1):
        for name in OF_ACTIONS:
            assert client.post(reverse(name, args=[planned.pk, wrong])).status_code == 404
    done, undo = (reverse(name, args=[planned.pk, action.pk]) for name in OF_ACTIONS)
    assert f'action="{done}"' in client.get(reverse("home")).text
    page = client.post(done, {"back": "home"}, follow=True)
    action.refresh_from_db()
    assert action.done_on == timezone.localdate()
    assert page.redirect_chain[-1][0] == reverse("home")
    assert f'action="{undo}"' in page.text
    assert "This is done already." in client.post(done, follow=True).text

    assert "To do again: Two days off." in client.post(undo, follow=True).text
    action.refresh_from_db()
    assert action.done_on is None
    SupervisionAction.objects.update(done_on=in_days(-1))
    assert "on the day on which it was marked" in client.post(undo, follow=True).text
    assert SupervisionAction.objects.get().done_on == in_days(-1)


def test_what_is_overdue_stands_in_the_work_of_the_two(client, world, planned):
    Supervision.objects.update(planned_on=in_days(-5))
    for user in (world.supervisor, world.social_worker):
        client.force_login(user)
        page = client.get(reverse("home")).text
        assert at("supervision", planned) in page
        assert "Overdue by 5 days" in page
    client.force_login(world.coordinator)
    assert at("supervision", planned) not in client.get(reverse("home")).text


def test_a_day_is_moved_and_supervision_called_off(client, world, planned):
    client.force_login(world.social_worker)
    client.post(at("supervision_move", planned), on("planned_on", in_days(6)))
    planned.refresh_from_db()
    assert planned.planned_on == in_days(6)
    page = client.post(at("supervision_call_off", planned), {"why": "She changes teams"}, follow=True).text
    assert "Called off: She changes teams" in page


def test_the_words_are_shown_before_a_decision_reaches_the_childs_record(client, world, case, planned):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    client.force_login(world.supervisor)
    assert "Mina Okoro" in client.get(at("supervision_decision_add", planned)).text
    said = {"case": str(case.pk), "text": "Two of us go.", "reason": "She is at ease with two."}
    client.post(at("supervision_decision_add", planned), said)
    client.post(at("supervision_hold", planned), record())
    page = client.get(at("supervision", planned)).text
    assert "Okoro" not in page
    decision = Supervision.objects.get(pk=planned.pk).decisions.get()
    address = reverse("supervision_record", kwargs={"decision_id": decision.pk})
    assert address in page
    before = AuditRow.objects.filter(person_id=case.person_id).count()
    shown = client.get(address).text
    assert "Two of us go." in shown
    assert "They wait for me after school." in shown
    assert AuditRow.objects.filter(person_id=case.person_id).count() == before + 1
    client.force_login(world.coordinator)
    assert client.get(address).status_code == 404
    client.force_login(world.social_worker)
    sent = {"text": "Two of us go.", "reason": "She asked for it.", "which": "none", "why_no_words": "Friday"}
    assert "Give the reason" in client.post(address, sent | {"reason": ""}).text
    assert "The decision is in the child’s record." in client.post(address, sent, follow=True).text
    assert RecordedDecision.objects.get().reason == "She asked for it."
    assert "in the child’s record already" in client.get(address).text


def test_nothing_of_supervision_stands_in_the_childs_record(client, world, case, planned):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    actions.add_decision(
        by=world.supervisor,
        supervision_id=planned.pk,
        case_id=case.pk,
        text="Between us",
        reason="Between us",
    )
    client.force_login(world.social_worker)
    for name in ("child", "child_chronology"):
        assert "Between us" not in client.get(reverse(name, kwargs={"person_id": case.person_id})).text


def test_pages_ask_the_database_the_same_however_much_there_is(client, world, case, held):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    client.force_login(world.supervisor)

    def ask() -> list[int]:
        counts = []
        for address in (at("supervision", held), reverse("supervisions")):
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))
        return counts

    def add(number: int) -> None:
        key = {"by": world.supervisor, "supervision_id": held.pk}
        actions.add_action(**key, what=f"A {number}", for_worker=False, due_on=in_days(number))
        actions.add_decision(**key, case_id=case.pk, text=f"D {number}", reason="x")

    add(1)
    few = ask()
    for number in range(2, 12):
        add(number)
        Supervision.objects.create(
            worker=world.social_worker, supervisor=world.supervisor, planned_on=in_days(number), state="called_off"
        )  # fmt: skip
    assert ask() == few
