"""The few signs that are offered from what was told: offered and never set, with the whole list and a search beside them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from tests.cases.concern.test_pages import address, send, signed_in, type_in
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import AuditRow, Draft
from heard.cases.case.rules import FEW, likely, searched
from heard.cases.concern import actions, rules
from heard.cases.concern.models import Concern
from heard.govuk.environment import day
from heard.knowledge import load
from heard.knowledge.model import Phrase
from heard.network import actions as network

TODAY = timezone.localdate()
TOLD = "Came back after lunch in a car that we do not know. Upset.\nShe has a new phone"
RELEASE = load.current()
ITEMS = (*RELEASE.signs, *RELEASE.vulnerabilities)


def phrase(*says: str, item: str = "S10") -> Phrase:
    return Phrase(id=f"{item}_x", item=item, says=says, why="A reason.")


# ---- the rule


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("She has a NEW PHONE.", "new phone"),
        ("He didn’t come home", "didnt come home"),
        ("self-harming again", "self harm*"),
        ("Bruises on his arm", "bruis*"),
    ],
)
def test_a_phrase_is_found_whatever_its_capitals_apostrophes_and_ends(told: str, says: str) -> None:
    assert likely(told, [phrase(says)]) == {"S10": told}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("A renewed phone", "new phone"),
        ("dismissing", "missing"),
        ("Newphone", "new phone"),
        ("new. Phone", "new phone"),
    ],
)
def test_a_phrase_is_whole_words_of_one_sentence(told: str, says: str) -> None:
    assert likely(told, [phrase(says)]) == {}


def test_each_sign_comes_with_every_sentence_that_speaks_of_it_as_it_was_written() -> None:
    found = likely(TOLD + ". Gifts again!", RELEASE.phrases)
    assert (
        found["S10"]
        == "Came back after lunch in a car that we do not know. She has a new phone. Gifts again!"
    )
    assert found["S12"] == "Upset."


@pytest.mark.parametrize(
    ("told", "offered"),
    [
        ("A man in a grey car waits at the gate.", ["S10"]),
        ("He had 200 pounds in his bag.", ["S10"]),
        ("He had £200 in his bag.", ["S10"]),
        ("She was picked up from the gate by a man.", ["S10"]),
        ("She cried at break.", ["S12"]),
        ("She came with an older man.", []),
        ("She met a much older man at the station.", []),
        ("Her friends are much older than her.", ["V10"]),
    ],
)
def test_plain_words_offer_their_sign_and_an_older_man_is_no_lack_of_friends(
    told: str, offered: list[str]
) -> None:
    assert list(likely(told, RELEASE.phrases)) == offered


def test_only_the_few_that_are_spoken_of_first_are_offered() -> None:
    phrases = [phrase(f"word{n}", item=item.id) for n, item in enumerate(ITEMS)]
    told = ". ".join(f"word{n}" for n in reversed(range(len(ITEMS))))
    assert list(likely(told, phrases)) == [item.id for item in reversed(ITEMS)][:FEW]


@given(st.text(max_size=400))
def test_whatever_was_told_the_words_offered_are_its_own(told: str) -> None:
    for sentences in likely(told, RELEASE.phrases).values():
        assert all(part in told for part in sentences.split())


def test_a_search_finds_by_the_beginnings_of_words_in_label_help_and_phrases() -> None:
    def found(words: str) -> list[str]:
        return searched(words, ITEMS, RELEASE.phrases)

    assert "S10" in found("PHONE")
    assert found("gang live") == ["V11"]
    assert "S13" in found("cutting")
    assert found("") == found("  ") == found("hone") == []


def test_what_was_chosen_as_today_is_no_other_day_tomorrow() -> None:
    assert rules.span_of("2026-11-27") == (date(2026, 11, 27), date(2026, 11, 27))
    assert rules.span_of(rules.in_week_to(date(2026, 11, 27))) == (date(2026, 11, 21), date(2026, 11, 27))
    assert [rules.span_of(said) for said in ("", "day", "week-", "2026-13-01", "week-day")] == [None] * 5


# ---- the page


@pytest.fixture
def draft(world: World) -> Draft:
    """About a child whom the teller knows, up to the signs."""
    draft = begin_draft(by=world.teacher, kind=actions.DRAFT)
    child = network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    client = signed_in(world.teacher)
    send(client, draft, "seen", danger_now="no", seen_and_heard=TOLD)
    send(client, draft, "child", name="Amira Khan")
    assert send(client, draft, "same", choice=str(child.pk)) == "likely"
    return draft


@pytest.fixture
def teller(world: World, draft: Draft) -> Client:
    return signed_in(world.teacher)


def finish(client: Client, draft: Draft) -> Concern:
    assert (
        send(client, draft, "words", heard="no", why_no_words="Not alone with her yet", staff="no") == "check"
    )
    client.post(address("check", draft))
    return Concern.objects.get()


def offered_on(client: Client, draft: Draft) -> list[str]:
    page = client.get(address("likely", draft)).text
    return [item.id for item in ITEMS if f'type="checkbox" value="{item.id}"' in page]


def test_the_page_offers_the_few_that_were_spoken_of_with_the_words_and_ticks_none(
    draft: Draft, teller: Client
) -> None:
    page = teller.get(address("likely", draft)).text
    assert offered_on(teller, draft) == ["S06", "S10", "S12"]
    assert "You wrote: “Upset.”" in page
    assert "checked" not in page


def test_what_is_offered_and_not_ticked_is_not_known(draft: Draft, teller: Client) -> None:
    assert send(teller, draft, "likely") == "words"
    assert not finish(teller, draft).observations.exists()


def test_what_is_ticked_takes_its_evidence_from_what_was_told(
    world: World, draft: Draft, teller: Client
) -> None:
    yesterday = TODAY - timedelta(days=1)
    send(teller, draft, "likely", signs=["S10", "S12"], when=yesterday.isoformat())
    page = teller.get(address("check", draft))  # not yet: the child's words are asked first
    assert page.headers["Location"] == address("words", draft)
    rows = {row.item: row for row in finish(teller, draft).observations.all()}
    assert rows.keys() == {"S10", "S12"}
    assert {row.seen_on for row in rows.values()} == {yesterday}
    assert rows["S12"].words == "Upset."
    assert rows["S10"].source.startswith(str(world.teacher))


def test_a_day_that_is_not_known_is_kept_as_the_first_it_can_be_and_says_so(
    draft: Draft, teller: Client
) -> None:
    send(teller, draft, "likely", signs=["S12"], when=rules.in_week_to(TODAY))
    [row] = finish(teller, draft).observations.all()
    first = TODAY - timedelta(days=6)
    assert row.seen_on == first
    assert row.source.endswith(f"(between {day(first)} and {day(TODAY)})")


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({}, "Say when it was seen"),
        ({"when": "day"}, "Enter the day"),
        ({"when": "day", "day-day": "1", "day-month": "1", "day-year": "2099"}, "must be today or before"),
        ({"when": "2026-99-99"}, "Select a valid choice"),
    ],
)
def test_a_day_is_asked_for_what_was_seen(
    draft: Draft, teller: Client, answers: dict[str, str], fault: str
) -> None:
    page = teller.post(address("likely", draft), {"signs": ["S12"], **answers})
    assert fault in page.text
    assert "S12" not in Draft.objects.get(pk=draft.pk).answers.get("signs", {})


def test_a_search_adds_to_the_page_and_what_was_ticked_stays(draft: Draft, teller: Client) -> None:
    assert send(teller, draft, "likely", signs=["S12"], find="homeless", go="find") == "likely"
    assert offered_on(teller, draft) == ["S06", "S10", "S12", "V09"]
    page = teller.get(address("likely", draft))
    assert "Found for “homeless”, and in the lists below: Homeless." in page.text
    assert "homeless" not in page.request["PATH_INFO"]
    assert page.text.count(" checked") == 1
    answers: dict[str, Any] = {"signs": ["S12"], "vulnerabilities": ["V09"], "when": TODAY.isoformat()}
    assert send(teller, draft, "likely", **answers, find="homeless") == "words"
    assert {row.item for row in finish(teller, draft).observations.all()} == {"S12", "V09"}


def test_words_in_the_search_that_were_not_searched_for_are_not_passed_over(
    draft: Draft, teller: Client
) -> None:
    """As where Enter is pressed in the box."""
    assert send(teller, draft, "likely", find="carer") == "likely"
    assert "V15" in offered_on(teller, draft)
    assert send(teller, draft, "likely", find="carer") == "words"
    assert send(teller, draft, "likely", find="zebra", go="find") == "likely"
    assert "Nothing fits “zebra”" in teller.get(address("likely", draft)).text


def test_the_whole_list_is_one_press_away_and_what_was_ticked_stays(draft: Draft, teller: Client) -> None:
    assert send(teller, draft, "likely", signs=["S12"], go="list") == "signs"
    page = teller.get(address("signs", draft)).text
    assert page.count('type="radio"') == 3 * len(ITEMS)
    assert page.count(" checked") == 1
    assert send(teller, draft, "signs", S12="seen", S01="not_seen", V12="seen") == "likely"
    assert offered_on(teller, draft) == ["S06", "S10", "S12", "V12"]
    answers: dict[str, Any] = {"signs": ["S12"], "vulnerabilities": ["V12"], "when": TODAY.isoformat()}
    assert send(teller, draft, "likely", **answers) == "words"
    rows = {(row.item, row.state) for row in finish(teller, draft).observations.all()}
    assert rows == {("S12", "seen"), ("V12", "seen"), ("S01", "not_seen")}


def test_each_sign_can_have_a_day_a_source_and_words_of_its_own(draft: Draft, teller: Client) -> None:
    assert (
        send(teller, draft, "likely", signs=["S10", "S12"], when=TODAY.isoformat(), go="each") == "evidence"
    )
    page = teller.get(address("evidence", draft)).text
    assert "She has a new phone" in page  # it begins with what is known
    own = {
        "S10_source": "Her aunt",
        "S10_words": "A new phone, on Sunday",
        "S12_source": "Tess",
        "S12_words": "Upset.",
    }
    earlier, lately = TODAY - timedelta(days=40), TODAY - timedelta(days=2)
    days = {f"S10_on-{part}": getattr(earlier, part) for part in ("day", "month", "year")}
    days |= {f"S12_on-{part}": getattr(lately, part) for part in ("day", "month", "year")}
    assert send(teller, draft, "evidence", **own) == ""
    assert send(teller, draft, "evidence", **own, **days) == "likely"
    assert send(teller, draft, "likely", signs=["S10", "S12"]) == "words"  # no day for all is needed now
    rows = {(row.item, row.seen_on, row.source) for row in finish(teller, draft).observations.all()}
    assert rows == {("S10", earlier, "Her aunt"), ("S12", lately, "Tess")}


def test_what_a_sign_began_with_follows_what_it_was_taken_from(draft: Draft, teller: Client) -> None:
    send(teller, draft, "likely", signs=["S10"], when=TODAY.isoformat(), go="each")
    page = teller.get(address("evidence", draft))
    begun = {f"S10_on-{part}": getattr(TODAY, part) for part in ("day", "month", "year")}
    (box,) = re.findall(r'<input[^>]*name="S10_source"[^>]*>', page.text)
    (source,) = re.findall(r'value="([^"]*)"', box)
    send(teller, draft, "evidence", S10_source=source, S10_words="Somebody gave it to her.", **begun)
    yesterday = TODAY - timedelta(days=1)
    send(teller, draft, "likely", signs=["S10"], when=yesterday.isoformat())
    (row,) = finish(teller, draft).observations.all()
    assert (row.seen_on, row.words) == (yesterday, "Somebody gave it to her.")


def test_what_was_typed_of_a_sign_that_was_unticked_holds_nothing_up(draft: Draft, teller: Client) -> None:
    send(teller, draft, "likely", signs=["S10"], when=TODAY.isoformat(), go="each")
    type_in(teller, draft, "evidence", S10_words="A new phone, on Sunday")
    assert send(teller, draft, "likely", when=TODAY.isoformat()) == "words"
    assert not finish(teller, draft).observations.exists()


def test_with_nothing_ticked_there_is_nothing_to_say_more_of(draft: Draft, teller: Client) -> None:
    answer = teller.post(address("likely", draft), {"go": "each"}, follow=True)
    assert answer.request["PATH_INFO"] == address("likely", draft)
    assert "Tick what was seen first" in answer.text


def test_a_sign_that_is_taken_back_is_not_known_again(draft: Draft, teller: Client) -> None:
    send(teller, draft, "likely", signs=["S10", "S12"], when=TODAY.isoformat())
    send(teller, draft, "likely", signs=["S12"], when=TODAY.isoformat())
    assert [row.item for row in finish(teller, draft).observations.all()] == ["S12"]


def test_what_was_written_in_the_list_and_not_sent_is_never_left_out(draft: Draft, teller: Client) -> None:
    send(teller, draft, "likely")
    send(teller, draft, "words", heard="no", why_no_words="Not alone with her yet", staff="no")
    type_in(teller, draft, "signs", S01="seen")
    assert teller.post(address("check", draft)).headers["Location"] == address("signs", draft)
    assert not Concern.objects.exists()


def test_without_a_word_of_the_lists_the_page_says_so_and_goes_on(
    world: World, draft: Draft, teller: Client
) -> None:
    send(teller, draft, "seen", danger_now="no", seen_and_heard="Something is not right")
    page = teller.get(address("likely", draft)).text
    assert "No sign is named in what you wrote by the words that we look for" in page
    assert "When was it seen?" not in page
    assert send(teller, draft, "likely") == "words"


@pytest.mark.parametrize("told", ["Upset", TOLD * 20], ids=["short", "long"])
def test_the_page_of_likely_signs_asks_a_fixed_number_of_times(
    draft: Draft, teller: Client, told: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    send(teller, draft, "seen", danger_now="no", seen_and_heard=told)
    # session, user, memberships; the draft, what was typed and not sent; jobs
    with django_assert_num_queries(6):
        assert teller.get(address("likely", draft)).status_code == 200


# ---- the first page


def test_the_first_page_begins_a_draft_once_however_often_it_is_sent(world: World) -> None:
    client = signed_in(world.teacher)
    page = client.get(reverse("worry_start")).text
    token = page.partition('name="kept" value="')[2].partition('"')[0]
    told = {"kept": token, "danger_now": "no", "seen_and_heard": "Upset"}
    first = client.post(reverse("worry_start"), told)
    again = client.post(reverse("worry_start"), told | {"seen_and_heard": "Upset, and afraid"})
    assert first.headers["Location"] == again.headers["Location"]
    [draft] = Draft.objects.filter(kind=actions.DRAFT)
    assert draft.answers["seen"]["seen_and_heard"] == "Upset, and afraid"
    assert AuditRow.objects.filter(verb="begin", subject="draft").count() == 1


def test_a_first_page_that_is_sent_again_after_its_worry_is_another_worry(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    page = client.get(reverse("worry_start")).text
    token = page.partition('name="kept" value="')[2].partition('"')[0]
    told = {"kept": token, "danger_now": "no", "seen_and_heard": "Upset"}
    first = client.post(reverse("worry_start"), told).headers["Location"].split("/")[-3]
    begun = Draft.objects.get(pk=first)
    send(client, begun, "child", name="Nobody Here")
    send(client, begun, "new", given_name="Nobody", sex="U")
    send(client, begun, "likely")
    assert finish(client, begun).pk == begun.pk
    second = (
        client.post(reverse("worry_start"), told | {"seen_and_heard": "More"})
        .headers["Location"]
        .split("/")[-3]
    )
    assert second != first
    assert Draft.objects.get(pk=second).answers["seen"]["seen_and_heard"] == "More"


def test_what_is_typed_on_the_first_page_is_kept_before_there_is_a_draft(world: World) -> None:
    client = signed_in(world.teacher)
    token = client.get(reverse("worry_start")).text.partition('name="kept" value="')[2].partition('"')[0]
    typed = {"kept": token, "kept-turn": "1", "seen_and_heard": "Half a sen"}
    assert client.post(reverse("typed_keep"), typed).status_code == 204
    assert "Half a sen" in client.get(reverse("worry_start")).text
    assert "Half a sen" not in signed_in(world.officer).get(reverse("worry_start")).text
    assert reverse("worry_start") in client.get("/").text
    assert not Draft.objects.filter(kind=actions.DRAFT).exists()


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_who_does_no_casework_cannot_begin_one(world: World, who: str) -> None:
    client = signed_in(getattr(world, who))
    assert client.post(reverse("worry_start"), {"danger_now": "no", "seen_and_heard": "x"}).status_code == 404
    assert not Draft.objects.exists()
