"""Plants each question three times and once on a restricted child, with near misses; what is drawn differs by seed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from heard.cases.panel import actions as meeting
from heard.demo.planted import joined
from heard.demo.planted.planter import AGENCY, COORDINATOR, Planter
from heard.demo.planted.truth import READERS, Planted

if TYPE_CHECKING:
    from heard.demo.life.world import World

_MANY = 32  # people: more than a hub has
_TIMES = 3


@transaction.atomic
def plant(world: World) -> list[Planted]:
    """Into a partnership that has its agencies and staff. All or nothing."""
    planter = Planter(world)
    station, helpline = _crowd(planter)
    for question in (
        _episodes,
        _together,
        _ways,
        _near,
        _panel,
        _worry,
        _unwatched,
        _users,
        _there,
        _rests,
        _pieces,
        joined.same_group,
        joined.circles,
        joined.bridges,
        joined.moved,
    ):
        question(planter, station, helpline)
    return planter.truth


def _crowd(planter: Planter) -> tuple[Any, str]:
    """A station and a helpline to which more people are tied than a question follows."""
    crowd = [planter.adult("school", "police", "care", "health") for _ in range(_MANY)]
    station, helpline = planter.place("Quayside coach station"), planter.number()
    for one in crowd:
        planter.tie(one, "goes_to", station, "school")
        planter.tie(one, "contacted_from", helpline, "school")
    return station, helpline


def _episodes(planter: Planter, station: Any, helpline: str) -> None:
    hours = [2, 7, 12, 17, 21]
    spoke_of_station: list[tuple[Any, uuid.UUID]] = []
    for _ in range(_TIMES):
        by, also = planter.agencies()
        who, where, once = planter.person(by, also), planter.place(), planter.place()
        planter.rng.shuffle(hours)
        days = sorted(planter.rng.sample(range(5, 300), 3), reverse=True)
        told = [[where, station], [where, station], [once]]
        made = [
            planter.episode(who, by, day, hour, spoke)
            for day, hour, spoke in zip(days, hours, told, strict=False)
        ]
        keys = {"episode_id": made[0][0].pk, "chosen": [one.pk for one, _sources in made]}
        planter.say(
            "episodes", keys, where, (sources[0] for _one, sources in made[:2]), planter.readers([who])
        )
        spoke = [one.pk for one, _sources in made[:2]]  # and nobody is noted who watches over it
        planter.say("unwatched", {}, where, spoke, planter.readers([who]))
        spoke_of_station += [(who, key) for key in spoke]
        planter.pass_over("episodes", keys, "hub")
        planter.pass_over("episodes", keys, "named once")
    for reader in (
        READERS
    ):  # a place of many is what is asked about here, and not passed through; each what they see of it
        seen = [key for who, key in spoke_of_station if reader in planter.readers([who])]
        if len(seen) > 1:
            planter.say("unwatched", {}, station, seen, [reader])
    # three that began at about one hour, and two that did by accident
    by, also = planter.agencies()
    for number in (3, 2):
        who = planter.person(by, also)
        made = [planter.episode(who, by, 10 * day + 5, 20) for day in reversed(range(number))]
        keys = {"episode_id": made[0][0].pk, "chosen": [one.pk for one, _sources in made]}
        if number == 3:
            planter.say("episodes", keys, "hours", (one.pk for one, _sources in made), planter.readers([who]))
        else:
            planter.pass_over("episodes", keys, "an accident of hours")
    # a restricted child: only their own agency compares
    who, hidden, where = (
        planter.person("school", "police"),
        planter.person("police", restricted=True),
        planter.place(),
    )
    (mine, first), (other, second) = (
        planter.episode(who, "police", 40, 3, [where]),
        planter.episode(hidden, "police", 30, 14, [where]),
    )
    keys = {"episode_id": mine.pk, "chosen": [mine.pk, other.pk]}
    planter.say("episodes", keys, where, [*first, *second], planter.readers([who, hidden]))
    planter.say("unwatched", {}, where, [mine.pk, other.pk], planter.readers([who, hidden]))
    # thought untrue
    who, where = planter.person(*planter.agencies()), planter.place()
    by = min(planter.seen_by[who.pk][0])
    (one, _said), (other, _none) = (
        planter.episode(who, by, 50, 4, [where]),
        planter.episode(who, by, 45, 15),
    )
    planter.tie(
        who,
        "goes_to",
        where,
        by,
        how="said",
        who="A neighbour",
        known_grade="E",
        about="interview",
        about_id=other.pk,
    )
    planter.pass_over("episodes", {"episode_id": one.pk, "chosen": [one.pk, other.pk]}, "thought untrue")


def _together(planter: Planter, station: Any, helpline: str) -> None:
    def both(one: Any, other: Any, by: str, this: Any, **knows: Any) -> list[uuid.UUID]:
        return [planter.tie(one, "goes_to", this, by), planter.tie(other, "seen_at", this, by, **knows)]

    for kind in ("place", "adult", "phone"):
        by, also = planter.agencies()
        one, other = (
            planter.person(by, also),
            planter.person(by, planter.rng.choice(list({"care", "health"} - {by}))),
        )
        people = [one, other]
        if kind == "place":
            this = planter.place()
            evidence = both(one, other, by, this)
        elif kind == "adult":
            this = planter.adult(by, also)
            people.append(this)
            evidence = [planter.tie(this, "drives", one, by), planter.tie(this, "gives_things_to", other, by)]
        else:
            number = planter.number()
            evidence = [planter.tie(who, "contacted_from", number, by) for who in (one, other)]
            this = planter.phone_of(one, by)
        for who in (one, other):
            planter.say("together", {"person_id": who.pk}, this, evidence, planter.readers(people))
            planter.tie(who, "goes_to", station, by)
            planter.pass_over("together", {"person_id": who.pk}, "hub")
    # a phone that a worry about one child names, and the other child uses
    by = "school"
    one, other, number = planter.person(by), planter.person(by), planter.number()
    used = planter.tie(other, "uses", number, by)
    told = planter.worry(by, names=f"Calls came from {number}.", person_id=one.pk)
    phone = planter.phone_of(other, by)
    for who in (one, other):
        planter.say("together", {"person_id": who.pk}, phone, [used, told.pk], planter.readers([one, other]))
    # a restricted child
    one, hidden, this = (
        planter.person("school", "police"),
        planter.person("police", restricted=True),
        planter.place(),
    )
    evidence = both(one, hidden, "police", this)
    for who in (one, hidden):
        planter.say("together", {"person_id": who.pk}, this, evidence, planter.readers([one, hidden]))
    _not_together(planter, both)


def _not_together(planter: Planter, both: Callable[..., list[uuid.UUID]]) -> None:
    for near_miss in (
        "twins",
        "one address of a children’s home",
        "thought untrue",
        "ended long ago",
        "a common name",
    ):
        by = planter.agencies()[0]
        home: dict[str, Any] = {"postcode": "WX1 4AB"} if "address" in near_miss else {}
        one, other, this = planter.person(by, **home), planter.person(by, **home), planter.place()
        if near_miss == "twins":
            planter.tie(one, "family_of", other, by)
        if near_miss == "a common name":
            planter.tie(one, "goes_to", planter.place("The park"), by)
            planter.tie(other, "goes_to", planter.place("The park"), by)
        elif near_miss == "thought untrue":
            both(one, other, by, this, known_grade="E")
        elif near_miss == "ended long ago":
            both(one, other, by, this, valid_from=planter.ago(900), valid_to=planter.ago(500))
        else:
            both(one, other, by, this)
        for who in (one, other):
            planter.pass_over("together", {"person_id": who.pk}, near_miss)


def _ways(planter: Planter, station: Any, helpline: str) -> None:
    for _ in range(_TIMES):
        by, also = planter.agencies()
        one, other = planter.person(by, also), planter.person(by, also)
        adult, where = planter.adult(by, also), planter.place()
        evidence = [
            planter.tie(one, "goes_to", where, by),
            planter.tie(adult, "runs", where, by),
            planter.tie(adult, "drives", other, by),
        ]
        keys = {"node_id": one.pk, "other_id": other.pk}
        planter.say("ways", keys, "", evidence, planter.readers([one, other, adult]))
    for near_miss in ("hub", "thought untrue", "a tie that does not pass"):
        by = planter.agencies()[0]
        one, other, where = planter.person(by), planter.person(by), planter.place()
        this = station if near_miss == "hub" else where
        planter.tie(one, "saw_it" if "pass" in near_miss else "goes_to", this, by)
        planter.tie(
            other, "goes_to", this, by, **({"known_grade": "E"} if near_miss == "thought untrue" else {})
        )
        planter.pass_over("ways", {"node_id": one.pk, "other_id": other.pk}, near_miss)
    one, other = planter.person("school", "police"), planter.person("school", "police")
    hidden = planter.person("police", restricted=True)
    evidence = [planter.tie(hidden, "friend_of", who, "police") for who in (one, other)]
    keys = {"node_id": one.pk, "other_id": other.pk}
    planter.say("ways", keys, "", evidence, planter.readers([one, other, hidden]))


def _near(planter: Planter, station: Any, helpline: str) -> None:
    for _ in range(_TIMES):
        by, also = planter.agencies()
        one, friend = planter.person(by, also), planter.person(by, also)
        adult, where = planter.adult(by, also), planter.place()
        first, second = planter.tied(one, "friend_of", friend, by), planter.tied(friend, "goes_to", where, by)
        keys = {"person_id": one.pk}
        told = planter.readers([one, friend])
        planter.say("near", keys, friend, [first], told)
        planter.say("near", keys, where, [first, second], told)
        planter.tied(adult, "runs", where, by)
        planter.pass_over("near", keys, "three ties away")
    for near_miss in ("hub", "thought untrue", "a tie that does not pass", "long over"):
        by = planter.agencies()[0]
        one, beyond = planter.person(by), planter.place()
        keys = {"person_id": one.pk}
        if near_miss == "hub":
            planter.say(
                "near", keys, station, [planter.tied(one, "goes_to", station, by)], planter.readers([one])
            )
        elif near_miss == "a tie that does not pass":
            there = planter.place()
            planter.say("near", keys, there, [planter.tied(one, "saw_it", there, by)], planter.readers([one]))
            planter.tied(planter.adult(by), "runs", there, by)
        elif near_miss == "thought untrue":
            planter.tied(one, "goes_to", beyond, by, known_grade="E")
        else:
            over = {"valid_from": planter.ago(500), "valid_to": planter.ago(400)}
            planter.tied(one, "goes_to", beyond, by, **over)
        planter.pass_over("near", keys, near_miss)
    # a restricted child: who may not see them is told of nobody
    one, hidden, where = (
        planter.person("school", "police"), planter.person("police", restricted=True), planter.place(),
    )  # fmt: skip
    first, second = (
        planter.tied(hidden, "friend_of", one, "police"),
        planter.tied(hidden, "goes_to", where, "police"),
    )
    told = planter.readers([one, hidden])
    planter.say("near", {"person_id": one.pk}, hidden, [first], told)
    planter.say("near", {"person_id": one.pk}, where, [first, second], told)


def _panel(planter: Planter, station: Any, helpline: str) -> None:
    lead, panel = planter.world.users[COORDINATOR], planter.panel()
    keys = {"panel_id": panel.pk}
    everybody = [reader for reader in READERS if reader in AGENCY or reader == COORDINATOR]
    for _ in range(_TIMES):
        by, also = planter.agencies()
        who = planter.person(by, also)
        meeting.add_item(by=lead, panel_id=panel.pk, end="person", end_id=who.pk)
        evidence = [
            planter.tie(who, "goes_to", planter.place(), by),
            planter.tie(
                who, "goes_to", planter.place(), by, valid_from=planter.ago(60), valid_to=planter.ago(1)
            ),
        ]
        planter.say("panel", keys, who, evidence, planter.readers([who]))
    where = planter.place()
    meeting.add_item(by=lead, panel_id=panel.pk, end="place", end_id=where.pk)
    seen = {agency: planter.person(agency) for agency in ("school", "police")}
    sources = {agency: planter.tie(who, "goes_to", where, agency) for agency, who in seen.items()}
    for reader in everybody:  # each what they see of it
        evidence = [sources[agency] for agency, who in seen.items() if reader in planter.readers([who])]
        if evidence:
            planter.say("panel", keys, where, evidence, [reader])
    who = planter.person("school")
    planter.tie(who, "goes_to", planter.place(), "school")
    planter.pass_over("panel", keys, "not on the agenda")
    off = planter.person("school")
    item = meeting.add_item(by=lead, panel_id=panel.pk, end="person", end_id=off.pk)
    planter.tie(off, "goes_to", planter.place(), "school")
    meeting.arrange_agenda(by=lead, panel_id=panel.pk, order={}, off={item.pk}, why_off="Seen last time")
    planter.pass_over("panel", keys, "taken off the agenda")


def _worry(planter: Planter, station: Any, helpline: str) -> None:
    for _ in range(_TIMES):
        by, also = planter.agencies()
        child, member, group, number = (
            planter.person(by, also),
            planter.adult(by, also),
            planter.group(by),
            planter.number(),
        )
        evidence = [planter.tie(member, "part_of", group, by), planter.tie(member, "uses", number, by)]
        told = planter.worry(by, names=f"Calls came from {number}.", person_id=child.pk)
        planter.say("worry", {"concern_id": told.pk}, group, evidence, planter.readers([child, member]))
        planter.group(by, group.name)  # another of the same name
        planter.pass_over("worry", {"concern_id": told.pk}, "a common name")
    member, child = planter.person("school"), planter.person("school", "police")
    group = planter.group("school")
    evidence = [planter.tie(child, "seen_with", group, "school")]
    planter.tie(member, "part_of", group, "school")
    told = planter.worry("school", person_id=child.pk)
    planter.say("worry", {"concern_id": told.pk}, group, evidence, planter.readers([child]))
    for near_miss in ("helpline", "a phone sold on", "thought untrue"):
        child, member, group = planter.person("school"), planter.adult("school"), planter.group("school")
        number = helpline if near_miss == "helpline" else planter.number()
        knows: dict[str, dict[str, Any]] = {
            "a phone sold on": {"valid_from": planter.ago(900), "valid_to": planter.ago(500)},
            "thought untrue": {"known_grade": "E"},
        }
        planter.tie(member, "part_of", group, "school")
        planter.tie(member, "uses", number, "school", **knows.get(near_miss, {}))
        told = planter.worry("school", names=f"Calls came from {number}.", person_id=child.pk)
        planter.pass_over("worry", {"concern_id": told.pk}, near_miss)
    child, hidden = planter.person("school", "police"), planter.person("police", restricted=True)
    group, number = planter.group("police"), planter.number()
    evidence = [
        planter.tie(hidden, "part_of", group, "police"),
        planter.tie(hidden, "uses", number, "police"),
    ]
    told = planter.worry("school", names=f"Calls came from {number}.", person_id=child.pk)
    planter.say("worry", {"concern_id": told.pk}, group, evidence, planter.readers([child, hidden]))


def _unwatched(planter: Planter, station: Any, helpline: str) -> None:
    everybody = [
        COORDINATOR,
        "dele.okafor",
        "ruth.pemberton",
    ]  # the duty team's agency reads each worry about a place
    for _ in range(_TIMES):
        where, by = planter.place(), planter.rng.choice(["school", "police", "health"])
        told = [planter.worry(by, place_id=where.pk, when_seen="Fridays") for _number in range(2)]
        readers = [reader for reader in READERS if reader in everybody or AGENCY.get(reader) == by]
        planter.say("unwatched", {}, where, (one.pk for one in told), readers)
    protects, where = planter.adult("school", "care", "police", "health"), planter.place()
    for _number in range(2):
        planter.worry("school", place_id=where.pk, when_seen="Fridays")
    planter.tie(protects, "protects", where, "school")
    planter.pass_over("unwatched", {}, "somebody protects there")
    for _number in range(2):
        planter.worry("school", place_id=planter.place("The park").pk, when_seen="Fridays")
    planter.pass_over("unwatched", {}, "a common name")
    hidden, where = planter.person("health", restricted=True), planter.place()
    spoke = [planter.episode(hidden, "health", day, hour, [where])[0].pk for day, hour in ((70, 1), (60, 13))]
    planter.say("unwatched", {}, where, spoke, planter.readers([hidden]))


def _users(planter: Planter, station: Any, helpline: str) -> None:
    for how in ("shared", "passed on", "contradicting"):
        by, also = planter.agencies()
        one, other, number = planter.person(by, also), planter.adult(by, also), planter.number()
        until: dict[str, Any] = {"valid_to": planter.ago(100)} if how == "passed on" else {}
        kind = "keeper_of" if how == "contradicting" else "uses"
        evidence = [
            planter.tie(one, kind, number, by, valid_from=planter.ago(300), **until),
            planter.tie(other, kind, number, by, valid_from=planter.ago(90)),
        ]
        phone = planter.phone_of(one, by)
        planter.say("users", {"handle_id": phone.pk}, phone, evidence, planter.readers([one, other]))
    one, number = planter.person("school"), planter.number()
    planter.tie(one, "uses", number, "school")
    planter.tie(planter.adult("school"), "uses", number, "school", known_grade="E")
    planter.pass_over("users", {"handle_id": planter.phone_of(one, "school").pk}, "thought untrue")
    caller = planter.person("school", "police", "care")
    planter.tie(caller, "uses", helpline, "school")
    planter.tie(planter.adult("school", "police", "care"), "uses", helpline, "school")
    planter.pass_over("users", {"handle_id": planter.phone_of(caller, "school").pk}, "helpline")
    one, hidden, number = (
        planter.person("school", "police"),
        planter.person("police", restricted=True),
        planter.number(),
    )
    evidence = [
        planter.tie(who, "uses", number, "police", valid_from=planter.ago(50)) for who in (one, hidden)
    ]
    phone = planter.phone_of(one, "police")
    planter.say("users", {"handle_id": phone.pk}, phone, evidence, planter.readers([one, hidden]))


def _there(planter: Planter, station: Any, helpline: str) -> None:
    for _ in range(_TIMES):
        by, also = planter.agencies()
        one, other, late, where = (
            planter.person(by, also),
            planter.adult(by, also),
            planter.person(by, also),
            planter.place(),
        )
        when = planter.ago(planter.rng.randrange(20, 300))
        evidence = [planter.tie(who, "seen_at", where, by, valid_from=when) for who in (one, other)]
        planter.tie(late, "seen_at", where, by, valid_from=when + timedelta(days=1))
        planter.say("there", {"place_id": where.pk}, where, evidence, planter.readers([one, other, late]))
        planter.pass_over("there", {"place_id": where.pk}, "the day after")
    where, when = planter.place(), planter.ago(30)
    planter.tie(planter.person("school"), "seen_at", where, "school", valid_from=when)
    planter.tie(planter.adult("school"), "seen_at", where, "school", valid_from=when, known_grade="E")
    planter.pass_over("there", {"place_id": where.pk}, "thought untrue")
    one, hidden, where = (
        planter.person("school", "police"),
        planter.person("police", restricted=True),
        planter.place(),
    )
    evidence = [planter.tie(who, "seen_at", where, "police", valid_from=when) for who in (one, hidden)]
    planter.say("there", {"place_id": where.pk}, where, evidence, planter.readers([one, hidden]))


def _rests(planter: Planter, station: Any, helpline: str) -> None:
    told = {"how": "said", "who": "Somebody in the street"}
    for _ in range(_TIMES):
        by, also = planter.agencies()
        who, where = planter.person(by, also), planter.place()
        planter.say(
            "rests",
            {"node_id": who.pk},
            where,
            [planter.tie(who, "goes_to", where, by, **told)],
            planter.readers([who]),
        )
        for knows in ({"how": "seen"}, {"how": "said_by_child"}, told | {"source_grade": "1"}):
            planter.tie(who, "goes_to", planter.place(), by, **knows)
        planter.pass_over(
            "rests", {"node_id": who.pk}, "seen, the child’s own words, and told by who was right before"
        )
        twice = planter.place()
        for agency in (by, also):
            planter.tie(who, "goes_to", twice, agency, **told)
        planter.pass_over("rests", {"node_id": who.pk}, "told by two")
    who, hidden = planter.person("school", "police"), planter.person("police", restricted=True)
    source = planter.tie(hidden, "friend_of", who, "police", **told)
    planter.say("rests", {"node_id": who.pk}, hidden, [source], planter.readers([who, hidden]))


def _pieces(planter: Planter, station: Any, helpline: str) -> None:
    for _ in range(_TIMES):
        one_by, other_by = planter.agencies()
        one, other, number = (
            planter.person(one_by, "care"),
            planter.person(other_by, "care"),
            planter.number(),
        )
        evidence = [
            planter.tie(one, "contacted_from", number, one_by),
            planter.tie(other, "contacted_from", number, other_by),
        ]
        phone = planter.phone_of(one, one_by)
        planter.say("pieces", {"thing_id": phone.pk}, phone, evidence, planter.readers([one, other]))
    for near_miss in ("one agency has two pieces", "one agency alone"):
        one, other, number = (
            planter.person("school", "care"),
            planter.person("police", "care"),
            planter.number(),
        )
        planter.tie(one, "contacted_from", number, "school")
        planter.tie(one, "uses", number, "school")
        if near_miss == "one agency has two pieces":
            planter.tie(other, "contacted_from", number, "police")
        planter.pass_over("pieces", {"thing_id": planter.phone_of(one, "school").pk}, near_miss)
    planter.pass_over("pieces", {"thing_id": station.pk}, "hub")
    one, hidden, number = (
        planter.person("school", "health"),
        planter.person("health", restricted=True),
        planter.number(),
    )
    evidence = [
        planter.tie(one, "contacted_from", number, "school"),
        planter.tie(hidden, "contacted_from", number, "health"),
    ]
    phone = planter.phone_of(one, "school")
    planter.say("pieces", {"thing_id": phone.pk}, phone, evidence, planter.readers([one, hidden]))
