"""What a share, a refusal and a request must say, and whose names stand in a text: the rules, on any day."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.sharing import rules
from heard.cases.sharing.bases import SHIPPED, advice, bases
from heard.cases.sharing.rules import SharePart, ShareSection

TODAY = date(2026, 5, 4)
LATER = date(2026, 8, 4)


def test_each_lawful_basis_has_a_source_that_was_read() -> None:
    assert bases().keys() >= {"legal_obligation", "public_task", "duty_to_share", "consent"}
    assert all(base.source and base.help and base.confidence in SHIPPED for base in bases().values())
    assert advice().confidence in SHIPPED


def test_consent_is_said_to_be_usually_the_wrong_basis() -> None:
    assert "usually the wrong" in advice().text
    assert "usually the wrong" in bases()["consent"].help.casefold()


# ---- names


NAMES = rules.names_in_use(["Ola Brand", "Ada Okoro"], own=["Mina Okoro", "Minnie"])


def test_the_childs_own_names_are_never_marked() -> None:
    assert set(NAMES) == {"Ola Brand", "Ada Okoro", "Ola", "Brand", "Ada"}
    assert rules.named([ShareSection("", "Mina Okoro, called Minnie, was with ADA and Brand.")], NAMES) == [
        "ADA",
        "Brand",
    ]


def test_a_name_is_found_as_a_whole_word_and_a_whole_name_before_its_parts() -> None:
    assert rules.marked("Ola Brand’s brandy", NAMES) == [
        SharePart("Ola Brand", True),
        SharePart("’s brandy", False),
    ]


def test_a_name_is_left_out_and_one_can_see_that_it_was() -> None:
    assert rules.without_names("She rang Ola.", NAMES) == "She rang [name left out]."


words = st.text(max_size=20)


@given(st.text(), st.lists(words, max_size=5), st.lists(words, max_size=2))
def test_the_stretches_put_together_are_the_text(text: str, people: list[str], own: list[str]) -> None:
    names = rules.names_in_use(people, own)
    assert "".join(part.text for part in rules.marked(text, names)) == text


@given(st.lists(st.from_regex(r"[A-Z][a-z]{3,8}", fullmatch=True), min_size=1, max_size=4))
def test_no_name_stays_where_names_are_left_out(people: list[str]) -> None:
    names = rules.names_in_use(people, ["Zq"])
    text = rules.without_names(" met ".join(people), names)
    assert not [name for name in people if name in text.replace("[name left out]", "")]


sections = st.lists(st.builds(ShareSection, words, words), max_size=4)


@given(sections, sections)
def test_two_fingerprints_are_the_same_only_of_the_same_text(
    one: list[ShareSection], other: list[ShareSection]
) -> None:
    assert (rules.fingerprint(one) == rules.fingerprint(other)) == (one == other)


def test_text_as_it_is_shared_has_each_piece_beneath_its_heading() -> None:
    text = rules.as_text("Mina", [ShareSection("Words", "“Ask me.”"), ShareSection("", "More")])
    assert text == "Mina\n\nWords\n“Ask me.”\n\nMore\n"


# ---- what has to be said


def verdict(rule, base: dict, change: dict, says: str | None) -> None:
    why = rule(**base | change)
    assert why is None if says is None else says in (why or "")


PREPARED = {
    "may_share": True,
    "state": "prepared",
    "purpose": "So that she is met at the gate",
    "has_agency": True,
    "outside": "",
    "to_person": "Ann, designated lead",
    "has_pieces": True,
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_share": False}, "role"),
        ({"state": "shared"}, "has been decided"),
        ({"purpose": " "}, "what sharing this is for"),
        ({"has_agency": False}, "which agency"),
        ({"has_agency": False, "outside": "A charity"}, None),
        ({"to_person": ""}, "Name the person"),
        ({"has_pieces": False}, "only what is necessary"),
    ],
)
def test_a_share_says_what_for_and_to_whom(change: dict, says: str | None) -> None:
    verdict(rules.why_not_prepare, PREPARED, change, says)


DECIDED = {
    "may_share": True,
    "state": "prepared",
    "decision": "shared",
    "read_as_it_is": True,
    "has_content": True,
    "basis_known": True,
    "basis": "public_task",
    "basis_note": "",
    "why": "The school can keep her safe only if it knows",
    "told": "told",
    "told_note": "",
    "has_words": True,
    "why_no_words": "",
    "review_on": LATER,
    "today": TODAY,
}
REFUSED = {"decision": "refused", "basis": "", "basis_known": False}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_share": False}, "role"),
        ({"state": "refused"}, "has been decided"),
        ({"decision": ""}, "share this or not"),
        ({"decision": "prepared"}, "share this or not"),
        ({"read_as_it_is": False}, "has changed since you read this"),
        ({"has_content": False}, "Choose what to share"),
        ({"basis_known": False}, "lawful basis"),
        ({"basis": "consent"}, "usually the wrong basis"),
        ({"basis": "consent", "basis_note": "She is seventeen and asked for it"}, None),
        ({"why": ""}, "reason"),
        ({"has_words": False}, "what the child says"),
        ({"has_words": False, "why_no_words": "She is away"}, None),
        ({"told": ""}, "has been told"),
        ({"told": "not_told"}, "why the child has not been told"),
        ({"told": "not_told", "told_note": "It would warn the man"}, None),
        ({"review_on": None}, "looked at again"),
        ({"review_on": TODAY}, "after today"),
        (REFUSED, None),
        (REFUSED | {"why": " "}, "A refusal needs one"),
        (REFUSED | {"told": ""}, "has been told"),
        (REFUSED | {"review_on": None}, "looked at again"),
        (REFUSED | {"has_content": False}, None),
    ],
)
def test_a_refusal_asks_for_as_much_as_a_share_but_for_the_basis(change: dict, says: str | None) -> None:
    said = DECIDED | change
    ready, decided = (
        {field.name: said.pop(field.name) for field in fields(kind) if field.name in said}
        for kind in (rules.Ready, rules.Decided)
    )
    why = rules.why_not_decide(rules.Ready(**ready), rules.Decided(**decided), **said)
    assert why is None if says is None else says in (why or "")


REVIEWED = {
    "may_share": True,
    "state": "shared",
    "note": "Still right",
    "next_review_on": LATER,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"next_review_on": None}, None),
        ({"may_share": False}, "role"),
        ({"state": "prepared"}, "not been decided"),
        ({"note": ""}, "what you found"),
        ({"next_review_on": TODAY}, "after today"),
    ],
)
def test_a_decision_is_looked_at_again_with_what_was_found(change: dict, says: str | None) -> None:
    verdict(rules.why_not_review, REVIEWED, change, says)


ASKED = {
    "may_share": True,
    "direction": "we_ask",
    "has_agency": True,
    "outside": "",
    "who": "Dr Lane",
    "what": "Visits in the last year",
    "why": "To see what she needs",
    "asked_on": TODAY,
    "due_on": LATER,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_share": False}, "role"),
        ({"direction": "x"}, "who asks whom"),
        ({"has_agency": False}, "which agency"),
        ({"who": ""}, "person there"),
        ({"what": ""}, "asked for"),
        ({"why": ""}, "needed for"),
        ({"asked_on": LATER}, "day on which it was asked"),
        ({"due_on": None}, "due back"),
        ({"due_on": date(2026, 5, 3)}, "before it was asked"),
        ({"due_on": TODAY}, None),
    ],
)
def test_a_request_says_what_why_and_until_when(change: dict, says: str | None) -> None:
    verdict(rules.why_not_ask, ASKED, change, says)


ANSWERED = {
    "may_share": True,
    "asks_it": False,
    "state": "open",
    "answer": "answered",
    "note": "No visits",
    "on": TODAY,
    "asked_on": date(2026, 5, 1),
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_share": False}, "role"),
        ({"asks_it": True}, "Whoever is asked answers"),
        ({"state": "partly"}, "already"),
        ({"answer": "open"}, "Choose"),
        ({"note": ""}, "Write down"),
        ({"answer": "refused", "note": ""}, "reason"),
        ({"on": LATER}, "not to come"),
        ({"on": date(2026, 4, 30)}, "not before"),
        ({"on": None}, "day of the answer"),
    ],
)
def test_an_answer_says_what_or_why_not(change: dict, says: str | None) -> None:
    verdict(rules.why_not_answer, ANSWERED, change, says)


CHASED = {
    "may_share": True,
    "state": "open",
    "note": "Rang Dr Lane",
    "on": TODAY,
    "asked_on": TODAY,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_share": False}, "role"),
        ({"state": "answered"}, "already"),
        ({"note": ""}, "whom you reminded"),
        ({"on": LATER}, "not to come"),
    ],
)
def test_a_reminder_says_whom_and_when(change: dict, says: str | None) -> None:
    verdict(rules.why_not_chase, CHASED, change, says)


@pytest.mark.parametrize(
    ("answered", "late"), [(None, 4), (date(2026, 4, 30), 0), (date(2026, 5, 2), 2), (date(2026, 4, 1), 0)]
)
def test_lateness_stops_with_the_answer(answered: date | None, late: int) -> None:
    assert rules.days_late(date(2026, 4, 30), answered, TODAY) == late
