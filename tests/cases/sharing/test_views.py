"""The pages on sharing: who may open them, what the other side sees, what is taken away and how often the database is asked."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.cases.sharing.conftest import ask, decide, keys_of, prepare
from tests.services.test_law import start

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden
from heard.cases.sharing import actions, queries
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.sharing.rules import fingerprint
from heard.home.queries import my_work

SHARE_PAGES = ("share", "share_change", "share_review", "share_paper", "share_text")
REQUEST_PAGES = ("request", "request_answer", "request_chase")
CHILD_PAGES = ("sharing_of", "share_write", "request_write")


def of_share(name: str, share: Share) -> str:
    return reverse(name, kwargs={"share_id": share.pk})


def of_request(name: str, request: InfoRequest) -> str:
    return reverse(name, kwargs={"request_id": request.pk})


def of_child(name: str, person_id) -> str:
    return reverse(name, kwargs={"person_id": person_id})


def day(name: str, in_days: int) -> dict[str, str]:
    on = timezone.localdate() + timedelta(days=in_days)
    return {f"{name}-{part}": str(getattr(on, part)) for part in ("day", "month", "year")}


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_hidden_and_absent_look_the_same(client, world, prepared, who):
    shared, request = decide(world.social_worker, prepared), ask(world.social_worker, prepared.person_id)
    client.force_login(getattr(world, who))
    addresses = [of_share(name, shared) for name in SHARE_PAGES]
    addresses += [of_request(name, request) for name in REQUEST_PAGES]
    for address in [*addresses, *(of_child(name, prepared.person_id) for name in CHILD_PAGES)]:
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"drop": "1"}).status_code in (404, 405), address


def test_each_page_leaves_a_row(client, world, prepared):
    shared, request = decide(world.social_worker, prepared), ask(world.social_worker, prepared.person_id)
    client.force_login(world.social_worker)
    rows = AuditRow.objects.filter(person_id=prepared.person_id)
    addresses = [of_share(name, shared) for name in SHARE_PAGES if name != "share_change"]
    for address in [*addresses, *(of_request(name, request) for name in REQUEST_PAGES)]:
        before = rows.count()
        assert client.get(address).status_code == 200, address
        assert rows.count() == before + 1, address


def test_a_share_is_prepared_read_and_decided_on_its_pages(client, world, case):
    client.force_login(world.social_worker)
    words, signs = (keys_of(world.social_worker, case.person_id, group) for group in ("words", "signs"))
    sent = {
        "purpose": "So that she is met at the gate",
        "agency": "outside",
        "outside": "Southgate College",
        "to_person": "Ann Lee",
        "how": "mail",
        "names": "keep",
        "pieces_words": words,
    }
    at = of_child("share_write", case.person_id)
    assert "Name the organisation" in client.post(at, sent | {"outside": ""}).text
    client.post(at, sent)
    share = Share.objects.get()
    page = client.get(of_share("share", share)).text
    assert "What the other side will see" in page
    assert "They wait for me after school." in page
    assert "usually the wrong basis" in page
    client.post(of_share("share_change", share), sent | {"pieces_signs": signs})
    seen = fingerprint(queries.preview(world.social_worker, Share.objects.get()))
    decision = {
        "which": "none",
        "why_no_words": "She will be asked on Monday",
        "decision": "shared",
        "basis": "public_task",
        "why": "The college can keep her safe only if it knows",
        "told": "not_told",
        "told_why": "On Monday, with her tutor",
    } | day("review_on", 30)
    stale = client.post(of_share("share", share), decision | {"seen": "x"})
    assert "has changed since you read this" in stale.text
    client.post(of_share("share", share), decision | {"seen": seen})
    share.refresh_from_db()
    assert (share.state, share.told_note, len(share.content)) == ("shared", "On Monday, with her tutor", 2)
    page = client.get(of_share("share", share)).text
    assert "What the other side saw" in page
    assert "Heard sends nothing by itself" in page


def test_a_refusal_needs_no_basis_and_stands_beside_the_shares(client, world, prepared):
    client.force_login(world.social_worker)
    seen = fingerprint(queries.preview(world.social_worker, prepared))
    sent = {"which": "none", "why_no_words": "x", "decision": "refused", "told": "told", "seen": seen}
    sent |= day("review_on", 30)
    assert "Give the reason" in client.post(of_share("share", prepared), sent).text
    client.post(of_share("share", prepared), sent | {"why": "It would tell him where she is"})
    for address in (of_child("sharing_of", prepared.person_id), of_child("child_shared", prepared.person_id)):
        page = client.get(address).text
        assert "Not shared" in page
        assert "It would tell him where she is" in page


def test_other_peoples_names_are_marked_in_the_preview(client, world, prepared):
    client.force_login(world.social_worker)
    page = client.get(of_share("share", prepared)).text
    assert "<mark>Ola Brand" in page
    assert "Other people are named in it" in page


def test_what_was_shared_is_taken_away_exactly(client, world, prepared):
    shared = decide(world.social_worker, prepared)
    client.force_login(world.social_worker)
    text = client.get(of_share("share_text", shared)).content.decode()
    pdf = client.get(of_share("share_paper", shared))
    assert pdf["Content-Disposition"] == 'attachment; filename="shared.pdf"'
    drawn = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages).split())
    for section in shared.sections:
        assert f"{section.heading}\n{section.text}".strip() in text
        assert " ".join(section.text.split()) in drawn
    assert client.get(of_share("share_paper", shared)).content == pdf.content


def test_markup_in_what_is_shared_stays_text(client, world, case):
    share = prepare(world.social_worker, case.person_id, pieces=[], free_text="<b>x</b> & more")
    client.force_login(world.social_worker)
    assert "&lt;b&gt;x&lt;/b&gt; &amp; more" in client.get(of_share("share", share)).text
    shared = decide(world.social_worker, share)
    assert "<b>x</b> & more" in client.get(of_share("share_text", shared)).content.decode()
    assert client.get(of_share("share_paper", shared)).status_code == 200


def test_a_share_that_is_not_decided_is_thrown_away(client, world, prepared):
    client.force_login(world.social_worker)
    client.post(of_share("share_change", prepared), {"drop": "1"})
    assert not Share.objects.exists()


def test_a_decision_is_looked_at_again_on_its_page(client, world, prepared):
    shared = decide(world.social_worker, prepared)
    client.force_login(world.social_worker)
    client.post(of_share("share_review", shared), {"note": "Still needed"} | day("next_review_on", 60))
    assert "Still needed" in client.get(of_share("share", shared)).text


def test_a_request_is_noted_reminded_of_and_answered_on_its_pages(client, world, case, settings, tmp_path):
    settings.DATA = tmp_path
    client.force_login(world.social_worker)
    sent = {
        "direction": "we_ask",
        "agency": str(world.police.pk),
        "who": "PC Leroy",
        "what": "When she was found before",
        "why": "To see who is around her",
    }
    sent |= day("asked_on", -10) | day("due_on", -3)
    client.post(of_child("request_write", case.person_id), sent)
    request = InfoRequest.objects.get()
    assert request.agency_id == world.police.pk
    assert "3 days overdue" in client.get(reverse("requests")).text
    (section,) = [section for section in my_work(world.social_worker) if "Requests" in section.heading]
    assert section.waiting[0].days_left == -3
    client.post(of_request("request_chase", request), {"note": "Rang him"} | day("on", 0))
    upload = SimpleUploadedFile("answer.txt", b"Twice in May.")
    answer = {"answer": "answered", "note": "Twice in May", "upload": upload} | day("on", 0)
    client.post(of_request("request_answer", request), answer)
    page = client.get(of_request("request", request)).text
    assert all(words in page for words in ("Rang him", "Twice in May", "answer.txt", "3 days late"))


def test_an_answer_that_is_not_written_down_leaves_no_file_behind(
    client, world, prepared, case, settings, tmp_path
):
    settings.DATA = tmp_path
    request = ask(world.social_worker, case.person_id)
    client.force_login(world.social_worker)
    upload = SimpleUploadedFile("answer.txt", b"Twice in May.")
    answer = {"answer": "answered", "note": "As shared", "upload": upload} | day("on", -400)
    assert "not before it was asked for" in client.post(of_request("request_answer", request), answer).text
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_answer_is_kept_though_its_file_is_not_taken(client, world, case, settings, tmp_path):
    settings.DATA = tmp_path
    request = ask(world.social_worker, case.person_id)
    client.force_login(world.social_worker)
    upload = SimpleUploadedFile("answer.pdf", b"MZ\x90\x00\x03")
    answer = {"answer": "answered", "note": "Twice in May", "upload": upload} | day("on", 0)
    page = client.post(of_request("request_answer", request), answer, follow=True).text
    assert "The file was not kept." in page
    assert "Twice in May" in page
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_of_an_answer_that_may_show_abuse_is_set_aside(client, world, case, settings, tmp_path):
    settings.DATA = tmp_path
    request = ask(world.social_worker, case.person_id)
    client.force_login(world.social_worker)
    assert "This may show a child’s abuse" in client.get(of_request("request_answer", request)).text
    upload = SimpleUploadedFile("what it shows.txt", b"words in it")
    answer = {"answer": "answered", "note": "Twice in May", "upload": upload, "may_show_abuse": "abuse"}
    page = client.post(of_request("request_answer", request), answer | day("on", 0), follow=True).text
    assert "Call the police now" in page
    request.refresh_from_db()
    assert request.file.aside == "abuse"
    assert "what it shows" not in request.file.name


def test_what_was_shared_answers_what_the_other_side_asked_for(client, world, prepared, case):
    worker = world.social_worker
    request = ask(worker, case.person_id, direction="they_ask", outside="Southgate College")
    at, page = of_request("request_answer", request), of_request("request", request)
    client.force_login(worker)
    assert "Which decision to share" not in client.get(at).text
    other = decide(worker, prepare(worker, case.person_id, to_outside="Northgate College"))
    decide(worker, prepared)
    form = client.get(at).text
    assert str(prepared.pk) in form
    assert str(other.pk) not in form  # another side was given that
    answer = {"answer": "answered", "note": "As shared", "share_id": str(prepared.pk)} | day("on", 0)
    assert client.post(at, answer | {"share_id": str(other.pk)}).status_code == 200
    client.post(at, answer)
    assert reverse("share", kwargs={"share_id": prepared.pk}) in client.get(page).text
    assert page in client.get(reverse("share", kwargs={"share_id": prepared.pk})).text


def test_a_share_with_another_side_answers_nothing(world, prepared, case):
    request = ask(world.social_worker, case.person_id, direction="they_ask")
    decide(world.social_worker, prepared)
    said = {"answer": "answered", "note": "As shared", "on": timezone.localdate(), "share_id": prepared.pk}
    with pytest.raises(Hidden):
        actions.answer_request(by=world.social_worker, request_id=request.pk, **said)


def test_the_chronology_tells_of_shares_and_requests(client, world, prepared):
    decide(world.social_worker, prepared)
    ask(world.social_worker, prepared.person_id)
    client.force_login(world.social_worker)
    text = client.get(of_child("child_chronology", prepared.person_id) + "?kind=share").text
    assert "Shared with Southgate College" in text
    assert "Asked The health centre" in text


def count(client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_lists_ask_the_database_as_often_for_twenty_as_for_two(client, world, case):
    worker, person = world.social_worker, case.person_id

    def fill(times: int) -> None:
        for _time in range(times):
            decide(worker, prepare(worker, person, "words"))
            ask(worker, person)

    client.force_login(worker)
    fill(2)
    pages = [
        of_child("sharing_of", person),
        reverse("requests"),
        reverse("home"),
        of_child("share_write", person),
    ]
    few = [count(client, page) for page in pages]
    fill(18)
    assert [count(client, page) for page in pages] == few


def test_the_form_asks_what_the_duty_to_share_asks_only_once_it_holds(client, world, prepared):
    client.force_login(world.social_worker)
    at = reverse("share", args=[prepared.pk])
    asked = ("relevant to the child’s safety", "Would telling it harm the child")
    assert not [text for text in asked if text in client.get(at).text]
    start(world, "share", 0)
    page = client.get(at).text
    assert [text for text in asked if text in page] == list(asked)
    page = client.post(at, {"decision": "refused", "why": "x", "seen": "x"}).text
    assert "Say whether it is relevant" in page
    shared = decide(world.social_worker, prepared, is_relevant=True, harms_more=False)
    page = client.get(reverse("share", args=[shared.pk])).text
    assert "Relevant to the child’s safety or welfare" in page
