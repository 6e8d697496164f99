"""The drop folder: what is taken, what is refused and why, when a run is made of it, and who learns of it."""

from __future__ import annotations

import errno
import hashlib
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import World

from heard.agencies.models import Agency, AuditRow, User
from heard.agencies.rules import Hidden
from heard.cases.case.notices.models import Reader
from heard.insight.drop import actions, folder, queries, rules
from heard.insight.drop.models import Delivery, StandingRun
from heard.insight.run import actions as running
from heard.insight.run.actions import NotRight
from heard.insight.run.models import EngineRun

POLICE = "id,surname,dob\n1,Quellbrook,2011-04-13\n"


@pytest.fixture
def drop(world: World, settings: Any, tmp_path: Path) -> Path:
    settings.DATA, settings.EXTRACTS, settings.DROP = tmp_path / "data", tmp_path / "none", tmp_path / "drop"
    settings.DROP_QUIET_MINUTES = 0
    settings.DATA.mkdir()
    for agency in Agency.objects.all():
        (settings.DROP / slugify(agency.name)).mkdir(parents=True)
    return Path(settings.DROP)


def senders() -> list[Agency]:
    return list(Agency.objects.order_by("name")[:2])


def put(drop: Path, agency: Agency, name: str = "police_missing.csv", text: str = POLICE) -> Path:
    path = drop / slugify(agency.name) / name
    path.write_text(text)
    return path


def stand(world: World, **other: Any) -> StandingRun:
    told: dict[str, Any] = {
        "purpose": "To look each month",
        "basis": "public_task",
        "basis_words": "Children Act 2004, section 11",
        "agencies": [str(agency.pk) for agency in senders()],
        "day": 5,
        "wait": 5,
        "days_kept": 90,
    }
    return actions.say_standing_run(by=world.analyst, **told | other)


def look() -> actions.Looked:
    return actions.look_into_folder(by=None)


def sentence(drop: Path, agency: Agency, place: str, name: str) -> str:
    return (drop / slugify(agency.name) / place / f"{name}.txt").read_text()


def test_without_a_folder_nothing_happens(world: World, settings: Any) -> None:
    settings.DROP = None
    assert (look().taken, look().run) == (0, None)


def test_a_file_is_taken_once_it_has_not_changed_for_long_enough(
    drop: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    first, _ = senders()
    path = put(drop, first)
    settings.DROP_QUIET_MINUTES = 10
    assert look().taken == 0
    os.utime(path, (0, 0))  # its sender says that it is old; when it came, they cannot say
    assert look().taken == 0
    settings.DROP_QUIET_MINUTES = 0
    assert look().taken == 1
    assert not path.exists()
    assert (path.parent / "taken" / path.name).read_text() == POLICE
    assert sentence(drop, first, "taken", path.name).startswith("Taken on")
    assert look().taken == 0


@pytest.mark.parametrize(
    "name", [".police.csv", "police.csv.part", "police.csv.filepart", "police.csv.sha256"]
)
def test_what_is_still_arriving_is_left_alone(drop: Path, name: str) -> None:
    put(drop, senders()[0], name)
    assert (look().taken, look().refused) == (0, 0)


def test_a_checksum_has_to_agree_and_goes_along(drop: Path) -> None:
    first, second = senders()
    good = hashlib.sha256(POLICE.encode()).hexdigest()
    put(drop, first)
    put(drop, first, "police_missing.csv.sha256", f"{good.upper()}  police_missing.csv\n")
    put(drop, second)
    put(drop, second, "police_missing.csv.sha256", good[:-1] + ("0" if good[-1] != "0" else "1"))
    looked = look()
    assert (looked.taken, looked.refused) == (1, 1)
    assert (drop / slugify(first.name) / "taken" / "police_missing.csv.sha256").is_file()
    assert "may not be whole" in sentence(drop, second, "refused", "police_missing.csv")


def test_what_is_no_file_of_its_own_is_refused_and_no_link_is_followed(drop: Path, tmp_path: Path) -> None:
    first, _ = senders()
    place = drop / slugify(first.name)
    secret = tmp_path / "secret.csv"
    secret.write_text("not theirs")
    (place / "link.csv").symlink_to(secret)
    (place / "inner").mkdir()
    os.mkfifo(place / "pipe.csv")
    (place / "empty.csv").write_text("")
    assert look().refused == 4
    assert "a link to somewhere else" in sentence(drop, first, "refused", "link.csv")
    assert "no folders" in sentence(drop, first, "refused", "inner")
    assert "Export it again" in sentence(drop, first, "refused", "empty.csv")
    assert secret.read_text() == "not theirs"
    assert not Delivery.objects.filter(state="taken").exists()


def test_a_folder_that_is_a_link_is_not_looked_into_and_said_once(drop: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_text(POLICE)
    (drop / "linked").symlink_to(tmp_path / "elsewhere")
    assert (look().refused, look().refused) == (1, 0)
    assert (tmp_path / "elsewhere" / "a.csv").is_file()


def test_taken_that_leads_elsewhere_gets_nothing(drop: Path, tmp_path: Path) -> None:
    first, _ = senders()
    path = put(drop, first)
    (tmp_path / "elsewhere").mkdir()
    (path.parent / "taken").symlink_to(tmp_path / "elsewhere")
    look()
    assert not list((tmp_path / "elsewhere").iterdir())
    assert path.is_file()
    assert not Delivery.objects.filter(state="taken").exists()


def test_too_large_a_file_is_refused_unread(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LARGEST", 10)
    put(drop, senders()[0])
    assert look().refused == 1
    assert "larger than" in Delivery.objects.get().why


def test_a_sender_whom_nobody_knows_is_refused_and_administrators_are_told_once(
    world: World, drop: Path
) -> None:
    (drop / "who").mkdir()
    for name in ("a.csv", "b.csv"):
        (drop / "who" / name).write_text(POLICE)
    assert look().refused == 2
    told = Reader.objects.filter(notice__kind="drop_refused")
    assert {reader.user for reader in told} == {world.administrator}
    assert (drop / "who" / "refused" / "a.csv").is_file()


def test_a_file_of_the_same_name_takes_no_other_s_place(drop: Path) -> None:
    first, _ = senders()
    put(drop, first)
    look()
    put(drop, first, text=POLICE + "2,Ostermann,2012-05-02\n")
    look()
    assert {row.kept_as for row in Delivery.objects.all()} == {"police_missing.csv", "police_missing_2.csv"}
    assert {row.file for row in Delivery.objects.all()} == {"police_missing.csv"}


def test_once_everybody_has_sent_a_run_is_made_and_analysts_are_told(
    world: World, drop: Path, django_capture_on_commit_callbacks: Any
) -> None:
    stand(world)
    first, second = senders()
    put(drop, first)
    assert look().run is None
    put(drop, second, "school_attendance.csv", "pupil_upn,surname,date_of_birth\nA1,Ostermann,2012-05-02\n")
    with django_capture_on_commit_callbacks(execute=True):
        run = look().run
    assert run is not None
    run.refresh_from_db()
    assert (run.started_by, run.purpose, run.not_delivered) == (world.analyst, "To look each month", [])
    assert {path.name for path in run.uploads.iterdir()} == {"police_missing.csv", "school_attendance.csv"}
    assert {row.run for row in Delivery.objects.all()} == {run}
    assert not (drop / slugify(first.name) / "taken" / "police_missing.csv").exists()
    assert sentence(drop, first, "taken", "police_missing.csv").startswith("Read in the run of")
    told = Reader.objects.filter(notice__kind="run_made")
    assert {reader.user for reader in told} == {world.analyst}
    assert not any("Quellbrook" in message.body for message in mail.outbox)
    assert look().run is None
    assert AuditRow.objects.filter(verb="start", detail__from="drop folder").count() == 1


def test_when_the_waiting_is_over_a_run_is_made_and_says_who_is_missing(
    world: World,
    drop: Path,
    monkeypatch: pytest.MonkeyPatch,
    client: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    stand(world)
    first, second = senders()
    put(drop, first)
    monkeypatch.setattr(rules, "is_due", lambda **told: told["expected"] != told["delivered"])
    with django_capture_on_commit_callbacks(execute=True):
        run = look().run
    assert run is not None
    run.refresh_from_db()
    assert run.not_delivered == [second.name]
    client.force_login(world.analyst)
    page = client.get(reverse("engine_run", args=[run.pk])).content.decode()
    assert "Expected and not sent" in page
    assert second.name in page


def test_what_was_changed_after_it_was_taken_is_in_no_run(world: World, drop: Path) -> None:
    stand(world, agencies=[str(senders()[0].pk)])
    put(drop, senders()[0])
    StandingRun.objects.update(holds=False)
    look()
    StandingRun.objects.update(holds=True)
    (drop / slugify(senders()[0].name) / "taken" / "police_missing.csv").write_text("another")
    assert look().run is None
    assert (Delivery.objects.get().state, EngineRun.objects.count()) == ("refused", 0)


def test_without_somebody_who_may_run_the_engine_no_run_is_made_and_files_wait(
    world: World, drop: Path
) -> None:
    stand(world, agencies=[str(senders()[0].pk)])
    put(drop, senders()[0])
    StandingRun.objects.update(by=world.coordinator)
    assert look().run is None
    assert Delivery.objects.filter(state="taken", run=None).count() == 1


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ({"day": 29}, "day"),
        ({"wait": -1}, "wait"),
        ({"days_kept": 0}, "days_kept"),
        ({"agencies": []}, "agencies"),
        ({"purpose": " "}, "purpose"),
        ({"basis": "consent"}, "basis"),
    ],
)
def test_what_is_said_of_runs_has_to_be_right(
    world: World, drop: Path, other: dict[str, Any], answer: str
) -> None:
    with pytest.raises(NotRight) as refused:
        stand(world, **other)
    assert refused.value.answer == answer


def test_only_analysts_and_administrators_see_the_folder_and_only_analysts_say_what_for(
    world: World, drop: Path, client: Client
) -> None:
    put(drop, senders()[0])
    for user, code in ((world.analyst, 200), (world.administrator, 200), (world.coordinator, 404)):
        client.force_login(user)
        assert client.get(reverse("drop_folder")).status_code == code
    for user in (world.administrator, world.coordinator):
        client.force_login(user)
        assert client.get(reverse("drop_standing")).status_code in (403, 404)
        assert client.post(reverse("drop_end")).status_code in (403, 404)
        with pytest.raises(Hidden):
            actions.say_standing_run(
                by=user, purpose="x", basis="x", basis_words="x", agencies=[], day=1, wait=1, days_kept=1
            )
        with pytest.raises(Hidden):
            actions.end_standing_run(by=user)
    assert not queries.deliveries_visible_to(world.coordinator).exists()


def test_the_pages_show_what_lies_there_what_came_and_what_runs_are_for(
    world: World, drop: Path, client: Client
) -> None:
    client.force_login(world.analyst)
    put(drop, senders()[0], "new.csv.part")
    put(drop, senders()[0], "empty.csv", "")
    look()
    page = client.get(reverse("drop_folder")).content.decode()
    assert "Still arriving" in page
    assert "Export it again" in page
    assert "No run is made of what comes." in page
    answers = {
        "purpose": "To look", "basis": "public_task", "basis_words": "Children Act 2004", "day": "5", "wait": "x", "days_kept": "90",
        "agencies": [str(agency.pk) for agency in senders()],
    }  # fmt: skip
    assert "from 0 to 20" in client.post(reverse("drop_standing"), answers).content.decode()
    assert client.post(reverse("drop_standing"), answers | {"wait": "5"}).status_code == 302
    assert "To look" in client.get(reverse("drop_folder")).content.decode()
    assert client.post(reverse("drop_end")).status_code == 302
    assert queries.standing_visible_to(world.analyst) is None


def test_two_looks_at_once_are_one(drop: Path) -> None:
    put(drop, senders()[0])
    with folder.held(drop) as mine:
        assert mine
        assert look().taken == 0
    assert look().taken == 1


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def both_sent(world: World, drop: Path) -> None:
    """Both files are taken, and a run is due at the next look."""
    for agency in senders():
        put(drop, agency)
    look()
    stand(world)


def taken_in(drop: Path, agency: Agency) -> set[str]:
    place = drop / slugify(agency.name) / "taken"
    return {path.name for path in place.iterdir()} if place.is_dir() else set()


@pytest.mark.parametrize(
    "raw", [b"x" * 251 + b".csv", b"police_M\xfcller.csv", b"police\nmissing.csv", b"police missing.csv"]
)
def test_a_file_of_any_name_is_taken_and_read_and_keeps_no_other_waiting(
    world: World, drop: Path, raw: bytes
) -> None:
    first, second = senders()
    Path(os.fsdecode(os.fsencode(drop / slugify(first.name)) + b"/" + raw)).write_text(POLICE)
    put(drop, first, "zz.csv")
    put(drop, second)
    assert (look().taken, look().refused) == (3, 0)
    stand(world)
    run = look().run
    assert run is not None
    assert len(list(run.uploads.iterdir())) == 3
    assert taken_in(drop, first) == {f"{row.kept_as}.txt" for row in Delivery.objects.filter(agency=first)}


def test_without_room_for_the_sentence_a_file_is_taken_all_the_same(
    drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, senders()[0])
    monkeypatch.setattr(folder, "_write", full)
    assert look().taken == 1
    assert (Delivery.objects.get().state, look().taken) == ("taken", 0)


def test_a_checksum_that_is_taken_back_meanwhile_loses_no_file(
    drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = senders()
    path = put(drop, first)
    beside = put(drop, first, f"{path.name}.sha256", hashlib.sha256(POLICE.encode()).hexdigest())
    move = folder.Sender.move

    def withdrawn(sender: folder.Sender, *told: str, **more: str) -> None:
        beside.unlink(missing_ok=True)
        move(sender, *told, **more)

    monkeypatch.setattr(folder.Sender, "move", withdrawn)
    assert (look().taken, Delivery.objects.get().state) == (1, "taken")


@pytest.mark.parametrize("moved", [True, False])
def test_what_was_stopped_while_it_was_taken_is_put_right_at_the_next_look(
    drop: Path, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    first, _ = senders()
    put(drop, first)
    move = folder.Sender.move

    def killed(sender: folder.Sender, *told: str, **more: str) -> None:
        if moved:
            move(sender, *told, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folder.Sender, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            look()
    assert not queries.deliveries_visible_to(User.objects.get(username="ana.list")).exists()
    look()
    assert [row.state for row in Delivery.objects.all()] == ["taken"]
    assert AuditRow.objects.filter(verb="take", subject="delivery").count() == 1


def test_what_lies_in_taken_and_is_not_known_is_taken_on(drop: Path) -> None:
    first, _ = senders()
    put(drop, first)
    look()
    Delivery.objects.all().delete()
    look()
    assert [(row.state, row.agency) for row in Delivery.objects.all()] == [("taken", first)]
    look()
    assert Delivery.objects.count() == 1


def test_a_full_disk_refuses_nothing_is_said_once_and_tried_again_later(
    world: World, drop: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    both_sent(world, drop)
    with monkeypatch.context() as patch:
        patch.setattr(actions.shutil, "copyfileobj", full)
        assert look().run is None
        assert look().run is None
    assert {row.state for row in Delivery.objects.all()} == {"taken"}
    told = Reader.objects.filter(notice__kind="run_not_made")
    assert {reader.user for reader in told} == {world.analyst, world.administrator}
    assert told.count() == 2
    client.force_login(world.administrator)
    assert "the disk of Heard may be full" in client.get(reverse("drop_folder")).content.decode()
    assert look().run is None  # not before an hour is over
    StandingRun.objects.update(problem_at=timezone.now() - timedelta(hours=2))
    assert look().run is not None
    assert StandingRun.objects.get().problem == ""


def test_a_full_disk_of_uploads_makes_one_failed_run_and_not_one_at_each_look(
    world: World, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_sent(world, drop)
    monkeypatch.setattr(running, "_write", full)
    for _ in range(3):
        assert look().run is None
    assert list(EngineRun.objects.values_list("state", flat=True)) == ["failed"]
    assert Delivery.objects.filter(state="taken", run=None).count() == 2


def test_a_crash_while_a_run_is_made_makes_no_second_one(
    world: World, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_sent(world, drop)

    def killed(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(actions, "note_missing", killed)
        with pytest.raises(RuntimeError):
            look()
    run = look().run
    assert list(EngineRun.objects.exclude(state="failed")) == [run]
    assert look().run is None


def test_what_was_changed_is_refused_with_its_sentence_and_its_sender_is_not_counted_as_one_who_sent(
    world: World, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_sent(world, drop)
    first, second = senders()
    (drop / slugify(first.name) / "taken" / "police_missing.csv").write_text("another")
    assert look().run is None  # who is missing is waited for
    assert "was changed after it was taken" in sentence(drop, first, "refused", "police_missing.csv")
    assert (drop / slugify(first.name) / "refused" / "police_missing.csv").read_text() == "another"
    assert taken_in(drop, first) == set()
    monkeypatch.setattr(rules, "is_due", lambda **told: bool(told["delivered"]))
    run = look().run
    assert run is not None
    run.refresh_from_db()
    assert run.not_delivered == [first.name]
    assert [row.agency for row in run.deliveries.all()] == [second]


def test_no_run_is_made_while_somebody_still_sends(world: World, drop: Path) -> None:
    both_sent(world, drop)
    part = put(drop, senders()[0], "police_missing_2.csv.part")
    assert look().run is None
    part.rename(part.with_suffix(""))
    run = look().run
    assert run is not None
    assert run.deliveries.count() == 3


def test_a_run_waits_until_nothing_came_for_some_minutes(world: World, drop: Path, settings: Any) -> None:
    both_sent(world, drop)
    settings.DROP_QUIET_MINUTES = 10
    assert look().run is None
    Delivery.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert look().run is not None


def test_the_next_month_s_file_has_its_name_in_its_run(
    world: World, drop: Path, django_capture_on_commit_callbacks: Any
) -> None:
    stand(world, agencies=[str(senders()[0].pk)])
    for _ in range(2):
        put(drop, senders()[0], "missing.csv")
        run = look().run
        assert run is not None
        assert [path.name for path in run.uploads.iterdir()] == ["missing.csv"]


def test_files_of_agencies_that_nobody_chose_wait_and_it_is_said(
    world: World, drop: Path, client: Client
) -> None:
    first, second = senders()
    stand(world, agencies=[str(first.pk)])
    put(drop, second)
    put(drop, first)
    run = look().run
    assert run is not None
    assert [row.agency for row in run.deliveries.all()] == [first]
    client.force_login(world.analyst)
    assert "nobody chose as senders wait, in no run: 1" in client.get(reverse("drop_folder")).content.decode()


def test_when_nobody_may_run_it_any_more_analysts_and_administrators_learn_of_it_once(
    world: World, drop: Path
) -> None:
    both_sent(world, drop)
    User.objects.filter(pk=world.analyst.pk).update(is_active=False)
    for _ in range(2):
        assert look().run is None
    assert StandingRun.objects.get().problem == "NOBODY"
    told = Reader.objects.filter(notice__kind="run_not_made")
    assert {reader.user for reader in told} == {world.administrator}  # the only analyst is gone
    assert told.count() == 1


def test_when_nobody_has_sent_by_the_last_day_people_learn_of_it_once(
    world: World, drop: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    stand(world)
    monkeypatch.setattr(rules, "is_over", lambda **_: True)
    for _ in range(2):
        assert look().run is None
    told = Reader.objects.filter(notice__kind="run_not_made")
    assert {reader.user for reader in told} == {world.analyst, world.administrator}
    assert told.count() == 2
    client.force_login(world.analyst)
    assert "nobody has sent anything" in client.get(reverse("drop_folder")).content.decode()


def test_what_is_in_a_run_and_could_not_be_removed_is_removed_at_the_next_look(
    world: World, drop: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    both_sent(world, drop)
    with monkeypatch.context() as patch:
        patch.setattr(folder.Sender, "forget", full)
        assert look().run is not None
    first, _ = senders()
    assert "police_missing.csv" in taken_in(drop, first)
    client.force_login(world.analyst)
    assert "still lie in taken and refused (2)" in client.get(reverse("drop_folder")).content.decode()
    look()
    assert taken_in(drop, first) == {"police_missing.csv.txt"}
    assert sentence(drop, first, "taken", "police_missing.csv").startswith("Read in the run of")


def test_what_a_sender_s_clock_says_makes_no_difference(drop: Path) -> None:
    os.utime(put(drop, senders()[0]), (4e9, 4e9))
    assert look().taken == 1


def test_a_checksum_without_its_file_is_refused_once_it_has_waited(
    drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop, senders()[0], "police.csv.sha256", "0" * 64)
    assert look().refused == 0
    monkeypatch.setattr(rules, "ALONE_AFTER", -1)
    assert look().refused == 1
    assert "Send both again" in Delivery.objects.get().why


def test_a_checksum_that_is_a_link_is_no_checksum_that_agrees(drop: Path, tmp_path: Path) -> None:
    path = put(drop, senders()[0])
    path.with_name(f"{path.name}.sha256").symlink_to(tmp_path)
    assert look().refused == 1


def test_administrators_find_the_drop_folder_from_how_the_service_runs(
    world: World, drop: Path, client: Client, settings: Any
) -> None:
    client.force_login(world.administrator)
    link = reverse("drop_folder")
    assert link in client.get(reverse("service")).content.decode()
    settings.DROP = None
    assert link not in client.get(reverse("service")).content.decode()


def test_agencies_of_one_name_or_of_another_alphabet_have_folders_of_their_own() -> None:
    agencies = [Agency(name=name) for name in ("St. Mary’s School", "St Marys School", "Школа", "Police")]
    names = folder.names_for(agencies)
    assert list(names.values()) == agencies
    assert [*names][3] == "police"
    assert all(name.isascii() and name[0] != "-" for name in names)


def test_two_who_say_it_at_once_hear_it(world: World, drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand(world)
    with monkeypatch.context() as patch:
        patch.setattr(StandingRun.objects, "filter", lambda **_: StandingRun.objects.none())
        with pytest.raises(NotRight, match="Somebody else said it meanwhile"):
            stand(world)


def due(today: date, covered: date | None = date(2026, 2, 5), delivered: Any = ("a",)) -> bool:
    return rules.is_due(
        expected={"a", "b"},
        delivered=delivered,
        day=5,
        wait=5,
        said_on=date(2026, 1, 20),
        covered=covered,
        today=today,
    )


def test_a_run_is_due_when_all_have_sent_or_the_waiting_of_the_month_is_over() -> None:
    assert due(date(2026, 3, 1), delivered={"a", "b"})
    assert not due(date(2026, 3, 10))
    assert due(date(2026, 3, 11))
    assert not due(date(2026, 3, 11), covered=date(2026, 3, 5))  # all had sent before the day
    assert not due(date(2026, 3, 11), delivered=())
    assert due(date(2026, 4, 2))  # nobody looked into the folder in March
    assert not due(date(2026, 1, 25), covered=None)  # what was due before somebody said what runs are for


def test_each_run_is_for_the_day_that_was_waited_for_or_the_nearest_that_none_was_made_for() -> None:
    def covers(today: date, covered: date | None, *, waited: bool = False) -> date:
        return rules.covers(5, today, covered, waited=waited)

    assert covers(date(2026, 3, 3), date(2026, 2, 5)) == date(2026, 3, 5)
    assert covers(date(2026, 3, 3), None) == date(2026, 3, 5)  # said on 1 March: nothing was due in February
    assert covers(date(2026, 3, 3), date(2026, 1, 5)) == date(2026, 3, 5)  # after a month without a run
    assert covers(date(2026, 3, 11), date(2026, 2, 5), waited=True) == date(2026, 3, 5)
    assert covers(date(2026, 3, 28), date(2026, 2, 5), waited=True) == date(2026, 3, 5)
    assert covers(date(2026, 3, 5), date(2026, 3, 5)) == date(2026, 4, 5)
    assert covers(date(2026, 2, 15), None) == date(2026, 2, 5)
    assert not due(date(2026, 3, 11), covered=covers(date(2026, 3, 3), None))


@given(day=st.integers(1, 28), today=st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_the_last_and_the_next_day_are_around_today(day: int, today: date) -> None:
    last, following = rules.due_on(day, today), rules.next_due(day, today)
    assert last <= today <= following
    assert (last.day, following.day) == (day, day)
    assert (following - last).days in (0, 28, 29, 30, 31)
