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
    from heard.cases.timeline.queries import ChildsPage, Offer

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
    no such job where the child has none. `gone`: only while the child is missing (True), or is not (False)."""

    text: Any
    address: str
    key: str = "person_id"
    end: str = ""
    gone: bool | None = None

    def keys(self, value: uuid.UUID) -> dict[str, Any]:
        return {self.key: value} | ({"end": self.end} if self.end else {})


JOBS: Final = (
    Job(_("Write a note"), "note_write"),
    Job(_("Add what the child says"), "words_add"),
    Job(_("Record that the child is missing"), "missing_note", gone=False),
    Job(_("Record that the child is back"), "episode_found", "episode_id", gone=True),
    Job(_("Attach a file"), "attach_to_child"),
    Job(_("Write a warning"), "warn"),
    Job(_("Share information, or record a refusal"), "share_write"),
    Job(_("Ask another agency, or note that one asks"), "request_write"),
    Job(_("Write the safety plan"), "safety_write", "case_id"),
    Job(_("Plan a disruption step"), "disruption_add", "case_id"),
    Job(_("Note a conference or another moment"), "moment_note", "case_id"),
    Job(_("Prepare a referral to the National Referral Mechanism"), "referral_start", "case_id"),
    Job(_("Say that you disagree with a decision"), "disagree"),
    Job(_("Packs and requests for the record"), "packs"),
    Job(_("Change names, address or school"), "person_details"),
    Job(_("Hand over to another council"), "hand_over", "case_id"),
    Job(_("Plan what comes after 18"), "after_plan", "case_id"),
    Job(_("Write a supervisor’s decision"), "decision_write", "case_id"),
    Job(_("Close the case"), "case_close", "case_id"),
)
TIES: Final = (
    Job(_("Add a person around the child"), "tie_add", end="person"),
    Job(_("Add a place"), "tie_add", end="place"),
    Job(_("Add a group"), "tie_add", end="group"),
)


def steps_of(page: ChildsPage) -> list[dict[str, Any]]:
    """What comes next, for buttons. Telling a worry has a form of its own where the user may."""
    offered = (offer for offer in page.steps if offer.step is not Step.TELL or not offer.may)
    return [_step(offer) for offer in offered]


def _step(offer: Offer) -> dict[str, Any]:
    text, name, key, who = STEPS[offer.step]
    href = reverse(name, kwargs={key: offer.subject_id} if key else {})
    return {"text": text, "href": href, "why_not": None if offer.may else who}


def jobs_of(user: User, page: ChildsPage, jobs: Sequence[Job] = JOBS) -> list[tuple[Any, str]]:
    """(what it says, its address) of each job that this user's role lets them begin for this child, but for those that come
    next anyhow."""
    missing = next((one for one in page.episodes if one.found_at is None), None)
    about: dict[str, uuid.UUID | None] = {
        "person_id": page.person.pk,
        "case_id": page.case.pk if page.case else None,
        "episode_id": missing.pk if missing else None,
    }
    next_ones = {STEPS[offer.step][1] for offer in page.steps}
    return [
        (job.text, reverse(job.address, kwargs=job.keys(key)))
        for job in jobs
        if (key := about[job.key])
        and job.gone in (None, missing is not None)
        and job.address not in next_ones
        and user.may(_needs(job))
    ]


@cache
def _needs(job: Job) -> May:
    """The permission that guards the address."""
    view: Any = resolve(reverse(job.address, kwargs=job.keys(uuid.UUID(int=0)))).func
    needed: May = view.gate
    return needed
