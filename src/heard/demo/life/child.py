"""One child and what is said of them: a name, days, and the records that came of the story so far."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from heard.cases.case.queries import words_of
from heard.cases.words.rules import ChildsView

if TYPE_CHECKING:
    from uuid import UUID

    from heard.agencies.models import User
    from heard.cases.models import Action, Assessment, Case, Concern, Plan, Words
    from heard.demo.life.world import World


class Child:
    """Days count from the one on which the worry was told."""

    concern: Concern
    case: Case
    assessment: Assessment
    plan: Plan

    def __init__(self, world: World, story: dict[str, Any], told_on: date) -> None:
        self.world, self.story, self.told_on = world, story, told_on
        self.id, self.stage = str(story["id"]), str(story["stage"])
        called: tuple[str, str, str] = story.get("called") or world.draw_child()
        self.given_name, self.family_name, self.sex = called
        self.worker: User = world.users[story.get("worker", "ruth.pemberton")]
        self.actions: list[Action] = []

    @property
    def person_id(self) -> UUID:
        assert self.concern.person_id is not None  # these worries are all about children
        return self.concern.person_id

    def part(self, name: str) -> Any:
        """What `life.yaml`, or the story itself, says of this child in one part of life, or None."""
        return self.story.get("life", {}).get(name) or self.world.more.get(name, {}).get(self.id)

    def say(self, text: str) -> str:
        return " ".join(text.replace("<name>", self.given_name).split())

    def day(self, days: int) -> date:
        """So many days after the worry was told, but never a day to come."""
        return min(self.told_on + timedelta(days=days), self.world.today)

    def on(self, days: int) -> AbstractContextManager[None]:
        """Meanwhile it is that many days after the worry was told."""
        return self.world.on(self.day(days))

    def user(self, username: str) -> User:
        return self.world.users[username]

    def view(self, on: date | None = None) -> ChildsView:
        """The child's latest words on that day, or on the day that it is, or why there are none."""
        known = self.words(on)
        if known:
            return ChildsView(words_id=known.pk)
        return ChildsView(why_no_words=self.say(self.story.get("why_no_words", "")))

    def words(self, on: date | None = None) -> Words | None:
        heard = words_of(self.world.coordinator, self.person_id)
        return heard.filter(heard_on__lte=on or timezone.localdate()).first()
