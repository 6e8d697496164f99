"""What a child says out loud: sent, heard by those who may read it, written down, hidden, taken back, refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.cases.attachment.recordings import SECRET as PLACE
from tests.cases.attachment.recordings import element, track, webm
from tests.cases.voice.conftest import SECRET, WORD
from tests.cases.voice.test_decided import held
from tests.cases.voice.test_hidden import hide
from tests.cases.voice.test_voice import post, send
from tests.network.test_merging import merge

from heard.agencies.envelopes import ring
from heard.agencies.envelopes.kept import is_sealed
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment import actions as attaching
from heard.cases.attachment import scanning
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.queries import attachments_around, attachments_visible_to, kept_files
from heard.cases.case.models import Case, Words
from heard.cases.case.notices.models import Reader
from heard.cases.case.record import WORDS
from heard.cases.keeping import actions as keeping
from heard.cases.pack.passages import passages_of
from heard.cases.record.queries import entries_of
from heard.cases.review.queries import held_beside_words
from heard.cases.timeline.index import catch_up
from heard.cases.voice import actions, queries, rules
from heard.cases.voice.models import ChildMessage, ChildTranscript
from heard.cases.words.rules import ChildsView
from heard.demo.life.tone import THREE_NOTES
from heard.home.queries import my_work
from heard.network.actions import add_person, unmerge_people
from heard.network.erasing import gather, paths_of

HEARD = "I go the long way home now."


def speak(sitting: Any, content: bytes = THREE_NOTES, **said: Any) -> ChildMessage:
    spoken = actions.listen_to(by=None, sitting=sitting, content=content)
    return send(sitting, **{"text": "", "spoken": spoken} | said)


def hear(user: Any, sent: ChildMessage, text: str = HEARD, **said: Any) -> ChildTranscript:
    """Listened to, and written down."""
    actions.open_sound(by=user, child_message_id=sent.pk)
    return actions.write_down(by=user, child_message_id=sent.pk, text=text, **said)


def bring(client: Client, sitting: Any, content: bytes = THREE_NOTES, **said: Any) -> Any:
    """As the page's script sends it."""
    form = {
        "step": "send",
        "pass": sitting.token,
        "about": "good",
        "hide": "nobody",
        "text": "",
        "spoken": "1",
    }
    file = SimpleUploadedFile("sound", content, "audio/webm")
    return client.post("/n/", form | said | {"sound": file}, headers={"X-Pass": sitting.token})


def waiting(user: Any) -> list[str]:
    return [line.what for section in my_work(user) for line in section.waiting if line.kind == "child_spoken"]


# ---- sent and heard


def test_what_a_child_says_stands_in_the_record_as_said_and_is_heard_by_whoever_reads_it(
    client, world, case, sitting, folder
):
    page = bring(client, sitting)
    assert "Sent. Thank you" in page.text
    sent = ChildMessage.objects.get()
    sound = sent.sound
    assert (sent.text, sent.seconds, sound.kind) == ("", 3, "webm")
    assert (sound.attached_by, sound.child_id, sound.person_id) == (None, None, None)
    assert [one.name for one in folder.iterdir()] == [sound.pk.hex]
    words = Words.objects.get(how="spoke_self")
    assert words.text == ""
    assert words.shown == "The child spoke (0:03). Nobody has written it down yet: listen to it in Heard."
    client.force_login(world.social_worker)
    at = reverse("child_message_sound", args=[sent.pk])
    assert f'src="{at}"' in client.get(reverse("child_message", args=[sent.pk])).text
    summary = client.get(reverse("child", args=[case.person_id])).text
    latest = summary[summary.index('id="words"') : summary.index("</section>", summary.index('id="words"'))]
    assert (
        latest.index("spoke (0:03)")
        < latest.index("Before that, on")
        < latest.index("“", latest.index("Before that, on"))
    )
    listed = client.get(reverse("words", args=[case.person_id])).text
    beside = reverse("words_sound", args=[words.pk])
    assert f'src="{beside}"' in listed
    assert "The child spoke (0:03)." in listed
    assert "“”" not in listed
    before = AuditRow.objects.filter(verb="listen").count()
    for address in (at, beside):
        answer = client.get(address)
        assert answer.content == THREE_NOTES
        assert answer.headers["Content-Type"] == "audio/webm"
        assert (
            answer.headers["Content-Disposition"] == f'attachment; filename="heard-{sound.pk.hex[:8]}.webm"'
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
    looks = AuditRow.objects.filter(verb="listen", subject="child message", person_id=case.person_id)
    assert looks.count() == before + 1  # one listening
    assert {row.actor_id for row in looks} == {world.social_worker.pk}
    assert (
        "Listened to what the child said themselves"
        in client.get(reverse("child_looked", args=[case.person_id])).text
    )
    catch_up()
    entry = next(
        entry
        for entry in entries_of(world.social_worker, case.person_id)
        if "spoke (0:03)" in str(entry.text)
    )
    assert str(entry.what) == "Said out loud by the child themselves"


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-1", 206, slice(0, 2)), ("bytes=100-", 206, slice(100, None)), ("bytes=-10", 206, slice(-10, None)), ("bytes=0-99999999", 206, slice(None)),
        ("bytes=99999999-", 416, slice(0, 0)), ("bytes=-0", 416, slice(0, 0)), ("bytes=9-3", 200, slice(None)), ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=-", 200, slice(None)), ("seconds=1-2", 200, slice(None)), ("bytes=x-y", 200, slice(None)),
    ],
)  # fmt: skip
def test_a_player_is_given_the_part_that_it_asks_for(client, world, sitting, wanted, status, part):
    sent = speak(sitting)
    client.force_login(world.social_worker)
    answer = client.get(reverse("child_message_sound", args=[sent.pk]), headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (status, THREE_NOTES[part] if status != 416 else b"")
    if status == 206:
        begins, ends, _step = part.indices(len(THREE_NOTES))
        assert answer.headers["Content-Range"] == f"bytes {begins}-{ends - 1}/{len(THREE_NOTES)}"


def test_whoever_may_not_read_it_hears_nothing(client, world, sitting):
    sent = speak(sitting)
    plain = send(sitting, text="Only words")
    for user in (world.officer, world.analyst, world.board_member, world.administrator):
        client.force_login(user)
        for at in (
            reverse("child_message_sound", args=[sent.pk]),
            reverse("words_sound", args=[sent.words_id]),
            reverse("child_message_write_down", args=[sent.pk]),
        ):
            assert client.get(at).status_code == 404
        with pytest.raises(Hidden):
            actions.write_down(by=user, child_message_id=sent.pk, text=HEARD)
    client.force_login(world.social_worker)
    assert client.get(reverse("child_message_sound", args=[plain.pk])).status_code == 404
    assert client.get(reverse("words_sound", args=[plain.words_id])).status_code == 302
    assert client.get(reverse("attachment", args=[sent.sound.pk])).status_code == 404
    assert (
        client.post(reverse("attachment_withdraw", args=[sent.sound.pk]), {"reason": "x"}).status_code == 404
    )
    client.logout()
    assert client.get(reverse("child_message_sound", args=[sent.pk])).status_code in (302, 404)
    assert not AuditRow.objects.filter(verb="listen").exists()


def test_it_is_among_no_files_of_the_child(world, case, sitting):
    speak(sitting)
    for user in (world.social_worker, world.coordinator, world.administrator):
        assert not attachments_around(user, case.person_id).exists()
        assert not attachments_visible_to(user).exists()


def test_a_recording_belongs_to_what_a_child_sent_and_nobody_attached_it(world, sitting):
    sent = speak(sitting)
    for wrong in (
        {"attached_by": world.social_worker},
        {"kind": "pdf"},
        {"aside": "abuse"},
        {"person": sent.person},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.filter(pk=sent.sound.pk).update(**wrong)


def test_not_safe_can_be_said_out_loud_and_goes_to_whom_written_words_go(world, case, sitting):
    written = send(sitting, about="unsafe", text="He is outside.")
    spoken = speak(sitting, about="unsafe")
    assert spoken.notice.kind == written.notice.kind
    to = [{(row.user_id, row.role) for row in one.notice.readers.all()} for one in (written, spoken)]
    assert to[0] == to[1] != set()
    assert spoken.notice.urgent
    assert written.notice.urgent


def test_the_same_page_sent_twice_is_one_recording_and_another_recording_is_another(sitting, folder):
    first = speak(sitting, draft="page")
    assert speak(sitting, draft="page").pk == first.pk
    assert speak(sitting, webm(), draft="page").pk != first.pk
    assert len(list(folder.iterdir())) == 2


# ---- written down


def test_what_was_said_is_written_down_once_and_becomes_the_childs_words(client, world, case, sitting):
    sent = speak(sitting, meeting="review", about="meeting")
    assert waiting(world.social_worker) == ["Listen, and write down what the child said"]
    client.force_login(world.social_worker)
    client.get(reverse("child_message_sound", args=[sent.pk]))
    at = reverse("child_message_write_down", args=[sent.pk])
    assert "Write down what the child says in the recording" in client.post(at, {"text": " "}).text
    client.post(at, {"text": HEARD})
    today = timezone.localdate().strftime("%-d %B %Y")
    words = Words.objects.get(how="spoke_self")
    assert (words.text, words.how, words.said_on) == (HEARD, "spoke_self", "review")
    assert (
        words.shown == f"The child spoke (0:03): written down as heard by {world.social_worker} on {today}."
    )
    assert words.written_by is None
    assert waiting(world.social_worker) == []
    assert f"“{HEARD}”" in client.get(reverse("words", args=[case.person_id])).text
    page = client.get(reverse("child_message", args=[sent.pk])).text
    assert f"as {world.social_worker} heard it:" in page
    told = [passage.text for passage in passages_of(world.coordinator, case.person_id, parts=["words"])]
    told += [piece.text for piece in WORDS.pieces(world.social_worker, case.person_id)]
    told = [str(text) for text in told if "spoke" in str(text)]
    assert len(told) == 2
    assert all(f"“{HEARD}”" in text and "written down as heard by" in text for text in told)
    catch_up()
    assert any(HEARD in str(entry.text) for entry in entries_of(world.social_worker, case.person_id))


def test_it_is_put_right_by_a_new_version_that_says_what_was_wrong(client, world, sitting):
    sent = speak(sitting, text="look")
    first = hear(world.social_worker, sent)
    assert hear(world.social_worker, sent).pk == first.pk
    with pytest.raises(Refused, match="Say what was written down wrongly"):
        hear(world.coordinator, sent, "Other")
    client.force_login(world.coordinator)
    at = reverse("child_message_write_down", args=[sent.pk])
    assert HEARD in client.get(at).text
    client.post(at, {"text": "I go the long way, alone.", "why": "The last word was left out."})
    assert Words.objects.get(how="spoke_self").in_quotes().splitlines()[:3] == [
        "“look”",
        "",
        "Said out loud, as it was heard: “I go the long way, alone.”",
    ]
    assert "The child typed, and then spoke (0:03)" in Words.objects.get(how="spoke_self").shown
    page = client.get(reverse("child_message", args=[sent.pk])).text
    assert "What was written down before" in page
    assert HEARD in page
    assert "The last word was left out." in page
    assert ChildTranscript.objects.count() == 2


def test_whoever_did_not_listen_writes_nothing_down(client, world, sitting):
    sent = speak(sitting, about="unsafe")
    hear(world.coordinator, sent)
    client.force_login(world.teacher)
    at = reverse("child_message_write_down", args=[sent.pk])
    page = client.post(at, {"text": "Nothing.", "why": "All of it."}).text
    assert "Listen to it first: what you write down is what you hear yourself" in page
    assert "Nothing.</textarea>" in page
    client.get(reverse("child_message_sound", args=[sent.pk]), headers={"Range": "bytes=99999999-"})
    client.head(reverse("child_message_sound", args=[sent.pk]))
    with pytest.raises(Refused, match="Listen to it first"):  # nothing was heard by these
        actions.write_down(by=world.teacher, child_message_id=sent.pk, text="Nothing.", why="All of it.")
    assert [transcript.text for transcript in ChildTranscript.objects.all()] == [HEARD]


def test_what_is_written_down_otherwise_says_so_and_is_told(client, world, made, sitting):
    sent = speak(sitting, about="unsafe")
    hear(world.coordinator, sent)
    hear(world.coordinator, sent, "I go the long way.", why="The last words.")  # their own
    told = Reader.objects.filter(notice__kind="child_heard")
    assert not told.exists()
    hear(world.teacher, sent, "I go home.", why="All of it.")
    assert {world.coordinator, world.social_worker} <= {reader.user for reader in told.select_related("user")}
    assert not told.filter(user=world.teacher).exists()
    words = Words.objects.get(how="spoke_self")
    assert words.text == "I go home."
    assert (
        f"Heard otherwise before by {world.coordinator}: what they wrote stands in Heard too." in words.shown
    )
    client.force_login(world.coordinator)
    at = reverse("child_message", args=[sent.pk])
    page = client.get(at).text
    assert f"heard otherwise before by {world.coordinator}" in page
    assert "I have read this" in page
    client.post(reverse("child_message_read", args=[sent.pk]))
    assert not told.filter(user=world.coordinator, seen_at=None).exists()
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    back = post(client, step="read", **{"pass": reading.token}).text
    assert f"{world.coordinator.first_name} had heard it otherwise before:" in back
    hear(world.coordinator, sent, "I go home.", why="I heard it again.")
    assert "otherwise" not in Words.objects.get(how="spoke_self").shown.partition("I go the long way.")[2]


def test_of_what_is_hidden_nobody_is_told_that_it_was_written_down_otherwise(world, lado, link, sitting):
    spoken = actions.listen_to(by=None, sitting=sitting, content=THREE_NOTES)
    told = hide(link, world.social_worker, text="", spoken=spoken)
    passed_on = {"user": world.coordinator, "role": "outside", "added_at": timezone.now()}
    Reader.objects.create(notice=told.notice, **passed_on)
    hear(lado, told)
    hear(world.coordinator, told, "Something else", why="All of it.")
    assert not Reader.objects.filter(notice__kind="child_heard").exists()


def test_nobody_has_read_what_they_did_not_hear(client, world, sitting):
    sent = speak(sitting, about="unsafe")
    client.force_login(world.social_worker)
    at = reverse("child_message", args=[sent.pk])
    assert "Listen to it first: nobody has written down yet what the child says." in client.get(at).text
    page = client.post(reverse("child_message_read", args=[sent.pk]), follow=True).text
    assert "Listen to it first: nobody has written down yet what the child says." in page
    assert queries.has_to_read(world.social_worker, sent)
    sent.notice.refresh_from_db()
    assert sent.notice.taken_at is None  # it goes on to others
    answer = {"text": "We come.", "is_safe": True, "how_safe": "Her own phone"}
    with pytest.raises(Refused, match="Listen to it first"):
        actions.answer_message(by=world.social_worker, child_message_id=sent.pk, **answer)
    client.get(reverse("child_message_sound", args=[sent.pk]))
    assert "Listen to it first" not in client.get(at).text
    client.post(reverse("child_message_read", args=[sent.pk]))
    assert not queries.has_to_read(world.social_worker, sent)


def test_what_is_written_down_can_be_read_instead_of_heard(world, sitting):
    sent = speak(sitting)
    hear(world.coordinator, sent)
    actions.note_read(by=world.social_worker, child_message_id=sent.pk)
    assert not queries.has_to_read(world.social_worker, sent)


def test_what_is_hidden_is_heard_before_it_is_checked(world, lado, link, sitting):
    spoken = actions.listen_to(by=None, sitting=sitting, content=THREE_NOTES)
    told = hide(link, world.social_worker, text="", spoken=spoken)
    with pytest.raises(Refused, match="Listen to it first"):
        actions.check_message(by=lado, child_message_id=told.pk, found="I spoke with her.")
    actions.open_sound(by=lado, child_message_id=told.pk)
    assert actions.check_message(by=lado, child_message_id=told.pk, found="I spoke with her.").checked_at


def test_the_parts_that_a_player_asks_for_are_one_listening(world, sitting):
    sent = speak(sitting)
    rows = AuditRow.objects.filter(verb="listen")
    for wanted in ("bytes=0-1", "bytes=0-", "bytes=100-", ""):
        actions.open_sound(by=world.social_worker, child_message_id=sent.pk, wanted=wanted)
    assert rows.count() == 1
    actions.open_sound(by=world.coordinator, child_message_id=sent.pk)
    later = timezone.now() + timedelta(minutes=11)
    actions.open_sound(by=world.social_worker, child_message_id=sent.pk, at=later)
    assert rows.count() == 3


def test_where_nobody_is_left_who_was_given_it_the_childs_worker_writes_it_down(world, case, link, sitting):
    sent = speak(sitting)
    assert {reader.user_id for reader in sent.notice.readers.all()} == {world.social_worker.pk}
    assert waiting(world.teacher) == []
    User.objects.filter(pk=world.social_worker.pk).update(is_active=False)
    assert waiting(world.teacher) == []
    Case.objects.filter(pk=case.pk).update(trusted_worker=world.teacher)
    assert waiting(world.teacher) == ["Listen, and write down what the child said"]
    User.objects.filter(pk=world.social_worker.pk).update(is_active=True)
    assert waiting(world.teacher) == []


def test_what_was_drawn_beside_what_was_spoken_is_found_from_the_words(client, world, case, sitting):
    sent = speak(sitting, drawn="[[0, 0, [1, 2, 3, 4]]]")
    client.force_login(world.social_worker)
    at = reverse("words_drawing", args=[sent.words_id])
    assert f'href="{at}"' in client.get(reverse("words", args=[case.person_id])).text
    assert "heard-drawing-by-hand" in client.get(at, follow=True).text


def test_a_form_that_was_open_while_somebody_else_wrote_it_down_is_not_put_over_that(client, world, sitting):
    sent = speak(sitting)
    hear(world.social_worker, sent)
    client.force_login(world.coordinator)
    at = reverse("child_message_write_down", args=[sent.pk])
    page = client.get(at).text
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]
    said = {"text": "Mine", "why": "The first word.", "kept": kept}
    hear(world.supervisor, sent, "Hers", why="The last word.")
    answer = client.post(at, said)
    assert answer.status_code == 200
    assert str(world.supervisor) in answer.text
    assert "Hers" in answer.text
    assert ChildTranscript.objects.count() == 2


def test_whoever_writes_it_down_has_read_it_and_danger_is_looked_at(world, sitting):
    sent = speak(sitting, about="unsafe")
    assert queries.has_to_read(world.social_worker, sent)
    hear(world.social_worker, sent)
    assert not queries.has_to_read(world.social_worker, sent)
    assert [one.name for one in queries.read_by(world.social_worker, sent)] == [str(world.social_worker)]


def test_what_nobody_wrote_down_yet_is_no_decision_beside_words(world, case, sitting, agreed):
    sent = speak(sitting)
    held(world, agreed, ChildsView(words_id=sent.words_id))

    def counted() -> tuple[int, int]:
        found = held_beside_words(world.coordinator, since=date.min).whole()
        return found.kept, found.of

    assert counted() == (0, 1)
    later = timezone.now() + timedelta(days=1)
    hear(world.social_worker, sent, at=later)
    assert counted() == (0, 1)  # it was not there when it was decided
    ChildTranscript.objects.update(written_at=timezone.now())
    assert counted() == (1, 1)
    hear(world.coordinator, sent, "Other", why="The last word.", at=later)
    assert counted() == (1, 1)  # something was, which is put right


@pytest.mark.parametrize("beside", [{"text": "my door"}, {"drawn": "[[0, 0, [1, 2, 3, 4]]]"}])
def test_what_was_typed_or_drawn_beside_it_was_there_when_it_was_decided(
    world, case, sitting, agreed, beside
):
    sent = speak(sitting, **beside)
    held(world, agreed, ChildsView(words_id=sent.words_id))
    found = held_beside_words(world.coordinator, since=date.min).whole()
    assert (found.kept, found.of) == (1, 1)


def test_nothing_is_written_down_of_what_was_not_spoken(client, world, sitting):
    plain = send(sitting, text="Only words")
    with pytest.raises(Refused, match="no recording"):
        actions.write_down(by=world.social_worker, child_message_id=plain.pk, text=HEARD)
    client.force_login(world.social_worker)
    assert "Write down what" not in client.get(reverse("child_message", args=[plain.pk])).text


# ---- hidden


def test_what_is_hidden_from_somebody_is_heard_by_those_it_was_given_to_and_by_nobody_else(
    client, world, case, lado, link
):
    sitting = actions.enter(by=None, code=link[1], word=WORD)
    spoken = actions.listen_to(by=None, sitting=sitting, content=THREE_NOTES)
    told = hide(link, world.social_worker, text="", spoken=spoken)
    given = [row.user for row in told.notice.readers.select_related("user")]
    assert given
    assert world.social_worker not in given
    assert not Words.objects.filter(how="spoke_self").exists()
    at = reverse("child_message_sound", args=[told.pk])
    for user in (world.social_worker, world.teacher, world.officer, world.administrator):
        client.force_login(user)
        assert client.get(at).status_code == 404
        assert client.get(reverse("child_message_write_down", args=[told.pk])).status_code == 404
        assert waiting(user) == []
    client.force_login(lado)
    assert client.get(at).content == THREE_NOTES
    assert waiting(lado) == ["Listen, and write down what the child said"]
    client.post(reverse("child_message_write_down", args=[told.pk]), {"text": HEARD})
    assert waiting(lado) == []
    assert not Words.objects.filter(how="spoke_self").exists()
    about = AuditRow.objects.filter(verb__in=("listen", "write down", "attach"))
    assert about.filter(verb="listen").exists()
    assert set(about.values_list("person_id", flat=True)) == {None}
    client.force_login(world.social_worker)
    catch_up()
    for name in ("words", "child", "child_chronology", "child_looked", "attachments"):
        text = client.get(reverse(name, args=[case.person_id])).text
        assert HEARD not in text, name
        assert "spoke (0:03)" not in text, name


def test_the_nightly_check_of_files_names_no_child_of_what_is_hidden(world, lado, link, sitting, folder):
    spoken = actions.listen_to(by=None, sitting=sitting, content=THREE_NOTES)
    told = hide(link, world.social_worker, text="", spoken=spoken)
    assert attaching.check_all_files(by=None).is_well
    (folder / told.sound.pk.hex).write_bytes(THREE_NOTES[:-1] + b"x")
    assert attaching.check_all_files(by=None).changed == [str(told.sound.pk)]
    assert {row.person_id for row in AuditRow.objects.filter(verb="find changed")} == {None}
    with pytest.raises(Refused, match="not any more what was attached"):
        actions.open_sound(by=lado, child_message_id=told.pk)
    client = Client()
    client.force_login(lado)
    assert client.get(reverse("child_message_sound", args=[told.pk])).status_code == 409


# ---- the child


def test_the_child_hears_it_with_the_secret_and_nobody_else_hears_it_there(client, world, made, sitting):
    sent = speak(sitting)
    hear(world.social_worker, sent)
    mine = post(client, step="mine", **{"pass": sitting.token}).text
    assert "You said it out loud (0:03)." in mine
    assert "data-hear" not in mine
    heard = {"step": "hear", "which": str(sent.pk)}
    assert post(client, **heard, **{"pass": sitting.token}).status_code == 404
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    page = post(client, step="read", **{"pass": reading.token})
    assert f'data-hear="{sent.pk}"' in page.text
    assert HEARD in page.text
    answer = post(client, **heard, **{"pass": reading.token})
    assert answer.content == THREE_NOTES
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notes.webm"'
    assert not AuditRow.objects.filter(
        verb="listen", actor_id=0
    ).exists()  # it would say that the child uses the link
    for which in ("x", "", str(world.social_worker.pk)):
        assert post(client, step="hear", which=which, **{"pass": reading.token}).status_code == 404
    later = actions.enter(by=None, code=made[1], word=WORD)
    assert post(client, **heard, **{"pass": later.token}).status_code == 404


def test_another_links_recording_is_heard_with_no_secret_of_this_one(client, world, case, made, sitting):
    sent = speak(sitting)
    actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    _other, code = actions.make_link(by=world.social_worker, person_id=case.person_id, word=WORD, weeks=1)
    second = actions.enter(by=None, code=code, word=WORD)
    reading = actions.set_secret(by=None, sitting=second, secret="clementine")
    assert post(client, step="hear", which=str(sent.pk), **{"pass": reading.token}).status_code == 404


def test_taken_back_nobody_hears_it_and_what_was_written_down_is_nowhere(
    client, world, case, made, sitting, folder
):
    sent = speak(sitting)
    words = sent.words
    hear(world.social_worker, sent)
    reading = actions.set_secret(by=None, sitting=sitting, secret=SECRET)
    actions.take_back(by=None, sitting=sitting, child_message_id=sent.pk)
    assert post(client, step="hear", which=str(sent.pk), **{"pass": reading.token}).status_code == 404
    back = post(client, step="read", **{"pass": reading.token}).text
    assert HEARD not in back
    assert "data-hear" not in back
    client.force_login(world.social_worker)
    assert client.get(reverse("child_message_sound", args=[sent.pk])).status_code == 404
    assert client.get(reverse("words_sound", args=[words.pk])).status_code == 302
    catch_up()
    form = client.get(reverse("child_message_write_down", args=[sent.pk]))
    assert form.headers["Location"] == reverse("child_message", args=[sent.pk])
    for name, key in (
        ("child_message", sent.pk),
        ("child_message_answer", sent.pk),
        ("words", case.person_id),
        ("child", case.person_id),
        ("child_chronology", case.person_id),
    ):
        page = client.get(reverse(name, args=[key])).text
        assert HEARD not in page, name
        assert "<audio" not in page, name
    with pytest.raises(Refused, match="took this back"):
        actions.write_down(by=world.social_worker, child_message_id=sent.pk, text=HEARD, why="x")
    assert waiting(world.social_worker) == []


def test_taken_back_before_anybody_wrote_it_down_it_waits_for_nobody(world, made, sitting):
    sent = speak(sitting)
    actions.take_back(by=None, sitting=sitting, child_message_id=sent.pk)
    assert waiting(world.social_worker) == []


# ---- kept, merged and destroyed


def test_it_lies_encrypted_where_the_site_has_keys_and_is_among_what_is_checked_and_copied(
    client, world, sitting, folder, settings, tmp_path
):
    settings.KEYS = tmp_path / "keys"
    ring.make(settings.KEYS)
    sent = speak(sitting)
    (path,) = folder.iterdir()
    assert THREE_NOTES[:40] not in path.read_bytes()
    assert is_sealed(path)
    assert [kept_file.name for kept_file in kept_files(None)] == [f"attachments/{sent.sound.pk.hex}"]
    assert attaching.check_all_files(by=None).checked == 1
    client.force_login(world.social_worker)
    assert client.get(reverse("child_message_sound", args=[sent.pk])).content == THREE_NOTES


def test_it_goes_with_the_record_and_stays_as_long_as_a_hold_keeps_it(
    world, case, sitting, folder, django_capture_on_commit_callbacks
):
    sent = speak(sitting)
    hear(world.social_worker, sent)
    assert {Attachment, ChildTranscript, ChildMessage} <= set(gather(case.person_id).rows)
    assert list(paths_of(gather(case.person_id))) == [sent.sound.path]
    keeping.place_hold(
        by=world.coordinator, scope="record", reason="Letter of the inquiry", person_id=case.person_id
    )
    with pytest.raises(Refused, match="hold"):
        keeping.ask_to_destroy(
            by=world.coordinator, person_id=case.person_id, why="order", reason="Past its time"
        )
    assert sent.sound.path.is_file()


def test_merged_it_is_heard_on_the_record_that_is_kept_and_undone_on_its_own(client, world, case, sitting):
    kept = add_person(by=world.social_worker, given_name="Iness", family_name="Okafor")
    sent = speak(sitting)
    client.force_login(world.social_worker)
    at = reverse("child_message_sound", args=[sent.pk])
    done = merge(world, kept, case.person)
    assert ChildMessage.objects.get().person_id == kept.pk
    assert client.get(at).content == THREE_NOTES
    unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    assert ChildMessage.objects.get().person_id == case.person_id
    assert client.get(at).content == THREE_NOTES
    assert Attachment.objects.get().message_id == sent.pk


# ---- refused

WRONG = {
    "nothing": (b"", "Nothing was recorded"),
    "a document": (b"%PDF-1.7\n%%EOF\n", "Recordings of this kind are not taken"),
    "a film": (webm(tracks=track(1, b"V_VP8")), "holds more than sound"),
    "with a file inside": (webm(element("1941a469", PLACE)), "holds more than sound"),
    "cut off": (THREE_NOTES[:-9], "is broken"),
    "too long": (webm(seconds=200), "too long to send"),
    "too large": (THREE_NOTES + bytes(5_000_000), "too long to send"),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_recording_is_refused_with_what_was_typed(client, sitting, folder, content, sentence):
    page = bring(client, sitting, content, text="my door")
    assert page.status_code == 200
    assert sentence in page.text
    assert "my door</textarea>" in page.text
    assert re.search(
        r"data-say [^>]*data-refused", page.text
    )  # the page’s script keeps it no longer, so that the words can go
    assert not ChildMessage.objects.exists()
    assert not folder.exists()


def test_a_recording_that_did_not_come_is_not_left_aside(client, sitting):
    form = {
        "step": "send",
        "pass": sitting.token,
        "about": "good",
        "hide": "nobody",
        "text": "my door",
        "spoken": "1",
    }
    page = client.post("/n/", form).text
    assert "What you said out loud did not come with it." in page
    assert not re.search(r"data-say [^>]*data-refused", page)
    assert "my door</textarea>" in page
    assert not ChildMessage.objects.exists()


def test_too_many_recordings_are_refused_and_writing_goes_on(monkeypatch, client, sitting):
    monkeypatch.setattr(rules, "MOST_SPOKEN_A_DAY", 2)
    for _time in range(2):
        speak(sitting)
    assert "very many recordings today" in bring(client, sitting).text
    assert send(sitting, text="Only words").pk
    later = timezone.now() + timedelta(days=1, minutes=1)
    assert actions.listen_to(by=None, sitting=sitting, content=THREE_NOTES, at=later).found.seconds == 3


def test_an_ended_link_takes_no_recording(client, world, made, sitting):
    actions.end_link(by=world.social_worker, child_link_id=made[0].pk)
    assert "This does not open" in bring(client, sitting).text
    assert not ChildMessage.objects.exists()


def test_without_the_word_of_a_link_no_more_than_a_little_is_read(client, sitting, monkeypatch):
    """Whoever sends much has shown in a header which sitting it is of, before anything of it is read; and nothing lies on the disk in clear."""
    on_disk: list[str] = []
    real: Any = TemporaryFileUploadHandler.new_file
    monkeypatch.setattr(
        TemporaryFileUploadHandler,
        "new_file",
        lambda self, *a, **k: (on_disk.append(a[1]), real(self, *a, **k))[1],
    )
    form = {"step": "send", "pass": sitting.token, "about": "good", "hide": "nobody", "spoken": "1"}

    def answer(size: int, **headers: str) -> int:
        return int(
            client.post(
                "/n/", form | {"sound": SimpleUploadedFile("sound", bytes(size))}, headers=headers
            ).status_code
        )

    assert answer(1_100_000) == 413
    assert answer(1_100_000, X_Pass="made:up") == 413
    assert answer(1_100_000, X_Pass=sitting.token) == 200
    assert answer(4_900_000, X_Pass=sitting.token) == 200
    assert answer(6_100_000, X_Pass=sitting.token) == 413
    assert (
        client.post(
            "/account/sign-in/",
            {"sound": SimpleUploadedFile("x", bytes(1_100_000))},
            headers={"X-Pass": sitting.token},
        ).status_code
        == 413
    )
    assert on_disk == []


def test_where_clamav_finds_something_it_is_refused_and_where_it_is_away_a_child_is_heard(
    client, sitting, settings, monkeypatch
):
    settings.CLAMD = "/run/clamd"
    monkeypatch.setattr(scanning, "finds", lambda content, place: True)
    assert "This recording is not taken." in bring(client, sitting).text
    assert AuditRow.objects.get(verb="refuse harmful file").person_id is None

    def away(content: bytes, place: str) -> bool:
        raise scanning.NoAnswer

    monkeypatch.setattr(scanning, "finds", away)
    assert "Sent. Thank you" in bring(client, sitting).text


def test_where_the_disk_is_full_nothing_is_half_sent(client, sitting, monkeypatch):
    def full(*_args: Any) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(attaching.storing, "put", full)
    page = bring(client, sitting, text="my door").text
    assert "could not be kept. Write it instead" in page
    assert re.search(r"data-say [^>]*data-refused", page)
    assert not ChildMessage.objects.exists()
    assert not Words.objects.filter(how="spoke_self").exists()


# ---- the page


def test_the_page_says_who_hears_it_and_that_a_voice_is_known_again_before_it_begins(client, sitting):
    page = post(client, step="write", **{"pass": sitting.token}, about="unsafe").text
    part = re.search(r"<div[^>]*data-say .*?role=\"status\"", page, re.DOTALL)[0]
    assert re.search(r"<div[^>]*data-say[^>]* hidden>", part)
    assert part.index("Whoever may read this can listen to it too") < part.index('data-do="start"')
    assert part.index("may know your voice again") < part.index('data-do="start"')
    assert 'data-seconds="180" data-bytes="5000000"' in part
    assert 'type="file"' not in page
    assert "Nothing stays on this device" not in part
    assert "The browser may remember that this page was allowed to use the microphone." in part
    assert not re.search(r"data-say [^>]*data-refused", part)


def test_only_where_children_write_a_page_may_use_the_microphone(client, world, made, sitting):
    asked = {
        "/n/": "microphone=(self)",
        "/n/elsewhere": "microphone=(self)",
        "/account/sign-in/": "microphone=()",
        "/nowhere/": "microphone=()",
        "/notes/": "microphone=()",
    }
    for path, said in asked.items():
        answer = client.get(path)
        assert said in answer.headers["Permissions-Policy"], path
        assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in client.get("/n/").headers["Content-Security-Policy"]
    assert (
        "media-src 'self' blob:"
        in post(client, step="choose", **{"pass": sitting.token}).headers["Content-Security-Policy"]
    )
    assert "blob:" not in client.get("/account/sign-in/").headers["Content-Security-Policy"]
    client.force_login(world.social_worker)
    home = client.get("/")
    assert "microphone=()" in home.headers["Permissions-Policy"]
    assert "media-src 'self';" in home.headers["Content-Security-Policy"] + ";"


def test_what_was_said_waits_while_the_word_is_asked_again(client, made, sitting):
    asked = {"about": "feel", "hide": "nobody", "text": "", "spoken": "1"}
    door = post(client, step="enter", held=sitting.token, word="wrong", **asked).text
    assert 'name="spoken" value="1"' in door
    page = post(client, step="enter", held=sitting.token, word=WORD, **asked).text
    assert "data-say " in page
    actions.leave(by=None, link=made[0])
    over = post(client, step="enter", code="x", word=WORD, **asked).text
    assert "What you said out loud did not go." in over
