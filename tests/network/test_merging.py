"""Two records are said to be of one person, and that is taken back to the byte."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.conftest import World, examples, let_know

from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused
from heard.cases.case import actions as casework
from heard.cases.case.models import Case
from heard.cases.concern import actions as telling
from heard.cases.concern.queries import concern_visible_to
from heard.network import actions, merging, queries
from heard.network.models import Group, Handle, Merge, Node, Person, Place
from heard.network.rules import Level

BORN = date(2010, 4, 3)
WHY = "The same school says so"
DECIDED = {
    "feedback": "We open a case",
    "why_without_words": "Not seen yet",
    "why_alone": "Nobody else is in",
}


def everything() -> dict[str, list[Any]]:
    """Every row of every table but what says who did what, the merges themselves, and the index of chronologies, which is
    made again from the rest."""
    left_out = (
        "agencies.AuditRow", "network.Merge", "network.NodeMerge", "sessions.Session", "cases.Chronology",
    )  # fmt: skip
    tables = [model for model in apps.get_models() if not model._meta.label.startswith(left_out)]
    return {table._meta.label: sorted(map(repr, table._base_manager.values())) for table in tables}


def differences(before: dict[str, list[Any]]) -> dict[str, Any]:
    after = everything()
    return {
        name: [sorted(set(before[name]) - set(after[name])), sorted(set(after[name]) - set(before[name]))]
        for name in before
        if before[name] != after[name]
    }


@pytest.fixture
def amira(world: World) -> Person:
    return actions.add_person(
        by=world.social_worker, given_name="Amira", family_name="Khan", birth_date=BORN, postcode="LE1 1AA"
    )


@pytest.fixture
def ameera(world: World) -> Person:
    return actions.add_person(
        by=world.teacher, given_name="Ameera", family_name="Kahn", postcode="NG7 2BB", known_as="Mimi"
    )


def tell(by: Any, person: Person) -> Any:
    return telling.tell(
        by=by, person_id=person.pk, seen_and_heard="She is afraid.", danger_now="no", why_no_words="At home"
    )


def merge(world: World, kept: Person, merged: Person, **more: Any) -> Merge:
    asked = {"by": world.coordinator, "kept_id": kept.pk, "merged_id": merged.pk, "reason": WHY} | more
    return actions.merge_people(**asked)


def test_one_record_goes_on_with_all_that_both_had(world: World, amira: Person, ameera: Person) -> None:
    worry = tell(world.teacher, ameera)
    merge(world, amira, ameera, take=["known_as"])
    worry.refresh_from_db()
    amira.refresh_from_db()
    assert (worry.person, amira.known_as, amira.given_name) == (amira, "Mimi", "Amira")
    assert amira.known_as_said_by == str(world.teacher)  # with the name
    for text in (
        {"given_name": "Ameera", "family_name": "Kahn"},
        {"given_name": "Mimi", "postcode": "NG7 2BB"},
    ):
        assert [hit.person_id for hit in queries.find_people(world.coordinator, **text)] == [amira.pk]
    assert {row.agency for row in queries.involvements_of(world.teacher, amira.pk)} == {
        world.care,
        world.school,
    }


def test_the_address_of_the_record_that_was_merged_leads_to_the_one_that_goes_on(
    world: World, amira: Person, ameera: Person
) -> None:
    merge(world, amira, ameera)
    with pytest.raises(Hidden):
        queries.person_visible_to(world.coordinator, ameera.pk)
    assert queries.kept_instead_of(world.coordinator, ameera.pk) == amira.pk
    assert queries.kept_instead_of(world.officer, ameera.pk) is None
    assert queries.kept_instead_of(world.coordinator, amira.pk) is None


def test_who_looked_at_the_record_that_was_merged_away_has_looked_at_the_child(
    world: World, client: Client, amira: Person, ameera: Person
) -> None:
    first = actions.add_person(by=world.officer, given_name="A.", family_name="Khan")
    actions.open_record(by=world.officer, person_id=first.pk)
    merge(world, ameera, first)
    mine = merge(world, amira, ameera)
    client.force_login(world.social_worker)
    pages = [reverse(name, kwargs={"person_id": amira.pk}) for name in ("child_looked", "own_looks")]
    for page in pages:
        assert world.officer.team.agency.name in client.get(page).text
    actions.unmerge_people(by=world.coordinator, merge_id=mine.pk, reason="Two children after all")
    for page in pages:
        assert world.officer.team.agency.name not in client.get(page).text


HAS = st.fixed_dictionaries(
    {
        "restricted": st.booleans(),
        "born": st.sampled_from([None, BORN, date(2010, 3, 4)]),
        "names": st.lists(st.sampled_from(["Mimi", "Ann", "Zoë"]), max_size=2),
        "postcodes": st.lists(st.sampled_from(["LE1 1AA", "NG7 2BB"]), max_size=2),
        "agencies": st.sets(st.sampled_from(["school", "police"])),
        "worries": st.integers(0, 2),
        "tie": st.sampled_from(["", "place", "group", "each other"]),
        "warning": st.booleans(),
    }
)  # fmt: skip


def give(world: World, person: Person, other: Person, has: dict[str, Any]) -> None:
    by = world.coordinator
    for name in has["names"]:
        actions.add_other_name(by=by, person_id=person.pk, given_name=name)
    for postcode in has["postcodes"]:
        actions.move_house(by=by, person_id=person.pk, postcode=postcode)
    for name in sorted(has["agencies"]):
        actions.involve(by=by, person=person, agency=getattr(world, name), why="Works with them")
    for _ in range(has["worries"]):
        tell(by, person)
    if has["tie"]:
        end = "person" if has["tie"] == "each other" else has["tie"]
        actions.note_tie_to(
            by=by, one_id=person.pk, end=end, other_id=other.pk if end == "person" else None,
            new_name="The park", new_kind="open space", in_words="goes to", knows=actions.Knows("Said so"),
        )  # fmt: skip
    if has["warning"]:
        casework.note_warning(
            by=by,
            person_id=person.pk,
            text="Ring first",
            why="A dog",
            review_on=timezone.localdate() + timedelta(days=30),
            person_told=True,
        )


@settings(
    max_examples=examples(20),
    deadline=None,
    database=None,
    phases=[Phase.generate],  # shrinking would build both records hundreds of times
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(HAS, HAS, st.booleans(), st.sets(st.sampled_from(merging.DETAILS)))
def test_a_merge_that_is_undone_has_changed_nothing(
    world: World, mine: dict[str, Any], theirs: dict[str, Any], has_case: bool, take: set[str]
) -> None:
    with transaction.atomic():
        people = [
            actions.add_person(
                by=world.coordinator, given_name=given, family_name="Khan", birth_date=has["born"],
                restricted=has["restricted"],
            )
            for given, has in (("Amira", mine), ("Ameera", theirs))
        ]  # fmt: skip
        give(world, people[0], people[1], mine)
        give(world, people[1], people[0], theirs)
        if has_case:
            worry = tell(world.coordinator, people[1])
            telling.decide(
                by=world.coordinator, concern=worry, decision="open_case", reason="Two signs", **DECIDED
            )
        before = everything()
        done = merge(world, people[0], people[1], take=take)
        assert everything() != before
        actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
        assert differences(before) == {}
        transaction.set_rollback(True)


def test_two_open_cases_are_not_put_together(world: World, amira: Person, ameera: Person) -> None:
    for person in (amira, ameera):
        telling.decide(
            by=world.coordinator,
            concern=tell(world.coordinator, person),
            decision="open_case",
            reason="Signs",
            **DECIDED,
        )
    with pytest.raises(Refused, match="Close or end one of the two first"):
        merge(world, amira, ameera)
    assert Case.objects.filter(person=ameera).exists()


def test_the_stricter_of_the_two_wins(world: World, amira: Person, ameera: Person) -> None:
    actions.involve(by=world.teacher, person=ameera, agency=world.care, why="Leads")
    actions.restrict(by=world.coordinator, person_id=ameera.pk, reason="Threats")
    done = merge(world, amira, ameera)
    amira.refresh_from_db()
    assert amira.restricted
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    amira.refresh_from_db()
    assert not amira.restricted


def test_undoing_a_merge_lifts_no_restriction_over_what_was_added_since(
    client: Client, world: World, amira: Person, ameera: Person
) -> None:
    actions.involve(by=world.teacher, person=ameera, agency=world.care, why="Leads")
    actions.restrict(by=world.coordinator, person_id=ameera.pk, reason="Threats")
    done = merge(world, amira, ameera)
    client.force_login(world.coordinator)
    page = reverse("merge", kwargs={"merge_id": done.pk})
    assert "stays restricted" not in client.get(page).text
    later = tell(world.social_worker, amira)
    assert "stays restricted" in client.get(page).text
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    later.refresh_from_db()
    amira.refresh_from_db()
    assert (later.person, amira.restricted) == (amira, True)
    actions.lift_restriction(by=world.coordinator, person_id=amira.pk, reason="It was about Ameera")
    amira.refresh_from_db()
    assert not amira.restricted


def test_what_was_added_since_stays_with_the_record_that_went_on(
    world: World, amira: Person, ameera: Person
) -> None:
    done = merge(world, amira, ameera, take=["given_name"])
    later = tell(world.teacher, amira)
    actions.rename_person(by=world.social_worker, person_id=amira.pk, given_name="Amy", family_name="Khan")
    done = queries.merge_visible_to(world.coordinator, done.pk)
    counted, changed, restricted = queries.what_stays(world.coordinator, done)
    assert not restricted
    assert ("worries", 1) in counted
    assert changed == ["First name"]
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    later.refresh_from_db()
    amira.refresh_from_db()
    assert (later.person, amira.given_name) == (amira, "Amy")
    assert queries.person_visible_to(world.teacher, ameera.pk).given_name == "Ameera"


def test_the_later_of_two_merges_is_undone_first(world: World, amira: Person, ameera: Person) -> None:
    third = actions.add_person(by=world.social_worker, given_name="Amirah", family_name="Khan")
    first = merge(world, amira, ameera)
    second = merge(world, third, amira)
    assert queries.kept_instead_of(world.coordinator, ameera.pk) == third.pk
    with pytest.raises(Refused, match="Undo the later one first"):
        actions.unmerge_people(by=world.coordinator, merge_id=first.pk, reason="Two cousins")
    for one in (second, first):
        actions.unmerge_people(by=world.coordinator, merge_id=one.pk, reason="Two cousins")
    with pytest.raises(Refused, match="undone already"):
        actions.unmerge_people(by=world.coordinator, merge_id=first.pk, reason="Two cousins")


def test_who_may_merge_sees_both_and_says_why(world: World, amira: Person, ameera: Person) -> None:
    hidden = actions.add_person(by=world.officer, given_name="Amira", family_name="Khan", restricted=True)
    with pytest.raises(Hidden):
        merge(world, amira, hidden)
    with pytest.raises(Refused, match="Say why"):
        merge(world, amira, ameera, reason=" ")
    with pytest.raises(Refused, match="one record already"):
        merge(world, amira, amira)
    actions.involve(by=world.teacher, person=ameera, agency=world.care, why="Leads")
    with pytest.raises(Refused, match="A co-ordinator says"):
        merge(world, amira, ameera, by=world.supervisor)
    adult = actions.add_person(by=world.social_worker, given_name="Amira", family_name="Khan", kind="adult")
    with pytest.raises(Refused, match="a child and the other of an adult"):
        merge(world, amira, adult)
    done = merge(world, amira, ameera)
    assert not queries.merges_visible_to(world.supervisor).exists()
    with pytest.raises(Hidden):
        actions.unmerge_people(by=world.supervisor, merge_id=done.pk, reason="No")


def test_a_merge_and_its_undoing_are_written_down_for_both(
    world: World, amira: Person, ameera: Person
) -> None:
    done = merge(world, amira, ameera)
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    for verb, reason in (("merge", WHY), ("unmerge", "Two cousins")):
        rows = AuditRow.objects.filter(verb=verb)
        assert {row.person_id for row in rows} == {amira.pk, ameera.pk}
        assert {row.reason for row in rows} == {reason}


@pytest.mark.parametrize("of", [Person, Place, Group, Handle])
def test_every_column_that_leads_there_is_moved_or_has_its_reason(of: type[Model]) -> None:
    names = {link.name for link in merging.links(of)}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.related_model in (of, Node) and model._meta.label not in {
                "network.SearchKey", "network.Merge", "network.NodeMerge", "network.Person", "network.NodeKey"
            }:  # fmt: skip
                assert f"{model._meta.label}.{field.name}" in names


@pytest.mark.on_day(date(2026, 11, 27))
def test_an_agency_that_worked_with_both_has_done_so_since_the_earlier_day(
    world: World, amira: Person
) -> None:
    other = actions.add_person(
        by=world.social_worker, given_name="Amirah", family_name="Khan", since=date(2020, 1, 1)
    )
    done = merge(world, amira, other)
    [row] = queries.involvements_of(world.social_worker, amira.pk)
    assert row.since == date(2020, 1, 1)
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    [row] = queries.involvements_of(world.social_worker, amira.pk)
    assert row.since > date(2020, 1, 1)


# ---- who told a worry about a child whom they did not find


@pytest.mark.parametrize("new_goes_on", [False, True])
def test_who_wrote_down_a_child_for_a_worry_sees_nothing_of_the_record_that_it_belongs_to(
    world: World, new_goes_on: bool
) -> None:
    known = actions.add_person(by=world.social_worker, given_name="Kim", family_name="Okoro")
    worry = telling.tell(
        by=world.officer,
        new_person={"given_name": "Kim", "family_name": "Okoro"},
        seen_and_heard="She is afraid.",
        danger_now="no",
        why_no_words="At home",
    )
    kept, merged = (worry.person, known) if new_goes_on else (known, worry.person)
    assert queries.person_visible_to(world.officer, worry.person.pk)
    done = merge(world, kept, merged)
    with pytest.raises(Hidden):
        queries.person_visible_to(world.officer, kept.pk)
    assert queries.level_of(world.officer, kept.pk) == Level.KNOWS
    assert queries.level_of(world.social_worker, kept.pk) == Level.EVERYTHING
    assert concern_visible_to(world.officer, worry.pk).person == kept
    actions.unmerge_people(by=world.coordinator, merge_id=done.pk, reason="Two cousins")
    assert queries.level_of(world.officer, worry.person.pk) == Level.EVERYTHING


def test_an_agency_that_works_with_both_sees_the_one_record(world: World) -> None:
    known = actions.add_person(by=world.social_worker, given_name="Kim", family_name="Okoro")
    worry = telling.tell(
        by=world.supervisor,
        new_person={"given_name": "Kim", "family_name": "Okoro"},
        seen_and_heard="She is afraid.",
        danger_now="no",
        why_no_words="At home",
    )
    merge(world, known, worry.person)
    assert queries.level_of(world.social_worker, known.pk) == Level.EVERYTHING


def test_before_a_merge_it_is_said_who_sees_how_much_of_both_after_it(
    world: World, amira: Person, ameera: Person
) -> None:
    """A team where only a team does, and no more than its line opens."""
    let_know(world.social_worker, amira.pk, world.police)
    sees = queries.compare(world.coordinator, amira.pk, ameera.pk).sees
    (team,) = [line for line in amira.involvements.running() if line.team]
    assert f"{team.team}, {team.agency}: {team.get_level_display()}" in sees
    assert f"{world.police}: Knows that we know the child" in sees


def test_what_neither_record_says_is_not_the_same_in_both(
    world: World, amira: Person, ameera: Person
) -> None:
    details = {
        detail.name: detail for detail in queries.compare(world.coordinator, amira.pk, ameera.pk).details
    }
    assert [details[name].is_known for name in ("given_name", "sex", "upn")] == [True, False, False]
