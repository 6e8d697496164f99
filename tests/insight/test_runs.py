"""From extracts to a concern that a person opens, and everything that is refused on the way."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.conftest import World
from tests.insight.conftest import said

from heard.agencies.actions import give_role
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.models import Concern
from heard.demo.agencies_csv import CASE_MANAGERS
from heard.engine import tables
from heard.engine.run import Sight
from heard.engine.run.coverage import Month
from heard.insight.judgement.actions import judge
from heard.insight.judgement.rules import Pair
from heard.insight.pair import queries as pairs
from heard.insight.run import actions, picture, queries, rules, views
from heard.insight.run.models import EngineRun
from heard.insight.run.picture import draw
from heard.insight.run.rules import RunPart
from heard.network.actions import restrict
from heard.network.models import Person


def _scattered(world: World, run: EngineRun) -> queries.ListedChild:
    return queries.children_of(world.coordinator, run, scattered_only=True)[0]


def _open(world: World, run: EngineRun, key: str, reason: str = "Nobody else can see it") -> Concern:
    new = {"given_name": "Robin", "family_name": "Ash"}
    return actions.open_concern(
        by=world.coordinator, run=run, key=key, reason=reason, person_id=None, new_person=new
    )


def test_a_run_lists_children_and_where_it_had_to_stay_silent(world: World, run: EngineRun) -> None:
    assert run.state == "done", run.problem
    listed = queries.children_of(world.coordinator, run)
    assert len(listed) == run.summary["with_signs"] > 0
    assert {item["item"] for item in queries.known_of(world.analyst, run)} >= {"S01", "S14", "V01"}
    for source in run.summary["sources"]:
        assert source["read"] == source["kept"] + source["set_aside"]


def test_a_list_has_no_names_in_it(world: World, run: EngineRun, client: Client) -> None:
    names = {
        row["family_name"]
        for row in pq.read_table(run.result / "records.parquet").to_pylist()
        if row["family_name"] and len(row["family_name"]) > 5
    }
    client.force_login(world.coordinator)
    key = _scattered(world, run).key
    for path in (f"/engine/{run.pk}/", f"/engine/{run.pk}/children/{key}/"):
        page = client.get(path).content.decode()
        assert not [name for name in names if f" {name}<" in page or f" {name} " in page]


def test_a_person_opens_a_concern_with_the_records_as_evidence(world: World, run: EngineRun) -> None:
    child = _scattered(world, run)
    actions.reveal(by=world.coordinator, run=run, key=child.key, reason="Three agencies hold a piece")
    concern = _open(world, run, child.key)
    assert concern.origin == "list"
    assert concern.told_by == world.coordinator
    seen = {row.item for row in concern.observations.all() if row.state == "seen"}
    assert seen >= set(child.signs)
    assert all(row.words and row.source and row.seen_on for row in concern.observations.filter(state="seen"))
    verbs = list(AuditRow.objects.filter(person_id=concern.person_id).values_list("verb", flat=True))
    assert "open from list" in verbs


def test_how_links_came_about_is_said_by_group_and_source_and_names_nobody(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    page = client.get(f"/engine/{run.pk}/links/")
    assert page.status_code == 200
    quality = {(row["group"], row["value"]): row for row in pairs.quality_of(world.analyst, run)}
    shown = [row for row in quality.values() if row["pairs"] >= 50]
    assert shown
    assert all(
        f"{row['precision'] * 100:.1f} (" in page.text for row in shown if row["precision"] is not None
    )
    assert "Girls" in page.text
    assert "counts in both groups" in page.text  # girls and boys are more than all
    assert "sex: F" not in page.text
    names = {row["family_name"] for row in queries.table_of(world.analyst, run, tables.RECORDS).to_pylist()}
    assert not [name for name in names if name and f">{name}<" in page.text]
    assert AuditRow.objects.filter(subject_id=str(run.pk), detail__part="links").count() == 1
    client.force_login(world.social_worker)
    assert client.get(f"/engine/{run.pk}/links/").status_code == 404
    with pytest.raises(Hidden):
        pairs.diagnosis_of(world.social_worker, run)


def test_a_run_opens_nothing_by_itself(world: World, run: EngineRun) -> None:
    assert run.summary["scattered"] > 0
    assert not Concern.objects.exists()
    assert not Person.objects.exists()


def test_nobody_is_named_before_the_reason_is_given(world: World, run: EngineRun) -> None:
    key = _scattered(world, run).key
    with pytest.raises(Hidden):
        queries.identity_of(world.coordinator, run, key)
    with pytest.raises(Refused, match="Say first why"):
        _open(world, run, key)
    with pytest.raises(Refused, match="Say why you need"):
        actions.reveal(by=world.coordinator, run=run, key=key, reason=" ")
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    identity = queries.identity_of(world.coordinator, run, key)
    assert len(identity.records) > 1
    assert AuditRow.objects.filter(verb="reveal", reason="Three agencies hold a piece").exists()


def _knowing(user: User, run: EngineRun, key: str) -> list[queries.Knowing]:
    return queries.who_knows(user, run, key, queries.evidence_of(user, run, key))


def test_who_knows_a_child_is_every_agency_with_a_record_and_whom_to_ring_waits_for_the_reason(
    world: World, run: EngineRun, client: Client
) -> None:
    children = [
        child for child in queries.children_of(world.coordinator, run) if "youth justice" in child.agencies
    ]
    assert children
    key = children[0].key
    knowing = {one.agency: one for one in _knowing(world.coordinator, run, key)}
    rows = queries.evidence_of(world.coordinator, run, key)
    assert set(knowing) >= {row["agency"] for row in rows}
    assert knowing["youth justice"].last_seen == max(
        row["seen_on"] for row in rows if row["agency"] == "youth justice"
    )
    assert knowing["youth justice"].sources == ["youth_justice"]
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/children/{key}/").content.decode()
    assert not [name for name in CASE_MANAGERS if name in page]
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    page = client.get(f"/engine/{run.pk}/children/{key}/open/").content.decode()
    assert len([name for name in CASE_MANAGERS if name in page]) == 1
    with pytest.raises(Hidden):
        queries.who_knows(world.social_worker, run, key, rows)


def test_an_agency_that_shows_nothing_knows_the_child_all_the_same(world: World, run: EngineRun) -> None:
    found = [
        one
        for child in queries.children_of(world.analyst, run)
        for one in _knowing(world.analyst, run, child.key)
    ]
    assert any(one.items == 0 and one.last_seen is None for one in found)


def test_a_code_is_said_in_words_beside_the_field_that_carries_it(world: World, run: EngineRun) -> None:
    release = queries.release_of(run)
    asked = [
        ("S01", "AssessmentFactors=10A"), ("S12", "SDQ_SCORE>=17"), ("S05", "MC_DOB"), ("S01", "AssessmentFactors=99Z"), ("S01", "own_column>=1"),
    ]  # fmt: skip
    says = rules.said_by_field(release)
    assert list(map(says.get, asked[:3])) == [
        "Going missing.",
        "A proxy. Strengths and difficulties questionnaire; 17 or more is a cause for concern, 14 to 16 is borderline. The row has no date.",
        "Any date of birth of the young person’s own child.",
    ]
    assert not says.keys() & set(asked[3:])
    user = world.coordinator
    by_key = {
        child.key: queries.evidence_of(user, run, child.key) for child in queries.children_of(user, run)
    }
    key = next(
        key for key, rows in by_key.items() if "AssessmentFactors=10A" in {row["field"] for row in rows}
    )
    client = Client()
    client.force_login(user)
    page = unescape(client.get(reverse("engine_child", args=[run.pk, key])).content.decode())
    assert "AssessmentFactors=10A: Going missing." in page


def test_the_picture_holds_each_sign_of_the_months_that_counted_by_its_agency(
    world: World, run: EngineRun
) -> None:
    child = _scattered(world, run)
    evidence, release = queries.evidence_of(world.analyst, run, child.key), queries.release_of(run)
    year = draw(evidence, release, first=child.window_first, last=child.window_last)
    assert year is not None
    assert (year.since, year.until) == (child.window_first, child.window_last)
    assert {row.label for row in year.rows} >= {release.item(sign).label for sign in child.signs}
    assert {name for _, name in year.agencies} >= set(child.agencies)
    assert {shape for shape, _ in year.key} == {mark.shape for row in year.rows for mark in row.marks}


def test_one_persons_reason_opens_nothing_for_another(world: World, run: EngineRun) -> None:
    key = _scattered(world, run).key
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    for user in (world.analyst, world.supervisor, world.board_member, world.social_worker):
        with pytest.raises(Hidden):
            queries.identity_of(user, run, key)


def test_a_concern_is_opened_once(world: World, run: EngineRun) -> None:
    key = _scattered(world, run).key
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    _open(world, run, key)
    with pytest.raises(Refused, match="already"):
        _open(world, run, key)
    assert Concern.objects.count() == 1


def test_a_concern_needs_its_reason(world: World, run: EngineRun) -> None:
    key = _scattered(world, run).key
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    with pytest.raises(Refused, match="reason"):
        _open(world, run, key, reason="  ")
    assert not Concern.objects.exists()


@pytest.mark.parametrize("who", ["social_worker", "teacher", "supervisor", "board_member", "administrator"])
def test_the_list_is_hidden_from_everybody_else(
    world: World, run: EngineRun, client: Client, who: str
) -> None:
    user = getattr(world, who)
    assert not queries.runs_visible_to(user).exists()
    with pytest.raises(Hidden):
        queries.children_of(user, run)
    client.force_login(user)
    assert client.get(f"/engine/{run.pk}/").status_code == 404


def test_an_analyst_does_not_open_concerns(world: World, run: EngineRun, client: Client) -> None:
    key = _scattered(world, run).key
    with pytest.raises(Hidden):
        actions.reveal(by=world.analyst, run=run, key=key, reason="Curious")
    client.force_login(world.analyst)
    assert client.get(f"/engine/{run.pk}/children/{key}/who/").status_code == 404


def test_a_co_ordinator_does_not_start_runs(world: World, extracts_folder: Path) -> None:
    assert queries.extracts_waiting(world.coordinator) == []
    with pytest.raises(Hidden):
        actions.start_run(by=world.coordinator, **said(), extracts=["cin_census_2026.xml"])


def test_a_name_never_leads_out_of_the_extracts_folder(world: World, extracts_folder: Path) -> None:
    with pytest.raises(Refused, match="at least one extract"):
        actions.start_run(by=world.analyst, **said(), extracts=["../../etc/passwd", ".."])


def test_a_run_that_cannot_be_done_says_why_in_a_sentence(world: World, extracts_folder: Path) -> None:
    upload = SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff\xe0 not an extract")
    run = actions.start_run(by=world.analyst, **said(), uploads=[upload])
    actions.carry_out.call(str(run.pk))
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.problem.endswith(".")
    assert "Traceback" not in run.problem
    assert "--" not in run.problem  # nobody types on the site


@pytest.mark.parametrize("name", ["words.docx", "Return 2026.PDF"])
def test_a_document_is_refused_by_its_name_before_a_run_is_made(
    world: World, extracts_folder: Path, client: Client, name: str
) -> None:
    client.force_login(world.analyst)
    sent = {"uploads": [SimpleUploadedFile("club.csv", b"Name\n"), SimpleUploadedFile(name, b"PK\x03\x04")]}
    page = client.post("/engine/start/", sent).text
    assert (
        page.count(f"{name} is no table that Heard reads. Save it as CSV or Excel.") == 2
    )  # above, and at the box
    assert not EngineRun.objects.exists()


def test_an_upload_is_read_like_a_file_of_the_folder(world: World, extracts_folder: Path) -> None:
    upload = SimpleUploadedFile("cin.xml", (extracts_folder / "cin_census_2026.xml").read_bytes())
    run = actions.start_run(by=world.analyst, **said(), uploads=[upload])
    actions.carry_out.call(str(run.pk))
    run.refresh_from_db()
    assert run.state == "done", run.problem
    assert [source["kind"] for source in run.summary["sources"]] == ["cin_census"]


def test_a_run_is_carried_out_once(world: World, run: EngineRun) -> None:
    before = json.dumps(run.summary)
    actions.carry_out.call(str(run.pk))
    run.refresh_from_db()
    assert json.dumps(run.summary) == before


def test_a_page_of_a_child_asks_a_fixed_number_of_times(
    world: World, run: EngineRun, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(world.coordinator)
    with django_assert_max_num_queries(12):
        assert client.get(f"/engine/{run.pk}/").status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(f"/engine/{run.pk}/children/{_scattered(world, run).key}/").status_code == 200


def test_a_key_that_is_not_on_the_list_is_hidden(world: World, run: EngineRun, client: Client) -> None:
    client.force_login(world.coordinator)
    assert client.get(f"/engine/{run.pk}/children/nobody/").status_code == 404
    assert client.get(f"/engine/{uuid.uuid4()}/").status_code == 404


def test_looking_at_a_listed_child_leaves_an_audit_row(world: World, run: EngineRun, client: Client) -> None:
    client.force_login(world.coordinator)
    before = AuditRow.objects.filter(verb="view", subject="listed child").count()
    client.get(f"/engine/{run.pk}/children/{_scattered(world, run).key}/")
    assert AuditRow.objects.filter(verb="view", subject="listed child").count() == before + 1


def test_each_look_at_a_runs_list_issues_and_download_leaves_an_audit_row(
    world: World, run: EngineRun, client: Client
) -> None:
    """M8"""
    client.force_login(world.analyst)
    rows = AuditRow.objects.filter(subject="engine run", subject_id=str(run.pk), actor=world.analyst.username)
    before = rows.count()
    for name, verb, part in (
        ("engine_run", "view", "list"),
        ("engine_issues", "view", "issues"),
    ):
        assert client.get(reverse(name, args=[run.pk])).status_code == 200
        row = rows.first()
        assert row is not None
        assert (row.verb, row.detail["part"]) == (verb, part)
    client.get(reverse("engine_run", args=[run.pk]), {"page": "1", "show": "scattered"})
    assert rows.count() == before + 3
    client.force_login(world.teacher)
    client.get(reverse("engine_issues", args=[run.pk]))
    assert rows.count() == before + 3


def _taken_out(client: Client, run: EngineRun, **said: str) -> Any:
    return client.post(f"/engine/{run.pk}/out/file/", {"kind": "csv", "reason": "For the board", **said})


@pytest.mark.on_day(date(2026, 11, 27))
def test_who_died_or_was_of_age_is_shown_apart_with_the_day_and_can_be_taken_out(
    world: World, run: EngineRun, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = queries.release_of(run)
    told = [
        {"person": "b" * 20, "why": "of_age", "since": date(2025, 2, 3), "signs": ["S03"]},
        {"person": "a" * 20, "why": "died", "since": date(2026, 1, 9), "signs": ["S01", "S02"]},
    ]
    before, read = queries.table_of(world.analyst, run, tables.SET_APART), queries.table_of
    more = pa.concat_tables([before, pa.Table.from_pylist(told, schema=before.schema)])
    monkeypatch.setattr(
        queries, "table_of",
        lambda user, of, table, filters=None: more if table is tables.SET_APART else read(user, of, table, filters),
    )  # fmt: skip
    rows = queries.set_apart_of(world.analyst, run)
    assert [row["why"] for row in rows] == sorted(
        row["why"] for row in rows
    )  # who died, before who was of age
    summary = {**run.summary, "died": 1, "of_age": 1}
    EngineRun.objects.filter(pk=run.pk).update(summary=summary)
    client.force_login(world.analyst)
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(reverse("engine_run", args=[run.pk])).text).split())
    assert f"{'a' * 8} Died, 9 January 2026 {release.item('S01').label}; {release.item('S02').label}" in page
    assert "Was an adult, 3 February 2025" in page
    assert "aaaaaaaaaaaaaaaaaaaa" in _taken_out(client, run, part="set_apart").content.decode()
    for user in (world.social_worker, world.board_member):
        with pytest.raises(Hidden):
            queries.set_apart_of(user, run)


@pytest.mark.parametrize("part", [part for part in RunPart if part != RunPart.REPORTS])
def test_each_part_is_taken_out_whole_in_each_kind_of_file_with_the_reason_kept(
    world: World, run: EngineRun, client: Client, part: RunPart
) -> None:
    client.force_login(world.analyst)
    found = queries.part_of(world.analyst, run, part)
    text = list(csv.DictReader(io.StringIO(_taken_out(client, run, part=part).content.decode())))
    book = load_workbook(io.BytesIO(_taken_out(client, run, part=part, kind="xlsx").content)).active
    table = pq.read_table(io.BytesIO(_taken_out(client, run, part=part, kind="parquet").content))
    assert table.equals(found)
    assert len(text) == found.num_rows
    assert text or part == RunPart.SET_APART, "this run sets nobody apart"
    assert not text or [*text[0]] == found.column_names
    lines = [line for line in book.values if any(line)]
    head = lines.index(tuple(found.column_names))
    assert len(lines) - head - 1 == found.num_rows
    rows = AuditRow.objects.filter(verb="download", subject_id=str(run.pk), reason="For the board")
    assert {(row.detail["part"], row.detail["kind"]) for row in rows} == {
        (part, kind) for kind in ("csv", "xlsx", "parquet")
    }


def test_what_is_taken_out_says_each_code_in_words_and_no_agency_s_number(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    release = queries.release_of(run)
    rows = list(csv.DictReader(io.StringIO(_taken_out(client, run, part="evidence").content.decode())))
    assert {row["item"] for row in rows} == {
        f"{one} {release.item(one).label}" for one in {row["item"].split()[0] for row in rows}
    }
    assert "record_id" not in rows[0]


def test_reports_are_an_archive_with_one_file_for_each_that_was_read(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    with ZipFile(io.BytesIO(_taken_out(client, run, part="reports").content)) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == [path.name for path in queries.reports_of(world.analyst, run)] != []


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [("part", "Choose what"), ("kind", "Choose the kind"), ("reason", "Say what it is taken out for")],
)
def test_without_what_how_and_why_nothing_is_taken_out(
    world: World, run: EngineRun, client: Client, left_out: str, sentence: str
) -> None:
    client.force_login(world.analyst)
    answer = _taken_out(client, run, **({"part": "list"} | {left_out: ""}))
    assert answer["Content-Type"].startswith("text/html")
    assert sentence in answer.text
    assert not AuditRow.objects.filter(verb="download").exists()
    answer = _taken_out(client, run, part="records")
    assert answer["Content-Type"].startswith("text/html")


def test_too_many_rows_for_a_workbook_are_refused_and_what_was_said_stays(
    world: World, run: EngineRun, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_IN_A_BOOK", 1)
    client.force_login(world.analyst)
    answer = _taken_out(client, run, part="list", kind="xlsx", reason="For the head of service")
    assert "too many rows for a workbook" in answer.text
    assert "For the head of service" in answer.text
    assert not AuditRow.objects.filter(verb="download").exists()


def test_who_may_not_run_the_engine_takes_nothing_out(world: World, run: EngineRun, client: Client) -> None:
    for user in (world.coordinator, world.social_worker, world.board_member):
        client.force_login(user)
        assert client.get(f"/engine/{run.pk}/out/").status_code == 404
        assert _taken_out(client, run, part="list").status_code == 404
        with pytest.raises(Hidden):
            queries.part_of(user, run, RunPart.LIST)


def test_each_look_at_who_a_listed_child_is_leaves_an_audit_row(
    world: World, run: EngineRun, client: Client
) -> None:
    key = _scattered(world, run).key
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    client.force_login(world.coordinator)
    page = f"/engine/{run.pk}/children/{key}/open/"
    for times in (1, 2):
        assert client.get(page).status_code == 200
        assert AuditRow.objects.filter(verb="see who", subject_id=key[:40]).count() == times
    assert client.post(page, {}).status_code == 200  # not right, so it shows who the child is again
    assert AuditRow.objects.filter(verb="see who", subject_id=key[:40]).count() == 3


def test_a_list_does_not_say_which_concern_it_was_to_somebody_who_may_not_read_it(
    world: World, run: EngineRun, client: Client
) -> None:
    key = _scattered(world, run).key
    actions.reveal(by=world.coordinator, run=run, key=key, reason="Three agencies hold a piece")
    concern = _open(world, run, key)
    restrict(by=world.coordinator, person_id=concern.person_id, reason="A parent works for the council")
    team = world.officer.team
    assert team is not None
    give_role(
        by=world.administrator,
        user=world.officer,
        team=team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )
    for path in (f"/engine/{run.pk}/?show=scattered", f"/engine/{run.pk}/children/{key}/"):
        for user, told in ((world.coordinator, True), (world.officer, False), (world.analyst, False)):
            client.force_login(User.objects.get(pk=user.pk))
            page = client.get(path).text
            assert (concern.reference in page, str(concern.pk) in page) == (told, told), (user, path)


def test_an_upload_with_the_name_of_a_chosen_extract_is_read_beside_it(
    world: World, extracts_folder: Path
) -> None:
    name = "cin_census_2026.xml"
    upload = SimpleUploadedFile(name, (extracts_folder / name).read_bytes())
    run = actions.start_run(by=world.analyst, **said(), extracts=[name], uploads=[upload])
    assert sorted(run.extracts) == sorted([name, "cin_census_2026_2.xml"])
    assert [path.name for path in actions._paths(run)] == [name, "uploads"]


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "-1", "x", "²"])
def test_issues_have_no_page_that_fails(world: World, run: EngineRun, client: Client, number: str) -> None:
    client.force_login(world.analyst)
    assert client.get(f"/engine/{run.pk}/issues/", {"page": number}).status_code == 200


def test_alike_issues_are_one_line_and_each_row_is_a_click_away(
    world: World, run: EngineRun, client: Client
) -> None:
    """5,842 rows on 117 pages, once."""
    rows = pq.read_table(run.result / "issues.parquet")
    row = {
        "source": "police",
        "file": "p.csv",
        "field": "born",
        "code": "date_impossible",
        "severity": "flag",
    }
    words = {"what": "There is no such day.", "remedy": "Correct the date."}
    many = [row | words | {"row": n} for n in range(1, 121)]
    lost = row | {
        "code": "row_long",
        "severity": "set_aside",
        "row": 7,
        "what": "Too long.",
        "remedy": "Mend it.",
    }
    made = pa.Table.from_pylist([*many, lost], schema=rows.schema)
    pq.write_table(made, run.result / "issues.parquet")
    kinds = queries.alike_issues_of(world.analyst, run)
    assert [(kind["code"], kind["times"], kind["row"]) for kind in kinds] == [
        ("row_long", 1, 7),
        ("date_impossible", 120, 1),
    ]
    client.force_login(world.analyst)
    page = client.get(f"/engine/{run.pk}/issues/").text
    assert page.count("There is no such day.") == 1
    assert "p.csv, row 1" in page
    assert re.findall(r">(\d+)<span[^>]*> (times?): see each row<", page) == [("1", "time"), ("120", "times")]
    alike = {"code": "date_impossible", "source": "police", "field": "born", "page": "3"}
    each = client.get(f"/engine/{run.pk}/issues/", alike).text
    assert each.count("There is no such day.") == 20
    assert "row 120" in each
    assert "Too long." not in each
    assert client.get(f"/engine/{run.pk}/issues/", alike | {"field": ""}).text.count("no such day") == 0
    client.force_login(world.teacher)
    assert client.get(f"/engine/{run.pk}/issues/", alike).status_code == 404


def test_a_run_is_told_what_people_said_of_pairs(world: World, extracts_folder: Path) -> None:
    judge(by=world.coordinator, pair=Pair("cin", "1", "police", "9"), word="not_same", why="Twins")
    run = actions.start_run(by=world.analyst, **said(), extracts=["cin_census_2026.xml"])
    actions.carry_out.call(str(run.pk))
    run.refresh_from_db()
    assert run.state == "done", run.problem
    told = pq.read_table(run.result / "judgements.parquet").to_pylist()
    assert [(row["left_id"], row["right_id"], row["judgement"]) for row in told] == [("1", "9", "not_same")]


def test_the_site_keeps_no_child_of_a_run_beside_its_folder(run: EngineRun) -> None:
    assert run.summary["with_signs"] > 0
    assert "listed" not in run.summary


def test_the_page_shows_first_what_each_source_could_see(
    world: World, run: EngineRun, client: Client
) -> None:
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/").text
    heading = page.index("What each source could see, and when")
    drawn, numbers = page.index('<svg class="heard-year"', heading), page.index("Children in the records")
    assert heading < drawn < numbers < page.index("Children to look at")
    assert "<details" not in page[heading:drawn], "it is folded away nowhere"
    svg = page[drawn : page.index("</svg>", drawn)]
    assert svg.count("heard-year__label") == len(queries.sights_of(world.coordinator, run))
    assert "month by month" in page
    sights = queries.sights_of(world.coordinator, run)
    assert {sign.item for signs in sights.values() for sign in signs} >= {"S01", "S06"}
    assert re.search(r"Seen in \d+ months?\.", page)
    assert not re.search(r"Seen in [\d,]+ records?\.", page), "a record counts anew in each month"
    assert "The tables below count children" in page
    (child, *_) = queries.children_of(world.coordinator, run, scattered_only=False)
    release = queries.release_of(run)
    assert "; ".join(release.item(sign).label for sign in child.signs) in unescape(page)


def _sight(*months: tuple[str, int], item: str = "S01") -> Sight:
    days = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    told = [Month(day, *month) for day, month in zip(days, months, strict=True)]
    return Sight("police", "police", item, tuple(told))


def test_the_heat_map_tells_what_was_seen_from_what_could_have_been_and_what_nobody_knows() -> None:
    sight = _sight(("none", 0), ("part", 0), ("all", 0), ("all", 3))
    other = _sight(("none", 0), ("none", 0), ("all", 0), ("all", 1), item="S02")
    found = picture.heat_map({"police": [sight, other]})
    assert found
    squares = found.rows[0].squares
    assert [square.share for square in squares] == [0, 0.25, 1, 1]
    shades = [picture.NOT_COVERED, picture.COULD, picture.COULD, picture.SEEN[1]]
    assert [square.fill for square in squares] == shades
    assert [square.said for square in squares] == [
        "November 2025: not covered", "December 2025: none seen", "January 2026: none seen", "February 2026: 2 signs seen",
    ]  # fmt: skip
    assert found.rows[0].said == "Covered from 12/2025 to 02/2026. Seen in 1 month."
    assert found.names == [(50, "2026")], "a quarter begins in January"


def test_a_source_beyond_those_for_which_there_is_room_is_folded(
    world: World, run: EngineRun, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_SOURCES", 2)
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/").text
    more = len(queries.sights_of(world.coordinator, run)) - 2
    assert f"{more} more sources" in page
    assert page.count('<svg class="heard-year"') == 2


def test_no_source_draws_no_heat_map() -> None:
    assert picture.heat_map({}) is None


@pytest.mark.on_day(date(2026, 11, 27))
def test_from_when_to_when_a_source_can_speak_is_said_with_its_gaps(
    world: World, run: EngineRun, client: Client
) -> None:
    path = run.result / "coverage.parquet"
    coverage = pq.read_table(path)
    rows = coverage.to_pylist()
    source = next(row["source"] for row in rows if row["state"] == "collected")
    rows = [row for row in rows if row["source"] != source or row["state"] != "collected"]
    one = {"source": source, "agency": "police", "item": "S01", "state": "collected", "fields": ""}
    for item, first, last in (("S01", 2018, 2019), ("S02", 2019, 2019), ("S01", 2022, 2023)):
        rows.append(one | {"item": item, "first_day": date(first, 4, 1), "last_day": date(last + 1, 3, 31)})
    pq.write_table(pa.Table.from_pylist(rows, schema=coverage.schema), path)
    found = queries.stretches_of(world.coordinator, run)[source]
    assert found == [(date(2018, 4, 1), date(2020, 3, 31)), (date(2022, 4, 1), date(2024, 3, 31))]
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/").text
    assert "Can speak from" in page
    assert "but nothing from 1 Apr 2020 to 31 Mar 2022" in page
    with pytest.raises(Hidden):
        queries.stretches_of(world.social_worker, run)


def test_what_is_known_in_part_or_beside_is_said_in_words(
    world: World, run: EngineRun, client: Client
) -> None:
    path = run.result / "known.parquet"
    known = pq.read_table(path)
    told = {"in_part": 31, "beside": 1, "known_to": date(2019, 3, 31)}
    rows = [row | told if row["item"] == "S01" else row for row in known.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=known.schema), path)
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/").text
    assert "Known to 31 March 2019." in page
    assert "Of 31 of those not known a part of these months is covered." in page
    assert "1 shows it only in fields that the rule does not count." in page


def test_a_run_that_wrote_no_months_shows_the_rest(world: World, run: EngineRun, client: Client) -> None:
    (run.result / "months.parquet").unlink()
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/")
    assert page.status_code == 200
    assert "What each source could see" not in page.text


def test_who_may_not_see_the_list_sees_no_sights(world: World, run: EngineRun) -> None:
    with pytest.raises(Hidden):
        queries.sights_of(world.social_worker, run)
