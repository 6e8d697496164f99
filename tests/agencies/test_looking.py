"""While a page is looked at, the database is only read: whatever else a page writes is refused before it is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from tests.conftest import World

from heard.agencies.actions import record_audit
from heard.agencies.looking import MAY_WRITE, OnlyReadMiddleware, WroteWhileLooking
from heard.agencies.models import Agency, AuditRow

pytestmark = pytest.mark.django_db


def creates() -> None:
    Agency.objects.create(name="Care", kind="social_care")


def creates_many() -> None:
    Agency.objects.bulk_create([Agency(name="Care", kind="social_care")], ignore_conflicts=True)


def changes() -> None:
    Agency.objects.update(name="Other")


def deletes() -> None:
    Agency.objects.all()._raw_delete("default")


def by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("  delete from agencies_agency")


def alters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (one integer)")


def through(write: Any, request: HttpRequest) -> HttpResponse:
    def view(_request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            write()
        return HttpResponse("done")

    return OnlyReadMiddleware(view)(request)  # type: ignore[return-value]


@pytest.mark.parametrize("write", [creates, creates_many, changes, deletes, by_hand, alters])
@pytest.mark.parametrize("method", ["get", "head", "options", "trace"])
def test_whoever_looks_writes_nothing(rf: RequestFactory, method: str, write: Any) -> None:
    Agency.objects.create(name="Police", kind="police")
    with pytest.raises(WroteWhileLooking):
        through(write, getattr(rf, method)("/"))
    assert [agency.name for agency in Agency.objects.all()] == ["Police"]


def test_whoever_sends_something_does(rf: RequestFactory) -> None:
    assert through(creates, rf.post("/")).content == b"done"
    assert Agency.objects.get().name == "Care"


def test_that_somebody_looked_is_written_down(rf: RequestFactory, world: World) -> None:
    def look() -> None:
        assert Agency.objects.exists()
        record_audit(by=world.coordinator, verb="view", subject="agency", subject_id=world.care.pk)

    through(look, rf.get("/"))
    assert AuditRow.objects.filter(verb="view", subject="agency").count() == 1


def test_it_stands_in_front_of_every_page(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard.home.views.parts_for", lambda _user: changes() or [])
    client.force_login(world.coordinator)
    with pytest.raises(WroteWhileLooking):
        client.get("/")


def test_the_message_names_the_table_and_nothing_of_what_was_written(rf: RequestFactory) -> None:
    with pytest.raises(WroteWhileLooking, match=r"^agencies_agency$"):
        through(creates, rf.get("/"))


def test_every_table_that_a_look_may_write_to_is_there_and_the_list_is_short(db: None) -> None:
    assert set(MAY_WRITE) <= set(connection.introspection.table_names())
    assert len(MAY_WRITE) <= 11
