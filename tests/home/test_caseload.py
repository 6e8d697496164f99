"""A caseload: each child in one line, with what notes, words and dates say; sorted, chosen from, taken out, handed over."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.home.test_work import a_case, ago
from tests.services.test_law import start

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Refused
from heard.cases.assessment import actions as assessing
from heard.cases.case import actions as casework
from heard.cases.case.models import Case
from heard.cases.case.notices.queries import unread_of
from heard.cases.caseload import actions, queries
from heard.cases.caseload.rules import AT_ONCE, MOST_VIEWS, CaseloadFilter, Nobody, Order, why_not_hand_over
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.death.actions import record_death
from heard.cases.note.actions import write_note
from heard.cases.reporting import actions as reporting
from heard.cases.timeline.queries import brief_of, head_of
from heard.govuk.environment import day
from heard.home.team.queries import load_of_teams
from heard.network.actions import restrict


def mine(world: World, name: str) -> Case:
    case: Case = a_case(world, name)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return case


def seen(world: World, case: Case, days: int, how: str = "with_others") -> None:
    at = timezone.now() - timedelta(days=days)
    write_note(by=world.social_worker, person_id=case.person_id, kind="visit", at=at, seen=how, text="Well.")


def lines(user: User, rows: Any) -> dict[str, queries.CaseloadLine]:
    return {line.case.person.given_name: line for line in queries.lines(user, rows, timezone.localdate())}


def test_a_line_says_what_notes_words_and_dates_say(world: World) -> None:
    ada, bea = mine(world, "Ada"), mine(world, "Bea")
    seen(world, ada, 9, "alone")
    seen(world, ada, 2)
    assessment = assessing.start_assessment(by=world.social_worker, case_id=ada.pk)
    found = lines(world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter()))
    line = found["Ada"]
    assert (line.seen_on, line.alone_on) == (ago(2), ago(9))
    assert (line.due_on, str(line.due), line.overdue) == (assessment.due_on, "assessment", False)
    assert str(line.stage) == "Being assessed"
    assert line.words_on is None
    casework.record_words(
        by=world.social_worker,
        person_id=bea.person_id,
        text="I like it here.",
        heard_by="Sol",
        heard_on=ago(1),
        how="said",
    )
    line = lines(world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter()))["Bea"]
    assert (line.seen_on, line.alone_on, line.words_on) == (None, None, ago(1))
    assert (line.due_on, str(line.due)) == (assessment.due_on, "assessment")
    assert str(line.stage) == "Not assessed yet"


def test_it_is_sorted_and_those_of_whom_nobody_has_written_stand_first(world: World) -> None:
    ada, bea, _cleo = (mine(world, name) for name in ("Ada", "Bea", "Cleo"))
    seen(world, ada, 2)
    seen(world, bea, 30)

    def names(**asked: Any) -> list[str]:
        rows = queries.my_caseload(world.social_worker, CaseloadFilter(**asked))
        return [row.person.given_name for row in rows]

    assert names(order=Order.SEEN) == ["Cleo", "Bea", "Ada"]
    assert names(order=Order.SEEN, backwards=True) == ["Ada", "Bea", "Cleo"]
    assert names(order=Order.NAME) == ["Ada", "Bea", "Cleo"]
    assert names(order=Order.NAME, not_seen_for=14) == ["Bea", "Cleo"]
    assert names(stage="plan") == []
    for order in Order:
        assert sorted(names(order=order)) == ["Ada", "Bea", "Cleo"]


def test_sorted_by_what_is_due_next_it_stands_as_it_says(world: World) -> None:
    """An assessment that nobody has begun is due as well; nothing is due with a child who has died."""
    ada, bea, cleo, dee = (mine(world, name) for name in ("Ada", "Bea", "Cleo", "Dee"))
    days = {ada: 20, bea: 40, cleo: 30, dee: 90}
    for case, told in days.items():
        Concern.objects.filter(case=case).update(told_at=timezone.now() - timedelta(days=told))
    for case in (ada, bea):
        assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    record_death(by=world.social_worker, person_id=dee.person_id, died_on=ago(1), who_said="Dr Lane")
    for user, rows in (
        (world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter())),
        (world.supervisor, queries.team_caseload(world.supervisor, CaseloadFilter())),
    ):
        found = lines(user, rows)
        assert list(found) == ["Bea", "Cleo", "Ada", "Dee"]
        due = [line.due_on for line in found.values()][:3]
        assert due == sorted(due)
        assert found["Dee"].due_on is None


def test_a_child_in_danger_that_nobody_has_seen_stands_first_in_every_order(world: World) -> None:
    _ada, _bea, cleo = (mine(world, name) for name in ("Ada", "Bea", "Cleo"))
    for asked in (CaseloadFilter(), CaseloadFilter(order=Order.NAME)):
        assert queries.my_caseload(world.social_worker, asked)[0].person.given_name == "Ada"
    telling.tell(
        by=world.teacher,
        person_id=cleo.person_id,
        seen_and_heard="Two men waited for her.",
        why_no_words="Not met yet",
        danger_now="yes",
        danger_done="Rang 999.",
    )
    for order in Order:
        for backwards in (False, True):
            asked = CaseloadFilter(order=order, backwards=backwards)
            assert queries.my_caseload(world.social_worker, asked)[0].person.given_name == "Cleo", asked
            assert queries.team_caseload(world.supervisor, asked)[0].person.given_name == "Cleo", asked


def test_a_worker_reads_who_else_answers_for_a_child_of_theirs(client: Client, world: World) -> None:
    case = mine(world, "Ada")
    client.force_login(world.social_worker)
    page = client.get(reverse("caseload")).text
    for heading in ("Allocated worker", "Trusted worker"):
        assert heading in page
    cells = [cell.strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    assert [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells[1:3]] == ["Nobody", "You"]
    casework.assign_trusted_worker(
        by=world.coordinator,
        case_id=case.pk,
        worker=world.teacher,
        reason="She asked for her",
        child_asked="yes",
        about_asking="She would like it",
    )
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    page = client.get(reverse("caseload")).text
    cells = [cell.strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    assert [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells[1:3]] == ["You", str(world.teacher)]
    User.objects.filter(pk=world.teacher.pk).update(is_active=False)
    assert "cannot sign in any longer" in client.get(reverse("caseload")).text


def test_what_is_new_for_the_reader_is_counted_for_the_reader(client: Client, world: World) -> None:
    case = mine(world, "Ada")
    assert (
        lines(world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter()))["Ada"].unread
        == 1
    )  # given to this worker
    write_note(by=world.teacher, person_id=case.person_id, kind="call", at=timezone.now(), text="She rang.")
    assert (
        lines(world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter(unread=True)))[
            "Ada"
        ].unread
        == 2
    )
    client.force_login(world.social_worker)
    assert "2 new" in client.get(reverse("caseload")).text


def test_a_caseload_holds_nobody_whom_the_reader_may_not_see(client: Client, world: World) -> None:
    case = mine(world, "Ada")
    client.force_login(world.officer)
    assert "Ada" not in client.get(reverse("caseload")).text
    assert not queries.team_caseload(world.officer, CaseloadFilter()).exists()
    for name in ("team", "team_file", "team_hand_over"):
        assert client.get(reverse(name)).status_code == 404
    restrict(by=world.coordinator, person_id=case.person_id, reason="A parent works here")
    assert lines(
        world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter())
    )  # on the list, so it stays


def test_addresses_that_ask_for_nonsense_get_everything(client: Client, world: World) -> None:
    mine(world, "Ada")
    client.force_login(world.coordinator)
    wrong = {"order": "x", "stage": "x", "worker": "7; drop", "not_seen": "many", "page": "x"}
    for name in ("caseload", "team"):
        assert client.get(reverse(name), wrong).status_code == 200
    assert "Ada" in client.get(reverse("team"), wrong).text


@pytest.mark.once
def test_a_page_asks_the_database_the_same_number_of_times(client: Client, world: World) -> None:
    client.force_login(world.coordinator)
    mine(world, "Ada")

    def asked() -> int:
        client.get(reverse("team"))
        with CaptureQueriesContext(
            connection,
        ) as counted:
            client.get(reverse("team"))
        return len(counted)

    before = asked()
    for name in ("Bea", "Cleo", "Dora"):
        mine(world, name)
    assert asked() == before


def test_the_team_takes_its_table_out_and_that_leaves_a_row(client: Client, world: World) -> None:
    case = mine(world, "=Ada")
    client.force_login(world.coordinator)
    text = client.get(reverse("team_file"), {"order": "name"}).text
    head, line = text.splitlines()
    assert head.startswith("child,case,team,stage,allocated worker,trusted worker")
    assert line.startswith("'=Ada")  # no formula
    assert case.reference in line
    row = AuditRow.objects.get(verb="take out", subject="caseload")
    assert (row.actor_id, row.detail) == (world.coordinator.pk, {"page": "team", "children": 1})


def test_a_worker_takes_out_the_children_who_count_on_them_and_no_others(
    client: Client, world: World
) -> None:
    case, other = mine(world, "Ada"), a_case(world, "Bea")
    client.force_login(world.social_worker)
    address = reverse("my_file")
    assert f'href="{address}?order=name"' in client.get(reverse("caseload"), {"order": "name"}).text
    text = client.get(address, {"order": "name"}).text
    assert case.reference in text
    assert other.reference not in text
    row = AuditRow.objects.get(verb="take out", subject="caseload")
    assert (row.actor_id, row.detail) == (world.social_worker.pk, {"page": "caseload", "children": 1})
    client.force_login(world.analyst)
    assert client.get(address).status_code == 404
    assert AuditRow.objects.filter(verb="take out").count() == 1


def test_a_child_who_has_died_waits_for_nobody(client: Client, world: World) -> None:
    died, ada = a_case(world, "Wren"), a_case(world, "Ada")
    casework.assign_trusted_worker(by=world.coordinator, case_id=died.pk, worker=world.social_worker)
    assessing.start_assessment(by=world.social_worker, case_id=died.pk)
    record_death(by=world.social_worker, person_id=died.person_id, died_on=ago(4), who_said="Dr Lane")
    waiting = CaseloadFilter(Order.ALLOCATED, worker=Nobody.ALLOCATED)
    assert list(queries.team_caseload(world.coordinator, waiting)) == [ada]
    assert [team_load.waiting for team_load in load_of_teams(world.coordinator)] == [1]
    line = lines(world.coordinator, queries.team_caseload(world.coordinator, CaseloadFilter()))["Wren"]
    assert (str(line.stage), line.due_on, line.overdue) == (f"Died on {day(ago(4))}", None, False)
    client.force_login(world.coordinator)
    page = client.get(reverse("team")).text
    row = page[page.index("Wren Okoro") :].split("</tr>")[0]
    assert f"Died on {day(ago(4))}" in row
    assert "Hand over Ada Okoro" in page
    for asked in ("Hand over Wren Okoro", "name another for Wren Okoro"):
        assert asked not in page
    notes = {died.reference: ("yes", "Fine")}
    with pytest.raises(Refused, match="caseload any more"):
        actions.hand_over(
            by=world.coordinator, worker=world.supervisor, what=["trusted"], reason="Moves", notes=notes
        )


def test_many_are_handed_over_at_once_each_with_a_note(client: Client, world: World) -> None:
    ada, bea, cleo = mine(world, "Ada"), mine(world, "Bea"), a_case(world, "Cleo")
    client.force_login(world.coordinator)
    chosen = "?" + "&".join(f"case={one.reference}" for one in (ada, bea, cleo))
    page = reverse("team_hand_over") + chosen
    shown = client.get(page).text
    who = f"{world.supervisor}, Wexmoor Children’s Services"
    assert re.search(rf"<option value=\"{world.supervisor.pk}\"[^>]*>{who}</option>", shown)
    assert f">{who}</th>" in shown
    assert "Was Ada" in shown
    assert "Was Cleo" not in shown  # had nobody
    sent: dict[str, Any] = {"worker": str(world.supervisor.pk), "reason": "Sol moves to another town."}
    assert "Choose what is handed over" in client.post(page, sent).text
    sent["what"] = ["allocated", "trusted"]
    sent |= {f"asked_{ada.pk}": "yes", f"about_{ada.pk}": "She would like to meet first."}
    refused = client.post(page, sent)
    assert "Say whether Bea" in refused.text
    assert "She would like to meet first." in refused.text
    sent |= {f"asked_{bea.pk}": "no", f"about_{bea.pk}": "She is away; I ring her on Monday."}
    answer = client.post(page, sent, follow=True)
    assert "Handed over: 3 children." in answer.text
    for case in (ada, bea, cleo):
        case.refresh_from_db()
        assert (case.trusted_worker, case.allocated_worker) == (world.supervisor, world.supervisor)
    assert ada.trusted_workers.get(until=None).about_asking == "She would like to meet first."
    assert {row.notice.person_id for row in unread_of(world.supervisor)} >= {ada.person_id, bea.person_id}


def test_one_refusal_hands_nobody_over(world: World) -> None:
    ada, bea = mine(world, "Ada"), mine(world, "Bea")
    notes = {ada.reference: ("yes", "Fine."), bea.reference: ("", "")}
    with pytest.raises(Refused):
        actions.hand_over(
            by=world.coordinator, worker=world.supervisor, what=["trusted"], reason="Moves", notes=notes
        )
    ada.refresh_from_db()
    assert ada.trusted_worker == world.social_worker
    other = agencies.add_team(by=world.administrator, agency=world.police, name="Other")
    Case.objects.filter(pk=bea.pk).update(lead_team=other)
    with pytest.raises(Refused, match="not in your agency’s caseload any more"):
        actions.hand_over(
            by=world.coordinator, worker=world.supervisor, what=["trusted"], reason="Moves", notes=notes
        )
    with pytest.raises(Refused, match="hands children over"):
        actions.hand_over(
            by=world.social_worker, worker=world.supervisor, what=["trusted"], reason="Moves", notes=notes
        )


def test_the_rule_of_handing_over() -> None:
    assert why_not_hand_over(may=True, what=["trusted"], chosen=[], found=0) is not None
    assert (
        why_not_hand_over(may=True, what=["trusted"], chosen=["x"] * (AT_ONCE + 1), found=AT_ONCE + 1)
        is not None
    )
    assert why_not_hand_over(may=True, what=[], chosen=["x"], found=1) is not None
    assert why_not_hand_over(may=True, what=["trusted"], chosen=["x"], found=1) is None


def test_without_a_child_chosen_the_page_says_so(client: Client, world: World) -> None:
    client.force_login(world.coordinator)
    answer = client.get(reverse("team_hand_over"), follow=True)
    assert "Choose at least one child to hand over." in answer.text
    gone = client.get(reverse("team_hand_over"), {"case": "C-000-000"}, follow=True)
    assert "Choose at least one child to hand over." in gone.text


# ---- views that one comes back to


def save(client: Client, page: str, name: str, **asked: str) -> Any:
    return client.post(reverse("save_view", kwargs={"page": page}), {"name": name, **asked}, follow=True)


def test_a_view_is_saved_under_a_name_opened_again_replaced_and_removed(client: Client, world: World) -> None:
    seen(world, mine(world, "Ada"), 30)
    seen(world, mine(world, "Bea"), 3)
    client.force_login(world.social_worker)
    page = client.get(reverse("caseload") + "?not_seen=14&order=seen").text
    assert "Save this view as" in page
    page = save(client, "caseload", " Not lately ", not_seen="14", order="seen", stage="nonsense").text
    assert "Saved as “Not lately”" in page
    assert "Ada Okoro" in page
    assert "Bea Okoro" not in page
    assert "Save this view as" not in page
    page = client.get(reverse("caseload")).text
    assert 'href="?not_seen=14&amp;order=seen"' in page
    save(client, "caseload", "Not lately", not_seen="28")
    [view] = queries.views_of(world.social_worker).filter(page="caseload")
    assert (view.name, view.asked) == ("Not lately", "not_seen=28")
    page = client.post(reverse("remove_view", kwargs={"view_id": view.pk}), follow=True).text
    assert "Removed the view “Not lately”" in page
    assert not queries.views_of(world.social_worker).filter(page="caseload").exists()


def test_nobody_opens_or_removes_anothers_view_or_saves_one_of_a_page_that_is_not_theirs(
    client: Client, world: World
) -> None:
    view = actions.save_view(by=world.supervisor, page="team", name="Mine alone", asked="stage=to_plan")
    client.force_login(world.coordinator)
    assert "Mine alone" not in client.get(reverse("team")).text
    assert client.post(reverse("remove_view", kwargs={"view_id": view.pk})).status_code == 404
    client.force_login(world.teacher)
    assert save(client, "team", "Theirs", stage="to_plan").status_code == 404
    assert save(client, "nothing", "Theirs").status_code == 404
    assert queries.views_of(world.supervisor).filter(page="team").get() == view


def test_a_view_needs_a_name_and_there_are_no_more_than_twelve(client: Client, world: World) -> None:
    client.force_login(world.social_worker)
    assert "Give this view a name" in save(client, "caseload", "  ", not_seen="14").text
    for number in range(MOST_VIEWS):
        save(client, "caseload", f"View {number}", not_seen="14")
    assert "12 views here already" in save(client, "caseload", "One more", not_seen="14").text
    assert len(queries.views_of(world.social_worker).filter(page="caseload")) == MOST_VIEWS


def test_a_case_in_which_nobody_has_begun_an_assessment_has_the_day_of_it_everywhere(
    world: World, client: Client
) -> None:
    """From the worry that led there, as once one is begun: on the caseload, on the child's page and among the deadlines."""
    case = mine(world, "Ada")
    client.force_login(world.social_worker)
    (line,) = lines(world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter())).values()
    pages = [
        client.get(reverse(name, kwargs=key)).text
        for name, key in (("child", {"person_id": case.person_id}), ("clocks", {"case_id": case.pk}))
    ]
    assessment = assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    assert (line.due_on, str(line.due)) == (assessment.due_on, "assessment")
    assert all("Finish the assessment" in page and day(assessment.due_on) in page for page in pages)
    (line,) = lines(world.social_worker, queries.my_caseload(world.social_worker, CaseloadFilter())).values()
    assert line.due_on == assessment.due_on


def test_a_report_that_waits_is_due_on_the_caseload_and_on_the_childs_summary(world: World) -> None:
    start(world, "report", -30)
    ada = mine(world, "Ada")
    assessing.start_assessment(by=world.social_worker, case_id=ada.pk)
    worker, today = world.social_worker, timezone.localdate()
    told = {"trigger": "child_told", "who": "Sol Wright", "known_at": timezone.now() - timedelta(days=3)}
    waits = reporting.note_trigger(by=worker, person_id=ada.person_id, **told)
    line = lines(worker, queries.my_caseload(worker, CaseloadFilter()))["Ada"]
    assert (line.due_on, str(line.due), line.overdue) == (ago(3), "report of an offence", True)
    brief = brief_of(worker, head_of(worker, ada.person, today=today), today=today)
    first = brief.dates[0]
    assert (first.rule, first.on, first.page) == (
        "Report a suspected offence",
        ago(3),
        reverse("offence_report", args=[waits.pk]),
    )
    reporting.take_back_report(by=worker, report_id=waits.pk, why="It was another child")
    line = lines(worker, queries.my_caseload(worker, CaseloadFilter()))["Ada"]
    assert str(line.due) == "assessment"
