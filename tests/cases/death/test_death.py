"""A child has died: everybody who has to know learns of it at once, nothing goes on as if they lived, and it can be put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment import actions as assessing
from heard.cases.case import actions as casework
from heard.cases.case.models import Death
from heard.cases.case.notices.models import Notice
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.rules import AFTER_DEATH
from heard.cases.clocks import actions as timing
from heard.cases.clocks.models import ClockRun
from heard.cases.concern import actions as telling
from heard.cases.death import actions
from heard.cases.leaving import actions as leaving
from heard.cases.missing import actions as looking
from heard.cases.note import actions as noting
from heard.cases.onward import actions as passing
from heard.cases.onward.rules import OnwardRequest
from heard.cases.own import actions as own
from heard.cases.plan import actions as planning
from heard.cases.record.queries import entries_of
from heard.cases.referral import actions as referring
from heard.cases.review import actions as reviewing
from heard.cases.safety import actions as keeping_safe
from heard.cases.timeline.index import catch_up
from heard.cases.words.rules import ChildsView
from heard.home.queries import LISTS, due_by, my_work
from heard.network.actions import involve, restrict
from heard.network.queries import Whom

TODAY = timezone.localdate()
SAID: dict[str, Any] = {"died_on": TODAY, "who_said": "Dr Lane, hospital"}
# Lists that go on after a death, each with its reason. Every other list about a child leaves the child out.
GOES_ON = {
    "staff": "somebody who works with children may have harmed them, and works with others",
    "child_checks": "what a child hid from somebody who works with children, and with others",
    "child_spoken": "what the child said is written down, and stands in the record",
    "decisions": "a worry that was told is read and decided by a person, whatever happened since",
    "named": "the same worries",
    "held": "whether those who decide about a worry are told whom it names is decided, whatever happened since",
    "teller-questions": "what somebody was asked about a worry",
    "asked-of-us": "what was asked of an agency is answered, or it says why not",
    "restricted-alone": "a record is restricted after a death too, and somebody has to answer for it",
    "told": "whoever told a worry learns what came of it",
    "steps": "about places and groups, not with the child",
    **dict.fromkeys(
        (
            "contexts",
            "contexts-nobody-holds",
            "contexts-to-close",
            "context-assessments",
            "context-sign-offs",
            "context-steps",
            "guardians",
            "contexts-again",
        ),
        "work on a place or group, which is about no child",
    ),
    "openings": "whoever opened a record in an emergency answers for it",
    "disruption": "against those who harm, who may harm others",
    "powers": "against those who harm, who may harm others",
    "grounds": "against those who harm: what rests on what was withdrawn is looked at, whoever it was for",
    "context-grounds": "of a place or group: what rests on what was withdrawn is looked at",
    "panel-grounds": "what a panel decided on what was withdrawn is looked at, whoever it was about",
    "look-again": "what is known of others who are tied there is still read",
    "words": "its query leaves the child out itself",
    "supervision": "about the worker",
    "supervision-actions": "about the worker",
    "panels": "names no child",
    "panel_actions": "what a panel wanted from agencies, also for others",
    "disagreements": "that people disagreed is still to be settled",
    "referrals-to-review": "written before, and read by a second person before anything is sent",
    "referred": "the Home Office answers all the same",
    "offences-to-report": "what was done to the child is still to be reported",
    "requests": "somebody asked for information, and is answered",
    "shares": "what was shared is still looked at again",
    "delivered": "what was shared is still read",
    "not-opened": "the same",
    "records": "requests for the record have a day by law",
    "records-to-check": "the same",
    "packs": "somebody asked for it",
    "alerts": "about readers",
    "holds": "about records",
    "destructions": "about records",
}


NO_CHILD = {
    "undoings",  # of whole imports
    "drafts", "own-mail", "without-mail", "recoveries", "unused", "roles-proposed", "groups-to-agree", "without-groups", "trail",
    "vacant-posts",  # of the child protection team
    "drawings_out", "drawings_decided",  # of all whom a drawing names
    "tables",  # files whose columns are to be described
    "inspections", "inspections-agreed", "inspections-refused",  # of whole partnerships
    "joined",  # of people who were added to a team
    "services-to-recheck",  # of services and procedures
    "audits", "audit-actions", "case-audits", "case-audits-to-open", "proposed", "answered", "digests", "profiles",
}  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def unread(user: User) -> list[str]:
    return [row.notice.kind for row in unread_of(User.objects.get(pk=user.pk))]


@pytest.fixture
def died(world: World, agreed: Any) -> Death:
    return actions.record_death(by=world.coordinator, person_id=agreed.case.person_id, **SAID)


def test_everybody_who_works_with_the_child_is_told_at_once(world: World, agreed: Any) -> None:
    case = agreed.case
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.teacher)
    involve(by=world.coordinator, person=case.person, agency=world.police, why="Looks for those who harm")
    actions.record_death(by=world.coordinator, person_id=case.person_id, **SAID)
    for user in (world.social_worker, world.teacher, world.supervisor, world.officer):
        assert "death" in unread(user), user
    notice = Notice.objects.get(kind="death")
    assert not notice.readers.filter(user=world.coordinator).exists()


def test_whoever_may_not_open_the_record_learns_nothing(world: World, case: Any) -> None:
    restrict(by=world.coordinator, person_id=case.person_id, reason="Threats")
    actions.record_death(by=world.coordinator, person_id=case.person_id, **SAID)
    assert "death" not in unread(world.officer)
    page = reverse("death", args=[case.person_id])
    assert client_of(world.officer).get(page).status_code == 404
    with pytest.raises(Hidden):
        actions.record_death(by=world.officer, person_id=case.person_id, **SAID)
    with pytest.raises(Hidden):
        actions.open_death(by=world.officer, person_id=case.person_id)


def test_who_leads_records_it_and_says_who_told_them(world: World, case: Any) -> None:
    with pytest.raises(Refused, match="a supervisor or a co-ordinator records this"):
        actions.record_death(by=world.teacher, person_id=case.person_id, **SAID)
    client, page = client_of(world.supervisor), reverse("death", args=[case.person_id])
    assert "Record it" not in client_of(world.teacher).get(page).text
    assert "Say who told it: name and role" in client.post(page, {}).text
    tomorrow = TODAY + timedelta(days=1)
    day = {"died_on-day": tomorrow.day, "died_on-month": tomorrow.month, "died_on-year": tomorrow.year}
    client.post(page, {"who_said": "Dr Lane"} | day)
    assert not Death.objects.exists()
    sent = {
        "who_said": "Dr Lane, hospital",
        "about_when": "In the night to Monday",
        "who_is_told": "Her aunt.",
    }
    shown = client.post(page, sent, follow=True).text
    assert "has died." in shown
    assert shown.index("heard-strip__name") < shown.index("has died.") < shown.index("heard-strip__age")
    assert "No social worker is allocated" not in shown
    assert "In the night to Monday" in shown
    with pytest.raises(Refused, match="recorded already"):
        actions.record_death(by=world.coordinator, person_id=case.person_id, **SAID)
    assert AuditRow.objects.filter(verb="record", subject="death", person_id=case.person_id).exists()


def test_the_clocks_of_the_case_stop_and_nobody_is_reminded(world: World, agreed: Any) -> None:
    case = agreed.case
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    timing.note_moment(
        by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=TODAY - timedelta(days=30)
    )
    later = TODAY + timedelta(days=4000)
    assert ClockRun.objects.filter(case=case, met_on=None, ended_on=None).exists()
    assert due_by(world.social_worker, later)
    actions.record_death(by=world.coordinator, person_id=case.person_id, **SAID)
    assert not ClockRun.objects.filter(case=case, met_on=None, ended_on=None).exists()
    for user in (world.social_worker, world.supervisor, world.coordinator):
        assert due_by(User.objects.get(pk=user.pk), later) == []
        for section in my_work(User.objects.get(pk=user.pk)):
            assert section.kind.key in GOES_ON, section.kind.key  # type: ignore[attr-defined]
    shown = client_of(world.social_worker).get(reverse("child", args=[case.person_id])).text
    assert "Hold the review" not in shown


def test_each_list_about_a_child_leaves_the_child_out_or_says_why_not() -> None:
    without = {work_list.key for work_list in LISTS if not work_list.child}
    assert without <= GOES_ON.keys() | NO_CHILD, without - GOES_ON.keys() - NO_CHILD
    assert not {work_list.key for work_list in LISTS if work_list.child} & GOES_ON.keys()


@pytest.mark.parametrize(
    "plan_with",
    [
        lambda by, plan: planning.copy_to_change(by=by, plan_id=plan.pk),
        lambda by, plan: planning.add_decided_action(
            by=by, outcome_id=plan.outcomes.get().pk, what="Meet her", owner=by, due_on=TODAY
        ),
        lambda by, plan: assessing.start_assessment(by=by, case_id=plan.case_id),
        lambda by, plan: leaving.hand_over(
            by=by, case_id=plan.case_id, to_council="x", to_whom="x", what_sent="x", sent_on=TODAY, ask_again_on=TODAY
        ),
        lambda by, plan: leaving.write_after_plan(
            by=by, case_id=plan.case_id, view=ChildsView(why_no_words="x"), who_is_there="x", services="x",
            where_to_live="", who_to_call="x",
        ),
        lambda by, plan: keeping_safe.write_safety_plan(
            by=by, case_id=plan.case_id, getting_worse="x", what_to_do="x", who_to_call="x", child_agreed="x"
        ),
        lambda by, plan: reviewing.hold_review(
            by=by, plan_id=plan.pk, held_on=TODAY, looked={}, view=ChildsView(why_no_words="x"), what_changed="x",
            took_part="x", decision="continue", reason="x", next_review_on=TODAY,
        ),
        lambda by, plan: own.give_own_plan(by=by, plan_id=plan.pk, given_on=TODAY, given_by="x"),
        lambda by, plan: referring.start_referral(by=by, case_id=plan.case_id),
        lambda by, plan: looking.note_missing(
            by=by, person_id=plan.case.person_id, missing_from=timezone.now(), last_seen_where="x", last_seen_by="x",
            danger="x",
        ),
    ],
)  # fmt: skip
def test_nothing_new_is_planned_with_the_child(
    world: World, agreed: Any, died: Death, plan_with: Any
) -> None:
    with pytest.raises(Refused) as refused:
        plan_with(world.social_worker, agreed)
    assert str(refused.value) == AFTER_DEATH


def test_no_interview_is_due_to_the_child_after_a_return(world: World, agreed: Any) -> None:
    child, long_ago = {"person_id": agreed.case.person_id}, timezone.now() - timedelta(days=9)
    seen = {"last_seen_where": "At home", "last_seen_by": "Ola", "danger": "no", "from_where": "home"}
    came = {"found_where": "At home", "found_by": "Ola", "condition": "Well", "check_by_police": "done"}
    episode = looking.note_missing(
        by=world.social_worker, **child, missing_from=long_ago, reported_at=long_ago, **seen,
        back={"found_at": long_ago + timedelta(hours=3), **came},
    )  # fmt: skip
    client, late = client_of(world.social_worker), "days late"
    pages = reverse("episode", args=[episode.pk]), reverse("missing_of", args=[agreed.case.person_id])
    for page in pages:
        assert late in client.get(page).text
    actions.record_death(by=world.coordinator, **child, **SAID)
    for page in pages:
        shown = client.get(page).text
        assert "The child has died" in shown
        assert late not in shown
        assert "Note an offer" not in shown
    assert "None was held. The child has died, so none is due." in client.get(pages[0]).text


def test_the_child_is_referred_to_nobody(world: World, agreed: Any, died: Death) -> None:
    asked = OnwardRequest("x", "y", ChildsView(why_no_words="z"))
    with pytest.raises(Refused) as refused:
        passing.refer_onward(
            by=world.social_worker, person_id=died.person_id, whom=Whom("", world.police), asked=asked
        )
    assert str(refused.value) == AFTER_DEATH


def test_the_record_stays_readable_and_a_note_can_be_written(world: World, agreed: Any, died: Death) -> None:
    client = client_of(world.social_worker)
    for name in ("child", "child_plan", "notes", "words"):
        assert client.get(reverse(name, args=[died.person_id])).status_code == 200
    noting.write_note(
        by=world.social_worker,
        person_id=died.person_id,
        kind="call",
        at=timezone.now(),
        text="Rang her aunt.",
    )
    catch_up()
    told = [entry.what for entry in entries_of(world.social_worker, died.person_id)]
    assert any("died" in str(text) for text in told)


def test_an_urgent_notice_of_the_child_goes_on_to_nobody(world: World, agreed: Any) -> None:
    looking.note_missing(
        by=world.social_worker, person_id=agreed.case.person_id, missing_from=timezone.now() - timedelta(hours=2),
        last_seen_where="Station", last_seen_by="Her aunt", danger="not_known", why_not_reported="They know already.",
    )  # fmt: skip
    waiting = Notice.objects.filter(kind="missing", ended_at=None)
    assert waiting.exists()
    actions.record_death(by=world.coordinator, person_id=agreed.case.person_id, **SAID)
    assert not waiting.exists()
    shown = client_of(world.social_worker).get(reverse("child", args=[agreed.case.person_id])).text
    assert "This child is missing" not in shown


def test_what_was_recorded_by_mistake_is_put_right_and_work_goes_on(world: World, agreed: Any) -> None:
    case = agreed.case
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=TODAY)
    first = actions.record_death(by=world.coordinator, person_id=case.person_id, **SAID)
    again = {"by": world.supervisor, "person_id": case.person_id} | SAID
    with pytest.raises(Refused, match="Say why"):
        actions.correct_death(**again, is_so=False, why_corrected=" ")
    with pytest.raises(Refused, match="puts this right"):
        actions.correct_death(**again | {"by": world.teacher}, is_so=False, why_corrected="x")
    new = actions.correct_death(**again, is_so=False, why_corrected="Another child of that name.")
    assert (new.corrects, new.stands) == (first, False)
    assert "death" in unread(world.coordinator)
    assert ClockRun.objects.filter(case=case, met_on=None, ended_on=None).exists()
    assert planning.copy_to_change(by=world.social_worker, plan_id=agreed.pk).state == "draft"
    shown = client_of(world.social_worker).get(reverse("child", args=[case.person_id])).text
    assert "has died" not in shown.replace("Record that the child has died", "")
    page = client_of(world.social_worker).get(reverse("death", args=[case.person_id])).text
    assert "Another child of that name." in page
    assert "Dr Lane, hospital" in page


def test_where_the_child_has_not_died_what_was_urgent_is_urgent_again_and_what_came_since_stays_so(
    world: World, agreed: Any
) -> None:
    child = agreed.case.person_id

    def danger() -> None:
        telling.tell(
            by=world.teacher,
            person_id=child,
            seen_and_heard="Two people waited for her.",
            why_no_words="Not met yet",
            danger_now="yes",
            danger_done="Rang 999.",
        )

    danger()
    actions.record_death(by=world.coordinator, person_id=child, **SAID)
    assert not Notice.objects.filter(kind="danger", ended_at=None).exists()
    danger()
    actions.correct_death(
        by=world.supervisor, person_id=child, is_so=False, why_corrected="Another child of that name.", **SAID
    )
    assert Notice.objects.filter(kind="danger", ended_at=None).count() == 2


def test_a_day_that_becomes_known_is_a_new_version(world: World, case: Any) -> None:
    first = actions.record_death(by=world.coordinator, person_id=case.person_id, **SAID | {"died_on": None})
    new = actions.correct_death(
        by=world.coordinator, person_id=case.person_id, is_so=True, why_corrected="The doctor rang.", **SAID
    )
    assert (new.corrects, new.stands, new.died_on) == (first, True, TODAY)
    assert Death.objects.filter(stands=True).count() == 1
