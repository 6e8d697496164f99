"""Who has to see what. Pure: no Django, no clock, no database.

Each kind of notice names its addressees by their role towards the child. A test walks every action of `cases` and fails
where one that adds information has neither a kind here nor a reason why nobody has to be told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks
from heard.network.rules import Level

DUTY_ASKS: Final = Asks(phone="Give the number at which they are rung.")


class To(StrEnum):
    """Who somebody is to the child, as far as it makes them an addressee. Each falls back on the next that there is."""

    WORKER = "the child’s worker"
    LEAD_SUPERVISOR = "supervisor of the team that leads the case"
    CO_ORDINATOR = "whoever decides on worries"
    ON_DUTY = "on duty"
    AGENCY_LEAD = "lead of the agency concerned"
    OFFICER = "designated officer"
    NAMED = "the person concerned"
    TELLER = "whoever told it"
    OUTSIDE = "decides outside their line"
    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    AUDITOR = "sees what administrators did"


class NoticeKind(StrEnum):
    """What there is to see. The value is stored."""

    DANGER = "danger"
    DANGER_IN_CASE = "danger_in_case"
    DANGER_TAKEN_ON = "danger_taken_on"
    WORRY = "worry"
    WORRY_TAKEN_ON = "worry_taken_on"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    DEATH = "death"
    WORDS = "words"
    MISSING = "missing"
    FOUND = "found"
    INTERVIEW = "interview"
    SENT_BACK = "sent_back"
    SIGNED = "signed"
    ALLOCATED = "allocated"
    WORKER_NAMED = "worker_named"
    WORKER_CHANGED = "worker_changed"
    LEAD_NAMED = "lead_named"
    INVOLVED = "involved"
    ACTION = "action"
    ACTION_FINISHED = "action_finished"
    ACTION_PUT_OFF = "action_put_off"
    POWER_BROKEN = "power_broken"
    GROUND_WITHDRAWN = "ground_withdrawn"
    PLAN_AGREED = "plan_agreed"
    PLAN_GIVEN = "plan_given"
    SAFETY_PLAN = "safety_plan"
    REVIEWED = "reviewed"
    SHARED = "shared"
    ASKED = "asked"
    WE_ASK = "we_ask"
    ANSWERED = "answered"
    TO_BE_MAPPED = "to_be_mapped"
    TAKEN_OUT = "taken_out"
    TAKEN_WITHDRAWN = "taken_withdrawn"
    PANEL_DECIDED = "panel_decided"
    CHAIR_TAKEN = "chair_taken"
    DISAGREED = "disagreed"
    REFERRAL = "referral"
    WARNING = "warning"
    FILE = "file"
    SET_ASIDE = "set_aside"
    FILE_LOST = "file_lost"
    MOMENT = "moment"
    TIED = "tied"
    MISSING_NEWS = "missing_news"
    DECIDED = "decided"
    NOTE = "note"
    DIRECTION = "direction"
    TELLER_ASKED = "teller_asked"
    TELLER_ANSWERED = "teller_answered"
    DECISION_CORRECTED = "decision_corrected"
    STRATEGY_ASKED = "strategy_asked"
    STRATEGY = "strategy"
    HANDOVER = "handover"
    AFTERWARDS = "afterwards"
    RESTRICTED = "restricted"
    GLASS = "glass"
    KEPT_OUT = "kept_out"
    LET_IN = "let_in"
    ACCESS = "access"
    PROPOSED = "proposed"
    PROPOSAL_DECIDED = "proposal_decided"
    WITHDRAWN = "withdrawn"
    ONWARD = "onward"
    ONWARD_ANSWERED = "onward_answered"
    TO_SERVICE = "to_service"
    OFFENCE_REPORT = "offence_report"
    STAFF = "staff"
    STAFF_NO_OFFICER = "staff_no_officer"
    STAFF_TRIED = "staff_tried"
    BROUGHT = "brought"
    TAKEN_BACK = "taken_back"
    NOT_TAKEN_BACK = "not_taken_back"
    DANGER_IN_CONTEXT = "danger_in_context"
    CONTEXT = "context"
    CONTEXT_TO_DECIDE = "context_to_decide"
    CONTEXT_NEWS = "context_news"
    CASES_TO_READ = "cases_to_read"
    CHILD_WROTE = "child_wrote"
    CHILD_UNSAFE = "child_unsafe"
    CHILD_HID = "child_hid"
    CHILD_UNSAFE_HID = "child_unsafe_hid"
    CHILD_HID_OTHER = "child_hid_other"
    CHILD_UNSAFE_OTHER = "child_unsafe_other"
    CHILD_HEARD = "child_heard"
    CHILD_LINK = "child_link"
    CHILD_LINK_ENDED = "child_link_ended"
    UNREACHED = "unreached"
    NOBODY_OPENS = "nobody_opens"
    RUN_MADE = "run_made"
    DROP_REFUSED = "drop_refused"
    RUN_NOT_MADE = "run_not_made"
    DONE_ALONE = "done_alone"
    KNOWN_ELSEWHERE = "known_elsewhere"


# Of these one that nobody has seen goes on to others within the hour, and its mail cannot be switched off.
URGENT: Final = frozenset(
    {
        NoticeKind.DANGER,
        NoticeKind.DANGER_IN_CASE,
        NoticeKind.DANGER_TAKEN_ON,
        NoticeKind.DANGER_IN_CONTEXT,
        NoticeKind.MISSING,
        NoticeKind.STAFF,
        NoticeKind.STAFF_NO_OFFICER,
        NoticeKind.CHILD_UNSAFE,
        NoticeKind.CHILD_UNSAFE_HID,
        NoticeKind.CHILD_UNSAFE_OTHER,
        NoticeKind.UNREACHED,
    }
)

# Danger to a child: whoever is on duty sees the record by it where they did not, until their duty ends and for a day at least. A duty
# that ends in a few minutes is no time to act in; no source gives the day.
OPENS_ON_DUTY: Final = frozenset(
    {
        NoticeKind.DANGER,
        NoticeKind.DANGER_IN_CASE,
        NoticeKind.DANGER_TAKEN_ON,
        NoticeKind.MISSING,
        NoticeKind.CHILD_UNSAFE,
    }
)
ON_DUTY_SEES: Final = timedelta(days=1)

# Of these each agency concerned has to learn: where nobody of it can, whoever decides on worries learns that.
EACH_AGENCY: Final = frozenset(
    {
        NoticeKind.DEATH,
        NoticeKind.CASE_CLOSED,
        NoticeKind.STRATEGY_ASKED,
        NoticeKind.STRATEGY,
        NoticeKind.INVOLVED,
        NoticeKind.WORRY_TAKEN_ON,
        NoticeKind.DANGER_TAKEN_ON,
    }
)

# Whom it goes to. The first role of which there is anybody answers for it: until one of them, or whoever covers for them, has
# seen it, it goes on to others, whoever else has seen it.
WHO: Final[dict[NoticeKind, tuple[To, ...]]] = {
    NoticeKind.DANGER: (To.WORKER, To.CO_ORDINATOR),
    NoticeKind.DANGER_IN_CASE: (To.WORKER,),
    NoticeKind.DANGER_TAKEN_ON: (To.AGENCY_LEAD,),
    NoticeKind.WORRY: (To.WORKER,),
    NoticeKind.WORRY_TAKEN_ON: (To.AGENCY_LEAD,),
    NoticeKind.CASE_OPENED: (To.LEAD_SUPERVISOR, To.WORKER),
    NoticeKind.CASE_CLOSED: (To.WORKER, To.AGENCY_LEAD),
    NoticeKind.DEATH: (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR, To.AGENCY_LEAD),
    NoticeKind.WORDS: (To.WORKER,),
    NoticeKind.MISSING: (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR),
    NoticeKind.FOUND: (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR),
    NoticeKind.INTERVIEW: (To.WORKER,),
    NoticeKind.SENT_BACK: (To.NAMED,),
    NoticeKind.SIGNED: (To.NAMED, To.WORKER),
    NoticeKind.ALLOCATED: (To.NAMED,),
    NoticeKind.WORKER_NAMED: (To.NAMED,),
    NoticeKind.WORKER_CHANGED: (To.NAMED,),
    NoticeKind.LEAD_NAMED: (To.NAMED,),
    NoticeKind.INVOLVED: (To.AGENCY_LEAD,),
    NoticeKind.ACTION: (To.NAMED,),
    NoticeKind.ACTION_FINISHED: (To.WORKER,),
    NoticeKind.ACTION_PUT_OFF: (To.NAMED, To.WORKER, To.LEAD_SUPERVISOR),
    NoticeKind.POWER_BROKEN: (To.WORKER, To.NAMED),
    NoticeKind.GROUND_WITHDRAWN: (To.NAMED, To.WORKER),
    NoticeKind.PLAN_AGREED: (To.WORKER, To.NAMED),
    NoticeKind.PLAN_GIVEN: (To.WORKER,),
    NoticeKind.SAFETY_PLAN: (To.WORKER,),
    NoticeKind.REVIEWED: (To.WORKER, To.LEAD_SUPERVISOR),
    NoticeKind.SHARED: (To.NAMED, To.AGENCY_LEAD),
    NoticeKind.ASKED: (To.WORKER, To.LEAD_SUPERVISOR),
    NoticeKind.WE_ASK: (To.AGENCY_LEAD,),
    NoticeKind.ANSWERED: (To.NAMED, To.WORKER),
    NoticeKind.TO_BE_MAPPED: (To.WORKER,),
    NoticeKind.TAKEN_OUT: (To.WORKER,),
    NoticeKind.TAKEN_WITHDRAWN: (To.NAMED,),
    NoticeKind.PANEL_DECIDED: (To.NAMED, To.WORKER),
    NoticeKind.CHAIR_TAKEN: (To.NAMED,),
    NoticeKind.DISAGREED: (To.NAMED, To.WORKER, To.LEAD_SUPERVISOR),
    NoticeKind.REFERRAL: (To.NAMED, To.WORKER),
    NoticeKind.WARNING: (To.WORKER,),
    NoticeKind.FILE: (To.WORKER,),
    NoticeKind.SET_ASIDE: (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR),
    NoticeKind.FILE_LOST: (To.NAMED,),
    NoticeKind.MOMENT: (To.WORKER,),
    NoticeKind.TIED: (To.WORKER,),
    NoticeKind.MISSING_NEWS: (To.WORKER, To.CO_ORDINATOR),
    NoticeKind.DECIDED: (To.WORKER,),
    NoticeKind.NOTE: (To.WORKER,),
    NoticeKind.DIRECTION: (To.NAMED, To.WORKER),
    NoticeKind.TELLER_ASKED: (To.TELLER,),
    NoticeKind.TELLER_ANSWERED: (To.NAMED,),
    NoticeKind.DECISION_CORRECTED: (To.NAMED, To.TELLER),
    NoticeKind.STRATEGY_ASKED: (To.AGENCY_LEAD, To.WORKER),
    NoticeKind.STRATEGY: (To.WORKER, To.LEAD_SUPERVISOR, To.AGENCY_LEAD),
    NoticeKind.HANDOVER: (To.WORKER, To.LEAD_SUPERVISOR),
    NoticeKind.AFTERWARDS: (To.WORKER,),
    NoticeKind.RESTRICTED: (To.NAMED, To.WORKER, To.LEAD_SUPERVISOR),
    NoticeKind.GLASS: (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR, To.AGENCY_LEAD),
    NoticeKind.KEPT_OUT: (To.WORKER, To.LEAD_SUPERVISOR, To.CO_ORDINATOR, To.AGENCY_LEAD),
    NoticeKind.LET_IN: (To.NAMED, To.AGENCY_LEAD),
    NoticeKind.ACCESS: (To.WORKER,),
    NoticeKind.PROPOSED: (To.WORKER, To.AGENCY_LEAD),
    NoticeKind.PROPOSAL_DECIDED: (To.NAMED,),
    NoticeKind.WITHDRAWN: (To.NAMED, To.AGENCY_LEAD),
    NoticeKind.ONWARD: (To.NAMED, To.AGENCY_LEAD),
    NoticeKind.ONWARD_ANSWERED: (To.NAMED, To.WORKER),
    NoticeKind.TO_SERVICE: (To.WORKER, To.NAMED),
    NoticeKind.OFFENCE_REPORT: (To.AGENCY_LEAD, To.CO_ORDINATOR, To.WORKER, To.NAMED),
    NoticeKind.STAFF: (To.OFFICER,),
    NoticeKind.STAFF_NO_OFFICER: (To.CO_ORDINATOR,),
    NoticeKind.STAFF_TRIED: (To.NAMED,),
    NoticeKind.BROUGHT: (To.NAMED,),
    NoticeKind.TAKEN_BACK: (To.NAMED,),
    NoticeKind.NOT_TAKEN_BACK: (To.NAMED,),
    NoticeKind.DANGER_IN_CONTEXT: (To.NAMED,),
    NoticeKind.CONTEXT: (To.NAMED,),
    NoticeKind.CONTEXT_TO_DECIDE: (To.NAMED,),
    NoticeKind.CONTEXT_NEWS: (To.NAMED,),
    NoticeKind.CASES_TO_READ: (To.NAMED,),
    NoticeKind.CHILD_WROTE: (To.WORKER,),
    NoticeKind.CHILD_UNSAFE: (To.ON_DUTY, To.WORKER),
    NoticeKind.CHILD_HID: (To.OFFICER, To.WORKER),
    NoticeKind.CHILD_UNSAFE_HID: (To.ON_DUTY, To.OFFICER, To.WORKER),
    NoticeKind.CHILD_HID_OTHER: (To.OFFICER,),
    NoticeKind.CHILD_UNSAFE_OTHER: (To.ON_DUTY, To.OFFICER),
    NoticeKind.CHILD_HEARD: (To.NAMED, To.WORKER),
    NoticeKind.CHILD_LINK: (To.LEAD_SUPERVISOR,),
    NoticeKind.CHILD_LINK_ENDED: (To.LEAD_SUPERVISOR,),
    NoticeKind.UNREACHED: (To.ADMINISTRATOR,),
    NoticeKind.NOBODY_OPENS: (To.CO_ORDINATOR,),
    NoticeKind.RUN_MADE: (To.ANALYST,),
    NoticeKind.DROP_REFUSED: (To.ADMINISTRATOR,),
    NoticeKind.RUN_NOT_MADE: (To.ANALYST, To.ADMINISTRATOR),
    NoticeKind.DONE_ALONE: (To.AUDITOR, To.ADMINISTRATOR),
    NoticeKind.KNOWN_ELSEWHERE: (To.NAMED,),
}

# Who has one of these unread is not told the other about the same: it is on their list.
SAME: Final[dict[NoticeKind, frozenset[NoticeKind]]] = {
    NoticeKind.WORRY: frozenset({NoticeKind.WORRY, NoticeKind.DANGER, NoticeKind.DANGER_IN_CASE}),
    NoticeKind.DANGER_IN_CASE: frozenset({NoticeKind.DANGER, NoticeKind.DANGER_IN_CASE}),
}

# What these are about is opened by those alone who may see everything.
_WHOLE: Final = frozenset({NoticeKind.FILE, NoticeKind.SET_ASIDE, NoticeKind.REFERRAL})

# What these are about opens to those who see no more than the summary.
FROM_SUMMARY: Final = frozenset({NoticeKind.LET_IN})

# Of these nobody learns but those to whom they go: no page of the child says that there is one.
FOR_FEW: Final = frozenset(
    {
        NoticeKind.KNOWN_ELSEWHERE,
        NoticeKind.NOBODY_OPENS,  # who is kept out without a trace could be why
        NoticeKind.STAFF,
        NoticeKind.STAFF_NO_OFFICER,
        NoticeKind.STAFF_TRIED,
        NoticeKind.CHILD_HID,
        NoticeKind.CHILD_UNSAFE_HID,
        NoticeKind.CHILD_HID_OTHER,
        NoticeKind.CHILD_UNSAFE_OTHER,
    }
)

# Of these whoever covers for somebody learns nothing: they may be kept out of another record that it comes from. Others who decide were told too.
NOT_COVERED: Final = frozenset({NoticeKind.KNOWN_ELSEWHERE})

# These go to nobody who works in a team of whom they are kept from: their colleagues only in danger, and last.
OUTSIDE_FIRST: Final = frozenset(
    {
        NoticeKind.CHILD_HID,
        NoticeKind.CHILD_UNSAFE_HID,
        NoticeKind.CHILD_HID_OTHER,
        NoticeKind.CHILD_UNSAFE_OTHER,
    }
)

# Of these it is not known whom they are kept from: to nobody who works in the case, ever.
BEYOND_CASE: Final = frozenset({NoticeKind.CHILD_HID_OTHER, NoticeKind.CHILD_UNSAFE_OTHER})

# What is seen by opening it, and by saying so there: on a list nobody says that they have read it.
BY_OPENING: Final = frozenset({"child message"})

# These are the designated officer’s. Where none is there, or none has seen it past its time, whoever decides has to: never anybody of a
# team of whom it is about, in danger neither. Of whoever covers for one of them those alone learn of it who may do the same.
OF_STAFF: Final = frozenset({NoticeKind.STAFF, NoticeKind.STAFF_NO_OFFICER, NoticeKind.STAFF_TRIED})

# Who told a worry reads who has read it: not who read these, which came after it.
AFTER_IT: Final = frozenset(
    {
        NoticeKind.STAFF_TRIED,
        NoticeKind.DECISION_CORRECTED,
        NoticeKind.TELLER_ASKED,
        NoticeKind.TELLER_ANSWERED,
    }
)

# What these are about was given to their addressees, who need not see the record; whoever is kept out of it gets none.
GIVEN: Final = frozenset(
    {
        NoticeKind.SHARED,
        NoticeKind.WITHDRAWN,
        NoticeKind.WE_ASK,
        NoticeKind.ONWARD,
        NoticeKind.STAFF_TRIED,
        NoticeKind.BROUGHT,
        NoticeKind.TAKEN_BACK,
        NoticeKind.NOT_TAKEN_BACK,
        NoticeKind.DECISION_CORRECTED,  # a worker reads that the child is theirs no longer
        NoticeKind.FILE_LOST,
        NoticeKind.CONTEXT,
        NoticeKind.CONTEXT_TO_DECIDE,
        NoticeKind.CONTEXT_NEWS,
        NoticeKind.CASES_TO_READ,
        NoticeKind.CHAIR_TAKEN,
        NoticeKind.RUN_MADE,
        NoticeKind.DROP_REFUSED,
        NoticeKind.RUN_NOT_MADE,
        NoticeKind.DONE_ALONE,
        NoticeKind.TAKEN_WITHDRAWN,
    }
)

# Of these it is not said by whom it came: a reader who may not see the source that was withdrawn would learn who knew of it.
NOT_BY_WHOM: Final = frozenset({NoticeKind.GROUND_WITHDRAWN, NoticeKind.TAKEN_WITHDRAWN})

# What is mailed at once unless somebody says otherwise; the rest waits for the daily mail.
AT_ONCE: Final = URGENT | {
    NoticeKind.NOBODY_OPENS, NoticeKind.DEATH, NoticeKind.WORRY, NoticeKind.WORRY_TAKEN_ON, NoticeKind.WORDS, NoticeKind.SENT_BACK, NoticeKind.ALLOCATED, NoticeKind.WORKER_NAMED, NoticeKind.LEAD_NAMED, NoticeKind.INVOLVED, NoticeKind.ACTION, NoticeKind.POWER_BROKEN, NoticeKind.GROUND_WITHDRAWN, NoticeKind.TAKEN_WITHDRAWN, NoticeKind.SHARED, NoticeKind.TO_BE_MAPPED,
    NoticeKind.ASKED, NoticeKind.WE_ASK, NoticeKind.FOUND, NoticeKind.GLASS, NoticeKind.KEPT_OUT, NoticeKind.STAFF_TRIED, NoticeKind.LET_IN, NoticeKind.WITHDRAWN, NoticeKind.ONWARD, NoticeKind.OFFENCE_REPORT, NoticeKind.TELLER_ASKED, NoticeKind.TELLER_ANSWERED, NoticeKind.DECISION_CORRECTED, NoticeKind.STRATEGY_ASKED, NoticeKind.SET_ASIDE, NoticeKind.BROUGHT, NoticeKind.TAKEN_BACK, NoticeKind.FILE_LOST, NoticeKind.CONTEXT, NoticeKind.CONTEXT_TO_DECIDE, NoticeKind.CHILD_WROTE, NoticeKind.CHILD_HID, NoticeKind.CHILD_HID_OTHER, NoticeKind.CHILD_HEARD, NoticeKind.CHILD_LINK_ENDED, NoticeKind.CASES_TO_READ, NoticeKind.RUN_MADE, NoticeKind.DROP_REFUSED, NoticeKind.DONE_ALONE, NoticeKind.KNOWN_ELSEWHERE,
}  # fmt: skip

# Of these somebody chooses whether they are mailed at once: all that is not urgent, as the page asks for it.
MAILED_BY_PART: Final[dict[str, tuple[NoticeKind, ...]]] = {
    "worries": (
        NoticeKind.WORRY,
        NoticeKind.WORRY_TAKEN_ON,
        NoticeKind.TELLER_ASKED,
        NoticeKind.TELLER_ANSWERED,
        NoticeKind.DECIDED,
        NoticeKind.DECISION_CORRECTED,
        NoticeKind.KNOWN_ELSEWHERE,
        NoticeKind.OFFENCE_REPORT,
        NoticeKind.STAFF_TRIED,
    ),
    "child": (
        NoticeKind.WORDS,
        NoticeKind.CHILD_WROTE,
        NoticeKind.CHILD_HID,
        NoticeKind.CHILD_HID_OTHER,
        NoticeKind.CHILD_HEARD,
        NoticeKind.CHILD_LINK,
        NoticeKind.CHILD_LINK_ENDED,
    ),
    "missing": (
        NoticeKind.FOUND,
        NoticeKind.INTERVIEW,
        NoticeKind.MISSING_NEWS,
    ),
    "people": (
        NoticeKind.ALLOCATED,
        NoticeKind.WORKER_NAMED,
        NoticeKind.LEAD_NAMED,
        NoticeKind.WORKER_CHANGED,
        NoticeKind.INVOLVED,
        NoticeKind.HANDOVER,
        NoticeKind.CASE_OPENED,
        NoticeKind.CASE_CLOSED,
        NoticeKind.DEATH,
    ),
    "done": (
        NoticeKind.SENT_BACK,
        NoticeKind.SIGNED,
        NoticeKind.ACTION,
        NoticeKind.ACTION_FINISHED,
        NoticeKind.ACTION_PUT_OFF,
        NoticeKind.POWER_BROKEN,
        NoticeKind.GROUND_WITHDRAWN,
        NoticeKind.PLAN_AGREED,
        NoticeKind.PLAN_GIVEN,
        NoticeKind.SAFETY_PLAN,
        NoticeKind.REVIEWED,
        NoticeKind.AFTERWARDS,
        NoticeKind.DIRECTION,
        NoticeKind.MOMENT,
    ),
    "record": (
        NoticeKind.NOTE,
        NoticeKind.WARNING,
        NoticeKind.FILE,
        NoticeKind.FILE_LOST,
        NoticeKind.SET_ASIDE,
        NoticeKind.TIED,
        NoticeKind.RESTRICTED,
        NoticeKind.GLASS,
        NoticeKind.KEPT_OUT,
        NoticeKind.LET_IN,
        NoticeKind.ACCESS,
        NoticeKind.PROPOSED,
        NoticeKind.PROPOSAL_DECIDED,
        NoticeKind.NOBODY_OPENS,
    ),
    "others": (
        NoticeKind.SHARED,
        NoticeKind.WITHDRAWN,
        NoticeKind.ASKED,
        NoticeKind.WE_ASK,
        NoticeKind.ANSWERED,
        NoticeKind.TAKEN_OUT,
        NoticeKind.TAKEN_WITHDRAWN,
        NoticeKind.REFERRAL,
        NoticeKind.ONWARD,
        NoticeKind.ONWARD_ANSWERED,
        NoticeKind.TO_SERVICE,
        NoticeKind.DISAGREED,
    ),
    "together": (
        NoticeKind.STRATEGY_ASKED,
        NoticeKind.STRATEGY,
        NoticeKind.TO_BE_MAPPED,
        NoticeKind.PANEL_DECIDED,
        NoticeKind.CHAIR_TAKEN,
        NoticeKind.CONTEXT,
        NoticeKind.CONTEXT_TO_DECIDE,
        NoticeKind.CONTEXT_NEWS,
    ),
    "heard": (
        NoticeKind.RUN_MADE,
        NoticeKind.RUN_NOT_MADE,
        NoticeKind.DROP_REFUSED,
        NoticeKind.BROUGHT,
        NoticeKind.TAKEN_BACK,
        NoticeKind.NOT_TAKEN_BACK,
        NoticeKind.CASES_TO_READ,
        NoticeKind.DONE_ALONE,
    ),
}

# Where nobody who answers for it sees it: who else, and after how long. Minutes of what is urgent are a setting; what is mailed at
# once waits for a day, the rest for two. No source gives these days.
_UNSEEN_AFTER: Final = (timedelta(days=1), timedelta(days=2))
FIRST_LIMIT: Final = min(_UNSEEN_AFTER)
_NEXT_URGENT: Final = ((To.LEAD_SUPERVISOR, To.CO_ORDINATOR), (To.ON_DUTY,))

# Who stands in where there is nobody of that role who may open the record.
INSTEAD: Final[dict[To, To]] = {
    To.WORKER: To.LEAD_SUPERVISOR,
    To.LEAD_SUPERVISOR: To.CO_ORDINATOR,
    To.ON_DUTY: To.CO_ORDINATOR,
}

# The same of what goes outside somebody’s line.
INSTEAD_OUTSIDE: Final[dict[To, To]] = {
    To.ON_DUTY: To.CO_ORDINATOR,
    To.OFFICER: To.CO_ORDINATOR,
    To.CO_ORDINATOR: To.OUTSIDE,
}

NO_MORE_STEPS: Final = 9  # of what was checked, or was passed on because nobody had checked it


@dataclass(frozen=True)
class Step:
    """From this long after it was told, these have to see it as well, as long as nobody who answers for it has. `outside`: those of them
    alone who work in no team of whom it is kept from."""

    after: timedelta
    who: tuple[To, ...]
    outside: bool = False


def level_of(kind: NoticeKind) -> Level | None:
    """How far somebody has to see the child to open what a notice of this kind is about; None for what was given to them."""
    if kind in GIVEN:
        return None
    if kind in FROM_SUMMARY:
        return Level.SUMMARY
    return Level.EVERYTHING if kind in _WHOLE else Level.RECORD


def goes_to_all(kind: NoticeKind, *, is_last: bool) -> bool:
    """Whether everybody who decides and may open it has to see it where a step finds nobody; `is_last`: after its last step."""
    return kind in URGENT - {NoticeKind.UNREACHED} and (is_last or kind not in OF_STAFF)


def goes_outside(kind: NoticeKind, *, is_last: bool) -> bool:
    """Whether nobody learns of it who works in a team of whom it is kept from; `is_last`: at its last step."""
    return kind in OUTSIDE_FIRST | OF_STAFF and (not is_last or kind in BEYOND_CASE | OF_STAFF)


def steps(kind: NoticeKind, urgent_minutes: tuple[int, int]) -> tuple[Step, ...]:
    """First whom it concerns, then whoever stands in for them. `urgent_minutes`: after how many an urgent one goes on."""
    first = Step(timedelta(0), WHO[kind], outside=goes_outside(kind, is_last=False))
    if kind in (
        NoticeKind.UNREACHED,
        NoticeKind.RUN_MADE,
        NoticeKind.DROP_REFUSED,
        NoticeKind.RUN_NOT_MADE,
        NoticeKind.DONE_ALONE,
        NoticeKind.KNOWN_ELSEWHERE,
        NoticeKind.TAKEN_WITHDRAWN,
    ):  # to nobody who would learn of a record, of a worry or of a drawing by it
        return (first,)
    if kind == NoticeKind.NOBODY_OPENS:
        return first, Step(FIRST_LIMIT, (To.ON_DUTY,))
    if kind == NoticeKind.STAFF_TRIED:
        return first, Step(FIRST_LIMIT, (To.OFFICER, To.CO_ORDINATOR), outside=True)
    if kind in OUTSIDE_FIRST:
        others = (To.OFFICER, To.OUTSIDE)
        if kind not in URGENT:
            return first, Step(FIRST_LIMIT, others, outside=True)
        soon, later = (timedelta(minutes=minutes) for minutes in urgent_minutes)
        last = (To.LEAD_SUPERVISOR, To.CO_ORDINATOR, To.ON_DUTY)
        return (
            first,
            Step(soon, others, outside=True),
            Step(later, last, outside=goes_outside(kind, is_last=True)),
        )
    waits = [timedelta(minutes=minutes) for minutes in urgent_minutes]
    if kind in OF_STAFF:  # whoever became the officer meanwhile, then whoever decides
        who = (To.OFFICER,), (To.CO_ORDINATOR, To.ON_DUTY)
        return first, *(Step(after, one, outside=True) for after, one in zip(waits, who, strict=True))
    if kind in URGENT:
        return first, *(Step(after, who) for after, who in zip(waits, _NEXT_URGENT, strict=True))
    after = _UNSEEN_AFTER[0 if kind in AT_ONCE else 1]
    return first, Step(after, (To.AGENCY_LEAD if kind in GIVEN else To.LEAD_SUPERVISOR,))


def steps_due(kind: NoticeKind, told_at: datetime, now: datetime, urgent_minutes: tuple[int, int]) -> int:
    """How many of the steps have begun by now."""
    return sum(told_at + step.after <= now for step in steps(kind, urgent_minutes))


def why_not_cover(
    *, is_self: bool, is_active: bool, since: date | None, until: date | None, today: date
) -> str | None:
    """Whether somebody can be covered by this colleague while they are away."""
    if is_self:
        return "Choose a colleague. You cannot cover for yourself."
    if not is_active:
        return "That person cannot sign in any longer. Choose somebody else."
    if since is None or until is None:
        return "Give the first and the last day on which you are away."
    if until < since:
        return "The last day lies before the first. Check the dates."
    if until < today:
        return "These days are over. Give days to come, or leave it empty."
    return None


def hears_instead(*, is_officer: bool, covered_by_officer: bool) -> str | None:
    """Who hears of worries about people who work with children while an officer is away, where it is not whoever covers for them."""
    if not is_officer or covered_by_officer:
        return None
    return (
        "Your colleague is no designated officer. A worry about somebody who works with children goes to another officer while you are "
        "away, or without one to co-ordinators who do not work with that person."
    )


MOST_WEEKS: Final = 52  # for which one duty is put on the rota at once
LOOKS_AHEAD: Final = timedelta(days=28)  # in which hours without anybody on duty are shown


def why_not_put_on_duty(
    *,
    may_manage: bool,
    begins: datetime | None,
    ends: datetime | None,
    may_decide: bool,
    phone: str,
    weekly_until: date | None = None,
) -> str | None:
    """Whether somebody can be put on the rota: who is on duty has to be able to act, and to be rung. `weekly_until`: the last day of a
    duty that comes again each week."""
    if not may_manage:
        return "Only an administrator keeps the rota."
    if not may_decide:
        return "Choose a co-ordinator or supervisor: who is on duty decides."
    if begins is None or ends is None or ends <= begins:
        return "Give when the duty begins, and an end after that."
    if weekly_until and ends > begins + timedelta(days=7):
        return "A duty that comes again each week ends before it begins again. Check when it ends."
    if weekly_until and not begins.date() <= weekly_until <= begins.date() + timedelta(weeks=MOST_WEEKS):
        return "Give a last day after the first, within a year."
    return DUTY_ASKS.missing(phone=phone)


def weeks(begins: datetime, weekly_until: date | None) -> range:
    """By how many weeks a duty is moved each time; once where it does not come again."""
    return range((weekly_until - begins.date()).days // 7 + 1 if weekly_until else 1)


def gaps(
    duties: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """Hours between two moments in which nobody is on duty, in order. `duties`: when each begins and ends, in any order."""
    found, covered = [], since
    for begins, ends in sorted(duties):
        if begins >= until:
            break
        if begins > covered:
            found.append((covered, begins))
        covered = max(covered, ends)
    return [*found, (covered, until)] if covered < until else found
