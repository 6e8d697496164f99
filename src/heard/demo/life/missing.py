"""Times at which a child was missing, what the child said after coming back, and the form that is ready before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.assessment.rules import ChildsView
from heard.cases.missing import actions as missing
from heard.demo.life.beginning import POLICE

if TYPE_CHECKING:
    from heard.cases.models import Episode
    from heard.demo.life.child import Child

_FROM = {"looked_after": "residential"}


def go_missing(child: Child) -> None:
    for number, one in enumerate(child.part("missing") or (), start=1):
        since = _since(child, one)
        episode = missing.note_missing(
            by=child.user(POLICE),
            person_id=child.person_id,
            missing_from=since,
            from_where=_FROM.get(child.story.get("legal_status", ""), "home"),
            last_seen_where=child.say(one["seen"]),
            last_seen_by=child.say(one["by"]),
            danger=one["danger"],
            danger_why=child.say(one["danger_why"]),
            what_is_known=child.say(one.get("known", "")),
            reported_at=since + timedelta(minutes=40),
            police_reference=f"WX/{since:%d%m}/{number:02d}",
            at=since + timedelta(minutes=50),
        )
        if one["hours"]:
            _come_back(child, episode, one, since + timedelta(hours=one["hours"]))


def prepare_form(child: Child) -> None:
    form = child.part("philomena")
    if form:
        parts: dict[str, Any] = {name: child.say(text) for name, text in form.items() if name != "with"}
        with_whom = child.say(form["with"])
        missing.write_form(by=child.worker, person_id=child.person_id, prepared_with=with_whom, **parts)


def _since(child: Child, one: dict[str, Any]) -> datetime:
    if "ago" in one:
        return timezone.now() - timedelta(hours=one["ago"])
    return child.world.at(child.day(one["day"]), one["from"])


def _come_back(child: Child, episode: Episode, one: dict[str, Any], found_at: datetime) -> None:
    missing.note_found(
        by=child.user(POLICE),
        episode_id=episode.pk,
        found_at=found_at,
        found_where=child.say(one["found"]),
        found_by=child.say(one["found_by"]),
        condition=child.say(one["condition"]),
        check_by_police="done",
        at=found_at + timedelta(minutes=30),
    )
    if "interview" in one:
        _interview(child, episode, one["interview"], found_at)
    elif "declined" in one:
        offered_at = found_at + timedelta(hours=20)
        missing.offer_interview(
            by=child.worker,
            episode_id=episode.pk,
            outcome="declined",
            offered_at=offered_at,
            by_whom=str(child.worker),
            why=child.say(one["declined"]),
            at=offered_at,
        )


def _interview(child: Child, episode: Episode, said: dict[str, Any], found_at: datetime) -> None:
    held_at = found_at + timedelta(hours=said["after"])
    offered: dict[str, Any] = {"by": child.worker, "episode_id": episode.pk}
    missing.offer_interview(
        outcome="accepted",
        offered_at=found_at + timedelta(hours=12),
        by_whom=str(child.worker),
        at=found_at + timedelta(hours=12),
        **offered,
    )
    words = {
        "text": said["text"],
        "how": "said",
        "heard_on": timezone.localdate(held_at),
        "heard_by": said["with"],
    }
    missing.record_interview(
        held_at=held_at,
        where="A place that the child chose",
        with_whom=said["with"],
        independent="Does not look after the child, and works for nobody who does",
        view=ChildsView(new=words),
        where_was=child.say(said["where"]),
        pushed=said["pushed"],
        pulled=said["pulled"],
        would_help=said["help"],
        at=held_at,
        **offered,
    )
