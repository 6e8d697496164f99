"""A caseload brought in from files: checked before, and accounted for row by row."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import pytest
from click.testing import CliRunner
from django.conf import settings as site
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.insight.bringing.files import PEOPLE, WHY, Written, bring

from heard.agencies.models import AuditRow, Membership, Team, User
from heard.agencies.rules import Hidden, Refused
from heard.board.figures.queries import figures
from heard.board.promises import TRUSTED
from heard.cases.assessment.actions import start_assessment
from heard.cases.case.models import AllocatedWorker, Case
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.mail import mail_unread
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.clocks.models import ClockRun
from heard.cases.plan.models import Action, Plan
from heard.insight.bringing import actions, queries, rules, views
from heard.insight.bringing.cli import caseload
from heard.insight.bringing.models import CaseloadImport, ImportedRow
from heard.insight.bringing.reading import read_files
from heard.insight.bringing.rules import Outcome, Table
from heard.network.actions import add_person, deny_access, move_house
from heard.network.models import Identifier, Involvement, Person
from heard.network.queries import Whom


def became(rows: Any) -> list[tuple[str, int, str, list[str]]]:
    return [(row.table, row.number, row.outcome, [code for code, _field in row.issues]) for row in rows]


def kept(world: World) -> list[tuple[str, Any]]:
    """The board's figures that have to do with time."""
    found = figures(world.board_member, today=timezone.localdate())
    return [(figure.promise.name, figure.periods) for figure in found if figure.promise.name != TRUSTED]


# ---- bringing in


@pytest.mark.on_day(date(2026, 11, 27))
def test_every_row_is_accounted_for_and_the_record_says_what_the_files_say(
    world: World, written: Written
) -> None:
    counted = kept(world)
    paths = written()
    checked = queries.check(world.coordinator, read_files(paths))
    assert Person.objects.count() == Case.objects.count() == 0  # nothing is written by looking
    this = bring(world, paths)
    assert became(this.rows.order_by("table", "number")) == [
        ("cases", 1, "kept", []),
        ("cases", 2, "kept", ["worker_unknown"]),
        ("cases", 3, "aside", ["person_aside"]),
        ("cases", 4, "aside", ["no_person"]),
        ("people", 1, "kept", []),
        ("people", 2, "kept", []),
        ("people", 3, "aside", ["no_name"]),
        ("plans", 1, "kept", []),
        ("plans", 2, "kept", ["action_over"]),
        ("plans", 3, "kept", []),
        ("plans", 4, "aside", ["no_outcome"]),
    ]
    assert this.files == checked.fingerprint
    for counts in this.files.values():
        assert counts["read"] == counts["kept"] + counts["aside"] + counts["there"]
    ada = Person.objects.get(given_name="Ada")
    assert (ada.birth_date, ada.sex, ada.school, ada.legal_status) == (
        date(2010, 2, 3),
        "F",
        "Northgate Academy",
        "in_need",
    )
    assert ada.addresses.get().postcode == "LE1 1AA"
    number = Identifier.objects.get(person=ada)
    assert (number.scheme, number.value, number.issuer) == ("council", "K1", "Wexmoor Children’s Services")
    case = Case.objects.get(person=ada)
    assert (timezone.localdate(case.opened_at), case.lead_team) == (date(2026, 6, 1), world.exploitation_team)
    assert (case.allocated_worker, case.trusted_worker) == (world.social_worker, world.teacher)
    assert AllocatedWorker.objects.get(case=case).since == date(2026, 6, 2)
    assert set(Involvement.objects.filter(person=ada).values_list("agency__name", flat=True)) == {
        "Wexmoor Children’s Services",
        "Northgate Academy",
    }
    # Only the last conference starts a clock: what came before was met elsewhere.
    [run] = ClockRun.objects.filter(case=case)
    assert (run.clock, run.started_on, run.met_on) == ("review_conference_next", date(2026, 10, 1), None)
    plan = Plan.objects.get(case=case)
    assert (plan.state, plan.review_on) == ("draft", timezone.localdate() + timedelta(days=30))
    owners = (
        Action.objects.filter(outcome__plan=plan).order_by("due_on").values_list("owner__username", flat=True)
    )
    assert list(owners) == ["sol.wright", "tess.archer"]
    assert kept(world) == counted  # nothing was done in time because it was brought in
    bo = Case.objects.get(person__given_name="Bo")
    assert (bo.allocated_worker, bo.trusted_worker, bo.lead_team) == (
        None,
        world.social_worker,
        world.exploitation_team,
    )
    begun = start_assessment(by=world.social_worker, case_id=bo.pk)
    assert begun.due_on is not None
    assert begun.due_on < timezone.localdate()  # 45 working days from the day in the file, not from today


def test_each_worker_learns_of_it_once(world: World, written: User) -> None:
    User.objects.filter(pk=world.social_worker.pk).update(email="sol@wexmoor.example")
    this = bring(world, written())
    for user in (world.social_worker, world.teacher):
        [reader] = unread_of(user)
        assert (reader.notice.kind, reader.notice.subject_id) == ("brought", str(this.pk))
    assert Reader.objects.exclude(notice__kind="brought").count() == 0
    mail_unread(timezone.now())
    assert [one.to for one in mail.outbox] == [["sol@wexmoor.example"]]
    client = Client()
    client.force_login(world.social_worker)
    assert reverse("caseload_given", args=[this.pk]) in client.get(reverse("notices")).text
    page = client.get(reverse("caseload_given", args=[this.pk])).text
    assert "2 children were given to you" in page
    assert "Ada Reedmace" in page
    client.force_login(world.teacher)
    page = client.get(reverse("caseload_given", args=[this.pk])).text
    assert "One child was given to you" in page
    assert "Sedgewick" not in page  # whom the school is not involved with


def test_supervisors_learn_of_it_too_and_are_told_nothing_that_is_not_so(
    world: World, written: Written
) -> None:
    this, client = bring(world, written()), Client()
    client.force_login(world.supervisor)
    notices = client.get(reverse("notices")).text
    assert reverse("caseload_given", args=[this.pk]) in notices
    assert "Children were brought into Heard: to be looked at" in notices
    assert "whom you work with" not in notices
    assert "You are the worker of none" in client.get(reverse("caseload_given", args=[this.pk])).text


def test_nobody_is_told_of_what_heard_refused(
    world: World, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**told: Any) -> None:
        raise Refused("Not now.")

    monkeypatch.setattr(actions, "note_moment", fails)
    this = bring(world, written())
    assert this.rows.get(table="cases", number=1).outcome == "aside"
    assert not unread_of(world.teacher)  # her only case was set aside after she had been named
    assert unread_of(world.social_worker).count() == 1
    assert list(queries.given_by(world.teacher, this.pk)) == []


def test_the_co_ordinator_learns_of_what_was_done_for_her_on_the_server(
    world: World, written: Written
) -> None:
    given = [word for table, path in written().items() for word in (f"--{table.value}", str(path))]
    CliRunner().invoke(caseload, ["bring", *given, "--by", "cora.ordway", "--reason", WHY, "--yes"])
    this = CaseloadImport.objects.get()
    [reader] = unread_of(world.coordinator)
    assert (reader.notice.kind, reader.notice.told_by) == ("brought", world.coordinator)
    client = Client()
    client.force_login(world.coordinator)
    assert reverse("caseload_given", args=[this.pk]) in client.get(reverse("notices")).text
    assert (
        f'{reverse("caseload_import", args=[this.pk])}"'
        in client.get(reverse("caseload_given", args=[this.pk])).text
    )
    assert pass_on(timezone.now() + timedelta(days=3)) >= 0
    assert not Reader.objects.filter(notice=reader.notice).exclude(user=world.coordinator)
    assert AuditRow.objects.get(verb="bring in").detail["on the server"] is True
    assert "on the server" in client.get(reverse("caseload_import", args=[this.pk])).text
    # On the page she has done it herself.
    that = bring(world, written("person_id,given_name\nK77,Cy\n", "", ""))
    assert unread_of(world.coordinator).count() == 1
    assert "on the server" not in AuditRow.objects.get(verb="bring in", subject_id=str(that.pk)).detail


def test_who_may_not_neither_checks_nor_brings_nor_reads(world: World, written: Written) -> None:
    paths, client = written(), Client()
    this = bring(world, paths)
    for user in (
        world.administrator,
        world.supervisor,
        world.social_worker,
        world.analyst,
        world.board_member,
    ):
        with pytest.raises(Hidden):
            queries.check(user, read_files(paths))
        with pytest.raises(Hidden):
            actions.bring_in(by=user, read=read_files(paths), reason=WHY)
        with pytest.raises(Hidden):
            actions.ask_to_undo(by=user, import_id=this.pk, reason="Wrong day")
        client.force_login(user)
        for name in ("caseload_import", "caseload_import_file", "caseload_import_undo"):
            assert client.get(reverse(name, args=[this.pk])).status_code == 404, (user, name)
    other = written("person_id,given_name\nK5,Di\n", "", "")
    with pytest.raises(Refused, match="Say where the files come from"):
        actions.bring_in(by=world.coordinator, read=read_files(other), reason=" ")
    assert CaseloadImport.objects.count() == 1


def test_what_was_checked_is_what_is_brought_in(world: World, written: Written) -> None:
    paths = written()
    before = queries.check(world.coordinator, read_files(paths)).fingerprint
    paths[Table.PEOPLE].write_text(PEOPLE + "K4,Cy,Tarn,,,,,,,,\n")
    with pytest.raises(Refused, match="Check them again"):
        actions.bring_in(by=world.coordinator, read=read_files(paths), reason=WHY, checked_as=before)
    assert Person.objects.count() == 0


def test_what_was_checked_is_which_column_and_whom_it_meant_too(world: World, written: Written) -> None:
    """The files are to the letter the same: what differs is how they are understood."""
    people = "person_id,Real name,given_name\nK1,Ada,Zed\n"
    paths = written(
        people, "person_id,opened_on,trusted_worker,team\nK1,2026-06-01,tess@school.example,\n", ""
    )
    User.objects.filter(pk=world.teacher.pk).update(email="tess@school.example")
    mapped = {Table.PEOPLE: {"given_name": "Real name"}}
    checked = actions.check_files(by=world.coordinator, read=read_files(paths, mapped)).fingerprint

    def send(headings: Any) -> None:
        actions.bring_in(
            by=world.coordinator, read=read_files(paths, headings), reason=WHY, checked_as=checked
        )

    with pytest.raises(Refused, match="Check them again"):
        send(None)
    User.objects.filter(pk=world.teacher.pk).update(email="")
    User.objects.filter(pk=world.social_worker.pk).update(email="tess@school.example")
    with pytest.raises(Refused, match="Check them again"):
        send(mapped)
    User.objects.filter(pk=world.social_worker.pk).update(email="")
    User.objects.filter(pk=world.teacher.pk).update(email="tess@school.example")
    send(mapped)
    assert Person.objects.get().given_name == "Ada"
    assert Case.objects.get().trusted_worker == world.teacher


def test_nobody_waits_while_files_are_read(
    world: World, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a transaction keeps everybody else from saving: the one of a check holds its audit row alone."""
    paths, check, outside = written(), queries.check, list(connection.savepoint_ids)
    inside: list[list[str]] = []

    def checks(*told: Any) -> Any:
        inside.append(list(connection.savepoint_ids))
        return check(*told)

    monkeypatch.setattr(queries, "check", checks)
    actions.check_files(by=world.coordinator, read=read_files(paths))
    assert inside == [outside]
    assert AuditRow.objects.get(verb="check").detail == {"people": 3}


def test_what_heard_refuses_sets_the_row_aside_and_the_others_come_in(
    world: World, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*, given_name: str, **more: Any) -> Person:
        if given_name == "Ada":
            raise Refused("Not now.")
        return add_person(given_name=given_name, **more)

    monkeypatch.setattr(actions, "add_person", fails)
    this = bring(world, written())
    assert set(this.rows.filter(table="plans").values_list("outcome", flat=True)) == {"aside"}
    assert list(this.rows.filter(outcome="kept").values_list("table", "number")) == [
        ("cases", 2),
        ("people", 2),
    ]
    assert Person.objects.get().given_name == "Bo"
    assert this.files["people"]["kept"] == 1


# ---- who is there already


def hits(world: World, paths: dict[Table, Path]) -> list[tuple[str, list[str], list[Any]]]:
    rows = queries.check(world.coordinator, read_files(paths)).files.rows(Table.PEOPLE)
    return [
        (row.outcome.value, [i.code for i in row.issues], [key for key, _why in row.hits]) for row in rows
    ]


def test_who_may_be_there_is_proposed_and_somebody_decides(world: World, written: Written) -> None:
    known = add_person(
        by=world.social_worker, given_name="Ada", family_name="Reedmace", birth_date=date(2010, 2, 3)
    )
    first = "person_id,given_name,family_name,birth_date,same_as\nK1,Ada,Reedmace,2010-02-03,"
    assert hits(world, written(first + "\n", "", "")) == [("aside", ["may_be_there"], [known.pk])]
    assert hits(world, written(first + "new\n", "", "")) == [("kept", [], [])]
    assert hits(world, written(first + f"{known.pk}\n", "", "")) == [("there", ["there"], [])]
    assert hits(world, written(first + "Ada\n", "", "")) == [("aside", ["same_as_unknown"], [])]
    # Of a child who is there nothing is written, and the row leads to the record.
    rows = first + f"{known.pk}\nK2,Bo,Sedgewick,,\n"
    this = bring(world, written(rows, "person_id,opened_on\nK1,2026-06-01\n", ""))
    assert became(this.rows.order_by("table", "number")) == [
        ("cases", 1, "aside", ["person_there"]), ("people", 1, "there", ["there"]), ("people", 2, "kept", []),
    ]  # fmt: skip
    assert this.rows.get(table="people", number=1).person == known
    assert Person.objects.count() == 2
    assert not Case.objects.exists()


def test_the_childs_own_number_is_of_one_child(world: World, written: Written) -> None:
    """Whatever else the row says: a file that comes in twice makes no child twice."""
    first = "person_id,given_name,family_name,birth_date,same_as\n"
    bring(world, written(first + "K77,Ada,Reed,,\nK2,Bo,Tarn,,new\n", "", ""))
    ada, bo = (Person.objects.get(given_name=name) for name in ("Ada", "Bo"))
    again = (
        first + f"K77,Adelaide,Smith,2010-02-03,\nK2,Bo,Tarn,,new\nK77b,Ada,Reed,,new\nK2,Bo,Tarn,,{bo.pk}\n"
    )
    assert hits(world, written(again, "", "")) == [
        ("aside", ["number_there"], [ada.pk]),
        ("aside", ["number_there"], [bo.pk]),
        ("kept", [], []),
        ("aside", ["id_twice"], []),
    ]
    assert hits(world, written(first + f"K2,Bo,Tarn,,{bo.pk}\n", "", "")) == [("there", ["there"], [])]
    # Another agency may use the same number, and of a child who is hidden nothing is said.
    Identifier.objects.filter(person=bo).update(issuer="Another council")
    deny_access(
        by=world.supervisor,
        person_id=ada.pk,
        whom=Whom("", world.care, user=world.coordinator),
        why="A relative",
    )
    assert [outcome for outcome, _i, _h in hits(world, written(again, "", ""))][:2] == ["kept", "kept"]


@pytest.mark.parametrize("how", ["restricted", "denied", "by key"])
def test_a_record_that_is_hidden_is_never_betrayed(world: World, written: Written, how: str) -> None:
    """What the check says is to the letter what it says where there is no such record."""
    known = add_person(
        by=world.social_worker if how == "denied" else world.officer,
        given_name="Ada",
        family_name="Reedmace",
        birth_date=date(2010, 2, 3),
        nhs_number="9434765919",
    )
    line = "person_id,given_name,family_name,birth_date,nhs_number,same_as\nK1,Ada,Reedmace,2010-02-03,9434765919,"
    same = str(known.pk) if how == "by key" else ""
    paths = written(f"{line}{same}\n", "", "")
    assert hits(world, paths)[0] in (("aside", ["may_be_there"], [known.pk]), ("there", ["there"], []))
    if how == "denied":
        kept_out = Whom("", world.care, user=world.coordinator)
        deny_access(by=world.supervisor, person_id=known.pk, whom=kept_out, why="A relative")
    else:
        Person.objects.filter(pk=known.pk).update(restricted=True)
    with_it = hits(world, paths)
    other = "0a1b2c3d-0000-4000-8000-000000000000"
    if how == "by key":
        paths = written(f"{line}{other}\n", "", "")
    else:
        Person.objects.filter(pk=known.pk).update(
            given_name="Zed", family_name="Yarrow", birth_date=None, nhs_number=""
        )
        known.search_keys.all().delete()
    assert with_it == hits(world, paths)
    assert with_it == [("aside", ["same_as_unknown"], [])] if how == "by key" else [("kept", [], [])]


def test_rows_of_one_file_that_may_be_one_child_are_not_both_brought_in(
    world: World, written: Written
) -> None:
    rows = "person_id,given_name,family_name,birth_date,nhs_number,same_as\n"
    rows += "K1,Ada,Reed,2010-02-03,9434765919,\nK2,Ida,Rede,,943 476 5919,\nK3,ADA,Reed,3/2/2010,,\nK4,Ada,Reed,3/2/2010,,new\nK1,B,C,,,\n"
    assert [codes for _o, codes, _h in hits(world, written(rows, "", ""))] == [
        [], ["twice_here"], ["twice_here"], [], ["id_twice"],
    ]  # fmt: skip


def test_days_workers_and_teams_that_cannot_be_are_named(world: World, written: Written) -> None:
    today = timezone.localdate()
    people = "person_id,given_name,birth_date\n" + "".join(
        f"K{n},Child{n},{born}\n"
        for n, born in enumerate(
            ["2010-02-03"] * 8 + ["2099-01-01", "1980-01-01", f"{today.year - 19}-01-01"]
        )
    )
    cases = "person_id,opened_on,team,lead_agency,allocated_worker,allocated_on\n"
    cases += "K0,2099-01-01,,,,\nK1,2009-01-01,,,,\nK2,someday,,,,\nK3,2026-01-01,No such team,,,\nK4,2026-01-01,,No such agency,,\n"
    cases += "K5,2026-01-01,Exploitation team,Wexmoor Police,,\nK6,2026-01-01,,,tess.archer,2025-01-01\nK7,2026-01-01,,,ana.list,\nK7,2026-01-01,,,,\nK9,2026-01-01,,,,\n"
    files = queries.check(
        world.coordinator, read_files(written(people, cases, "person_id,outcome\nK0,Safe\n"))
    ).files
    said = [[issue.code for issue in row.issues] for row in files.rows(Table.CASES)]
    assert said == [
        ["day_future"], ["day_before_birth"], ["day_needed"], ["team_unknown"], ["agency_unknown"], ["team_elsewhere"],
        ["day_before_opening", "worker_not_statutory"], ["worker_may_not"], ["case_twice"], ["person_aside"],
    ]  # fmt: skip
    assert [[issue.code for issue in row.issues] for row in files.rows(Table.PEOPLE)][-3:] == [
        ["day_future_left"],
        ["grown"],
        ["adult"],
    ]
    assert [[issue.code for issue in row.issues] for row in files.rows(Table.PLANS)] == [["no_case"]]
    assert files.count(Outcome.KEPT) == 10 + 2


# ---- pages and the command


def test_a_row_of_a_record_that_is_closed_since_says_no_name(
    world: World, written: Written, second: User
) -> None:
    this = bring(world, written())
    client = Client()
    client.force_login(second)
    ada = Person.objects.get(given_name="Ada")
    page = client.get(reverse("caseload_import", args=[this.pk])).text
    assert "Ada Reedmace" in page
    assert "No name is there." in page
    assert "Allocated worker: Nobody who can sign in" in page
    assert "allocated_worker" not in page
    assert "3 rows read: 2 brought in, 1 set aside, 0 there already" in page
    taken_out = client.get(reverse("caseload_import_file", args=[this.pk])).text
    assert "Open cases,2,Brought in," in taken_out
    assert "Allocated worker: Nobody who can sign in has this username or address." in taken_out
    assert "worker_unknown" not in taken_out
    deny_access(
        by=world.coordinator, person_id=ada.pk, whom=Whom("", world.care, user=second), why="A relative"
    )
    client.force_login(User.objects.get(pk=second.pk))
    move_house(by=world.social_worker, person_id=ada.pk, postcode="LE2 2BB")
    page = client.get(reverse("caseload_import", args=[this.pk])).text
    assert "Reedmace" not in page
    assert "Worked on since" not in page  # on which child nobody says; that all of it stays is said
    assert "Somebody has worked on one of these records" in page
    assert "A record that you may not see" in page
    assert str(ada.pk) not in client.get(reverse("caseload_import_file", args=[this.pk])).text


def test_the_command_checks_brings_in_and_says_each_mistake(
    world: World, written: Written, tmp_path: Path
) -> None:
    paths = written()
    given = [word for table, path in paths.items() for word in (f"--{table.value}", str(path))]
    run = CliRunner().invoke
    listed = tmp_path / "list.csv"
    done = run(caseload, ["check", *given, "--by", "cora.ordway", "--list", str(listed)])
    assert done.exit_code == 1, done.output
    assert "people.csv: 3 rows read = 2 to bring in + 1 set aside + 0 there already" in done.output
    assert "cases.csv row 2, allocated worker: note. Nobody who can sign in has this username" in done.output
    assert "Reedmace" not in done.output
    lines = listed.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 3 + 4 + 4
    assert (
        "cases.csv,2,to bring in,Allocated worker,Nobody who can sign in has this username or address."
        in "\n".join(lines)
    )
    assert "as they are named" in done.output
    assert "allocated_worker" not in done.output
    before = paths[Table.PEOPLE].read_bytes()
    for place, said in (
        (paths[Table.PEOPLE], "is there already"),
        (tmp_path / "no" / "l.csv", "cannot be written"),
    ):
        done = run(caseload, ["check", *given, "--by", "cora.ordway", "--list", str(place)])
        assert (done.exit_code, said in done.output) == (1, True), done.output
        assert isinstance(done.exception, SystemExit)
    assert paths[Table.PEOPLE].read_bytes() == before
    formula = tmp_path / "=cmd.csv"
    formula.write_bytes(before)
    listed = tmp_path / "again.csv"
    run(caseload, ["check", "--people", str(formula), "--by", "cora.ordway", "--list", str(listed)])
    assert listed.read_text(encoding="utf-8-sig").splitlines()[1].startswith("'=cmd.csv,1,")
    assert run(caseload, ["check", *given, "--by", "sol.wright"]).exit_code == 1
    assert "Only a co-ordinator" in run(caseload, ["check", *given, "--by", "sol.wright"]).output
    User.objects.filter(pk=world.board_member.pk).update(is_active=False)
    for nobody in ("no.one", world.board_member.username):
        assert "Nobody who can sign in" in run(caseload, ["check", *given, "--by", nobody]).output
    assert not ImportedRow.objects.exists()
    done = run(caseload, ["bring", *given, "--by", "Cora.Ordway", "--reason", WHY, "--yes"])
    assert done.exit_code == 0, done.output
    assert reverse("caseload_import", args=[CaseloadImport.objects.get().pk]) in done.output
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("people:\n  person_id: Kay\n")
    done = run(caseload, ["check", *given, "--by", "cora.ordway", "--mapping", str(mapping)])
    assert done.exit_code == 2
    assert "has no column Kay" in done.output


def test_the_command_brings_in_only_what_it_has_shown(
    world: World, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is asked whether to go on has read what was said of each row, and the files are not read again."""
    paths = written()
    given = [word for table, path in paths.items() for word in (f"--{table.value}", str(path))]

    def changed_meanwhile(*_told: Any, **_more: Any) -> bool:
        paths[Table.PEOPLE].write_text(PEOPLE.replace("Ada", "Ida"))
        return True

    monkeypatch.setattr(click, "confirm", changed_meanwhile)
    done = CliRunner().invoke(caseload, ["bring", *given, "--by", "cora.ordway", "--reason", WHY])
    assert done.exit_code == 0
    assert {person.given_name for person in Person.objects.all()} == {"Ada", "Bo"}


def test_what_is_named_otherwise_is_said_with_its_heading(world: World, written: Written) -> None:
    paths, client = (
        written("Ref,Forename,Hobby\nK1,Ada,Chess\n", "person_id,Key worker\nK1,no.one\n", ""),
        Client(),
    )
    del paths[Table.PLANS]
    client.force_login(world.coordinator)
    with ExitStack() as opened:
        files = {table.value: opened.enter_context(path.open("rb")) for table, path in paths.items()}
        page = client.post(reverse("caseload_bring"), files | {"what": "check"}).text
    words = " ".join(re.sub("<[^>]*>", " ", page).split())
    assert "Given name: “Forename”" in words
    assert "One row read: 1 to bring in" in words
    assert "Not read: Hobby" in words
    assert "No column tells: Opened on (opened_on)" in words
    given = [word for table, path in paths.items() for word in (f"--{table.value}", str(path))]
    said = CliRunner().invoke(caseload, ["check", *given, "--by", "cora.ordway"]).output
    assert "given name from “Forename”" in said
    assert "No column tells opened on (opened_on): name it in a mapping" in said
    assert "1 row read" in said


def test_the_page_brings_in_only_what_was_checked_there(world: World, written: Written, second: User) -> None:
    paths, client, where = written(), Client(), reverse("caseload_bring")
    client.force_login(world.coordinator)

    def send(what: str, **more: Any) -> Any:
        with ExitStack() as opened:
            files = {table.value: opened.enter_context(path.open("rb")) for table, path in paths.items()}
            return client.post(where, files | {"what": what} | more)

    assert "Check these files first" in send("bring", reason=WHY).text
    assert f">{WHY}</textarea>" in send("check", reason=WHY).text  # and what was typed stays
    page = send("check")
    assert "The child’s own number: No row of the people has this number." in page.text
    assert "Allocated worker: Nobody who can sign in has this username or address." in page.text
    words = re.sub("<[^>]*>", " ", page.text)
    shown, _found, columns = words.partition("What would become of each row")[2].partition("Which columns")
    assert "Headings as they are named." in shown
    assert not re.findall("person_id|allocated_worker|given_name", shown)
    assert "allocated_worker" in columns  # what to write above a column, each with what it means
    assert "username or email address; works in children’s services" in columns
    assert re.search('<h2[^>]*tabindex="-1"[^>]*autofocus', page.text)
    assert re.search('<input[^>]*value="bring"[^>]*checked', page.text)
    assert "choose the same files again" in page.text
    assert not Person.objects.exists()
    [token] = re.findall('name="checked" value="([^"]+)"', page.text)
    checked = {"checked": token}
    assert "Say where the files come from" in send("bring", **checked).text
    client.force_login(second)
    assert "Check these files first" in send("bring", reason=WHY, **checked).text  # another looked at them
    client.force_login(world.coordinator)
    with patch.object(views, "_CHECKED_FOR", -1):  # too long ago
        assert "Check these files first" in send("bring", reason=WHY, **checked).text
    paths[Table.PEOPLE].write_text(PEOPLE.replace("Ada", "Ida"))
    assert "Check them again" in send("bring", reason=WHY, **checked).text
    paths[Table.PEOPLE].write_text(PEOPLE)
    with patch.object(rules, "MOST_ON_A_PAGE", 3):
        assert "more in, with heard caseload" in send("bring", reason=WHY, **checked).text
    assert not Person.objects.exists()
    assert send("bring", reason=WHY, **checked)["Location"] == reverse(
        "caseload_import", args=[CaseloadImport.objects.get().pk]
    )
    assert Person.objects.count() == 2
    assert not list(site.DATA.glob("caseload-*"))  # no file is kept
    for user in (world.administrator, world.supervisor):
        client.force_login(user)
        assert client.get(where).status_code == 404


def test_bringing_a_caseload_in_lets_in_the_teams_that_lead_and_nobody_for_whoever_brings_it_in(
    world: World, written: Any
) -> None:
    quality = Team.objects.create(agency=world.care, name="Quality")
    Membership.objects.filter(user=world.coordinator).update(team=quality)
    bring(replace(world, coordinator=User.objects.get(pk=world.coordinator.pk)), written())
    brought = Case.objects.values("person")
    lines = Involvement.objects.running().filter(person__in=brought)
    assert {line.team for line in lines.filter(agency=world.care)} == {world.exploitation_team}
    assert not Involvement.objects.filter(user=world.supervisor).exists()
