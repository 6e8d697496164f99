"""How a notice is drawn: one line, with where it leads."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.agencies.waiting import First
from heard.cases.case.notices.rules import BY_OPENING, NOT_BY_WHOM, NoticeKind, To
from heard.govuk.environment import day

if TYPE_CHECKING:
    from heard.cases.case.notices.models import Notice, Reader

# Where what a notice is about stands: the name of its address, and of the key in it.
PLACES: Final[dict[str, tuple[str, str]]] = {
    "engine run": ("engine_run", "run_id"),
    "drop folder": ("drop_folder", ""),
    "person": ("child", "person_id"),
    "inspection taken": ("child_looked", "person_id"),
    "drawing taken": ("chart_taken", "person_id"),
    "death": ("death", "person_id"),
    "summary": ("child_summary", "person_id"),
    "access": ("access", "person_id"),
    "try": ("access", "person_id"),
    "proposal": ("proposal", "proposal_id"),
    "staff worry": ("staff_worry", "staff_worry_id"),
    "delivery": ("delivery", "delivery_id"),
    "service referral": ("service_referral", "service_referral_id"),
    "offence report": ("offence_report", "report_id"),
    "onward referral": ("onward", "onward_id"),
    "concern": ("concern", "concern_id"),
    "named elsewhere": ("concern", "concern_id"),
    "concern step": ("concern_step", "concern_id"),
    "teller question": ("teller_question", "to_teller_id"),
    "strategy": ("strategy", "discussion_id"),
    "handover": ("handover", "handover_id"),
    "after plan": ("after_plan", "case_id"),
    "note": ("note", "note_id"),
    "words": ("words", "person_id"),
    "episode": ("episode", "episode_id"),
    "assessment": ("assessment", "assessment_id"),
    "plan": ("plan", "plan_id"),
    "action": ("action", "action_id"),
    "own plan": ("plan", "plan_id"),
    "disruption step": ("disruption_step", "disruption_id"),
    "safety": ("safety", "case_id"),
    "review": ("review", "review_id"),
    "share": ("share", "share_id"),
    "request": ("request", "request_id"),
    "asked request": ("asked_of_us", "asked_of_id"),
    "panel": ("panel", "panel_id"),
    "panel item": ("panel_item", "item_id"),
    "panel action": ("panel_action", "panel_action_id"),
    "disagreement": ("disagreement", "disagreement_id"),
    "referral": ("referral", "referral_id"),
    "warning": ("warning", "warning_id"),
    "trusted worker": ("trusted_worker", "case_id"),
    "restriction": ("person_restriction", "person_id"),
    "attachments": ("attachments", "person_id"),
    "worry draft": ("worry_files", "draft_id"),
    "audit evidence": ("audit_evidence", "evidence_id"),
    "procedure": ("procedure", "procedure_id"),
    "place": ("place", "place_id"),
    "group": ("group", "group_id"),
    "clocks": ("clocks", "case_id"),
    "glass": ("glass_opening", "opening_id"),
    "context assessment": ("context_assessment", "context_assessment_id"),
    "step power": ("step_power", "step_id"),
    "step grounds": ("step_grounds", "step_id"),
    "drawing out": ("chart_out", "outgoing_id"),
    "context step": ("context_step_finish", "context_step_id"),
    "context": ("context", "context_id"),
    "unreached": ("people", ""),
    "done alone": ("audit_trail", ""),
    "child link": ("child_links", "person_id"),
    "child message": ("child_message", "child_message_id"),
    "case draw": ("case_read", "draw_id"),
    "caseload import": ("caseload_given", "import_id"),
}

# Beside what was done, where it is with an agency or team of which nobody can be told.
NOBODY_ACTS: Final = gettext_lazy(
    "Nobody of %(whom)s can open this now. Whoever decides on worries learns of it: let in somebody who can act, or ring them."
)


# To whom it is about themselves. Whoever stands in, covers or is given it reads what `Notice.Kind` says.
_TO_YOU: Final = {
    NoticeKind.ALLOCATED: gettext_lazy("You are now allocated to this child"),
    NoticeKind.WORKER_NAMED: gettext_lazy("You are now this child’s worker"),
    NoticeKind.LEAD_NAMED: gettext_lazy("You are now a lead practitioner for this child"),
    NoticeKind.ACTION: gettext_lazy("An action was given to you"),
    NoticeKind.SENT_BACK: gettext_lazy("Sent back to you"),
    NoticeKind.LET_IN: gettext_lazy("You may see a child’s record"),
    NoticeKind.CONTEXT: gettext_lazy("Work on a place or group is yours"),
    NoticeKind.CHAIR_TAKEN: gettext_lazy("Somebody else chairs a panel that you were to chair"),
    NoticeKind.FILE_LOST: gettext_lazy("A file that you attached was not kept"),
}


@dataclass(frozen=True)
class UnreadLine:
    """`whom`: the child's name, '' for a place or group. `role`: as whom this user has to see it. `by_opening`: it is
    seen where it stands, not on the list. `ended`: it is so no longer, and nobody has to see it."""

    reader_id: int
    what: str
    whom: str
    href: str
    told_by: str
    told_at: datetime
    role: str
    covers: str
    urgent: bool
    ended: bool
    seen_at: datetime | None
    ahead: First
    by_opening: bool
    person_id: uuid.UUID | None


def lines_of(readers: Iterable[Reader]) -> list[UnreadLine]:
    """In their order, all of one reader. Where each was fetched by `queries.notices_of`, two queries where a child is back, else none."""
    readers = list(readers)
    back = _back([reader for reader in readers if reader.notice.kind == NoticeKind.FOUND])
    return [_line(reader, back.get(reader.notice_id)) for reader in readers]


def _back(readers: list[Reader]) -> dict[uuid.UUID, datetime]:
    """By key of the notice, when the child was back, of the episodes that their reader may see."""
    if not readers:
        return {}
    seen = import_string(settings.RECORDS_THAT_NAME["interview"])(readers[0].user)
    rows = seen.order_by().filter(pk__in=[reader.notice.subject_id for reader in readers])
    at = {str(key): found_at for key, found_at in rows.values_list("pk", "found_at") if found_at}
    return {
        reader.notice_id: at[reader.notice.subject_id] for reader in readers if reader.notice.subject_id in at
    }


def where(notice: Notice) -> str:
    """The address of what a notice is about."""
    address, key = PLACES[notice.subject]
    about = notice.person_id if key == "person_id" else notice.subject_id
    return reverse(address, kwargs={key: about} if key else None)


def what(reader: Reader) -> str:
    """What a notice says to this reader."""
    is_meant = reader.role == To.NAMED and not reader.covers_id
    to_you = _TO_YOU.get(NoticeKind(reader.notice.kind)) if is_meant else None
    return str(to_you or reader.notice.get_kind_display())


# What is urgent, though nobody may be in danger; all else that is urgent says that somebody is.
_NOT_BY_ITSELF_DANGER: Final = {
    NoticeKind.MISSING: First.MISSING,
    NoticeKind.STAFF: First.URGENT,
    NoticeKind.STAFF_NO_OFFICER: First.URGENT,
    NoticeKind.UNREACHED: First.URGENT,
}


def ahead_of(notice: Notice) -> First:
    """Why what a notice tells stands before what waits without one."""
    if not notice.urgent or notice.ended_at:
        return First.NEW
    return _NOT_BY_ITSELF_DANGER.get(NoticeKind(notice.kind), First.DANGER)


def _line(reader: Reader, back_at: datetime | None) -> UnreadLine:
    notice = reader.notice
    return UnreadLine(
        reader.pk,
        _("Child is back since %(date)s") % {"date": day(back_at)} if back_at else what(reader),
        str(notice.person) if notice.person else "",
        where(notice),
        _told_by(notice),
        notice.told_at,
        reader.get_role_display(),
        str(reader.covers) if reader.covers else "",
        notice.urgent and not notice.ended_at,
        notice.ended_at is not None,
        reader.seen_at,
        ahead_of(notice),
        notice.subject in BY_OPENING,
        notice.person_id,
    )


def _told_by(notice: Notice) -> str:
    if notice.kind in NOT_BY_WHOM or not (notice.told_by or notice.person_id):
        return _("Heard")
    return str(notice.told_by or _("The child"))
