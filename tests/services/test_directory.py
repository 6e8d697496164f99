"""The directory on its pages: who finds what, who keeps it, files in and out, and local procedures by edition."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.services.test_profile import BROKEN, FULL, a_service

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.home.queries import my_work
from heard.services import actions, queries, rules
from heard.services.models import ProcedureReading, Service, ServiceImport
from heard.services.queries import Wanted
from heard.services.rules import ServiceDetails

FIELD = Path(__file__).parents[3] / "shared" / "knowledge" / "field-2026.md"
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "open_referral_uk"


def add(world: World, **change: Any) -> Service:
    is_checked = change.pop("is_checked", True)
    kept = ServiceDetails(**{**vars(FULL), **change})
    return actions.keep_service(by=world.coordinator, service_id=None, kept=kept, is_checked=is_checked)


def bring(world: World, documents: Any) -> ServiceImport:
    content = json.dumps(documents).encode()
    return actions.bring_services(by=world.coordinator, content=content, reason="The council’s directory")


def names(world: World, **wanted: Any) -> list[str]:
    found = queries.found(world.teacher, Wanted(**wanted), today=timezone.localdate())
    return [row.name for row in found]


def test_everybody_finds_what_fits_and_never_what_is_closed(world: World) -> None:
    add(world)
    add(
        world,
        name="Old line",
        description="A line.",
        is_checked=False,
        areas=(),
        minimum_age=None,
        maximum_age=None,
        needs=("health",),
        languages=(),
    )
    for status in ("inactive", "defunct", "temporarily closed"):
        add(world, name=f"Closed: {status}", status=status)
    assert names(world) == ["Harbour mentoring", "Old line"], "what was checked stands first"
    assert names(world, age=10) == ["Old line"]
    assert names(world, area="EASTMARSH", age=17) == ["Harbour mentoring", "Old line"]
    assert names(world, area="Elsewhere") == ["Old line"]
    assert names(world, lives=rules.lives_words("3 Quay Road, Eastmarsh", "EM1 2AB")) == [
        "Harbour mentoring",
        "Old line",
    ]
    assert names(world, lives=rules.lives_words("3 Quay Road, Northfold", "")) == [
        "Old line",
        "Harbour mentoring",
    ]
    assert names(world, need="advocacy") == names(world, language="polish") == ["Harbour mentoring"]
    assert names(world, words="MENTOR year") == ["Harbour mentoring"]
    assert names(world, every_status=True) == names(world), "only who keeps it sees closed ones in a list"
    client = Client()
    client.force_login(world.teacher)
    page = client.get(reverse("services"), {"q": "", "age": "15", "closed": "yes"}).content.decode()
    assert "Harbour mentoring" in page
    assert "Nobody has checked it" in page
    assert "Closed: " not in page
    closed = Service.objects.get(name="Closed: defunct")
    assert (
        "It takes nobody now" in client.get(reverse("directory_service", args=[closed.pk])).content.decode()
    )
    assert client.get(reverse("directory_service", args=[uuid.uuid4()])).status_code == 404
    client.force_login(world.coordinator)
    assert "Closed: defunct" in client.get(reverse("services"), {"closed": "yes"}).content.decode()


def test_only_who_keeps_the_directory_changes_it(world: World) -> None:
    service = add(world)
    teacher = world.teacher
    with pytest.raises(Refused, match="role"):
        actions.keep_service(by=teacher, service_id=service.pk, kept=FULL, is_checked=True)
    for call in (
        lambda: actions.bring_services(by=teacher, content=b"[{}]", reason="x"),
        lambda: actions.take_out_services(by=teacher),
    ):
        with pytest.raises(Hidden):
            call()
    client = Client()
    client.force_login(teacher)
    for name in ("service_add", "services_files", "services_bring", "procedure_add"):
        assert client.get(reverse(name)).status_code == 404, name
    assert client.get(reverse("service_change", args=[service.pk])).status_code == 404


def test_a_file_is_accounted_for_row_by_row(world: World) -> None:
    broken = [document for document, code, _where in BROKEN.values() if code not in ("letters", "number")]
    good = a_service()
    this = bring(world, [good, *broken])
    outcomes = [outcome for _number, _name, outcome, _issues in this.rows]
    assert len(this.rows) == len(broken) + 1 == outcomes.count("new") + outcomes.count("aside")
    assert outcomes.count("new") == 1
    assert all(issues for _number, _name, outcome, issues in this.rows if outcome == "aside")
    row = AuditRow.objects.get(verb="bring in", subject="services")
    assert row.detail == {"new": 1, "changed": 0, "there": 0, "closed": 0, "aside": len(broken)}
    # the same again; changed there; changed here; and one that was typed here
    assert [row[2] for row in bring(world, good).rows] == ["there"]
    assert [row[2] for row in bring(world, good | {"name": "Harbour mentors"}).rows] == ["changed"]
    came = Service.objects.get()
    assert came.name == "Harbour mentors"
    actions.keep_service(by=world.coordinator, service_id=came.pk, kept=FULL, is_checked=False)
    typed = add(world, name="By hand")
    with pytest.raises(Refused, match="No row"):
        bring(world, [good, typed.document | {"name": "Taken over"}])
    checked = queries.check(world.coordinator, json.dumps([good, typed.document | {"name": "x"}]).encode())
    assert [row.issues[0].code for row in checked.rows] == ["changed_here", "by_hand"]
    assert Service.objects.get(pk=typed.pk).name == "By hand"


def test_a_file_is_checked_and_brought_in_on_the_page(world: World) -> None:
    client = Client()
    client.force_login(world.coordinator)
    address = reverse("services_bring")

    def send(content: bytes, **more: str) -> Any:
        sent = {
            "file": SimpleUploadedFile("services.json", content),
            "reason": "The council",
            "what": "check",
        }
        return client.post(address, sent | more, follow=True)

    content = json.dumps({"contents": [a_service(), a_service(id="1")]}).encode()
    page = send(content).content.decode()
    assert "1 to add" in page
    assert "It is no UUID" in page
    assert Service.objects.count() == 0, "checking writes nothing"
    assert "not JSON" in send(b"{").content.decode()
    assert "Say where the file comes from" in send(content, what="bring", reason="").content.decode()
    page = send(content, what="bring").content.decode()
    assert "Set aside" in page
    assert Service.objects.count() == 1
    out = client.post(reverse("services_out"))
    assert out["Content-Disposition"] == 'attachment; filename="services.json"'
    assert json.loads(out.content)["contents"] == [a_service()]
    assert client.get(reverse("services_out")).status_code == 405


def test_a_service_is_added_and_changed_on_its_page(world: World) -> None:
    client = Client()
    client.force_login(world.coordinator)
    sent = {
        "name": "Harbour mentoring", "organisation": "Harbour Trust", "description": "A mentor.", "status": "active", "minimum_age": "11",
        "areas": "Wexmoor\nWexmoor\n", "needs": ["advocacy"], "days": ["MO"], "opens_at": "9:00", "closes_at": "17:00", "is_checked": ["yes"],
    }  # fmt: skip
    page = client.post(reverse("service_add"), sent | {"minimum_age": "1x"}).content.decode()
    assert "whole number" in page
    page = client.post(reverse("service_add"), sent, follow=True).content.decode()
    service = Service.objects.get()
    assert (service.minimum_age, service.is_everywhere, service.needs, service.assured_on) == (
        11,
        False,
        "|advocacy|",
        timezone.localdate(),
    )
    assert "From age 11, Wexmoor" in page
    change = reverse("service_change", args=[service.pk])
    assert 'value="09:00"' in client.get(change).content.decode()
    client.post(change, sent | {"status": "temporarily closed"})
    assert Service.objects.get().status == "temporarily closed"
    assert "no web address" in client.post(change, sent | {"url": "javascript:x"}).content.decode()


def test_a_page_asks_as_often_for_many_services_as_for_one(world: World) -> None:
    add(world)
    client = Client()
    client.force_login(world.teacher)
    client.get(reverse("services"))

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries_asked:
            client.get(reverse("services"))
        return len(queries_asked)

    before = asked()
    for number in range(25):
        add(world, name=f"Number {number}")
    assert asked() == before


@pytest.mark.samples
@pytest.mark.parametrize("name", ["service_full", "service_list"])
def test_what_the_profile_publishes_goes_in_and_comes_out_equal(world: World, name: str) -> None:
    from jsonschema import Draft202012Validator

    if not SAMPLES.is_dir():
        pytest.skip("the third-party samples are not beside the project")
    content = (SAMPLES / "examples" / f"{name}.json").read_bytes()
    said = json.loads(content)
    documents = said.get("contents", [said])
    this = actions.bring_services(by=world.coordinator, content=content, reason="The profile’s own example")
    kept = sum(outcome != "aside" for _number, _name, outcome, _issues in this.rows)
    assert (len(this.rows), kept) == (len(documents), len(documents)), this.rows
    out = json.loads(actions.take_out_services(by=world.coordinator))["contents"]
    order = lambda one: one["id"]
    assert sorted(out, key=order) == sorted(documents, key=order)
    schema = Draft202012Validator(json.loads((SAMPLES / "schema" / "service.json").read_text()))
    add(world)
    for document in json.loads(actions.take_out_services(by=world.coordinator))["contents"]:
        assert [error.message for error in schema.iter_errors(document)] == []


@pytest.mark.on_day(date(2026, 11, 27))
def test_national_help_is_a_file_of_the_profile_and_comes_in_once(world: World) -> None:
    client = Client()
    client.force_login(world.teacher)
    assert client.post(reverse("services_national")).status_code == 404
    client.force_login(world.coordinator)
    page = client.post(reverse("services_national"), follow=True).content.decode()
    assert "Set aside" not in page
    again = actions.bring_national(by=world.coordinator)
    assert {outcome for _number, _name, outcome, _issues in again.rows} == {"there"}
    for service in Service.objects.all():
        assert "looked at on 26 November 2026" in service.document["alert"], (
            "each says by whom and on which day"
        )
        assert service.assured_on is None, "nobody here has checked any of it"
        assert service.recheck_on == date(2027, 2, 26), "and by when somebody looks at it again"
    assert "SafeCall" in names(world, need="missing", age=15)
    there = set(Service.objects.values_list("name", flat=True))
    assert {"Childline", "NSPCC helpline", "NWG Network", "Police, when it is no emergency"} <= there


@pytest.mark.skipif(not FIELD.exists(), reason="the knowledge file is not here")
def test_each_national_line_stands_in_the_knowledge_as_read_in_a_source(world: World) -> None:
    text = FIELD.read_text()
    rows = text[text.index("### 6.2") : text.index("### 6.3")].splitlines()
    sourced = [row for row in rows if re.search(r"\[[AB]: ", row) and not re.search(r"\[[MG]\b", row)]
    actions.bring_national(by=world.coordinator)
    for service in Service.objects.all():
        said = [phone["number"] for phone in service.document.get("phones", ())]
        said += (
            [service.document["url"].removeprefix("https://").removeprefix("www.")]
            if "url" in service.document
            else []
        )
        assert said, service.name
        for what in said:
            assert any(what in row for row in sourced), f"{service.name}: {what}"


@pytest.mark.on_day(date(2026, 11, 27))
def test_who_keeps_the_directory_is_asked_to_look_at_national_help_again_by_its_day(world: World) -> None:
    add(world)
    actions.bring_national(by=world.coordinator)

    def asked(user: Any) -> list[str]:
        return [
            line.about
            for section in my_work(user)
            for line in section.waiting
            if section.key == "services-to-recheck"
        ]

    assert asked(world.coordinator) == [], "the day has not come"
    page = Client()
    page.force_login(world.teacher)
    service = Service.objects.get(name="SafeCall")
    shown = page.get(reverse("directory_service", args=[service.pk])).content.decode()
    assert "To be checked again by" in shown
    assert "26 February 2027" in shown
    Service.objects.filter(name__in=["SafeCall", "Childline"]).update(recheck_on=timezone.localdate())
    assert asked(world.coordinator) == ["Childline", "SafeCall"]
    assert asked(world.teacher) == asked(world.social_worker) == []
    kept = rules.kept_of(service.document, queries.needs_of(service))
    actions.keep_service(by=world.coordinator, service_id=service.pk, kept=kept, is_checked=True)
    actions.set_status(
        by=world.coordinator, service_id=Service.objects.get(name="Childline").pk, status="defunct"
    )
    assert asked(world.coordinator) == [], "one was checked, one is closed"
    service.refresh_from_db()
    assert service.recheck_on == rules.year_after(timezone.localdate())
    wrong = service.document | {"recheck_by": "soon"}
    assert rules.facts_of(wrong).recheck_on is None, "a file that says no day says none"


# ---- local procedures


def procedure(world: World, **more: Any) -> Any:
    said = {
        "title": "Going missing",
        "whom_for": "everybody",
        "beside": ["interview"],
        "edition": "1",
        "link": "https://p.example/1",
    }
    said["review_on"] = timezone.localdate() + timedelta(days=90)
    return actions.add_procedure(by=world.coordinator, **(said | more))


def test_whoever_read_an_edition_is_told_what_changed_since(world: World) -> None:
    one = procedure(world)
    procedure(world, title="Another", beside=["plan"])
    client = Client()
    client.force_login(world.teacher)
    address = reverse("procedure", args=[one.pk])
    assert "You have said" not in client.get(address).content.decode()
    first = one.editions.get()
    for _twice in range(2):
        client.post(reverse("procedure_read", args=[one.pk]), {"edition": first.pk})
    assert ProcedureReading.objects.count() == 1
    (beside,) = queries.procedures_beside(world.teacher, "interview").rows
    assert not beside.is_new
    at = timezone.now()
    for number in (2, 3):
        actions.add_edition(
            by=world.coordinator, procedure_id=one.pk, edition=str(number), link=f"https://p.example/{number}",
            review_on=timezone.localdate() - timedelta(days=1), what_changed=f"Change {number}", at=at + timedelta(seconds=number),
        )  # fmt: skip
    (beside,) = queries.procedures_beside(world.teacher, "interview").rows
    assert (beside.edition.edition, beside.is_new, beside.is_due) == ("3", True, True)
    (other,) = queries.procedures_beside(world.officer, "interview").rows
    assert not other.is_new, "who read none is told of no change"
    page = client.get(address).content.decode()
    told = page[page.index("What changed since you read it") : page.index("I have read this edition")]
    assert "Change 3" in told
    assert "Change 2" in told
    listed = client.get(reverse("procedures"), {"q": "change"}).content.decode()
    assert "Changed since you read edition 1" in listed
    assert "Another" not in listed
    with pytest.raises(Refused, match="already"):
        actions.add_edition(
            by=world.coordinator, procedure_id=one.pk, edition="3", link="https://p.example/3",
            review_on=timezone.localdate(), what_changed="x",
        )  # fmt: skip


def test_a_withdrawn_procedure_stands_beside_nothing(world: World) -> None:
    one = procedure(world)
    with pytest.raises(Refused, match="role"):
        actions.withdraw_procedure(by=world.teacher, procedure_id=one.pk, why="Old")
    actions.withdraw_procedure(
        by=world.coordinator, procedure_id=one.pk, why="The new one stands in its place"
    )
    assert queries.procedures_beside(world.teacher, "interview").rows == []
    client = Client()
    client.force_login(world.teacher)
    assert "The new one stands" in client.get(reverse("procedure", args=[one.pk])).content.decode()
    with pytest.raises(Refused, match="already"):
        actions.withdraw_procedure(by=world.coordinator, procedure_id=one.pk, why="Again")


# ---- what a file does to what was kept here


def test_marking_needs_lets_later_files_go_on_and_closing_always_gets_through(world: World) -> None:
    council = a_service(description="Help", email="desk@harbour.example")
    bring(world, council)
    service = Service.objects.get()
    client = Client()
    client.force_login(world.coordinator)
    assert "One service has no need marked" in client.get(reverse("services")).content.decode()
    assert names(world, unmarked=True) == ["Harbour mentoring"]
    address = reverse("service_needs", args=[service.pk])
    client.post(address, {"needs": ["housing", "legal"]})
    assert names(world, need="housing") == ["Harbour mentoring"]
    assert "no need marked" not in client.get(reverse("services")).content.decode()
    assert [row[2] for row in bring(world, council | {"description": "More help"}).rows] == ["changed"]
    service.refresh_from_db()
    assert (service.document["description"], service.changed_here) == ("More help", False)
    assert queries.needs_of(service) == ("housing", "legal")
    (out,) = json.loads(actions.take_out_services(by=world.coordinator))["contents"]
    assert [row["taxonomy_term"]["term"] for row in out["attributes"]] == ["housing", "legal"]
    assert [row[2] for row in bring(world, out).rows] == ["there"], "what was taken out comes in again"
    # a change of the text itself is one here: kept, until the file says that it is closed
    kept = ServiceDetails(
        **{
            **vars(rules.kept_of(service.document, queries.needs_of(service))),
            "organisation": "Harbour",
            "wait": "A week",
        }
    )
    actions.keep_service(by=world.coordinator, service_id=service.pk, kept=kept, is_checked=False)
    with pytest.raises(Refused, match="No row"):
        bring(world, council | {"description": "Other help"})
    (row,) = bring(world, council | {"description": "Other help", "status": "defunct"}).rows
    assert (row[2], row[3]) == ("closed", [["closed_here", "status"]])
    service.refresh_from_db()
    assert (service.status, service.document["wait_time"], service.document["description"]) == (
        "defunct",
        "A week",
        "More help",
    )
    assert names(world) == []
    client.force_login(world.teacher)
    for name in ("service_needs", "service_status"):
        assert client.post(reverse(name, args=[service.pk]), {"status": "active"}).status_code == 404
    with pytest.raises(Refused, match="role"):
        actions.mark_needs(by=world.teacher, service_id=service.pk, needs=[])
    with pytest.raises(Refused, match="role"):
        actions.set_status(by=world.teacher, service_id=service.pk, status="active")


def test_what_was_changed_between_checking_and_bringing_in_is_not_written_over(world: World) -> None:
    bring(world, a_service())
    content = json.dumps(
        [a_service(name="By the council"), a_service(id=str(uuid.uuid4()), name="New")]
    ).encode()
    checked = actions.read_file(by=world.coordinator, content=content)
    assert [row.outcome for row in checked.rows] == ["changed", "new"]
    known = Service.objects.get()
    # longer than the form holds, and closed all the same
    client = Client()
    client.force_login(world.coordinator)
    client.post(reverse("service_status", args=[known.pk]), {"status": "temporarily closed"})
    this = actions.bring_services(
        by=world.coordinator, content=content, reason="The council", checked=checked
    )
    assert [row[2] for row in this.rows] == ["aside", "new"]
    known.refresh_from_db()
    assert (known.name, known.status, known.changed_here) == ("Harbour mentoring", "temporarily closed", True)


def test_national_help_that_was_changed_here_says_so_on_the_page_of_files(world: World) -> None:
    actions.bring_national(by=world.coordinator)
    for service in Service.objects.all():
        document = service.document | {"wait_time": "A day"}
        Service.objects.filter(pk=service.pk).update(document=document, changed_here=True)
    client = Client()
    client.force_login(world.coordinator)
    answer = client.post(reverse("services_national"))
    assert answer["Location"] == reverse("services_files")
    assert "No row of the file" in client.get(answer["Location"]).content.decode()
    with CaptureQueriesContext(connection) as asked:
        list(queries.found(world.teacher, Wanted(), today=timezone.localdate()))
    assert not any('"services_serviceimport"."rows"' in row["sql"] for row in asked), "no report comes along"
    page = client.get(reverse("services"), {"q": "", "age": "-1"}).content.decode()
    assert "Enter a whole number of years" in page
    assert "SafeCall" not in page, "nothing is shown as fitting an age that was not understood"


def test_the_edition_that_was_looked_at_is_marked_as_read_and_no_other(world: World) -> None:
    one = procedure(world)
    seen = one.editions.get()
    newer = actions.add_edition(
        by=world.coordinator, procedure_id=one.pk, edition="2", link="https://p.example/2",
        review_on=timezone.localdate() + timedelta(days=9), what_changed="Whom to ring",
    )  # fmt: skip
    client = Client()
    client.force_login(world.teacher)
    address = reverse("procedure_read", args=[one.pk])
    page = client.post(address, {"edition": seen.pk}, follow=True).content.decode()
    assert "there is a newer edition" in page
    assert "Whom to ring" in page[page.index("What changed since you read it") :]
    assert ProcedureReading.objects.get().edition == seen
    assert f'name="edition" value="{newer.pk}"' in page
    other = procedure(world, title="Another").editions.get()
    for wrong in (other.pk, "x", ""):
        assert client.post(address, {"edition": wrong}).status_code == 404, wrong


def test_what_helps_stands_by_need_beside_work_and_says_by_what_it_was_chosen(world: World) -> None:
    for number in range(6):
        add(world, name=f"Aardvark {number}", needs=("activities",))
    add(world, name="Zebra line", needs=("exploitation",))
    add(world, name="Somewhere else", needs=("exploitation",), areas=("Farham",))
    add(world, name="Not marked", needs=())
    lives = rules.lives_words("1 Farham Road, Eastmarsh", "")
    found = queries.beside(world.teacher, "plan", Wanted(age=15, lives=lives), ("exploitation",))
    assert next(service.service.name for service in found.services) == "Zebra line"
    assert [one.service.name for one in found.by_need[0][2]] == ["Zebra line", "Somewhere else"]
    assert [(value, len(rows)) for _label, value, rows in found.by_need] == [
        ("exploitation", 2),
        ("activities", 4),
    ]
    assert (found.unmarked, found.is_more) == (1, True)
    with CaptureQueriesContext(connection) as asked:
        queries.beside(world.teacher, "plan", Wanted(age=15, lives=lives), ("exploitation",))
    assert len(asked) == 3
    one_need = queries.beside(world.teacher, "", Wanted(need="exploitation", lives=lives))
    assert ([service.service.name for service in one_need.services], one_need.unmarked) == (
        ["Zebra line", "Somewhere else"],
        1,
    )


@pytest.mark.parametrize("first", [(), ("advocacy",)])
def test_of_services_that_fit_alike_one_that_is_open_now_comes_first(
    world: World, monkeypatch: pytest.MonkeyPatch, first: tuple[str, ...]
) -> None:
    """On a Tuesday at ten, in a week without a bank holiday."""
    at = datetime.fromisoformat("2026-11-24T10:00:00+00:00")
    for name, day in (("Aardvark line", "WE"), ("Hours not said", None), ("Zebra line", "TU")):
        row = add(world, name=name)
        hours = {"freq": "WEEKLY", "byday": day, "opens_at": "09:00:00", "closes_at": "17:00:00"}
        Service.objects.filter(pk=row.pk).update(
            document=row.document | {"schedules": [hours] if day else []}
        )
    monkeypatch.setattr("heard.services.queries.timezone.localtime", lambda *_: at)
    found = queries.beside(world.teacher, "", Wanted(), first)
    assert [(service.service.name, service.opening) for service in found.services] == [
        ("Zebra line", rules.Open.NOW),
        ("Aardvark line", rules.Open.LATER),
        ("Hours not said", rules.Open.UNKNOWN),
    ]


def test_a_service_in_a_language_of_the_child_comes_first_and_none_is_left_out(world: World) -> None:
    add(world, name="Aardvark line", languages=("English",))
    add(world, name="Nameless line", languages=())
    add(world, name="Somewhere else", languages=("Romanian",), areas=("Farham",))
    add(world, name="Vorbim", languages=("English", "Romanian"))
    speaks = rules.languages_to_find(["  Romanian ", "English", "romanian", ""])
    assert speaks == ("romanian",), "English is everywhere"
    lives = rules.lives_words("1 Quay Road, Eastmarsh", "")
    assert names(world, lives=lives, speaks=speaks) == [
        "Vorbim", "Aardvark line", "Nameless line", "Somewhere else",
    ]  # fmt: skip
    assert names(world, lives=lives) == ["Aardvark line", "Nameless line", "Vorbim", "Somewhere else"]
    assert names(world, speaks=("roman",)) == names(world), "no part of another language"
    for first in ((), ("advocacy",)):
        found = queries.beside(world.teacher, "", Wanted(speaks=speaks, lives=lives), first)
        assert next(service.service.name for service in found.services) == "Vorbim", first
        assert len(found.services) == 4
