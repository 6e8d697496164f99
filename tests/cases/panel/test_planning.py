"""A panel is planned and prepares itself; who sees what of it."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import NO_WORDS, about, hold, in_days, make_panel, now_plus, reasons, tell
from tests.conftest import let_know
from tests.graph.conftest import episode

from heard.agencies.models import User
from heard.agencies.rules import Hidden, Refused
from heard.cases.concern import actions as telling
from heard.cases.concern.models import Concern
from heard.cases.context import actions as contexts
from heard.cases.disruption import actions as disruption
from heard.cases.disruption.models import DisruptionStep
from heard.cases.missing.actions import note_found, note_missing, offer_interview
from heard.cases.missing.models import Episode
from heard.cases.panel import actions, queries
from heard.cases.panel.models import PanelItem, PanelReason
from heard.cases.panel.rules import Why
from heard.cases.panel.words import why_on_agenda
from heard.govuk.environment import day, day_and_month
from heard.network import actions as network
from heard.network.models import Person, Place, TieSource
from heard.network.queries import Whom

# ---- planning and inviting


def test_a_practitioner_plans_no_panel_and_chairs_none(world):
    with pytest.raises(Refused, match="does not prepare"):
        actions.plan_panel(by=world.teacher, starts_at=now_plus(1), place="Here", chair=world.coordinator)
    with pytest.raises(Refused, match="chair"):
        actions.plan_panel(by=world.coordinator, starts_at=now_plus(1), place="Here", chair=world.teacher)


def test_an_agency_is_invited_once_and_a_person_by_name(world):
    panel = make_panel(world, agencies=[])
    actions.invite(by=world.coordinator, panel_id=panel.pk, agency_id=world.school.pk)
    with pytest.raises(Refused, match="already"):
        actions.invite(by=world.coordinator, panel_id=panel.pk, agency_id=world.school.pk)
    seat = actions.invite(by=world.coordinator, panel_id=panel.pk, user=world.officer)
    assert seat.agency == world.police
    with pytest.raises(Refused, match="role"):
        actions.invite(by=world.coordinator, panel_id=panel.pk, user=world.analyst)
    actions.uninvite(by=world.coordinator, panel_id=panel.pk, seats=[seat.pk])
    with pytest.raises(Hidden):
        queries.panel_visible_to(world.officer, panel.pk)


def test_an_agency_that_is_no_part_of_a_panel_does_not_see_it(world):
    panel = make_panel(world, agencies=[world.school.pk])
    assert queries.panel_visible_to(world.teacher, panel.pk)
    with pytest.raises(Hidden):
        queries.panel_visible_to(world.officer, panel.pk)
    assert list(queries.panels_visible_to(world.analyst)) == []


# ---- it prepares itself


def test_everything_new_and_due_is_on_the_agenda_with_its_why(world, panel, case, agreed):
    agreed.review_on = timezone.localdate()
    agreed.save()
    missing = {"last_seen_where": "Bus stop", "last_seen_by": "Her aunt", "danger": "not_known"}
    note_missing(
        by=world.social_worker,
        person_id=case.person_id,
        missing_from=now_plus(-1),
        why_not_reported="At once",
        **missing,
    )
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=case.person)
    assert reasons(item) == {Why.REVIEW_DUE, Why.NEW_WORRY, Why.MISSING, Why.SIGNED}
    assert item.section == "children"


def test_what_is_overdue_is_on_the_agenda(world, panel):
    worry = tell(world)
    worry.due_on = in_days(-2)
    worry.save()
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert Why.DECISION_OVERDUE in reasons(about(panel, person=worry.person))


def decide(world, worry) -> None:
    telling.decide(
        by=world.coordinator, concern=worry, decision="no_further_action", reason="As said", feedback="Thank you",
        why_without_words="She was not there",
    )  # fmt: skip


def test_what_was_overdue_and_is_no_longer_says_so_on_the_agenda_until_the_panel_is_held(
    world, panel, client
):
    worry = tell(world)
    worry.due_on = in_days(-2)
    worry.save()
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    client.force_login(world.coordinator)
    item = about(panel, person=worry.person)
    due = in_days(-2)
    pages = {
        reverse("panel", args=[panel.pk]): (f"Decision on a worry due {day_and_month(due)}", "No longer: "),
        reverse("panel_prepare", args=[panel.pk]): (
            f"Decision on a worry due {day_and_month(due)}",
            "No longer: ",
        ),
        reverse("panel_item", args=[item.pk]): (
            f"A worry waits for its decision since {day(due)}",
            "Waits no longer: ",
        ),
    }
    for page, (waits, _ended) in pages.items():
        assert f">{waits}" in client.get(page).text
    decide(world, worry)
    for page, (waits, ended) in pages.items():
        said = client.get(page).text
        assert f">{ended}{waits}" in said
        assert f">{waits}" not in said
    assert [one.has_ended for one in why(world.coordinator, item)] == [True, True], "and it is new no longer"
    panel.state = "held"
    assert not any(
        reason.has_ended for reason in queries.reasons_of(world.coordinator, panel, [item])[item.pk]
    )


def why(user, item) -> list:
    return queries.reasons_of(user, item.panel, [item])[item.pk]


def test_who_was_told_as_in_danger_comes_first_and_that_is_said_first(world, panel, client):
    for name in ("Ana", "Bea"):
        tell(world, name)
    Concern.objects.update(due_on=in_days(-9))
    first = tell(world, "Cleo", danger_done="The police are with her")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    later = tell(world, "Dina", danger_done="The police are with her")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    children = [
        line.item.person.given_name
        for line in queries.agenda_of(world.coordinator, panel)
        if line.item.is_about_child
    ]
    assert children[:2] == ["Dina", "Cleo"], "also where the agenda was drawn before they were told"
    client.force_login(world.coordinator)
    item = about(panel, person=first.person)
    assert why_on_agenda(item, why(world.coordinator, item))[0][0] == "In danger when told"
    pages = [reverse(name, args=[panel.pk]) for name in ("panel", "panel_prepare", "panel_pack")]
    for page in (*pages, reverse("panel_item", args=[item.pk])):
        assert (
            f'href="{reverse("concern", args=[first.pk])}">In danger when told</a>' in client.get(page).text
        )
    decide(world, later)
    item = about(panel, person=later.person)
    said = [text for text, _href in why_on_agenda(item, why(world.coordinator, item))]
    assert "In danger when told" not in said, "it waits no longer"


def test_what_came_since_the_agenda_was_drawn_stands_on_it_at_once(world, panel, client):
    child = tell(world).person
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=child)
    missing = {"last_seen_where": "Bus stop", "last_seen_by": "Her aunt", "danger": "not_known"}
    note_missing(
        by=world.social_worker,
        person_id=child.pk,
        missing_from=timezone.now(),
        why_not_reported="At once",
        **missing,
    )
    assert reasons(item) == {Why.NEW_WORRY}, "nothing is stored"
    assert {one.reason.kind for one in why(world.coordinator, item)} == {Why.NEW_WORRY, Why.MISSING}
    client.force_login(world.coordinator)
    said = f"Missing from {day_and_month(timezone.localdate())}"
    for name in ("panel", "panel_prepare"):
        assert said in client.get(reverse(name, args=[panel.pk])).text
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert [one.reason.kind for one in why(world.coordinator, item)].count(Why.MISSING) == 1
    back = {
        "found_where": "Home",
        "found_by": "Her aunt",
        "condition": "Well",
        "check_by_police": "not_known",
    }
    note_found(by=world.social_worker, episode_id=Episode.objects.get().pk, found_at=timezone.now(), **back)
    on = day_and_month(timezone.localdate())
    assert f"Missing from {on} to {on}, back" in client.get(reverse("panel", args=[panel.pk])).text
    hold(world, panel)
    late = tell(world, person_id=child.pk)
    panel.refresh_from_db()
    [held] = queries.reasons_of(world.coordinator, panel, [item]).values()
    assert late.pk not in {one.reason.about for one in held}, "one that was held stays as it was"


def test_what_came_since_is_said_to_whoever_may_read_it(world, panel):
    place = network.add_place(by=world.coordinator, name="Arcade", kind="shop")
    item = actions.add_item(by=world.coordinator, panel_id=panel.pk, end="place", end_id=place.pk)
    tell(world, place_id=place.pk)
    assert {one.reason.kind for one in why(world.coordinator, item)} == {Why.BY_HAND, Why.NEW_WORRY}
    assert {one.reason.kind for one in why(world.teacher, item)} == {Why.BY_HAND}


def test_a_worry_about_a_place_that_a_reader_may_not_open_is_not_said_to_be_decided(world, panel, client):
    place = network.add_place(by=world.coordinator, name="Arcade", kind="shop")
    worry = tell(world, place_id=place.pk)
    worry.due_on = in_days(-2)
    worry.save()
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    decide(world, worry)
    item = about(panel, place=place)
    assert any(one.has_ended for one in why(world.coordinator, item))
    assert not any(one.has_ended for one in why(world.teacher, item))


@pytest.mark.parametrize(
    ("decision", "comes"), [("open_case", True), ("no_further_action", False), ("other_agency", False)]
)
def test_a_new_worry_comes_before_the_panel_unless_it_is_at_an_end(world, panel, decision, comes):
    worry = tell(world)
    assert worries_for(world, panel) == [worry.pk]
    telling.decide(
        by=world.coordinator,
        concern=worry,
        decision=decision,
        reason="As said",
        feedback="Thank you",
        why_without_words="She was not there",
        other_agency=world.police if decision == "other_agency" else None,
    )
    assert worries_for(world, panel) == ([worry.pk] if comes else [])


def worries_for(world, panel) -> list[uuid.UUID]:
    found = queries.suggestions(world.coordinator, panel, now_plus(-1))
    return [
        reason.about for suggested in found for reason in suggested.reasons if reason.kind == Why.NEW_WORRY
    ]


def test_a_child_who_said_no_to_an_interview_is_not_on_the_agenda_for_it(world, panel, case):
    back = {"found_where": "At home", "found_by": "Alone", "condition": "Tired", "check_by_police": "done"}
    episode = note_missing(
        by=world.social_worker,
        person_id=case.person_id,
        missing_from=now_plus(-9),
        why_not_reported="At once",
        back=back | {"found_at": now_plus(-8)},
        last_seen_where="Bus stop",
        last_seen_by="Her aunt",
        danger="not_known",
    )

    def suggested() -> set[str]:
        found = queries.suggestions(world.coordinator, panel, now_plus(-1))
        return {reason.kind for each in found for reason in each.reasons}

    def ended() -> list[str]:
        return [one.reason.kind for one in why(world.coordinator, item) if one.has_ended]

    assert Why.INTERVIEW_OVERDUE in suggested()
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=case.person)
    assert ended() == []
    said_no = {"outcome": "declined", "why": "Not twice", "by_whom": "Noor"}
    offer_interview(by=world.social_worker, episode_id=episode.pk, offered_at=now_plus(-7), **said_no)
    assert Why.INTERVIEW_OVERDUE not in suggested()
    assert ended() == [Why.INTERVIEW_OVERDUE]


def test_places_and_groups_come_with_a_worry_a_decision_or_ties_of_several_children(world, panel):
    park = network.add_place(by=world.social_worker, name="Mill park", kind="park")
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    quiet = network.add_place(by=world.social_worker, name="Library", kind="library")
    told = tell(world, place_id=park.pk)
    telling.decide(
        by=world.coordinator, concern=told, decision="panel", reason="Who can light it?", feedback="Thank you"
    )
    for name in ("Ana", "Bea"):
        child = tell(world, name).person
        for place in (arcade, *((quiet,) if name == "Ana" else ())):
            network.note_tie(
                by=world.social_worker,
                one_id=child.pk,
                in_words="goes to",
                other_id=place.pk,
                knows=network.Knows("Said"),
            )
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert reasons(about(panel, place=park)) == {Why.NEW_WORRY, Why.FOR_THE_PANEL}
    assert reasons(about(panel, place=arcade)) == {Why.SHARED}
    assert not PanelItem.objects.filter(panel=panel, place=quiet).exists()


def test_a_place_that_is_named_again_and_again_comes_while_nobody_watches_over_it(world, panel, client):
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    house = network.add_place(by=world.social_worker, name="Quay house", kind="home")
    once = network.add_place(by=world.social_worker, name="Library", kind="library")
    for place in (arcade, arcade, house, house, once):
        tell(world, place_id=place.pk)
    Concern.objects.update(told_at=now_plus(-90))  # long before the panel looks back
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert Why.UNWATCHED in reasons(about(panel, place=arcade))
    assert not PanelReason.objects.filter(item__place__in=(house, once), kind=Why.UNWATCHED).exists()
    client.force_login(world.coordinator)
    page = client.get(reverse("panel_item", kwargs={"item_id": about(panel, place=arcade).pk})).text
    assert "nobody watches over it" in page
    contexts.open_context(
        by=world.coordinator, end="place", node_id=arcade.pk, setting="neighbourhood", why="Named twice", holder=world.social_worker,
    )  # fmt: skip
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert Why.UNWATCHED not in reasons(about(panel, place=arcade))


def moved_on(world, case, *, to, ended=20):
    """The arcade, about which a step of the case was finished ten days ago, and two who were seen there and then somewhere else."""
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    step = disruption.plan_step(
        by=world.social_worker, case_id=case.pk, kind="other", what="Ask for light", agency_id=world.care.pk, due_on=in_days(9),
        end="place", end_id=arcade.pk,
    )  # fmt: skip
    DisruptionStep.objects.filter(pk=step.pk).update(state="done", done_on=in_days(-10))
    people = []
    for name in ("Kim", "Dean"):
        who = network.add_person(
            by=world.social_worker, given_name=name, family_name="Moved", kind="child" if name == "Kim" else "adult"
        )  # fmt: skip
        for kind, place, dates in (
            ("goes_to", arcade, {"valid_from": in_days(-40), "valid_to": in_days(-ended)}),
            ("seen_at", to, {"valid_from": in_days(-3)}),
        ):
            knows = network.Knows("Said", **dates)
            network.note_tie(by=world.social_worker, one_id=who.pk, kind=kind, other_id=place.pk, knows=knows)
        people.append(who)
    return arcade, people


def from_where_harm_moved(world, panel):
    PanelItem.objects.filter(panel=panel).delete()
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    rows = PanelReason.objects.filter(item__panel=panel, kind=Why.MOVED)
    return {row.item.place.name for row in rows}


def test_a_place_comes_from_where_people_went_on_after_something_was_done(world, panel, case, client):
    park = network.add_place(by=world.social_worker, name="Mill park", kind="park")
    arcade, _people = moved_on(world, case, to=park)
    assert from_where_harm_moved(world, panel) == {"Arcade"}
    client.force_login(world.coordinator)
    page = client.get(reverse("panel_item", kwargs={"item_id": about(panel, place=arcade).pk})).text
    assert "people who were seen there have been seen somewhere else since" in page
    assert "Mill park" not in page
    DisruptionStep.objects.update(done_on=in_days(-91))
    assert from_where_harm_moved(world, panel) == set()
    DisruptionStep.objects.update(state="not_done", done_on=in_days(-10))
    assert from_where_harm_moved(world, panel) == set()


@pytest.mark.parametrize("home", ["from", "to"])
def test_no_place_comes_from_or_because_of_a_home_of_somebody(world, panel, case, home):
    park = network.add_place(by=world.social_worker, name="Quay", kind="home" if home == "to" else "park")
    arcade, _people = moved_on(world, case, to=park)
    Place.objects.filter(pk=arcade.pk).update(is_home=home == "from")
    assert from_where_harm_moved(world, panel) == set()


@pytest.mark.parametrize("hidden", ["one who went", "the child of the step", "how one is known"])
def test_what_not_all_may_read_brings_no_place_from_where_harm_moved(world, panel, case, hidden):
    """One who went on says nothing; nor does a step that stands in a restricted record, or what an agency keeps to itself."""
    park = network.add_place(by=world.social_worker, name="Mill park", kind="park")
    _arcade, people = moved_on(world, case, to=park)
    if hidden == "how one is known":
        TieSource.objects.filter(tie__first=people[0].pk).update(reach="holder", holder=world.care)
    else:
        who = people[0].pk if hidden == "one who went" else case.person_id
        network.restrict(by=world.coordinator, person_id=who, reason="A parent works here")
    assert from_where_harm_moved(world, panel) == set()


def test_a_restricted_record_brings_no_place_that_nobody_watches_and_takes_none_away(world, panel, case):
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    for hours in (200, 100):
        episode(world.social_worker, case.person, hours, spoke_of=[arcade])
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert reasons(about(panel, place=arcade)) == {Why.UNWATCHED}
    PanelItem.objects.filter(place=arcade).delete()
    network.restrict(by=world.coordinator, person_id=case.person_id, reason="A parent works here")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert not PanelItem.objects.filter(panel=panel, place=arcade).exists()
    for _n in range(2):
        tell(world, place_id=arcade.pk)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert Why.UNWATCHED in reasons(about(panel, place=arcade))


def test_a_theme_names_no_child_and_counts_only_many(world, panel):
    children = [tell(world, name).person for name in ("Ana", "Bea")]
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert not PanelItem.objects.filter(panel=panel, section="themes").exists()  # two could be known by it
    children.append(tell(world, "Cleo").person)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    theme = about(panel, theme="S06")
    assert theme.person is None
    assert not any(child.given_name in theme.title for child in children)
    assert theme.reasons.get().number == 3


def test_a_restricted_child_brings_no_place_onto_the_agenda(world, panel):
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    children = [tell(world, name).person for name in ("Ana", "Bea")]
    for child in children:
        network.note_tie(
            by=world.social_worker,
            one_id=child.pk,
            in_words="goes to",
            other_id=arcade.pk,
            knows=network.Knows("Said"),
        )
    network.restrict(by=world.coordinator, person_id=children[0].pk, reason="A parent works here")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert not PanelItem.objects.filter(panel=panel, place=arcade).exists()
    network.lift_restriction(by=world.coordinator, person_id=children[0].pk, reason="They moved")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert reasons(about(panel, place=arcade)) == {Why.SHARED}


def test_a_restricted_child_is_in_no_theme(world, panel):
    children = [tell(world, name).person for name in ("Ana", "Bea", "Cleo")]
    network.restrict(by=world.coordinator, person_id=children[0].pk, reason="A parent works here")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert not PanelItem.objects.filter(panel=panel, section="themes").exists()


def test_only_what_came_since_the_panel_before_is_new(world, case):
    first = make_panel(world)
    actions.prepare_panel(by=world.coordinator, panel_id=first.pk)
    hold(world, first)
    later = make_panel(world, days=1)
    actions.prepare_panel(by=world.coordinator, panel_id=later.pk, at=now_plus(1))
    later.refresh_from_db()
    first.refresh_from_db()
    assert later.since == min(first.prepared_at, first.starts_at)
    between = tell(world, "Dora").person
    actions.prepare_panel(by=world.coordinator, panel_id=later.pk)
    assert about(later, person=between)


def kept_of(world, panel) -> dict:
    """Of each thing on an agenda why it is there."""
    items = PanelItem.objects.filter(panel=panel).prefetch_related("reasons")
    return {item.node_id or item.theme: reasons(item) for item in items}


def decide_item(world, item) -> None:
    actions.decide_item(
        by=world.coordinator,
        item_id=item.pk,
        decision="Watch over it.",
        reason="As said.",
        view=NO_WORDS if item.is_about_child else None,
    )


def test_what_a_panel_did_not_come_to_is_on_the_agenda_of_each_one_until_it_is_decided(world, case):
    place = network.add_place(by=world.teacher, name="The arcade", kind="shop")
    place_id, child_id = place.pk, case.person_id
    first = make_panel(world, days=-2)
    for end, key in (("place", place_id), ("person", child_id)):
        actions.add_item(by=world.coordinator, panel_id=first.pk, end=end, end_id=key)
    decide_item(world, PanelItem.objects.get(panel=first, place=place))
    hold(world, first)
    second = make_panel(world, days=-1)
    actions.prepare_panel(by=world.coordinator, panel_id=second.pk)
    assert place_id not in kept_of(world, second)
    assert Why.NOT_REACHED in kept_of(world, second)[child_id]
    hold(world, second)
    third = make_panel(world)
    actions.prepare_panel(by=world.coordinator, panel_id=third.pk)
    assert Why.NOT_REACHED in kept_of(world, third)[child_id]
    item = PanelItem.objects.get(panel=third, person=child_id)
    shown = [text for text, _href in why_on_agenda(item, why(world.coordinator, item))]
    assert (
        f"On the agenda of {day(timezone.localdate(second.starts_at))}, and nothing was decided then" in shown
    )
    decide_item(world, item)
    hold(world, third)
    fourth = make_panel(world, days=1)
    actions.prepare_panel(by=world.coordinator, panel_id=fourth.pk)
    assert Why.NOT_REACHED not in kept_of(world, fourth).get(child_id, set())


def put_to_the_panel(world) -> Concern:
    worry = tell(
        world, new_place={"name": "The arcade", "kind": "shop"}, when_seen="Friday", by=world.teacher
    )
    return telling.decide(
        by=world.coordinator,
        concern=worry,
        decision="panel",
        reason="What is to be done?",
        feedback="Thanks.",
    )


def test_what_is_put_to_the_panel_stays_on_agendas_until_an_item_about_it_is_decided(world):
    worry = put_to_the_panel(world)
    first = make_panel(world, days=-1)
    Concern.objects.filter(pk=worry.pk).update(decided_at=now_plus(-3), told_at=now_plus(-3))
    actions.prepare_panel(by=world.coordinator, panel_id=first.pk)
    hold(world, first)
    second = make_panel(world)
    actions.prepare_panel(by=world.coordinator, panel_id=second.pk)
    assert kept_of(world, second)[worry.place_id] == {Why.FOR_THE_PANEL, Why.NOT_REACHED}
    decide_item(world, PanelItem.objects.get(panel=second, place=worry.place_id))
    hold(world, second)
    third = make_panel(world, days=1)
    actions.prepare_panel(by=world.coordinator, panel_id=third.pk)
    assert worry.place_id not in kept_of(world, third)


def test_what_is_put_to_the_panel_is_on_the_agenda_of_the_next_one_that_is_drawn_already(world):
    later, next_one = make_panel(world, days=8), make_panel(world, days=1, agencies=[world.police.pk])
    for panel in (later, next_one):
        actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    worry = put_to_the_panel(world)
    assert kept_of(world, next_one) == {worry.place_id: {Why.FOR_THE_PANEL}}
    assert kept_of(world, later) == {}


def test_what_was_taken_off_comes_back_where_it_is_put_to_the_panel_after_that(world):
    panel = make_panel(world, days=1)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    worry = put_to_the_panel(world)
    item = PanelItem.objects.get(panel=panel, place=worry.place_id)
    actions.arrange_agenda(
        by=world.coordinator, panel_id=panel.pk, order={}, off=[item.pk], why_off="Spoken of already"
    )
    again = tell(world, place_id=worry.place_id, when_seen="Sunday", by=world.teacher)
    telling.decide(
        by=world.coordinator, concern=again, decision="panel", reason="It goes on.", feedback="Thanks."
    )
    (there,) = PanelItem.objects.filter(panel=panel, place=worry.place_id)
    assert there.taken_off_at is None
    assert there.reasons.filter(about=again.pk).exists()


def test_preparing_again_loses_nothing_that_people_wrote(world, prepared, item, case):
    by = world.coordinator
    actions.write_notes(by=world.teacher, item_id=item.pk, notes="She is glad of her aunt.")
    actions.arrange_agenda(by=by, panel_id=prepared.pk, order={item.pk: (7, 15)})
    other = actions.add_item(by=by, panel_id=prepared.pk, title="Who meets children at the station")
    off = tell(world, "Eve").person
    actions.prepare_panel(by=by, panel_id=prepared.pk)
    taken = about(prepared, person=off)
    actions.arrange_agenda(by=by, panel_id=prepared.pk, order={}, off=[taken.pk], why_off="Settled last week")
    number = PanelItem.objects.count()
    actions.prepare_panel(by=by, panel_id=prepared.pk)
    assert PanelItem.objects.count() == number
    item.refresh_from_db()
    taken.refresh_from_db()
    assert (item.notes, item.position, item.minutes) == ("She is glad of her aunt.", 7, 15)
    assert taken.taken_off_at is not None
    assert reasons(other) == {Why.BY_HAND}
    assert PanelReason.objects.filter(item=item).count() == len(reasons(item))
    with pytest.raises(Hidden):
        queries.item_visible_to(by, taken.pk)
    actions.arrange_agenda(by=by, panel_id=prepared.pk, order={}, back=[taken.pk])
    assert queries.item_visible_to(by, taken.pk).why_off == ""


def test_each_item_leads_to_the_one_before_and_after_that_the_reader_may_open(world, panel, client):
    children = [tell(world, name).person for name in ("Ana", "Bea", "Cleo")]
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    items = [about(panel, person=child) for child in children]
    order = {panel_item.pk: (place, None) for place, panel_item in enumerate(items, 1)}
    actions.arrange_agenda(by=world.coordinator, panel_id=panel.pk, order=order)
    first, middle, last = items

    def beside(user, item):
        among = queries.among(user, item)
        return [one and one.pk for one in (among.before, among.after)]

    assert beside(world.coordinator, middle) == [first.pk, last.pk]
    assert beside(world.coordinator, first) == [None, middle.pk]
    client.force_login(world.coordinator)
    page = client.get(reverse("panel_item", args=[middle.pk])).text
    for panel_item, rel in ((first, "prev"), (last, "next")):
        assert f'rel="{rel}" href="{reverse("panel_item", args=[panel_item.pk])}"' in page
    network.keep_out_unseen(by=world.social_worker, person_id=children[0].pk, user=world.coordinator)
    reader = User.objects.get(pk=world.coordinator.pk)
    assert beside(reader, middle) == [None, last.pk], "not who is before, whom they may not see"
    network.let_in_again(by=world.social_worker, person_id=children[0].pk, user=world.coordinator, why="No")
    actions.arrange_agenda(
        by=world.coordinator, panel_id=panel.pk, order={}, off=[last.pk], why_off="Settled last week"
    )
    assert beside(world.coordinator, middle)[1] != last.pk


def test_preparing_asks_the_same_however_much_there_is(world, panel):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queried:
            actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
        return len(queried)

    for name in ("Ana", "Bea", "Cleo"):
        tell(world, name)
    assert world.coordinator.roles  # which are read once for each who asks
    few = asked()
    for number in range(20):
        tell(world, f"Child{number}")
    assert asked() == few


def test_taking_off_asks_why(world, prepared, item):
    with pytest.raises(Refused, match="why"):
        actions.arrange_agenda(by=world.coordinator, panel_id=prepared.pk, order={}, off=[item.pk])


def test_something_is_put_on_the_agenda_by_hand_once(world, prepared, item, case):
    with pytest.raises(Refused, match="already"):
        actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="person", end_id=case.person_id)
    group = network.add_group(by=world.social_worker, name="Friday group", kind="friends")
    added = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="group", end_id=group.pk)
    assert added.section == "harm"
    with pytest.raises(Refused, match="theme"):
        actions.add_item(by=world.coordinator, panel_id=prepared.pk, title=" ")


# ---- who sees what


def test_an_agency_that_is_not_involved_sees_that_a_child_is_discussed_and_no_more(world, prepared, item):
    lines = queries.agenda_of(world.officer, prepared)
    assert [line.item for line in lines] == [None]
    assert lines[0].actions is None
    with pytest.raises(Hidden):
        queries.item_visible_to(world.officer, item.pk)
    assert [line.item for line in queries.agenda_of(world.teacher, prepared)] == [item]


def test_to_discuss_a_child_an_agency_is_involved_with_a_reason(world, prepared, item):
    with pytest.raises(Refused, match="why"):
        actions.involve_agency(by=world.coordinator, item_id=item.pk, whom=Whom("", world.police), why=" ")
    with pytest.raises(Refused, match="holds the panel"):
        actions.involve_agency(
            by=world.teacher, item_id=item.pk, whom=Whom("", world.police), why="Knows the place"
        )
    actions.involve_agency(
        by=world.coordinator, item_id=item.pk, whom=Whom("", world.police), why="Knows the place"
    )
    assert queries.item_visible_to(world.officer, item.pk)


def test_a_restricted_child_is_not_there_for_others_not_even_as_somebody(world, prepared, item, case):
    network.restrict(by=world.coordinator, person_id=case.person_id, reason="A parent works here")
    assert queries.agenda_of(world.officer, prepared) == []
    assert len(queries.agenda_of(world.teacher, prepared)) == 1


def test_how_many_children_are_tied_is_said_to_those_who_may_see_them(world, panel):
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    for name in ("Ana", "Bea"):
        child = tell(world, name).person
        network.note_tie(
            by=world.social_worker,
            one_id=child.pk,
            in_words="goes to",
            other_id=arcade.pk,
            knows=network.Knows("Said"),
        )
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)

    def tied(user):
        return next(line.tied for line in queries.agenda_of(user, panel) if line.section == "places")

    assert tied(world.officer) is None  # the police know of neither child
    for known in Person.objects.filter(given_name__in=("Ana", "Bea")):
        let_know(world.coordinator, known.pk, world.police)
    assert (tied(world.coordinator).seen, tied(world.coordinator).others) == (2, False)
    assert (tied(world.officer).seen, tied(world.officer).others) == (0, True)
    network.restrict(by=world.coordinator, person_id=child.pk, reason="A parent works here")
    assert (tied(world.social_worker).seen, tied(world.officer).others) == (2, True)
