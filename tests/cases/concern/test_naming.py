"""Phones, cars and accounts that a worry names: offered to the teller, kept when ticked, and found by who may read both records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.concern.test_pages import address, send, send_all
from tests.conftest import World

from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import Draft, User
from heard.cases.case.actions import assign_trusted_worker
from heard.cases.case.notices.actions import mark_seen
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.queries import unread_of
from heard.cases.concern import queries
from heard.cases.concern.actions import DRAFT, AboutStaff, tell
from heard.cases.concern.models import Concern
from heard.network import actions as network
from heard.network.actions import Knows, add_person, add_place, note_tie_to
from heard.network.models import Address, Handle, Mention, Node, Place, TieSource
from heard.network.rules import find, find_in, marked, postcodes_in, sentence_at

READ: dict[str, int] = {}  # how many queries telling one took first
CAR = "He got into a silver car AB12 CDE."


def test_nobody_who_is_reached_by_what_another_record_names_appears_to_the_teller(
    world: World, case: Any
) -> None:
    """A worry about another child names the same car as one about the child of a worker: the worker finds it where both records are
    read, and is no addressee of it."""
    assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=world.social_worker)
    worry(world.teacher, "", CAR, person_id=case.person_id)
    told = worry(world.teacher, "Ida", CAR)
    network.involve(by=world.coordinator, person=told.person, agency=world.care, why="They know her")
    pass_on(timezone.now() + timedelta(hours=1))
    assert not Reader.objects.filter(notice__subject_id=str(told.pk), user=world.social_worker).exists()
    for user in (world.social_worker, world.coordinator):
        page(user, "concern", concern_id=told.pk)
        for reader in unread_of(User.objects.get(pk=user.pk)):
            mark_seen(by=user, reader_id=reader.pk)
    seen = queries.read_by(world.teacher, told)
    assert {one.role for one in seen} == {"whoever decides on worries"}
    assert len(seen) == 1


@pytest.fixture
def draft(world: World) -> Draft:
    return begin_draft(by=world.teacher, kind=DRAFT)


def worry(by: User, name: str, text: str, *, keep: bool = True, **more: Any) -> Concern:
    """`name`: the given name of a new child; '' where `more` says whom it is about."""
    whom = {"new_person": {"given_name": name, "family_name": "Khan"}} if name else {}
    return tell(
        by=by, **whom, seen_and_heard=text, danger_now="no", why_no_words="At home", named=find(text) if keep else (), **more
    )  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, **keys: Any) -> str:
    return signed_in(user).get(reverse(name, kwargs=keys)).text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring 07700 900123 or +44 7700 900 123", [("phone", "+447700900123")]),
        (CAR, [("vehicle", "AB12CDE")]),
        ("a red van, reg A123 BCD", [("vehicle", "A123BCD")]),
        ("plate AB1? CDE seen", [("vehicle", "AB1?CDE")]),
        ("a silver car AB12 C?E", [("vehicle", "AB12C?E")]),
        ("We bought the car in 2019 did he?", []),
        ("a grey Golf, the plate started with YX19", [("vehicle", "YX19???")]),
        ("The car was YX19 something, I think", [("vehicle", "YX19???")]),
        ("the van's last three letters were KLM", [("vehicle", "????KLM")]),
        ("reg starting YX19 KLM", [("vehicle", "YX19KLM")]),
        ("the car park. It starts with her and ends with him", []),
        ("Her bus starts from LE12 at nine", []),
        ("Snapchat: bad_boy99 and @jo.b on insta", [("account", "bad_boy99"), ("account", "jo.b")]),
        (
            "mail Jo@Example.org, see www.example.org/x.",
            [("email", "jo@example.org"), ("web", "example.org/x")],
        ),
        ("phone IMEI 490154203237518", [("device", "490154203237518")]),
        ("IMEI 490154203237519 on the phone", []),
        ("Born 12/03/2011, seen 01.02.2026 10:30, NHS 943 476 5919, at LE1 1AA", []),
        ("Sort code 04-00-04 account 12345678, card 4929 1234 5678 9012", []),
        ("Crime ref 4500012345/26. Childline is 0800 1111, or 0808 800 5000, 101, 999, 0300 123 4567", []),
        ("NHS 943 again near the car, 1AA, LE1", []),
        (
            "Her aunt 07700 900123\n07700 900124 her friend",
            [("phone", "+447700900123"), ("phone", "+447700900124")],
        ),
        ("", []),
        ("@ ++44 0000 \x00 ((((0 0 0 0 0 0 0 0 0", []),
    ],
)
def test_it_finds_these_and_passes_over_the_rest(text: str, found: list[tuple[str, str]]) -> None:
    seen = find(text)
    assert [(one.type.value, one.key) for one in seen] == found
    assert all(text[one.start : one.start + one.length] == one.as_written for one in seen)


def test_a_postcode_is_no_number_and_may_be_a_place() -> None:
    text = "Seen at LE1 1AA, then le2  2bb, LE1 1AA again; NHS 943, AB12 CDE, 1AA"
    assert postcodes_in(text) == ("LE1 1AA", "LE2 2BB")
    assert [one.key for one in find(text)] == ["AB12CDE"]


def test_a_postcode_in_a_worry_leads_to_a_place_that_is_found_or_begun(world: World) -> None:
    told = worry(world.teacher, "Amira", "She waits at WX1 2AB, and lives at WX9 9ZZ.")
    Address.objects.create(person=told.person, line="1 Kiln Lane", postcode="WX9 9ZZ")
    shown = page(world.coordinator, "concern", concern_id=told.pk)
    assert "Postcode WX1 2AB: a place?" in shown
    assert "Postcode WX9 9ZZ" not in shown, "where she lives is asked of nobody"
    ask = reverse("tie_add", kwargs={"node_id": told.person_id, "end": "place"})
    assert f'action="{ask}"' in shown
    client = signed_in(world.coordinator)
    assert "None of these: a place that is not in Heard yet" in client.post(ask, {"text": "WX1 2AB"}).text
    arcade = add_place(by=world.coordinator, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    assert "Harbour Street arcade" in client.post(ask, {"text": "WX1 2AB"}).text
    tied = {
        "text": "WX1 2AB",
        "kind": "goes_to",
        "how": "record",
        "words": "In a worry",
        "reach": "ends",
        "who_reach": "ends",
    }
    client.post(ask, tied | {"choice": str(arcade.pk)})
    assert "Postcode WX1 2AB: a place?" not in page(world.coordinator, "concern", concern_id=told.pk)
    client.post(ask, tied | {"text": "Flat, wx3 4cd", "choice": "new", "new_kind": "flat"})
    assert Place.objects.get(name="Flat, wx3 4cd").postcode == "WX3 4CD"


def test_of_several_texts_each_is_looked_through_by_itself() -> None:
    texts = ["", "Ring 07700 900123", "07700 900124", CAR, "Again 07700 900123"]
    seen = find_in(texts)
    assert [one.key for one in seen] == ["+447700900123", "+447700900124", "AB12CDE"]
    whole = "\n".join(texts)
    assert all(whole[one.start : one.start + one.length] == one.as_written for one in seen)


def test_a_worry_of_many_letters_is_looked_through_at_once() -> None:
    assert [one.key for one in find((CAR + " The child was quiet. ") * 200)] == ["AB12CDE"]


def test_the_teller_is_offered_what_they_wrote_and_only_what_is_ticked_is_kept(
    world: World, draft: Draft
) -> None:
    client = signed_in(world.teacher)
    send_all(client, draft)
    send(client, draft, "seen", danger_now="no", seen_and_heard=f"{CAR} Ring 07700 900123.")
    there = address("check", draft)
    shown = client.get(there).text
    assert "number plate AB12 CDE" in shown
    assert "phone number 07700 900123" in shown
    tick = find(CAR)[0].tick
    sent = client.post(there, {"keep": [tick, "999", "x"]}, follow=True).text
    assert "A co-ordinator compares this with what others know." in sent
    assert [str(handle) for handle in Handle.objects.all()] == ["AB12 CDE"]


QUIET = "She was quiet and did not want to say where she had been. "
OF_ALL_KINDS = (
    f"On 01.03.2026 15:40 {CAR} He rang her from 07700 900123, Snapchat: bad_boy99, and they meet at WX1 2AB. "
    "Her NHS number is 943 476 5919. He paid from sort code 04-00-04 12345678. She was told to ring Childline on 0800 1111. "
)


def test_a_worry_of_2000_letters_offers_what_it_names_and_nothing_else(world: World, draft: Draft) -> None:
    """Without scripts: the page as the server gives it, and the form as a browser sends it."""
    text = (OF_ALL_KINDS + QUIET * 40)[:2000]
    client = signed_in(world.teacher)
    send_all(client, draft)
    send(client, draft, "seen", danger_now="no", seen_and_heard=text)
    shown = client.get(address("check", draft)).text
    offered = [one for one in find(text) if f'value="{one.tick}"' in shown]
    assert [one.as_written for one in offered] == ["AB12 CDE", "07700 900123", "bad_boy99"]
    assert shown.count('name="keep"') == 3
    client.post(address("check", draft), {"keep": [one.tick for one in offered]})
    assert sorted(str(handle.key) for handle in Handle.objects.all()) == [
        "+447700900123",
        "AB12CDE",
        "bad_boy99",
    ]
    shown = page(world.coordinator, "concern", concern_id=Concern.objects.get().pk)
    assert postcodes_in(text) == ("WX1 2AB",)
    assert shown.count(": a place?") == 1
    assert "Postcode WX1 2AB: a place?" in shown


def test_from_its_words_a_tie_is_noted_that_begins_with_the_sentence_and_rests_on_the_worry(
    world: World,
) -> None:
    told = worry(world.teacher, "Amira", f"She was tired. {CAR} It rained. Then 07700 900123 rang.")
    car = Mention.objects.get(node__in=Handle.objects.filter(type="vehicle").values("pk"))
    shown = page(world.coordinator, "concern", concern_id=told.pk)
    assert "She was tired. He got into a silver car <mark>AB12 CDE</mark>. It rained." in shown
    assert shown.count("<mark>") == 2
    there = reverse("tie_add", kwargs={"node_id": told.person_id, "end": "handle"}) + f"?mention={car.pk}"
    assert f'href="{there}"' in shown
    client = signed_in(world.coordinator)
    form = client.get(there).text
    assert 'value="AB12 CDE"' in form
    assert f'value="{CAR}"' in form
    said = {"type": "vehicle", "text": "AB12 CDE", "kind": "was_given", "how": "record", "words": CAR}
    assert client.post(there, said | {"reach": "ends", "who_reach": "ends"}).status_code == 302
    source = TieSource.objects.get()
    assert (source.about, source.about_id, source.words) == ("concern", told.pk, CAR)
    other = add_person(by=world.teacher, given_name="Noor", family_name="Khan")
    elsewhere = reverse("tie_add", kwargs={"node_id": other.pk, "end": "handle"})
    for wrong in (
        f"{elsewhere}?mention={car.pk}",
        f"{there}9",
        f"{there}x",
        there.replace("handle", "place"),
    ):
        assert client.get(wrong).status_code == 404, wrong
    assert signed_in(world.officer).get(there).status_code == 404
    network.withdraw_mention(by=world.teacher, mention_id=car.pk, why="A slip")
    assert client.get(there).status_code == 404
    assert page(world.coordinator, "concern", concern_id=told.pk).count("<mark>") == 1


def test_a_sentence_is_cut_around_what_stands_in_it_and_a_changed_text_is_not_marked() -> None:
    long = "word " * 200 + CAR
    at = long.index("AB12")
    assert sentence_at(long, at, most=300).endswith("silver car AB12 CDE.")
    assert len(sentence_at(long, at, most=300)) <= 300
    assert sentence_at(f"One.\n{CAR} Two!", 5 + CAR.index("AB12"), most=300) == CAR
    [found] = find(CAR)
    place = (found.start, found.length)
    assert [piece for piece, hit in marked(CAR, {place}) if hit] == ["AB12 CDE"]
    assert "".join(piece for piece, _hit in marked(CAR, {place})) == CAR
    assert marked(f"Later: {CAR}", {place}) == [(f"Later: {CAR}", False)]


def test_a_worry_about_staff_keeps_nothing_apart(world: World) -> None:
    worry(world.teacher, "Amira", CAR, staff=AboutStaff("A driver", None))
    assert not Mention.objects.exists()


def test_two_worries_that_name_one_car_say_so_to_who_reads_both(world: World) -> None:
    first = worry(world.teacher, "Amira", CAR)
    assert "Known from another record too" not in page(world.coordinator, "concern", concern_id=first.pk)
    assert list(queries.naming_what_others_name(world.coordinator)) == []
    second = worry(world.officer, "Noor", "The car was ab12cde, a car again")
    for concern in (first, second):
        shown = page(world.coordinator, "concern", concern_id=concern.pk)
        assert "AB12 CDE" in shown
        assert "Known from another record too" in shown
    assert set(queries.naming_what_others_name(world.coordinator)) == {first, second}
    handle = Handle.objects.get()
    shown, own = (page(user, "web", node_id=handle.pk) for user in (world.coordinator, world.teacher))
    assert (shown.count("Worry told on"), own.count("Worry told on")) == (2, 1)
    assert all(concern.reference in shown for concern in (first, second)), (
        "of one day, so that they are told apart"
    )
    assert (first.reference in own, second.reference in own) == (True, False)
    assert Node.objects.get(pk=handle.pk).kind == "handle"
    assert "Known from another record too" in page(
        world.coordinator, "concern_decide", concern_id=second.pk
    ), "it stands where it is decided"


def test_of_a_plate_that_was_half_seen_who_decides_reads_which_whole_ones_it_fits(world: World) -> None:
    whole = worry(world.teacher, "Amira", CAR)
    worry(world.teacher, "Ina", "The car was AB12 CDF, a car again")
    half = worry(world.officer, "Noor", "A car, its plate started with AB12")
    other = worry(world.officer, "Kit", "A car, its plate ended in XYZ")
    fits = "What was seen fits:"
    said = page(world.coordinator, "concern", concern_id=half.pk)
    assert said.count(fits) == 1
    assert "AB12 CDE" in said
    assert "AB12 CDF" in said
    assert "Known from another record too" not in said
    assert fits in page(world.coordinator, "concern_decide", concern_id=whole.pk)
    assert fits not in page(world.coordinator, "concern", concern_id=other.pk)
    assert fits not in page(world.officer, "concern", concern_id=half.pk), "they may not read the other one"


@pytest.mark.parametrize("known", ["not at all", "to others", "of a restricted child"])
def test_whoever_told_it_reads_the_same_whether_or_not_it_is_known(world: World, known: str) -> None:
    child = add_person(by=world.teacher, given_name="Amira", family_name="Khan")
    if known != "not at all":
        other = add_person(
            by=world.officer,
            given_name="Kit",
            family_name="Marlowe",
            restricted=known == "of a restricted child",
        )
        note_tie_to(
            by=world.officer, one_id=other.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
            knows=Knows("Seen"),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        told = worry(world.teacher, "", CAR, person_id=child.pk)
    shown = page(world.teacher, "worry_sent", concern_id=told.pk)
    assert "</details>" in shown.partition("Rule: ")[2].partition("</div>")[0]
    READ.setdefault("queries", len(asked))
    assert READ["queries"] == len(asked)
    whole = page(world.teacher, "concern", concern_id=told.pk)
    assert "A co-ordinator compares this with what others know." in shown
    assert "Known from another record too" not in whole
    assert "Marlowe" not in whole


def test_a_restricted_match_is_not_there_for_the_co_ordinator(world: World) -> None:
    hidden = add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    note_tie_to(
        by=world.officer, one_id=hidden.pk, end="handle", new_kind="vehicle", new_name="AB12 CDE", kind="was_given",
        knows=Knows("Seen"),
    )  # fmt: skip
    told = worry(world.teacher, "Amira", CAR)
    assert list(queries.naming_what_others_name(world.coordinator)) == []
    assert "Known from another record too" not in page(world.coordinator, "concern", concern_id=told.pk)
    assert "Marlowe" not in page(world.coordinator, "web", node_id=Handle.objects.get().pk)
