"""Patterns of exploitation of places, groups and contexts: who notes them, who reads them, and that they are withdrawn, never deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from heard.agencies.actions import add_user
from heard.agencies.models import AuditRow
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices.queries import unread_of
from heard.cases.context import actions, queries, rules
from heard.cases.context.models import ContextPattern
from heard.cases.stage.rules import PATTERN_ASKS
from heard.insight.release.queries import patterns_around
from heard.knowledge.load import NotInRelease
from heard.network import actions as network
from heard.network.models import Place

TODAY = timezone.localdate()
WHY = "Two drivers wait at the same stand after school, four workers say"


def note(by: Any, end: str, about: Any, **change: Any) -> ContextPattern:
    return actions.note_pattern(
        by=by, end=end, about_id=about.pk, **{"pattern": "G2", "reason": WHY} | change
    )


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: Any, end: str, about: Any) -> list[tuple[str, str]]:
    return [(pattern.row.end, pattern.row.pattern) for pattern in queries.patterns_about(user, end, about.pk)]


@pytest.fixture
def group(world) -> Any:
    return network.add_group(by=world.social_worker, name="Those of stand nine", kind="friends")


@pytest.fixture
def home_work(world) -> Any:
    """A context about a place where somebody lives, which only those who work on it read."""
    home = network.add_place(by=world.social_worker, name="Elm Row 4", kind="flat", is_home=True)
    return actions.open_context(
        by=world.coordinator,
        end="place",
        node_id=home.pk,
        setting="home",
        why="Several were seen to go in",
        holder=world.social_worker,
    )


@pytest.mark.parametrize("end", ["place", "group", "context"])
def test_a_pattern_is_noted_with_why_by_whom_and_when(world, arcade, group, work, end: str) -> None:
    about = {"place": arcade, "group": group, "context": work}[end]
    row = note(world.social_worker, end, about, from_on=TODAY - timedelta(days=40))
    assert (row.reason, row.noted_by, row.noted_at.date(), row.end) == (
        WHY, world.social_worker, timezone.now().date(), end,
    )  # fmt: skip
    audit = AuditRow.objects.filter(verb="note pattern").get()
    assert (audit.subject, str(audit.subject_id), audit.actor) == (end, str(about.pk), "sol.wright")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": " "}, PATTERN_ASKS["reason"]),
        ({"pattern": "G7"}, "Choose the setting in which this is happening."),
        (
            {"from_on": TODAY, "to_on": TODAY - timedelta(days=1)},
            "The end is before the beginning. Check both dates.",
        ),
    ],
)
def test_a_pattern_without_why_setting_or_order_is_refused(world, arcade, change: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        note(world.social_worker, "place", arcade, **change)
    assert not ContextPattern.objects.exists()


def test_a_pattern_that_the_release_has_not_is_refused(world, arcade) -> None:
    with pytest.raises(NotInRelease):
        note(world.social_worker, "place", arcade, pattern="Z9")


def test_the_same_pattern_is_noted_once_until_it_is_withdrawn(world, arcade) -> None:
    first = note(world.social_worker, "place", arcade)
    with pytest.raises(Refused, match=rules.PATTERN_NOTED_ALREADY):
        note(world.supervisor, "place", arcade)
    note(world.social_worker, "place", arcade, from_on=TODAY)
    actions.withdraw_pattern(by=world.social_worker, pattern_id=first.pk, why="It was another stand")
    note(world.social_worker, "place", arcade)
    assert ContextPattern.objects.count() == 3


def test_a_reason_that_names_a_child_there_is_refused(world, arcade, case) -> None:
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="goes to",
        other_id=arcade.pk,
        knows=network.Knows("She said so"),
    )
    said = f"{case.person} was met there"
    with pytest.raises(Refused, match="This names a child"):
        note(world.social_worker, "place", arcade, reason=said)
    row = note(world.social_worker, "place", arcade)
    with pytest.raises(Refused, match="This names a child"):
        actions.withdraw_pattern(by=world.social_worker, pattern_id=row.pk, why=said)


def test_it_is_withdrawn_with_why_and_stays_to_be_read(world, arcade) -> None:
    row = note(world.social_worker, "place", arcade)
    with pytest.raises(Refused, match=rules.WITHDRAW_PATTERN_ASKS["why"]):
        actions.withdraw_pattern(by=world.social_worker, pattern_id=row.pk, why=" ")
    actions.withdraw_pattern(by=world.social_worker, pattern_id=row.pk, why="It was another stand")
    row.refresh_from_db()
    assert (row.withdrawn_by, row.why_withdrawn) == (world.social_worker, "It was another stand")
    with pytest.raises(Refused, match="withdrawn already"):
        actions.withdraw_pattern(by=world.social_worker, pattern_id=row.pk, why="Again")
    said = client_of(world.social_worker).get(reverse("place", args=[arcade.pk])).text
    assert "It was another stand" in said
    assert WHY in said
    assert AuditRow.objects.get(verb="withdraw pattern").reason == "It was another stand"


def test_whoever_did_not_note_it_and_does_not_decide_cannot_withdraw_it(world, arcade) -> None:
    row = note(world.supervisor, "place", arcade)
    assert queries.why_not_withdraw_pattern(world.social_worker, row)
    with pytest.raises(Refused, match="Whoever noted this pattern"):
        actions.withdraw_pattern(by=world.social_worker, pattern_id=row.pk, why="No")


def test_who_does_not_assess_notes_none(world, arcade) -> None:
    reader = add_user(
        by=world.administrator,
        username="lado.reed",
        first_name="Lado",
        last_name="Reed",
        password=None,
        team=world.exploitation_team,
        role=Role.OFFICER,
        agreed_by=world.coordinator,
    )
    with pytest.raises(Refused, match="Your role does not note"):
        note(reader, "place", arcade)
    assert client_of(reader).get(reverse("pattern_of_place", args=[arcade.pk])).status_code == 404
    assert "Note a pattern" not in client_of(reader).get(reverse("place", args=[arcade.pk])).text


def test_a_closed_context_takes_none_but_lets_one_be_withdrawn(world, work) -> None:
    row = note(world.social_worker, "context", work)
    work.state, work.closed_at, work.closed_by, work.why_closed = (
        "closed",
        timezone.now(),
        world.coordinator,
        "Done",
    )
    work.save()
    with pytest.raises(Refused, match=rules.CLOSED):
        note(world.social_worker, "context", work, pattern="G6")
    actions.withdraw_pattern(by=world.social_worker, pattern_id=row.pk, why="It was another stand")


@pytest.mark.parametrize("end", ["context", "place"])
def test_whoever_holds_a_context_learns_of_a_pattern_in_it_and_of_its_place(
    world, arcade, work, end: str
) -> None:
    before = len(unread_of(world.social_worker))
    note(world.coordinator, end, work if end == "context" else arcade)
    assert [reader.notice.subject for reader in unread_of(world.social_worker)][before:] == ["context"]


def test_a_context_with_a_pattern_is_not_taken_back_as_opened_by_mistake(world, work) -> None:
    note(world.social_worker, "context", work)
    assert queries.why_not_take_back(world.coordinator, work) == rules.WORK_HAS_BEGUN


def test_pages_show_those_of_a_place_and_of_the_work_on_it(world, arcade, work) -> None:
    note(world.social_worker, "place", arcade)
    note(world.social_worker, "context", work, pattern="G6")
    both = [("place", "G2"), ("context", "G6")]
    assert read(world.social_worker, "place", arcade) == both
    assert read(world.social_worker, "context", work) == both
    said = client_of(world.social_worker).get(reverse("place", args=[arcade.pk])).text
    assert f"Of context {work.reference}" in said


def test_a_pattern_of_a_home_is_noted_in_its_context_alone(world, home_work) -> None:
    with pytest.raises(Refused, match="Somebody lives at this place"):
        note(world.social_worker, "place", home_work.place)
    row = note(world.social_worker, "context", home_work)
    assert read(world.social_worker, "place", home_work.place) == [("context", "G2")]
    assert read(world.teacher, "place", home_work.place) == []
    with pytest.raises(Hidden):
        queries.pattern_visible_to(world.teacher, row.pk)
    with pytest.raises(Hidden):
        actions.withdraw_pattern(by=world.teacher, pattern_id=row.pk, why="No")
    withdraw = reverse("pattern_withdraw", args=[row.pk])
    assert client_of(world.teacher).get(withdraw).status_code == 404


def test_of_a_place_that_turns_out_to_be_a_home_only_its_writer_and_who_decides_read_it(
    world, arcade
) -> None:
    row = note(world.social_worker, "place", arcade)
    assert read(world.teacher, "place", arcade) == [("place", "G2")]
    Place.objects.filter(pk=arcade.pk).update(is_home=True)
    assert read(world.teacher, "place", arcade) == []
    assert read(world.social_worker, "place", arcade) == read(world.coordinator, "place", arcade) != []
    with pytest.raises(Hidden):
        queries.pattern_visible_to(world.teacher, row.pk)


def test_a_pattern_of_a_group_is_read_by_those_alone_who_may_see_the_group(world, group) -> None:
    row = note(world.social_worker, "group", group)
    assert read(world.social_worker, "group", group) == [("group", "G2")]
    assert read(world.teacher, "group", group) == []
    with pytest.raises(Hidden):
        note(world.teacher, "group", group)
    with pytest.raises(Hidden):
        queries.pattern_visible_to(world.teacher, row.pk)


def test_patterns_go_with_a_merge_and_come_back_with_its_undo(world, arcade) -> None:
    other = network.add_place(by=world.social_worker, name="Arcade, Harbour St", kind="arcade")
    row = note(world.social_worker, "place", other)
    note(world.social_worker, "place", arcade)
    merge = network.merge_nodes(
        by=world.coordinator, kept_id=arcade.pk, merged_id=other.pk, reason="One place"
    )
    assert read(world.social_worker, "place", arcade) == [("place", "G2"), ("place", "G2")]
    network.unmerge_nodes(by=world.coordinator, merge_id=merge.pk, reason="Two after all")
    row.refresh_from_db()
    assert row.place == other


def test_a_pattern_is_of_one_thing_and_has_a_reason(world, arcade, work) -> None:
    for wrong in ({"place": arcade, "context": work}, {}, {"place": arcade, "reason": ""}):
        row: dict[str, Any] = {"reason": WHY} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            ContextPattern.objects.create(
                pattern="G2", noted_by=world.social_worker, noted_at=timezone.now(), **row
            )


def test_the_form_keeps_what_is_typed_and_says_what_was_done(world, arcade) -> None:
    client, at = client_of(world.social_worker), reverse("pattern_of_place", args=[arcade.pk])
    page = client.get(at).text
    assert "A network that uses transport hubs" in page
    assert "In which way does the child appear" not in page
    done = client.post(at, {"pattern": "G7", "G7_setting": "school", "reason": WHY}, follow=True).text
    assert "Saved: the pattern, with your reason." in done
    assert "At school." in done
    row = ContextPattern.objects.get()
    withdraw = reverse("pattern_withdraw", args=[row.pk])
    assert WHY in client.get(withdraw).text
    done = client.post(withdraw, {"why": "It was another school"}, follow=True).text
    assert "It stays to be read" in done


def test_the_profile_counts_those_that_stand_of_groups_places_and_contexts(
    world, arcade, work, group
) -> None:
    for end, about in (("place", arcade), ("context", work), ("group", group)):
        note(world.social_worker, end, about)
    note(world.social_worker, "place", arcade, from_on=TODAY)  # the same place again
    gone = note(world.social_worker, "group", group, pattern="G6")
    actions.withdraw_pattern(by=world.social_worker, pattern_id=gone.pk, why="Not so")
    rows = patterns_around(world.analyst, since=TODAY - timedelta(days=1), until=TODAY + timedelta(days=1))
    counted = {(row["pattern"], row["about"]): row["count"] for row in rows if row["count"]}
    assert counted == {("G2", "place"): 1, ("G2", "context"): 1, ("G2", "group"): 1}
    assert len(rows) == 13 * 3
    assert (
        patterns_around(world.analyst, since=TODAY + timedelta(days=2), until=TODAY + timedelta(days=3)) == []
    )
    with pytest.raises(Hidden):
        patterns_around(world.social_worker, since=TODAY, until=TODAY)
