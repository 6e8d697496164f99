"""No file of a record goes while a hold keeps it, whoever asks and whatever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cases.attachment.samples import upload
from tests.conftest import World

from heard.agencies.rules import Refused
from heard.cases.attachment import actions as attaching
from heard.cases.attachment.models import Attachment
from heard.cases.keeping import actions as keeping
from heard.network import actions as network
from heard.network.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.social_worker, given_name="Ines", family_name="Okafor")


def hold(world: World, child: Person, scope: str) -> Any:
    on: dict[str, Any] = {"record": {"person_id": child.pk}, "agency": {"agency_id": world.care.pk}}.get(
        scope, {}
    )
    return keeping.place_hold(by=world.coordinator, scope=scope, reason="Letter of the inquiry", **on)


def lift(world: World, held: Any) -> None:
    keeping.ask_to_lift_hold(by=world.coordinator, hold_id=held.pk, reason="The inquiry said so")
    keeping.lift_hold(by=world.supervisor, hold_id=held.pk)


@pytest.mark.parametrize("scope", ["record", "agency", "all"])
@pytest.mark.parametrize("may_show_abuse", [False, True])
def test_a_file_is_withdrawn_by_nobody_until_the_hold_is_lifted(
    world: World, child: Person, scope: str, may_show_abuse: bool, django_capture_on_commit_callbacks: Any
) -> None:
    row = attaching.attach(
        by=world.social_worker, upload=upload(b"What was seen", "seen.txt"), person_id=child.pk,
        may_show_abuse=may_show_abuse,
    )  # fmt: skip
    held = hold(world, child, scope)
    for user in (world.social_worker, world.coordinator, world.supervisor):
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused, match="hold keeps"):
            attaching.withdraw_attachment(by=user, attachment_id=row.pk, reason="Not needed")
    assert row.path.exists()
    lift(world, held)
    with django_capture_on_commit_callbacks(execute=True):
        attaching.withdraw_attachment(by=world.coordinator, attachment_id=row.pk, reason="Not needed")
    assert not row.path.exists()


def test_what_is_no_childs_is_kept_by_a_hold_on_everything(world: World, child: Person) -> None:
    place = network.add_place(by=world.social_worker, name="The kiosk", kind="shop")
    row = attaching.attach(by=world.social_worker, upload=upload(b"Seen", "a.txt"), place_id=place.pk)
    held = hold(world, child, "all")
    with pytest.raises(Refused, match="hold keeps"):
        attaching.withdraw_attachment(by=world.social_worker, attachment_id=row.pk, reason="Not needed")
    lift(world, held)
    hold(world, child, "record")
    attaching.withdraw_attachment(by=world.social_worker, attachment_id=row.pk, reason="Not needed")


def test_what_waits_for_clamav_stays_set_aside(
    world: World, child: Person, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = attaching.attach(by=world.social_worker, upload=upload(b"Seen", "a.txt"), person_id=child.pk)
    Attachment.objects.filter(pk=row.pk).update(aside="unscanned", kind="aside", text="")
    held = hold(world, child, "record")
    settings.CLAMD = "127.0.0.1:1"
    monkeypatch.setattr("heard.cases.attachment.scanning.finds", lambda *_args: True)
    attaching.scan_waiting_files(by=None)
    row.refresh_from_db()
    assert (row.withdrawn_at, row.aside) == (None, "unscanned")
    lift(world, held)
    attaching.scan_waiting_files(by=None)
    row.refresh_from_db()
    assert row.withdrawn_at
