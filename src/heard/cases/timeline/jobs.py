"""What somebody may want to do from the page of a child: what comes next, and everything else that begins there.

Who may do it is asked of the address itself, so that this list never offers what its page refuses.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.cases.timeline.rules import Step

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.timeline.queries import Head, Offer

# Each next step: what its button says, its address and the key in it, and what somebody reads who may not take it.
STEPS: Final[dict[Step, tuple[Any, str, str, Any]]] = {
    Step.TELL: (
        _("Tell a worry about this child"),
        "worry_start",
        "",
        _("Your role does not tell worries here."),
    ),
    Step.DECIDE: (
        _("Decide on the worry"),
        "concern_decide",
        "concern_id",
        _("a co-ordinator or supervisor does this."),
    ),
    Step.ASSESS: (_("Start the assessment"), "assessment_start", "case_id", _("a practitioner does this.")),
    Step.GO_ON_ASSESSING: (
        _("Go on with the assessment"),
        "assessment",
        "assessment_id",
        _("a practitioner does this."),
    ),
    Step.SIGN_OFF: (
        _("Read and sign off the assessment"),
        "assessment_decide",
        "assessment_id",
        _("a supervisor who did not write in it does this."),
    ),
    Step.PLAN: (_("Start the plan"), "plan_start", "case_id", _("a practitioner does this.")),
    Step.GO_ON_PLANNING: (_("Go on with the plan"), "plan", "plan_id", _("a practitioner does this.")),
    Step.REVIEW: (_("Hold the review"), "review_hold", "plan_id", _("a practitioner does this.")),
    Step.CLOSE: (
        _("Close the case"),
        "case_close",
        "case_id",
        _("a co-ordinator or supervisor of the agency that leads the case does this."),
    ),
    Step.OPEN_AGAIN: (
        _("Open the case again"),
        "case_reopen",
        "case_id",
        _("a co-ordinator or supervisor of the agency that leads the case does this."),
    ),
}


@dataclass(frozen=True)
class Job:
    """Something that begins on the page of a child. `key`: what it is about, by the name that its address gives it; there is
    no such job where the child has none. `gone`: only while the child is missing (True), or is not (False). `whole`: only for
    those who see everything of the record."""

    text: Any
    address: str
    key: str = "person_id"
    end: str = ""
    gone: bool | None = None
    whole: bool = False

    def keys(self, value: uuid.UUID) -> dict[str, Any]:
        return {"plan_id" if self.key == "draft_id" else self.key: value} | (
            {"end": self.end} if self.end else {}
        )


# In the menu of every tab, those done most first: as many as `MOST` of them.
MENU: Final = (
    Job(_("Write a note"), "note_write"),
    Job(_("Add what the child says"), "words_add"),
    Job(_("Record that the child is missing"), "missing_note", gone=False),
    Job(_("Record that the child is back"), "episode_found", "episode_id", gone=True),
    Job(_("Add an action to the plan"), "plan", "draft_id"),
    Job(_("Attach a file"), "attach_to_child"),
    Job(_("Share information, or record a refusal"), "share_write"),
    Job(_("Write the safety plan"), "safety_write", "case_id"),
    Job(_("Record a conference or another key date"), "moment_note", "case_id"),
)
MOST: Final = 6  # beside what comes next and telling a worry
# What begins on one tab.
HERE: Final[dict[str, tuple[Job, ...]]] = {
    "child_plan": (
        Job(_("Write the safety plan"), "safety_write", "case_id"),
        Job(_("Plan a disruption step"), "disruption_add", "case_id"),
        Job(_("Record a conference or another key date"), "moment_note", "case_id"),
        Job(
            _("Prepare a referral to the National Referral Mechanism"),
            "referral_start",
            "case_id",
            whole=True,
        ),
        Job(_("Write a supervisor’s decision"), "decision_write", "case_id"),
        Job(_("Hand over to another council"), "hand_over", "case_id"),
        Job(_("Plan what comes after 18"), "after_plan", "case_id"),
        Job(_("Close the case"), "case_close", "case_id"),
    ),
    "child_people": (
        Job(_("Add a person around the child"), "tie_add", "node_id", end="person"),
        Job(_("Add a place"), "tie_add", "node_id", end="place"),
        Job(_("Add a group"), "tie_add", "node_id", end="group"),
        Job(_("Add a phone, car or account"), "tie_add", "node_id", end="handle"),
        Job(_("See all ties and how they are known"), "web", "node_id"),
        Job(_("Change names, address or school"), "person_details"),
        Job(_("Give the child a link to write with"), "child_link_make"),
    ),
    "child_shared": (
        Job(_("Share information, or record a refusal"), "share_write"),
        Job(_("Ask another agency, or note that one asks"), "request_write"),
        Job(_("Say that you disagree with a decision"), "disagree"),
        Job(_("Packs and requests for the record"), "packs", whole=True),
    ),
}


def steps_of(steps: Sequence[Offer]) -> list[dict[str, Any]]:
    """What comes next, for buttons. Telling a worry has a form of its own where the user may."""
    return [_step(offer) for offer in steps if offer.step is not Step.TELL or not offer.may]


def _step(offer: Offer) -> dict[str, Any]:
    text, name, key, who = STEPS[offer.step]
    href = reverse(name, kwargs={key: offer.subject_id} if key else {})
    return {"text": text, "href": href, "why_not": None if offer.may else who}


def menu_of(user: User, head: Head) -> list[tuple[Any, str]]:
    """(what it says, its address) of what is begun most often for this child."""
    return jobs_of(user, head, MENU)[:MOST]


def jobs_of(user: User, head: Head, jobs: Sequence[Job]) -> list[tuple[Any, str]]:
    """(what it says, its address) of each job that this user's role lets them begin for this child, as far as they see it."""
    draft = head.plans.get("draft")
    about: dict[str, uuid.UUID | None] = {
        "person_id": head.person.pk,
        "node_id": head.person.pk,
        "case_id": head.case.pk if head.case else None,
        "episode_id": head.missing.pk if head.missing else None,
        "draft_id": draft.pk if draft else None,
    }
    return [
        (job.text, reverse(job.address, kwargs=job.keys(key)))
        for job in jobs
        if (key := about[job.key])
        and job.gone in (None, head.missing is not None)
        and (head.whole or not job.whole)
        and user.may(_needs(job))
    ]


@cache
def _needs(job: Job) -> May:
    """The permission that guards the address."""
    view: Any = resolve(reverse(job.address, kwargs=job.keys(uuid.UUID(int=0)))).func
    needed: May = view.gate
    return needed
