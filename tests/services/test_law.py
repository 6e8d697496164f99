"""From which day a duty of law holds here, and who is in the child protection team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.board import evidence
from heard.home.queries import my_work
from heard.services.law import actions, queries, rules
from heard.services.law.models import DutyStart, TeamMember, TeamPost
from heard.services.law.rules import Duty

WHY = "The regulation of May, as our lawyers read it"
TEAM = reverse("protection_team")


def day(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def start(world: World, duty: str, days: int | None) -> DutyStart:
    starts_on = None if days is None else day(days)
    return actions.set_start(by=world.coordinator, duty=duty, starts_on=starts_on, why=WHY)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def set_up(world: World) -> dict[str, TeamPost]:
    return {post.kind: post for post in actions.set_up_team(by=world.coordinator, team="Wexmoor team")}


def name(world: World, post: TeamPost, since: int = -5, **more: Any) -> TeamMember:
    said = {
        "called": "Kit Lane, teacher",
        "agency_id": world.school.pk,
        "since": day(since),
        "named_by": "The council",
    }
    return actions.name_member(**({"by": world.coordinator, "post_id": post.pk} | said | more))


# ---- duties


def test_a_duty_holds_from_its_day_on_and_on_none_without_one(world: World) -> None:
    assert not queries.duty_holds(world.teacher, Duty.REPORT)
    for days, holds in ((1, False), (0, True), (-1, True), (None, False)):
        start(world, "report", days)
        assert queries.duty_holds(world.teacher, Duty.REPORT) is holds, days
        assert not queries.duty_holds(world.teacher, Duty.SHARE), "the other is a duty of its own"
    assert DutyStart.objects.count() == 4, "what was set before stays"
    rows = AuditRow.objects.filter(verb="set start", subject="duty of law")
    assert [row.reason for row in rows] == [WHY] * 4


def test_only_a_co_ordinator_sets_a_day_with_the_reason(world: World) -> None:
    for user in (world.teacher, world.supervisor, world.administrator, world.board_member):
        with pytest.raises(Refused, match="co-ordinator"):
            actions.set_start(by=user, duty="report", starts_on=day(0), why=WHY)
        assert client_of(user).get(reverse("duty_start", args=["report"])).status_code == 404
    for said, says in (({"why": " "}, "Say who decided"), ({"starts_on": None}, "so already")):
        with pytest.raises(Refused, match=says):
            actions.set_start(
                **({"by": world.coordinator, "duty": "report", "starts_on": day(0), "why": WHY} | said)
            )
    with pytest.raises(Hidden):
        start(world, "nothing", 0)
    assert not DutyStart.objects.exists()


def test_the_page_says_what_is_known_of_the_law_and_takes_the_day(world: World) -> None:
    page = client_of(world.teacher).get(reverse("duties_of_law")).text
    assert page.count("Off: no day is set") == 2
    for said in (
        "clause 77",
        "We read it as it stood in the Bill",
        "Read on 26 November 2026",
        "indicators alone",
    ):
        assert said in page
    assert "Set the day" not in page
    client, at = client_of(world.coordinator), reverse("duty_start", args=["share"])
    dated = {f"starts_on-{part}": getattr(day(0), part) for part in ("day", "month", "year")}
    assert "Say who decided on this" in client.post(at, dated).text
    page = client.post(at, dated | {"why": WHY}, follow=True).text
    assert WHY in page
    assert "Holds since" in page


# ---- the child protection team


def test_a_post_is_vacant_until_somebody_holds_it_and_from_the_day_after_they_left(world: World) -> None:
    posts = set_up(world)
    assert set(posts) == {post.value for post in rules.REQUIRED}
    assert {post.kind for post in queries.vacant(world.coordinator)} == set(posts)
    member = name(world, posts["police"])
    assert {post.kind for post in queries.vacant(world.coordinator)} == set(posts) - {"police"}
    actions.end_member(by=world.coordinator, member_id=member.pk, until=day(0))
    assert posts["police"] not in queries.vacant(world.coordinator), "their last day is theirs"
    actions.end_member(by=world.coordinator, member_id=member.pk, until=day(-2))
    (held,) = [team for team in queries.teams(world.teacher)["Wexmoor team"] if team.post == posts["police"]]
    assert (held.since, held.members, held.before) == (day(-1), [], [member])
    name(world, posts["police"], since=3)
    assert posts["police"] in queries.vacant(world.coordinator), (
        "who comes in three days does not hold it today"
    )
    assert queries.posts_held(world.board_member) == (0, 4)


def test_nobody_holds_a_post_that_somebody_holds_and_only_the_last_day_is_ever_changed(world: World) -> None:
    post = set_up(world)["health"]
    member = name(world, post)
    for said, says in (
        ({}, "Somebody else holds this post"),
        ({"since": -30}, "Somebody else holds this post"),
        ({"since": -30, "until": day(-5)}, "Somebody else holds this post"),
        ({"since": -30, "until": day(-31)}, "last day"),
        ({"by": world.administrator, "since": 5}, "co-ordinator"),
        ({"called": ""}, "name and role"),
        ({"agency_id": None}, "agency"),
        ({"named_by": " "}, "who named"),
    ):
        with pytest.raises(Refused, match=says):
            name(world, post, **said)
    with pytest.raises(Refused, match="last day"):
        actions.end_member(by=world.coordinator, member_id=member.pk, until=day(-6))
    with pytest.raises(Refused, match="stays"):
        actions.remove_post(by=world.coordinator, post_id=post.pk)
    with pytest.raises(Refused, match="already"):
        actions.set_up_team(by=world.coordinator, team="wexmoor TEAM")
    actions.end_member(by=world.coordinator, member_id=member.pk, until=day(-1))
    name(world, post, since=0, called="Ola Quay, nurse")
    assert [member.called for member in post.members.all()] == ["Ola Quay, nurse", "Kit Lane, teacher"]


def test_somebody_stands_in_and_no_two_ever_hold_a_post_on_one_day(world: World) -> None:
    post = set_up(world)["health"]
    name(world, post, since=20)
    acting = name(world, post, since=0, called="Acting", until=day(19))
    assert post not in queries.vacant(world.coordinator)
    for until in (day(20), None):
        with pytest.raises(Refused, match="Somebody else holds this post"):
            actions.end_member(by=world.coordinator, member_id=acting.pk, until=until)
    actions.end_member(by=world.coordinator, member_id=acting.pk, until=day(18))


def test_a_last_day_is_emptied_and_a_wrong_holder_is_taken_off_with_the_reason(world: World) -> None:
    post = set_up(world)["health"]
    wrong = name(world, post)
    client = client_of(world.coordinator)
    end, off = (reverse(f"team_member_{value}", args=[wrong.pk]) for value in ("end", "off"))
    actions.end_member(by=world.coordinator, member_id=wrong.pk, until=day(-1))
    page = client.get(TEAM).text
    assert end in page
    assert off in page
    client.post(end, {"until-day": "", "until-month": "", "until-year": ""})
    wrong.refresh_from_db()
    assert wrong.until is None
    for user in (world.teacher, world.administrator):
        assert client_of(user).get(off).status_code == 404
        with pytest.raises(Refused, match="co-ordinator"):
            actions.take_off_member(by=user, member_id=wrong.pk, why="x")
    assert "Say what is wrong" in client.post(off, {"why": " "}).text
    client.post(off, {"why": "Of another council"})
    assert not TeamMember.objects.exists()
    assert AuditRow.objects.get(verb="take off member").reason == "Of another council"


def test_one_of_the_four_goes_with_its_whole_team_and_only_before_anybody_held_a_post_of_it(
    world: World,
) -> None:
    posts = set_up(world)
    page = client_of(world.coordinator).get(TEAM).text
    assert "Remove the team" in page
    member = name(world, posts["health"])
    with pytest.raises(Refused, match="The law names this post"):
        actions.remove_post(by=world.coordinator, post_id=posts["police"].pk)
    assert queries.posts_held(world.board_member) == (1, 4)
    assert "Remove the team" not in client_of(world.coordinator).get(TEAM).text
    actions.take_off_member(by=world.coordinator, member_id=member.pk, why="Of another council")
    actions.remove_post(by=world.coordinator, post_id=posts["police"].pk)
    assert not TeamPost.objects.exists()
    assert set_up(world), "the name is free again"


def test_a_vacant_post_of_the_four_is_told_to_who_keeps_the_team(world: World) -> None:
    posts = set_up(world)
    other = actions.add_post(by=world.coordinator, post_id=posts["police"].pk, title="Probation")
    lines = [
        line for part in my_work(world.coordinator) for line in part.waiting if line.kind == "vacant-posts"
    ]
    assert {line.about for line in lines} == {"Education", "Social work", "Health", "Police"}
    assert {line.href for line in lines} == {TEAM}
    for user in (world.supervisor, world.administrator, world.teacher):
        assert not [part for part in my_work(user) if part.key == "vacant-posts"], user
    with pytest.raises(Refused, match="already"):
        actions.add_post(by=world.coordinator, post_id=posts["police"].pk, title="probation")
    client = client_of(world.coordinator)
    assert "It is removed" in client.post(reverse("team_post_remove", args=[other.pk]), follow=True).text
    assert not TeamPost.objects.filter(pk=other.pk).exists()


def test_everybody_reads_the_team_and_only_who_keeps_it_is_offered_a_change(world: World) -> None:
    assert "No team is set up here yet" in client_of(world.teacher).get(TEAM).text
    posts = set_up(world)
    client = client_of(world.coordinator)
    at = reverse("team_member_name", args=[posts["education"].pk])
    sent = {"called": "Kit Lane, teacher", "agency": str(world.school.pk), "named_by": "The council"}
    sent |= {f"since-{part}": getattr(day(-5), part) for part in ("day", "month", "year")}
    assert "Say who named them" in client.post(at, sent | {"named_by": ""}).text
    assert "Saved: the child protection team" in client.post(at, sent, follow=True).text
    for user in (world.teacher, world.analyst, world.board_member, world.administrator):
        page = client_of(user).get(TEAM).text
        assert "Kit Lane, teacher" in page
        assert page.count("Vacant") == 3
        assert "Say who holds it" not in page
        assert client_of(user).get(at).status_code == 404


def test_an_audit_counts_the_posts_that_are_held(world: World) -> None:
    def said() -> str:
        found = evidence.counted_for(
            world.board_member, ["protection_team"], since=day(-9), until=day(0), today=day(0)
        )
        return found["protection_team"]["says"]

    assert said() == "no team is set up"
    posts = set_up(world)
    actions.add_post(by=world.coordinator, post_id=posts["police"].pk, title="Probation")
    name(world, posts["police"])
    assert said() == "1 of 4 held"
