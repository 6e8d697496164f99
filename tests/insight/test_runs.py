"""From extracts to a concern that a person opens, and everything that is refused on the way."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.conftest import World
from tests.insight.conftest import said

from heard.agencies.actions import give_role
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.models import Concern
from heard.insight.judgement.actions import judge
from heard.insight.judgement.rules import Pair
from heard.insight.run import actions, queries
from heard.insight.run.models import EngineRun
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
        ("engine_issues_file", "download", "issues"),
    ):
        answer = client.get(reverse(name, args=[run.pk]))
        assert answer.status_code == 200
        b"".join(answer)  # to its end, which closes the file
        row = rows.first()
        assert row is not None
        assert (row.verb, row.detail["part"]) == (verb, part)
    client.get(reverse("engine_run", args=[run.pk]), {"page": "1", "show": "scattered"})
    assert rows.count() == before + 4
    client.force_login(world.teacher)
    client.get(reverse("engine_issues", args=[run.pk]))
    assert rows.count() == before + 4


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
    assert page.index("What each source could see, and when") < page.index("Children to look at")
    assert 'role="img"' in page
    assert "month by month" in page
    sights = queries.sights_of(world.coordinator, run)
    assert {one.item for signs in sights.values() for one in signs} >= {"S01", "S06"}


def test_a_run_that_wrote_no_months_shows_the_rest(world: World, run: EngineRun, client: Client) -> None:
    (run.result / "months.parquet").unlink()
    client.force_login(world.coordinator)
    page = client.get(f"/engine/{run.pk}/")
    assert page.status_code == 200
    assert "What each source could see" not in page.text


def test_who_may_not_see_the_list_sees_no_sights(world: World, run: EngineRun) -> None:
    with pytest.raises(Hidden):
        queries.sights_of(world.social_worker, run)
