"""Many things are asked of the database at once, and PostgreSQL plans such a question once."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from heard.agencies.asking import Asker, Lists, Question, asked_about, lists_of
from heard.agencies.models import Agency, Membership, Team, User
from heard.agencies.rules import Role

pytestmark = pytest.mark.django_db


def _asked(name: str) -> dict[str, object]:
    return {"named": Agency.objects.filter(name=name), "none": Agency.objects.none()}


def test_what_holds_a_row_is_found_in_one_question() -> None:
    Agency.objects.create(name="Care", kind="social_care")
    with CaptureQueriesContext(connection) as queries:
        assert Question.about(_asked("Care")).answer() == {"named"}
        assert Question.about(_asked("Police")).answer() == set()
    assert len(queries) == 2


def _teams_of(user: User, agency_id: uuid.UUID, other_id: uuid.UUID) -> Lists:
    return {
        "its": lambda: Team.objects.filter(agency_id=agency_id),
        "others": lambda: Team.objects.filter(agency_id=other_id),
        "spelled": lambda: Team.objects.filter(name__in=[str(agency_id), other_id.hex]),
        "none": lambda: Team.objects.none(),
    }


def test_lists_are_fetched_only_where_there_are_rows() -> None:
    user = User.objects.create(username="cee")
    care, police = (Agency.objects.create(name=name, kind="social_care") for name in ("Care", "Police"))
    team = Team.objects.create(agency=care, name="Team")
    list(user._memberships)
    with CaptureQueriesContext(connection) as queries:
        assert lists_of(_teams_of, user, care.pk, police.pk) == {
            "its": [team],
            "others": [],
            "spelled": [],
            "none": [],
        }
        assert lists_of(_teams_of, user, police.pk, police.pk) == {
            "its": [],
            "others": [],
            "spelled": [],
            "none": [],
        }
    assert len(queries) == 3


def test_a_kept_question_is_about_what_is_asked_now_in_every_form_of_its_key() -> None:
    user = User.objects.create(username="cee")
    for _again in range(2):
        one, other = uuid.uuid4(), uuid.uuid4()
        put = {name: rows() for name, rows in _teams_of(user, one, other).items()}
        assert asked_about(_teams_of, user, one, other) == Question.about(put)


def test_another_day_and_another_role_are_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    user = User.objects.create(username="cee")
    team = Team.objects.create(agency=Agency.objects.create(name="Care", kind="social_care"), name="Team")
    before = Asker.now(user)
    assert before == Asker.now(User.objects.get(pk=user.pk))
    Membership.objects.create(user=user, team=team, role=Role.PRACTITIONER)
    assert before != Asker.now(User.objects.get(pk=user.pk))
    monkeypatch.setattr(timezone, "localdate", lambda: date(2012, 11, 20))
    assert before != Asker.now(user)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL plans for so long")
def test_the_same_question_about_something_else_is_not_planned_again() -> None:
    for name in ("Care", "Police", "Health"):
        Question.about(_asked(name)).answer()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT EXISTS%'"
        )
        assert (3, 0) in cursor.fetchall()
