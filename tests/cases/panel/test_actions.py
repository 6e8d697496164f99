"""Panels prepare themselves, decide, and what they decide lands where it is done; who sees what; who does not agree."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cases.panel.conftest import hold, in_days, make_panel, now_plus

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.assessment.rules import ChildsView
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.cases.disruption.queries import steps_of
from heard.cases.missing.actions import note_missing, offer_interview
from heard.cases.panel import actions, queries
from heard.cases.panel.models import Disagreement, PanelAction, PanelItem, PanelReason
from heard.cases.panel.rules import Why
from heard.cases.plan import actions as planning
from heard.network import actions as knowing

NO_WORDS = ChildsView(why_no_words="She wants to wait")


def tell(world, name="Ana", *, by=None, items=("S06",), **about):
    whom = about or {"new_person": {"given_name": name, "family_name": "Lowe"}}
    child = "place_id" not in about and "group_id" not in about
    observations = [Observed(item, "seen", timezone.localdate(), "School", "Seen") for item in items]
    return telling.tell(
        by=by or world.social_worker,
        seen_and_heard="Something that worries us.",
        why_no_words="She was not there" if child else "",
        danger_now="no",
        observations=observations if child else [],
        **whom,
    )


def reasons(item) -> set[str]:
    return {reason.kind for reason in item.reasons.all()}


def about(panel, **whom) -> PanelItem:
    return PanelItem.objects.get(panel=panel, **whom)


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
    return [one.about for suggested in found for one in suggested.reasons if one.kind == Why.NEW_WORRY]


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
    why = {
        one.kind
        for found in queries.suggestions(world.coordinator, panel, now_plus(-1))
        for one in found.reasons
    }
    assert Why.INTERVIEW_OVERDUE in why
    said_no = {"outcome": "declined", "why": "Not twice", "by_whom": "Noor"}
    offer_interview(by=world.social_worker, episode_id=episode.pk, offered_at=now_plus(-7), **said_no)
    why = {
        one.kind
        for found in queries.suggestions(world.coordinator, panel, now_plus(-1))
        for one in found.reasons
    }
    assert Why.INTERVIEW_OVERDUE not in why


def test_places_and_groups_come_with_a_worry_a_decision_or_ties_of_several_children(world, panel):
    park = knowing.add_place(by=world.social_worker, name="Mill park", kind="park")
    arcade = knowing.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    quiet = knowing.add_place(by=world.social_worker, name="Library", kind="library")
    told = tell(world, place_id=park.pk)
    telling.decide(
        by=world.coordinator, concern=told, decision="panel", reason="Who can light it?", feedback="Thank you"
    )
    for name in ("Ana", "Bea"):
        child = tell(world, name).person
        for place in (arcade, *((quiet,) if name == "Ana" else ())):
            knowing.note_tie(
                by=world.social_worker, person_id=child.pk, kind="goes to", how_known="Said", to_place=place
            )
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert reasons(about(panel, place=park)) == {Why.NEW_WORRY, Why.FOR_THE_PANEL}
    assert reasons(about(panel, place=arcade)) == {Why.SHARED}
    assert not PanelItem.objects.filter(panel=panel, place=quiet).exists()


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
    arcade = knowing.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    children = [tell(world, name).person for name in ("Ana", "Bea")]
    for child in children:
        knowing.note_tie(
            by=world.social_worker, person_id=child.pk, kind="goes to", how_known="Said", to_place=arcade
        )
    knowing.restrict(by=world.coordinator, person_id=children[0].pk, reason="A parent works here")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert not PanelItem.objects.filter(panel=panel, place=arcade).exists()
    knowing.lift_restriction(by=world.coordinator, person_id=children[0].pk, reason="They moved")
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    assert reasons(about(panel, place=arcade)) == {Why.SHARED}


def test_a_restricted_child_is_in_no_theme(world, panel):
    children = [tell(world, name).person for name in ("Ana", "Bea", "Cleo")]
    knowing.restrict(by=world.coordinator, person_id=children[0].pk, reason="A parent works here")
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


def test_preparing_asks_the_same_however_much_there_is(world, panel):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queried:
            actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
        return len(queried)

    for name in ("Ana", "Bea", "Cleo"):
        tell(world, name)
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
    group = knowing.add_group(by=world.social_worker, name="Friday group", kind="friends")
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
        actions.involve_agency(by=world.coordinator, item_id=item.pk, agency_id=world.police.pk, why=" ")
    with pytest.raises(Refused, match="holds the panel"):
        actions.involve_agency(
            by=world.teacher, item_id=item.pk, agency_id=world.police.pk, why="Knows the place"
        )
    actions.involve_agency(
        by=world.coordinator, item_id=item.pk, agency_id=world.police.pk, why="Knows the place"
    )
    assert queries.item_visible_to(world.officer, item.pk)


def test_a_restricted_child_is_not_there_for_others_not_even_as_somebody(world, prepared, item, case):
    knowing.restrict(by=world.coordinator, person_id=case.person_id, reason="A parent works here")
    assert queries.agenda_of(world.officer, prepared) == []
    assert len(queries.agenda_of(world.teacher, prepared)) == 1


def test_how_many_children_are_tied_is_said_to_those_who_may_see_them(world, panel):
    arcade = knowing.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    for name in ("Ana", "Bea"):
        child = tell(world, name).person
        knowing.note_tie(
            by=world.social_worker, person_id=child.pk, kind="goes to", how_known="Said", to_place=arcade
        )
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)

    def tied(user):
        return next(line.tied for line in queries.agenda_of(user, panel) if line.section == "places")

    assert (tied(world.coordinator).seen, tied(world.coordinator).others) == (2, False)
    assert (tied(world.officer).seen, tied(world.officer).others) == (0, True)
    knowing.restrict(by=world.coordinator, person_id=child.pk, reason="A parent works here")
    assert (tied(world.social_worker).seen, tied(world.officer).others) == (2, True)


# ---- at the meeting


def test_a_decision_stands_beside_the_childs_words_or_why_not(world, item):
    by, said = world.coordinator, {"decision": "A worker meets her weekly", "reason": "She asked for it"}
    with pytest.raises(Refused, match="own words"):
        actions.decide_item(by=by, item_id=item.pk, **said)
    with pytest.raises(Refused, match="holds the panel"):
        actions.decide_item(by=world.teacher, item_id=item.pk, view=NO_WORDS, **said)
    words = words_of(by, item.person_id).first()
    decided = actions.decide_item(by=by, item_id=item.pk, view=ChildsView(words_id=words.pk), **said)
    assert (decided.words, decided.decided_by) == (words, by)


def test_nothing_is_decided_before_the_day(world, case):
    panel = make_panel(world, days=2)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=case.person)
    with pytest.raises(Refused, match="has not come"):
        actions.decide_item(by=world.coordinator, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)
    with pytest.raises(Refused, match="has not come"):
        hold(world, panel)


def test_an_action_lands_in_the_plan_that_is_in_force_and_is_followed_from_there(
    world, agreed, prepared, item
):
    outcome = agreed.outcomes.get()
    action = actions.add_panel_action(
        by=world.coordinator,
        item_id=item.pk,
        what="Meet her at the gate",
        owner=world.teacher,
        due_on=in_days(5),
        outcome_id=outcome.pk,
    )
    there = action.in_plans.get()
    assert (there.outcome, there.owner, there.what) == (outcome, world.teacher, "Meet her at the gate")
    assert list(queries.panel_actions_due(world.teacher)) == []
    planning.finish_action(by=world.teacher, action_id=there.pk, note="Every day")
    row = queries.panel_action_visible_to(world.coordinator, action.pk)
    assert queries.stands(row, timezone.localdate()).state == "done"


def test_an_action_is_followed_into_the_plan_that_replaces_this_one(world, agreed, prepared, item):
    changed = planning.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    action = actions.add_panel_action(
        by=world.coordinator,
        item_id=item.pk,
        what="Meet her at the gate",
        owner=world.teacher,
        due_on=in_days(5),
        outcome_id=agreed.outcomes.get().pk,
    )
    planning.agree_plan(
        by=world.social_worker,
        plan_id=changed.pk,
        review_on=in_days(60),
        view=ChildsView(why_no_words="Later"),
    )
    there = action.in_plans.get(outcome__plan=changed)
    planning.finish_action(by=world.teacher, action_id=there.pk, note="Done")
    row = queries.panel_action_visible_to(world.coordinator, action.pk)
    stands = queries.stands(row, timezone.localdate())
    assert (stands.state, stands.plan_action_id) == ("done", there.pk)


def test_an_action_of_one_child_does_not_land_with_another(world, agreed, prepared):
    other = tell(world, "Ana")
    item = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="person", end_id=other.person_id)
    with pytest.raises(Hidden):
        actions.add_panel_action(
            by=world.coordinator,
            item_id=item.pk,
            what="x",
            owner=world.social_worker,
            due_on=in_days(1),
            outcome_id=agreed.outcomes.get().pk,
        )


def test_an_action_about_a_place_becomes_a_step_in_the_case_of_a_child_who_goes_there(world, case, prepared):
    arcade = knowing.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    given = {
        "by": world.coordinator,
        "what": "Licensing visits",
        "owner": world.social_worker,
        "due_on": in_days(3),
    }
    item = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="place", end_id=arcade.pk)
    with pytest.raises(Hidden):
        actions.add_panel_action(item_id=item.pk, case_id=case.pk, kind="place", **given)
    knowing.note_tie(
        by=world.social_worker, person_id=case.person_id, kind="goes to", how_known="Said", to_place=arcade
    )
    action = actions.add_panel_action(item_id=item.pk, case_id=case.pk, kind="place", **given)
    step = steps_of(world.social_worker, case.pk).get()
    assert (step.place, step.panel_action, step.owner) == (arcade, action, world.social_worker)
    row = queries.panel_action_visible_to(world.coordinator, action.pk)
    assert queries.stands(row, timezone.localdate()).case_id == case.pk


def test_what_has_no_plan_to_live_in_stays_in_the_work_of_whoever_does_it(world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "what": "Ring her aunt", "due_on": in_days(2)}
    with pytest.raises(Refused, match="not involved"):
        actions.add_panel_action(owner=world.officer, **given)
    action = actions.add_panel_action(owner=world.officer, why_involve="Knows her aunt", **given)
    assert list(queries.panel_actions_due(world.officer)) == [action]
    with pytest.raises(Refused, match="Whoever said"):
        actions.finish_panel_action(by=world.teacher, panel_action_id=action.pk, outcome="done", note="x")
    actions.finish_panel_action(
        by=world.officer, panel_action_id=action.pk, outcome="done", note="She rang back"
    )
    assert list(queries.panel_actions_due(world.officer)) == []


def test_the_next_panel_sees_what_was_agreed_before_and_how_it_stands(world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "owner": world.teacher, "due_on": in_days(2)}
    first = actions.add_panel_action(what="Ring her aunt", **given)
    second = actions.add_panel_action(what="Ring the club", **given)
    hold(world, prepared)
    actions.finish_panel_action(
        by=world.teacher, panel_action_id=second.pk, outcome="done", note="They are glad"
    )
    later = make_panel(world, days=7)
    assert set(queries.earlier_actions(world.coordinator, later)) == {first, second}
    assert list(queries.earlier_actions(world.officer, later)) == []  # not involved with her
    PanelAction.objects.filter(pk=second.pk).update(done_on=in_days(-40))
    assert set(queries.earlier_actions(world.coordinator, later)) == {first}


def test_who_is_missing_is_written_down_and_stops_nothing(world, prepared):
    seats = {seat.agency: seat for seat in prepared.seats.all()}
    came = {seats[world.care].pk: ("came", ""), seats[world.school].pk: ("else", "Ms Hill")}
    with pytest.raises(Refused, match="each invitation"):
        actions.hold_panel(by=world.coordinator, panel_id=prepared.pk, came=came)
    came[seats[world.police].pk] = ("absent", "")
    held = actions.hold_panel(by=world.coordinator, panel_id=prepared.pk, came=came)
    assert held.state == "held"
    assert held.seats.get(agency=world.school).instead == "Ms Hill"


# ---- dissent and minutes


@pytest.fixture
def decided(world, item) -> PanelItem:
    return actions.decide_item(
        by=world.coordinator, item_id=item.pk, decision="No more visits", reason="She is safe", view=NO_WORDS
    )


def test_anybody_who_takes_part_can_disagree_and_it_stays(world, prepared, decided):
    said = actions.dissent(by=world.teacher, item_id=decided.pk, why="She told me that she is afraid.")
    assert (said.agency, said.by) == (world.school, world.teacher)
    with pytest.raises(Hidden):
        actions.dissent(by=world.officer, item_id=decided.pk, why="x")
    shown = queries.item_visible_to(world.coordinator, decided.pk)
    assert list(shown.dissents.all()) == [said]


def test_whoever_holds_the_panel_writes_down_what_somebody_without_a_user_does_not_agree_with(
    world, prepared, decided
):
    given = {
        "item_id": decided.pk,
        "why": "Her brother is afraid too.",
        "said_by": "Ivy Lee, housing officer",
    }
    with pytest.raises(Refused, match="Whoever holds the panel"):
        actions.dissent(by=world.teacher, agency_id=world.police.pk, **given)
    for nowhere in (None, uuid.uuid4()):
        with pytest.raises(Hidden):
            actions.dissent(by=world.coordinator, agency_id=nowhere, **given)
    said = actions.dissent(by=world.coordinator, agency_id=world.police.pk, **given)
    assert (said.who, said.agency, said.by) == ("Ivy Lee, housing officer", world.police, world.coordinator)


def test_whoever_is_no_part_of_the_panel_opens_a_disagreement_instead(world, case):
    panel = make_panel(world, agencies=[world.care.pk])
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    item = about(panel, person=case.person)
    actions.decide_item(by=world.coordinator, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)
    assert queries.item_visible_to(world.teacher, item.pk)  # what is decided about the child is no secret
    with pytest.raises(Hidden):
        actions.dissent(by=world.teacher, item_id=item.pk, why="I see it otherwise")
    assert f"panel:{item.pk}" in queries.decisions_of(world.teacher, case.person_id)


def test_minutes_that_were_agreed_do_not_change(world, prepared, decided):
    hold(world, prepared)
    actions.correct_minutes(
        by=world.coordinator, panel_id=prepared.pk, text="Once a week", item_id=decided.pk
    )
    with pytest.raises(Refused, match="comes after"):
        actions.agree_minutes(by=world.coordinator, panel_id=prepared.pk, in_panel_id=prepared.pk)
    later = make_panel(world, days=7)
    actions.agree_minutes(by=world.coordinator, panel_id=prepared.pk, in_panel_id=later.pk)
    by, on = world.coordinator, {"by": world.coordinator, "item_id": decided.pk}
    for write in (
        lambda: actions.write_notes(notes="x", **on),
        lambda: actions.decide_item(decision="x", reason="y", view=NO_WORDS, **on),
        lambda: actions.dissent(by=world.teacher, item_id=decided.pk, why="x"),
        lambda: actions.add_panel_action(what="x", owner=world.teacher, due_on=in_days(1), **on),
        lambda: actions.correct_minutes(by=by, panel_id=prepared.pk, text="x"),
        lambda: actions.agree_minutes(by=by, panel_id=prepared.pk, in_panel_id=later.pk),
        lambda: actions.prepare_panel(by=by, panel_id=prepared.pk),
        lambda: hold(world, prepared),
    ):
        with pytest.raises(Refused):
            write()


# ---- disagreement


@pytest.fixture
def disagreement(world, case) -> Disagreement:
    decision = next(
        key for key in queries.decisions_of(world.teacher, case.person_id) if key.startswith("worry:")
    )
    return actions.begin_disagreement(
        by=world.teacher,
        person_id=case.person_id,
        what="She needs more than an assessment.",
        interest="She is afraid on her way home, today.",
        with_agency_id=world.care.pk,
        about="worry",
        about_id=decision.partition(":")[2],
    )


def step(world, disagreement, **changed):
    usual = {"outcome": "not_agreed", "who": "Tess and Sol", "reason": "Each sees it otherwise"}
    given = {"by": world.teacher, "disagreement_id": disagreement.pk, "next_owner": world.social_worker}
    return actions.take_step(**given | usual | changed)


def test_a_disagreement_goes_up_step_by_step_each_with_its_day(world, disagreement):
    first = disagreement.steps.get()
    assert (first.owner, first.step) == (world.teacher, "those_who_work")
    assert list(queries.disagreement_steps_due(world.teacher)) == [first]
    after = step(world, disagreement)
    second = list(after.steps.all())[-1]
    assert (second.step, second.owner, second.outcome) == ("managers", world.social_worker, "")
    assert second.due_on > timezone.localdate()
    assert list(queries.disagreement_steps_due(world.teacher)) == []


def test_a_disagreement_that_is_settled_says_how(world, disagreement):
    settled = step(world, disagreement, outcome="agreed", reason="Somebody walks home with her.")
    assert (settled.resolution, bool(settled.settled_at)) == ("Somebody walks home with her.", True)
    with pytest.raises(Refused, match="settled already"):
        step(world, disagreement)


def test_the_last_step_ends_it(world, disagreement):
    for _number in range(3):
        step(world, disagreement)
    with pytest.raises(Refused, match="last step"):
        step(world, disagreement)
    assert step(world, disagreement, outcome="agreed").settled_at


def test_the_steps_are_those_of_the_partnership(world, case, settings, tmp_path):
    own = tmp_path / "escalation.yaml"
    own.write_text("source: Wexmoor policy 4\nsteps: [{id: talk, label: Talk, who: Both, days: 3}]")
    settings.ESCALATION = str(own)
    opened = actions.begin_disagreement(
        by=world.teacher, person_id=case.person_id, what="x", interest="y", with_agency_id=world.care.pk
    )
    assert (opened.policy, opened.steps.get().label) == ("Wexmoor policy 4", "Talk")


def test_a_disagreement_names_the_childs_interest_and_a_decision_about_this_child(world, case):
    given = {"by": world.teacher, "person_id": case.person_id, "what": "x", "with_agency_id": world.care.pk}
    with pytest.raises(Refused, match="means for the child"):
        actions.begin_disagreement(interest=" ", **given)
    with pytest.raises(Hidden):
        actions.begin_disagreement(interest="x", about="worry", about_id=case.pk, **given)
    with pytest.raises(Hidden):
        actions.begin_disagreement(interest="x", **given | {"by": world.officer})


def test_nobody_takes_a_step_who_may_not_see_the_child(world, disagreement):
    with pytest.raises(Refused, match="not involved"):
        step(world, disagreement, next_owner=world.officer)
    assert disagreement.steps.get().outcome == ""


def test_every_act_about_a_child_leaves_its_row(world, prepared, decided, disagreement):
    actions.dissent(by=world.teacher, item_id=decided.pk, why="x")
    rows = AuditRow.objects.filter(person_id=decided.person_id).values_list("verb", "subject")
    expected = {
        ("decide", "panel item"),
        ("dissent", "panel item"),
        ("view", "panel"),
        ("open", "disagreement"),
    }
    assert expected <= set(rows)
