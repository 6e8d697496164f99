"""From asking for a pack to its PDF, and to the day on which it is taken away."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from tests.cases.conftest import SAID
from tests.cases.pack.conftest import ask, everything_in, made, pages_of, pdf_file, text_file

from heard.agencies.actions import switch_off
from heard.agencies.envelopes import ring
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.attachment.actions import attach
from heard.cases.keeping import actions as keeping
from heard.cases.pack import actions, queries
from heard.cases.pack.models import Pack
from heard.cases.pack.rules import PackPart, PackState
from heard.network import actions as network
from heard.network.queries import Whom

TODAY = timezone.localdate


def test_a_pack_holds_the_record_with_contents_and_page_numbers(world: Any, around: Any, agreed: Any) -> None:
    pack = made(ask(world.social_worker, around.person_id))
    pages = pages_of(pack)
    everything = "\n".join(pages)
    assert "Case pack: Mina Okoro" in pages[0]
    assert "For the strategy meeting" in pages[0]
    for words in (
        SAID["text"],
        "She left school with people whom we do not know.",
        "Walk home with her",
        "Ola Brand",
    ):
        assert " ".join(words.split()) in " ".join(everything.split())
    assert pack.pages == len(pages)
    assert pack.size == pack.path.stat().st_size


def entry(pages: list[str], words: str) -> int:
    """The page that the contents name beside these words."""
    contents = next(page for page in pages if page.startswith("Contents"))
    line = next(line for line in contents.splitlines() if line.startswith(words))
    return int(line.rsplit(".", 1)[1])


@pytest.mark.parametrize("words", ["What the child said", "Worries", "Chronology"])
def test_the_contents_name_the_page_on_which_a_part_begins(world: Any, around: Any, words: str) -> None:
    pages = pages_of(made(ask(world.social_worker, around.person_id)))
    assert pages[entry(pages, words) - 1].startswith(words)


def test_the_pages_of_files_are_bound_in_with_their_own_entry_and_numbers(world: Any, around: Any) -> None:
    by, child = world.social_worker, around.person_id
    pdf_file(by, child, pages=3)
    picture = Image.new("RGB", (900, 300), "green")
    drawn = BytesIO()
    picture.save(drawn, "PNG")
    attach(by=by, upload=SimpleUploadedFile("wall.png", drawn.getvalue()), what="A wall", person_id=child)
    text_file(by, child)
    pages = pages_of(made(ask(by, child, PackPart.WORDS, PackPart.FILES, with_pages=True)))
    letter, wall = entry(pages, "File: letter.pdf"), entry(pages, "File: wall.png")
    assert pages[letter - 1].startswith("letter.pdf")
    assert "Its 3 pages follow" in pages[letter - 1]
    assert [page.strip() for page in pages[letter : letter + 3]] == [str(letter + n) for n in (1, 2, 3)]
    assert wall == letter + 4
    assert pages[wall - 1].startswith("wall.png")
    assert pages[wall - 1].rstrip().endswith(str(wall)), "our own pages count the pages that were bound in"
    assert len(pages) == wall + 1


def drawn_pdf() -> Any:
    """Two pages as others draw them, the second lying on its side."""
    from weasyprint import HTML

    drawn = BytesIO(HTML(string="<p>Dear colleague</p><p style='break-before: page'>Yours</p>").write_pdf())
    writer = PdfWriter(clone_from=drawn)
    writer.pages[1].rotate(90)
    return writer


def test_pages_with_text_are_bound_in_with_it_and_upright(world: Any, around: Any) -> None:
    out = BytesIO()
    drawn_pdf().write(out)
    upload = SimpleUploadedFile("letter.pdf", out.getvalue())
    attach(by=world.social_worker, upload=upload, person_id=around.person_id)
    pack = made(ask(world.social_worker, around.person_id, PackPart.FILES, with_pages=True))
    assert pack.left_out == []
    first, second = PdfReader(pack.path).pages[-2:]
    assert "Dear colleague" in first.extract_text()
    assert "Yours" in second.extract_text()
    assert second.rotation == 0
    assert second.mediabox.width > second.mediabox.height
    assert second.extract_text().rstrip().endswith(str(pack.pages))


def test_the_first_page_says_which_parts_hold_nothing(world: Any, around: Any) -> None:
    first = pages_of(
        made(ask(world.social_worker, around.person_id, PackPart.WORDS, PackPart.SAFETY, PackPart.MISSING))
    )[0]
    assert "Nothing is written down of Safety plan, Missing episodes" in " ".join(first.split())


def test_a_file_that_cannot_be_opened_takes_nothing_from_the_pack(world: Any, around: Any) -> None:
    file = pdf_file(world.social_worker, around.person_id)
    file.path.write_bytes(b"%PDF-1.7 broken since")
    pack = made(ask(world.social_worker, around.person_id, PackPart.FILES, with_pages=True))
    assert pack.left_out == [str(file.pk)]
    assert "could not be put in here" in pages_of(pack)[-1]


def test_what_is_hidden_in_a_file_is_not_bound_in(world: Any, around: Any) -> None:
    writer = drawn_pdf()
    page = writer.pages[0]
    font = next(iter(page["/Resources"]["/Font"].values())).get_object()
    font[NameObject("/Metadata")] = TextStringObject("with what it was made")
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Note"): TextStringObject("who made it")})
    run = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(run)})
    writer.add_attachment("hidden.txt", b"hidden words")
    writer.add_metadata({"/Author": "Nobody Else"})
    out = BytesIO()
    writer.write(out)
    upload = SimpleUploadedFile("a.pdf", out.getvalue())
    attach(by=world.social_worker, upload=upload, person_id=around.person_id)
    pack = made(ask(world.social_worker, around.person_id, PackPart.FILES, with_pages=True))
    assert pack.left_out == []
    inside = everything_in(pack)
    for hidden in (b"who made it", b"with what it was made", b"app.alert", b"hidden words", b"Nobody Else"):
        assert hidden not in inside


def test_a_pack_holds_what_its_requester_may_see_and_no_more(world: Any, around: Any) -> None:
    """The police are not involved: neither they nor a pack of theirs reach this child."""
    with pytest.raises(Hidden):
        ask(world.officer, around.person_id)


def test_a_pack_is_made_for_nobody_who_may_not_sign_in_any_more(world: Any, around: Any) -> None:
    pack = ask(world.social_worker, around.person_id)
    switch_off(by=world.administrator, user=world.social_worker, reason="They have left")
    actions.make_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert pack.state == PackState.FAILED
    assert "may not open the record" in pack.problem
    assert not pack.path.exists()


def test_a_pack_is_its_requesters_alone(world: Any, around: Any) -> None:
    pack = made(ask(world.social_worker, around.person_id))
    with pytest.raises(Hidden):
        queries.pack_visible_to(world.coordinator, pack.pk)
    with pytest.raises(Hidden):
        actions.fetch_pack(by=world.teacher, pack_id=pack.pk)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"purpose": " "}, "what the pack is for"),
        ({"for_whom": ""}, "whom the pack is for"),
        ({"parts": ()}, "at least one part"),
        ({"parts": ("supervision",)}, "at least one part"),
        ({"keep_until": None}, "the day until which"),
        ({"keep_until": TODAY() + timedelta(days=400)}, "at most"),
        ({"since": TODAY(), "until": TODAY() - timedelta(days=1)}, "ends before it begins"),
    ],
)
def test_a_pack_that_says_too_little_is_refused(world: Any, around: Any, said: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        ask(world.social_worker, around.person_id, **said)
    assert not Pack.objects.exists()


def test_days_bound_the_chronology(world: Any, around: Any) -> None:
    late = TODAY() + timedelta(days=1)
    pages = pages_of(
        made(ask(world.social_worker, around.person_id, PackPart.CHRONOLOGY, since=late, until=late))
    )
    assert "Worry told" not in "\n".join(pages)


def test_supervision_is_in_no_pack(world: Any, around: Any) -> None:
    from heard.cases.supervision import actions as supervising

    row = supervising.begin_supervision(
        by=world.supervisor, worker=world.social_worker, supervisor=world.supervisor, planned_on=TODAY()
    )
    supervising.prepare(
        by=world.social_worker,
        supervision_id=row.pk,
        stays_with="Her eyes stay with me",
        otherwise="",
        needs="",
    )
    pages = pages_of(made(ask(world.social_worker, around.person_id)))
    assert "Her eyes stay with me" not in "\n".join(pages)
    assert "supervision, which belongs" in " ".join("\n".join(pages).split())


# ---- a worker that is killed, and one that comes too late


def silent(pack: Pack) -> None:
    """As a worker that was killed leaves it."""
    long_ago = timezone.now() - timedelta(minutes=10)
    Pack.objects.filter(pk=pack.pk).update(state=PackState.RUNNING, attempts=1, beat_at=long_ago)
    pack.refresh_from_db()


def test_a_pack_whose_worker_was_killed_is_made_all_the_same(world: Any, around: Any) -> None:
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    silent(pack)
    actions.watch_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert pack.state == PackState.WAITING
    assert made(pack).attempts == 2


def test_a_pack_that_is_being_made_is_left_alone(world: Any, around: Any) -> None:
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    Pack.objects.filter(pk=pack.pk).update(state=PackState.RUNNING, attempts=1, beat_at=timezone.now())
    actions.watch_pack.call(str(pack.pk))
    actions.make_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert (pack.state, pack.attempts) == (PackState.RUNNING, 1)


def test_a_pack_that_kills_each_worker_ends_with_a_sentence(world: Any, around: Any) -> None:
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    silent(pack)
    Pack.objects.filter(pk=pack.pk).update(attempts=3)
    actions.watch_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert pack.state == PackState.FAILED
    assert "broken off" in pack.problem


def test_whoever_waits_can_try_again(world: Any, around: Any) -> None:
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    with pytest.raises(Refused, match="waits"):
        actions.restart_pack(by=world.social_worker, pack_id=pack.pk)
    silent(pack)
    actions.restart_pack(by=world.social_worker, pack_id=pack.pk)
    made(pack)


# ---- in its envelope


def test_a_pack_and_what_is_bound_into_it_lie_encrypted(
    world: Any, around: Any, settings: Any, tmp_path: Any, client: Any, caplog: Any
) -> None:
    settings.KEYS = tmp_path / "keys"
    ring.make(settings.KEYS)
    pdf_file(world.social_worker, around.person_id)
    pack = made(ask(world.social_worker, around.person_id, PackPart.FILES, with_pages=True))
    assert pack.left_out == []
    assert not pack.path.read_bytes().startswith(b"%PDF")
    assert [path.name for path in pack.path.parent.iterdir()] == [pack.path.name], (
        "what it was made from is gone"
    )
    client.force_login(world.social_worker)
    content = client.post(f"/packs/{pack.pk}/file/").getvalue()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (pack.size, pack.sha256)
    assert len(PdfReader(BytesIO(content)).pages) == pack.pages
    lies = pack.path.read_bytes()
    pack.path.write_bytes(lies[:-1])
    with pytest.raises(Refused, match="not any more what was made"):
        actions.fetch_pack(by=world.social_worker, pack_id=pack.pk)
    pack.path.write_bytes(content)  # as one of before there were keys
    assert actions.encrypt_pack(by=None, pack_id=pack.pk) is True
    assert actions.fetch_pack(by=world.social_worker, pack_id=pack.pk)[1].read() == content
    settings.KEYS.rename(tmp_path / "away")
    page = client.post(f"/packs/{pack.pk}/file/", follow=True)
    assert "it is encrypted, and its key is not where Heard looks for it" in page.text
    another = ask(world.social_worker, around.person_id, PackPart.WORDS)
    actions.make_pack.call(str(another.pk))
    another.refresh_from_db()
    assert (another.state, another.path.exists()) == (PackState.FAILED, False)
    assert "its keys are not where they should be" in another.problem


# ---- its end


def test_a_pack_is_taken_away_when_its_day_has_passed_and_that_is_written_down(
    world: Any, around: Any
) -> None:
    pack = made(ask(world.social_worker, around.person_id, PackPart.WORDS))
    Pack.objects.filter(pk=pack.pk).update(keep_until=TODAY() - timedelta(days=1))
    with pytest.raises(Refused, match="removed"):
        actions.fetch_pack(by=world.social_worker, pack_id=pack.pk)
    actions.remove_old_packs.call()
    pack.refresh_from_db()
    assert pack.state == PackState.REMOVED
    assert pack.removed_at


def test_a_hold_on_the_record_keeps_a_pack_past_its_day(world: Any, around: Any) -> None:
    pack = made(ask(world.social_worker, around.person_id, PackPart.WORDS))
    Pack.objects.filter(pk=pack.pk).update(keep_until=TODAY() - timedelta(days=1))
    this = {"by": world.coordinator, "person_id": around.person_id}
    hold = keeping.place_hold(**this, scope="record", reason="Letter of the inquiry")
    actions.remove_old_packs.call()
    with pytest.raises(Refused, match="hold keeps"):
        actions.remove_pack(by=world.social_worker, pack_id=pack.pk)
    pack.refresh_from_db()
    assert pack.state == PackState.DONE
    keeping.ask_to_lift_hold(by=world.coordinator, hold_id=hold.pk, reason="It has ended")
    keeping.lift_hold(by=world.supervisor, hold_id=hold.pk)
    actions.remove_old_packs.call()
    pack.refresh_from_db()
    assert pack.state == PackState.REMOVED


def test_the_file_goes_with_it(world: Any, around: Any, django_capture_on_commit_callbacks: Any) -> None:
    pack = made(ask(world.social_worker, around.person_id, PackPart.WORDS))
    assert pack.path.exists()
    assert str(around.person) not in str(pack.path)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_pack(by=world.social_worker, pack_id=pack.pk)
    assert not pack.path.exists()
    verbs = set(AuditRow.objects.filter(subject="pack").values_list("verb", flat=True))
    assert {"ask", "remove"} <= verbs


def test_asking_queues_the_making_the_watch_and_the_removal(
    world: Any, around: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from django_tasks_db.models import DBTaskResult

    with django_capture_on_commit_callbacks(execute=True):
        ask(world.social_worker, around.person_id)
    queued = {row.task_path.rsplit(".", 1)[1]: row.run_after for row in DBTaskResult.objects.all()}
    assert set(queued) == {"make_pack", "watch_pack", "remove_old_packs"}
    gone = timezone.localtime(queued["remove_old_packs"])
    assert gone.date() == TODAY() + timedelta(days=8)


def test_a_pack_is_made_with_the_rights_that_whoever_asked_has_when_it_is_made(
    world: Any, around: Any
) -> None:
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    whom = Whom("", world.care, user=world.social_worker)
    network.deny_access(by=world.coordinator, person_id=around.person_id, whom=whom, why="His niece")
    actions.make_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert pack.state == PackState.FAILED
    assert "may not open the record any more" in pack.problem
    assert not pack.path.exists()
