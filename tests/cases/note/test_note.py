"""A note of contact: half a minute for a call, never silently changed, and each child's part in that child's record alone."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment import actions as assessing
from heard.cases.case import actions as casework
from heard.cases.case.models import Case
from heard.cases.case.notices import actions as noticing
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Observed
from heard.cases.note import actions, queries
from heard.cases.note.forms import ChooseChildrenForm
from heard.cases.note.models import ContactNote
from heard.cases.note.rules import MOST_CHILDREN, Contact, why_not_write, why_not_write_together
from heard.cases.note.work import TO_SEE, TO_SEE_ALONE
from heard.cases.plan import actions as planning
from heard.cases.record.queries import entries_of
from heard.cases.timeline import index
from heard.cases.words.actions import correct_words
from heard.govuk.environment import day
from heard.network.actions import add_person, restrict


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def visit(world: World, case: Any, **said: Any) -> Any:
    about: dict[str, Any] = {"kind": "visit", "at": timezone.now() - timedelta(hours=1), "seen": "alone"}
    about |= {"text": "She showed me her room."} | said
    return actions.write_note(by=world.social_worker, person_id=case.person_id, **about)


def test_a_call_is_noted_with_two_answers(world: World, case: Any) -> None:
    client = client_of(world.social_worker)
    page = client.get(reverse("note_write", args=[case.person_id]) + "?kind=call").text
    assert page.count("checked") == 2  # a call, just now
    sent = {"kind": "call", "when": "now", "text": "She asked when I come."}
    answer = client.post(reverse("note_write", args=[case.person_id]), sent, follow=True)
    assert "Note saved: Call." in answer.text
    assert (
        "Mark signs that you noticed</a>" in answer.text.partition("</main>")[0].partition("banner__link")[2]
    )
    note = queries.notes_of(world.social_worker, case.person_id).get()
    assert (note.kind, note.text, note.seen) == ("call", "She asked when I come.", "")
    assert timezone.now() - note.at < timedelta(minutes=1)


def test_what_the_child_said_becomes_words_of_the_record(world: World, case: Any) -> None:
    note = visit(world, case, words="I like the new school.")
    said = words_of(world.social_worker, case.person_id).first()
    assert note.words == said
    assert (said.text, said.heard_by) == ("I like the new school.", "Sol Wright")


def test_a_visit_says_whether_the_child_was_seen_and_nothing_is_noted_of_a_time_to_come(
    world: World, case: Any
) -> None:
    with pytest.raises(Refused, match="whether the child was seen"):
        visit(world, case, seen="")
    with pytest.raises(Refused, match="has not come yet"):
        visit(world, case, at=timezone.now() + timedelta(hours=1))
    with pytest.raises(Refused, match="Write what happened"):
        visit(world, case, text=" ")
    with pytest.raises(Refused, match="from which record"):
        visit(world, case, kind="earlier", seen="")
    assert not queries.notes_of(world.social_worker, case.person_id).exists()


def test_last_seen_and_last_seen_alone_are_what_notes_say(world: World, case: Any) -> None:
    today = timezone.localdate()
    visit(world, case, at=timezone.now() - timedelta(days=20))
    visit(world, case, at=timezone.now() - timedelta(days=3), seen="with_others")
    visit(world, case, at=timezone.now() - timedelta(days=1), seen="no")
    visit(world, case, kind="call", seen="alone")  # nobody is seen on the telephone
    last = queries.last_contact(world.social_worker, [case.person_id])[case.person_id]
    assert last == Contact(today - timedelta(days=3), today - timedelta(days=20))
    page = client_of(world.social_worker).get(reverse("child", args=[case.person_id])).text
    assert f"Last seen {day(last.seen_on)}, seen alone {day(last.alone_on)}, by the notes." in page


def test_where_no_note_says_so_the_page_does_not_say_not_seen(world: World, case: Any) -> None:
    page = client_of(world.social_worker).get(reverse("child", args=[case.person_id])).text
    assert "No note says that the child was seen." in page


def test_a_correction_stands_beside_what_it_corrects(world: World, case: Any) -> None:
    first = visit(world, case, words="I like it here.")
    second = actions.correct_note(
        by=world.social_worker,
        note_id=first.pk,
        text="She showed me the kitchen.",
        why_corrected="Wrong room",
    )
    assert list(queries.notes_of(world.social_worker, case.person_id)) == [second]
    assert queries.versions_before(world.social_worker, second) == [first]
    assert second.words == first.words
    assert words_of(world.social_worker, case.person_id).filter(text="I like it here.").count() == 1
    with pytest.raises(Refused, match="corrected already"):
        actions.correct_note(by=world.social_worker, note_id=first.pk, why_corrected="Again")
    with pytest.raises(Refused, match="Whoever wrote a note"):
        actions.correct_note(by=world.supervisor, note_id=second.pk, why_corrected="Not mine")
    page = client_of(world.social_worker).get(reverse("note", args=[second.pk])).text
    assert "She showed me her room." in page


def test_case_direction_stays_with_the_words_that_it_was_written_on(world: World, case: Any) -> None:
    first = actions.write_note(
        by=world.social_worker, person_id=case.person_id, kind="call", at=timezone.now(), text="She is safe"
    )
    actions.direct(by=world.supervisor, note_id=first.pk, text="Then nothing more to do today.")
    second = actions.correct_note(
        by=world.social_worker, note_id=first.pk, why_corrected="A slip", text="She is NOT safe"
    )
    actions.direct(by=world.supervisor, note_id=second.pk, text="See her now.")
    by_version = queries.directed(world.supervisor, second)
    assert {key: [direction.text for direction in rows] for key, rows in by_version.items()} == {
        first.pk: ["Then nothing more to do today."],
        second.pk: ["See her now."],
    }
    client = client_of(world.supervisor)
    now, before = (client.get(reverse("note", args=[note.pk])).text for note in (second, first))
    label = "Case direction, written on the version before"
    assert now.index("See her now.") < now.index(label) < now.index("Then nothing more to do today.")
    assert "Then nothing more to do today." in before
    assert "See her now." not in before
    assert label not in before
    assert "Case direction on the version before" in client.get(reverse("notes", args=[case.person_id])).text
    assert [direction.is_of_earlier for direction in second.directions.order_by("pk")] == [True, False]


def test_correcting_what_the_child_said_makes_a_new_version_of_the_words(world: World, case: Any) -> None:
    first = visit(world, case, words="I like it hear.")
    client, page = client_of(world.social_worker), reverse("note_correct", args=[first.pk])
    asked = client.get(page).text
    assert "I like it hear." in asked
    sent = {"kind": "visit", "when": "now", "seen": "alone", "text": first.text, "words": "I like it here."}
    answer = client.post(page, sent | {"why_corrected": "A slip of mine."}, follow=True)
    second = queries.notes_of(world.social_worker, case.person_id).get()
    assert second.words.text == "I like it here."
    assert (second.words.corrects, second.words.why_corrected) == (first.words, "A slip of mine.")
    assert second.words.said_on_id == second.pk
    first.words.refresh_from_db()
    assert first.words.text == "I like it hear."  # what was written down first is never edited
    for told in (
        "I like it here.",
        "I like it hear.",
    ):  # the version of before stays readable beside the new one
        assert told in answer.text


def test_what_the_child_said_is_not_taken_out_by_a_correction(world: World, case: Any) -> None:
    first = visit(world, case, words="I like it here.")
    client, page = client_of(world.social_worker), reverse("note_correct", args=[first.pk])
    sent = {"kind": "visit", "when": "now", "seen": "alone", "text": first.text, "words": ""}
    refused = client.post(page, sent | {"why_corrected": "Not wanted."})
    assert "What the child said stays." in refused.text
    assert list(queries.notes_of(world.social_worker, case.person_id)) == [first]
    with pytest.raises(Refused, match="What the child said stays"):
        actions.correct_note(by=world.social_worker, note_id=first.pk, words=" ", why_corrected="Not wanted.")


def test_words_that_were_corrected_on_their_own_page_are_corrected_from_there(
    world: World, case: Any
) -> None:
    first = visit(world, case, words="I like it hear.")
    said = {"text": "I like it here.", "heard_by": "Sol Wright", "heard_on": first.words.heard_on}
    newer = correct_words(
        by=world.social_worker, words_id=first.words_id, why_corrected="She read it.", **said
    )
    client = client_of(world.social_worker)
    assert "I like it here." in client.get(reverse("note_correct", args=[first.pk])).text
    assert "I like it here." in client.get(reverse("note", args=[first.pk])).text
    second = actions.correct_note(
        by=world.social_worker, note_id=first.pk, words="I love it here.", why_corrected="She read it again."
    )
    assert second.words.corrects == newer
    third = actions.correct_note(by=world.social_worker, note_id=second.pk, why_corrected="The place.")
    assert third.words == second.words  # nothing was said differently: no new version


def test_a_note_corrected_to_another_day_says_so_of_the_words_too(world: World, case: Any) -> None:
    first = visit(world, case, words="I like it here.")
    yesterday = timezone.now() - timedelta(days=1)
    second = actions.correct_note(
        by=world.social_worker, note_id=first.pk, at=yesterday, why_corrected="It was the day before."
    )
    assert second.words.heard_on == timezone.localdate(yesterday)
    assert second.words.corrects == first.words


def test_signs_of_a_note_are_read_as_they_stood(world: World, case: Any) -> None:
    first = visit(world, case)
    mark = partial(actions.mark_signs, by=world.social_worker)
    mark(note_id=first.pk, noticed={"S01": "Out at night.", "S06": "A new phone."})
    second = actions.correct_note(
        by=world.social_worker, note_id=first.pk, text="She was in.", why_corrected="Her words."
    )
    mark(note_id=second.pk, noticed={"S06": "Two new phones."})
    assert {row.item for row in first.observations.all()} == {
        "S01",
        "S06",
    }  # as it stood when it was corrected
    standing = second.observations.get(ended_at=None)
    assert (standing.item, standing.words) == ("S06", "Two new phones.")
    ended = second.observations.exclude(ended_at=None)
    assert {(row.item, row.words) for row in ended} == {("S01", "Out at night."), ("S06", "A new phone.")}
    assert {row.ended_by for row in ended} == {world.social_worker}
    assert [row.words for row in queries.noticed_in_notes(world.social_worker, case.person_id)] == [
        "Two new phones."
    ]
    client = client_of(world.social_worker)
    page = client.get(reverse("note", args=[second.pk])).text
    assert page.count("Out at night.") == 2  # of the version before, and of what was marked until now
    old = client.get(reverse("note", args=[first.pk])).text
    assert "A new phone." in old
    assert "Two new phones." not in old


def test_marking_the_same_signs_again_changes_nothing(world: World, case: Any) -> None:
    note = visit(world, case)
    for _time in range(2):
        actions.mark_signs(by=world.social_worker, note_id=note.pk, noticed={"S01": "Out at night."})
    assert note.observations.count() == 1


def test_a_supervisor_adds_case_direction_and_the_writer_learns_of_it(world: World, case: Any) -> None:
    note = visit(world, case)
    actions.direct(by=world.supervisor, note_id=note.pk, text="See her weekly until the review.")
    assert "direction" in [row.notice.kind for row in unread_of(world.social_worker)]
    with pytest.raises(Refused, match="supervisor or co-ordinator"):
        actions.direct(by=world.social_worker, note_id=note.pk, text="I decide.")


def test_the_worker_learns_of_a_note_that_somebody_else_wrote(world: World, case: Any) -> None:
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    actions.write_note(
        by=world.teacher, person_id=case.person_id, kind="call", at=timezone.now(), text="She rang school."
    )
    assert "note" in [row.notice.kind for row in unread_of(world.social_worker)]


def test_of_one_visit_to_two_children_each_record_holds_its_own_part(world: World, case: Any) -> None:
    other = add_person(by=world.social_worker, given_name="Joss", family_name="Bell")
    first = visit(world, case, text="Mina was glad to see me.")
    second = actions.write_note(
        by=world.social_worker,
        person_id=other.pk,
        kind="visit",
        at=first.at,
        seen="with_others",
        text="Joss was asleep.",
        event_id=first.event_id,
    )
    assert second.event_id == first.event_id
    page = client_of(world.social_worker).get(reverse("notes", args=[other.pk])).text
    assert "Joss was asleep." in page
    assert "Mina" not in page
    with pytest.raises(Hidden):
        actions.write_note(
            by=world.supervisor,
            person_id=other.pk,
            kind="call",
            at=timezone.now(),
            text="x",
            event_id=first.event_id,
        )


@pytest.fixture
def three(world: World, case: Any) -> list[Any]:
    """A child who counts on the worker, one whom they added, and one of the same visit."""
    joss = add_person(by=world.social_worker, given_name="Joss", family_name="Bell")
    kit = add_person(by=world.social_worker, given_name="Kit", family_name="Marlow")
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    return [case.person, joss, kit]


def test_one_note_about_several_children_is_written_once_and_each_record_has_its_own_part(
    world: World, three: list[Any]
) -> None:
    mina, joss, kit = three
    client = client_of(world.social_worker)
    choosing = client.get(reverse("note_choose_several") + f"?child={joss.pk}&child={kit.pk}").text
    assert "Mina Okoro" in choosing
    chosen = client.get(reverse("note_choose_several"), {"go": "1", "child": [str(one.pk) for one in three]})
    assert chosen.status_code == 302
    page = chosen.headers["Location"]
    assert "Okoro" not in page  # keys alone
    sent = {"kind": "visit", "when": "now", "text": "All were at home, and had eaten."}
    for one, own in zip(three, ("She was glad.", "He slept.", ""), strict=True):
        sent |= {f"{one.pk}_seen": "alone", f"{one.pk}_text": own}
    sent[f"{mina.pk}_words"] = "Come again."
    sent |= {"who_was_there": "Their aunt", f"{joss.pk}_next": "Ring the school. I do it."}
    answer = client.post(page, sent, follow=True)
    assert "Note saved for 3 children." in answer.text
    notes = {one.pk: queries.notes_of(world.social_worker, one.pk).get() for one in three}
    assert len({note.event_id for note in notes.values()}) == 1
    assert notes[kit.pk].text == "All were at home, and had eaten."
    assert notes[joss.pk].text == "All were at home, and had eaten.\n\nHe slept."
    assert notes[mina.pk].words.text == "Come again."
    assert {note.who_was_there for note in notes.values()} == {"Their aunt"}
    assert [notes[one.pk].next for one in three] == ["", "Ring the school. I do it.", ""]
    assert words_of(world.social_worker, joss.pk).count() == 0
    shown = client.get(reverse("notes", args=[joss.pk])).text
    assert "He slept." in shown
    for others in ("glad", "Come again", "Okoro", "Kit"):
        assert others not in shown


def test_a_correction_names_none_of_the_other_children_of_the_contact(world: World, three: list[Any]) -> None:
    parts = [actions.NotePart(one.pk, "Was at home.", "alone") for one in three]
    said: dict[str, Any] = {"by": world.social_worker, "kind": "visit", "at": timezone.now()}
    _mina, joss, _kit = actions.write_together(parts=parts, text="At home.", **said)
    change: dict[str, Any] = {"by": world.social_worker, "note_id": joss.pk, "why_corrected": "Left out"}
    for field in ("text", "where", "who_was_there", "next"):
        with pytest.raises(Refused, match="names of the other children"):
            actions.correct_note(**change, **{field: "Mina told him all."})
    newer = actions.correct_note(**change, text="Joss said that he slept.")
    assert newer.text == "Joss said that he slept."
    alone = actions.write_note(person_id=joss.person_id, text="Mina rang him.", seen="alone", **said)
    assert actions.correct_note(
        by=world.social_worker, note_id=alone.pk, why_corrected="x", text="Mina rang."
    )


def test_what_is_common_names_none_of_the_children(world: World, three: list[Any]) -> None:
    parts = [actions.NotePart(one.pk, "x", "alone") for one in three]
    said: dict[str, Any] = {"by": world.social_worker, "kind": "visit", "at": timezone.now()}
    with pytest.raises(Refused, match="Leave the children’s names out"):
        actions.write_together(parts=parts, text="Kit was at home.", **said)
    for field in ("where", "who_was_there", "source"):
        with pytest.raises(Refused, match="Leave the children’s names out"):
            actions.write_together(parts=parts, text="At home.", **said, **{field: "Home of Mina Okoro"})
    other = actions.NotePart(three[1].pk, "Mina Okoro told him all.", "alone")
    with pytest.raises(Refused, match="names of the other children"):
        actions.write_together(parts=[parts[0], other, parts[2]], text="At home.", **said)
    with pytest.raises(Refused, match="at least two children"):
        actions.write_together(parts=parts[:1], text="At home.", **said)
    with pytest.raises(Refused, match="a part for each child"):
        actions.write_together(parts=[actions.NotePart(one.pk, "", "alone") for one in three], **said)
    with pytest.raises(Refused, match="whether the child was seen"):
        actions.write_together(parts=[*parts[:1], actions.NotePart(three[1].pk, "x")], **said)
    assert not queries.notes_visible_to(world.social_worker).exists()  # none, where one is refused


def test_what_was_typed_about_some_is_laid_into_no_note_about_others(world: World, three: list[Any]) -> None:
    mina, joss, kit = three
    client = client_of(world.social_worker)
    first = reverse("note_together") + f"?child={mina.pk}&child={joss.pk}"
    (token,) = re.findall(r'name="kept" value="([^"]+)"', client.get(first).text)
    typed = {"kept": token, "kept-turn": "1", "text": "We sat in the kitchen."}
    assert client.post(reverse("typed_keep"), typed).status_code == 204
    assert "We sat in the kitchen." in client.get(first).text
    others = reverse("note_together") + f"?child={joss.pk}&child={kit.pk}"
    assert "We sat in the kitchen." not in client.get(others).text


def test_more_children_than_one_note_holds_are_refused_and_none_is_left_out() -> None:
    people = {str(uuid.uuid4()): f"Child {number}" for number in range(MOST_CHILDREN + 1)}
    form = ChooseChildrenForm({"child": list(people)}, people=people)
    assert "12 children at most" in str(form.errors["child"])
    assert ChooseChildrenForm({"child": list(people)[:-1]}, people=people).is_valid()


@pytest.mark.parametrize(
    ("common", "named"),
    [
        ("Will was at home.", True),
        ("They will call again.", False),
        ("Anna said so.", True),
        ("in May", True),
    ],
)
def test_a_name_is_one_where_it_is_written_as_a_name(common: str, named: bool) -> None:
    parts = [{"text": "x"}] * 3
    for field in ("text", "where", "who_was_there", "source"):
        stands = {"text": "", field: common}
        said = why_not_write_together(names=[["Will"], ["Anna Maria"], ["May"]], common=stands, parts=parts)
        assert (said and said[0]) == (field if named else None)


@pytest.mark.parametrize(
    ("part", "named"),
    [("Joss told him.", True), ("Okoro is her name.", False), ("She is fine.", False), ("With Bell", True)],
)
def test_a_part_names_no_other_child_and_the_child_themselves_may_be_named(part: str, named: bool) -> None:
    names = [["Mina", "Okoro"], ["Joss", "Bell"], ["Ada", "Okoro"]]
    for field in ("text", "next"):
        parts = [{"text": "x"} | {field: part}, {"text": "x"}, {"text": "x"}]
        said = why_not_write_together(names=names, common={"text": ""}, parts=parts)
        assert (said is not None) is named


def test_a_note_about_several_is_written_about_those_alone_whom_the_writer_may_see(
    world: World, three: list[Any]
) -> None:
    mina, joss, _kit = three  # of whom the school knows only the first
    client = client_of(world.teacher)
    keys = f"?child={mina.pk}&child={joss.pk}"
    choosing = client.get(reverse("note_choose_several") + keys).text
    assert "Mina" in choosing
    assert "Joss" not in choosing
    assert client.get(reverse("note_together") + keys).status_code == 404
    with pytest.raises(Hidden):
        actions.write_together(
            by=world.teacher,
            parts=[actions.NotePart(mina.pk, "x"), actions.NotePart(joss.pk, "x")],
            kind="call",
            at=timezone.now(),
        )
    assert not queries.notes_of(world.social_worker, mina.pk).exists()
    one_alone = client.get(reverse("note_together") + f"?child={mina.pk}&child=x")
    assert one_alone.headers["Location"] == reverse("note_choose_several")


def test_signs_of_a_note_go_into_the_next_assessment_the_chronology_and_the_childs_page(
    world: World, case: Any
) -> None:
    note = visit(world, case)
    client = client_of(world.social_worker)
    sent = {"signs": ["S06"], "S06": "A new phone that she hides."}
    answer = client.post(reverse("note_signs", args=[note.pk]), sent, follow=True)
    assert "A new phone that she hides." in answer.text
    assessment = assessing.start_assessment(by=world.social_worker, case_id=case.pk)
    taken = assessment.observations.get(item="S06")
    assert (taken.contact_note, taken.words, taken.state) == (note, "A new phone that she hides.", "seen")
    with pytest.raises(Refused, match="A worry or a note says"):
        assessing.note_observations(
            by=world.social_worker, assessment_id=assessment.pk, marks=[Observed("S06", "not_seen")]
        )
    index.catch_up()
    told = [entry for entry in entries_of(world.social_worker, case.person_id) if "A new phone" in entry.text]
    assert [entry.kind for entry in told] == ["sign"]  # taken over, not told twice
    read = client.get(reverse("assessment_submit", args=[assessment.pk])).text
    assert "First noted at a contact" in read


def test_signs_take_the_words_of_the_note_and_ask_for_nothing_twice(world: World, case: Any) -> None:
    told = "We sat in the kitchen. He has a new phone that he hides. He was not in school."
    note = visit(world, case, text=told)
    client = client_of(world.social_worker)
    page = client.get(reverse("note_signs", args=[note.pk])).text
    assert "You wrote: “He has a new phone that he hides.”" in page
    assert "checked" not in page  # offered, never set
    sent = {"signs": ["S10", "S12"], "S10": "", "S12": ""}
    client.post(reverse("note_signs", args=[note.pk]), sent)
    noticed = {observation.item: observation.words for observation in note.observations.all()}
    assert noticed == {"S10": "He has a new phone that he hides.", "S12": told}


def test_signs_are_marked_by_who_wrote_the_note_and_go_with_its_newest_version(
    world: World, case: Any
) -> None:
    note = visit(world, case)
    with pytest.raises(Refused, match="Whoever wrote the note"):
        actions.mark_signs(by=world.supervisor, note_id=note.pk, noticed={"S01": "Out at night."})
    page = client_of(world.supervisor).get(reverse("note_signs", args=[note.pk]), follow=True)
    assert "Whoever wrote the note" in page.text
    assert client_of(world.officer).get(reverse("note_signs", args=[note.pk])).status_code == 404
    with pytest.raises(Hidden):
        actions.mark_signs(by=world.officer, note_id=note.pk, noticed={"S01": "Out at night."})
    actions.mark_signs(by=world.social_worker, note_id=note.pk, noticed={"S01": "Out at night."})
    yesterday = timezone.now() - timedelta(days=1)
    newer = actions.correct_note(
        by=world.social_worker, note_id=note.pk, at=yesterday, why_corrected="It was the day before."
    )
    row = newer.observations.get()
    assert (row.item, row.seen_on) == ("S01", timezone.localdate(yesterday))
    with pytest.raises(Refused, match="has been corrected"):
        actions.mark_signs(by=world.social_worker, note_id=note.pk, noticed={})
    actions.mark_signs(by=world.social_worker, note_id=newer.pk, noticed={})
    assert not newer.observations.filter(ended_at=None).exists()


def test_the_worker_learns_of_signs_that_somebody_else_noticed(world: World, case: Any) -> None:
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    note = actions.write_note(
        by=world.teacher, person_id=case.person_id, kind="call", at=timezone.now(), text="She rang school."
    )
    noticing.mark_all_seen(by=world.social_worker, person_id=case.person_id)
    actions.mark_signs(by=world.teacher, note_id=note.pk, noticed={"S01": "Out at night."})
    assert [row.notice.kind for row in unread_of(world.social_worker)] == ["note"]


def test_notes_are_hidden_from_who_may_not_see_the_child(world: World, case: Any) -> None:
    note = visit(world, case)
    restrict(by=world.coordinator, person_id=case.person_id, reason="A relative works there.")
    officer = client_of(world.officer)
    for name, key in (("note", note.pk), ("note_correct", note.pk), ("notes", case.person_id)):
        assert officer.get(reverse(name, args=[key])).status_code == 404
    assert officer.get(reverse("note_write", args=[case.person_id]) + f"?same={note.pk}").status_code == 404
    with pytest.raises(Hidden):
        actions.open_note(by=world.officer, note_id=note.pk)


def test_an_earlier_event_written_by_hand_stands_in_the_chronology_with_its_source(
    world: World, case: Any
) -> None:
    client, page = client_of(world.social_worker), reverse("note_write", args=[case.person_id])
    day = timezone.localdate() - timedelta(days=400)
    sent = {"kind": "earlier", "when": "date", "text": "She was found at the station at night."}
    sent |= {"on-day": str(day.day), "on-month": str(day.month), "on-year": str(day.year)}
    assert "Say from which record this is taken" in client.post(page, sent).text
    client.post(page, sent | {"source": "File of the youth service, 2019, page 12"})
    index.catch_up()
    (entry,) = [
        entry for entry in entries_of(world.social_worker, case.person_id) if "station at night" in entry.text
    ]
    assert entry.on == day  # where it belongs, not on the day on which it was typed
    shown = client.get(reverse("child_chronology", args=[case.person_id])).text
    at = shown.index("She was found at the station at night.")
    assert "Taken from: File of the youth service, 2019, page 12" in shown[at : at + 600]


def test_reading_a_note_leaves_a_row(world: World, case: Any) -> None:
    note = visit(world, case)
    client_of(world.supervisor).get(reverse("note", args=[note.pk]))
    assert AuditRow.objects.filter(verb="view", subject="note", subject_id=str(note.pk)).exists()


def test_the_partnership_says_how_often_a_child_is_to_be_seen(world: World, case: Any, settings: Any) -> None:
    Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(days=12))
    assert not queries.to_see_soon(world.supervisor).exists()  # nothing is set: nothing is asked
    settings.SEEN_EVERY_DAYS = 10
    assert list(queries.to_see_soon(world.supervisor)) == [case]  # also where nobody works with the child
    assert not queries.to_see_soon(world.social_worker).exists()
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    (line,) = [TO_SEE.line(row, world.social_worker) for row in TO_SEE.lines(world.social_worker)]
    assert (line.days_left, line.whose) == (-2, "")
    (theirs,) = [TO_SEE.line(row, world.supervisor) for row in TO_SEE.lines(world.supervisor)]
    assert (theirs.whose, theirs.is_colleagues) == ("Sol Wright", True)
    overdue = TO_SEE.due_by(timezone.localdate() - timedelta(days=1))
    assert overdue is not None
    assert TO_SEE.rows(world.social_worker).filter(overdue).exists()
    page = client_of(world.social_worker).get(reverse("home")).text
    assert "See the child" in page
    assert "Overdue by 2 days" in page
    visit(world, case)
    assert not queries.to_see_soon(world.social_worker).exists()
    ContactNote.objects.update(at=timezone.now() - timedelta(days=8))
    (soon,) = queries.to_see_soon(world.social_worker)
    assert TO_SEE.line(soon, world.social_worker).days_left == 2


def test_the_partnership_says_how_often_a_child_is_seen_alone_and_there_is_contact(
    world: World, case: Any, settings: Any
) -> None:
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(days=12))
    settings.SEEN_EVERY_DAYS = settings.SEEN_ALONE_EVERY_DAYS = settings.CONTACT_EVERY_DAYS = 10
    page = client_of(world.social_worker).get(reverse("home")).text
    assert "no note says that anybody has seen the child alone" in page
    assert "no note says that there was any contact" in page
    visit(world, case, kind="attempt", seen="no")  # the door stayed shut
    assert queries.to_contact_soon(world.social_worker).exists()
    visit(world, case, kind="call", seen="no")
    assert not queries.to_contact_soon(world.social_worker).exists()
    assert queries.to_see_soon(world.social_worker).exists()
    visit(world, case, seen="with_others")
    assert not queries.to_see_soon(world.social_worker).exists()
    (line,) = [TO_SEE_ALONE.line(row, world.social_worker) for row in TO_SEE_ALONE.lines(world.social_worker)]
    assert (line.days_left, line.whose) == (-2, "")
    visit(world, case, seen="alone")
    assert not queries.to_see_alone_soon(world.social_worker).exists()
    assert not queries.to_see_alone_soon(world.officer).exists()  # who does not work with the child


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"may_write": False}, ""),
        ({"kind": "walk"}, "kind"),
        ({"at": None}, "when"),
        ({"seen": ""}, "seen"),
        ({"text": ""}, "text"),
    ],
)
def test_the_rule_names_the_field_that_stands_in_the_way(said: dict[str, Any], field: str) -> None:
    now = timezone.now()
    whole = {
        "may_write": True,
        "kind": "visit",
        "at": now,
        "now": now,
        "text": "Met.",
        "seen": "no",
        "source": "",
    }
    assert why_not_write(**whole) is None
    why_not = why_not_write(**whole | said)
    assert why_not is not None
    assert why_not[0] == field


def test_what_comes_next_becomes_an_action_of_the_plan_that_is_in_force(world: World, agreed: Any) -> None:
    case = agreed.case
    note = visit(world, case, next="Ask the school nurse to see her.")
    client, page = client_of(world.social_worker), reverse("action_from_note", args=[note.pk])
    assert "Ask the school nurse to see her." in client.get(page).text
    assert f'href="{page}"' in client.get(reverse("note", args=[note.pk])).text
    outcome = agreed.outcomes.get()
    sent = {"what": note.next, "outcome": str(outcome.pk), "owner": str(world.social_worker.pk)}
    refused = client.post(page, sent)
    assert "Give the date by when" in refused.text
    day = timezone.localdate() + timedelta(days=7)
    sent |= {"due_on-day": str(day.day), "due_on-month": str(day.month), "due_on-year": str(day.year)}
    client.post(page, sent)
    action = outcome.actions.get(contact_note=note)
    assert (action.what, action.owner, action.due_on) == (note.next, world.social_worker, day)
    changed = planning.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    assert changed.outcomes.get().actions.filter(contact_note=note).count() == 1
    assert client_of(world.officer).get(page).status_code == 404


def test_without_a_plan_in_force_what_comes_next_is_not_lost(world: World, case: Any) -> None:
    note = visit(world, case, next="Ask the school nurse to see her.")
    assert (
        "Add what comes next to the plan"
        not in client_of(world.social_worker).get(reverse("note", args=[note.pk])).text
    )
    answer = client_of(world.social_worker).get(reverse("action_from_note", args=[note.pk]), follow=True)
    assert "No plan is agreed for this child yet." in answer.text
    assert "Ask the school nurse to see her." in answer.text
