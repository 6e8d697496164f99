"""The fictional partnership obeys every rule, since it is written through everyone's actions."""

from datetime import date

import pytest

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Refused, Role
from heard.cases.models import Assessment, Case, Concern, Plan, Review, Words
from heard.demo import partnership
from heard.network.models import Person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 4)


def test_it_has_children_at_every_stage_and_staff_in_every_role() -> None:
    children = partnership.load(password="for tests, and long enough", today=TODAY)
    assert children == Person.objects.filter(kind="child").count() >= 40
    assert {user.roles[0] for user in User.objects.all()} == {role.value for role in Role}
    assert set(Concern.objects.values_list("decision", flat=True)) >= {
        "",
        "open_case",
        "other_agency",
        "no_further_action",
    }
    assert set(Assessment.objects.values_list("state", flat=True)) == {
        "draft",
        "submitted",
        "returned",
        "signed",
    }
    assert set(Plan.objects.values_list("state", flat=True)) == {"draft", "agreed"}
    assert Review.objects.exists()
    assert Case.objects.filter(trusted_worker=None).count() == 0
    assert Words.objects.exists()
    assert AuditRow.objects.count() > 500


def test_everyone_it_prints_can_sign_in() -> None:
    partnership.load(password="for tests, and long enough", today=TODAY)
    for person in partnership.staff():
        user = User.objects.get(username=person.username)
        assert user.check_password("for tests, and long enough")
        assert user.roles == [person.role]


def test_it_is_loaded_into_an_empty_database_only() -> None:
    partnership.load(password="for tests, and long enough", today=TODAY)
    with pytest.raises(Refused):
        partnership.load(password="for tests, and long enough", today=TODAY)


def test_no_text_still_has_a_gap_for_the_name() -> None:
    partnership.load(password="for tests, and long enough", today=TODAY)
    assert not Concern.objects.filter(seen_and_heard__contains="<name>").exists()
    assert not Assessment.objects.filter(judgement__contains="<name>").exists()
