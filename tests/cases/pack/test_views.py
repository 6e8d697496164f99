"""The pages of packs and of requests for the record: who reaches them, what they show, and what they refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.pack.conftest import AUNT, ask, decide_all, final, made, pdf_file, read_all, request_of

from heard.agencies.models import AuditRow
from heard.cases.pack import actions, queries
from heard.cases.pack.models import Disclosure, Mark, Pack
from heard.cases.pack.rules import PackPart, PackState

WHY = {"treatment": "withhold", "reason": "somebody_else"}
OF_PASSAGE = ("disclosure_passage", "disclosure_words", "disclosure_whole")
OF_REQUEST = (
    "disclosure",
    "disclosure_names",
    "disclosure_find",
    "disclosure_passages",
    "disclosure_check",
    "disclosure_log",
    "disclosure_given",
    "disclosure_stop",
)


def at(name: str, **keys: Any) -> str:
    return reverse(name, kwargs=keys)


def of(name: str, disclosure: Disclosure) -> str:
    return at(name, disclosure_id=disclosure.pk)


def day(name: str, in_days: int) -> dict[str, str]:
    on = timezone.localdate() + timedelta(days=in_days)
    return {f"{name}-{part}": str(getattr(on, part)) for part in ("day", "month", "year")}


def passage_with(user: Any, disclosure: Disclosure, text: str) -> Any:
    return queries.passages_in(user, disclosure.pk).filter(text__contains=text)[0]


# ---- packs


def test_the_childs_page_leads_to_packs_and_requests(client: Any, world: Any, around: Any) -> None:
    client.force_login(world.social_worker)
    here = at("packs", person_id=around.person_id)
    assert f'href="{here}"' in client.get(at("child_shared", person_id=around.person_id)).text
    page = client.get(here).text
    assert at("pack_ask", person_id=around.person_id) in page
    assert "a co-ordinator or supervisor of the agency that is asked prepares it" in page
    assert at("disclosure_start", person_id=around.person_id) not in page
    client.force_login(world.coordinator)
    assert at("disclosure_start", person_id=around.person_id) in client.get(here).text


def test_a_pack_is_asked_for_watched_and_fetched(client: Any, world: Any, around: Any) -> None:
    client.force_login(world.social_worker)
    form = at("pack_ask", person_id=around.person_id)
    said = {"purpose": "For the strategy meeting", "for_whom": "The chair", "parts": ["words", "chronology"]}
    assert "Say what the pack is for" in client.post(form, said | {"purpose": ""}).text
    assert "90 days at most" in client.post(form, said | day("keep_until", 400)).text
    backwards = day("since", 0) | day("until", -3)
    assert "before the beginning" in client.post(form, said | day("keep_until", 7) | backwards).text
    assert not Pack.objects.exists()
    sent = client.post(form, said | day("keep_until", 7))
    pack = Pack.objects.get()
    assert sent["Location"] == at("pack", pack_id=pack.pk)
    assert pack.parts == ["words", "chronology"]
    made(pack)
    assert "Fetch the PDF" in client.get(sent["Location"]).text
    fetched = client.post(at("pack_file", pack_id=pack.pk))
    assert fetched["Content-Type"] == "application/pdf"
    assert "attachment" in fetched["Content-Disposition"]
    assert b"".join(fetched).startswith(b"%PDF")
    assert "Okoro" not in fetched["Content-Disposition"]
    assert AuditRow.objects.filter(subject="pack", verb="download", person_id=around.person_id).count() == 1
    assert client.get(at("pack_file", pack_id=pack.pk)).status_code == 405


def test_a_pack_that_is_being_made_comes_anew_with_and_without_javascript_and_names_nobody(
    client: Any, world: Any, around: Any
) -> None:
    client.force_login(world.social_worker)
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    here = at("pack", pack_id=pack.pk)
    page = client.get(here).text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert f'hx-get="{here}"' in page
    assert "Look again" in page
    assert "Okoro" not in page
    Pack.objects.filter(pk=pack.pk).update(
        state=PackState.RUNNING, step="Drawing page 7", share=0.5, beat_at=timezone.now()
    )
    said = client.get(here, headers={"HX-Request": "true"}).text
    assert "Drawing page 7" in said
    assert 'value="50"' in said
    assert "<html" not in said
    assert "being made" in client.post(at("pack_again", pack_id=pack.pk), follow=True).text
    assert "being made" in client.post(at("pack_remove", pack_id=pack.pk), follow=True).text
    Pack.objects.filter(pk=pack.pk).update(state=PackState.WAITING)
    made(pack)
    assert client.get(here, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_pack_whose_worker_was_killed_can_be_begun_again_from_its_page(
    client: Any, world: Any, around: Any
) -> None:
    client.force_login(world.social_worker)
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    long_ago = timezone.now() - timedelta(minutes=10)
    Pack.objects.filter(pk=pack.pk).update(state=PackState.RUNNING, attempts=1, beat_at=long_ago)
    assert "Begin again now" in client.get(at("pack", pack_id=pack.pk)).text
    client.post(at("pack_again", pack_id=pack.pk))
    pack.refresh_from_db()
    assert pack.state == PackState.WAITING


def test_what_went_wrong_stands_on_the_page(client: Any, world: Any, around: Any) -> None:
    client.force_login(world.social_worker)
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    Pack.objects.filter(pk=pack.pk).update(state=PackState.FAILED, problem="This is too much for one pack.")
    page = client.get(at("pack", pack_id=pack.pk)).text
    assert "This is too much for one pack." in page
    assert "Try again" in page
    assert "not ready yet" in client.post(at("pack_file", pack_id=pack.pk), follow=True).text


def test_a_removed_pack_says_so_and_is_not_fetched(
    client: Any, world: Any, around: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client.force_login(world.social_worker)
    pack = made(ask(world.social_worker, around.person_id, PackPart.WORDS))
    with django_capture_on_commit_callbacks(execute=True):
        assert "has been removed" in client.post(at("pack_remove", pack_id=pack.pk), follow=True).text
    assert not pack.path.exists()
    for name in ("pack_file", "pack_again", "pack_remove"):
        assert "removed" in client.post(at(name, pack_id=pack.pk), follow=True).text
    assert "Fetch the PDF" not in client.get(at("pack", pack_id=pack.pk)).text


@pytest.mark.parametrize("who", ["coordinator", "teacher", "officer", "analyst", "administrator"])
def test_a_pack_of_somebody_else_is_not_there(client: Any, world: Any, around: Any, who: str) -> None:
    pack = ask(world.social_worker, around.person_id, PackPart.WORDS)
    client.force_login(getattr(world, who))
    for name in ("pack", "pack_file", "pack_again", "pack_remove"):
        assert client.get(at(name, pack_id=pack.pk)).status_code in (404, 405)
        assert client.post(at(name, pack_id=pack.pk)).status_code in (404, 405)
    assert client.get(at("pack", pack_id=pack.pk)).status_code == 404
    pack.refresh_from_db()
    assert pack.state == PackState.WAITING


@pytest.mark.parametrize("who", ["officer", "analyst", "board_member", "administrator"])
def test_nobody_makes_a_pack_of_a_child_who_is_not_theirs(
    client: Any, world: Any, around: Any, who: str
) -> None:
    client.force_login(getattr(world, who))
    for name in ("packs", "pack_ask", "disclosure_start"):
        assert client.get(at(name, person_id=around.person_id)).status_code == 404
        assert client.post(at(name, person_id=around.person_id)).status_code in (404, 405)


# ---- somebody asks for the record


@pytest.mark.parametrize("who", ["social_worker", "teacher", "officer", "analyst", "administrator"])
def test_a_request_is_there_only_for_those_who_prepare_it(
    client: Any, world: Any, asked: Disclosure, who: str
) -> None:
    passage = queries.passages_in(world.coordinator, asked.pk)[0]
    client.force_login(getattr(world, who))
    for path in [
        *(of(name, asked) for name in OF_REQUEST),
        *(at(name, passage_id=passage.pk) for name in OF_PASSAGE),
    ]:
        assert client.get(path).status_code == 404, path
        assert client.post(path).status_code in (404, 405), path


def test_each_page_of_a_request_leaves_a_row(client: Any, world: Any, asked: Disclosure) -> None:
    client.force_login(world.coordinator)
    passage = queries.passages_in(world.coordinator, asked.pk)[0]
    rows = AuditRow.objects.filter(person_id=asked.person_id, subject="disclosure", verb="view")
    for path in [
        *(of(name, asked) for name in OF_REQUEST),
        *(at(name, passage_id=passage.pk) for name in OF_PASSAGE),
    ]:
        before = rows.count()
        assert client.get(path).status_code == 200, path
        assert rows.count() == before + 1, path


def test_a_request_is_begun_on_its_page(client: Any, world: Any, around: Any) -> None:
    client.force_login(world.coordinator)
    form = at("disclosure_start", person_id=around.person_id)
    said = {
        "requester": "child",
        "requester_name": "Mina herself",
        "what_asked": "Everything that you wrote about me",
        "parts": ["identity", "words"],
        **day("asked_on", -2),
    }
    assert "Give the day by which they get an answer" in client.post(form, said).text
    assert "today or before" in client.post(form, said | day("asked_on", 3) | day("due_on", 9)).text
    assert not Disclosure.objects.exists()
    sent = client.post(form, said | day("due_on", 20))
    begun = Disclosure.objects.get()
    assert sent["Location"] == of("disclosure", begun)
    page = client.get(sent["Location"]).text
    assert "Nobody has decided" not in page
    assert "Not decided: " in page
    assert "Decide on each." in page  # why it cannot be sent yet


def test_names_are_decided_together_and_in_one_passage_otherwise(
    client: Any, world: Any, asked: Disclosure
) -> None:
    client.force_login(world.coordinator)
    form, aunt = of("disclosure_names", asked), f"person|{AUNT}"
    assert AUNT in client.get(form).text
    assert "Choose at least one name" in client.post(form, {"treatment": "show"}).text
    hidden = {"names_person": [aunt], "treatment": "withhold"}
    assert "Choose the reason" in client.post(form, hidden).text
    assert "Write the words" in client.post(form, hidden | WHY | {"treatment": "pseudonym"}).text
    assert not Mark.objects.exclude(treatment="").exists()
    assert "Decided at so many places" in client.post(form, hidden | WHY, follow=True).text
    row = passage_with(world.coordinator, asked, "Aunt")
    here = at("disclosure_passage", passage_id=row.pk)
    page = client.get(here).text
    assert f"<del>{AUNT}</del>" in page
    client.post(here, {"names_person": [aunt], "treatment": "show"})
    assert f"<del>{AUNT}</del>" not in client.get(here).text
    assert Mark.objects.filter(about=AUNT, treatment="show").exists()


def test_all_of_a_kind_on_which_nobody_has_decided_are_decided_at_once(
    client: Any, world: Any, asked: Disclosure
) -> None:
    by = world.coordinator
    for words in ("left school", "people whom", "do not know"):
        actions.find_more(by=by, disclosure_id=asked.pk, text=words)
    actions.treat_names(by=by, disclosure_id=asked.pk, names=["hand|left school"], **WHY)
    client.force_login(by)
    client.post(of("disclosure_names", asked), {"names_hand": ["hand"], "treatment": "show"})
    names = {name.about: name.treatments for name in queries.names_found(by, asked.pk)}
    assert names["left school"] == ("withhold",)
    assert names["people whom"] == names["do not know"] == ("show",)
    assert names[AUNT] == ("",)


def test_another_name_is_marked_and_words_that_are_nowhere_are_refused(
    client: Any, world: Any, asked: Disclosure
) -> None:
    client.force_login(world.coordinator)
    form = of("disclosure_find", asked)
    assert "stand nowhere" in client.post(form, {"text": "her neighbour"}).text
    assert (
        "people whom we do not know"
        in client.post(form, {"text": "people whom we do not know"}, follow=True).text
    )


def test_words_and_whole_passages_are_withheld_with_a_reason(
    client: Any, world: Any, asked: Disclosure
) -> None:
    client.force_login(world.coordinator)
    row = passage_with(world.coordinator, asked, "She left school")
    words, whole = (at(name, passage_id=row.pk) for name in ("disclosure_words", "disclosure_whole"))
    assert "do not stand in this passage" in client.post(words, {"text": "not there"} | WHY).text
    client.post(words, {"text": "left school"} | WHY)
    assert "<del>left school</del>" in client.get(at("disclosure_passage", passage_id=row.pk)).text
    assert "Choose the reason" in client.post(whole, {}).text
    assert "your own words" in client.post(whole, {"reason": "other"}).text
    client.post(whole, {"reason": "other", "note": "It would frighten her"})
    log = client.get(of("disclosure_log", asked)).text
    assert "It would frighten her" in log
    assert "left school" in log
    client.post(whole, {"show": "1"})
    row.refresh_from_db()
    assert row.give == ""


def test_what_is_withheld_in_one_passage_and_given_in_another_is_said(
    client: Any, world: Any, around: Any
) -> None:
    by = world.coordinator
    asked = request_of(by, around.person_id, PackPart.WORRIES, PackPart.CHRONOLOGY)
    client.force_login(by)
    worry, told = queries.passages_in(by, asked.pk).filter(text__contains="She left school")
    here, there = (at("disclosure_passage", passage_id=row.pk) for row in (worry, told))
    warning = "would be given there"
    client.post(at("disclosure_whole", passage_id=worry.pk), {"reason": "somebody_else"})
    page = client.get(here).text
    assert warning in page
    assert there in page
    client.post(at("disclosure_words", passage_id=told.pk), {"text": "left school with people"} | WHY)
    assert warning not in client.get(here).text
    client.post(at("disclosure_whole", passage_id=worry.pk), {"show": "1"})
    assert warning in client.get(there).text
    client.post(
        at("disclosure_words", passage_id=told.pk),
        {"text": "left school with people", "where": ["everywhere"]} | WHY,
    )
    assert warning not in client.get(there).text
    assert "<del>left school with people</del>" in client.get(here).text


def test_passages_are_read_page_by_page(client: Any, world: Any, asked: Disclosure) -> None:
    client.force_login(world.coordinator)
    here = of("disclosure_passages", asked)
    assert "I have read these passages" in client.get(here).text
    keys = [row.pk for row in queries.passages_in(world.coordinator, asked.pk)]
    assert client.post(here, {"passage": [*keys, "x"], "next": "2"})["Location"] == f"{here}?page=2"
    assert queries.progress_of(world.coordinator, asked.pk).unread == 0
    assert "I have read these passages" not in client.get(here).text
    assert "Nobody has read" not in client.get(here).text
    assert client.post(f"{here}?show=open")["Location"] == f"{here}?show=open"


def test_a_file_is_decided_on_its_page(client: Any, world: Any, around: Any) -> None:
    by = world.coordinator
    pdf_file(by, around.person_id)
    asked = request_of(by, around.person_id, PackPart.FILES, PackPart.WORDS)
    client.force_login(by)
    row = queries.passages_in(by, asked.pk).get(file__isnull=False)
    form = at("disclosure_file", passage_id=row.pk)
    assert "Nobody has decided on this file" in client.get(form).text
    assert "Choose what becomes" in client.post(form, {}).text
    assert "would show them" in client.post(form, {"give": "whole"}).text
    assert "Choose the reason" in client.post(form, {"give": "withhold"}).text
    client.post(form, {"give": "withhold", "reason": "somebody_else"})
    row.refresh_from_db()
    assert row.give == "withhold"
    other = passage_with(by, asked, "They wait for me")
    assert client.get(at("disclosure_file", passage_id=other.pk)).status_code == 404


def test_it_goes_to_a_second_person_who_returns_or_agrees(client: Any, world: Any, asked: Disclosure) -> None:
    client.force_login(world.coordinator)
    send, check = of("disclosure_send", asked), of("disclosure_check", asked)
    assert "nobody has decided on yet" in client.post(send, follow=True).text
    decide_all(world.coordinator, asked, **WHY)
    client.post(send)
    assert "A second person checks it" in client.get(check).text
    assert "decided in it yourself" in client.post(check, {"agrees": "yes"}).text
    page = client.post(of("disclosure_names", asked), {"treatment": "show"}).text
    assert "with the person who checks it" in page
    client.force_login(world.supervisor)
    assert AUNT in client.get(check).text
    assert "looked at again" in client.post(check, {"agrees": "no"}).text
    assert (
        "The aunt is fine"
        in client.post(check, {"agrees": "no", "note": "The aunt is fine"}, follow=True).text
    )
    client.force_login(world.coordinator)
    client.post(send)
    client.force_login(world.supervisor)
    client.post(check, {"agrees": "yes"})
    pack = Pack.objects.get(disclosure=asked)
    assert at("pack", pack_id=pack.pk) in client.get(of("disclosure", asked)).text
    made(pack)
    client.force_login(world.coordinator)
    assert b"".join(client.post(at("pack_file", pack_id=pack.pk))).startswith(b"%PDF")


def test_it_is_given_and_that_is_written_down(client: Any, world: Any, asked: Disclosure) -> None:
    client.force_login(world.coordinator)
    given = of("disclosure_given", asked)
    said = {"how": "hand", "to_whom": "Mina", "note": "Sol was there"}
    assert "A second person has to check" in client.post(given, said | day("on", 0)).text
    decide_all(world.coordinator, asked)
    final(world, asked)
    assert "today or before" in client.post(given, said | day("on", 2)).text
    assert "Sol was there" in client.post(given, said | day("on", 0), follow=True).text
    again = client.post(of("disclosure_again", asked), follow=True).text
    assert "The PDF is there" in again
    assert "cannot be taken back" in client.post(of("disclosure_stop", asked), {"why": "No"}).text


def test_a_request_ends_for_a_reason(client: Any, world: Any, asked: Disclosure) -> None:
    client.force_login(world.coordinator)
    stop = of("disclosure_stop", asked)
    assert "Say why this request ends" in client.post(stop, {}).text
    assert "She reads it with us" in client.post(stop, {"why": "She reads it with us"}, follow=True).text
    assert "was ended" in client.get(of("disclosure_names", asked)).text


def test_what_somebody_types_about_names_is_kept(client: Any, world: Any, asked: Disclosure) -> None:
    client.force_login(world.coordinator)
    form = of("disclosure_names", asked)
    client.post(form, {"treatment": "withhold", "note": "Ask the aunt first"})
    assert "Ask the aunt first" in client.get(form).text


@pytest.mark.parametrize("name", ["disclosure", "disclosure_names", "disclosure_passages", "disclosure_log"])
def test_no_page_asks_the_database_more_the_longer_the_record_is(
    client: Any, world: Any, around: Any, name: str, django_assert_max_num_queries: Any
) -> None:
    client.force_login(world.coordinator)
    asked = request_of(world.coordinator, around.person_id)
    decide_all(world.coordinator, asked, **WHY)
    read_all(world.coordinator, asked)
    client.get(of(name, asked))
    with django_assert_max_num_queries(30):
        client.get(of(name, asked))


# ---- my work


def headings(user: Any) -> set[str]:
    from heard.home.queries import my_work

    return {section.heading for section in my_work(user)}


def test_ones_work_shows_what_is_asked_for_what_is_to_check_and_what_is_ready(
    world: Any, asked: Disclosure
) -> None:
    answer, check, ready = (
        "Requests for a child’s record to answer",
        "Records to check before they are given",
        "Packs that you asked for",
    )
    assert answer in headings(world.coordinator)
    assert answer not in headings(world.supervisor)
    decide_all(world.coordinator, asked)
    actions.send_disclosure(by=world.coordinator, disclosure_id=asked.pk)
    assert {answer, check} & headings(world.coordinator) == set()
    assert check in headings(world.supervisor)
    pack = made(ask(world.social_worker, asked.person_id, PackPart.WORDS))
    assert ready in headings(world.social_worker)
    actions.fetch_pack(by=world.social_worker, pack_id=pack.pk)
    assert ready not in headings(world.social_worker)
