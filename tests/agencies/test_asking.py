"""Many things are asked of the database at once, and PostgreSQL plans such a question once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heard.agencies.asking import Question, lists_of
from heard.agencies.models import Agency

pytestmark = pytest.mark.django_db


def _asked(name: str) -> dict[str, object]:
    return {"named": Agency.objects.filter(name=name), "none": Agency.objects.none()}


def test_what_holds_a_row_is_found_in_one_question() -> None:
    Agency.objects.create(name="Care", kind="social_care")
    with CaptureQueriesContext(connection) as queries:
        assert Question.about(_asked("Care")).answer() == {"named"}
        assert Question.about(_asked("Police")).answer() == set()
    assert len(queries) == 2


def test_lists_are_fetched_only_where_there_are_rows() -> None:
    agency = Agency.objects.create(name="Care", kind="social_care")
    with CaptureQueriesContext(connection) as queries:
        assert lists_of(_asked("Care")) == {"named": [agency], "none": []}
        assert lists_of(_asked("Police")) == {"named": [], "none": []}
    assert len(queries) == 3


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL plans for so long")
def test_the_same_question_about_something_else_is_not_planned_again() -> None:
    for name in ("Care", "Police", "Health"):
        Question.about(_asked(name)).answer()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT EXISTS%'"
        )
        assert (3, 0) in cursor.fetchall()
