"""The child's words: kept as they were said, corrected beside what was written, and told back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.next_step import next_step

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment.models import Attachment
from heard.cases.case.actions import assign_trusted_worker, record_words
from heard.cases.case.models import Words
from heard.cases.case.queries import words_of
from heard.cases.words import actions, queries
from heard.cases.words.models import Answer


def today():
    return timezone.localdate()


def on(name: str, day) -> dict[str, int]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def said(**given):
    usual = {"text": "I want to go home.", "how": "said", "heard_by": "Tess Archer, teacher"}
    return usual | on("heard_on", today()) | given


@pytest.fixture
def words(world, case) -> Words:
    return words_of(world.social_worker, case.person_id).get()


def at(name: str, words) -> str:
    return reverse(name, kwargs={"words_id": words.pk})


def test_words_are_added_from_the_childs_page_with_their_language_and_what_the_child_wants(
    client, world, case
):
    client.force_login(world.teacher)
    sent = said(
        language="Polish",
        original="Chcę do domu.",
        translated_by="A. Nowak",
        wants="To see my nan",
        how="interpreter",
    )
    added = client.post(reverse("words_add", kwargs={"person_id": case.person_id}), sent, follow=True)
    assert "I want to go home." in next_step(client, added.text)
    page = client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    for text in ("I want to go home.", "Polish", "Chcę do domu.", "A. Nowak", "To see my nan"):
        assert text in page
    assert "Said through an interpreter" in page


def test_a_translation_says_who_translated_and_from_which_language(client, world, case):
    client.force_login(world.teacher)
    at_add = reverse("words_add", kwargs={"person_id": case.person_id})
    answer = client.post(at_add, said(original="Chcę do domu."))
    assert "Say in which language the child spoke" in answer.text
    answer = client.post(at_add, said(original="Chcę do domu.", language="Polish"))
    assert "Say who translated" in answer.text
    assert "Chcę do domu." in client.get(at_add).text  # nothing typed is lost
    assert Words.objects.count() == 1


def test_a_drawing_hangs_on_the_words(client, world, case, settings, tmp_path):
    settings.DATA = tmp_path
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(world.teacher)
    note = SimpleUploadedFile("note.txt", b"Please help my brother too.")
    add = reverse("words_add", kwargs={"person_id": case.person_id})
    client.post(add, said(how="wrote", upload=note))
    attached = Attachment.objects.get()
    assert attached.words.text == "I want to go home."
    assert (
        reverse("attachment", kwargs={"attachment_id": attached.pk})
        in client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    )


def test_a_file_that_is_not_taken_loses_no_words(client, world, case):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(world.teacher)
    odd = SimpleUploadedFile("a.exe", b"MZ\x90\x00" + bytes(300))
    answer = client.post(
        reverse("words_add", kwargs={"person_id": case.person_id}), said(upload=odd), follow=True
    )
    assert "The file was not kept" in answer.text
    assert Words.objects.filter(text="I want to go home.").exists()


def test_a_file_that_may_show_abuse_is_set_aside_with_the_words(client, world, case, settings, tmp_path):
    settings.DATA = tmp_path
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(world.teacher)
    add = reverse("words_add", kwargs={"person_id": case.person_id})
    assert "This may show a child’s abuse" in client.get(add).text
    sent = said(
        upload=SimpleUploadedFile("what it shows.txt", b"words in it"), may_show_abuse="abuse", how="wrote"
    )
    page = client.post(add, sent, follow=True).text
    assert "Call the police now" in page
    kept = Attachment.objects.get()
    assert (kept.aside, kept.text) == ("abuse", "")
    assert "what it shows" not in kept.name
    assert "what it shows" not in page


def test_a_correction_stands_beside_what_was_written_with_its_reason(client, world, case, words):
    client.force_login(world.social_worker)
    assert "Say why" in client.post(at("words_correct", words), said(text="They wait for my sister.")).text
    client.post(
        at("words_correct", words), said(text="They wait for my sister.", why_corrected="She read it again")
    )
    words.refresh_from_db()
    assert words.text == "They wait for me after school."
    assert [word.text for word in words_of(world.social_worker, case.person_id)] == [
        "They wait for my sister."
    ]
    page = client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    assert "They wait for me after school." in page
    assert "She read it again" in page
    assert "Corrected since" in page
    with pytest.raises(Refused, match="corrected already"):
        actions.correct_words(
            by=world.social_worker,
            words_id=words.pk,
            why_corrected="again",
            text="x",
            heard_by="x",
            heard_on=today(),
        )


def test_the_database_refuses_a_correction_without_a_reason(words):
    with pytest.raises(IntegrityError), transaction.atomic():
        Words.objects.create(
            person=words.person, text="x", heard_on=today(), heard_by="x", written_by=words.written_by,
            corrects=words,
        )  # fmt: skip


def test_telling_the_child_back_says_when_and_by_whom(client, world, case, words):
    client.force_login(world.social_worker)
    change = {"what_changed": "Her teacher walks with her."}
    client.post(at("words_answer", words), change)
    words.refresh_from_db()
    assert words.what_changed == "Her teacher walks with her."
    assert (
        "No feedback to the child yet"
        in client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    )
    wrong = client.post(at("words_answer", words), change | on("told_on", today()))
    assert "Say who told the child" in wrong.text
    client.post(at("words_answer", words), change | on("told_on", today()) | {"told_by": "Sol Wright"})
    page = client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    assert "Feedback given on" in page
    assert "by Sol Wright" in page
    assert [answer.told_on for answer in Answer.objects.order_by("pk")] == [None, today()]
    assert set(AuditRow.objects.filter(subject="words").values_list("verb", flat=True)) >= {
        "record", "answer", "tell back", "view",
    }  # fmt: skip


def test_words_wait_for_the_trusted_worker_until_the_child_is_told(world, case, words):
    assert not queries.not_told_back(world.social_worker).exists()
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    assert list(queries.not_told_back(world.social_worker)) == [words]
    assert not queries.not_told_back(world.teacher).exists()
    actions.answer_words(by=world.social_worker, words_id=words.pk, what_changed="Her bus changed")
    assert list(queries.not_told_back(world.social_worker)) == [words]
    actions.answer_words(
        by=world.teacher, words_id=words.pk, what_changed="Her bus changed", told_on=today(), told_by="Tess"
    )
    assert not queries.not_told_back(world.social_worker).exists()


def test_corrected_words_wait_no_longer_and_those_that_correct_them_do(world, case, words):
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    new = actions.correct_words(
        by=world.social_worker,
        words_id=words.pk,
        why_corrected="She said it differently",
        text="They wait.",
        heard_by="Tess",
        heard_on=today(),
    )
    assert list(queries.not_told_back(world.social_worker)) == [new]


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, case, words, who):
    user = getattr(world, who)
    client.force_login(user)
    for name, key in (("words", case.person_id), ("words_add", case.person_id)):
        address = reverse(name, kwargs={"person_id": key})
        assert client.get(address).status_code == 404
        assert client.post(address, said()).status_code in (404, 405)
    for name in ("words_correct", "words_answer"):
        assert client.get(at(name, words)).status_code == 404
        assert client.post(at(name, words), said()).status_code == 404
    with pytest.raises(Hidden):
        actions.answer_words(by=user, words_id=words.pk, what_changed="x")
    assert Words.objects.count() == 1


def test_the_page_asks_the_database_the_same_however_much_a_child_said(client, world, case, words):
    client.force_login(world.social_worker)
    page = reverse("words", kwargs={"person_id": case.person_id})
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(20):
        one = record_words(
            by=world.teacher,
            person_id=case.person_id,
            text=f"No {number}",
            heard_by="Tess",
            heard_on=today() - timedelta(days=1),
        )
        actions.answer_words(by=world.teacher, words_id=one.pk, what_changed="x")
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


def test_no_page_suggests_other_words_than_the_childs(client, world, case):
    record_words(
        by=world.teacher,
        person_id=case.person_id,
        text="I chose this lifestyle.",
        heard_by="Tess",
        heard_on=today(),
    )
    client.force_login(world.teacher)
    assert (
        "A thought about words" not in client.get(reverse("words", kwargs={"person_id": case.person_id})).text
    )
