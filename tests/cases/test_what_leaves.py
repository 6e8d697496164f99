"""What is said of ties in texts that others read: never what one agency keeps for itself, and nothing that is thought to be untrue as
if it were a fact."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from heard.cases.concern.models import Concern
from heard.cases.missing.queries import begin_form
from heard.cases.pack.passages import passages_of
from heard.cases.pack.rules import PackPart
from heard.cases.record.models import ChronologyChange
from heard.cases.record.queries import entries_of
from heard.cases.referral.actions import start_referral
from heard.cases.referral.prefill import known_of
from heard.cases.sharing.pieces import pieces_of
from heard.cases.timeline.index import refresh
from heard.graph.exchange import queries as exchange
from heard.graph.exchange.writing import SUFFIXES, as_file
from heard.network.actions import Knows, add_person, add_place, involve, note_source, note_tie
from heard.network.models import Person, Tie, TieSource

# Of each way in which a source may be read and go on: what is said of it where it is noted.
OPEN = {"open": {}, "lawful": {"handling": "P"}, "direct": {"source_grade": "1", "known_grade": "A"}}
KEPT = {"agency": {"reach": "holder"}, "agency_lawful": {"reach": "holder", "handling": "P"}, "record": {}}


def tied(by: Any, person_id: Any, name: str, **how: Any) -> Tie:
    """An adult with a telling name, who is tied to the child by a source with telling words."""
    adult = add_person(by=by, given_name="Adult", family_name=f"Of{name}", kind="adult")
    knows = Knows(f"Words of {name}.", **how)
    return note_tie(by=by, one_id=person_id, in_words="aunt", other_id=adult.pk, knows=knows)


def ways_of(case: Any) -> dict[str, dict[str, Any]]:
    worry = Concern.objects.get(person=case.person_id)
    return OPEN | KEPT | {"record": {"reach": "record", "about": "concern", "about_id": worry.pk}}


def philomena(user: Any, case: Any) -> str:
    begun = begin_form(user, case.person_id)
    return begun["associates"] + begun["places"]


def referral(user: Any, case: Any) -> str:
    known = known_of(user, start_referral(by=user, case_id=case.pk))
    return " ".join(str(one.value) for one in known.values())


def pack(user: Any, case: Any) -> str:
    refresh(case.person_id)
    passages = passages_of(user, case.person_id, parts=list(PackPart))
    return "\n".join(f"{passage.heading}\n{passage.text}" for passage in passages)


def chronology(user: Any, case: Any) -> str:
    refresh(case.person_id)
    return "\n".join(f"{entry.what}\n{entry.text}" for entry in entries_of(user, case.person_id))


def share(user: Any, case: Any) -> str:
    refresh(case.person_id)
    return "\n".join(f"{piece.label}\n{piece.text}" for piece in pieces_of(user, case.person_id))


def drawing(user: Any, case: Any) -> str:
    picture = exchange.drawn(user, "node", case.person_id, {"away": 2})
    chart = exchange.takes(user, picture, "a" * 64).chart
    return "".join(as_file(chart, suffix).decode("latin-1") for suffix in SUFFIXES if suffix != "csv")


TEXTS: dict[str, Callable[[Any, Any], str]] = {
    one.__name__: one for one in (philomena, referral, pack, chronology, share, drawing)
}
EACH_TEXT = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@EACH_TEXT
def test_no_text_that_others_read_holds_what_one_agency_keeps(world, signed, text) -> None:
    """A source of each kind, each on a tie of its own: the writer reads all of them, and the text holds the open ones alone."""
    case, by = signed.case, world.social_worker
    for name, how in ways_of(case).items():
        tied(by, case.person_id, name, **how)
    said = text(by, case)
    assert [name for name in OPEN if f"Words of {name}." not in said or f"Of{name}" not in said] == []
    assert [name for name in KEPT if f"Words of {name}." in said or f"Of{name}" in said] == []


@EACH_TEXT
def test_a_tie_that_two_know_is_said_by_the_open_source_alone(world, signed, text) -> None:
    case, by = signed.case, world.social_worker
    for name, how in ways_of(case).items():
        if name in KEPT:
            tie = tied(by, case.person_id, name, **how)
            note_source(by=by, tie_key=tie.key, knows=Knows(f"Open words on {name}."))
    said = text(by, case)
    assert [name for name in KEPT if f"Open words on {name}." not in said] == []
    assert [name for name in KEPT if f"Words of {name}." in said] == []


def test_a_place_that_one_agency_keeps_stands_in_no_form(world, signed) -> None:
    case, by = signed.case, world.social_worker
    for name, how in (("Quay", {"reach": "holder"}), ("Arcade", {})):
        place = add_place(by=by, name=name, kind="arcade")
        note_tie(
            by=by, one_id=case.person_id, in_words="seen at", other_id=place.pk, knows=Knows("Seen", **how)
        )
    for text in (philomena, referral, pack):
        said = text(by, case)
        assert "Arcade" in said
        assert "Quay" not in said


def test_when_a_tie_ended_is_said_as_the_open_sources_say_it(world, signed) -> None:
    """That it ended is known to one agency alone: the text goes on saying what all may read."""
    case, by = signed.case, world.social_worker
    tie = tied(by, case.person_id, "open")
    ended = Knows("Over, we think", reach="holder", valid_to=timezone.localdate())
    note_source(by=by, tie_key=tie.key, knows=ended)
    assert "Words of open." in philomena(by, case)


# ---- thought to be untrue

UNTRUE = {"source_grade": "3", "known_grade": "E"}


@pytest.mark.parametrize("text", [pack, chronology, share], ids=lambda one: one.__name__)
def test_where_a_tie_is_said_it_is_said_that_it_is_thought_to_be_untrue(world, signed, text) -> None:
    case, by = signed.case, world.social_worker
    tied(by, case.person_id, "rumour", **UNTRUE)
    tied(by, case.person_id, "fact")
    said = text(by, case)
    assert "Aunt (thought to be untrue): Adult Ofrumour" in said
    assert "Aunt: Adult Ofrumour" not in said
    assert "Aunt: Adult Offact" in said


@pytest.mark.parametrize("text", [philomena, referral, drawing], ids=lambda one: one.__name__)
def test_texts_that_hold_facts_alone_leave_it_out(world, signed, text) -> None:
    case, by = signed.case, world.social_worker
    tied(by, case.person_id, "rumour", **UNTRUE)
    tied(by, case.person_id, "fact")
    said = text(by, case)
    assert "Offact" in said
    assert "Ofrumour" not in said
    assert "Words of rumour." not in said


@EACH_TEXT
def test_a_tie_that_somebody_else_bears_out_is_said_with_their_words(world, signed, text) -> None:
    """Of two sources the first is thought to be untrue: the tie is said, as the other one knows it."""
    case, by = signed.case, world.social_worker
    tie = tied(by, case.person_id, "rumour", **UNTRUE)
    note_source(by=by, tie_key=tie.key, knows=Knows("Her mother says so."))
    said = text(by, case)
    assert "Ofrumour" in said
    assert "Her mother says so." in said
    assert "Words of rumour." not in said
    assert "thought to be untrue" not in said


def test_what_leaves_is_untrue_where_only_one_agency_knows_better(world, signed) -> None:
    """The writer reads a source that bears it out; what the text may say is still thought to be untrue."""
    case, by = signed.case, world.social_worker
    tie = tied(by, case.person_id, "rumour", **UNTRUE)
    note_source(by=by, tie_key=tie.key, knows=Knows("We saw it", reach="holder"))
    assert "Aunt (thought to be untrue): Adult Ofrumour" in pack(by, case)
    for text in (philomena, referral):
        assert "Ofrumour" not in text(by, case)


# ---- only as its agency says


@EACH_TEXT
def test_what_goes_on_under_conditions_alone_stands_in_no_text_for_others(world, signed, text) -> None:
    """The holder chooses what goes out of a drawing; Heard puts it into nothing that it writes by itself."""
    case, by = signed.case, world.social_worker
    tied(by, case.person_id, "open")
    tie = tied(by, case.person_id, "asked", handling="C", conditions="Ask us first")
    TieSource.objects.filter(tie=tie).update(holder=world.school)
    said = text(by, case)
    assert "Words of open." in said
    assert "Words of asked." not in said
    assert "Ofasked" not in said


@EACH_TEXT
def test_a_tie_that_others_know_freely_is_said_by_their_words(world, signed, text) -> None:
    case, by = signed.case, world.social_worker
    tie = tied(by, case.person_id, "asked", handling="C", conditions="Ask us first")
    TieSource.objects.filter(tie=tie).update(holder=world.school)
    note_source(by=by, tie_key=tie.key, knows=Knows("We know it too."))
    said = text(by, case)
    assert "We know it too." in said
    assert "Words of asked." not in said


def test_who_reads_the_record_in_heard_still_sees_the_tie_with_its_condition(client, world, signed) -> None:
    by = world.social_worker
    tie = tied(by, signed.case.person_id, "asked", handling="C", conditions="Ask us first")
    adult = Person.objects.get(family_name="Ofasked")
    involve(by=by, person=adult, agency=world.school, why="Knows her")
    client.force_login(world.teacher)
    page = client.get(reverse("child_people", kwargs={"person_id": signed.case.person_id})).text
    assert "Words of asked." in page
    assert "Ask us first" in client.get(reverse("tie", kwargs={"tie_key": tie.key})).text


# ---- what was left out is said to the writer


def pages_of_writers(by: Any, case: Any) -> dict[str, str]:
    about = {"person_id": case.person_id}
    written = start_referral(by=by, case_id=case.pk)
    return {
        "philomena": reverse("philomena_write", kwargs=about),
        "pack": reverse("pack_ask", kwargs=about),
        "share": reverse("share_write", kwargs=about),
        "referral": reverse("referral_section", kwargs={"referral_id": written.pk, "section": "background"}),
    }


FACTS_ONLY = ("philomena", "referral")


@pytest.mark.parametrize("where", ["philomena", "pack", "share", "referral"])
def test_the_writer_reads_how_many_sources_were_left_out_and_why(client, world, signed, where) -> None:
    case, by = signed.case, world.social_worker
    for name, how in (KEPT | {"record": ways_of(case)["record"]}).items():
        tied(by, case.person_id, name, **how)
    tied(by, case.person_id, "asked", handling="C", conditions="Ask us first")
    tied(by, case.person_id, "rumour", **UNTRUE)
    client.force_login(by)
    text = client.get(pages_of_writers(by, case)[where]).text
    assert "2 sources that one agency keeps for itself" in text
    assert "1 source for those alone who may read one record" in text
    assert "1 source that goes on only as its agency says" in text
    assert ("1 source that is thought to be untrue" in text) == (where in FACTS_ONLY)


@pytest.mark.parametrize("where", ["philomena", "pack", "share", "referral"])
def test_where_nothing_was_left_out_nothing_is_said(client, world, signed, where) -> None:
    case, by = signed.case, world.social_worker
    tied(by, case.person_id, "open")
    client.force_login(by)
    assert "leaves out" not in client.get(pages_of_writers(by, case)[where]).text


def test_nobody_learns_how_much_another_agency_keeps_for_itself(client, world, signed) -> None:
    tied(world.social_worker, signed.case.person_id, "agency", reach="holder")
    address = reverse("philomena_write", kwargs={"person_id": signed.case.person_id})
    for user, told in ((world.social_worker, True), (world.teacher, False)):
        client.force_login(user)
        page = client.get(address)
        assert page.status_code == 200
        assert ("leaves out" in page.text) == told


def test_the_referral_says_so_only_where_it_asks_who_is_around_the_child(client, world, signed) -> None:
    case, by = signed.case, world.social_worker
    tied(by, case.person_id, "agency", reach="holder")
    written = start_referral(by=by, case_id=case.pk)
    client.force_login(by)
    for section, said in (("background", True), ("person", False)):
        address = reverse("referral_section", kwargs={"referral_id": written.pk, "section": section})
        assert ("leaves out" in client.get(address).text) == said


def test_an_update_makes_the_chronologies_of_such_children_anew_and_no_others(world, signed) -> None:
    mark = import_module("heard.cases.migrations.0116_chronologies_of_doubted_ties").mark
    by, child = world.social_worker, signed.case.person_id
    tied(by, child, "open")
    ChronologyChange.objects.all().delete()
    mark(apps, None)
    assert not ChronologyChange.objects.exists()
    for how in (UNTRUE, {"handling": "C", "conditions": "Ask us first"}):
        tied(by, child, "asked", **how)
        ChronologyChange.objects.all().delete()
        mark(apps, None)
        assert [change.child_id for change in ChronologyChange.objects.all()] == [child]
