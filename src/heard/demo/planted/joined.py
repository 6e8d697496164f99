"""Plants what asks of groups, circles of children, adults between them, and of places about which something was done."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from heard.cases.concern import actions as telling
from heard.cases.panel import actions as meeting
from heard.demo.planted.planter import AGENCY, COORDINATOR, Planter
from heard.demo.planted.truth import READERS
from heard.graph.question.rules.groups import both

# Who reads each worry about a place: the duty team's agency and the co-ordinator, beside whoever told it.
READS_PLACES = (COORDINATOR, "dele.okafor", "ruth.pemberton")


# ---- 6: groups that may be one


def same_group(planter: Planter, station: Any, helpline: str) -> None:
    for how in ("people", "a phone", "a meeting place"):
        by, also = planter.agencies()
        one = planter.group(by)
        other = planter.group(by, f"{one.name}s" if how == "a phone" else "")
        members, evidence = [], []
        for _number in range({"people": 2, "a phone": 0, "a meeting place": 1}[how]):
            who = planter.person(by, also)
            members.append(who)
            evidence += [planter.tie(who, "part_of", group, by) for group in (one, other)]
        for group in (one, other):  # and each has somebody of its own
            own = planter.adult(by, also)
            members.append(own)
            planter.tie(own, "seen_with", group, by)
        if how != "people":
            end: Any = planter.number() if how == "a phone" else planter.place()
            kind = "uses" if how == "a phone" else "meets_at"
            evidence += [planter.tie(group, kind, end, by) for group in (one, other)]
        for group in (one, other):
            planter.say(
                "same_group",
                {"group_id": group.pk},
                both(one.pk, other.pk),
                evidence,
                planter.readers(members),
            )
    by = "police"
    one, other = planter.group(by), planter.group(by)
    members = [planter.person("school", by), planter.person(by, restricted=True)]
    evidence = [planter.tie(who, "part_of", group, by) for who in members for group in (one, other)]
    for group in (one, other):
        planter.say(
            "same_group", {"group_id": group.pk}, both(one.pk, other.pk), evidence, planter.readers(members)
        )
    _other_groups(planter, helpline)


def _other_groups(planter: Planter, helpline: str) -> None:
    old = {"valid_from": planter.ago(900), "valid_to": planter.ago(500)}
    knows: dict[str, dict[str, Any]] = {"ended long ago": old, "thought untrue": {"known_grade": "E"}}
    for near_miss in ("one in common", "a common name", "helpline", "has left", *knows):
        by = planter.agencies()[0]
        one = planter.group(by)
        other = planter.group(by, one.name if near_miss in ("a common name", "helpline") else "")
        for _number in range({"one in common": 1, "a common name": 0, "helpline": 0}.get(near_miss, 2)):
            who = planter.person(by)
            planter.tie(who, "part_of", one, by)
            kind = "has_left" if near_miss == "has left" else "part_of"
            planter.tie(who, kind, other, by, **knows.get(near_miss, {}))
        if near_miss == "helpline":
            for group in (one, other):
                planter.tie(group, "uses", helpline, by)
        planter.pass_over("same_group", {"group_id": one.pk}, near_miss)


# ---- 7: children to be looked at together


def circles(planter: Planter, station: Any, helpline: str) -> None:
    panel = planter.panel()
    keys = {"panel_id": panel.pk}

    def listed(*agencies: str, **more: Any) -> Any:
        who = planter.person(*agencies, **more)
        meeting.add_item(by=planter.world.users[COORDINATOR], panel_id=panel.pk, end="person", end_id=who.pk)
        return who

    for through in ("place", "adult", "phone"):
        by, also = planter.agencies()
        one, other, friend = listed(by, also), planter.person(by, also), planter.person(by, also)
        people = [one, other, friend]
        evidence = [planter.tie(other, "friend_of", friend, by, valid_from=planter.ago(40))]
        if through == "adult":
            this = planter.adult(by, also)
            people.append(this)
            evidence += [
                planter.tie(this, "drives", who, by, valid_from=planter.ago(30)) for who in (one, other)
            ]
        else:
            end = planter.place() if through == "place" else planter.number()
            kind = "goes_to" if through == "place" else "contacted_from"
            evidence += [planter.tie(who, kind, end, by, valid_from=planter.ago(30)) for who in (one, other)]
        planter.say("circles", keys, "", evidence, planter.readers(people))
    # more than twelve: whom the oldest day joins is cut
    by, also = planter.agencies()
    many, where = [listed(by, also), *(planter.person(by, also) for _number in range(13))], planter.place()
    seen = [
        planter.tie(who, "seen_at", where, by, valid_from=planter.ago(10 + number))
        for number, who in enumerate(many)
    ]
    planter.say("circles", keys, "", seen[:12], planter.readers(many))
    planter.pass_over("circles", keys, "joined longest ago, of more than twelve")
    # a restricted child
    one, hidden, where = (
        listed("school", "police"),
        planter.person("police", restricted=True),
        planter.place(),
    )
    evidence = [
        planter.tie(who, "goes_to", where, "police", valid_from=planter.ago(20)) for who in (one, hidden)
    ]
    planter.say("circles", keys, "", evidence, planter.readers([one, hidden]))
    near: dict[str, dict[str, Any]] = {
        "seen too long ago": {"valid_from": planter.ago(300), "valid_to": planter.ago(200)},
        "thought untrue": {"known_grade": "E"},
    }
    for near_miss in ("hub", "a tie that does not pass", "whoever protects", *near):
        by = planter.agencies()[0]
        one, other = listed(by), planter.person(by)
        if near_miss == "whoever protects":
            protects = planter.adult(by)
            for who in (one, other):
                planter.tie(protects, "protects", who, by)
        else:
            where = station if near_miss == "hub" else planter.place()
            kind = "saw_it" if "pass" in near_miss else "goes_to"
            planter.tie(one, kind, where, by)
            planter.tie(other, kind, where, by, **near.get(near_miss, {}))
        planter.pass_over("circles", keys, near_miss)


# ---- 9: an adult who alone joins two circles


def bridges(planter: Planter, station: Any, helpline: str) -> None:
    for also_a_hub in (False, False, True):
        by, also = planter.agencies()
        adult, one, other = planter.adult(by, also), planter.person(by, also), planter.person(by, also)
        evidence = _between(planter, by, adult, one, other)
        planter.tie(one, "friend_of", planter.person(by, also), by)
        where = planter.place()
        for who in (other, planter.person(by, also)):
            planter.tie(who, "goes_to", where, by)
        if also_a_hub:  # what many are tied to joins nobody
            for who in (one, other):
                planter.tie(who, "goes_to", station, by)
        planter.say("bridges", {}, adult, evidence, planter.readers([adult, one, other]))
    adult, one = planter.adult("school", "police"), planter.person("school", "police")
    hidden = planter.person("police", restricted=True)
    evidence = _between(planter, "police", adult, one, hidden)
    planter.say("bridges", {}, adult, evidence, planter.readers([adult, one, hidden]))
    _no_bridges(planter)


def _no_bridges(planter: Planter) -> None:
    ended = {"valid_from": planter.ago(90), "valid_to": planter.ago(20)}
    knows: dict[str, dict[str, Any]] = {"thought untrue": {"known_grade": "E"}, "it has ended": ended}
    for near_miss in ("a way round", "an order", "one circle", *knows):
        by, also = planter.agencies()
        adult, one, other = planter.adult(by, also), planter.person(by, also), planter.person(by, also)
        if near_miss == "one circle":
            planter.tie(adult, "frightens", one, by)
        else:
            _between(planter, by, adult, one, other, **knows.get(near_miss, {}))
        if near_miss == "a way round":
            where = planter.place()
            for who in (one, other):
                planter.tie(who, "goes_to", where, by)
        if near_miss == "an order":
            planter.tie(adult, "not_at", planter.place(), by)
        planter.pass_over("bridges", {}, near_miss)


def _between(planter: Planter, by: str, adult: Any, one: Any, other: Any, **knows: Any) -> list[uuid.UUID]:
    return [
        planter.tie(adult, "said_to_harm", one, by, basis="told", **knows),
        planter.tie(adult, "gives_things_to", other, by),
    ]


# ---- 10: whether harm moved

_DONE = 100  # days ago: since then 90 days are past


def moved(planter: Planter, station: Any, helpline: str) -> None:
    for how in ("a step", "somebody protects", "somebody protects"):
        by, also = planter.agencies()
        place, other = planter.place(postcode="WX7 1AA"), planter.place(postcode="WX8 1AA")
        people = [planter.person(by, also), planter.adult(by, also)]
        told = set(READERS)
        if how == "a step":
            since = [_step(planter, by, place)]
            told = _reads(planter, by)
        else:
            guard = planter.adult(by, also)
            people.append(guard)
            since = [planter.tie(guard, "protects", place, by, valid_from=planter.ago(_DONE))]
        seen = _went(planter, people[:2], place, other, by)
        planter.say(
            "moved", {"place_id": place.pk}, other, [*since, *seen], planter.readers(people, among=told)
        )
    _named(planter)
    hidden, one = planter.person("police", restricted=True), planter.person("school", "police")
    guard, place, other = planter.adult("school", "police"), planter.place(), planter.place()
    since = [planter.tie(guard, "protects", place, "police", valid_from=planter.ago(_DONE))]
    seen = _went(planter, [one, hidden], place, other, "police")
    people = [one, hidden, guard]
    planter.say("moved", {"place_id": place.pk}, other, [*since, *seen], planter.readers(people))
    for near_miss in (
        "one alone",
        "was there before",
        "after the 90 days",
        "thought untrue",
        "hub",
        "nothing done",
    ):
        by = planter.agencies()[0]
        place = planter.place()
        if near_miss != "nothing done":
            planter.tie(planter.adult(by), "protects", place, by, valid_from=planter.ago(_DONE))
        people = [planter.person(by) for _number in range(1 if near_miss == "one alone" else 2)]
        other = station if near_miss == "hub" else planter.place()
        then: dict[str, Any] = {"known_grade": "E"} if near_miss == "thought untrue" else {}
        _went(planter, people, place, other, by, after=2 if "90" in near_miss else 60, **then)
        if near_miss == "was there before":
            for who in people:
                planter.tie(who, "goes_to", other, by, valid_from=planter.ago(_DONE + 20))
        planter.pass_over("moved", {"place_id": place.pk}, near_miss)


def _went(
    planter: Planter, people: Iterable[Any], place: Any, other: Any, by: str, after: int = 60, **then: Any
) -> list[uuid.UUID]:
    """Seen at the one before, and at the other so many days ago."""
    found = []
    for who in people:
        before = {"valid_from": planter.ago(_DONE + 40), "valid_to": planter.ago(_DONE + 10)}
        found.append(planter.tie(who, "seen_at", place, by, **before))
        found.append(planter.tie(who, "seen_at", other, by, valid_from=planter.ago(after), **then))
    return found


def _reads(planter: Planter, by: str) -> set[str]:
    return {reader for reader in READERS if reader in READS_PLACES or AGENCY.get(reader) == by}


def _step(planter: Planter, by: str, place: Any) -> uuid.UUID:
    """A worry about the place, and a step that was agreed on it and finished. The key of the worry."""
    world, lead = planter.world, planter.world.users[COORDINATOR]
    with world.on(planter.ago(_DONE + 30)):
        worry = planter.worry(by, place_id=place.pk, when_seen="Fridays")
        step = telling.Step("Ask for light", lead, planter.ago(_DONE))
        telling.decide(
            by=lead,
            concern=worry,
            decision="step",
            reason="Nobody sees who waits",
            feedback="Thank you",
            step=step,
        )
    with world.on(planter.ago(_DONE)):
        telling.finish_step(by=lead, concern_id=worry.pk, outcome="done", note="There is light")
    return worry.pk


def _named(planter: Planter) -> None:
    """A place about which less is told since somebody protects there, one near it about which more is, and one that is not near."""
    by, also = planter.agencies()
    guard, place = planter.adult(by, also), planter.place(postcode="WX9 1AA")
    near, far = planter.place(postcode="WX9 2BB"), planter.place(postcode="WX10 2BB")
    planter.tie(guard, "protects", place, by, valid_from=planter.ago(_DONE))
    sees, told = set(planter.readers([guard])), _reads(planter, by)
    for this, days in ((place, _DONE + 20), (near, _DONE - 20), (far, _DONE - 20)):
        worries = []
        for number in range(2):
            with planter.world.on(planter.ago(days + number)):
                worries.append(planter.worry(by, place_id=this.pk, when_seen="Fridays").pk)
        watched = sees if this is place else set()
        planter.say(
            "unwatched", {}, this, worries, [reader for reader in READERS if reader in told - watched]
        )
        if this is not far:
            who = [reader for reader in READERS if reader in told & sees]
            planter.say("moved", {"place_id": place.pk}, this, worries, who)
    planter.pass_over("moved", {"place_id": place.pk}, "in another postcode district")
