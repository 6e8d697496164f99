"""My work: what is overdue stands first, whatever it is; each thing with its kind and its rule; and pages for the rest."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import make_record

from heard.agencies import actions
from heard.agencies.actions import begin_draft, save_draft
from heard.agencies.models import Membership, Team, User
from heard.agencies.rules import Hidden, Role
from heard.agencies.waiting import Waiting
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.case import actions as casework
from heard.cases.case.notices.actions import mark_all_seen
from heard.cases.clocks import actions as timing
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.home import queries
from heard.home.waiting import Section, groups_of


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def told(world: World, name: str = "Mina", *, by: User | None = None, danger_done: str = "") -> Any:
    return telling.tell(
        by=by or world.teacher,
        new_person={"given_name": name, "family_name": "Okoro"},
        seen_and_heard="Away on Mondays.",
        why_no_words="Not met yet",
        danger_now="yes" if danger_done else "no",
        danger_done=danger_done,
    )


def a_case(world: World, name: str = "Mina") -> Any:
    return telling.decide(
        by=world.coordinator,
        concern=told(world, name),
        decision="open_case",
        reason="Signs seen",
        feedback="A team looks at it.",
        why_without_words="Not met yet",
    ).case


def things(*days: int | None) -> list[Waiting]:
    return [Waiting(f"thing {number}", "/", days_left=left) for number, left in enumerate(days)]


def test_what_has_a_day_goes_by_how_near_it_is_whatever_it_is() -> None:
    sections = [
        Section("Actions", things(-3, 0, 7, 8), key="actions"),
        Section("Reviews", things(-1, None), key="reviews"),
        Section("Drafts", things(None), key="drafts"),
        Section("Missing", things(None), key="missing"),
    ]
    found = {group.key: [one.heading for one in group.sections] for group in groups_of(sections)}
    assert list(found) == ["missing", "overdue", "today", "soon", "waiting", "later", "drafts"]
    assert found["overdue"] == ["Actions", "Reviews"]
    assert found["soon"] == found["today"] == found["later"] == ["Actions"]
    assert found["waiting"] == ["Reviews"]


def test_what_holds_somebody_else_up_waits_for_them_however_far_its_day_is() -> None:
    sections = [Section(key, things(60), key=key) for key in ("sign-offs", "actions")]
    assert [group.key for group in groups_of(sections)] == ["waiting", "later"]
    assert [group.key for group in groups_of([Section("Sign", things(3), key="sign-offs")])] == ["soon"]


def test_that_there_is_more_is_said_once_at_the_end_of_what_is_shown() -> None:
    (overdue, later) = groups_of([Section("Actions", things(-3, 20), has_more=True, key="actions")])
    assert (overdue.has_more, later.has_more) == (False, True)


def test_what_may_wait_is_folded_so_that_what_is_urgent_fits_on_a_phone(client: Client, world: World) -> None:
    case = a_case(world)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.coordinator)
    told(world, "Joss")
    client.force_login(world.coordinator)
    page = client.get("/").text
    sections = {part.partition('"')[0]: part for part in page.split('<section aria-labelledby="')[1:]}
    assert "Mina Okoro" in sections["children"]
    folded = {key for key, part in sections.items() if "<details" in part.partition("</section>")[0]}
    assert folded == {"children"}
    assert "Joss Okoro" in "".join(part for key, part in sections.items() if key not in folded)


def sections_of(page: str) -> dict[str, str]:
    """The groups of My work by their key, in the order of the page."""
    parts = page.split('<section aria-labelledby="')[1:]
    return {part.partition('"')[0]: part.partition("</section>")[0] for part in parts}


def test_danger_stands_first_with_a_red_tag_however_much_is_due_before(client: Client, world: World) -> None:
    for number in range(22):
        told(world, f"Joss{number}")
    Concern.objects.update(due_on=ago(1))
    told(world, "Mina", danger_done="The police were called.")
    client.force_login(world.coordinator)
    page = sections_of(client.get("/").text)
    assert list(page)[:2] == ["unread", "danger"]  # new for the co-ordinator, then what waits
    assert "Mina Okoro" in page["danger"]
    assert "govuk-tag--red" in page["danger"]
    assert "In danger when told" in page["danger"]
    assert "<details" not in page["danger"]
    assert "Joss" not in page["danger"]
    assert "Mina" not in page["overdue"]
    whole = client.get(reverse("work", kwargs={"work": "decisions"})).text
    first = whole.partition('<ul class="heard-waiting">')[2].partition("</li>")[0]
    assert "Mina Okoro" in first
    assert "In danger when told" in first


def test_an_assessment_that_was_sent_back_stands_open_near_the_top(client: Client, world: World) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    Assessment.objects.update(state="returned", due_on=timezone.localdate() + timedelta(days=40))
    client.force_login(world.social_worker)
    page = sections_of(client.get("/").text)
    assert list(page)[:2] == ["back", "overdue"]
    assert "Mina Okoro" in page["back"]
    assert "sent back" in page["back"]
    assert "<details" not in page["back"]


def test_what_is_overdue_stands_first_with_its_kind_and_its_rule(client: Client, world: World) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="looked_after", on=ago(1))
    client.force_login(world.social_worker)
    page = client.get("/").text
    overdue, later = page.index('id="overdue"'), page.index('id="later"')
    assert overdue < page.index("Statutory deadlines") < later
    assert overdue < page.index("Hold the first child protection conference") < later
    assert later < page.index("Hold the first review for a looked-after child")
    assert "DfE CIN census guide" in page


def test_what_is_overdue_is_said_once_a_day_on_the_first_page(client: Client, world: World) -> None:
    case = a_case(world)
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    client.force_login(world.social_worker)
    assert "1 thing is overdue." in client.get("/").text
    assert "1 thing is overdue." not in client.get("/").text


def test_where_there_is_more_than_twenty_a_page_has_all_of_them(client: Client, world: World) -> None:
    for number in range(23):
        case = a_case(world, f"Mina{number}")
        casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
        mark_all_seen(by=world.social_worker, person_id=case.person_id)
    client.force_login(world.social_worker)
    page = client.get("/").text
    assert page.count(reverse("child", kwargs={"person_id": case.person_id})) <= 1
    assert reverse("work", kwargs={"work": "children"}) in page
    assert client.get(reverse("work", kwargs={"work": "children"})).text.count("Okoro") == 23


def test_there_is_no_page_for_work_that_the_role_does_not_have(client: Client, world: World) -> None:
    client.force_login(world.board_member)
    assert client.get(reverse("work", kwargs={"work": "actions"})).status_code == 404
    assert client.get(reverse("work", kwargs={"work": "no-such-work"})).status_code == 404
    assert client.get(reverse("work", kwargs={"work": "drafts"})).status_code == 200
    with pytest.raises(Hidden):
        queries.list_of(world.board_member, "actions")


def test_every_kind_of_work_has_a_name_of_its_own_and_can_be_drawn_counted_and_paged(
    world: World, settings: Any, tmp_path: Any
) -> None:
    """With a record of every kind, for whoever has most work."""
    settings.DATA = tmp_path
    make_record(world, restricted=False)
    for user in (world.social_worker, world.coordinator, world.supervisor):
        kinds = queries.lists_of(user)
        assert len({kind.key for kind in kinds}) == len({kind.heading for kind in kinds}) == len(kinds)
        in_a_year = timezone.localdate() + timedelta(days=365)
        due = dict(queries.due_by(user, in_a_year))
        for kind in kinds:
            drawn = [kind.line(row) for row in kind.rows(user)]
            assert not drawn or not kind.only_if or kind.only_if(user).exists(), (
                f"{kind.key} would be left out"
            )
            dated = sum(thing.due_on is not None for thing in drawn)
            assert kind.due or not dated or kind.key == "referred", f"{kind.key} does not say what is due"
            if kind.due and kind.key != "missing":
                assert due.get(str(kind.heading), 0) == dated, kind.key


def test_my_work_asks_one_query_a_kind_however_much_there_is(client: Client, world: World) -> None:
    client.force_login(world.social_worker)
    counts = []
    for _round in range(2):
        for number in range(2 if not counts else 18):
            case = a_case(world, f"Mina{number}{len(counts)}")
            casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
            timing.note_moment(by=world.social_worker, case_id=case.pk, kind="looked_after", on=ago(number))
        client.get("/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= len(queries.lists_of(world.social_worker)) + 12


def decides_on_something(user: User) -> bool:
    """Whether My work has worries to decide on, for this user as a request would read them now."""
    return "decisions" in [section.key for section in queries.my_work(User.objects.get(pk=user.pk))]


def test_what_is_told_meanwhile_is_on_my_work(world: World) -> None:
    assert not decides_on_something(world.coordinator)
    told(world)
    assert decides_on_something(world.coordinator)


def test_whoever_loses_or_gets_a_role_is_asked_about_anew(world: World) -> None:
    told(world)
    assert decides_on_something(world.coordinator)
    by = {"by": world.administrator, "user": world.coordinator}
    held = Membership.objects.get(user=world.coordinator)
    actions.give_role(**by, team=held.team, role=Role.PRACTITIONER)
    actions.take_role(**by, membership_id=held.pk)
    assert not decides_on_something(world.coordinator)
    actions.give_role(**by, team=held.team, role=Role.COORDINATOR, agreed_by=world.coordinator)
    assert decides_on_something(world.coordinator)


def test_a_supervisor_decides_on_none_once_another_agency_takes_worries(world: World) -> None:
    told(world, by=world.social_worker)
    assert decides_on_something(world.supervisor)
    by = {"by": world.administrator, "duty_phone": "", "takes_worries": True}
    actions.change_team(**by, team=Team.objects.filter(agency=world.police).first())
    assert not decides_on_something(world.supervisor)


def test_words_of_a_form_of_the_first_release_are_shown_to_be_copied(client: Client, world: World) -> None:
    """Its drafts of assessments, plans and reviews have no page to go on with."""
    judged = {
        "judgement": {"text": "She is being groomed,\nand afraid.", "words": str(uuid.uuid4()), "why": ""}
    }
    draft = begin_draft(by=world.social_worker, kind="assessment", subject_id=uuid.uuid4())
    save_draft(by=world.social_worker, draft_id=draft.pk, kind="assessment", step="judgement", answers=judged)
    client.force_login(world.social_worker)
    assert "Words that you typed in a form that has changed since" in client.get(reverse("home")).text
    page = client.get(reverse("unfinished")).text
    assert "She is being groomed,\nand afraid." in page
    assert judged["judgement"]["words"] not in page
    client.post(reverse("unfinished"), {"draft": draft.pk})
    assert "She is being groomed" not in client.get(reverse("unfinished")).text
