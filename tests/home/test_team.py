"""The team's pages: who can count on nobody yet, how much each has to do, what has waited longest; for their agency alone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.home.test_work import a_case, ago, told
from tests.walls.record import make_record

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Role
from heard.cases.assessment import actions as assessing
from heard.cases.assessment.models import Assessment
from heard.cases.case import actions as casework
from heard.cases.case.notices import actions as noticing
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import urgent_in_team
from heard.cases.case.rules import Kept
from heard.cases.caseload.queries import team_caseload
from heard.cases.caseload.rules import CaseloadFilter, Order
from heard.cases.clocks import actions as timing
from heard.cases.concern import actions as telling
from heard.cases.plan.models import Action, Plan
from heard.govuk.environment import day
from heard.home.team import queries
from heard.network import actions as network

PAGES = {"team", "team_load", "team_waiting", "team_unheard"}


def assign(world: World, case: Any, worker: User, **more: Any) -> None:
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=worker, **more)


def test_children_who_can_count_on_nobody_stand_first(world: World) -> None:
    named, nobody, gone = (a_case(world, name) for name in ("Ada", "Bea", "Cleo"))
    assign(world, named, world.social_worker)
    assign(world, gone, world.supervisor)
    agencies.switch_off(by=world.administrator, user=world.supervisor, reason="Left")
    found = [
        (case.pk, case.nobody) for case in team_caseload(world.coordinator, CaseloadFilter(Order.WORKER))
    ]
    assert found == [(nobody.pk, 0), (gone.pk, 0), (named.pk, 1)]


def test_load_counts_work_by_name(world: World) -> None:
    case = a_case(world)
    assign(world, case, world.social_worker)
    today = timezone.localdate()
    people = queries.colleagues_of_team(world.coordinator)
    loads = {load.name: load for load in queries.load_of(world.coordinator, people, today=today)}
    assert list(loads) == ["Cora Ordway", "Sufi Visram", "Sol Wright"]  # by family name, and nobody else's
    assert loads["Sol Wright"].children == 1
    assert loads["Sufi Visram"].children == 0


def test_each_number_of_the_load_leads_to_what_it_counts(
    client: Client, world: World, settings: Any, tmp_path: Path
) -> None:
    """The same rows, as many lines as the number says, of all six: an overdue action, a review of these days, and an assessment that somebody writes."""
    settings.DATA = tmp_path
    make_record(world, restricted=False)
    Action.objects.filter(outcome__plan__state="agreed").update(state="open", due_on=ago(3))
    Plan.objects.filter(state="agreed").update(review_on=timezone.localdate())
    case = a_case(world, "Ada")
    assign(world, case, world.social_worker)
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    client.force_login(world.coordinator)
    page = client.get(reverse("team_load")).text
    today = timezone.localdate()
    people = queries.colleagues_of_team(world.coordinator)
    seen = set()
    for load in queries.load_of(world.coordinator, people, today=today):
        for what, number in load.counts:
            href = reverse("team_load_of", kwargs={"user_id": load.user_id, "counted": what})
            assert (f'href="{href}"' in page) == (number > 0)
            found = queries.behind(world.coordinator, load.user_id, what, today=today)
            lines = [found.line(row) for row in found.rows]
            assert len(lines) == number
            seen |= {what for _line in lines}
            for line in lines:
                assert line.href in client.get(href).text
                assert client.get(line.href).status_code == 200
    assert seen == set(queries.COUNTED)


def test_what_a_colleague_has_to_do_is_shown_to_who_answers_for_the_team_alone(
    client: Client, world: World
) -> None:
    case, hidden = (a_case(world, name) for name in ("Ada", "Bea"))
    for one in (case, hidden):
        assign(world, one, world.social_worker)
    network.keep_out_unseen(by=world.coordinator, person_id=hidden.person_id, user=world.supervisor)
    href = reverse("team_load_of", kwargs={"user_id": world.social_worker.pk, "counted": "children"})
    client.force_login(world.supervisor)
    page = client.get(href).text
    assert "Ada Okoro" in page
    assert "Bea Okoro" not in page
    others = reverse("team_load_of", kwargs={"user_id": world.officer.pk, "counted": "children"})
    unknown = reverse("team_load_of", kwargs={"user_id": world.social_worker.pk, "counted": "height"})
    assert [client.get(one).status_code for one in (others, unknown)] == [404, 404]
    for user in (world.social_worker, world.officer, world.teacher, world.analyst):
        client.force_login(user)
        assert client.get(href).status_code == 404


def test_load_and_waiting_are_counted_by_team_with_a_picture(client: Client, world: World) -> None:
    cases = [a_case(world, name) for name in ("Ada", "Bea", "Cleo")]
    casework.allocate_worker(by=world.coordinator, case_id=cases[0].pk, worker=world.social_worker)
    hidden = a_case(world, "Dee")
    network.keep_out_unseen(by=world.coordinator, person_id=hidden.person_id, user=world.supervisor)
    [team] = queries.load_of_teams(world.supervisor)
    assert (team.cases, team.waiting) == (3, 2), "who may not see a child does not count them"
    client.force_login(world.supervisor)
    page = client.get(reverse("team_load")).text
    assert "3 open cases; in 2 of them the child waits for an allocated worker" in page
    assert client.get(re.findall(r'src="([^"]*of=[^"]*)"', page)[0].replace("&amp;", "&")).status_code == 200
    assert queries.load_of_teams(world.teacher) == []
    agencies.switch_off(by=world.administrator, user=world.social_worker, reason="Left")
    assert [team_load.waiting for team_load in queries.load_of_teams(world.coordinator)] == [4], (
        "nobody waits unseen"
    )


def test_what_has_waited_longest_stands_first(client: Client, world: World) -> None:
    case = a_case(world)
    told(world, "Waiting")
    timing.note_moment(by=world.social_worker, case_id=case.pk, kind="strategy_discussion", on=ago(60))
    kinds = {kind.key: kind.rows(world.coordinator).count() for kind in queries.OLDEST}
    assert kinds.pop("urgent") == 0
    assert kinds.pop("assessments-overdue") == 0
    assert kinds.pop("assessments-to-begin") == 0
    assert kinds == {"decisions": 1, "without-review": 1, "reviews": 0, "actions": 0, "clocks": 1}
    client.force_login(world.coordinator)
    page = client.get(reverse("team_waiting")).text
    assert "Waiting Okoro" in page
    assert "Hold the first child protection conference" in page
    for key in kinds:
        assert client.get(reverse("team_waiting_of", kwargs={"oldest": key})).status_code == 200
    assert client.get(reverse("team_waiting_of", kwargs={"oldest": "nothing"})).status_code == 404


def test_an_assessment_that_is_overdue_stands_among_what_waits_in_the_team(
    client: Client, world: World
) -> None:
    case = a_case(world, "Ada")
    assessment = assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    address = reverse("assessment", kwargs={"assessment_id": assessment.pk})
    client.force_login(world.supervisor)
    assert address not in client.get(reverse("team_waiting")).text
    Assessment.objects.filter(pk=assessment.pk).update(due_on=ago(1))
    assert address in client.get(reverse("team_waiting")).text


def test_danger_that_nobody_has_seen_stands_first_on_the_work_of_the_team(
    client: Client, world: World
) -> None:
    case = a_case(world, "Ada")
    assign(world, case, world.social_worker)
    worry = telling.tell(
        by=world.teacher,
        person_id=case.person_id,
        seen_and_heard="Two men waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )
    client.force_login(world.supervisor)
    page = client.get(reverse("team_waiting")).text
    links = re.findall(r'<a class="govuk-link" href="([^"]+)">', page.partition('class="heard-work"')[2])
    assert links[0] == reverse("concern", kwargs={"concern_id": worry.pk})
    assert client.get(links[0]).status_code == 200
    assert [row.subject_id for row in urgent_in_team(world.coordinator)] == []  # told by name
    assert [row.subject_id for row in urgent_in_team(world.social_worker)] == []  # sees no team
    network.keep_out_unseen(by=world.coordinator, person_id=case.person_id, user=world.supervisor)
    assert not urgent_in_team(User.objects.get(pk=world.supervisor.pk)).exists()


def test_danger_leaves_the_work_of_the_team_when_the_worker_has_seen_it(world: World) -> None:
    case = a_case(world, "Ada")
    assign(world, case, world.social_worker)
    danger: dict[str, Any] = {"danger_now": "yes", "danger_done": "Rang 999.", "why_no_words": "Not met yet"}
    telling.tell(by=world.teacher, person_id=case.person_id, seen_and_heard="Two men waited.", **danger)
    assert urgent_in_team(world.supervisor).count() == 1
    for reader in unread_of(world.social_worker):
        noticing.mark_seen(by=world.social_worker, reader_id=reader.pk)
    assert not urgent_in_team(world.supervisor).exists()


def test_decisions_without_the_childs_words_are_counted_for_the_people_of_the_agency(world: World) -> None:
    for number in range(6):
        a_case(world, f"Mina{number}")
    found = dict(queries.decided_by_team(world.supervisor, since=ago(1)))
    assert found["Worries decided"] == Kept(0, 6)
    agencies.give_role(
        by=world.administrator,
        user=world.officer,
        team=world.officer.team,
        role=Role.SUPERVISOR,
        agreed_by=world.coordinator,
    )
    of_the_police = User.objects.get(pk=world.officer.pk)
    assert dict(queries.decided_by_team(of_the_police, since=ago(1)))["Worries decided"] == Kept(0, 0)


def test_few_decisions_are_shown_too_to_whoever_may_open_each_of_these_records(
    client: Client, world: World
) -> None:
    case = a_case(world)
    hidden = a_case(world, "Mina")
    network.keep_out_unseen(by=world.supervisor, person_id=hidden.person_id, user=world.coordinator)
    client.force_login(world.coordinator)
    assert client.get(reverse("child", kwargs={"person_id": case.person_id})).status_code == 200
    page = client.get(reverse("team_unheard")).text
    assert "1 of 1 (100%)" in page
    assert "too few" not in page
    assert "five or fewer" not in page


def test_somebody_is_named_from_the_page_beside_what_each_has_to_do(client: Client, world: World) -> None:
    case = a_case(world)
    client.force_login(world.coordinator)
    assert "Nobody yet" in client.get(reverse("team")).text
    page = reverse("team_allocate", kwargs={"case_id": case.pk})
    shown, who = client.get(page).text, "Sol Wright, Wexmoor Children’s Services"
    assert re.search(rf"<option value=\"{world.social_worker.pk}\"[^>]*>{who}</option>", shown)
    row = shown[shown.index(f">{who}</th>") :].split("</tr>")[0]
    assert re.findall(r">(\d+)</td>", row) == ["0"] * len(queries.COUNTED)
    day = timezone.localdate()
    since = {"since-day": day.day, "since-month": day.month, "since-year": day.year}
    answer = client.post(page, {"worker": world.social_worker.pk} | since, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("team")
    assert "Sol Wright" in answer.text
    again = client.post(page, {"worker": world.supervisor.pk} | since)
    assert "Say why the child gets another trusted worker" in again.text
    case.refresh_from_db()
    assert case.trusted_worker == world.social_worker
    assert AuditRow.objects.filter(verb="view", person_id=case.person_id, actor_id=world.coordinator.pk)


@pytest.mark.parametrize(
    "who", ["social_worker", "teacher", "officer", "analyst", "board_member", "administrator"]
)
def test_the_pages_are_there_for_those_who_answer_for_a_team(client: Client, world: World, who: str) -> None:
    case = a_case(world)
    user = getattr(world, who)
    client.force_login(user)
    for name in PAGES - {"team_waiting"}:
        assert client.get(reverse(name)).status_code == 404
    page = client.get(reverse("team_waiting")).text  # colleagues' work, of records that this user may open
    assert "Pages of the team" not in page
    assert "waited longest" not in page
    assert client.get(reverse("team_allocate", kwargs={"case_id": case.pk})).status_code == 404
    assert list(team_caseload(user, CaseloadFilter())) == []
    assert list(queries.colleagues_of_team(user)) == []
    with pytest.raises(Hidden):
        queries.team_case(user, case.pk)


def test_another_agencys_team_and_its_restricted_children_are_not_seen(client: Client, world: World) -> None:
    """A co-ordinator of the school sees every child who is not restricted, and still not who works with whom elsewhere."""
    case = a_case(world)
    agencies.give_role(
        by=world.administrator,
        user=world.teacher,
        team=world.teacher.team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )
    teacher = User.objects.get(pk=world.teacher.pk)
    assert list(team_caseload(teacher, CaseloadFilter())) == []
    assert [str(colleague) for colleague in queries.colleagues_of_team(teacher)] == ["Tess Archer"]
    network.restrict(by=world.coordinator, person_id=case.person_id, reason="A parent works for the council")
    client.force_login(teacher)
    for name in PAGES:
        assert "Okoro" not in client.get(reverse(name)).text
    assert client.get(reverse("team_allocate", kwargs={"case_id": case.pk})).status_code == 404


@pytest.mark.once
def test_the_pages_ask_as_often_for_twenty_cases_as_for_two(client: Client, world: World) -> None:
    counts = []
    for _round in range(2):
        for number in range(2 if not counts else 18):
            case = a_case(world, f"Mina{number}{len(counts)}")
            assign(world, case, world.social_worker)
            timing.note_moment(
                by=world.social_worker,
                case_id=case.pk,
                kind="strategy_discussion",
                on=timezone.localdate() - timedelta(days=60),
            )
        client.force_login(
            world.coordinator
        )  # anew: once in a while a session is saved, which asks three times more
        asked_by_page = []
        for name in sorted(PAGES):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse(name)).status_code == 200
            asked_by_page.append(len(asked))
        counts.append(asked_by_page)
    assert counts[0] == counts[1]


def test_the_share_without_the_childs_words_is_that_of_every_stage_that_decides(
    client: Client, world: World, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    record = make_record(world, restricted=False)
    casework.end_case(
        by=world.coordinator,
        case_id=record["case_id"],
        why="She is safe and says so",
        period_id=uuid4(),
        words=None,
        why_no_words="She asked us to decide",
        contact_afterwards="Tess Archer",
        told_child="Sol told her",
        open_again_if="She is away again",
    )
    counted = dict(queries.decided_by_team(world.coordinator, since=ago(365)))
    assert counted == {
        "Worries decided": Kept(1, 1),
        "Assessments signed off": Kept(0, 1),
        "Plans agreed": Kept(1, 1),
        "Reviews held": Kept(1, 1, 1),  # nobody could reach her, which is said with the try
        "Panels’ decisions about a child": Kept(0, 1),
        "Shares decided": Kept(0, 1),
        "Decisions taken in supervision": Kept(0, 0),
        "Cases closed": Kept(0, 1),
    }
    client.force_login(world.coordinator)
    page = client.get(reverse("team_unheard")).text
    assert "5 of 7 (71%)" in page
    assert f"since {day(ago(365))}" in page
