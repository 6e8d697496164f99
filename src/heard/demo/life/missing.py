"""Times at which a child was missing, what the child said after coming back, and the form that is ready before."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.missing import actions as looking
from heard.cases.missing.queries import to_keep_in_episode
from heard.cases.words.rules import ChildsView
from heard.demo.life.beginning import POLICE

if TYPE_CHECKING:
    from heard.cases.models import Episode
    from heard.demo.life.child import Child

_FROM = {"looked_after": "residential"}
_UNTIL_REPORTED, _UNTIL_NOTED = timedelta(minutes=40), timedelta(minutes=50)
_OFFERED_AFTER = timedelta(hours=12)


def go_missing(child: Child) -> None:
    for number, one in enumerate(child.part("missing") or (), start=1):
        since = _since(child, one)
        with child.world.on(since + _UNTIL_NOTED):
            episode = _note(child, one, since, number)
        if one["hours"]:
            _come_back(child, episode, one, since + timedelta(hours=one["hours"]))


def _note(child: Child, row: dict[str, Any], since: datetime, number: int) -> Episode:
    return looking.note_missing(
        by=child.user(POLICE),
        person_id=child.person_id,
        missing_from=since,
        from_where=_FROM.get(child.story.get("legal_status", ""), "home"),
        last_seen_where=child.say(row["seen"]),
        last_seen_by=child.say(row["by"]),
        danger=row["danger"],
        danger_why=child.say(row["danger_why"]),
        what_is_known=child.say(row.get("known", "")),
        reported_at=since + _UNTIL_REPORTED,
        police_reference=f"WX/{since:%d%m}/{number:02d}",
    )


def prepare_form(child: Child) -> None:
    form = child.part("philomena")
    if form:
        parts: dict[str, Any] = {name: child.say(text) for name, text in form.items() if name != "with"}
        with_whom = child.say(form["with"])
        looking.write_form(by=child.worker, person_id=child.person_id, prepared_with=with_whom, **parts)


def _since(child: Child, row: dict[str, Any]) -> datetime:
    if "ago" in row:
        return child.world.now - timedelta(hours=row["ago"])
    return timezone.make_aware(datetime.combine(child.day(row["day"]), time(row["from"], 10)))


def _come_back(child: Child, episode: Episode, row: dict[str, Any], found_at: datetime) -> None:
    with child.world.on(found_at + timedelta(minutes=30)):
        looking.note_found(
            by=child.user(POLICE),
            episode_id=episode.pk,
            found_at=found_at,
            found_where=child.say(row["found"]),
            found_by=child.say(row["found_by"]),
            condition=child.say(row["condition"]),
            check_by_police="done",
        )
    if "interview" in row:
        _offer(child, episode, found_at, outcome="accepted")
        _interview(child, episode, row["interview"], found_at)
    elif "declined" in row:
        _offer(child, episode, found_at, outcome="declined", why=child.say(row["declined"]))


def _offer(child: Child, episode: Episode, found_at: datetime, **answer: str) -> None:
    offered_at = found_at + _OFFERED_AFTER
    with child.world.on(offered_at):
        looking.offer_interview(
            by=child.worker,
            episode_id=episode.pk,
            offered_at=offered_at,
            by_whom=str(child.worker),
            **answer,  # type: ignore[arg-type]  # strings, all of them
        )


def _interview(child: Child, episode: Episode, said: dict[str, Any], found_at: datetime) -> None:
    held_at = found_at + timedelta(hours=said["after"])
    heard = {"heard_on": timezone.localdate(held_at), "heard_by": said["with"]}
    with child.world.on(held_at):
        looking.record_interview(
            by=child.worker,
            episode_id=episode.pk,
            held_at=held_at,
            where="A place that the child chose",
            with_whom=said["with"],
            independent="Does not look after the child, and works for nobody who does",
            view=ChildsView(new={"text": said["text"], "how": "said", **heard}),
            where_was=child.say(said["where"]),
            pushed=said["pushed"],
            pulled=said["pulled"],
            would_help=said["help"],
        )
        found = to_keep_in_episode(child.worker, episode)
        looking.keep_named(by=child.worker, episode_id=episode.pk, ticks=[one.tick for one in found])
