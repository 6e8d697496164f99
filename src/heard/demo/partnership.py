"""The fictional partnership's people and cases: staff in every role and some forty children at all stages.

Everything is written through the same actions that people use, so every rule holds and every write is audited. The
words are in `partnership.yaml`; who and when is drawn from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction
from django.utils import timezone

from heard.agencies import actions as agencies
from heard.agencies.rules import Role
from heard.cases.assessment import actions as assessments
from heard.cases.assessment.rules import ChildsView
from heard.cases.case import actions as cases
from heard.cases.case.queries import words_of
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as concerns
from heard.cases.plan import actions as plans
from heard.cases.review import actions as reviews
from heard.cases.review.rules import Looked
from heard.demo.identifiers import postcode
from heard.demo.names import draw_origin
from heard.network import actions as network

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User
    from heard.cases.models import Case, Concern

COORDINATOR, SUPERVISOR = "maya.lindqvist", "dele.okafor"
SOCIAL_WORKERS = ("ruth.pemberton", "imran.sheikh")

# The steps of a case in their order; a child has taken those up to their stage.
_STEPS = ("case", "assessing", "submitted", "signed", "planning", "planned", "reviewed")
_REACHED = {
    "returned": "submitted",
    "reassessed": "reviewed",
    "closed": "reviewed",
    "reopened": "reviewed",
}
_OPEN_REASON = (
    "What was told fits harm now, not a worry about later. A case gives <name> one worker and one plan."
)
_FEEDBACK = "Thank you for telling. Somebody has read it and it is being looked into. Ring us if you see or hear more."
_ALONE = "Everybody else who decides was at court that day, and it could not wait."
_DECISIONS = {
    "no_further_action": "<name> was seen at home and at school. There is another explanation, and both know whom to ring.",
    "other_agency": "Family help knows <name> and the family well and takes this on. It comes back here if it changes.",
}
_SENT_BACK = "Say what the child wants, in their words where they gave them, before what adults think. Then it is ready."


@dataclass(frozen=True)
class Staff:
    """One person who signs in, as the front door prints them."""

    username: str
    name: str
    role: str
    job: str
    team: str
    agency: str


def written() -> dict[str, Any]:
    """The words of the partnership: agencies, staff, places and stages from `partnership.yaml`, and `stories`."""
    return {**_read("partnership.yaml"), **_read("stories.yaml")}


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(files("heard.demo").joinpath(name).read_text("utf-8"))
    return data


def staff() -> list[Staff]:
    data = written()
    teams = {
        team["key"]: (team["name"], agency["name"]) for agency in data["agencies"] for team in agency["teams"]
    }
    begun = data["begins"]
    name = f"{begun['first_name']} {begun['last_name']}"
    administrator = Staff(begun["username"], name, Role.ADMINISTRATOR, "", begun["team"], begun["agency"])
    return [
        *[
            Staff(username, f"{given} {family}", role, job, *teams[team])
            for username, (given, family, team, role, job) in data["staff"].items()
        ],
        administrator,
    ]


@transaction.atomic
def load(*, password: str, seed: int = 1, today: date | None = None) -> int:
    """Writes the whole partnership into an empty database; the number of children. All or nothing."""
    partnership = _Partnership(password, Random(seed), today or timezone.localdate())
    partnership.write()
    return partnership.children


def _evenly(days: list[int], number: int, count: int) -> int:
    """How many days ago the worry of the `number`th child of a stage was told: the first the longer ago."""
    longest, shortest = days
    return longest - (longest - shortest) * number // max(count - 1, 1)


class _Partnership:
    """Agencies, staff, places and groups; each child is written by `_Child`."""

    def __init__(self, password: str, rng: Random, today: date) -> None:
        self.password, self.rng, self.today = password, rng, today
        self.data = written()
        self.children = 0
        self.agency_of: dict[str, Agency] = {}  # by username
        self.users: dict[str, User] = {}

    def write(self) -> None:
        self._agencies_and_staff()
        stories = self.data["stories"]
        for stage, told in self.data["stages"].items():
            for number in range(told["count"]):
                days = _evenly(told["days"], number, told["count"])
                story = stories[self.children % len(stories)]
                _Child(self, story, stage, self.today - timedelta(days=days)).live()
                self.children += 1

    def at(self, day: date) -> datetime:
        """Some time in that day's office hours."""
        clock = time(self.rng.randint(8, 17), self.rng.randrange(60))
        return timezone.make_aware(datetime.combine(min(day, self.today), clock))

    def _agencies_and_staff(self) -> None:
        begun = self.data["begins"]
        administrator = agencies.begin_partnership(password=self.password, **begun)
        self.users[administrator.username] = administrator
        for agency in self.data["agencies"]:
            made = self._agency(administrator, agency)
            for team in agency["teams"]:
                self._team(administrator, made, team)

    def _agency(self, by: User, agency: dict[str, Any]) -> Agency:
        if by.team and by.team.agency.name == agency["name"]:
            return by.team.agency
        return agencies.add_agency(by=by, name=agency["name"], kind=agency["kind"])

    def _team(self, by: User, agency: Agency, team: dict[str, Any]) -> None:
        made = agencies.add_team(
            by=by,
            agency=agency,
            name=team["name"],
            duty_phone=team["duty_phone"],
            takes_worries=team.get("takes_worries", False),
        )
        for username, (given, family, key, role, _job) in self.data["staff"].items():
            if key == team["key"]:
                self.users[username] = agencies.add_user(
                    by=by,
                    username=username,
                    first_name=given,
                    last_name=family,
                    password=self.password,
                    team=made,
                    role=Role(role),
                )
                self.agency_of[username] = agency

    @cached_property
    def places(self) -> list[Any]:
        return [network.add_place(by=self.users[COORDINATOR], **place) for place in self.data["places"]]

    @cached_property
    def groups(self) -> list[Any]:
        return [network.add_group(by=self.users[COORDINATOR], **group) for group in self.data["groups"]]


class _Child:
    """One child's story, lived as far as their stage."""

    def __init__(self, partnership: _Partnership, story: dict[str, Any], stage: str, told_on: date) -> None:
        self.all, self.story, self.stage, self.told_on = partnership, story, stage, told_on
        self.rng = partnership.rng
        self.origin = draw_origin(self.rng)
        self.sex = self.rng.choice("FFFMM")
        self.given_name = self.origin.given(self.rng, self.sex)
        self.worker = partnership.users[SOCIAL_WORKERS[partnership.children % 2]]
        self.coordinator = partnership.users[COORDINATOR]
        self.supervisor = partnership.users[SUPERVISOR]

    def live(self) -> None:
        concern = self._tell()
        if self.stage == "told":
            return
        self._decide(concern)
        if concern.case is None:
            return
        self._around(concern.case)
        for step in _STEPS[1 : _STEPS.index(_REACHED.get(self.stage, self.stage)) + 1]:
            getattr(self, f"_{step}")(concern.case)
        if self.stage == "returned":
            self._send_back()

    def say(self, text: str) -> str:
        return " ".join(text.replace("<name>", self.given_name).split())

    def day(self, days: int, *, to_come: bool = False) -> date:
        """So many days after the worry was told, but never a day to come, unless it may be."""
        day = self.told_on + timedelta(days=days)
        return day if to_come else min(day, self.all.today)

    def _tell(self) -> Concern:
        teller = self.all.users[self.story["tells"]]
        words = self._words(self.day(0), self.story["tells"])
        return concerns.tell(
            by=teller,
            new_person=self._person(),
            seen_and_heard=self.say(self.story["seen_and_heard"]),
            observations=self._observed(),
            words=words,
            why_no_words="" if words else self.say(self.story["why_no_words"]),
            danger_now="no",
            at=self.all.at(self.told_on),
        )

    def _person(self) -> dict[str, Any]:
        age = timedelta(days=self.rng.randint(12 * 365, 17 * 365))
        return {
            "given_name": self.given_name,
            "family_name": self.origin.family.draw(self.rng),
            "birth_date": self.all.today - age,
            "sex": self.sex,
            "postcode": postcode(self.rng.randrange(100_000)),
            "legal_status": self.rng.choice(["", "none", "in_need", "protection_plan", "looked_after"]),
            "since": self.told_on,
        }

    def _observed(self) -> list[Observed]:
        who = self.all.data["staff"][self.story["tells"]]
        source = f"{who[0]} {who[1]}, {who[4]}"
        seen = self.story["signs"] | self.story["vulnerabilities"]
        return [
            *[
                Observed(item, "seen", self.day(-self.rng.randint(0, 20)), source, self.say(text))
                for item, text in seen.items()
            ],
            *[Observed(item, "not_seen") for item in self.story.get("not_seen", ())],
            *[Observed(item, "not_known") for item in self.story.get("not_known_items", ())],
        ]

    def _words(self, heard_on: date, heard_by: str) -> dict[str, Any] | None:
        if "words" not in self.story:
            return None
        given, family, _team, _role, job = self.all.data["staff"][heard_by]
        changed = self.say(self.story["words_changed"]) if self.stage in ("planned", "reviewed") else ""
        return {
            "text": self.story["words"],
            "how": "said",
            "heard_on": heard_on,
            "heard_by": f"{given} {family}, {job}",
            "what_changed": changed,
        }

    def _view(self) -> ChildsView:
        told = self.all.users[self.story["tells"]]
        known = words_of(told, self.person_id).first() if self.person_id else None
        why = self.say(self.story.get("why_no_words", ""))
        return ChildsView(words_id=known.pk) if known else ChildsView(why_no_words=why)

    def _decide(self, concern: Concern) -> None:
        self.person_id = concern.person_id
        other = self.all.agency_of["carys.vaughan"] if self.stage == "other_agency" else None
        decision = self.stage if self.stage in _DECISIONS else "open_case"
        concerns.decide(
            by=self.coordinator,
            concern=concern,
            decision=decision,
            reason=self.say(_DECISIONS.get(self.stage, _OPEN_REASON)),
            other_agency=other,
            feedback=_FEEDBACK,
            why_alone=_ALONE if concern.told_by_id == self.coordinator.pk else "",
            why_without_words=self.say(self.story.get("why_no_words", "")),
            at=self.all.at(self.day(1)),
        )
        concern.refresh_from_db()

    def _around(self, case: Case) -> None:
        """The trusted worker, the agencies that help, and the places and groups around the child."""
        cases.assign_trusted_worker(by=self.coordinator, case_id=case.pk, worker=self.worker)
        for outcome in self.story["outcomes"]:
            for _what, owner in outcome["actions"]:
                agency = self.all.agency_of[owner]
                network.involve(
                    by=self.coordinator,
                    person=case.person,
                    agency=agency,
                    why="Helps this child",
                    since=self.day(2),
                )
        self._tie(case, "Is often at", "to_place", self.all.places)
        self._tie(case, "Is in contact with", "to_group", self.all.groups)

    def _tie(self, case: Case, kind: str, end: str, known: list[Any]) -> None:
        number = self.story.get(end.removeprefix("to_"))
        if number is not None:
            network.note_tie(
                by=self.worker,
                person_id=case.person_id,
                kind=kind,
                how_known="From the worry that was told",
                since=self.told_on,
                **{end: known[number]},
            )

    def _assessing(self, case: Case) -> None:
        self.assessment = assessments.start_assessment(
            by=self.worker, case_id=case.pk, at=self.all.at(self.day(3))
        )
        write: dict[str, Any] = {"by": self.worker, "assessment_id": self.assessment.pk}
        assessments.save_judgement(text=self.say(self.story["judgement"]), **write)
        if self.stage != "assessing":
            assessments.save_what_is_not_known(text=self.say(self.story["not_known"]), **write)
            assessments.save_childs_view(view=self._view(), **write)
            for pattern, why in self.story["patterns"].items():
                setting = "school" if pattern == "G7" else ""
                choice = assessments.Choice(pattern, self.say(why), setting, self.told_on)
                assessments.keep_pattern(choice=choice, **write)

    def _submitted(self, case: Case) -> None:
        assessments.submit(by=self.worker, assessment_id=self.assessment.pk, at=self.all.at(self.day(20)))

    def _send_back(self) -> None:
        assessments.send_back(
            by=self.supervisor,
            assessment_id=self.assessment.pk,
            reason=_SENT_BACK,
            at=self.all.at(self.day(22)),
        )

    def _signed(self, case: Case) -> None:
        assessments.sign_off(
            by=self.supervisor, assessment_id=self.assessment.pk, at=self.all.at(self.day(23))
        )

    def _planning(self, case: Case) -> None:
        self.plan = plans.start_plan(by=self.worker, case_id=case.pk, at=self.all.at(self.day(25)))
        self.actions = []
        for outcome in self.story["outcomes"]:
            made = plans.add_outcome(
                by=self.worker,
                plan_id=self.plan.pk,
                text=self.say(outcome["text"]),
                where_we_are=self.say(outcome["where"]),
            )
            for what, owner in outcome["actions"]:
                due = self.all.today + timedelta(days=self.rng.randint(-4, 25))
                self.actions.append(
                    plans.add_action(
                        by=self.worker,
                        outcome_id=made.pk,
                        what=self.say(what),
                        owner=self.all.users[owner],
                        due_on=due,
                    )
                )

    def _planned(self, case: Case) -> None:
        agreed_on = self.day(30)
        review_on = agreed_on + timedelta(days=42)
        if self.stage == "planned":
            review_on = max(review_on, self.all.today + timedelta(days=self.rng.randint(1, 30)))
        plans.agree_plan(
            by=self.worker,
            plan_id=self.plan.pk,
            review_on=review_on,
            view=self._view(),
            at=self.all.at(agreed_on),
        )
        plans.finish_action(
            by=self.all.users[self.story["outcomes"][0]["actions"][0][1]],
            action_id=self.actions[0].pk,
            done_on=self.day(40),
            note="Done with the child, at the child’s pace.",
        )

    def _looked(self, on: date) -> dict[Any, Looked]:
        """What the review knows of each outcome: the first is better, and of the others nobody is sure yet."""
        first, *others = (outcome.pk for outcome in self.plan.outcomes.all())
        better = Looked("better", self.say(self.story["changed"]), str(self.worker), on)
        return {first: better} | {pk: Looked("not_known") for pk in others}

    def _reviewed(self, case: Case) -> None:
        reviews.hold_review(
            by=self.worker,
            plan_id=self.plan.pk,
            held_on=self.day(72),
            what_changed=self.say(self.story["changed"]),
            took_part=f"{self.worker}, the child, and a parent",
            looked=self._looked(self.day(72)),
            view=self._view(),
            decision="continue",
            reason="It helps, and it is not finished. The child wants it to go on.",
            next_review_on=self.day(72 + 42, to_come=True),
            at=self.all.at(self.day(72)),
        )
