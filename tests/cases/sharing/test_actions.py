"""Shares, refusals and requests: what is kept, what the other side sees, and what never changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.cases.missing.conftest import gone
from tests.cases.sharing.conftest import ask, decide, keys_of, prepare
from tests.services.test_law import start

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment.models import ProtectivePerson
from heard.cases.attachment.models import Attachment
from heard.cases.case.actions import record_words
from heard.cases.record.queries import entries_of
from heard.cases.sharing import actions, queries
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.sharing.pieces import pieces_of
from heard.cases.timeline.index import catch_up
from heard.network.actions import (
    Knows,
    add_other_name,
    add_person,
    lift_restriction,
    note_important_person,
    note_tie,
    restrict,
)
from heard.network.rules import Said

HER_WORDS = "They wait for me after school."


def test_restricted_people_are_in_no_chronology_that_is_shared(world, case):
    """The other side may not know of them. Whoever prepares it sees them on the child's own page."""
    for given, restricted in (("Rae", True), ("Ola", False)):
        aunt = add_person(
            by=world.social_worker, given_name=given, family_name="Brand", kind="adult", restricted=restricted
        )
        note_tie(
            by=world.social_worker,
            one_id=case.person_id,
            in_words="lives with",
            other_id=aunt.pk,
            knows=Knows("At the refuge"),
        )
    catch_up()
    own = [entry.what for entry in entries_of(world.social_worker, case.person_id)]
    assert {"Lives with: Ola Brand", "Lives with: Rae Brand"} <= set(own)
    [shared] = [
        piece for piece in pieces_of(world.social_worker, case.person_id) if piece.group == "chronology"
    ]
    assert "Ola Brand" in shared.text
    assert "Rae Brand" not in shared.text


def test_the_other_side_sees_what_was_chosen_and_nothing_else(world, prepared):
    sections = queries.preview(world.social_worker, prepared)
    texts = "\n".join(section.text for section in sections)
    assert f"“{HER_WORDS}”" in texts
    assert "Away on three Mondays" in texts
    assert "Ola Brand fetches her." in texts
    assert "grandmother" not in texts
    assert "people whom we do not know" not in texts


def test_what_is_shared_is_kept_as_it_was_read(world, prepared):
    shared = decide(world.social_worker, prepared)
    read = [section.text for section in shared.sections]
    assert read == [section.text for section in queries.preview(world.social_worker, prepared)]
    row = AuditRow.objects.get(verb="share", subject="share")
    assert (row.person_id, row.detail) == (prepared.person_id, {"state": "shared"})


def test_nothing_is_shared_that_was_not_read(world, prepared, agreed):
    share = prepare(world.social_worker, prepared.person_id, "chronology")
    seen = {"seen": "what was read an hour ago"}
    with pytest.raises(Refused, match="has changed since"):
        decide(world.social_worker, share, **seen)
    share.refresh_from_db()
    assert (share.state, share.content) == ("prepared", [])


def test_a_record_that_changed_meanwhile_is_read_again(world, prepared):
    from heard.cases.sharing.rules import fingerprint

    catch_up()
    share = prepare(world.social_worker, prepared.person_id, "chronology")
    seen = fingerprint(queries.preview(world.social_worker, share))
    today = timezone.localdate()
    record_words(by=world.teacher, person_id=share.person_id, text="Ask me.", heard_by="Tess", heard_on=today)
    with pytest.raises(Refused, match="has changed since"):  # also before the chronology says so
        decide(world.social_worker, share, seen=seen)
    catch_up()
    with pytest.raises(Refused, match="has changed since"):
        decide(world.social_worker, share, seen=seen)


def test_a_decided_share_never_changes(world, prepared):
    shared = decide(world.social_worker, prepared)
    shared.why = "Another reason"
    for attempt in (
        shared.save,
        shared.delete,
        lambda: Share.objects.update(why="x"),
        lambda: Share.objects.all().delete(),
        lambda: actions.change_share(by=world.social_worker, share_id=shared.pk, pieces=[]),
        lambda: actions.drop_share(by=world.social_worker, share_id=shared.pk),
        lambda: decide(world.social_worker, shared, "refused"),
    ):
        with pytest.raises(Refused):
            attempt()
    assert Share.objects.get().why == "The college can keep her safe only if it knows"


def test_a_refusal_is_as_visible_as_a_share_and_holds_no_copy(world, prepared):
    refused = decide(world.social_worker, prepared, "refused", why="It would tell him where she is", basis="")
    assert list(queries.shares_of(world.teacher, prepared.person_id)) == [refused]
    assert [section.text for section in refused.sections] == [""] * len(refused.content)
    assert refused.content
    with pytest.raises(Hidden):
        actions.take_copy(by=world.social_worker, share_id=refused.pk)


def test_other_peoples_names_are_known_and_left_out_where_that_was_chosen(world, prepared):
    assert "Ola Brand" in queries.other_names(world.social_worker, prepared.person_id)
    actions.change_share(
        by=world.social_worker, share_id=prepared.pk, pieces=prepared.pieces, leave_out_names=True
    )
    share = queries.share_visible_to(world.social_worker, prepared.pk)
    assert queries.preview(world.social_worker, share)[-1].text == "[name left out] fetches her."


def test_out_of_a_restricted_record_whoever_may_let_others_in_shares_with_those_who_are_not_there(
    world, case
):
    """What is delivered to an agency opens as much as letting it in."""
    restrict(by=world.supervisor, person_id=case.person_id, reason="A relative works there")
    away = prepare(
        world.social_worker,
        case.person_id,
        free_text="She waits.",
        to_agency_id=world.police.pk,
        to_outside="",
    )
    with pytest.raises(Refused, match="restricted"):
        decide(world.social_worker, away)
    assert decide(world.social_worker, away, "refused", why="Not theirs to know", basis="").state == "refused"
    outside = prepare(world.social_worker, case.person_id, free_text="She waits.", to_outside="A hospital")
    with pytest.raises(Refused, match="restricted"):
        decide(world.social_worker, outside)
    assert decide(world.supervisor, outside).state == "shared"
    lift_restriction(by=world.supervisor, person_id=case.person_id, reason="They left")
    again = prepare(
        world.social_worker,
        case.person_id,
        free_text="She waits.",
        to_agency_id=world.police.pk,
        to_outside="",
    )
    assert decide(world.social_worker, again).state == "shared"


def test_carers_and_whoever_has_no_record_are_left_out_too(world, case, assessment):
    worker = world.social_worker
    said = Said("family", "Nadia Quill, her aunt", timezone.localdate())
    note_important_person(by=worker, person_id=case.person_id, name="Ros Kemble", relation="Carer", said=said)
    ProtectivePerson.objects.create(
        assessment=assessment, name="Coach Adeel", what_they_do="Drives her home", noted_by=worker
    )
    text = "Ros Kemble rang. Nadia fetched her, and Adeel was there. Mina waits."
    share = prepare(worker, case.person_id, free_text=text, leave_out_names=True)
    shown = queries.preview(worker, queries.share_visible_to(worker, share.pk))[-1].text
    left_out = "[name left out]"
    assert shown == f"{left_out} rang. {left_out} fetched her, and {left_out} was there. Mina waits."


def test_by_whatever_name_somebody_around_the_child_is_called_it_is_left_out(world, case):
    worker = world.social_worker
    dean = add_person(by=worker, given_name="Dean", family_name="Marsh", known_as="Tee", kind="adult")
    add_other_name(by=worker, person_id=dean.pk, given_name="Deano", family_name="Pike")
    note_tie(by=worker, one_id=case.person_id, in_words="drives", other_id=dean.pk, knows=Knows("Her aunt"))
    text = "Tee drives her. Dean and Deano Pike are one. Mina waits."
    share = prepare(worker, case.person_id, free_text=text, leave_out_names=True)
    shown = queries.preview(worker, queries.share_visible_to(worker, share.pk))[-1].text
    gone = "[name left out]"
    assert shown == f"{gone} drives her. {gone} and {gone} are one. Mina waits."


def test_a_chronology_is_shared_from_one_day_to_another(world, case, agreed):
    worker, today = world.social_worker, timezone.localdate()
    catch_up()
    whole = prepare(worker, case.person_id, "chronology")
    (all_of_it,) = queries.preview(worker, whole)
    past = prepare(worker, case.person_id, "chronology", until=today - timedelta(days=3000))
    (none,) = queries.preview(worker, past)
    assert "Plan agreed" in all_of_it.text
    assert none.text == ""


def test_every_part_of_a_record_can_be_chosen(world, case, agreed):
    gone(world.social_worker, case.person_id, 30)
    groups = {piece.group for piece in pieces_of(world.social_worker, case.person_id)}
    assert groups == {
        "words", "worries", "signs", "vulnerabilities", "assessments", "plan", "missing", "chronology",
    }  # fmt: skip


def test_a_piece_of_another_child_is_not_chosen(world, prepared):
    pieces = [*prepared.pieces, "words-00000000-0000-0000-0000-000000000000"]
    changed = actions.change_share(by=world.social_worker, share_id=prepared.pk, pieces=pieces)
    assert changed.pieces == prepared.pieces
    with pytest.raises(Refused, match="only what is necessary"):
        prepare(world.social_worker, prepared.person_id, pieces=["words-x"])


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_shares_and_requests_of_a_hidden_child_are_not_there(world, prepared, who):
    user, request = getattr(world, who), ask(world.social_worker, prepared.person_id)
    for call in (
        lambda: prepare(user, prepared.person_id, pieces=[]),
        lambda: actions.open_share(by=user, share_id=prepared.pk),
        lambda: actions.take_copy(by=user, share_id=prepared.pk),
        lambda: queries.shares_of(user, prepared.person_id),
        lambda: queries.requests_of(user, prepared.person_id),
        lambda: ask(user, prepared.person_id),
        lambda: actions.open_request(by=user, request_id=request.pk),
        lambda: pieces_of(user, prepared.person_id),
    ):
        with pytest.raises(Hidden):
            call()


def test_the_other_side_is_one_of_the_partnership_or_outside(world, prepared):
    share = prepare(world.social_worker, prepared.person_id, to_agency_id=world.police.pk)
    assert (share.other_side, share.to_outside) == ("Wexmoor Police", "")
    with pytest.raises(Hidden):
        prepare(world.social_worker, prepared.person_id, to_agency_id=prepared.pk)
    with pytest.raises(Refused, match="which agency"):
        prepare(world.social_worker, prepared.person_id, to_outside=" ")


def test_a_decision_is_looked_at_again(world, prepared):
    worker, today = world.social_worker, timezone.localdate()
    shared = decide(worker, prepared, review_on=today + timedelta(days=5))
    assert list(queries.shares_to_review(worker, today=today)) == [shared]
    later = today + timedelta(days=60)
    actions.review_share(by=worker, share_id=shared.pk, note="Still needed", next_review_on=later)
    assert not queries.shares_to_review(worker, today=today).exists()
    shared.refresh_from_db()
    assert shared.review_on == later


def test_a_share_that_nobody_decided_waits_and_can_be_thrown_away(world, prepared):
    today = timezone.localdate()
    assert list(queries.shares_to_review(world.social_worker, today=today)) == [prepared]
    actions.drop_share(by=world.social_worker, share_id=prepared.pk)
    assert not Share.objects.exists()


# ---- requests


def test_a_request_waits_until_it_is_answered_and_says_how_late_it_is(world, case):
    worker = world.social_worker
    late, soon = ask(worker, case.person_id, -3), ask(worker, case.person_id, 4)
    assert list(queries.requests_due(worker)) == [late, soon]
    today = timezone.localdate()
    actions.chase_request(by=worker, request_id=late.pk, note="Rang; on Friday", on=today)
    actions.answer_request(
        by=worker, request_id=late.pk, answer="partly", note="The rest is with A&E", on=today
    )
    assert list(queries.requests_due(worker)) == [soon]
    with pytest.raises(Refused, match="already"):
        actions.chase_request(by=worker, request_id=late.pk, note="x", on=today)
    assert InfoRequest.objects.get(pk=late.pk).answer == "The rest is with A&E"


def test_a_request_waits_for_those_who_work_with_the_child(world, case):
    request = ask(world.social_worker, case.person_id)
    assert list(queries.requests_due(world.coordinator)) == [request]
    assert not queries.requests_due(world.teacher).exists()
    assert not queries.requests_due(world.board_member).exists()


def test_an_answer_is_attached_to_the_child_once_it_is_written_down(world, case, settings, tmp_path):
    settings.DATA = tmp_path
    request = ask(world.social_worker, case.person_id)
    upload = SimpleUploadedFile("answer.txt", b"No visits.")
    file = {"by": world.social_worker, "request_id": request.pk, "upload": upload}
    with pytest.raises(Refused, match="answer first"):
        actions.attach_answer(**file)
    said = {"answer": "answered", "note": "No visits", "on": timezone.localdate()}
    actions.answer_request(by=world.social_worker, request_id=request.pk, **said)
    with pytest.raises(Hidden):
        actions.attach_answer(**file | {"by": world.board_member})
    assert not Attachment.objects.exists()
    answered = actions.attach_answer(**file)
    assert answered.file.person_id == case.person_id
    with pytest.raises(Refused, match="its file already"):
        actions.attach_answer(**file)
    assert Attachment.objects.count() == 1


def test_keys_name_pieces_once(world, case, agreed):
    keys = keys_of(world.social_worker, case.person_id, "words", "worries", "signs", "assessments", "plan")
    assert len(keys) == len(set(keys)) == 5


def test_the_duty_to_share_asks_its_two_questions_from_its_day_on_alone(world, prepared):
    worker = world.social_worker
    start(world, "share", 1)
    before = decide(worker, prepared, is_relevant=True, harms_more=False)
    assert (before.is_relevant, before.harms_more) == (None, None), "nobody was asked"
    start(world, "share", 0)
    share = prepare(worker, prepared.person_id)
    yes = {"is_relevant": True, "harms_more": False}
    for said, says in (
        ({}, "relevant to the child"),
        ({"is_relevant": True}, "harm the child more"),
        (yes | {"harms_more": True, "basis": "duty_to_share"}, "choose another basis"),
        (yes | {"is_relevant": False, "basis": "duty_to_share"}, "only about what is relevant"),
    ):
        with pytest.raises(Refused, match=says):
            decide(worker, share, **said)
    with pytest.raises(Refused, match="Give the reason"):
        decide(worker, share, "refused", **yes, why=" ")
    refused = decide(
        worker, share, "refused", **yes | {"harms_more": True}, why="He would learn where she is"
    )
    assert (refused.is_relevant, refused.harms_more) == (True, True)
    shared = decide(worker, prepare(worker, prepared.person_id), **yes, basis="duty_to_share")
    assert (shared.is_relevant, shared.harms_more) == (True, False)
    ordered = {"is_relevant": True, "harms_more": True, "basis": "legal_obligation"}
    share = prepare(worker, prepared.person_id)
    with pytest.raises(Refused, match="Give the reason"):
        decide(worker, share, **ordered, why=" ")
    assert decide(worker, share, **ordered, why="The court ordered it").state == "shared"
