"""A table that no mapping explains: somebody is asked what its columns mean, sees its rows, and later files need no asking."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.conftest import PASSWORD, World
from tests.insight.conftest import said

from heard.agencies.actions import add_user
from heard.agencies.models import AuditRow, Draft, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.engine.intake.guess import FIELDS
from heard.insight.describe import actions, queries, rules
from heard.insight.describe.work import TABLES
from heard.insight.drop.models import Delivery
from heard.insight.mapping import actions as mappings
from heard.insight.mapping.models import SourceMapping
from heard.insight.mapping.queries import mappings_visible_to, texts_in_force
from heard.insight.run import actions as running
from heard.insight.run.actions import NotRight, carry_out, describe_file
from heard.insight.run.models import EngineRun

ROWS = [
    "Case;Forename;Surname;DOB;Seen",
    "A1;Tamsin;Quellbrook;13/04/2011;20/01/2026",
    "A2;Wilf;Ostermann;02/05/2012;03/02/2026",
]
BOUND = {"agency": "youth club", "name": "club", "files": "club*.csv"}


def upload(name: str = "club_2026-03.csv", rows: list[str] = ROWS) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(rows).encode())


@pytest.fixture
def asks(world: World, settings: Any, tmp_path: Path) -> EngineRun:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    return running.start_run(by=world.analyst, **said(), uploads=[upload()])


def choice(*roles: str, **more: Any) -> dict[str, Any]:
    return {"roles": list(roles), "dates": "", "every_row": [], **BOUND} | more


def look(world: World, run: EngineRun, told: dict[str, Any] | None = None) -> queries.Look:
    return actions.look_at_rows(by=world.analyst, run=run, file=run.undescribed[0], said=told)


def save(world: World, run: EngineRun, told: dict[str, Any], **more: Any) -> EngineRun:
    words = {name: told[name] for name in BOUND} | more
    file = run.undescribed[0]
    return actions.save_description(
        by=world.analyst, run_id=run.pk, file=file, look=look(world, run, told), **words
    )


WHOLE = choice("record_id", "given_name", "family_name", "birth_date", "dated_by", every_row=["S01"])


def test_a_table_that_no_mapping_explains_makes_the_run_ask(asks: EngineRun) -> None:
    assert (asks.state, asks.undescribed) == ("asking", ["club_2026-03.csv"])
    assert asks.get_state_display() == "Waits for an answer"  # as of a run that asks for a day
    carry_out.call(str(asks.pk))
    asks.refresh_from_db()
    assert asks.state == "asking"  # no worker begins it


def test_files_of_returns_and_of_known_sources_are_not_asked_about(
    world: World, extracts_folder: Path
) -> None:
    names = ["cin_census_2026.xml", "ssda903", "police_missing.csv"]
    run = running.start_run(by=world.analyst, **said(), extracts=names)
    assert (run.state, run.undescribed) == ("waiting", [])


def test_an_unknown_file_of_the_folder_is_asked_about_where_there_are_mappings_for_others(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "extracts"
    settings.EXTRACTS.mkdir()
    (settings.EXTRACTS / "club_2026-03.csv").write_bytes(upload().read())
    text = "sources:\n  choir: {agency: choir, files: 'choir*.csv', record: {record_id: Case}}\n"
    mappings.keep_mapping(by=world.analyst, name="choir", agency="choir", files="choir*.csv", text=text)
    run = running.start_run(by=world.analyst, **said(), extracts=["club_2026-03.csv"])
    assert (run.state, run.undescribed) == ("asking", ["club_2026-03.csv"])


def test_what_is_guessed_is_shown_with_reasons_and_the_rows_as_they_would_be_read(
    world: World, asks: EngineRun
) -> None:
    found = look(world, asks)
    assert [column["tells"] for column in found.columns] == [
        "",
        "given_name",
        "family_name",
        "birth_date",
        "dated_by",
    ]
    assert found.told["shown"][0]["told"]["birth_date"] == "2011-04-13"
    assert "police" in found.agencies
    assert (
        AuditRow.objects.filter(
            verb="view", actor=world.analyst.username, detail__part="first rows of a file"
        ).count()
        == 1
    )


def test_once_it_is_said_the_run_begins_and_reads_every_row(world: World, asks: EngineRun) -> None:
    run = save(world, asks, WHOLE)
    assert (run.state, run.undescribed) == ("waiting", [])
    carry_out.call(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    (source,) = run.summary["sources"]
    assert (source["source"], source["agency"], source["read"], source["kept"]) == (
        "club",
        "youth club",
        2,
        2,
    )


def test_later_files_of_the_name_need_no_asking_until_the_mapping_is_withdrawn(
    world: World, asks: EngineRun
) -> None:
    save(world, asks, WHOLE)
    (kept,) = mappings_visible_to(world.analyst)
    later = running.start_run(by=world.analyst, **said(), uploads=[upload("Club 2026-04.csv")])
    assert later.state == "waiting"
    mappings.withdraw_mapping(by=world.analyst, mapping_id=kept.pk)
    assert texts_in_force(world.analyst) == []
    assert running.start_run(by=world.analyst, **said(), uploads=[upload()]).state == "asking"
    with pytest.raises(Refused, match="withdrawn already"):
        mappings.withdraw_mapping(by=world.analyst, mapping_id=kept.pk)


def test_one_answer_explains_all_files_of_the_name(world: World, settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    files = [upload("club_1.csv"), upload("club_2.csv"), upload("other.csv")]
    run = running.start_run(by=world.analyst, **said(), uploads=files)
    assert len(run.undescribed) == 3
    run = save(world, run, WHOLE)
    assert (run.state, run.undescribed) == ("asking", ["other.csv"])
    run = describe_file(by=world.analyst, run_id=run.pk, file="other.csv")
    assert run.state == "waiting"


@pytest.mark.parametrize(
    ("told", "more", "answer"),
    [
        (WHOLE, {"agency": ""}, "agency"),
        (WHOLE, {"name": "police_missing"}, "name"),
        (WHOLE, {"files": "school*.csv"}, "files"),
        (WHOLE, {"files": "*"}, "files"),
    ],
)
def test_what_is_not_right_is_refused_with_its_sentence(
    world: World, asks: EngineRun, told: dict[str, Any], more: dict[str, Any], answer: str
) -> None:
    with pytest.raises(NotRight) as refused:
        save(world, asks, told, **more)
    assert refused.value.answer == answer
    assert not SourceMapping.objects.exists()


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        (("", "given_name", "", "", ""), "No column tells which child"),
        (("record_id", "", "", "birth_date", "birth_date"), "cannot both tell the birth date"),
    ],
)
def test_a_choice_of_which_no_mapping_comes_is_refused(
    world: World, asks: EngineRun, roles: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        save(world, asks, choice(*roles))


def test_nobody_but_whoever_may_run_the_engine_sees_any_of_it(
    world: World, asks: EngineRun, client: Client
) -> None:
    save_to = reverse("engine_describe", args=[asks.pk])
    for user in (world.coordinator, world.social_worker):
        client.force_login(user)
        for address in (save_to, reverse("source_mappings")):
            assert client.get(address).status_code in (403, 404)
        assert client.post(save_to, {"what": "leave"}).status_code in (403, 404)
        with pytest.raises(Hidden):
            actions.look_at_rows(by=user, run=asks, file=asks.undescribed[0], said=None)
        with pytest.raises(Hidden):
            describe_file(by=user, run_id=asks.pk, file=asks.undescribed[0])
        with pytest.raises(Hidden):
            mappings.keep_mapping(by=user, text="x", **BOUND)
        assert not mappings_visible_to(user).exists()
    asks.refresh_from_db()
    assert asks.state == "asking"


def test_the_page_shows_corrects_and_keeps_and_no_row_is_in_session_draft_or_log(
    world: World, asks: EngineRun, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(world.analyst)
    address = reverse("engine_describe", args=[asks.pk])
    page = client.get(address).content.decode()
    assert "Quellbrook" in page
    assert "2011-04-13" in page
    sent = _sent(page) | {"c0": "record_id", "every_row": "S01", "agency": "police", "what": "see"}
    again = client.post(address, sent).content.decode()
    assert ">A1<" in again
    assert not SourceMapping.objects.exists()
    done = client.post(address, _sent(again) | {**sent, "kept": _sent(again)["kept"], "what": "save"})
    assert done.status_code == 302, done.content.decode()
    assert done["Location"] == reverse("engine_run", args=[asks.pk])
    stored = json.dumps(
        [list(client.session.items()), [*SourceMapping.objects.values_list("text", flat=True)]], default=str
    )
    rows = json.dumps([*AuditRow.objects.values_list("detail", "reason")], default=str)
    assert "Quellbrook" not in stored + rows + caplog.text
    listed = client.get(reverse("source_mappings")).content.decode()
    assert "club*.csv" in listed
    (kept,) = mappings_visible_to(world.analyst)
    assert b"record_id: Case" in client.get(reverse("source_mapping_file", args=[kept.pk])).content


def test_a_file_without_names_of_columns_can_be_left_out(
    world: World, settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    run = running.start_run(by=world.analyst, **said(), uploads=[upload(rows=ROWS[1:])])
    client.force_login(world.analyst)
    address = reverse("engine_describe", args=[run.pk])
    page = client.get(address).content.decode()
    assert "hold no names of columns" in page
    assert "Quellbrook" not in page
    assert client.post(address, {"what": "leave"}).status_code == 302
    run.refresh_from_db()
    assert run.state == "waiting"


def another_analyst(world: World) -> User:
    return add_user(
        by=world.administrator, username="otto.vane", first_name="Otto", last_name="Vane", password=PASSWORD,
        team=world.exploitation_team, role=Role.ANALYST, agreed_by=world.coordinator,
    )  # fmt: skip


@pytest.mark.on_day(date(2026, 11, 27))
def test_whoever_did_not_upload_a_file_sees_how_its_rows_are_written_and_no_value(
    world: World, asks: EngineRun, client: Client
) -> None:
    client.force_login(another_analyst(world))
    address = reverse("engine_describe", args=[asks.pk])
    page = client.get(address).content.decode()
    for value in ("Quellbrook", "Tamsin", "2011-04-13", "2026-01-20"):
        assert value not in page
    assert ">words<" in page
    assert "2024-12-31" in page
    again = client.post(
        address, _sent(page) | {"c0": "record_id", "every_row": "S01", "what": "see"}
    ).content.decode()
    assert ">A1<" not in again
    assert ">A9<" in again


def test_a_run_of_the_drop_folder_shows_values_to_nobody_and_is_every_analyst_s_work(
    world: World, asks: EngineRun, client: Client
) -> None:
    Delivery.objects.create(
        state="taken", agency=world.police, folder="p", file="club.csv", read_as="club_2026-03.csv", run=asks
    )
    other = another_analyst(world)
    for user in (world.analyst, other):
        client.force_login(user)
        page = client.get(reverse("engine_describe", args=[asks.pk])).content.decode()
        assert "Quellbrook" not in page
        assert f"It lay in the folder of {world.police.name}." in page
        assert _sent(page)["agency"] == world.police.name
        assert list(queries.runs_that_ask(user)) == [asks]
        assert list(TABLES.only_if(user)) == [asks]
    assert not queries.runs_that_ask(world.coordinator).exists()


def test_the_audit_trail_says_whether_a_file_was_described_or_left_out_and_which(
    world: World, asks: EngineRun, client: Client
) -> None:
    client.force_login(world.analyst)
    assert client.post(reverse("engine_describe", args=[asks.pk]), {"what": "leave"}).status_code == 302
    (row,) = AuditRow.objects.filter(subject="engine run", verb="leave out")
    assert row.detail["file"] == "club_2026-03.csv"
    assert not AuditRow.objects.filter(subject="engine run", verb="describe").exists()


SSDA903 = ["CHILD,SEX,DOB,MISSTART,MISEND,MISSING", "1,1,01/02/2010,01/02/2025,02/02/2025,M"]


def test_a_broad_pattern_explains_no_file_that_nobody_looked_at(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    files = [upload("club_1.csv"), upload("club_2.csv"), upload("club_school.csv", ["Pupil,Weight", "x,3"])]
    run = running.start_run(by=world.analyst, **said(), uploads=files)
    run = save(world, run, WHOLE)
    assert (run.state, run.undescribed) == ("asking", ["club_school.csv"])
    later = running.start_run(by=world.analyst, **said(), uploads=[upload("club_903.csv", SSDA903)])
    carry_out.call(str(later.pk))
    later.refresh_from_db()
    assert (later.state, later.problem) == ("done", "")
    (source,) = later.summary["sources"]
    assert (source["agency"], source["kept"]) == ("social care", 1)


@pytest.mark.parametrize("files", ["*.csv", "?*.csv", "[a-z]*.csv", "export*.csv", "c*.csv", "data*"])
def test_a_pattern_that_says_nothing_of_the_table_is_refused(
    world: World, asks: EngineRun, files: str
) -> None:
    with pytest.raises(NotRight, match="may be called so too") as refused:
        save(world, asks, WHOLE, files=files)
    assert refused.value.answer == "files"


def test_what_is_typed_about_one_file_is_not_shown_as_the_guess_of_another(
    world: World, settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.DATA, settings.EXTRACTS = tmp_path, tmp_path / "none"
    rows = ["Forename;Surname;Case;Seen;DOB", "Tamsin;Quellbrook;A1;20/01/2026;13/04/2011"]
    run = running.start_run(by=world.analyst, **said(), uploads=[upload("a.csv"), upload("b.csv", rows)])
    client.force_login(world.analyst)
    address = reverse("engine_describe", args=[run.pk])
    typed = _sent(client.get(address).content.decode()) | {
        "c0": "record_id",
        "c4": "until",
        "files": "a*.csv",
    }
    assert client.post(reverse("typed_keep"), typed).status_code == 204
    assert Draft.objects.exists()
    assert client.post(address, typed | {"what": "leave"}).status_code == 302
    assert not Draft.objects.exists()
    shown = _sent(client.get(address).content.decode())
    assert (shown["file"], shown["c0"], shown["c4"], shown["files"]) == (
        "b.csv",
        "given_name",
        "birth_date",
        "b.csv",
    )


def test_a_run_goes_on_when_whoever_started_it_has_left(world: World, asks: EngineRun) -> None:
    run = save(world, asks, WHOLE)
    User.objects.filter(pk=world.analyst.pk).update(is_active=False)
    carry_out.call(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")


def _sent(page: str) -> dict[str, str]:
    """What a browser would send of the page's form as it stands."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: dict[str, str] = {}
            self.select = ""

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            told = dict(attributes)
            if tag == "input" and told.get("name"):
                self.found[str(told["name"])] = told.get("value") or ""
            if tag == "select":
                self.select = str(told["name"])
                self.found.setdefault(self.select, "")
            if tag == "option" and "selected" in told:
                self.found[self.select] = told.get("value") or ""

    reader = Reader()
    reader.feed(page)
    return reader.found


def test_whatever_the_engine_can_guess_of_a_column_can_be_chosen() -> None:
    """Else the page asks for an answer that is not among its choices."""
    assert set(FIELDS) == rules.TELLS.keys()
