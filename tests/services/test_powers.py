"""What can be done by law: read by whoever is signed in, and not checked by a lawyer until somebody says who checked it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.knowledge import load
from heard.services.law import actions, queries, rules
from heard.services.law.models import PowerCheck

TODAY = timezone.localdate()
WARNING = "abduction_warning"


def check(by: User, **change: Any) -> PowerCheck:
    usual: dict[str, Any] = {
        "power": WARNING,
        "release": load.current().id,
        "holds": True,
        "called": "Ada Lind, solicitor of the council",
        "said": "The text is right for this area",
        "checked_on": TODAY,
    }
    return actions.check_power(by=by, **usual | change)


def confirmed(user: User) -> set[str]:
    return {power.power.id for power in queries.powers(user) if power.is_checked}


def page(user: User, **asked: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("powers"), asked).content.decode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"may_keep": False}, rules.MAY_NOT),
        (
            {"is_newest": False},
            "There is a newer release since you opened this page. Open it again, and read the text that stands there now.",
        ),
        ({"holds": None}, rules.CHECK_ASKS["holds"]),
        ({"called": " "}, rules.CHECK_ASKS["called"]),
        ({"said": ""}, rules.CHECK_ASKS["said"]),
        ({"checked_on": None}, rules.CHECK_ASKS["checked_on"]),
        ({"checked_on": date(2026, 3, 2)}, rules.CHECK_ASKS["checked_on"]),
        (
            {"checked_on": date(1999, 1, 1)},
            "The text is newer than that day. Give the day on which they read this one.",
        ),
    ],
)
def test_what_a_check_needs(change: dict[str, Any], why: str | None) -> None:
    usual: dict[str, Any] = {
        "may_keep": True,
        "is_newest": True,
        "read_on": date(2026, 2, 1),
        "holds": True,
        "called": "A",
        "said": "B",
        "checked_on": date(2026, 3, 1),
    }
    assert rules.why_not_check(**usual | change, today=date(2026, 3, 1)) == why


def test_each_power_stands_with_its_source_and_what_is_not_known(world: World) -> None:
    text = page(world.teacher)
    for power in load.current().powers:
        assert f'id="{power.id}"' in text
    assert text.count("Not checked by a lawyer") == len(load.current().powers)
    assert "Not known from our sources" in text
    assert "does not say that it applies" in text
    assert "Record what a lawyer said of it" not in text  # no co-ordinator


def test_they_are_narrowed_by_what_they_are_against(world: World) -> None:
    for target in queries.TARGETS:
        wanted = {power.id for power in load.current().powers if target in power.against}
        assert {power.power.id for power in queries.powers(world.teacher, target)} == wanted
        assert 0 < len(wanted) < len(load.current().powers)
    assert 'id="taxi_licence"' in page(world.teacher, against="vehicle")
    assert 'id="sexual_risk_order"' not in page(world.teacher, against="vehicle")
    assert 'id="sexual_risk_order"' in page(world.teacher, against="nothing-of-the-list")


def test_a_co_ordinator_says_who_checked_it_and_what_they_confirmed(world: World) -> None:
    client = Client()
    client.force_login(world.coordinator)
    at = reverse("power_check", kwargs={"power": WARNING})
    seen, power = client.get(at).text, load.current().power(WARNING)
    for said in (power.needs, power.does, power.law, f'value="{load.current().id}"'):
        assert str(said) in seen
    sent = {
        "release": load.current().id,
        "holds": "yes",
        "called": "Ada Lind, solicitor of the council",
        "said": "The text is right for this area",
        "checked_on-day": TODAY.day,
        "checked_on-month": TODAY.month,
        "checked_on-year": TODAY.year,
    }
    assert "newer release" in client.post(at, sent | {"release": "2026.6"}).text
    assert client.post(at, sent).status_code == 302
    seen = client.get(at).text
    assert "The text is right for this area" in seen
    assert world.coordinator.get_full_name() in seen
    assert confirmed(world.teacher) == {WARNING}
    text = page(world.teacher)
    assert text.count("Not checked by a lawyer") == len(load.current().powers) - 1
    assert "Ada Lind, solicitor of the council" in text
    row = AuditRow.objects.get(verb="check", subject="power")
    assert row.detail == {
        "power": WARNING, "release": load.current().id, "holds": True, "called": "Ada Lind, solicitor of the council",
        "checked_on": str(TODAY),
    }  # fmt: skip


@pytest.mark.parametrize("who", ["teacher", "social_worker", "board_member", "administrator"])
def test_nobody_else_says_so(world: World, who: str) -> None:
    user = getattr(world, who)
    with pytest.raises(Refused, match="Only a co-ordinator"):
        check(user)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("power_check", kwargs={"power": WARNING})).status_code == 404
    assert not PowerCheck.objects.exists()


def test_a_text_that_is_not_right_is_not_checked_and_the_latest_word_stands(world: World) -> None:
    check(world.coordinator)
    check(world.coordinator, holds=False, said="The age is another")
    assert confirmed(world.teacher) == set()
    text = page(world.teacher)
    assert "The age is another" in text
    assert "Not right, says who checked it" in text


def test_another_text_asks_again(world: World) -> None:
    row = check(world.coordinator)
    PowerCheck.objects.filter(pk=row.pk).update(release="2026.6")  # as if it had said something else then
    known = queries.power_named(world.teacher, WARNING)
    assert (known.check, known.earlier, known.is_checked) == (None, row, False)
    assert "This one says something else" in page(world.teacher)


def test_a_power_that_is_not_there_is_hidden(world: World) -> None:
    with pytest.raises(Hidden):
        check(world.coordinator, power="arrest")
    client = Client()
    client.force_login(world.coordinator)
    assert client.get(reverse("power_check", kwargs={"power": "arrest"})).status_code == 404


def test_a_day_to_come_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="today or before"):
        check(world.coordinator, checked_on=TODAY + timedelta(days=1))
