"""The pages of worries over HTTP: what is shown to whom, what is refused, and that looking changes nothing."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft, save_draft
from heard.agencies.models import AuditRow, Draft, User
from heard.cases.concern import actions, queries
from heard.cases.concern.models import Concern
from heard.cases.concern.views.steps import BESIDE, ORDER
from heard.network import actions as network
from heard.network.models import Person
from heard.network.queries import Whom
from heard.network.rules import Level

TODAY = timezone.localdate()
DAY = {"day": TODAY.day, "month": TODAY.month, "year": TODAY.year}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_worry(by: User, **change: Any) -> Concern:
    usual: dict[str, Any] = {
        "new_person": {"given_name": "Amira", "family_name": "Khan"},
        "seen_and_heard": "Came to school upset",
        "why_no_words": "Not in school since",
        "danger_now": "no",
    }
    return actions.tell(by=by, **usual | change)


@pytest.fixture
def draft(world: World) -> Draft:
    return begin_draft(by=world.teacher, kind=actions.DRAFT)


def address(step: str, draft: Draft) -> str:
    return reverse(f"worry_{step}", kwargs={"draft_id": draft.pk})


def send(client: Client, draft: Draft, step: str, **answers: Any) -> str:
    """Sends one step and gives the step that comes next, or "" where this one is asked again."""
    answer = client.post(address(step, draft), answers)
    assert answer.status_code in (200, 302)
    return answer.headers["Location"].rstrip("/").rpartition("/")[2] if answer.status_code == 302 else ""


def type_in(client: Client, draft: Draft, step: str, **answers: Any) -> None:
    """What the page does while somebody types."""
    token = token_in(client.get(address(step, draft)).text)
    assert client.post(reverse("typed_keep"), answers | {"kept": token, "kept-turn": "1"}).status_code == 204


def token_in(page: str) -> str:
    return re.findall(r'name="kept" value="([^"]+)"', page)[0]


def send_all(client: Client, draft: Draft) -> None:
    send(client, draft, "seen", danger_now="not_known", seen_and_heard="Came to school upset")
    send(client, draft, "child", name="Amira Khan")
    if not Draft.objects.get(pk=draft.pk).answers["same"]:
        send(client, draft, "same", choice="new")
    send(client, draft, "new", given_name="Amira", family_name="Khan", sex="F")
    assert send(client, draft, "likely") == "words"
    assert send(client, draft, "words", heard="no", why_no_words="Not in school since", staff="no") == "check"


def test_a_worry_is_headed_by_the_name_of_whom_its_writer_chose(world: World, draft: Draft) -> None:
    person = network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    client = signed_in(world.teacher)
    send(client, draft, "seen", danger_now="no", seen_and_heard="Upset")
    assert send(client, draft, "child", name="Ameera Kahn") == "same"
    assert send(client, draft, "same", choice=str(person.pk)) == "likely"
    assert "A worry about Amira Khan" in client.get(address("likely", draft)).text
    send(client, draft, "child", name="Amy Khan")
    assert "worry about Amy Khan" in client.get(reverse("drafts")).text


def test_a_child_in_danger_is_decided_on_before_what_is_due_earlier(world: World) -> None:
    earlier = a_worry(world.teacher, at=timezone.now() - timedelta(days=5))
    in_danger = a_worry(world.teacher, danger_now="yes", danger_done="Called 999")
    assert list(queries.to_decide_first(world.coordinator)) == [in_danger, earlier]


@pytest.mark.parametrize("shown", ["concern", "concern_decide", "own part"])
def test_danger_and_what_was_seen_stand_before_all_that_is_done_about_it(world: World, shown: str) -> None:
    worry = a_worry(world.teacher, danger_now="yes", danger_done="Called 999")
    name, reader = ("concern", world.teacher) if shown == "own part" else (shown, world.coordinator)
    text = signed_in(reader).get(reverse(name, kwargs={"concern_id": worry.pk})).text
    main = text[text.index("<h1") :]
    danger, seen = main.index("Somebody was in danger when this was told"), main.index("Came to school upset")
    if shown != "own part":  # whose reader wrote it, and comes for what became of it
        before_all = ["who told this", "Nothing was said about any of these"]
        assert danger < seen < min(main.index(text) for text in before_all)
        assert shown == "concern_decide" or seen < main.index("Decide on this worry")
    assert danger < main.index("Not in school since")


def test_a_worry_begun_on_a_childs_page_is_about_that_child(world: World) -> None:
    person = network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    client = signed_in(world.teacher)
    answer = client.post(reverse("worry_start"), {"person_id": str(person.pk)})
    draft = Draft.objects.get()
    assert answer.headers["Location"] == address("seen", draft)
    assert b"A worry about Amira Khan" in client.get(address("seen", draft)).content
    send(client, draft, "seen", danger_now="no", seen_and_heard="Came to school upset")
    send(client, draft, "likely")
    assert send(client, draft, "words", heard="no", why_no_words="Not in school since", staff="no") == "check"
    client.post(address("check", draft))
    assert Concern.objects.get().person == person


@pytest.mark.parametrize("told_of", ["restricted", "nobody"])
def test_no_worry_is_begun_about_a_child_who_cannot_be_found(world: World, told_of: str) -> None:
    hidden = network.add_person(by=world.social_worker, given_name="Amira", restricted=True)
    sent = str(hidden.pk) if told_of == "restricted" else told_of
    answer = signed_in(world.teacher).post(reverse("worry_start"), {"person_id": sent})
    assert answer.status_code == 404
    assert not Draft.objects.exists()


def test_a_birth_date_that_makes_them_no_young_person_is_asked_again_and_refuses_nothing(
    world: World, draft: Draft
) -> None:
    client = signed_in(world.teacher)

    def born(years: int, **more: Any) -> dict[str, Any]:
        year = {"birth_date-day": 1, "birth_date-month": 1, "birth_date-year": TODAY.year - years}
        return {"given_name": "Amira", "family_name": "Khan", "sex": "F"} | year | more

    send(client, draft, "seen", danger_now="no", seen_and_heard="Upset")
    send(client, draft, "child", name="Amira Khan")
    right = "The date of birth is right"
    assert right not in client.get(address("new", draft)).text
    assert send(client, draft, "new", **born(25)) == "likely"
    assert send(client, draft, "new", **born(76)) == ""
    page = client.post(address("new", draft), born(76)).text
    assert "This date of birth makes them 76. Check the year, or tick that it is right" in page
    assert right in page
    assert send(client, draft, "new", **born(76, is_right="yes")) == "likely"
    send(client, draft, "likely")
    assert send(client, draft, "words", heard="no", why_no_words="Not in school", staff="no") == "check"
    client.post(address("check", draft))
    assert Concern.objects.get().person.birth_date.year == TODAY.year - 76


def test_each_step_leads_to_the_next_that_is_not_answered(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    assert send(client, draft, "seen", danger_now="no", seen_and_heard="  ") == ""
    assert send(client, draft, "seen", seen_and_heard="Upset. A new phone.") == ""
    assert send(client, draft, "seen", danger_now="yes", danger_done="", seen_and_heard="Upset") == ""
    told = {"danger_now": "yes", "danger_done": "Called 999", "seen_and_heard": "Upset. A new phone."}
    assert send(client, draft, "seen", **told) == "child"
    assert (
        send(client, draft, "child", name="Amira Khan") == "new"
    )  # nobody is found, so nobody is asked about
    assert send(client, draft, "new", given_name="Amira", sex="U") == "likely"
    assert send(client, draft, "likely", signs=["S10"]) == ""  # when?
    assert send(client, draft, "likely", signs=["S10"], when=TODAY.isoformat()) == "words"
    assert send(client, draft, "words", heard="yes", text="I am fine", staff="no") == ""  # when, and to whom?
    words = {"heard": "yes", "text": "I am fine", "how": "said", "heard_by": "Tess"}
    words |= {"heard_when": TODAY.isoformat()}
    assert send(client, draft, "words", **words) == ""  # is it about somebody who works with children?
    assert send(client, draft, "words", **words, staff="yes", who="A coach") == ""
    assert send(client, draft, "words", **words, staff="no") == "check"
    assert "Call 999" in client.get(address("check", draft)).text
    client.post(address("check", draft))
    concern = Concern.objects.get()
    assert concern.words is not None
    assert (concern.words.text, concern.words.heard_on) == ("I am fine", TODAY)
    assert (concern.danger_now, concern.danger_done) == ("yes", "Called 999")
    [row] = concern.observations.all()
    assert (row.item, row.state, row.seen_on) == ("S10", "seen", TODAY)
    assert row.words == "A new phone."


def test_going_back_never_loses_an_answer_even_a_wrong_one(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    send(client, draft, "seen", danger_now="no", seen_and_heard="Upset")
    send(client, draft, "child", name="Amira Khan", **{"birth_date-day": "31", "birth_date-month": "2"})
    page = client.get(address("child", draft)).text
    assert 'value="Amira Khan"' in page
    assert 'value="31"' in page
    assert client.get(address("check", draft)).headers["Location"] == address("child", draft)


def test_a_new_search_asks_again_whether_it_is_this_child(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    for name in ("Amira Khan", "Samira Kane"):
        network.add_person(by=world.teacher, given_name=name.split()[0], family_name=name.split()[1])
    send_all(client, draft)
    assert send(client, draft, "child", name="Samira Kane") == "same"


def test_a_child_who_can_no_longer_be_found_is_asked_for_again(world: World, draft: Draft) -> None:
    child = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe")
    knows = {"whom": Whom("", world.school), "level": Level.KNOWS, "why": "Kit goes there"}
    line = network.give_access(by=world.officer, person_id=child.pk, **knows)  # type: ignore[arg-type]
    client = signed_in(world.teacher)
    send_all(client, draft)
    send(client, draft, "child", name="Kit Marlowe")
    assert send(client, draft, "same", choice=str(child.pk)) == "check"
    assert "Kit Marlowe" in client.get(address("check", draft)).text
    save_draft(
        by=world.teacher, draft_id=draft.pk, kind="worry", answers={"same": {"choice": "not a child at all"}}
    )
    assert client.post(address("check", draft)).headers["Location"] == address("same", draft)
    assert send(client, draft, "same", choice=str(child.pk)) == "check"
    network.involve(by=world.officer, person=child, agency=world.care, why="Leads")
    network.end_access(by=world.supervisor, access_id=line.pk, why="Threats")
    assert client.get(address("check", draft)).headers["Location"] == address("same", draft)
    assert "Kit Marlowe, born" not in client.get(address("same", draft)).text


def test_sending_twice_tells_it_once(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    send_all(client, draft)
    for _ in range(2):
        answer = client.post(address("check", draft))
        assert answer.headers["Location"] == reverse("worry_sent", kwargs={"concern_id": draft.pk})
    assert Concern.objects.count() == 1


def test_what_is_typed_is_kept_before_it_is_sent_and_nothing_is_checked(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    type_in(client, draft, "seen", seen_and_heard="Half a sen")
    assert "Half a sen" in client.get(address("seen", draft)).text
    assert "Half a sen" not in client.get(reverse("unfinished")).text


def test_what_was_typed_in_a_step_and_not_sent_on_is_never_left_out_of_a_worry(
    world: World, draft: Draft
) -> None:
    """Somebody went back, wrote more, and went to the last page by its address: they are led to what they wrote."""
    client = signed_in(world.teacher)
    send_all(client, draft)
    type_in(client, draft, "seen", seen_and_heard="And a second car came")
    for answer in (client.get(address("check", draft)), client.post(address("check", draft))):
        assert answer.headers["Location"] == address("seen", draft)
    assert not Concern.objects.exists()
    page = client.get(address("seen", draft)).text
    assert "And a second car came" in page
    assert "have not sent it" in page
    assert send(client, draft, "seen", danger_now="no", seen_and_heard="And a second car came") == "check"
    client.post(address("check", draft))
    assert Concern.objects.get().seen_and_heard == "And a second car came"
    assert not Draft.objects.filter(user=world.teacher).exists()


HEARD = {
    "heard": "yes",
    "text": "He waits for me",
    "heard_when": TODAY.isoformat(),
    "how": "wrote",
    "staff": "no",
}


@pytest.mark.parametrize("order", ["old page left", "old page sent again", "in order"])
def test_a_page_of_words_that_was_sent_empty_takes_none_of_those_sent_later(
    world: World, draft: Draft, order: str
) -> None:
    """Continue on the empty page, the browser’s Back, and the words on a page that was drawn anew, or the other way round."""
    client = signed_in(world.teacher)
    send_all(client, draft)
    kept = Draft.objects.get(pk=draft.pk)
    kept.answers.pop("words")
    kept.answers["done"]["steps"].remove("words")
    kept.save()
    pages = [token_in(client.get(address("words", draft)).text) for _ in range(2)]
    begun = {"text": "", "how": "said", "heard_by": "Tess Archer, teacher", "why_no_words": ""}
    empty = begun | {"kept": pages[0]}
    if order != "in order":
        assert send(client, draft, "words", **empty) == ""
    assert send(client, draft, "words", **begun | HEARD | {"kept": pages[1]}) == "check"
    if order != "old page left":
        answer = client.post(address("words", draft), empty)
        assert "You had typed nothing here" in answer.text
        assert ">He waits for me</textarea>" in answer.text
        again = begun | HEARD | {"kept": token_in(answer.text)}
        assert send(client, draft, "words", **again) == "check"
    assert "have not sent it" not in client.get(address("words", draft)).text
    assert client.post(address("check", draft)).headers["Location"] == reverse(
        "worry_sent", kwargs={"concern_id": draft.pk}
    )
    words = Concern.objects.get().words
    assert words is not None
    assert (words.text, words.how) == ("He waits for me", "wrote")


def test_discarding_a_worry_takes_what_was_typed_in_its_steps_along(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    type_in(client, draft, "child", name="Amira Khan")
    client.post(address("discard", draft))
    assert not Draft.objects.exists()


def test_a_worry_that_was_begun_is_one_line_of_my_work_with_the_name(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    home, drafts = reverse("home"), reverse("work", kwargs={"work": "drafts"})
    assert "A worry, not sent yet" in client.get(drafts).text
    send(client, draft, "seen", danger_now="no", seen_and_heard="Came to school upset")
    send(client, draft, "child", name="Amira Khan")
    type_in(client, draft, "words", text="He waits for me")
    assert "What you began and have not sent</a>: 1" in client.get(home).text
    page = client.get(drafts).text
    assert 'Go on and send it<span class="govuk-visually-hidden"> (A worry about Amira Khan)' in page
    assert page.count(str(draft.pk)) == 1


def test_what_no_database_can_hold_is_left_out_of_a_draft(world: World, draft: Draft) -> None:
    """PostgreSQL refuses the character NUL; the sentence around it is kept."""
    client = signed_in(world.teacher)
    type_in(client, draft, "seen", seen_and_heard="Half\x00 a sentence, \\u0000 typed")
    assert "Half a sentence, \\u0000 typed" in client.get(address("seen", draft)).text
    assert send(client, draft, "seen", seen_and_heard="Half\x00 a sentence, \\u0000 typed") == ""


def test_a_draft_is_its_writers_alone(world: World, draft: Draft) -> None:
    for user in (world.officer, world.coordinator, world.supervisor):
        client = signed_in(user)
        for step in (*ORDER, *BESIDE):
            assert client.get(address(step, draft)).status_code == 404
            assert client.post(address(step, draft)).status_code == 404
        for name in ("check", "discard"):
            assert client.get(address(name, draft)).status_code == 404
            assert client.post(address(name, draft)).status_code == 404
        assert client.post(address("hide_hints", draft)).status_code == 404
    assert Draft.objects.get() == draft
    assert signed_in(world.teacher).get("/drafts/").status_code == 200


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_who_does_no_casework_meets_a_page_that_is_not_there(world: World, who: str) -> None:
    concern = a_worry(world.teacher)
    client = signed_in(getattr(world, who))
    paths = ["/worries/tell/", "/worries/", "/drafts/", "/search/", f"/worries/{concern.pk}/"]
    for path in [*paths, f"/worries/{concern.pk}/decide/", f"/worries/{concern.pk}/sent/"]:
        assert client.get(path).status_code == 404


def test_another_agency_and_a_wrong_role_meet_the_same_page(world: World) -> None:
    concern = a_worry(world.teacher)
    for path in (f"/worries/{concern.pk}/", f"/worries/{concern.pk}/sent/", f"/worries/{uuid.uuid4()}/"):
        assert signed_in(world.officer).get(path).status_code == 404
    assert signed_in(world.teacher).get(f"/worries/{concern.pk}/decide/").status_code == 404


def test_a_restricted_childs_worry_is_hidden_from_the_rest_of_the_partnership(world: World) -> None:
    child = network.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    concern = a_worry(world.officer, new_person=None, person_id=child.pk)
    assert signed_in(world.officer).get(f"/worries/{concern.pk}/").status_code == 200
    assert signed_in(world.teacher).get(f"/worries/{concern.pk}/").status_code == 404
    page = signed_in(world.teacher).post("/search/", {"text": "Kit Marlowe"}, follow=True).text
    assert "Nothing fits what you typed" in page


def test_a_decision_is_shown_with_its_reason_to_the_one_who_told(world: World) -> None:
    concern = a_worry(world.teacher)
    client = signed_in(world.coordinator)
    answers = {"decision": "no_further_action", "reason": "Explained by the family"}
    page = client.post(f"/worries/{concern.pk}/decide/", answers).text
    assert "Choose the child’s words, write new ones, or say why there are none" in page
    answers |= {"which": "none", "why_no_words": "Away until Monday"}
    assert "Write what the person who told this will read" in page
    answers["feedback"] = "We spoke with the family. Thank you for telling."
    assert client.post(f"/worries/{concern.pk}/decide/", answers).status_code == 302
    page = signed_in(world.teacher).get(f"/worries/{concern.pk}/").text
    assert "Explained by the family" in page
    assert client.get(f"/worries/{concern.pk}/decide/").headers["Location"] == f"/worries/{concern.pk}/"


def test_another_agency_is_chosen_by_name(world: World) -> None:
    concern = a_worry(world.teacher)
    client = signed_in(world.coordinator)
    answers = {
        "decision": "other_agency",
        "reason": "x",
        "which": "none",
        "why_no_words": "y",
        "feedback": "z",
    }
    assert "Choose the agency" in client.post(f"/worries/{concern.pk}/decide/", answers).text
    answers["other_agency"] = f"agency:{world.police.pk}"
    client.post(f"/worries/{concern.pk}/decide/", answers)
    assert Concern.objects.get().other_agency == world.police


def everything() -> list[Any]:
    tables = (Concern, Draft, Person)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_looking_changes_nothing_but_leaves_its_row(world: World, draft: Draft) -> None:
    concern = a_worry(world.teacher)
    client = signed_in(world.teacher)
    send_all(client, draft)
    before, rows = everything(), AuditRow.objects.count()
    for path in ("/worries/tell/", "/worries/", "/drafts/", "/search/", f"/worries/{concern.pk}/sent/"):
        assert client.get(path).status_code == 200
    for step in (*ORDER, "signs", "files", "check", "discard"):
        assert client.get(address(step, draft)).status_code == 200
    assert (everything(), AuditRow.objects.count()) == (before, rows)
    client.get(f"/worries/{concern.pk}/")
    signed_in(world.coordinator).get(f"/worries/{concern.pk}/decide/")
    assert everything() == before
    assert list(AuditRow.objects.filter(verb="view").values_list("actor", flat=True)) == [
        world.coordinator.username,
        world.teacher.username,
    ]


def test_blaming_words_get_a_hint_that_can_be_put_away_and_never_blocks(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    send_all(client, draft)
    send(client, draft, "seen", danger_now="no", seen_and_heard="She is streetwise")
    assert "A thought about words" in client.get(address("check", draft)).text
    client.post(address("hide_hints", draft))
    assert "A thought about words" not in client.get(address("check", draft)).text
    client.post(address("check", draft))
    assert Concern.objects.get().seen_and_heard == "She is streetwise"


def test_the_childs_own_words_are_never_corrected(world: World, draft: Draft) -> None:
    client = signed_in(world.teacher)
    send_all(client, draft)
    words = {
        "heard": "yes",
        "text": "My older boyfriend says I am streetwise",
        "how": "said",
        "heard_by": "Tess",
    }
    heard = {"heard_when": "day"} | {f"heard_on-{part}": value for part, value in DAY.items()}
    assert send(client, draft, "words", **words, **heard, staff="no") == "check"
    assert "A thought about words" not in client.get(address("check", draft)).text


@pytest.mark.parametrize("worries", [1, 6])
def test_the_page_of_worries_asks_a_fixed_number_of_times(
    world: World, worries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(worries):
        a_worry(world.coordinator)
    client = signed_in(world.coordinator)
    with django_assert_num_queries(
        8
    ):  # session, user, memberships; workers; how many wait, which, and told; duty team
        assert client.get("/worries/").status_code == 200
