"""Hands that plant: people, places, ties, episodes and worries, each written by the action that people use; who sees what is kept
beside it, worked out here and not asked of the site."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.concern import actions as telling
from heard.cases.missing import actions as looking
from heard.cases.panel import actions as meeting
from heard.cases.words.rules import ChildsView
from heard.demo.planted.truth import READERS, Planted
from heard.graph.question.rules import line_of
from heard.network import actions as network
from heard.network.queries import source_visible_to, web
from heard.network.rules import find

if TYPE_CHECKING:
    from heard.demo.life.world import World

COORDINATOR = "maya.lindqvist"
AGENCY = {
    "dele.okafor": "care",
    "ruth.pemberton": "care",
    "tom.hartley": "police",
    "grace.adeyemi": "school",
    "priya.nair": "health",
}
WRITES = {
    "care": "ruth.pemberton",
    "police": "tom.hartley",
    "school": "grace.adeyemi",
    "health": "priya.nair",
}


class Planter:
    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.truth: list[Planted] = []
        self.seen_by: dict[
            uuid.UUID, tuple[frozenset[str], bool]
        ] = {}  # of a person: agencies, and whether restricted
        self._numbers = iter(self.rng.sample(range(100, 1000), 900))
        self._names: set[str] = set()

    # ---- what there is

    def by(self, agency: str) -> Any:
        return self.world.users[WRITES[agency]]

    def name(self) -> str:
        """Of a place or group: of two that are alike one is named on purpose."""
        while True:
            text = f"{self.rng.choice(_FIRST)} {self.rng.choice(_SECOND)} {self.rng.choice(_THIRD)}"
            if text not in self._names:
                self._names.add(text)
                return text

    def number(self) -> str:
        return f"07700 900{next(self._numbers)}"

    def person(
        self, agency: str, *also: str, kind: str = "child", restricted: bool = False, **more: Any
    ) -> Any:
        given, family, sex = self.world.draw_child()
        person = network.add_person(
            by=self.by(agency),
            given_name=given,
            family_name=family,
            sex=sex,
            kind=kind,
            restricted=restricted,
            **more,
        )
        for other in also:
            network.involve(
                by=self.by(agency), person=person, agency=self.by(other).team.agency, why="Works with them"
            )
        self.seen_by[person.pk] = frozenset({agency, *also}), restricted
        return person

    def adult(self, agency: str, *also: str, **more: Any) -> Any:
        return self.person(agency, *also, kind="adult", **more)

    def place(self, name: str = "", **more: Any) -> Any:
        kind = self.rng.choice(_KINDS)
        return network.add_place(by=self.by("school"), name=name or self.name(), kind=kind, **more)

    def group(self, agency: str, name: str = "") -> Any:
        return network.add_group(by=self.by(agency), name=name or self.name(), kind="Informal group")

    def agencies(self) -> tuple[str, str]:
        """Two of them, in any order."""
        one, other = self.rng.sample(["school", "police", "care", "health"], 2)
        return one, other

    def panel(self) -> Any:
        """One to come, to which every agency is invited."""
        lead = self.world.users[COORDINATOR]
        return meeting.plan_panel(
            by=lead,
            starts_at=self.world.now + timedelta(days=3),
            place="Town hall",
            chair=lead,
            agencies=[self.by(agency).team.agency.pk for agency in WRITES],
        )

    # ---- what is known

    def tie(self, one: Any, kind: str, other: Any, by: str, **knows: Any) -> uuid.UUID:
        """The key of its new source. `other`: a number as text is a phone."""
        said = network.Knows(**({"words": "As it was told", "how": "work"} | knows))
        user = self.by(by)
        if isinstance(other, str):
            tie = network.note_tie_to(
                by=user, one_id=one.pk, end="handle", new_name=other, new_kind="phone", kind=kind, knows=said
            )
        else:
            tie = network.note_tie(by=user, one_id=one.pk, other_id=other.pk, kind=kind, knows=said)
        return web(user).known(tie)[-1].pk

    def tied(self, one: Any, kind: str, other: Any, by: str, **knows: Any) -> uuid.UUID:
        """As `tie`; the key of the tie."""
        return source_visible_to(self.by(by), self.tie(one, kind, other, by, **knows)).tie.key

    def phone_of(self, one: Any, by: str) -> Any:
        """The phone to which somebody is tied."""
        [key] = {tie.end_id for tie in web(self.by(by)).around(one.pk) if tie.end == "handle"}
        return web(self.by(by)).node("handle", key)

    def episode(
        self, who: Any, by: str, days: int, hour: int, spoke_of: Iterable[Any] = ()
    ) -> tuple[Any, list[uuid.UUID]]:
        """One that lasted three hours, with an interview; the keys of the sources that came of it."""
        user, at = (
            self.by(by),
            self.world.now.replace(hour=hour, minute=self.rng.randrange(30)) - timedelta(days=days),
        )
        episode = looking.note_missing(
            by=user, person_id=who.pk, missing_from=at, from_where="home", last_seen_where="At home", last_seen_by="Family",
            danger="not_known", reported_at=at, police_reference="WX",
        )  # fmt: skip
        back = at + timedelta(hours=3)
        looking.note_found(
            by=user, episode_id=episode.pk, found_at=back, found_where="Came home", found_by="Nobody", condition="Tired",
            check_by_police="done",
        )  # fmt: skip
        looking.record_interview(
            by=user, episode_id=episode.pk, held_at=back + timedelta(hours=6), where="A café", with_whom="Somebody independent",
            independent="Works for nobody who looks after the child", view=ChildsView(why_no_words="Wants to wait"),
        )  # fmt: skip
        about = {"how": "said_by_child", "about": "interview", "about_id": episode.pk}
        return episode, [self.tie(who, "goes_to", place, by, **about) for place in spoke_of]

    def worry(self, by: str, *, names: str = "", **about: Any) -> Any:
        return telling.tell(
            by=self.by(by),
            seen_and_heard=f"Something was seen. {names}",
            why_no_words="Nobody has asked yet",
            danger_now="no",
            named=find(names),
            **about,
        )

    def ago(self, days: int) -> date:
        return self.world.ago(days)

    # ---- the truth of it

    def readers(self, people: Iterable[Any], among: Iterable[str] = READERS) -> list[str]:
        """Who may see all of these people: an agency that works with them, and the co-ordinator where nobody is restricted."""
        whose = [self.seen_by[person.pk] for person in people]
        return [
            reader
            for reader in among
            if all(
                AGENCY.get(reader) in agencies or (reader == COORDINATOR and not restricted)
                for agencies, restricted in whose
            )
            and reader != "ana.kovacs"
        ]

    def say(
        self,
        question: str,
        keys: dict[str, Any],
        this: Any,
        evidence: Iterable[uuid.UUID],
        told: Iterable[str],
    ) -> None:
        found = sorted(set(evidence), key=str)
        key = getattr(this, "pk", this)
        self.truth.append(
            Planted(
                question=question,
                keys=_text(keys),
                told=list(told),
                line=line_of(question, key, found),
                this=str(key),
                evidence=[str(key) for key in found],
            )
        )

    def pass_over(self, question: str, keys: dict[str, Any], near_miss: str) -> None:
        self.truth.append(Planted(question=question, keys=_text(keys), near_miss=near_miss))


def _text(keys: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(str(one) for one in value) if isinstance(value, (list, set, frozenset)) else str(value)
        for name, value in keys.items()
    }


_FIRST = (
    "Harbour",
    "Kiln",
    "Ferry",
    "Mill",
    "Station",
    "Orchard",
    "Chapel",
    "Tannery",
    "Quarry",
    "Heron",
    "Copper",
    "Elm",
)
_SECOND = ("Street", "Lane", "Row", "Yard", "Walk", "Gate", "Rise", "Court")
_THIRD = ("arcade", "café", "car park", "kiosk", "garage", "field", "steps", "arches", "shelter", "courts")
_KINDS = ("Arcade", "Café", "Car park", "Park", "Shop")
