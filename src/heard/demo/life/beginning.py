"""How a story begins: somebody tells a worry, somebody decides, and people, places and groups stand around the child."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.case import actions as casework
from heard.cases.case.rules import Observed
from heard.cases.concern import actions as telling
from heard.demo.identifiers import postcode
from heard.network import actions as network
from heard.network.queries import Whom

if TYPE_CHECKING:
    from heard.demo.life.child import Child

_OPEN_REASON = (
    "What was told fits harm now, not a worry about later. A case gives <name> one worker and one plan."
)
_FEEDBACK = "Thank you for telling. Somebody has read it and it is being looked into. Ring us if you see or hear more."
_UNREAD_FOR = 14  # days: what came of a newer worry may wait to be read
_DECIDED_AS_SAID = ("no_further_action", "other_agency")
_TAKES_ON, POLICE = "carys.vaughan", "tom.hartley"


def tell(child: Child) -> None:
    story, told_by = child.story, child.user(child.story["tells"])
    words = _words(child)
    with child.on(0):
        child.concern = telling.tell(
            by=told_by,
            new_person=_person(child),
            seen_and_heard=child.say(story["seen_and_heard"]),
            observations=_observed(child),
            words=words,
            why_no_words="" if words else child.say(story["why_no_words"]),
            danger_now=story.get("danger", "no"),
            danger_done=child.say(story.get("danger_done", "")),
        )


def decide(child: Child) -> None:
    """Opens a case, or does not, as the story's stage says."""
    decision = decision_of(child.stage)
    other = child.world.agency_of[_TAKES_ON] if decision == "other_agency" else None
    with child.on(1):
        telling.decide(
            by=child.world.coordinator,
            concern=child.concern,
            decision=decision,
            reason=child.say(child.story.get("reason", _OPEN_REASON)),
            other_agency=other,
            feedback=_FEEDBACK,
            view=child.view(),
        )
    if child.told_on < child.world.ago(_UNREAD_FOR):
        with child.on(2):
            telling.mark_read(by=child.concern.told_by, concern_id=child.concern.pk)
    child.concern.refresh_from_db()
    if child.concern.case:
        child.case = child.concern.case


def decision_of(stage: str) -> str:
    """What was decided on the worry of a story of this stage."""
    return stage if stage in _DECIDED_AS_SAID else "open_case"


def surround(child: Child) -> None:
    """The allocated and the trusted worker, the agencies that help, and the places and groups around the child."""
    by = child.world.coordinator
    if not child.part("not_allocated"):
        casework.allocate_worker(by=by, case_id=child.case.pk, worker=child.worker)
    casework.assign_trusted_worker(by=by, case_id=child.case.pk, worker=child.worker)
    for owner in sorted(_helpers(child)):
        agency, helper = child.world.agency_of[owner], child.user(owner)
        network.involve(
            by=by,
            person=child.case.person,
            agency=agency,
            why="Helps this child",
            part=Whom("", agency, user=helper),
        )
    for role, username in (child.part("leads") or {}).items():
        casework.allocate_worker(by=by, case_id=child.case.pk, role=role, worker=child.user(username))
    _tie(child, "goes_to", "place", child.world.places)
    _tie(child, "seen_with", "group", child.world.groups)


def change_workers(child: Child) -> None:
    """Each change of the trusted worker is a link of a chain, with why and what the child said to it."""
    for days, username, reason, asked, said in child.part("workers") or ():
        with child.on(days):
            casework.assign_trusted_worker(
                by=child.world.coordinator,
                case_id=child.case.pk,
                worker=child.user(username),
                reason=child.say(reason),
                child_asked=asked,
                about_asking=child.say(said),
            )


def _helpers(child: Child) -> set[str]:
    owners = {owner for one in child.story.get("outcomes", ()) for _what, owner in one["actions"]}
    later = {row[1] for row in child.part("workers") or ()}
    steps = {row["by"] for row in child.part("disruption") or ()}
    listen = {row["heard"] for row in child.part("words") or ()}
    police = {POLICE} if child.part("missing") else set()
    return owners | later | steps | listen | police | set(child.story.get("helps", ()))


def _person(child: Child) -> dict[str, Any]:
    rng = child.world.rng
    age = timedelta(days=child.story["age"] * 365 + 5 + rng.randint(0, 340))
    return {
        "given_name": child.given_name,
        "family_name": child.family_name,
        "birth_date": child.world.today - age,
        "sex": child.sex,
        "postcode": postcode(rng.randrange(100_000)),
        "legal_status": child.story.get("legal_status", ""),
        "since": child.told_on,
    }


def _observed(child: Child) -> list[Observed]:
    story, rng = child.story, child.world.rng
    given, family, _team, _role, job = child.world.data["staff"][story["tells"]]
    seen = story["signs"] | story["vulnerabilities"]
    return [
        *[
            Observed(
                item, "seen", child.day(-rng.randint(0, 20)), f"{given} {family}, {job}", child.say(text)
            )
            for item, text in seen.items()
        ],
        *[Observed(item, "not_seen") for item in story.get("not_seen", ())],
        *[Observed(item, "not_known") for item in story.get("not_known_items", ())],
    ]


def _words(child: Child) -> dict[str, Any] | None:
    if "words" not in child.story:
        return None
    return {
        "text": child.story["words"],
        "how": "said",
        "heard_on": child.day(0),
        "heard_by": child.world.name_and_job(child.story["tells"]),
        "wants": child.say(child.story.get("wants", "")),
    }


def _tie(child: Child, kind: str, end: str, known: list[Any]) -> None:
    number = child.story.get(end)
    if number is not None:
        network.note_tie(
            by=child.worker,
            one_id=child.case.person_id,
            other_id=known[number].pk,
            kind=kind,
            knows=network.Knows(
                words="From the worry that was told",
                how="record",
                about="concern",
                about_id=child.concern.pk,
                valid_from=child.told_on,
            ),
        )
