"""Duties of law that hold, who is in the child protection team, and suspected offences that were reported or wait for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.reporting import actions as reporting
from heard.knowledge import load
from heard.services.law import actions as law

if TYPE_CHECKING:
    from datetime import datetime

    from heard.demo.life.child import Child
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World


def start_duties(world: World, told: dict[str, Any]) -> None:
    for duty, ago in told["start"].items():
        with world.on(world.ago(ago)):
            law.set_start(by=world.coordinator, duty=duty, starts_on=world.ago(ago), why=told["why"])
    for one in told["checked"]:
        day, said = world.ago(one["ago"]), {name: one[name] for name in ("power", "called", "said")}
        with world.on(day):
            law.check_power(
                by=world.coordinator, release=load.current().id, holds=True, checked_on=day, **said
            )
    with world.on(world.ago(90)):
        posts = {post.kind: post for post in law.set_up_team(by=world.coordinator, team=told["team"])}
    title, other = told["other"]
    with world.on(world.ago(other["since"])):
        added = law.add_post(by=world.coordinator, post_id=posts["police"].pk, title=title)
        _name(world, added.pk, other)
    for one in told["members"]:
        _name(world, posts[one["post"]].pk, one)


def _name(world: World, post_id: Any, row: dict[str, Any]) -> None:
    member = law.name_member(
        by=world.coordinator,
        post_id=post_id,
        called=row["called"],
        agency_id=world.agency_of[row["of"]].pk,
        since=world.ago(row["since"]),
        named_by=row["named"],
    )
    if "until" in row:
        law.end_member(by=world.coordinator, member_id=member.pk, until=world.ago(row["until"]))


def report(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for row in told:
        with world.on(world.ago(row["ago"])):
            made = _note(world, children[row["child"]], row)
        if "reported" in row:
            with world.on(max(_evening(world, row["reported"]), made.known_at)):
                reporting.record_report(
                    by=world.users[row["by"]],
                    report_id=made.pk,
                    to="",
                    agency_id=world.agency_of[row["to"]].pk,
                    to_person=row["number"],
                    way=row["way"],
                    reported_at=timezone.now(),
                )


def _note(world: World, child: Child, row: dict[str, Any]) -> Any:
    risk = child.say(row.get("risk", ""))
    return reporting.note_trigger(
        by=world.users[row["by"]],
        person_id=child.person_id,
        trigger=row["trigger"],
        who=world.name_and_job(row["by"]),
        known_at=timezone.now(),
        delay="risk" if risk else "",
        delay_why=risk,
    )


def _evening(world: World, ago: int) -> datetime:
    return timezone.localtime(world.now - timedelta(days=ago)).replace(hour=19, minute=10)
