"""Two places, two groups, or two phones, cars or accounts are said to be one, and that is taken back to the byte."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import make_panel
from tests.cases.panel.test_mapping import make_mapping
from tests.conftest import World
from tests.network.test_merging import differences, everything
from tests.network.test_web import at, signed_in
from tests.network.test_web_in_any_world import _TOKENS

from heard.agencies import rules
from heard.agencies.actions import add_user
from heard.agencies.models import AuditRow, User
from heard.agencies.queries import looks_at
from heard.agencies.rules import Hidden, May, Refused, Role
from heard.cases.concern import actions as telling
from heard.cases.context import actions as contexts
from heard.cases.context.models import Context
from heard.cases.context.queries import contexts_about, contexts_held, next_step
from heard.cases.panel import actions as meeting
from heard.cases.panel.models import Panel
from heard.cases.panel.queries import items_visible_to
from heard.graph.question.queries.panel import changed
from heard.network import actions, erasing, queries
from heard.network.actions import Knows
from heard.network.handles import known_handle
from heard.network.models import Handle, Mention, NodeMerge, Person, Place, TieSource

WHY = "Two of us were at the same door"
KINDS = ("place", "group", "handle")


@pytest.fixture
def amira(world: World) -> Person:
    return actions.add_person(by=world.social_worker, given_name="Amira", family_name="Khan")


@pytest.fixture
def zoe(world: World) -> Person:
    """Somebody whom the school alone works with."""
    return actions.add_person(by=world.teacher, given_name="Zoe", family_name="Lind")


def two(world: World, kind: str) -> tuple[Any, Any]:
    by = world.coordinator
    if kind == "place":
        return (
            actions.add_place(by=by, name="12 Harbour Street", kind="arcade", postcode="LE1 1AA"),
            actions.add_place(by=by, name="Harbour arcade", kind="shop", postcode="LE1 1AA"),
        )
    if kind == "group":
        return (
            actions.add_group(by=by, name="Friday group", kind="gang"),
            actions.add_group(by=by, name="Quay boys", kind="friends"),
        )
    return known_handle("vehicle", "", "AB12 CDE"), known_handle("vehicle", "", "A812 CDE")


SAYS = {"place": "goes_to", "group": "belongs_to", "handle": "uses"}


def tie(
    world: World, one: Any, other: Any, *, by: User | None = None, in_words: str = "is around", **more: Any
) -> Any:
    knows = Knows(**{"words": "Seen on Friday", "how": "seen"} | more)
    return actions.note_tie(
        by=by or world.coordinator, one_id=one.pk, other_id=other.pk, in_words=in_words, knows=knows
    )


def handle_tied(world: World, person: Person, text: str, *, by: User, type_: str = "vehicle") -> Handle:
    noted = actions.note_tie_to(
        by=by,
        one_id=person.pk,
        end="handle",
        new_kind=type_,
        new_name=text,
        in_words="uses",
        knows=Knows("Said so"),
    )
    return Handle.objects.get(pk=noted.second_id)


def seen_by(world: World, kind: str, amira: Person) -> tuple[Any, Any]:
    """Two that the co-ordinator sees, each tied to a child."""
    one, other = two(world, kind)
    if kind == "handle":
        for text in ("AB12 CDE", "A812 CDE"):
            handle_tied(world, amira, text, by=world.social_worker)
        return Handle.objects.get(pk=one.pk), Handle.objects.get(pk=other.pk)
    for this in (one, other):
        tie(world, amira, this, by=world.social_worker)
    return one, other


def merge(world: World, kept: Any, merged: Any, **more: Any) -> NodeMerge:
    asked = {"by": world.coordinator, "kept_id": kept.pk, "merged_id": merged.pk, "reason": WHY} | more
    return actions.merge_nodes(**asked)


def undo(world: World, done: NodeMerge) -> NodeMerge:
    return actions.unmerge_nodes(by=world.coordinator, merge_id=done.pk, reason="Two doors")


# ---- one goes on, and it is two again


@pytest.mark.parametrize("kind", KINDS)
def test_one_goes_on_with_the_ties_of_both_and_is_two_again_to_the_byte(
    world: World, amira: Person, kind: str
) -> None:
    kept, merged = seen_by(world, kind, amira)
    tie(world, kept, merged, by=world.social_worker, in_words="is beside")
    before = everything()
    done = merge(world, kept, merged)
    assert everything() != before
    door = queries.web(world.coordinator)
    [strand] = [strand for strand in door.around(kept.pk) if strand.end_id == amira.pk]
    assert len(strand.sources) == 2
    assert {strand.name for strand in queries.web(world.coordinator).around(amira.pk)} == {str(kept)}
    with pytest.raises(Hidden):
        queries.web(world.coordinator).node(kind, merged.pk)
    undo(world, done)
    assert differences(before) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_its_address_leads_to_the_one_that_goes_on_for_who_may_see_that(
    world: World, amira: Person, kind: str
) -> None:
    kept, merged = seen_by(world, kind, amira)
    merge(world, kept, merged)
    client = signed_in(world.social_worker)
    pages = {"web": "node_id", "drawing": "node_id", "ask_rests": "node_id"}
    pages |= {"place": {"place": "place_id", "map_place": "place_id"}, "group": {"group": "group_id"}, "handle": {"ask_users": "handle_id"}}[kind]  # fmt: skip
    for name, key in pages.items():
        answer = client.get(at(name, **{key: merged.pk}))
        assert (answer.status_code, answer["Location"]) == (302, at(name, **{key: kept.pk}))
    if kind != "place":  # places are for everybody
        stranger = signed_in(world.officer)
        assert {stranger.get(at("web", node_id=key.pk)).status_code for key in (kept, merged)} == {404}


def test_the_details_that_were_right_in_the_other_are_taken_and_given_back(world: World) -> None:
    kept, merged = two(world, "place")
    done = merge(world, kept, merged, take=["name", "kind"])
    kept.refresh_from_db()
    assert (kept.name, kept.kind, kept.postcode) == ("Harbour arcade", "shop", "LE1 1AA")
    actions.change_place(
        by=world.coordinator, place_id=kept.pk, name="Arcade", kind="shop", postcode="LE1 1AA"
    )
    undo(world, done)
    kept.refresh_from_db()
    assert (kept.name, kept.kind) == ("Arcade", "arcade")  # what somebody changed since stays


def test_a_home_is_a_home_and_where_it_is_goes_and_comes_back(world: World) -> None:
    kept, merged = two(world, "place")
    actions.locate_place(by=world.coordinator, place_id=kept.pk, lat="52.6", lon="-1.1", how="Seen")
    actions.change_place(
        by=world.coordinator, place_id=merged.pk, name="Arcade", kind="shop", postcode="", is_home=True
    )
    before = everything()
    done = merge(world, kept, merged)
    kept.refresh_from_db()
    assert (kept.is_home, kept.lat, kept.located_how) == (True, None, "")
    undo(world, done)
    assert differences(before) == {}


def test_where_somebody_said_that_the_other_is_goes_along(world: World) -> None:
    kept, merged = two(world, "place")
    actions.locate_place(by=world.coordinator, place_id=merged.pk, lat="52.6", lon="-1.1", how="Seen")
    before = everything()
    done = merge(world, kept, merged)
    kept.refresh_from_db()
    assert (kept.lat, kept.located_by, kept.located_how) == (52_600_000, world.coordinator, "Seen")
    undo(world, done)
    assert differences(before) == {}


def test_what_an_organisation_has_joins_nobody_and_the_mark_comes_back(world: World, amira: Person) -> None:
    kept, merged = (handle_tied(world, amira, text, by=world.social_worker, type_="phone") for text in ("07700 900123", "07700 900124"))  # fmt: skip
    actions.mark_common(by=world.coordinator, type="phone", text="07700 900124", why="The school’s desk")
    before = everything()
    done = merge(world, kept, merged)
    kept.refresh_from_db()
    assert (kept.common, kept.why_common) == (True, "The school’s desk")
    assert [handle.pk for handle in queries.common_handles(world.coordinator)] == [kept.pk]
    for text in ("Ring 07700 900123", "Ring 07700 900124"):
        assert queries.found_in(world.teacher, [text]) == ()
    undo(world, done)
    assert differences(before) == {}
    assert queries.found_in(world.teacher, ["Ring 07700 900123"])


def test_a_mark_that_is_taken_back_since_stays_so_and_a_new_one_too(world: World, amira: Person) -> None:
    kept, merged = (handle_tied(world, amira, text, by=world.social_worker, type_="phone") for text in ("07700 900123", "07700 900124"))  # fmt: skip
    actions.mark_common(by=world.coordinator, type="phone", text="07700 900124", why="The school’s desk")
    done = merge(world, kept, merged)
    actions.take_back_common(by=world.coordinator, handle_id=kept.pk, why="It is hers")
    assert queries.found_in(world.teacher, ["Ring 07700 900124"])
    actions.mark_common(by=world.coordinator, type="phone", text="07700 900124", why="A taxi firm")
    undo(world, done)
    kept.refresh_from_db()
    assert (kept.common, kept.why_common) == (True, "A taxi firm")


# ---- what follows


@pytest.mark.parametrize("kind", ["place", "group"])
def test_it_is_found_and_shown_by_both_names(world: World, amira: Person, kind: str) -> None:
    kept, merged = seen_by(world, kind, amira)
    done = merge(world, kept, merged)
    find = queries.find_places if kind == "place" else queries.find_groups
    for name in (kept.name, merged.name):
        assert [(likeness.id, likeness.name) for likeness in find(world.social_worker, name=name)] == [
            (kept.pk, kept.name)
        ]
    client = signed_in(world.social_worker)
    assert merged.name in client.get(at(kind, **{f"{kind}_id": kept.pk})).text
    assert merged.name not in client.get(reverse(f"{kind}s")).text
    undo(world, done)
    assert find(world.social_worker, name=merged.name)[0].id == merged.pk
    assert merged.name not in client.get(at(kind, **{f"{kind}_id": kept.pk})).text


def test_whoever_writes_the_one_that_was_merged_means_the_one_that_goes_on(
    world: World, amira: Person
) -> None:
    kept, merged = seen_by(world, "handle", amira)
    merge(world, kept, merged)
    assert known_handle("vehicle", "", "a812 cde") == kept
    text = "She got into a car, A812CDE."
    worry = telling.tell(
        by=world.social_worker, person_id=amira.pk, seen_and_heard=text, danger_now="no", why_no_words="At home"
    )  # fmt: skip
    found = queries.found_in(world.social_worker, [text])
    assert [one.key for one in found] == ["A812CDE"]
    actions.keep_mentions(by=world.social_worker, about="concern", about_id=worry.pk, found=found)
    assert [one.handle for one in queries.named_in(world.social_worker, "concern", worry.pk)] == [kept]
    assert queries.to_keep(world.social_worker, "concern", [worry.pk], [text]) == ()
    for asked in ("A812 CDE", "AB12 CDE"):
        assert [handle.id for handle in queries.find_handles_in(world.social_worker, asked)] == [kept.pk]


def test_mentions_follow_and_one_of_the_same_record_stays_behind(world: World, amira: Person) -> None:
    kept, merged = seen_by(world, "handle", amira)
    by = world.social_worker
    both, once = (
        telling.tell(by=by, person_id=amira.pk, seen_and_heard=text, danger_now="no", why_no_words="At home")
        for text in ("A car, AB12 CDE. Or a car, A812CDE.", "A car, A812CDE")
    )
    for worry in (both, once):
        actions.keep_mentions(by=by, about="concern", about_id=worry.pk, found=queries.found_in(by, [worry.seen_and_heard]))  # fmt: skip
    before = everything()
    done = merge(world, kept, merged)
    assert set(Mention.objects.filter(node=kept.pk).values_list("about_id", flat=True)) == {both.pk, once.pk}
    for worry in (both, once):
        assert [one.handle for one in queries.named_in(by, "concern", worry.pk)] == [kept]
    undo(world, done)
    assert differences(before) == {}


def about(world: World, place: Place, **more: Any) -> Any:
    return telling.tell(
        by=world.social_worker, place_id=place.pk, seen_and_heard="Cars wait.", danger_now="no", why_no_words="At home", **more,
    )  # fmt: skip


def open_context(world: World, place: Place, setting: str = "neighbourhood") -> Context:
    return contexts.open_context(
        by=world.coordinator, end="place", node_id=place.pk, setting=setting, why="Three worries", holder=world.social_worker,
    )  # fmt: skip


def test_work_and_worries_go_along_where_one_of_the_two_has_them(world: World) -> None:
    kept, merged = two(world, "place")
    context, worry = open_context(world, merged), about(world, merged)
    before = everything()
    done = merge(world, kept, merged)
    for row in (context, worry):
        row.refresh_from_db()
        assert row.place == kept
    undo(world, done)
    assert differences(before) == {}


def test_work_that_is_open_on_both_goes_on_and_who_holds_it_agrees_which(world: World) -> None:
    kept, merged = two(world, "place")
    works = [open_context(world, place) for place in (kept, merged)]
    before = everything()
    done = merge(world, kept, merged)
    assert set(contexts_about(world.coordinator, place_id=kept.pk)) == set(works)
    held = contexts_held(world.social_worker)
    assert {row.next_step for row in held} == {
        row.next_step for row in held if "agree which" in row.next_step
    }
    with pytest.raises(Refused, match="There is an open context about this already"):
        open_context(world, kept)
    undo(world, done)
    assert differences(before) == {}
    assert not any("agree which" in row.next_step for row in contexts_held(world.social_worker))


def test_whoever_merges_does_not_learn_of_work_that_they_may_not_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may merge sees the whole partnership today. Were that not so, what is open on the other of the two would still tell nobody."""
    monkeypatch.setitem(rules.MAY, Role.SUPERVISOR, rules.MAY[Role.SUPERVISOR] | {May.MERGE})
    by = add_user(
        by=world.administrator, username="pia.watt", first_name="Pia", last_name="Watt", password=None,
        team=world.officer.team, role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip
    kept, merged = two(world, "place")
    address = at("node_compare", thing_id=kept.pk, twin_id=merged.pk)

    def page() -> str:
        return _TOKENS.sub("", signed_in(by).get(address).text)

    before = page()
    hidden = open_context(world, merged, setting="home")
    ours = open_context(world, kept)
    assert page() == before
    actions.merge_nodes(by=by, kept_id=kept.pk, merged_id=merged.pk, reason=WHY)
    hidden.refresh_from_db()
    assert hidden.place == kept
    assert set(contexts_about(by, place_id=kept.pk)) == {ours}
    assert next_step(by, ours) == "Hear young people about it first"
    assert "agree which" in next_step(world.coordinator, ours)


@pytest.mark.parametrize("kind", KINDS)
def test_two_on_one_agenda_keep_both_items(world: World, amira: Person, kind: str) -> None:
    kept, merged = seen_by(world, kind, amira)
    panel = make_mapping(world) if kind == "handle" else make_panel(world)
    for this in (kept, merged):
        meeting.add_item(by=world.coordinator, panel_id=panel.pk, end=kind, end_id=this.pk)
    before = everything()
    done = merge(world, kept, merged)
    items = items_visible_to(world.coordinator).filter(**{kind: kept.pk})
    assert sorted(item.nth for item in items) == [0, 1]
    undo(world, done)
    assert differences(before) == {}


def test_what_was_merged_before_goes_on_with_it_and_the_later_one_is_undone_first(
    world: World, amira: Person
) -> None:
    first, second = seen_by(world, "group", amira)
    third = actions.add_group(by=world.coordinator, name="Pier lot", kind="gang")
    before = everything()
    node_merge = merge(world, second, third)
    other = merge(world, first, second)
    assert queries.kept_instead_of(world.coordinator, third.pk) == first.pk
    assert queries.also_called(world.coordinator, "group", first.pk) == ["Pier lot", "Quay boys"]
    assert [found.id for found in queries.find_groups(world.coordinator, name="Pier lot")] == [first.pk]
    assert {row.pk for row in queries.node_merges_visible_to(world.coordinator)} == {node_merge.pk, other.pk}
    with pytest.raises(Refused, match="Undo the later one first"):
        undo(world, node_merge)
    for done in (other, node_merge):
        undo(world, done)
    assert differences(before) == {}
    with pytest.raises(Refused, match="undone already"):
        undo(world, node_merge)


def test_what_came_since_stays_and_the_page_shows_it(world: World, amira: Person, zoe: Person) -> None:
    kept, merged = seen_by(world, "place", amira)
    done = merge(world, kept, merged)
    tie(world, zoe, kept, by=world.teacher)  # whom the co-ordinator sees
    page = at("node_merge", node_merge_id=done.pk)
    assert "Zoe Lind" in signed_in(world.coordinator).get(page).text
    undo(world, done)
    assert [strand.end_id for strand in queries.web(world.teacher).around(kept.pk)] == [zoe.pk]


def test_a_car_that_was_merged_goes_where_nothing_leads_to_the_one_that_goes_on_and_not_before(
    world: World, amira: Person, zoe: Person
) -> None:
    kept, merged = seen_by(world, "handle", amira)
    handle_tied(world, zoe, "AB12 CDE", by=world.teacher)
    done = merge(world, kept, merged)
    for child, left in ((zoe, {kept.pk, merged.pk}), (amira, set())):
        erasing.take_out(erasing.gather(child.pk))
        assert set(Handle.objects.values_list("pk", flat=True)) == left
    assert not NodeMerge.objects.filter(pk=done.pk).exists()


# ---- who may, and who sees what


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_merge_sees_both_and_says_why(world: World, amira: Person, kind: str) -> None:
    kept, merged = seen_by(world, kind, amira)
    with pytest.raises(Refused, match="Say why"):
        merge(world, kept, merged, reason=" ")
    with pytest.raises(Refused, match="one already"):
        merge(world, kept, kept)
    with pytest.raises(Refused, match="A co-ordinator says"):
        merge(world, kept, merged, by=world.social_worker)
    with pytest.raises(Hidden):
        merge(world, kept, amira)
    done = merge(world, kept, merged)
    with pytest.raises(Hidden):
        actions.unmerge_nodes(by=world.social_worker, merge_id=done.pk, reason="No")
    assert not queries.node_merges_visible_to(world.social_worker).exists()
    rows = AuditRow.objects.filter(verb="merge", subject=kind)
    assert {row.subject_id for row in rows} == {str(kept.pk), str(merged.pk)}
    client = signed_in(world.social_worker)
    for name, keys in (
        ("node_same", {"thing_id": kept.pk}),
        ("node_compare", {"thing_id": kept.pk, "twin_id": merged.pk}),
        ("not_same", {"thing_id": kept.pk, "twin_id": merged.pk}),
        ("node_merge", {"node_merge_id": done.pk}),
        ("node_merges", {}),
        ("may_be_same", {}),
    ):
        assert client.get(at(name, **keys)).status_code == 404


def test_what_the_user_may_not_see_is_not_there(world: World, amira: Person) -> None:
    """Not even a co-ordinator sees the phone of a restricted record of another agency."""
    hidden = actions.add_person(by=world.officer, given_name="Kit", family_name="Marlowe", restricted=True)
    mine = handle_tied(world, amira, "AB12 CDE", by=world.social_worker)
    theirs = handle_tied(world, hidden, "A812 CDE", by=world.officer)
    for kept, merged in ((mine, theirs), (theirs, mine)):
        with pytest.raises(Hidden):
            merge(world, kept, merged)
        answer = signed_in(world.coordinator).get(at("node_compare", thing_id=kept.pk, twin_id=merged.pk))
        assert answer.status_code == 404
        with pytest.raises(Hidden):
            actions.say_not_same(by=world.coordinator, one_id=kept.pk, other_id=merged.pk, why="Seen both")
    assert queries.may_be_same(world.coordinator) == []
    assert queries.nodes_like(world.coordinator, mine.pk) == []


def test_two_kinds_are_not_one_and_a_plate_that_was_half_seen_stays_as_it_was_written(
    world: World, amira: Person
) -> None:
    full, _misread = seen_by(world, "handle", amira)
    half = handle_tied(world, amira, "AB12 C?E", by=world.social_worker)
    phone = handle_tied(world, amira, "07700 900123", by=world.social_worker, type_="phone")
    place, _other = two(world, "place")
    for other in (phone, place):
        with pytest.raises(Refused, match="different kinds"):
            merge(world, full, other)
    for kept, merged in ((half, full), (full, half)):
        with pytest.raises(Refused, match="half seen stays as it was written"):
            merge(world, kept, merged)
    assert known_handle("vehicle", "", "AB12 C?E") == half


def test_a_reader_of_one_sees_of_the_other_no_person_tie_or_source_more(
    world: World, amira: Person, zoe: Person
) -> None:
    """The school saw one place of the two and its own child there; the other child stays unseen."""
    kept, _other = two(world, "group")
    merged = actions.add_group(by=world.teacher, name="Pier lot", kind="friends")
    tie(world, amira, kept, by=world.social_worker)
    tie(world, zoe, merged, by=world.teacher, reach="holder")
    with pytest.raises(Hidden):
        queries.web(world.teacher).node("group", kept.pk)
    merge(world, kept, merged)
    seen = queries.web(world.teacher).around(kept.pk)
    assert [strand.end_id for strand in seen] == [zoe.pk]
    assert "Amira" not in signed_in(world.teacher).get(at("group", group_id=kept.pk)).text
    assert TieSource.objects.filter(tie__second=kept.pk).count() == 2


def test_the_agency_that_wrote_down_the_group_that_was_merged_still_sees_it(world: World) -> None:
    kept = actions.add_group(by=world.coordinator, name="Friday group", kind="gang")
    merged = actions.add_group(by=world.officer, name="Quay boys", kind="friends")
    done = merge(world, kept, merged)
    assert queries.group_visible_to(world.officer, kept.pk) == kept
    assert set(queries.web(world.officer).called(kept.pk)) == {kept.pk}
    with pytest.raises(Hidden):
        queries.group_visible_to(world.teacher, kept.pk)
    undo(world, done)
    with pytest.raises(Hidden):
        queries.group_visible_to(world.officer, kept.pk)


# ---- pages


def test_two_are_compared_checked_merged_and_parted(world: World, amira: Person) -> None:
    kept, merged = seen_by(world, "place", amira)
    client = signed_in(world.coordinator)
    assert at("node_same", thing_id=kept.pk) in client.get(at("place", place_id=kept.pk)).text
    there = at("node_compare", thing_id=kept.pk, twin_id=merged.pk)
    assert there in client.get(at("node_same", thing_id=kept.pk)).text
    page = client.get(there).text
    assert page.count("Amira Khan") >= 2
    answers = {"name": "merged", "kind": "kept", "reason": WHY}
    assert "Check before the two are merged" in client.post(there, answers).text
    assert not NodeMerge.objects.exists()
    done = client.post(there, answers | {"sure": "1"}, follow=True)
    assert "This can be undone" in done.text
    kept.refresh_from_db()
    assert kept.name == "Harbour arcade"
    assert "Harbour arcade into Harbour arcade" in client.get(reverse("node_merges")).text
    row = NodeMerge.objects.get()
    said = client.post(at("node_merge", node_merge_id=row.pk), {"reason": "Two doors"}, follow=True)
    assert "These are two again" in said.text
    kept.refresh_from_db()
    assert kept.name == "12 Harbour Street"


def test_looking_at_two_is_written_down_for_who_is_tied_there(world: World, amira: Person) -> None:
    kept, merged = seen_by(world, "group", amira)
    signed_in(world.coordinator).get(at("node_compare", thing_id=kept.pk, twin_id=merged.pk))
    looked = looks_at(world.coordinator, person_ids=[amira.pk])
    assert looked.filter(subject="group", actor=world.coordinator.username).count() == 1


# ---- what may be the same


def test_what_looks_the_same_is_proposed_and_what_is_not_the_same_is_no_more(
    world: World, amira: Person
) -> None:
    by = world.coordinator
    full, half = (
        handle_tied(world, amira, text, by=world.social_worker) for text in ("AB12 CDE", "AB12 C?E")
    )
    shops = [actions.add_place(by=by, name=name, kind="shop", postcode=post) for name, post in (("12 Quay Street", "LE1 1AA"), ("12, Quay St", "LE1 1AA"), ("Quay Café", "LE2 2BB"), ("Quay cafe", "LE2 2BB"), ("12 Quay Street", "NG7 2BB"), ("14 Quay Street", "LE1 1AA"), ("Flat 2, 12 Quay Street", "LE1 1AA"))]  # fmt: skip
    groups = [
        actions.add_group(by=by, name=name, kind="gang") for name in ("Pier lot", "pier  lot", "Pier lots")
    ]
    found = {frozenset((one.one.pk, one.other.pk)) for one in queries.may_be_same(by)}
    pairs = [(full, half), (shops[0], shops[1]), (shops[2], shops[3]), (groups[0], groups[1])]
    assert found == {frozenset((one.pk, other.pk)) for one, other in pairs}
    client = signed_in(by)
    page = client.get(reverse("may_be_same")).text
    for one, other in pairs:
        assert any(
            at("node_compare", thing_id=a.pk, twin_id=b.pk) in page for a, b in ((one, other), (other, one))
        )
    there = at("not_same", thing_id=half.pk, twin_id=full.pk)
    done = client.post(there, {"why": "One is red"}, follow=True)
    assert "these are two" in done.text
    assert len(queries.may_be_same(by)) == len(pairs) - 1
    assert "One is red" in client.get(at("node_compare", thing_id=full.pk, twin_id=half.pk)).text
    merge(world, shops[0], shops[1])
    assert len(queries.may_be_same(by)) == len(pairs) - 2
    assert queries.may_be_same(world.social_worker) == []


def test_part_of_a_plate_fits_also_where_its_beginning_was_not_seen_or_o_may_be_0(
    world: World, amira: Person
) -> None:
    plates = ("OB12 CDE", "0B12 C?E", "?B12 CDE", "XB12 C?E")
    full, same, hidden, _other = (handle_tied(world, amira, text, by=world.social_worker) for text in plates)
    found = {(one.one.pk, one.other.pk) for one in queries.may_be_same(world.coordinator)}
    assert found == {(full.pk, same.pk), (full.pk, hidden.pk)}


def test_not_the_same_says_why_and_follows_the_one_that_goes_on(world: World, amira: Person) -> None:
    by = world.coordinator
    group, other, third = (actions.add_group(by=by, name="Pier lot", kind="gang") for _ in range(3))
    with pytest.raises(Refused, match="Say how you know"):
        actions.say_not_same(by=by, one_id=group.pk, other_id=other.pk, why=" ")
    with pytest.raises(Refused, match="A co-ordinator says"):
        actions.say_not_same(by=world.social_worker, one_id=group.pk, other_id=other.pk, why="Seen")
    actions.say_not_same(by=by, one_id=other.pk, other_id=group.pk, why="Another town")
    done = merge(world, third, other)
    assert [said.why for said in queries.said_not_same(by, group.pk, third.pk)] == ["Another town"]
    undo(world, done)
    assert [said.why for said in queries.said_not_same(by, group.pk, other.pk)] == ["Another town"]


def test_a_page_of_what_may_be_the_same_asks_the_same_of_the_database_however_much_there_is(
    world: World, django_assert_num_queries: Any
) -> None:
    by = world.coordinator
    assert by.permissions
    for count in (2, 5):
        for _ in range(count):
            two(world, "group")
        with django_assert_num_queries(4):
            queries.may_be_same(by)


def test_the_next_panel_reads_that_two_of_what_is_on_its_agenda_were_put_together(
    world: World, amira: Person
) -> None:
    kept, merged = seen_by(world, "place", amira)
    panel = make_panel(world)
    meeting.add_item(by=world.coordinator, panel_id=panel.pk, end="place", end_id=kept.pk)
    Panel.objects.filter(pk=panel.pk).update(since=timezone.now())
    assert "put together" not in str(changed(world.coordinator, panel.pk))
    done = merge(world, kept, merged)
    assert "two records were put together" in str(changed(world.coordinator, panel.pk))
    undo(world, done)
    assert "put together" not in str(changed(world.coordinator, panel.pk))
