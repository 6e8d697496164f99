"""Lists for those who inspect: two people let them out, they hold what who takes them out may see, and each child's record says so."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from io import BytesIO
from itertools import groupby
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from tests.cases.missing.conftest import gone
from tests.conftest import World, another_coordinator
from tests.home.test_work import a_case, told

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, AuditSeal, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case import actions as casework
from heard.cases.case.models import Case, CasePeriod
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.models import Notice
from heard.cases.case.notices.rules import NoticeKind
from heard.cases.concern import actions as telling
from heard.cases.concern.actions import AboutStaff
from heard.cases.glass import actions as emergencies
from heard.cases.inspection import actions, queries, rules
from heard.cases.inspection.models import InspectionList
from heard.cases.inspection.work import TO_DECIDE
from heard.cases.own.queries import looks_for_child
from heard.cases.record.models import ChronologyChange, ChronologyEntry
from heard.cases.timeline.index import catch_up
from heard.home.waiting import section_of
from heard.network import actions as network
from heard.network.models import Denial, Person
from heard.network.queries import Whom

pytestmark = pytest.mark.django_db
ASKED = {"for_whom": "Joint inspection", "why": "They came on Monday", "basis": "legal_obligation"}


def ask(by: User, **more: Any) -> InspectionList:
    today = timezone.localdate()
    days = {"since": today - timedelta(days=30), "until": today}
    return actions.ask_for_list(by=by, **(ASKED | days | more))


@pytest.fixture
def second(world: World) -> User:
    return another_coordinator(world)


def taken(by: User, this: InspectionList) -> dict[str, list[list[Any]]]:
    return {
        sheet.name: [list(row) for row in sheet.rows]
        for sheet in actions.take_list_out(by=by, list_id=this.pk)
    }


def test_it_is_taken_out_when_somebody_else_has_agreed(world: World, case: Any, second: User) -> None:
    this = ask(world.coordinator)
    with pytest.raises(Refused, match="second person"):
        actions.take_list_out(by=world.coordinator, list_id=this.pk)
    with pytest.raises(Refused, match="Somebody else"):
        actions.decide_list(by=world.coordinator, list_id=this.pk, agrees=True)
    assert list(queries.to_decide(second)) == [this]
    assert list(queries.to_decide(world.coordinator)) == []
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    assert list(queries.to_take(world.coordinator)) == [this]
    found = taken(world.coordinator, this)
    assert [row[0] for row in found["Children"]] == [case.reference]
    assert list(queries.to_take(world.coordinator)) == []
    row = AuditRow.objects.get(subject="inspection list", verb="take out")
    assert (row.person_id, row.actor_id) == (case.person_id, world.coordinator.pk)


def test_who_does_not_agree_says_why_and_nothing_is_taken_out(world: World, case: Any, second: User) -> None:
    this = ask(world.coordinator)
    with pytest.raises(Refused, match="Say why"):
        actions.decide_list(by=second, list_id=this.pk, agrees=False)
    actions.decide_list(by=second, list_id=this.pk, agrees=False, why="They asked for other days")
    with pytest.raises(Refused):
        actions.take_list_out(by=world.coordinator, list_id=this.pk)
    with pytest.raises(Refused, match="decided already"):
        actions.decide_list(by=second, list_id=this.pk, agrees=True)


def test_whoever_asked_reads_why_it_was_not_agreed_and_then_has_it_no_longer(
    world: World, case: Any, second: User
) -> None:
    this = ask(world.coordinator)
    actions.decide_list(by=second, list_id=this.pk, agrees=False, why="Other days")
    client, at = Client(), reverse("inspection_read", args=[this.pk])
    client.force_login(world.coordinator)
    assert "Not agreed: read why, and ask again" in client.get(reverse("home")).text
    page = client.get(reverse("inspection_list", args=[this.pk])).text
    assert "Other days" in page
    assert at in page
    with pytest.raises(Refused, match="Whoever asked"):
        actions.read_refusal(by=second, list_id=this.pk)
    assert list(queries.refused(second)) == []
    client.post(at)
    assert "Not agreed: read why" not in client.get(reverse("home")).text
    assert at not in client.get(reverse("inspection_list", args=[this.pk])).text


def test_who_asked_withdraws_it_and_nobody_decides_or_takes_it_out(
    world: World, case: Any, second: User
) -> None:
    waits, agreed = ask(world.coordinator), ask(world.coordinator)
    actions.decide_list(by=second, list_id=agreed.pk, agrees=True)
    with pytest.raises(Refused, match="Whoever asked"):
        actions.withdraw_list(by=second, list_id=waits.pk)
    client, other = Client(), Client()
    client.force_login(world.coordinator)
    other.force_login(second)
    for this in (waits, agreed):
        at = reverse("inspection_withdraw", args=[this.pk])
        assert at in client.get(reverse("inspection_list", args=[this.pk])).text
        assert at not in other.get(reverse("inspection_list", args=[this.pk])).text
        client.post(at)
        page = other.get(reverse("inspection_list", args=[this.pk])).text
        assert "Withdrawn" in page
        assert "Do you agree" not in page
        for user in (world.coordinator, second):
            with pytest.raises(Refused, match="withdrawn"):
                actions.take_list_out(by=user, list_id=this.pk)
        with pytest.raises(Refused, match="withdrawn"):
            actions.decide_list(by=second, list_id=this.pk, agrees=True)
    assert not queries.to_decide(second)
    assert not queries.to_take(world.coordinator)
    with pytest.raises(Refused, match="already"):
        actions.withdraw_list(by=world.coordinator, list_id=waits.pk)


def test_what_was_not_agreed_is_not_withdrawn_and_nothing_else_is_read(
    world: World, case: Any, second: User
) -> None:
    this = ask(world.coordinator)
    with pytest.raises(Refused, match="did not agree"):
        actions.read_refusal(by=world.coordinator, list_id=this.pk)
    actions.decide_list(by=second, list_id=this.pk, agrees=False, why="Other days")
    with pytest.raises(Refused, match="Ask again"):
        actions.withdraw_list(by=world.coordinator, list_id=this.pk)


def test_after_its_days_it_is_asked_for_again(world: World, case: Any, second: User) -> None:
    this = ask(world.coordinator)
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    long_ago = timezone.now() - timedelta(days=rules.DAYS + 1)
    InspectionList.objects.update(decided_at=long_ago)
    with pytest.raises(Refused, match="over"):
        actions.take_list_out(by=world.coordinator, list_id=this.pk)
    assert list(queries.to_take(world.coordinator)) == []


def test_it_holds_what_who_takes_it_out_may_see(world: World, case: Any, second: User) -> None:
    this = ask(world.coordinator, references=[case.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    assert taken(second, this)["Files"]
    network.deny_access(
        by=world.coordinator, person_id=case.person_id, whom=Whom("", world.care, user=second), why="Her aunt"
    )
    found = taken(second, this)
    assert not any(found[name] for name in ("Children", "Concerns", "Missing", "Agencies", "Files"))
    assert found.keys() == taken(world.coordinator, this).keys()


def joins(world: World, team: Any, name: str) -> User:
    return agencies.add_user(
        by=world.administrator, username=name, first_name=name, last_name="Ash", password=None,
        team=team, role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip


def kept_out(world: World, case: Any, user: User, *, unseen: bool = False) -> None:
    network.deny_access(
        by=world.coordinator, person_id=case.person_id, whom=Whom("", world.care, user=user), why="Her aunt"
    )
    Denial.objects.filter(user=user).update(unseen=unseen)


def read(user: User, this: InspectionList) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("inspection_list", args=[this.pk])).text


@pytest.mark.parametrize("who", ["asks", "agrees", "takes"])
def test_nothing_goes_out_of_a_child_whom_one_of_them_may_not_see(
    world: World, case: Any, second: User, who: str
) -> None:
    third = joins(world, world.exploitation_team, "third")
    a_case(world, "Bea")
    this = ask(world.supervisor, references=[case.reference])
    if who == "agrees":
        kept_out(world, case, second)
        assert case.reference not in read(second, this)
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    if who != "agrees":
        kept_out(world, case, world.supervisor if who == "asks" else third)
    assert case.reference not in read(third, this)
    found = taken(third, this)
    assert [row[1] for row in found["Children"]] == ["Bea Okoro"]
    assert not found["Files"]


def test_what_was_opened_in_an_emergency_does_not_go_out(world: World, case: Any) -> None:
    asking, agreeing = (joins(world, world.officer.team, name) for name in ("sid", "sam"))
    child = case.person
    Person.objects.filter(pk=child.pk).update(restricted=True)
    for by in (asking, agreeing):
        emergencies.break_glass(
            by=by, given_name=child.given_name, family_name=child.family_name, birth_date=child.birth_date,
            reason="Emergency at the door",
        )  # fmt: skip
    with pytest.raises(Refused, match="emergency"):
        ask(asking, references=[case.reference])
    this = ask(asking)
    assert case.person_id in queries.cases_open_between(asking, this.since, this.until).values_list(
        "person", flat=True
    )
    actions.decide_list(by=agreeing, list_id=this.pk, agrees=True)
    assert not taken(asking, this)["Children"]


def test_who_is_kept_out_without_learning_of_it_is_not_given_away_by_the_list(
    world: World, case: Any, second: User
) -> None:
    this = ask(world.coordinator, references=[case.reference])
    kept_out(world, case, second, unseen=True)
    assert case.reference not in read(second, this)
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    assert case.reference in read(world.coordinator, this)
    assert not taken(second, this)["Children"]


def test_a_reference_that_is_wrong_or_hidden_is_refused_alike(world: World, case: Any, second: User) -> None:
    network.deny_access(
        by=world.coordinator, person_id=case.person_id, whom=Whom("", world.care, user=second), why="Her aunt"
    )
    said = set()
    for reference in (case.reference, "C-NEVER"):
        with pytest.raises(Refused) as refused:
            ask(second, references=[reference])
        said.add(str(refused.value))
    assert len(said) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"for_whom": " "},
        {"why": ""},
        {"basis": ""},
        {"basis": "consent"},
        {"since": None},
        {"until": timezone.localdate() + timedelta(days=2)},
        {"since": timezone.localdate() - timedelta(days=3000)},
        {"references": [f"C-{number}" for number in range(31)]},
    ],
)
def test_what_is_wrong_is_said(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        ask(world.coordinator, **wrong)
    assert not InspectionList.objects.exists()


def test_others_find_nothing(world: World, case: Any) -> None:
    this = ask(world.coordinator)
    for user in (world.social_worker, world.teacher, world.analyst, world.board_member, world.administrator):
        with pytest.raises(Hidden):
            queries.list_visible_to(user, this.pk)
        client = Client()
        client.force_login(user)
        assert client.get(reverse("inspections")).status_code == 404
        for name in ("inspection_take", "inspection_withdraw", "inspection_read"):
            assert client.post(reverse(name, args=[this.pk])).status_code == 404


def test_from_asking_to_the_workbook_on_its_pages(world: World, case: Any, second: User) -> None:
    today = timezone.localdate()
    days = {
        f"{name}-{part}": getattr(today, part)
        for name in ("since", "until")
        for part in ("day", "month", "year")
    }
    asking, agreeing = Client(), Client()
    asking.force_login(world.coordinator)
    agreeing.force_login(second)
    answer = asking.post(reverse("inspection_ask"), ASKED | days | {"cases": case.reference})
    this = InspectionList.objects.get()
    assert answer["Location"] == reverse("inspection_list", args=[this.pk])
    (line,) = section_of(second, TO_DECIDE).waiting
    assert (line.due_on, line.whose) == (today + timedelta(days=1), "a second person")
    assert "Joint inspection" in agreeing.get(reverse("home")).content.decode()
    agreeing.post(reverse("inspection_list", args=[this.pk]), {"agrees": "yes"})
    assert "Joint inspection" in asking.get(reverse("home")).content.decode()
    answer = asking.post(reverse("inspection_take", args=[this.pk]))
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["About", "Children", "Concerns", "Missing", "Agencies", "Files"]
    children = list(book["Children"].values)
    assert [row[0] for row in children] == ["Case", case.reference]
    assert book["Files"].max_row > 1
    assert asking.get(reverse("inspection_take", args=[this.pk])).status_code == 405


def test_the_database_is_asked_as_often_for_two_children_as_for_one(
    world: World, case: Any, second: User, django_assert_max_num_queries: Any
) -> None:
    this = ask(world.coordinator, references=[case.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    with django_assert_max_num_queries(16):
        for sheet in queries.sheets(world.coordinator, InspectionList.objects.get()):
            list(sheet.rows)


def test_taking_out_asks_the_database_as_often_for_many_children_and_changes_no_record(
    world: World, case: Any, second: User, django_capture_on_commit_callbacks: Any
) -> None:
    this = ask(world.coordinator)
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    catch_up()
    for times, number in enumerate((1, 21)):
        while Case.objects.count() < number:
            child = Person.objects.create(given_name="Ada", family_name="Ash", birth_date=date(2011, 5, 4))
            Case.objects.create(
                reference=f"C-{Case.objects.count()}", person=child, lead_team=case.lead_team,
                opened_at=case.opened_at, opened_by=world.coordinator,
            )  # fmt: skip
        by = User.objects.get(pk=world.coordinator.pk)
        with CaptureQueriesContext(connection) as found, django_capture_on_commit_callbacks(execute=True):
            actions.take_list_out(by=by, list_id=this.pk)
        assert len(found) <= 45, len(found)
        assert AuditRow.objects.filter(verb="take out").count() == number + times
        assert not ChronologyChange.objects.exists()
    rows = AuditRow.objects.filter(verb="take out").values("pk")
    assert AuditSeal.objects.filter(row_id__in=rows).count() == len(rows)


def test_what_was_written_and_is_not_in_the_chronology_yet_goes_out(
    world: World, case: Any, second: User
) -> None:
    this = ask(world.coordinator, references=[case.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    other = a_case(world, "Bea")
    ChronologyEntry.objects.all().delete()
    for child in (case.person_id, other.person_id, uuid.uuid4()):
        ChronologyChange.objects.create(child_id=child)
    assert taken(world.coordinator, this)["Files"]
    assert ChronologyChange.objects.count() == 1


def test_children_of_one_name_are_kept_apart_on_every_sheet(world: World, second: User) -> None:
    two = [a_case(world, "Ada"), a_case(world, "Ada")]
    for case in two:
        gone(world.coordinator, case.person_id, 2)
    this = ask(world.coordinator, references=[case.reference for case in two])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    sheets = {sheet.name: sheet for sheet in actions.take_list_out(by=world.coordinator, list_id=this.pk)}
    for name in ("Children", "Concerns", "Missing", "Agencies", "Files"):
        rows = list(sheets[name].rows)
        assert list(sheets[name].head[:2]) == ["Case", "Child"]
        assert {row[1] for row in rows} == {str(two[0].person)}
        assert [key for key, _rows in groupby(row[0] for row in rows)] == sorted(
            case.reference for case in two
        ), name


@pytest.mark.parametrize(
    ("since", "until", "opened", "closed", "again"),
    [
        (150, 120, 200, 100, None),
        (150, 2, 200, None, 5),
        (150, 20, 200, 100, None),
        (90, 2, 5, None, None),
    ],
)
def test_it_says_when_the_case_was_open_on_those_days(
    world: World, case: Any, second: User, since: int, until: int, opened: int, closed: Any, again: Any
) -> None:
    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(opened_at=now - timedelta(days=5))
    CasePeriod.objects.create(
        case=case, opened_at=now - timedelta(days=200), closed_at=now - timedelta(days=100), opened_by=world.coordinator,
        closed_by=world.coordinator, why_closed="x", why_no_words="x", contact_afterwards="x", told_child="x", open_again_if="x",
    )  # fmt: skip
    today = timezone.localdate()
    this = ask(world.coordinator, since=today - timedelta(days=since), until=today - timedelta(days=until))
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    sheet = actions.take_list_out(by=world.coordinator, list_id=this.pk)[1]
    (row,) = sheet.rows
    said = dict(zip(sheet.head, row, strict=True))
    found = [said.get(name) and (now - said[name]).days for name in ("Opened", "Closed", "Opened again")]
    assert found == [opened, closed, again]


def test_whoever_works_with_a_child_whose_files_go_out_learns_for_whom_and_on_which_basis(
    world: World, case: Any, second: User
) -> None:
    other = a_case(world, "Bea")
    for one in (case, other):
        casework.allocate_worker(by=world.coordinator, case_id=one.pk, worker=world.social_worker)
    this = ask(world.coordinator, references=[case.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    actions.take_list_out(by=world.coordinator, list_id=this.pk)
    (notice,) = Notice.objects.filter(kind=NoticeKind.TAKEN_OUT)
    assert notice.person_id == case.person_id
    assert [reader.user for reader in notice.readers.all()] == [world.social_worker]
    (line,) = lines_of(notice.readers.select_related("notice__person"))
    client = Client()
    client.force_login(world.social_worker)
    why = "Joint inspection: They came on Monday (A legal obligation)"
    page = client.get(line.href).text
    assert f"Took the record’s lines, and a list of what is in it, out for an inspection. {why}" in page
    page = client.get(reverse("child_shared", args=[other.person_id])).text
    assert f"Took the record’s lines out for an inspection. {why}" in page
    client.force_login(world.analyst)
    assert client.get(line.href).status_code == 404


def test_two_children_of_one_list_are_both_told_of(world: World, case: Any, second: User) -> None:
    other = a_case(world, "Bea")
    for one in (case, other):
        casework.allocate_worker(by=world.coordinator, case_id=one.pk, worker=world.social_worker)
    this = ask(world.coordinator, references=[case.reference, other.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    for _time in range(2):  # who has not read it yet is told once
        actions.take_list_out(by=world.coordinator, list_id=this.pk)
    children = Notice.objects.filter(kind=NoticeKind.TAKEN_OUT).values_list("person_id", flat=True)
    assert sorted(children) == sorted([case.person_id, other.person_id])


def test_what_is_taken_out_is_a_look_on_the_childs_own_page_and_no_change(
    world: World, case: Any, second: User
) -> None:
    this = ask(world.coordinator, references=[case.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)

    def counted() -> tuple[int, int]:
        found = looks_for_child(world.social_worker, case.person_id)
        return sum(line.read for line in found), sum(line.wrote for line in found)

    read_before, wrote = counted()
    actions.take_list_out(by=world.coordinator, list_id=this.pk)
    assert counted() == (read_before + 1, wrote)


def test_it_says_whom_it_leaves_out_and_whose_an_entry_is(world: World, case: Any, second: User) -> None:
    untold = told(world, "Without")
    this = ask(world.coordinator)
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    found = taken(world.coordinator, this)
    assert not any(untold.reference in row for row in found["Concerns"])
    about = {row[0]: str(row[1]) for row in found["About"]}
    assert "who have no case stand in no list" in about["Which children"]
    assert "whoever wrote it belongs today" in about["Agencies"]


def test_worries_about_people_who_work_with_children_stand_in_no_list(
    world: World, case: Any, second: User
) -> None:
    about_staff = telling.tell(
        by=world.teacher, person_id=case.person_id, seen_and_heard="He drives her home.", why_no_words="Not met yet",
        danger_now="no", staff=AboutStaff("Sol Wright, social worker", None),
    )  # fmt: skip
    this = ask(world.coordinator, references=[case.reference])
    actions.decide_list(by=second, list_id=this.pk, agrees=True)
    found = taken(world.coordinator, this)
    assert found["Concerns"]
    assert not any(about_staff.reference in row for row in found["Concerns"])


def test_its_page_is_read_by_who_asked_and_who_agrees(world: World, case: Any, second: User) -> None:
    this = ask(world.coordinator, references=[case.reference])
    for user, text in ((world.coordinator, "A second person agrees"), (second, "Do you agree")):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("inspection_list", args=[this.pk])).content.decode()
        assert text in page
        assert case.reference in page


def test_what_waits_stands_first_and_then_what_was_decided_last(
    world: World, case: Any, second: User
) -> None:
    first, last, waits = (ask(world.coordinator, for_whom=who) for who in ("First", "Last", "Waits"))
    for this in (first, last):
        actions.decide_list(by=second, list_id=this.pk, agrees=True)
    assert list(queries.lists_visible_to(second)) == [waits, last, first]
