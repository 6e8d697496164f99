"""What is said is kept as a message and its values, and put into words where somebody reads it."""

import json
from datetime import UTC, date, datetime

import pytest
from django.utils.translation import gettext_noop as _
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from heard.agencies.models import Agency
from heard.govuk import said
from heard.govuk.said import choice, joined, labelled, lines, moment, plain, put, quoted, say

AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


def test_a_message_is_said_with_its_values() -> None:
    told = say(_("Back: %(where)s"), where="The bus station")
    assert told == {"say": "Back: %(where)s", "with": {"where": "The bus station"}}
    assert put(told) == "Back: The bus station"


def test_it_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    welsh = {
        "Back: %(where)s": "Yn ôl: %(where)s",
        "Missing": "Ar goll",
        "%(label)s: %(text)s": "%(label)s = %(text)s",
    }
    told = lines(say(_("Back: %(where)s"), where="Home"), labelled(_("Missing"), "Mina"))
    monkeypatch.setattr(said, "gettext", welsh.__getitem__)
    assert put(told) == "Yn ôl: Home\nAr goll = Mina"


def test_days_times_and_choices_are_kept_as_values() -> None:
    agency = Agency(name="Northgate", kind=Agency.Kind.EDUCATION)
    told = {
        "2 March 2026": plain(date(2026, 3, 2)),
        "2 March 2026, 2:05pm": moment(AT),
        Agency.Kind.EDUCATION.label: choice(agency, "kind"),
        Agency.Kind.EDUCATION.label.lower(): choice(agency, "kind", small=True),
        "Northgate": plain(agency),
    }
    assert {put(json.loads(json.dumps(one))) for one in told.values()} == set(told)
    assert put(say("%(on)s", on=AT)) == "2 March 2026"
    with override("cy"):
        assert choice(agency, "kind") == {"say": Agency.Kind.EDUCATION.label}


def test_what_says_nothing_is_left_out() -> None:
    nothing = [None, "", moment(None), joined("", None), labelled(_("Why"), None), quoted("")]
    assert all(one in (None, "") for one in nothing)
    assert put(lines("One", *nothing, "two")) == "One\ntwo"
    assert put(joined("One", *nothing, "two")) == "One, two"


def test_what_nobody_knows_how_to_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="Nothing can be put into words"):
        put({"shout": "Missing"})


@given(st.text(), st.text())
def test_whatever_people_wrote_is_said_as_they_wrote_it(text: str, more: str) -> None:
    told = json.loads(json.dumps(say("%(a)s|%(b)s", a=text, b=more)))
    assert put(told) == f"{text}|{more}"
