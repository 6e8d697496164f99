"""A mapping meeting: why it is held, whom it is about and who may know that, what is said as a source, and an answer for each name."""

from __future__ import annotations

import re
import uuid
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from pypdf import PdfReader
from tests.cases.panel.conftest import NO_WORDS, hold, in_days, make_panel, now_plus, tell
from tests.conftest import World, another_coordinator, let_all_in

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.models import Reader
from heard.cases.context.actions import open_context
from heard.cases.panel import actions, queries, rules
from heard.cases.panel.models import Panel, PanelAction, PanelGround, PanelItem
from heard.cases.panel.record import ITEMS
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.models import Person, TieSource
from heard.network.queries import Whom, web

WHY = {"purpose": "Two adults are named by several of us", "used_by": "The police, for a warning"}
SAID = {"who": "Police, missing unit", "words": "His car stood outside on three evenings"}


def make_mapping(world: World, *, days: float = 0, **more: Any) -> Panel:
    return actions.plan_panel(
        by=world.coordinator,
        starts_at=now_plus(days - 0.001),
        place="Room 2",
        chair=world.coordinator,
        agencies=[world.care.pk, world.school.pk, world.police.pk],
        kind="mapping",
        **(WHY | more),
    )


def choose(world: World, meeting: Panel, this: Any, end: str = "person", by: Any = None) -> PanelItem:
    return actions.add_item(by=by or world.coordinator, panel_id=meeting.pk, end=end, end_id=this.pk)


def say(world: World, meeting: Panel, one: Any, kind: str, other: Any, by: Any = None, **how: Any) -> Any:
    knows = network.Knows(**(SAID | {"how": "said"} | how))
    return actions.note_said(
        by=by or world.coordinator,
        panel_id=meeting.pk,
        one_id=one.pk,
        other_id=other.pk,
        kind=kind,
        knows=knows,
    )


def nothing(
    world: World, item: PanelItem, by: Any = None, why: str = "She has not been asked yet"
) -> PanelItem:
    return actions.decide_item(by=by or world.coordinator, item_id=item.pk, reason=why, view=NO_WORDS)


def act(world: World, item: PanelItem, owner: Any, **more: Any) -> Any:
    given: dict[str, Any] = {"what": "Meet her on Thursday", "owner": owner, "due_on": in_days(7)}
    return actions.add_panel_action(by=world.coordinator, item_id=item.pk, **(given | more))


def at(name: str, meeting: Panel) -> str:
    return reverse(name, kwargs={"meeting_id" if name.startswith("mapping") else "panel_id": meeting.pk})


def shown(client: Any, who: Any, address: str) -> str:
    """A page without what is never twice the same: tokens, and the keys of sheets."""
    client.force_login(who)
    text = client.get(address).content.decode()
    kept = r'(name="(?:csrfmiddlewaretoken|kept[^"]*)"|data-kept[a-z-]*=|id="kept[^"]*").*?>'
    return re.sub(kept + r'|nonce="[^"]*"|conds="\d+"', "", text)


@pytest.fixture
def meeting(world: World) -> Panel:
    return make_mapping(world)


@pytest.fixture
def arcade(world: World) -> Any:
    return network.add_place(by=world.social_worker, name="Arcade", kind="arcade")


@pytest.fixture
def mina(world: World, case: Any) -> Person:
    return Person.objects.get(pk=case.person_id)


def hide(world: World) -> tuple[Any, Person]:
    """A co-ordinator who may not see Ana, and her."""
    ana, other = tell(world, "Ana").person, another_coordinator(world)
    network.deny_access(
        by=world.coordinator, person_id=ana.pk, whom=Whom("", world.care, user=other), why="A relative"
    )
    return other, ana


def phone_of(world: World, person: Person, by: Any = None, number: str = "07700 900123") -> Any:
    """The tie to a phone that somebody uses, noted away from the meeting."""
    return network.note_tie_to(
        by=by or world.social_worker, one_id=person.pk, end="handle", new_name=number, new_kind="phone",
        kind="uses", knows=network.Knows("She showed it"),
    )  # fmt: skip


def choose_phone(world: World, meeting: Panel, tie: Any, by: Any = None) -> PanelItem:
    return actions.add_item(
        by=by or world.coordinator, panel_id=meeting.pk, end="handle", end_id=tie.second_id
    )


# ---- why it is held


@pytest.mark.parametrize("lacks", ["purpose", "used_by"])
def test_it_is_not_called_without_why_and_for_whom(world, lacks):
    with pytest.raises(Refused, match="Say w"):
        make_mapping(world, **{lacks: "  "})
    assert not Panel.objects.exists()


def test_the_table_holds_no_meeting_without(world, meeting):
    with pytest.raises(IntegrityError), transaction.atomic():
        Panel.objects.filter(pk=meeting.pk).update(purpose="")


def test_why_it_is_held_stays_once_it_has_begun(world):
    given = {"by": world.coordinator, "place": "Room 3", "chair": world.coordinator}
    coming, begun = make_mapping(world, days=3), make_mapping(world)
    later = WHY | {"purpose": "Something else"}
    actions.change_panel(panel_id=coming.pk, starts_at=coming.starts_at, **given, **later)
    assert Panel.objects.get(pk=coming.pk).purpose == "Something else"
    with pytest.raises(Refused, match="It has begun"):
        actions.change_panel(panel_id=begun.pk, starts_at=begun.starts_at, **given, **later)
    actions.change_panel(panel_id=begun.pk, starts_at=begun.starts_at, **given, **WHY)
    assert Panel.objects.get(pk=begun.pk).place == "Room 3"


def test_why_it_is_held_names_nobody_whom_it_is_about(world, mina):
    """Everybody who is invited reads it, and all who see anybody on the list."""
    named = make_mapping(world, days=2, purpose="Mina Okoro is with two men")
    with pytest.raises(Refused, match="names them"):
        choose(world, named, mina)
    coming = make_mapping(world, days=2)
    item = choose(world, coming, mina)
    given = {"by": world.coordinator, "panel_id": coming.pk, "place": "Room", "chair": world.coordinator}
    change = lambda **why: actions.change_panel(starts_at=coming.starts_at, **given, **(WHY | why))
    with pytest.raises(Refused, match="names them"):
        change(used_by="Those who work with Mina Okoro")
    off = lambda **how: actions.arrange_agenda(by=world.coordinator, panel_id=coming.pk, order={}, **how)
    off(off=[item.pk], why_off="Not now")
    change(used_by="Those who work with Mina Okoro")
    with pytest.raises(Refused, match="names them"):
        off(back=[item.pk])


def test_what_has_begun_is_not_moved_so_that_it_begins_anew(world, meeting, mina):
    given = {"by": world.coordinator, "place": "Room 2", "chair": world.coordinator} | WHY
    for days in (2, -2):
        with pytest.raises(Refused, match="It has begun"):
            actions.change_panel(panel_id=meeting.pk, starts_at=now_plus(days), **given)
    coming = make_mapping(world, days=3)
    with pytest.raises(Refused, match="still to come"):  # else why it is held could be written as it is moved
        actions.change_panel(panel_id=coming.pk, starts_at=now_plus(-1), **given)
    actions.change_panel(panel_id=coming.pk, starts_at=now_plus(4), **given)
    panel = make_panel(world)
    actions.change_panel(
        panel_id=panel.pk, starts_at=now_plus(2), by=world.coordinator, place="Hall", chair=world.coordinator
    )


def test_it_says_where_why_it_is_held_was_written_afterwards(client, world):
    for days, afterwards in ((-20, True), (2, False)):
        for name in ("panel", "panel_minutes"):
            page = shown(client, world.coordinator, at(name, make_mapping(world, days=days)))
            assert ("Written afterwards" in page) == afterwards


def test_who_does_not_hold_panels_calls_none(client, world):
    client.force_login(world.teacher)
    assert client.get(reverse("panel_plan_mapping")).status_code == 404
    with pytest.raises(Refused, match="Your role"):
        actions.plan_panel(
            by=world.teacher,
            starts_at=now_plus(1),
            place="Room",
            chair=world.coordinator,
            kind="mapping",
            **WHY,
        )


# ---- whom it is about


def test_at_most_twelve_children(world, meeting):
    for number in range(rules.MOST_CHILDREN):
        choose(world, meeting, tell(world, f"Child{number}").person)
    with pytest.raises(Refused, match="Twelve children"):
        choose(world, meeting, tell(world, "Thirteenth").person)
    adult = network.add_person(
        by=world.coordinator,
        given_name="Dean",
        family_name="Corrigan",
        kind="adult",
        why="Seen with children",
    )
    choose(world, meeting, adult)


def test_a_theme_belongs_on_a_panel_and_a_phone_in_a_mapping_meeting(world, meeting, mina):
    with pytest.raises(Refused, match="A theme belongs on a panel"):
        actions.add_item(by=world.coordinator, panel_id=meeting.pk, title="Lifts")
    tie = network.note_tie_to(
        by=world.social_worker, one_id=mina.pk, end="handle", new_name="07700 900123", new_kind="phone",
        kind="uses", knows=network.Knows("She showed it"),
    )  # fmt: skip
    panel = make_panel(world)
    with pytest.raises(Refused, match="mapping meeting"):
        actions.add_item(by=world.coordinator, panel_id=panel.pk, end="handle", end_id=tie.second_id)
    choose(world, meeting, mina)
    assert [str(one) for one in queries.handles_beside(world.coordinator, meeting)[0]] == ["07700 900123"]
    item = actions.add_item(by=world.coordinator, panel_id=meeting.pk, end="handle", end_id=tie.second_id)
    assert item.about == "07700 900123"
    assert queries.handles_beside(world.coordinator, meeting) == ([], False)
    # the police sit there, and see neither her nor what she uses
    assert queries.chosen(world.officer, meeting) == []


def test_the_agenda_is_not_drawn_from_the_record(world, meeting):
    with pytest.raises(Refused, match="chosen by people"):
        actions.prepare_panel(by=world.coordinator, panel_id=meeting.pk)


def test_nobody_is_taken_off_once_it_has_begun(world, meeting, mina):
    item = choose(world, meeting, mina)
    off = {"order": {}, "off": [item.pk], "why_off": "Not today"}
    with pytest.raises(Refused, match="The meeting has begun"):
        actions.arrange_agenda(by=world.coordinator, panel_id=meeting.pk, **off)
    coming = make_mapping(world, days=2)
    item = choose(world, coming, mina)
    actions.arrange_agenda(by=world.coordinator, panel_id=coming.pk, **(off | {"off": [item.pk]}))
    assert queries.chosen(world.coordinator, coming) == []


def test_the_workers_of_a_child_learn_that_the_child_is_to_be_spoken_about(world, mina):
    meeting = make_mapping(world, days=2)
    item = choose(world, meeting, mina)
    told = Reader.objects.filter(notice__kind="to_be_mapped", notice__subject_id=str(item.pk))
    assert world.supervisor.pk in set(told.values_list("user_id", flat=True))
    assert not told.filter(user=world.officer).exists()  # sits there, and does not see her
    actions.arrange_agenda(
        by=world.coordinator, panel_id=meeting.pk, order={}, off=[item.pk], why_off="She asked us not to"
    )
    assert not told.filter(notice__ended_at=None).exists()


def test_who_is_put_back_is_chosen_anew(world, mina):
    meeting = make_mapping(world, days=2)
    item = choose(world, meeting, mina)
    arrange = lambda **how: actions.arrange_agenda(by=world.coordinator, panel_id=meeting.pk, order={}, **how)
    open_notices = Reader.objects.filter(
        notice__kind="to_be_mapped",
        notice__subject_id=str(item.pk),
        notice__ended_at=None,
        user=world.supervisor,
    )
    arrange(off=[item.pk], why_off="She asked us not to")
    assert not open_notices.exists()
    arrange(back=[item.pk])
    assert open_notices.exists()
    arrange(off=[item.pk], why_off="She asked us not to")
    for number in range(rules.MOST_CHILDREN):
        choose(world, meeting, tell(world, f"Child{number}").person)
    with pytest.raises(Refused, match="Twelve children"):
        arrange(back=[item.pk])
    assert PanelItem.objects.get(pk=item.pk).taken_off_at


@pytest.mark.parametrize("name", ["panel", "mapping", "panel_minutes"])
def test_who_may_not_see_a_child_does_not_learn_that_they_are_on_the_list(
    client, world, meeting, arcade, mina, name
):
    """The page of an officer is the same, letter by letter, before and after children are chosen whom the police do not know."""
    choose(world, meeting, arcade, "place")
    before = shown(client, world.officer, at(name, meeting))
    group = network.add_group(by=world.social_worker, name="The steps", kind="friends")
    for this, end in ((mina, "person"), (group, "group"), (tell(world, "Ana").person, "person")):
        choose(world, meeting, this, end)
    last = network.add_place(by=world.social_worker, name="Zoo", kind="park")
    say(world, meeting, mina, "goes_to", arcade)
    after = shown(client, world.officer, at(name, meeting))
    assert "Arcade" in after
    assert after == before
    choose(world, meeting, last, "place")
    later = shown(client, world.officer, at(name, meeting))
    assert "Zoo" in later
    assert re.search(r"\b2\. <a", later) or name == "mapping"  # numbered for this reader, without a gap
    assert not re.search(r"\b[345]\. <a", later)


def test_children_adults_and_places_stand_apart(client, world, meeting, arcade, mina):
    """In the order in which they were chosen an adult would stand between two children."""
    dean, ana = (
        network.add_person(
            by=world.coordinator, given_name=given, family_name="Corrigan", kind=kind, why="Seen"
        )
        for given, kind in (("Dean", "adult"), ("Ana", "child"))
    )
    for this, end in ((arcade, "place"), (mina, "person"), (dean, "person"), (ana, "person")):
        choose(world, meeting, this, end)
    main = shown(client, world.coordinator, at("mapping", meeting)).partition("<main")[2]
    said = [
        ">Children</h3>",
        ">Mina Okoro</a>",
        ">Ana Corrigan</a>",
        ">Adults and groups</h3>",
        ">Dean Corrigan</a>",
    ]
    said += [">Places</h3>", ">Arcade</a>"]
    assert [main.index(text) for text in said] == sorted(main.index(text) for text in said)
    chosen = re.findall(
        r"<option value=[^>]*>([^<]+)</option>", main.partition('name="one"')[2].partition("</select>")[0]
    )
    assert [one.strip() for one in chosen if one.strip() in ("Mina Okoro", "Ana Corrigan", "Dean Corrigan", "Arcade")] == [
        "Mina Okoro", "Ana Corrigan", "Dean Corrigan", "Arcade",
    ]  # fmt: skip


def test_on_paper_too(client, world, meeting, arcade, mina):
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    say(world, meeting, mina, "goes_to", arcade)
    for name in ("panel_minutes_paper", "mapping_paper"):
        texts = {}
        for who in (world.coordinator, world.officer):
            client.force_login(who)
            answer = client.get(at(name, meeting))
            assert answer["Content-Type"] == "application/pdf"
            texts[who] = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
        assert "Mina Okoro" in texts[world.coordinator]
        assert SAID["words"] in texts[world.coordinator]
        assert "Mina" not in texts[world.officer]
        assert SAID["words"] not in texts[world.officer]
        assert "whose records you do not see" not in texts[world.officer]
        assert ("The drawing" in texts[world.coordinator]) == (name == "mapping_paper")


def test_on_paper_stands_nothing_that_one_agency_keeps(client, world, meeting, arcade, mina):
    """The page shows it to that agency; paper is read by others."""
    quay = network.add_place(by=world.social_worker, name="Quay", kind="quay")
    for this, end in ((mina, "person"), (arcade, "place"), (quay, "place")):
        choose(world, meeting, this, end)
    say(world, meeting, mina, "goes_to", arcade)
    say(world, meeting, mina, "goes_to", quay, words="Kept to us", reach="holder")
    client.force_login(world.coordinator)
    assert "Kept to us" in client.get(at("panel_minutes", meeting)).content.decode()
    for name in ("panel_minutes_paper", "mapping_paper"):
        pages = PdfReader(BytesIO(client.get(at(name, meeting)).content)).pages
        text = " ".join("\n".join(page.extract_text() for page in pages).split())
        assert SAID["words"] in text
        assert "Kept to us" not in text
        assert "goes to Quay" not in text


def test_minutes_say_what_is_thought_to_be_untrue(client, world, meeting, arcade, mina):
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    say(world, meeting, mina, "goes_to", arcade, source_grade="3", known_grade="E")
    assert queries.said_at(world.coordinator, meeting)[0].said == "goes to (thought to be untrue)"


def test_others_and_panels_have_no_such_page(client, world, meeting):
    stranger = make_panel(world)
    for who, panel, code in (
        (world.coordinator, stranger, 404),
        (world.teacher, meeting, 200),
        (world.analyst, meeting, 404),
    ):
        client.force_login(who)
        assert client.get(at("mapping", panel)).status_code == code
    Panel.objects.get(pk=meeting.pk).seats.all().delete()
    client.force_login(world.teacher)
    assert client.get(at("mapping", meeting)).status_code == 404


def test_the_database_is_asked_as_often_whatever_is_on_the_list(client, world, meeting, arcade, mina):
    choose(world, meeting, mina)
    choose(world, meeting, arcade, "place")
    say(world, meeting, mina, "goes_to", arcade)
    client.force_login(world.coordinator)

    def asked() -> int:
        client.get(at("mapping", meeting))
        with CaptureQueriesContext(connection) as queries_of_page:
            client.get(at("mapping", meeting))
        return len(queries_of_page)

    few = asked()
    for number in range(6):
        child = tell(world, f"Child{number}").person
        choose(world, meeting, child)
        say(world, meeting, child, "goes_to", arcade)
        say(world, meeting, child, "friend_of", mina)
    assert asked() <= few + 6  # a look is written down for each child whom the page names


# ---- what is said there


def test_what_is_said_is_a_source_that_names_the_meeting(client, world, meeting, arcade, mina):
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    tie = say(
        world, meeting, arcade, "goes_to", mina
    )  # said the other way round: it can be read one way only
    assert str(tie) == "goes to"
    assert (tie.first_id, tie.second_id) == (mina.pk, arcade.pk)
    source = TieSource.objects.get(tie=tie)
    assert (source.about, source.about_id, source.who) == ("panel", meeting.pk, SAID["who"])
    page = reverse("tie", kwargs={"tie_key": tie.key})
    client.force_login(world.social_worker)
    text = client.get(page).content.decode()
    assert "Said at the mapping meeting of" in text
    assert "What was said there is a source, not a fact." in text
    assert at("panel", meeting) in text
    meeting.seats.filter(agency=world.care).delete()
    text = client.get(page).content.decode()
    assert "Said at a mapping meeting" in text
    assert at("panel", meeting) not in text
    assert queries.said_at(world.coordinator, meeting)[0].said == "goes to"
    assert queries.said_at(world.officer, meeting) == []


def test_who_writes_down_what_another_says_there_does_not_bear_it_out(client, world, meeting, arcade, mina):
    """The police know it, and say it at a meeting that another agency holds: one agency knows, not two."""
    let_all_in(world.coordinator, mina.pk, world.police)
    ours = network.Knows("Seen there", how="seen")
    noted = {"one_id": mina.pk, "other_id": arcade.pk, "kind": "goes_to", "knows": ours}
    tie = network.note_tie(by=world.officer, **noted)
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    assert say(world, meeting, mina, "goes_to", arcade, who="Police") == tie
    [strand] = [strand for strand in web(world.officer).around(mina.pk) if strand.tie_key == tie.key]
    assert (len(strand.sources), strand.agencies) == (2, [world.police.name])
    page = reverse("tie", kwargs={"tie_key": tie.key})
    assert "Known from two agencies" not in shown(client, world.officer, page)
    rests = reverse("ask_rests", kwargs={"node_id": mina.pk})
    assert "several agencies know: 0;" in shown(client, world.officer, rests)
    network.note_tie(by=world.social_worker, **noted)
    assert "Known from two agencies" in shown(client, world.officer, page)
    assert "several agencies know: 1;" in shown(client, world.officer, rests)


def test_nothing_is_noted_without_who_said_it_nor_of_somebody_not_chosen(world, meeting, arcade, mina):
    choose(world, meeting, mina)
    with pytest.raises(Refused, match="Choose two"):
        say(world, meeting, mina, "goes_to", arcade)
    choose(world, meeting, arcade, "place")
    with pytest.raises(Refused, match="who said it"):
        say(world, meeting, mina, "goes_to", arcade, who=" ", how="seen")
    with pytest.raises(Refused, match="never graded"):
        say(world, meeting, mina, "goes_to", arcade, how="said_by_child", known_grade="A")
    with pytest.raises(Refused, match="Choose two"):  # the police do not know whether she is chosen
        say(world, meeting, mina, "goes_to", arcade, by=world.officer)
    assert not TieSource.objects.exists()


def test_before_its_day_nothing_was_said_and_at_a_panel_ties_are_not_noted(world, arcade, mina):
    coming, panel = make_mapping(world, days=2), make_panel(world)
    for one in (coming, panel):
        choose(world, one, mina)
        choose(world, one, arcade, "place")
    with pytest.raises(Refused, match="has not come yet"):
        say(world, coming, mina, "goes_to", arcade)
    with pytest.raises(Refused, match="mapping meetings"):
        say(world, panel, mina, "goes_to", arcade)


def test_somebody_who_is_named_there_comes_onto_the_list(client, world, meeting, mina):
    choose(world, meeting, mina)
    actions.note_said_of_new(
        by=world.teacher, panel_id=meeting.pk, one_id=mina.pk, end="person", new_name="Dean Corrigan",
        kind="drives", back=True, knows=network.Knows(**SAID, how="said"),
    )  # fmt: skip
    assert {item.about for item in queries.chosen(world.coordinator, meeting)} == {
        "Mina Okoro",
        "Dean Corrigan",
    }
    mine, others = queries.open_names(world.coordinator, meeting)
    assert (len(mine), others) == (2, False)
    assert web(world.coordinator).ties().count() == 1
    item = next(panel_item for panel_item in mine if panel_item.about == "Dean Corrigan")
    address = reverse("child", kwargs={"person_id": item.person_id})
    assert address in shown(client, world.coordinator, reverse("panel_item", kwargs={"item_id": item.pk}))
    there = client.get(address, follow=True).content.decode()
    assert "An adult around one child or several" in there  # and no page that asks for the words of a child
    with pytest.raises(Refused, match="Let them in under “Details” of the person’s page first"):
        act(world, item, world.officer)
    act(world, item, world.teacher)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("at_the_meeting", [False, True])
def test_noting_a_number_anew_opens_nothing_that_was_said_of_it(
    client, world, meeting, mina, there, at_the_meeting
):
    """A co-ordinator who may not see Ana, whose phone is on the list or not, notes that Mina uses that number: what they get is the same."""
    other, ana = hide(world)
    choose(world, meeting, mina)
    phone = phone_of(world, ana)
    if there:
        hidden = choose_phone(world, meeting, phone)
        actions.write_notes(by=world.coordinator, item_id=hidden.pk, notes="Ana Lowe is rung by it at night")
        nothing(world, hidden, why="Ana asked us to wait")
    if at_the_meeting:
        actions.note_said_of_new(
            by=other, panel_id=meeting.pk, one_id=mina.pk, end="handle", new_name="07700 900123",
            new_kind="phone", kind="uses", knows=network.Knows(**SAID, how="said"),
        )  # fmt: skip
    else:
        tie = phone_of(world, mina, by=other)
        assert [str(one) for one in queries.handles_beside(other, meeting)[0]] == ["07700 900123"]
        assert [item.about for item in queries.chosen(other, meeting)] == ["Mina Okoro"]
        choose_phone(world, meeting, tie, by=other)
    theirs = queries.chosen(other, meeting)
    assert [item.about for item in theirs] == ["Mina Okoro", "07700 900123"]
    assert (theirs[1].notes, theirs[1].decided_at) == ("", None)
    assert [len(names) for names in queries.open_names(other, meeting)[:1]] == [2]
    for name in ("panel", "mapping", "panel_minutes"):
        assert "Ana" not in shown(client, other, at(name, meeting))
    if there:
        with pytest.raises(Hidden):
            queries.item_visible_to(other, hidden.pk)
        assert queries.item_visible_to(world.coordinator, hidden.pk)


def test_nobody_is_given_something_about_a_phone_or_group_that_they_may_not_see(
    client, world, meeting, arcade, mina
):
    choose(world, meeting, mina)
    group = network.add_group(by=world.social_worker, name="The steps", kind="friends")
    phone = choose_phone(world, meeting, phone_of(world, mina))
    actions.write_notes(by=world.coordinator, item_id=phone.pk, notes="Mina Okoro answers it at night")
    for item in (phone, choose(world, meeting, group, "group")):
        with pytest.raises(Refused, match="may not see what this is about"):
            act(world, item, world.officer)
        act(world, item, world.social_worker)
        # nor by an action that was given to them before, or in another way
        PanelAction.objects.filter(item=item).update(owner=world.officer)
        assert not queries.panel_actions_visible_to(world.officer).filter(item=item).exists()
        with pytest.raises(Hidden):
            queries.item_visible_to(world.officer, item.pk)
        assert item.about not in shown(client, world.officer, at("panel", meeting))
    place = choose(world, meeting, arcade, "place")
    act(world, place, world.officer)
    assert queries.item_visible_to(world.officer, place.pk)


def send_of_new(client: Any, meeting: Panel, this: Any, other: Any) -> str:
    """Somebody who is in Heard is named as a friend, on the page; what the next page says."""
    page = reverse("mapping_said", kwargs={"meeting_id": meeting.pk, "node_id": this.pk, "end": "person"})
    typed = {
        "text": str(other), "choice": str(other.pk), "kind": "friend_of", "who": "Police",
        "words": "Seen together", "how": "seen", "reach": "ends",
    }  # fmt: skip
    return client.post(page, typed, follow=True).content.decode()


def test_what_is_said_of_a_thirteenth_child_is_kept(client, world, meeting, mina):
    for number in range(rules.MOST_CHILDREN):
        choose(world, meeting, tell(world, f"Child{number}").person)
    one = queries.chosen(world.coordinator, meeting)[0].person
    client.force_login(world.coordinator)
    assert "Twelve children are on the list, so this child is not put there" in send_of_new(
        client, meeting, one, mina
    )
    assert TieSource.objects.filter(about="panel", about_id=meeting.pk).count() == 1
    assert len(queries.chosen(world.coordinator, meeting)) == rules.MOST_CHILDREN


def test_the_page_says_whether_somebody_comes_onto_the_list(client, world, meeting, mina):
    nothing(world, choose(world, meeting, mina))
    ana, zed = tell(world, "Ana").person, tell(world, "Zed").person
    client.force_login(world.coordinator)
    assert "Both are on the list" in send_of_new(client, meeting, mina, ana)
    nothing(world, PanelItem.objects.get(panel=meeting, person=ana))
    page = reverse("mapping_said", kwargs={"meeting_id": meeting.pk, "node_id": mina.pk, "end": "person"})
    assert "comes onto the list" in shown(client, world.coordinator, page)
    hold(world, meeting)
    assert "comes onto the list" not in shown(client, world.coordinator, page)
    assert "closed, so nobody is put on the list" in send_of_new(client, meeting, mina, zed)


def test_what_is_said_in_own_words_is_said_of_whoever_is_chosen_first(client, world, meeting, arcade, mina):
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    client.force_login(world.coordinator)
    typed = {
        "one": str(arcade.pk), "other": str(mina.pk), "kind": "other", "in_words": "waited for", "who": "Police",
        "words": "Seen there", "how": "seen", "reach": "ends",
    }  # fmt: skip
    assert "Read the three as one sentence." in shown(client, world.coordinator, at("mapping", meeting))
    page = client.post(at("mapping", meeting), typed, follow=True).content.decode()
    assert "Noted as said here: Arcade waited for Mina Okoro." in page
    typed |= {"one": typed["other"], "other": typed["one"], "in_words": "was waited for in"}
    page = client.post(at("mapping", meeting), typed, follow=True).content.decode()
    assert "Noted as said here: Mina Okoro was waited for in Arcade." in page
    there = [
        (said_there.one, said_there.said, said_there.other)
        for said_there in queries.said_at(world.coordinator, meeting)
    ]
    assert there == [("Arcade", "waited for", "Mina Okoro"), ("Mina Okoro", "was waited for in", "Arcade")]


def test_a_sheet_that_is_sent_twice_is_one_source(client, world, meeting, arcade, mina):
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    client.force_login(world.coordinator)
    typed = {
        "one": str(mina.pk), "other": str(arcade.pk), "kind": "goes_to", "who": "Police", "words": "Seen there",
        "how": "seen", "reach": "ends",
    }  # fmt: skip
    for _time in range(2):
        page = client.post(at("mapping", meeting), typed, follow=True).content.decode()
    assert "noted already" in page
    assert TieSource.objects.count() == 1
    for more in ({"who": "School"}, {"words": "Seen there twice"}):
        client.post(at("mapping", meeting), typed | more)
    assert TieSource.objects.count() == 3
    send_of_new(client, meeting, mina, tell(world, "Ana").person)
    assert "noted already" in send_of_new(client, meeting, mina, Person.objects.get(given_name="Ana"))
    assert TieSource.objects.count() == 4


def test_the_page_says_as_whose_word_it_counts_and_offers_who_is_invited(
    client, world, meeting, arcade, mina
):
    for this, end in ((mina, "person"), (arcade, "place")):
        choose(world, meeting, this, end)
    pages = [
        at("mapping", meeting),
        reverse("mapping_said", kwargs={"meeting_id": meeting.pk, "node_id": mina.pk, "end": "person"}),
    ]
    text = shown(client, world.coordinator, pages[0])
    assert f"counts as the word of {world.coordinator.team.agency.name}" in unescape(text)
    for page in pages:
        sent = (
            client.post(page, {"text": "Ana Lowe", "look": "1"}).content.decode()
            if page != pages[0]
            else text
        )
        for agency in (world.care, world.school, world.police):
            assert f'<option value="{escape(agency.name)}">' in sent
    say(world, meeting, mina, "goes_to", arcade, who="Police, missing unit")
    for name in ("mapping", "panel_minutes"):
        assert f"Counts as the word of {world.care.name}" in unescape(
            shown(client, world.coordinator, at(name, meeting))
        )


# ---- an answer for each name


def test_it_is_not_closed_while_a_name_has_no_answer(world, meeting, arcade, mina, client):
    child, place = choose(world, meeting, mina), choose(world, meeting, arcade, "place")
    with pytest.raises(Refused, match="A name has no answer"):
        hold(world, meeting)
    act(world, child, world.social_worker)
    with pytest.raises(Refused, match="A name has no answer"):
        hold(world, meeting)
    with pytest.raises(Refused, match="why nothing is done"):
        nothing(world, place, why=" ")
    nothing(world, place, why="It was closed last week")
    assert hold(world, meeting).state == "held"
    assert "Meet her on Thursday" in str(my_work(world.social_worker))


def test_nothing_about_a_child_stands_beside_their_words_or_why_there_are_none(world, meeting, mina):
    item = choose(world, meeting, mina)
    with pytest.raises(Refused, match="own words"):
        actions.decide_item(by=world.coordinator, item_id=item.pk, reason="Not now")
    assert nothing(world, item).decision == "Nothing is done now."


def test_who_closes_does_not_learn_whom_they_may_not_see(world, meeting, arcade, mina):
    """Refused in one sentence, whoever and however many are hidden; and not at all once somebody else has answered."""
    other, ana = hide(world)
    nothing(world, choose(world, meeting, arcade, "place"))
    hidden = choose(world, meeting, ana)
    came = {seat.pk: ("came", "") for seat in meeting.seats.all()}
    with pytest.raises(Refused) as refused:
        actions.hold_panel(by=other, panel_id=meeting.pk, came=came)
    said = str(refused.value)
    assert (
        said == "Somebody else has to answer for what you may not see. The meeting can be closed after that."
    )
    assert queries.open_names(other, meeting) == ([], True)
    nothing(world, hidden)
    assert actions.hold_panel(by=other, panel_id=meeting.pk, came=came).state == "held"


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_a_meeting_closes_when_every_name_has_an_answer_and_never_else(names):
    """Of each name: whether it has an answer, and whether the closer may see it."""
    mine = sum(not answered and seen for answered, seen in names)
    others = any(not answered and not seen for answered, seen in names)
    why_not = rules.why_not_close(open_to_closer=mine, others_open=others)
    assert (why_not is None) == all(answered for answered, _seen in names)
    seen_alone = [name for name in names if name[1]]
    if mine:  # what is hidden changes nothing of what is said
        assert why_not == rules.why_not_close(
            open_to_closer=sum(not answered for answered, _seen in seen_alone), others_open=False
        )
    assert why_not is None or not re.search(r"\d", why_not)


def test_a_phone_of_which_all_was_withdrawn_does_not_keep_it_open(world, meeting, mina):
    nothing(world, choose(world, meeting, mina))
    tie = phone_of(world, mina)
    choose_phone(world, meeting, tie)
    assert len(queries.open_names(world.coordinator, meeting)[0]) == 1
    source = TieSource.objects.get(tie=tie)
    network.withdraw_source(by=world.social_worker, source_id=source.pk, why="Another number was meant")
    assert queries.open_names(world.coordinator, meeting) == ([], False)
    assert hold(world, meeting).state == "held"


def test_an_answer_is_an_action_or_that_nothing_is_done_and_never_both(client, world, meeting, mina):
    item = choose(world, meeting, mina)
    nothing(world, item)
    page = reverse("panel_action_add", kwargs={"item_id": item.pk})
    assert "So far nothing is done" in shown(client, world.coordinator, page)
    act(world, item, world.social_worker)
    item.refresh_from_db()
    assert (item.decision, item.reason, item.why_no_words, item.decided_by, item.decided_at) == (
        "",
        "",
        "",
        None,
        None,
    )
    assert AuditRow.objects.filter(
        verb="change", person_id=mina.pk, reason="She has not been asked yet"
    ).exists()
    assert "So far nothing is done" not in shown(client, world.coordinator, page)
    with pytest.raises(Refused, match="an action stands"):
        nothing(world, item)
    hold(world, meeting)
    (entry,) = ITEMS.facts(mina.pk)
    assert "Meet her on Thursday" in str(entry.told)
    assert "Nothing is done" not in str(entry.told)


def test_that_nothing_is_done_rests_on_sources_and_says_so_once_one_is_withdrawn(
    client, world, meeting, arcade, mina
):
    item, seen = choose(world, meeting, mina), network.Knows("Seen there at five")
    ola = network.add_person(by=world.social_worker, given_name="Ola", family_name="Other")
    source, other = (
        network.note_tie(
            by=world.social_worker, one_id=one.pk, other_id=arcade.pk, kind="goes_to", knows=seen
        ).sources.get()
        for one in (mina, ola)
    )
    page, address = (reverse(name, kwargs={"item_id": item.pk}) for name in ("panel_item", "panel_decide"))
    client.force_login(world.coordinator)
    assert "Seen there at five" in client.get(address).text
    sent = {"reason": "She goes with her aunt", "which": "none", "why_no_words": "She waits"}
    assert (
        client.post(address, sent | {"rests_on": [str(other.pk)]}).status_code == 200
    )  # of nobody on this line
    assert not PanelGround.objects.exists()
    assert client.post(address, sent | {"rests_on": [str(source.pk)]}).status_code == 302
    assert PanelGround.objects.get().source == source
    assert "It rests on:" in client.get(page).text
    network.withdraw_source(by=world.social_worker, source_id=source.pk, why="It was her cousin")
    assert "was withdrawn" in client.get(page).text
    assert list(queries.items_gone(world.coordinator)) == [item]
    assert list(queries.items_gone(world.teacher)) == []
    act(world, item, world.social_worker)
    assert PanelGround.objects.get().taken_off_at is not None
    assert list(queries.items_gone(world.coordinator)) == []


# ---- afterwards


def test_its_pages_do_not_call_it_a_panel(client, world, meeting, mina):
    item = choose(world, meeting, mina)
    title = lambda text: re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1]  # type: ignore[index]
    page = lambda one: reverse("panel_item", kwargs={"item_id": one.pk})
    assert "Mapping meeting" in title(shown(client, world.coordinator, page(item)))
    for name in ("ask_panel", "ask_circles"):
        client.force_login(world.coordinator)
        for panel, code in ((meeting, 404), (make_panel(world), 200)):
            assert client.get(reverse(name, kwargs={"panel_id": panel.pk})).status_code == code
    action = act(world, item, world.social_worker)
    its_own = reverse("panel_action", kwargs={"panel_action_id": action.pk})
    assert "Mapping meeting, " in shown(client, world.social_worker, its_own)
    assert "Say how it went" in shown(client, world.social_worker, page(item))
    others = shown(client, world.supervisor, page(item))  # who does not do it, and holds no panels
    assert (its_own in others, "Say how it went" in others) == (True, False)
    assert "Change why it is held" in shown(
        client, world.coordinator, at("panel_change", make_mapping(world, days=1))
    )
    hold(world, meeting)
    over = shown(client, world.teacher, at("mapping", meeting))
    assert ("It is over. Ask whoever held it" in over, "The panel is over" in over) == (True, False)
    lines = {line.note for section in my_work(world.social_worker) for line in section.waiting}
    assert {"said at a meeting", "said at a panel"} & lines == {"said at a meeting"}
    later = choose(world, make_panel(world, days=0.0005), mina)
    text = shown(client, world.coordinator, page(later))
    assert "Spoken about at a mapping meeting" in text  # also where the answer is an action
    assert page(item) in text
    other = make_mapping(world, days=0.0006)
    actions.agree_minutes(by=world.coordinator, panel_id=meeting.pk, in_panel_id=other.pk)
    text = shown(client, world.coordinator, at("panel_minutes", meeting))
    assert "Agreed at the later meeting of" in text
    assert "Agreed at the panel" not in text


def test_every_phone_of_theirs_is_offered_or_the_page_says_that_there_are_more(
    client, world, monkeypatch, mina
):
    meeting = make_mapping(world, days=2)
    choose(world, meeting, mina)
    monkeypatch.setattr("heard.cases.panel.queries.mapping._BESIDE", 2)
    for last in (9, 5, 7):
        phone_of(world, mina, number=f"07700 90012{last}")
    rows, more = queries.handles_beside(world.coordinator, meeting)
    assert ([str(row)[-1] for row in rows], more) == (["5", "7"], True)
    assert "More are not shown" in shown(client, world.coordinator, at("panel_add", meeting))
    found = client.post(at("panel_add", meeting), {"text": "900129"}).content.decode()
    assert "07700 900129" in found
    assert "07700 900125" not in found
    assert "More are not shown" not in found


def test_what_is_withdrawn_once_the_minutes_are_agreed_stays_there_as_withdrawn(
    client, world, meeting, arcade, mina
):
    for this, end in ((mina, "person"), (arcade, "place")):
        nothing(world, choose(world, meeting, this, end))
    say(world, meeting, mina, "goes_to", arcade)
    tie = say(world, meeting, mina, "goes_to", arcade, who="School", words="Seen at the door")
    early = TieSource.objects.get(tie=tie, who="School")
    network.withdraw_source(by=world.social_worker, source_id=early.pk, why="Another day was meant")
    hold(world, meeting)
    agreed = make_panel(world, days=0.0006)
    actions.agree_minutes(by=world.coordinator, panel_id=meeting.pk, in_panel_id=agreed.pk)
    late = TieSource.objects.get(tie=tie, who=SAID["who"])
    network.withdraw_source(by=world.social_worker, source_id=late.pk, why="It was not her")
    text = shown(client, world.coordinator, at("panel_minutes", meeting))
    assert SAID["words"] in text
    assert "Withdrawn on" in text
    assert "Seen at the door" not in text  # the minutes that were agreed did not say so
    client.force_login(world.coordinator)
    answer = client.get(at("panel_minutes_paper", meeting))
    paper = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "Withdrawn on" in paper
    assert queries.said_at(world.officer, meeting) == []


def test_the_record_of_the_child_says_that_it_took_place_and_what_came_of_it(world, meeting, mina):
    item = choose(world, meeting, mina)
    act(world, item, world.social_worker)
    assert list(ITEMS.facts(mina.pk)) == []
    hold(world, meeting)
    (entry,) = ITEMS.facts(mina.pk)
    assert "Spoken about at a mapping meeting" in str(entry.said)
    assert "Meet her on Thursday" in str(entry.told)
    assert (entry.page, entry.key) == ("panel_item", str(item.pk))
    assert AuditRow.objects.filter(verb="close", subject="panel item", person_id=mina.pk).exists()


def test_the_workers_of_a_child_learn_what_came_of_it_also_where_it_is_an_action(world, meeting, mina):
    item = choose(world, meeting, mina)
    told = Reader.objects.filter(
        user=world.supervisor, notice__subject_id=str(item.pk), notice__ended_at=None
    )
    kinds = lambda: set(told.values_list("notice__kind", flat=True))
    assert kinds() == {"to_be_mapped"}
    act(world, item, world.social_worker)
    assert kinds() == {"to_be_mapped", "panel_decided"}
    hold(world, meeting)
    assert kinds() == {"panel_decided"}  # it is not to come any more


@pytest.mark.parametrize("is_invited", [True, False])
def test_who_holds_the_work_on_a_place_learns_what_came_of_it_there(world, meeting, arcade, is_invited):
    open_context(
        by=world.coordinator, end="place", node_id=arcade.pk, setting="neighbourhood", why="Dark",
        holder=world.social_worker,
    )  # fmt: skip
    if not is_invited:
        meeting.seats.filter(agency=world.care).delete()
    nothing(world, choose(world, meeting, arcade, "place"))
    told = Reader.objects.filter(user=world.social_worker, notice__kind="panel_decided")
    assert told.exists() == is_invited


def test_the_record_of_a_child_does_not_say_that_somebody_who_is_kept_out_closed_it(world, meeting):
    other, ana = hide(world)
    act(world, choose(world, meeting, ana), world.social_worker)
    actions.hold_panel(
        by=other, panel_id=meeting.pk, came={seat.pk: ("came", "") for seat in meeting.seats.all()}
    )
    (row,) = AuditRow.objects.filter(verb="close", person_id=ana.pk)
    assert row.actor_id != other.pk
    assert other.pk not in {entry.who_id for entry in ITEMS.facts(ana.pk)}
    assert AuditRow.objects.filter(verb="hold", actor_id=other.pk, subject_id=str(meeting.pk)).exists()


def test_a_child_who_is_not_seen_is_hidden_by_every_address(world, meeting, mina):
    item = choose(world, meeting, mina)
    for ask in (queries.item_visible_to, lambda user, key: actions.open_item(by=user, item_id=key)):
        with pytest.raises(Hidden):
            ask(world.officer, item.pk)
    actions.involve_agency(
        by=world.coordinator, item_id=item.pk, whom=Whom("", world.police), why="Knows the place"
    )
    assert queries.item_visible_to(world.officer, item.pk)
    with pytest.raises(Hidden):
        actions.open_item(by=world.coordinator, item_id=uuid.uuid4())
