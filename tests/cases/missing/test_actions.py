"""Missing episodes, the interview after a return and the form that is ready before: what is kept, refused and hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.cases.missing.conftest import BACK, NOT_REACHED, VIEW, ago, gone, interviewed, not_reached

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment.actions import attach
from heard.cases.case.models import Words
from heard.cases.case.rules import Kept
from heard.cases.missing import actions, queries, rules
from heard.cases.missing.models import Episode, Interview, Philomena
from heard.cases.words.actions import add_words
from heard.cases.words.rules import ChildsView
from heard.network.actions import Knows, add_person, add_place, move_house, note_tie
from heard.network.models import Person
from heard.network.queries import web


def test_an_episode_is_noted_with_its_row(world, case):
    episode = gone(world.social_worker, case.person_id, 3)
    row = AuditRow.objects.get(verb="note", subject="episode")
    assert (row.subject_id, row.person_id) == (str(episode.pk), case.person_id)
    assert queries.open_episode_of(world.social_worker, case.person_id) == episode


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_nobody_notes_or_reads_about_a_child_whom_they_may_not_see(world, episode, who):
    user = getattr(world, who)
    with pytest.raises((Hidden, Refused)):
        gone(user, episode.person_id, 100)
    for call in (actions.open_episode, actions.note_found, actions.change_episode):
        with pytest.raises(Hidden):
            call(by=user, episode_id=episode.pk)
    with pytest.raises(Hidden):
        queries.episodes_of(user, episode.person_id)
    with pytest.raises(Hidden):
        queries.forms_of(user, episode.person_id)
    assert not queries.open_episodes(user).exists()


def test_a_second_open_episode_is_refused(world, episode):
    with pytest.raises(Refused, match="missing now"):
        gone(world.social_worker, episode.person_id, 1)
    assert Episode.objects.count() == 1


def test_an_earlier_episode_is_noted_with_its_end_and_may_not_overlap(world, episode):
    back = BACK | {"found_at": ago(90)}
    gone(world.social_worker, episode.person_id, 100, back=back)
    with pytest.raises(Refused, match="cannot lie in another"):
        gone(world.social_worker, episode.person_id, 95, back=back)
    with pytest.raises(Refused, match="cannot lie in another"):
        gone(world.social_worker, episode.person_id, 60, back=BACK | {"found_at": ago(2)})
    assert Episode.objects.count() == 2


def test_the_clock_of_the_interview_starts_at_the_hour_of_the_return(returned):
    assert returned.interview_due_at - returned.found_at == timedelta(hours=72)


def test_a_return_that_is_put_right_moves_its_clock(world, returned):
    again = actions.note_found(by=world.social_worker, episode_id=returned.pk, found_at=ago(10), **BACK)
    assert again.interview_due_at - again.found_at == timedelta(hours=72)
    assert AuditRow.objects.filter(verb="put right", subject="episode").count() == 1


def test_what_is_known_changes_while_one_looks(world, episode):
    actions.change_episode(
        by=world.teacher, episode_id=episode.pk, what_is_known="Her phone rang in the park."
    )
    episode.refresh_from_db()
    assert (episode.what_is_known, episode.police_reference) == ("Her phone rang in the park.", "WX-204")


def test_an_episode_that_was_a_mistake_no_longer_counts_but_stays_readable(world, episode):
    actions.take_back_episode(by=world.social_worker, episode_id=episode.pk, reason="It was her cousin")
    assert not queries.episodes_of(world.social_worker, episode.person_id).exists()
    assert queries.episode_visible_to(world.social_worker, episode.pk).taken_back_why == "It was her cousin"
    gone(world.social_worker, episode.person_id, 30)
    with pytest.raises(Refused, match="taken back"):
        actions.change_episode(by=world.social_worker, episode_id=episode.pk)


def test_an_episode_about_which_the_child_has_spoken_is_not_taken_back(world, heard):
    with pytest.raises(Refused, match="spoken"):
        actions.take_back_episode(by=world.social_worker, episode_id=heard.episode_id, reason="x")


def test_an_interview_waits_for_the_return(world, episode):
    with pytest.raises(Refused, match="not back yet"):
        interviewed(world.social_worker, episode, 1)
    with pytest.raises(Refused, match="not back yet"):
        actions.offer_interview(by=world.social_worker, episode_id=episode.pk, outcome="not_offered", why="x")


def test_the_childs_words_are_kept_verbatim_with_the_interview(world, heard):
    assert heard.words.text == "I went because nobody asked me where I wanted to live."
    assert heard.words.person_id == heard.episode.person_id


def test_an_interview_without_words_needs_a_reason(world, returned):
    with pytest.raises(Refused, match="own words"):
        interviewed(world.social_worker, returned, 1, view=ChildsView())
    interviewed(
        world.social_worker, returned, 1, view=ChildsView(why_no_words="She asked that none be written")
    )


def test_a_child_who_could_not_be_reached_is_not_interviewed(world, returned):
    with pytest.raises(Refused, match="no interview was held"):
        interviewed(world.social_worker, returned, 1, view=NOT_REACHED)
    assert not Interview.objects.exists()


def test_an_interview_written_down_earlier_without_reaching_the_child_was_not_held(world, returned):
    worker, since = world.social_worker, timezone.localdate() - timedelta(days=9)
    not_reached(worker, returned)
    Episode.objects.update(interview_due_at=ago(1))
    assert list(queries.interviews_due(worker)) == [returned]
    assert list(queries.interviews_near(worker)) == [returned]
    episode = queries.episode_visible_to(worker, returned.pk)
    assert (episode.held, episode.unreached, episode.interview.is_heard) == (None, True, False)
    until = timezone.localdate() + timedelta(days=1)
    for counted in (queries.to_interview, queries.to_offer):
        assert counted(world.board_member).between(since, until) == Kept(0, 1)
    assert queries.told_of_ties(world.board_member).between(since, until) == Kept(0, 0)
    interviewed(worker, returned, 3)
    assert queries.episode_visible_to(worker, returned.pk).held is not None
    assert not queries.interviews_due(worker).exists()
    assert queries.to_interview(world.board_member).between(since, until) == Kept(1, 1)


def test_words_of_before_the_return_are_not_what_the_child_says_after_it(world, returned):
    """Neither of the day before nor of the same day, where they were written down before the child was back."""
    day, about = timezone.localdate(returned.found_at), {"by": world.teacher, "person_id": returned.person_id}
    early = add_words(**about, **VIEW.new | {"heard_on": day - timedelta(days=1)})
    same_day = add_words(**about, **VIEW.new | {"heard_on": day})
    Words.objects.filter(pk=same_day.pk).update(written_at=returned.found_at - timedelta(hours=1))
    for words in (early, same_day):
        with pytest.raises(Refused, match="before coming back"):
            interviewed(world.social_worker, returned, 1, view=ChildsView(words_id=words.pk))
    Words.objects.filter(pk=same_day.pk).update(written_at=returned.found_at)
    assert interviewed(world.social_worker, returned, 1, view=ChildsView(words_id=same_day.pk)).is_heard


def test_an_interview_is_added_to_and_stays_one(world, heard):
    view = ChildsView(words_id=heard.words_id)
    again = interviewed(
        world.social_worker, heard.episode, 5, view=view, to_reviewer="yes", passed_on="To Ann"
    )
    assert (again.pk, again.to_reviewer, again.words_id) == (heard.pk, "yes", heard.words_id)


def test_an_answer_becomes_a_place_whose_source_is_the_interview(world, heard):
    said = {"name": "The old laundry", "kind": "taken_to", "in_words": "one night", "choice": "new"}
    actions.note_answer(
        by=world.social_worker, episode_id=heard.episode_id, end="place", new_kind="empty building", **said
    )
    (tie,) = queries.answers_of(world.social_worker, heard)
    assert (tie.name, tie.kind) == ("The old laundry", "is taken to (one night)")
    assert tie.how_known.startswith("Interview of ")


def test_an_answer_becomes_an_adult_or_picks_somebody_on_record(world, heard):
    worker, about = (
        world.social_worker,
        {"episode_id": heard.episode_id, "end": "person", "kind": "drives", "back": True},
    )
    actions.note_answer(by=worker, **about, name="Dez Moran", choice="new", new_kind="adult")
    ((key, name, _why),) = queries.people_like(worker, "Des Moran")
    assert name == "Dez Moran"
    with pytest.raises(Refused, match="Choose one"):
        actions.note_answer(by=worker, **about, name="Dez Moran", choice="")
    actions.note_answer(
        by=worker, **about | {"kind": "afraid_of", "back": False}, name="Dez Moran", choice=key
    )
    around = [tie for tie in web(worker).around(heard.episode.person_id) if tie.name == "Dez Moran"]
    assert len(around) == 2
    assert len({tie.person_id for tie in around}) == 1


def test_an_answer_never_reaches_somebody_whom_the_worker_may_not_see(world, heard):
    theirs = add_person(by=world.officer, given_name="Perry", family_name="Vane", restricted=True)
    assert queries.people_like(world.social_worker, "Perry Vane") == []
    said = {"name": "Perry Vane", "kind": "friend_of"}
    for choice in (str(theirs.pk), "no key"):
        with pytest.raises(Hidden):
            actions.note_answer(
                by=world.social_worker, episode_id=heard.episode_id, end="person", choice=choice, **said
            )
    assert web(world.social_worker).around(heard.episode.person_id) == []


def test_a_place_is_looked_for_before_it_is_made(world, heard):
    add_place(by=world.teacher, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    worker = world.social_worker
    for asked in ({"name": "the arcade"}, {"name": "x", "postcode": "wx1 2ab"}):
        found = [row[1] for row in queries.things_like(worker, "place", **asked)]
        assert found == ["Harbour Street arcade"]
    assert queries.things_like(worker, "place", name="park") == []


# ---- what waits, and what is counted


def test_an_interview_is_due_until_it_is_held_or_the_child_says_no(world, returned):
    worker = world.social_worker
    assert list(queries.interviews_due(worker)) == [returned]
    offer = {"by": worker, "episode_id": returned.pk, "offered_at": ago(19), "by_whom": "Noor"}
    actions.offer_interview(**offer, outcome="declined", why="Not now; asked again on Friday")
    actions.offer_interview(**offer, outcome="not_offered", why="She was in hospital that day")
    assert not queries.interviews_due(worker).exists()
    assert queries.episode_visible_to(worker, returned.pk).answer == "declined"
    actions.offer_interview(**offer, outcome="accepted")
    assert list(queries.interviews_due(worker)) == [returned]
    interviewed(worker, returned, 5)
    assert not queries.interviews_due(worker).exists()


def test_a_no_that_is_noted_late_takes_back_no_later_yes(world, returned):
    worker = world.social_worker
    offer = {"by": worker, "episode_id": returned.pk, "by_whom": "Noor"}
    actions.offer_interview(**offer, offered_at=ago(5), outcome="accepted")
    actions.offer_interview(**offer, offered_at=ago(15), outcome="declined", why="Not now")
    assert queries.episode_visible_to(worker, returned.pk).answer == "accepted"
    assert list(queries.interviews_due(worker)) == [returned]


def test_an_interview_waits_for_those_who_work_with_the_child(world, returned):
    assert not queries.interviews_due(world.teacher).exists()
    assert list(queries.interviews_due(world.coordinator)) == [returned]


def test_interviews_in_time_counts_real_hours_and_every_return(world, case):
    worker, person = world.social_worker, case.person_id
    starts = (900, 700, 500, 300)
    episodes = [gone(worker, person, start, back=BACK | {"found_at": ago(start - 20)}) for start in starts]
    interviewed(worker, episodes[0], 900 - 20 - 71)  # in time
    interviewed(worker, episodes[1], 700 - 20 - 73)  # an hour late
    actions.offer_interview(
        by=worker,
        episode_id=episodes[2].pk,
        outcome="declined",
        why="No",
        by_whom="Noor",
        offered_at=ago(479),
    )
    gone(worker, person, 60, back=BACK | {"found_at": ago(10)})  # not due yet
    today = timezone.localdate()
    since = today - timedelta(days=365)
    assert queries.to_interview(world.board_member).between(since, today) == Kept(1, 4)
    assert queries.to_offer(world.board_member).between(since, today) == Kept(2, 4)
    with pytest.raises(Hidden):
        queries.to_interview(world.teacher).between(since, today)


def test_a_panel_sees_who_went_missing_since_and_who_still_is(world, case):
    worker, person = world.social_worker, case.person_id
    gone(worker, person, 900, back=BACK | {"found_at": ago(890)})
    over = gone(worker, person, 200, back=BACK | {"found_at": ago(90)})
    still = gone(worker, person, 80)
    assert list(queries.missing_since(worker, ago(100))) == [over, still]


# ---- the form that is ready before


def test_the_form_begins_with_what_the_record_knows(world, case):
    worker, person = world.social_worker, case.person_id
    move_house(by=worker, person_id=person, postcode="WX1 1AA", address="3 Kiln Lane")
    place = add_place(by=worker, name="The arcade", kind="arcade")
    note_tie(
        by=worker, one_id=person, in_words="spends time at", other_id=place.pk, knows=Knows("She said so")
    )
    adult = add_person(by=worker, given_name="Ola", family_name="Brand", kind="adult")
    note_tie(by=worker, one_id=person, in_words="carer", other_id=adult.pk, knows=Knows("On record"))
    begin = queries.begin_form(worker, person)
    assert "3 Kiln Lane, WX1 1AA" in begin["places"]
    assert "spends time at The arcade (She said so)" in begin["places"]
    assert begin["associates"] == "carer Ola Brand (On record)"


@pytest.mark.parametrize("towards_child", [False, True])
def test_the_form_begins_without_people_whose_record_is_restricted(world, case, towards_child):
    worker, child = world.social_worker, Person.objects.get(pk=case.person_id)
    names = ("Nia", False), ("Zofia", True)
    for given, restricted in names:
        friend = add_person(by=worker, given_name=given, family_name="Brand", restricted=restricted)
        ends = (friend, child) if towards_child else (child, friend)
        note_tie(
            by=worker, one_id=ends[0].pk, in_words="friend", other_id=ends[1].pk, knows=Knows("She said so")
        )
    assert {"Nia Brand", "Zofia Brand"} == {tie.name for tie in web(worker).around(child.pk)}
    says = "is tied by “friend”, said of" if towards_child else "friend"
    assert queries.begin_form(worker, child.pk)["associates"] == f"{says} Nia Brand (She said so)"


def test_each_writing_of_the_form_is_a_version_and_none_is_changed(world, case):
    worker, about = world.social_worker, {"person_id": case.person_id}
    actions.write_form(by=worker, **about, phone="07700 900 123")
    second = actions.write_form(by=world.teacher, **about, phone="07700 900 456")
    assert [form.version for form in queries.forms_of(worker, case.person_id)] == [2, 1]
    assert queries.begin_form(worker, case.person_id)["phone"] == "07700 900 456"
    second.phone = "x"
    with pytest.raises(Refused, match="not changed"):
        second.save()
    with pytest.raises(Refused, match="at least one part"):
        actions.write_form(by=worker, **about, phone=" ")


def test_the_form_goes_with_the_child_to_each_agency_that_is_involved(world, case):
    actions.write_form(by=world.social_worker, person_id=case.person_id, phone="07700 900 123")
    assert queries.forms_of(world.teacher, case.person_id).count() == 1
    with pytest.raises(Hidden):
        queries.forms_of(world.officer, case.person_id)


def test_a_photo_is_one_of_the_childs_own_pictures(world, case, settings, tmp_path):
    from io import BytesIO

    from PIL import Image

    settings.DATA = tmp_path
    drawn = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(drawn, "PNG")
    upload = SimpleUploadedFile("me.png", drawn.getvalue())
    other = add_person(by=world.social_worker, given_name="Lee", family_name="Ames")
    theirs = attach(by=world.social_worker, upload=upload, person_id=other.pk)
    upload.seek(0)
    photo = attach(by=world.social_worker, upload=upload, person_id=case.person_id)
    this = {"by": world.social_worker, "person_id": case.person_id, "phone": "x"}
    with pytest.raises(Hidden):
        actions.write_form(**this, photo_id=theirs.pk)
    actions.write_form(**this, photo_id=photo.pk)
    form, _episode, content = actions.open_paper(by=world.social_worker, person_id=case.person_id)
    assert form is not None
    assert form.photo_id == photo.pk
    assert content is not None
    assert content.startswith(b"\x89PNG")


def test_two_who_note_the_same_child_at_once_make_one_episode(world, case):
    gone(world.social_worker, case.person_id, 2)
    others = queries.other_periods(world.teacher, case.person_id)
    assert rules.why_not_period(period=(ago(1), None), others=others) == rules.HAS_OPEN
    assert Philomena.objects.count() == 0


def test_a_late_interview_stays_late_when_the_return_is_put_right_and_the_old_time_is_kept(world, returned):
    worker, was, due = world.social_worker, returned.found_at, returned.interview_due_at
    interviewed(worker, returned, 5)
    put_right = BACK | {"found_at": ago(8), "condition": "Cold"}
    actions.note_found(by=worker, episode_id=returned.pk, **put_right)
    after = queries.episode_visible_to(worker, returned.pk)
    assert (after.found_at, after.interview_due_at) == (put_right["found_at"], due)
    row = AuditRow.objects.get(verb="put right", subject="episode")
    assert row.detail == {"was": was.isoformat(), "now": put_right["found_at"].isoformat()}
    [earlier] = queries.earlier_of(worker, returned.pk)
    assert (earlier.of, earlier.replaced_by, earlier.said["condition"]) == (
        "return",
        worker,
        BACK["condition"],
    )
    assert earlier.said["found_at"] == was.isoformat()
    assert not queries.earlier_of(world.officer, returned.pk).exists()


def test_a_child_did_not_come_back_after_the_interview_was_offered_or_held(world, returned):
    worker = world.social_worker
    said = {"outcome": "accepted", "offered_at": ago(10), "by_whom": "Noor"}
    actions.offer_interview(by=worker, episode_id=returned.pk, **said)
    with pytest.raises(Refused, match="offered or held before that time"):
        actions.note_found(by=worker, episode_id=returned.pk, **BACK | {"found_at": ago(9)})
    interviewed(worker, returned, 5)
    with pytest.raises(Refused, match="offered or held before that time"):
        actions.note_found(by=worker, episode_id=returned.pk, **BACK | {"found_at": ago(4)})


def test_what_the_child_said_first_is_kept_when_the_interview_is_written_anew(world, client, heard):
    worker = world.social_worker
    heard.pushed = "Nobody asked her"
    heard.save()
    interviewed(worker, heard.episode, 4, pushed="A row at home")
    [earlier] = queries.earlier_of(worker, heard.episode_id)
    assert (earlier.of, earlier.said["pushed"], earlier.said["words"]) == (
        "interview",
        "Nobody asked her",
        str(heard.words_id),
    )
    with pytest.raises(Refused, match="not changed"):
        earlier.save()
    client.force_login(worker)
    page = client.get(reverse("episode", kwargs={"episode_id": heard.episode_id})).text
    assert "Nobody asked her" in page
    assert "A row at home" in page
