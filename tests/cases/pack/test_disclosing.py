"""Somebody asks for their record: what is found, decided, checked by a second person, drawn and given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.pack.conftest import (
    AUNT,
    decide_all,
    everything_in,
    final,
    made,
    pages_of,
    pdf_file,
    read_all,
    request_of,
    text_file,
)

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment.actions import withdraw_attachment
from heard.cases.pack import actions, queries
from heard.cases.pack.actions import disclosing
from heard.cases.pack.models import Disclosure, Mark
from heard.cases.pack.reasons import reasons
from heard.cases.pack.rules import PackPart
from heard.network.models import Tie

TODAY = timezone.localdate
WHY = {"treatment": "withhold", "reason": "somebody_else"}


def found(user: Any, disclosure: Disclosure) -> dict[str, str]:
    return {name.about: name.kind for name in queries.names_found(user, disclosure.pk)}


def test_others_are_found_and_nothing_is_decided(world: Any, asked: Disclosure) -> None:
    names = found(world.coordinator, asked)
    assert names[AUNT] == "person"
    assert names["Tess Archer"] == "staff"
    assert names["Northgate Academy"] == "agency"
    assert names["01632 960 777"] == "number"
    assert names["WX1 4AB"] == "address"
    assert not [name for name in names if "Mina" in name or "Okoro" in name]
    assert not Mark.objects.exclude(treatment="").exists()


def test_the_record_is_never_changed(world: Any, asked: Disclosure) -> None:
    before = list(Tie.objects.values_list())
    decide_all(world.coordinator, asked, **WHY)
    final(world, asked)
    assert list(Tie.objects.values_list()) == before


def test_what_is_withheld_is_in_no_byte_of_the_paper(world: Any, asked: Disclosure) -> None:
    by = world.coordinator
    names = [f"person|{AUNT}", "address|WX1 4AB"]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, **WHY)
    number = {"treatment": "pseudonym", "reason": "serious_harm", "instead": "a number"}
    actions.treat_names(by=by, disclosure_id=asked.pk, names=["number|01632 960 777"], **number)
    for name in queries.names_found(by, asked.pk):
        if name.treatments == ("",):
            actions.treat_names(by=by, disclosure_id=asked.pk, names=[name.key], treatment="show")
    worry = queries.passages_in(by, asked.pk).get(text__contains="She left school")
    actions.withhold_passage(by=by, passage_id=worry.pk, reason="other", note="It would frighten her")
    read_all(by, asked)
    pack = final(world, asked)
    text, inside = "\n".join(pages_of(pack)), everything_in(pack)
    for gone in ("Brand", "WX1", "960 777", "She left school", "It would frighten her"):
        assert gone not in text
        assert gone.encode() not in inside
        assert gone.encode("utf-16-be") not in inside
    assert "[a number] (2)" in text
    assert "withheld: 1" in text
    assert "withheld: 4" in text
    assert reasons()["somebody_else"].label in text
    assert "They wait for me after school." in text


def test_the_paper_says_when_nothing_is_withheld(world: Any, asked: Disclosure) -> None:
    decide_all(world.coordinator, asked)
    text = "\n".join(pages_of(final(world, asked)))
    assert AUNT in text
    assert "Nothing is withheld." in text


def test_nothing_is_withheld_without_a_reason(world: Any, asked: Disclosure) -> None:
    by, key = world.coordinator, {"disclosure_id": asked.pk, "names": [f"person|{AUNT}"]}
    for said, sentence in (
        ({"treatment": "withhold"}, "Choose the reason"),
        ({"treatment": "withhold", "reason": "because"}, "Choose the reason"),
        ({"treatment": "withhold", "reason": "other"}, "your own words"),
        ({"treatment": "pseudonym", "reason": "somebody_else"}, "Write the words"),
        (
            {"treatment": "pseudonym", "reason": "somebody_else", "instead": "my ola brand"},
            "hold the name itself",
        ),
        ({"treatment": "withhold", "reason": "best_interests"}, "parental responsibility"),
        ({"treatment": ""}, "Choose whether"),
    ):
        with pytest.raises(Refused, match=sentence):
            actions.treat_names(by=by, **key, **said)
    passage = queries.passages_in(by, asked.pk)[0]
    with pytest.raises(Refused, match="Choose the reason"):
        actions.withhold_passage(by=by, passage_id=passage.pk, reason="")
    assert not Mark.objects.exclude(treatment="").exists()


def test_the_childs_best_interests_are_a_reason_where_a_parent_asks(world: Any, around: Any) -> None:
    asked = request_of(world.coordinator, around.person_id, requester="parent")
    said = {"treatment": "withhold", "reason": "best_interests"}
    assert actions.treat_names(by=world.coordinator, disclosure_id=asked.pk, names=[f"person|{AUNT}"], **said)


def test_somebody_adds_what_the_machine_missed(world: Any, asked: Disclosure) -> None:
    by = world.coordinator
    with pytest.raises(Refused, match="nowhere"):
        actions.find_more(by=by, disclosure_id=asked.pk, text="her neighbour")
    assert actions.find_more(by=by, disclosure_id=asked.pk, text="people whom we do not know") == 1
    with pytest.raises(Refused, match="marked already"):
        actions.find_more(by=by, disclosure_id=asked.pk, text="people whom we do not know")
    assert found(by, asked)["people whom we do not know"] == "hand"
    worry = queries.passages_in(by, asked.pk).get(text__contains="She left school")
    with pytest.raises(Refused, match="do not stand in this passage"):
        actions.withhold_stretch(by=by, passage_id=worry.pk, text="not there", **WHY)
    actions.withhold_stretch(by=by, passage_id=worry.pk, text="left school", **WHY)
    shown = queries.stretches_of(queries.passage_visible_to(by, worry.pk))[1]
    assert [stretch.was for stretch in shown if stretch.treatment == "withhold"] == ["left school"]


def test_it_is_not_sent_before_everything_is_decided_and_read(world: Any, around: Any) -> None:
    by = world.coordinator
    text_file(by, around.person_id)
    asked = request_of(by, around.person_id, PackPart.WORDS, PackPart.FILES)
    with pytest.raises(Refused, match="Names or numbers that nobody has decided"):
        actions.send_disclosure(by=by, disclosure_id=asked.pk)
    names = [name.key for name in queries.names_found(by, asked.pk)]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, treatment="show")
    with pytest.raises(Refused, match="Files that nobody has decided"):
        actions.send_disclosure(by=by, disclosure_id=asked.pk)
    file = queries.passages_in(by, asked.pk).get(file__isnull=False)
    actions.decide_file(by=by, passage_id=file.pk, give="text")
    with pytest.raises(Refused, match="Passages that nobody has read"):
        actions.send_disclosure(by=by, disclosure_id=asked.pk)
    read_all(by, asked)
    actions.send_disclosure(by=by, disclosure_id=asked.pk)


# ---- files


def test_the_pages_of_a_file_are_given_only_where_all_in_it_is_shown(world: Any, around: Any) -> None:
    by = world.coordinator
    text_file(by, around.person_id)
    pdf_file(by, around.person_id, pages=2)
    asked = request_of(by, around.person_id, PackPart.FILES)
    rows = {row.file.name: row for row in queries.passages_in(by, asked.pk)}
    with pytest.raises(Refused, match="cannot be put into a PDF"):
        actions.decide_file(by=by, passage_id=rows["note.txt"].pk, give="whole")
    with pytest.raises(Refused, match="withheld, or not decided"):
        actions.decide_file(by=by, passage_id=rows["letter.pdf"].pk, give="whole")
    with pytest.raises(Refused, match="No text could be read"):
        actions.decide_file(by=by, passage_id=rows["letter.pdf"].pk, give="text")
    names = [name.key for name in queries.names_found(by, asked.pk)]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, treatment="show")
    actions.decide_file(by=by, passage_id=rows["letter.pdf"].pk, give="whole")
    actions.treat_names(by=by, disclosure_id=asked.pk, names=["person|Ola Brand"], **WHY)
    actions.decide_file(by=by, passage_id=rows["note.txt"].pk, give="text")
    read_all(by, asked)
    pages = pages_of(final(world, asked))
    text = "\n".join(pages)
    assert "fetches her on Mondays" in text
    assert "Ola" not in text
    assert "Its 2 pages follow" in text


def test_a_file_is_decided_anew_where_something_in_it_is_withheld_later(world: Any, around: Any) -> None:
    by = world.coordinator
    pdf_file(by, around.person_id)
    asked = request_of(by, around.person_id, PackPart.FILES)
    names = [name.key for name in queries.names_found(by, asked.pk)]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, treatment="show")
    row = queries.passages_in(by, asked.pk).get()
    actions.decide_file(by=by, passage_id=row.pk, give="whole")
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, **WHY)
    assert queries.progress_of(by, asked.pk).files_open == 1


def whole_file(by: Any, around: Any) -> tuple[Disclosure, Any]:
    """A request with one file in which everything is shown."""
    pdf_file(by, around.person_id)
    asked = request_of(by, around.person_id, PackPart.FILES)
    names = [name.key for name in queries.names_found(by, asked.pk)]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, treatment="show")
    return asked, queries.passages_in(by, asked.pk).get()


def withheld_in(row: Any) -> None:
    Mark.objects.create(passage=row, start=0, end=3, kind="hand", about="let", **WHY)


def test_what_another_withholds_in_a_file_at_the_same_moment_keeps_its_pages_back(
    world: Any, around: Any, monkeypatch: Any
) -> None:
    by = world.coordinator
    _asked, row = whole_file(by, around)
    hold = disclosing._hold_to_change

    def after_the_other(*who: Any) -> Disclosure:
        withheld_in(row)
        return hold(*who)

    monkeypatch.setattr(disclosing, "_hold_to_change", after_the_other)
    with pytest.raises(Refused, match="withheld, or not decided"):
        actions.decide_file(by=by, passage_id=row.pk, give="whole")


def test_pages_that_would_show_what_is_withheld_are_not_drawn(world: Any, around: Any) -> None:
    by = world.coordinator
    asked, row = whole_file(by, around)
    actions.decide_file(by=by, passage_id=row.pk, give="whole")
    withheld_in(row)
    read_all(by, asked)
    actions.send_disclosure(by=by, disclosure_id=asked.pk)
    actions.check_disclosure(by=world.supervisor, disclosure_id=asked.pk, agrees=True)
    pack = asked.packs.get()
    with pytest.raises(ValueError, match="would show what is withheld"):
        actions.make_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert pack.state == "failed"
    assert not pack.path.exists()


def test_nothing_of_a_file_that_was_withdrawn_is_given_or_shown(world: Any, around: Any, client: Any) -> None:
    by = world.coordinator
    file = text_file(by, around.person_id)
    asked = request_of(by, around.person_id, PackPart.WORDS, PackPart.FILES)
    names = [name.key for name in queries.names_found(by, asked.pk)]
    actions.treat_names(by=by, disclosure_id=asked.pk, names=names, treatment="show")
    row = queries.passages_in(by, asked.pk).get(file__isnull=False)
    actions.withhold_stretch(by=by, passage_id=row.pk, text="on Mondays", **WHY)
    actions.decide_file(by=by, passage_id=row.pk, give="text")
    withdraw_attachment(by=by, attachment_id=file.pk, reason="It is about another child")
    with pytest.raises(Hidden):
        actions.decide_file(by=by, passage_id=row.pk, give="text")
    client.force_login(by)
    for name, keys in (
        ("disclosure_passages", {"disclosure_id": asked.pk}),
        ("disclosure_log", {"disclosure_id": asked.pk}),
        ("disclosure_passage", {"passage_id": row.pk}),
        ("disclosure_whole", {"passage_id": row.pk}),
    ):
        shown = client.get(reverse(name, kwargs=keys))
        assert shown.status_code == 200
        assert "Mondays" not in shown.text
        assert "note.txt" not in shown.text
    row.refresh_from_db()
    assert (row.text, row.marks.exists()) == ("", False)
    read_all(by, asked)
    inside = "\n".join(pages_of(final(world, asked)))
    assert "They wait for me" in inside
    assert "Mondays" not in inside
    assert "fetches her" not in inside
    assert "note.txt" not in inside


def test_a_file_that_was_withdrawn_waits_for_no_decision(world: Any, around: Any) -> None:
    by = world.coordinator
    file = text_file(by, around.person_id)
    asked = request_of(by, around.person_id, PackPart.FILES)
    read_all(by, asked)
    assert queries.why_not_send(by, asked)
    withdraw_attachment(by=by, attachment_id=file.pk, reason="It is about another child")
    assert queries.why_not_send(by, asked) is None
    assert not queries.passages_in(by, asked.pk, open_only=True).exists()


# ---- the second person, and the end


def test_a_second_person_checks_it(world: Any, asked: Disclosure) -> None:
    decide_all(world.coordinator, asked)
    actions.send_disclosure(by=world.coordinator, disclosure_id=asked.pk)
    assert list(queries.waiting_for_check(world.supervisor)) == [asked]
    assert not queries.waiting_for_check(world.coordinator).exists()
    with pytest.raises(Refused, match="decided in it yourself"):
        actions.check_disclosure(by=world.coordinator, disclosure_id=asked.pk, agrees=True)
    with pytest.raises(Refused, match="looked at again"):
        actions.check_disclosure(by=world.supervisor, disclosure_id=asked.pk, agrees=False)
    with pytest.raises(Refused, match="with the person who checks"):
        actions.treat_names(by=world.coordinator, disclosure_id=asked.pk, names=["a|b"], treatment="show")
    actions.check_disclosure(by=world.supervisor, disclosure_id=asked.pk, agrees=False, note="The aunt")
    decide_all(world.coordinator, asked, **WHY)
    actions.send_disclosure(by=world.coordinator, disclosure_id=asked.pk)
    actions.check_disclosure(by=world.supervisor, disclosure_id=asked.pk, agrees=True)
    assert [
        check.agreed for check in queries.disclosure_visible_to(world.supervisor, asked.pk).checks.all()
    ] == [False, True]


def test_what_was_checked_never_changes(world: Any, asked: Disclosure) -> None:
    decide_all(world.coordinator, asked)
    final(world, asked)
    with pytest.raises(Refused, match="final"):
        actions.treat_names(
            by=world.coordinator, disclosure_id=asked.pk, names=["person|x"], treatment="show"
        )
    mark = Mark.objects.first()
    for change in (mark.save, mark.delete, mark.passage.save, Mark.objects.all().delete):
        with pytest.raises(Refused, match="final"):
            change()
    with pytest.raises(Refused, match="final"):
        Mark.objects.update(treatment="show")


def test_it_is_written_down_when_how_and_to_whom_it_was_given(world: Any, asked: Disclosure) -> None:
    given = {
        "by": world.coordinator,
        "disclosure_id": asked.pk,
        "how": "hand",
        "to_whom": "Mina, with Sol beside her",
    }
    with pytest.raises(Refused, match="second person"):
        actions.give_disclosure(**given, on=TODAY())
    decide_all(world.coordinator, asked)
    final(world, asked)
    for said, sentence in (
        ({"on": TODAY() + timedelta(days=1)}, "not to come"),
        ({"on": None}, "the day"),
        ({"on": TODAY(), "how": ""}, "how"),
    ):
        with pytest.raises(Refused, match=sentence):
            actions.give_disclosure(**given | said)
    assert list(queries.disclosures_due(world.coordinator)) == [asked]
    actions.give_disclosure(**given, on=TODAY())
    assert not queries.disclosures_due(world.coordinator).exists()
    verbs = set(AuditRow.objects.filter(subject="disclosure").values_list("verb", flat=True))
    assert verbs == {"start", "decide", "read", "send", "agree", "give"}
    with pytest.raises(Refused, match="cannot be taken back"):
        actions.stop_disclosure(by=world.coordinator, disclosure_id=asked.pk, why="They changed their mind")


def test_a_request_ends_without_being_given_for_a_reason(world: Any, asked: Disclosure) -> None:
    with pytest.raises(Refused, match="Say why"):
        actions.stop_disclosure(by=world.coordinator, disclosure_id=asked.pk, why="")
    actions.stop_disclosure(
        by=world.coordinator, disclosure_id=asked.pk, why="She wants to read it with us instead"
    )
    assert not queries.disclosures_due(world.coordinator).exists()


@pytest.mark.parametrize("checked", [False, True])
def test_of_a_request_that_ended_no_copy_of_the_record_stays(
    world: Any, asked: Disclosure, checked: bool
) -> None:
    decide_all(world.coordinator, asked, **WHY)
    assert asked.passages.exclude(marks=None).exists()
    if checked:
        final(world, asked)
    end(world, asked)
    assert not asked.passages.exists()


def test_what_was_held_back_from_an_answer_that_was_given_can_be_shown_later(
    world: Any, asked: Disclosure, client: Any
) -> None:
    decide_all(world.coordinator, asked, **WHY)
    final(world, asked)
    actions.give_disclosure(
        by=world.coordinator, disclosure_id=asked.pk, on=TODAY(), how="hand", to_whom="The child"
    )
    client.force_login(world.coordinator)
    assert AUNT in client.get(reverse("disclosure_log", kwargs={"disclosure_id": asked.pk})).text


def end(world: Any, asked: Disclosure) -> None:
    actions.stop_disclosure(by=world.coordinator, disclosure_id=asked.pk, why="She reads it with us")


def test_the_pdf_goes_when_the_request_ends(
    world: Any, asked: Disclosure, django_capture_on_commit_callbacks: Any
) -> None:
    decide_all(world.coordinator, asked)
    pack = final(world, asked)
    assert pack.path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        end(world, asked)
    pack.refresh_from_db()
    assert (pack.state, pack.path.exists()) == ("removed", False)
    with pytest.raises(Refused, match="request was ended"):
        actions.fetch_pack(by=world.coordinator, pack_id=pack.pk)


def test_a_pdf_that_waits_is_not_made_when_the_request_ended(world: Any, asked: Disclosure) -> None:
    decide_all(world.coordinator, asked)
    actions.send_disclosure(by=world.coordinator, disclosure_id=asked.pk)
    actions.check_disclosure(by=world.supervisor, disclosure_id=asked.pk, agrees=True)
    pack = asked.packs.get()
    end(world, asked)
    actions.make_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert (pack.state, pack.path.exists()) == ("removed", False)


def test_a_pdf_that_was_being_made_when_the_request_ended_is_not_fetched_and_goes(
    world: Any, asked: Disclosure, django_capture_on_commit_callbacks: Any
) -> None:
    decide_all(world.coordinator, asked)
    pack = final(world, asked)
    asked.packs.update(state="running")
    end(world, asked)
    asked.packs.update(state="done")
    with pytest.raises(Refused, match="request was ended"):
        actions.fetch_pack(by=world.coordinator, pack_id=pack.pk)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_old_packs.call()
    pack.refresh_from_db()
    assert (pack.state, pack.path.exists()) == ("removed", False)


def test_the_paper_can_be_made_again_once_it_is_gone(world: Any, asked: Disclosure) -> None:
    decide_all(world.coordinator, asked)
    with pytest.raises(Refused, match="second person"):
        actions.make_again(by=world.coordinator, disclosure_id=asked.pk)
    first = final(world, asked)
    before = pages_of(first)
    with pytest.raises(Refused, match="The PDF is there"):
        actions.make_again(by=world.coordinator, disclosure_id=asked.pk)
    actions.remove_pack(by=world.coordinator, pack_id=first.pk)
    again = made(actions.make_again(by=world.coordinator, disclosure_id=asked.pk))
    assert pages_of(again) == before


@pytest.mark.parametrize(
    "who", ["social_worker", "teacher", "officer", "analyst", "board_member", "administrator"]
)
def test_nobody_else_sees_a_request(world: Any, asked: Disclosure, who: str) -> None:
    user = getattr(world, who)
    assert not queries.disclosures_visible_to(user).exists()
    passage = queries.passages_in(world.coordinator, asked.pk)[0]
    with pytest.raises(Hidden):
        actions.open_disclosure(by=user, disclosure_id=asked.pk)
    with pytest.raises(Hidden):
        actions.open_passage(by=user, passage_id=passage.pk)
    with pytest.raises(Hidden):
        actions.stop_disclosure(by=user, disclosure_id=asked.pk, why="Curious")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"requester": "friend"}, "who asks"),
        ({"requester_name": ""}, "name of the person"),
        ({"what_asked": ""}, "what they ask for"),
        ({"asked_on": TODAY() + timedelta(days=1)}, "on which they asked"),
        ({"due_on": None}, "by which they get an answer"),
        ({"due_on": TODAY() - timedelta(days=30)}, "by which they get an answer"),
    ],
)
def test_a_request_that_says_too_little_is_refused(world: Any, around: Any, said: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        request_of(world.coordinator, around.person_id, **said)
    assert not Disclosure.objects.exists()
