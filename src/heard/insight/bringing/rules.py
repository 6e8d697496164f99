"""What the three files of a caseload may say, what can be wrong with a row, and who may bring a caseload in and take it back.
Pure: no Django, no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks, Filled
from heard.network.rules import Scheme


class Table(StrEnum):
    """One of the files. The value is stored."""

    PEOPLE = "people"
    CASES = "cases"
    PLANS = "plans"


class Outcome(StrEnum):
    """What became of a row. Each has one. `THERE`: the child's record was there before, and nothing was written."""

    KEPT = "kept"
    ASIDE = "aside"
    THERE = "there"


class Shape(StrEnum):
    TEXT = "text"
    DAY = "day"
    WORD = "word"  # one of a few
    WORKER = "worker"  # a username or an email address


@dataclass(frozen=True)
class Column:
    """`label`: its name in words, for people. `means`: what stands in it. `names`: headings by which it is known without a mapping,
    beside its own name, in small letters and without blanks. `most`: letters."""

    field: str
    label: str
    means: str
    names: tuple[str, ...] = ()
    shape: Shape = Shape.TEXT
    most: int = 200


_PERSON: Final = (
    "localid", "childid", "clientid", "personid", "mosaicid", "liquidlogicid", "systemid", "id", "ref", "reference",
)  # fmt: skip

COLUMNS: Final[dict[Table, tuple[Column, ...]]] = {
    Table.PEOPLE: (
        Column(
            "person_id", "The child’s own number", "by which your system knows the child; it becomes a number at your council, police or agency. Needed",
            _PERSON, most=60,
        ),
        Column(
            "given_name", "Given name", "one of the three names is needed",
            ("givenname", "firstname", "forename", "forenames", "christianname"), most=80,
        ),
        Column(
            "family_name", "Family name", "one of the three names is needed",
            ("familyname", "lastname", "surname"), most=80,
        ),
        Column(
            "known_as", "Known as", "what the child is called; one of the three names is needed",
            ("knownas", "preferredname", "alias", "nickname"), most=80,
        ),
        Column(
            "birth_date", "Birth date", "as 3/2/2010 or 2010-02-03",
            ("birthdate", "dateofbirth", "dob", "born", "birthday"), Shape.DAY,
        ),
        Column(
            "sex", "Sex", "F, M or words for them",
            ("sex", "gender"), Shape.WORD,
        ),
        Column(
            "nhs_number", "NHS number", "ten digits",
            ("nhsnumber", "nhsno", "nhs"), most=10,
        ),
        Column(
            "upn", "Pupil number (UPN)", "a letter and twelve digits or letters",
            ("upn", "uniquepupilnumber", "pupilnumber"), most=13,
        ),
        Column(
            "legal_status", "Legal status", "none, child in need, child protection plan, looked after, care leaver; or CIN, CP, LAC and the like",
            ("legalstatus", "status", "category"), Shape.WORD,
        ),
        Column(
            "address", "Address", "of the home, without the postcode",
            ("address", "homeaddress", "addressline", "addressline1", "street"), most=200,
        ),
        Column(
            "postcode", "Postcode", "of the home",
            ("postcode", "postalcode", "homepostcode"), most=8,
        ),
        Column(
            "language", "Language", "which the child speaks",
            ("language", "firstlanguage", "mainlanguage", "preferredlanguage"), most=120,
        ),
        Column(
            "school", "School", "which the child goes to",
            ("school", "schoolname", "college", "educationprovider"), most=120,
        ),
        Column(
            "same_as", "Same as", "empty; or what you decided where a record may be there already: its key, or new",
            ("sameas", "heardid", "heardrecord"), most=60,
        ),
    ),
    Table.CASES: (
        Column(
            "person_id", "The child’s own number", "as in the file of people. Needed",
            _PERSON, most=60,
        ),
        Column(
            "opened_on", "Opened on", "the day on which the case began. Needed",
            ("openedon", "opened", "opendate", "dateopened", "startdate", "casestart"), Shape.DAY,
        ),
        Column(
            "stage", "Stage", "worry, assessment, plan or review: kept in words with the case",
            ("stage", "casestage", "casestatus"), Shape.WORD,
        ),
        Column(
            "allocated_worker", "Allocated worker", "username or email address; works in children’s services",
            ("allocatedworker", "worker", "socialworker", "caseworker", "keyworker"), Shape.WORKER,
        ),
        Column(
            "allocated_on", "Allocated on", "the day; empty is today",
            ("allocatedon", "allocationdate", "dateallocated"), Shape.DAY,
        ),
        Column(
            "trusted_worker", "Trusted worker", "username or email address",
            ("trustedworker", "trustedadult", "leadprofessional"), Shape.WORKER,
        ),
        Column(
            "team", "Team", "that leads, as Heard names it. Without it and the agency, the team to which worries come",
            ("team", "teamname", "leadteam"), most=120,
        ),
        Column(
            "lead_agency", "Leading agency", "as Heard names it",
            ("leadagency", "agency"), most=120,
        ),
        Column(
            "protection_plan_on", "Child protection plan since", "from which the first review conference is due",
            ("protectionplanon", "childprotectionplanstart", "cppstart", "cpplanstart"), Shape.DAY,
        ),
        Column(
            "last_conference_on", "Last review conference", "from which the next is due; it counts and not the start of the plan",
            ("lastconferenceon", "lastreviewconference", "lastcpreview"), Shape.DAY,
        ),
        Column(
            "looked_after_on", "Looked after since", "from which the first review is due",
            ("lookedafteron", "lookedafterfrom", "lacstart", "cicstart"), Shape.DAY,
        ),
        Column(
            "last_looked_after_review_on", "Last looked-after review", "from which the next is due; it counts and not the start",
            ("lastlookedafterreviewon", "lastlacreview", "lastcicreview"), Shape.DAY,
        ),
    ),
    Table.PLANS: (
        Column(
            "person_id", "The child’s own number", "as in the file of people. Needed",
            _PERSON, most=60,
        ),
        Column(
            "outcome", "Outcome", "what will be different for the child; rows with the same words are one outcome. Needed",
            ("outcome", "goal", "aim", "whatwillbedifferent"), most=4000,
        ),
        Column(
            "action", "Action", "what will be done",
            ("action", "task", "whatwillbedone", "intervention"), most=4000,
        ),
        Column(
            "owner", "Owner", "who does it: username or email address",
            ("owner", "actionowner", "bywhom", "responsible", "assignedto"), Shape.WORKER,
        ),
        Column(
            "due_on", "Due on", "the day by which it is done",
            ("dueon", "duedate", "due", "bywhen", "targetdate", "date"), Shape.DAY,
        ),
        Column(
            "review_on", "Review on", "the day on which the plan is looked at again",
            ("reviewon", "reviewdate", "nextreview", "planreview"), Shape.DAY,
        ),
    ),
}  # fmt: skip


def label_of(table: Table, field: str) -> str:
    """A field by its name in words; '' for none."""
    return next((column.label for column in COLUMNS[table] if column.field == field), "")


@dataclass(frozen=True)
class Fault:
    """`aside`: the row is not brought in. Otherwise it is, without what is wrong or just as it says."""

    aside: bool
    what: str
    to_do: str


MOST_AGE: Final = 25
"""Until which age a young person's own record is brought in: the last for whom a council has duties as a care leaver (Children
Act 1989, sections 23A to 23CZB)."""
ADULT: Final = 18

FAULTS: Final[dict[str, Fault]] = {
    "row_unreadable": Fault(True, "The row cannot be read.", "Save the table as CSV anew, with a comma between cells."),
    "row_blank": Fault(True, "The row is empty.", "Nothing, or take it out."),
    "row_short": Fault(False, "The row has fewer cells than the heading.", "Look whether cells moved to the left."),
    "no_id": Fault(True, "The child’s own number in your system is not there.", "Fill it in, or name its column."),
    "id_twice": Fault(True, "Another row above has this number.", "Keep one row for each child."),
    "no_name": Fault(True, "No name is there.", "Fill in one name at least, or what the child is called."),
    "too_long": Fault(True, "It is longer than Heard can keep.", "Shorten it."),
    "left_out_long": Fault(False, "It is longer than Heard can keep, and is left out.", "Shorten it."),
    "day_unreadable": Fault(False, "This is no day, and is left out.", "Write days as 3/2/2010 or 2010-02-03."),
    "day_needed": Fault(True, "The day is not there, or is none.", "Write it as 3/2/2010 or 2010-02-03."),
    "day_future": Fault(True, "The day has not come yet.", "Check it."),
    "day_future_left": Fault(False, "The day has not come yet, and is left out.", "Check it."),
    "day_other_order": Fault(False, "Day and month stand the other way round than elsewhere.", "Check that day."),
    "day_short_year": Fault(False, "The year has two figures.", "Check that day, and write four."),
    "day_before_birth": Fault(True, "The day is before the child was born.", "Check both days."),
    "day_before_opening": Fault(False, "The day is before the case opened, and is left out.", "Check both days."),
    "grown": Fault(
        True, Filled("By the birth date they are older than %(age)s.", age=MOST_AGE), "Check it. Records of adults are not brought in."
    ),
    "adult": Fault(False, Filled("By the birth date they are %(age)s or older.", age=ADULT), "Check it."),
    "word_unknown": Fault(False, "Heard does not know this word, and leaves it out.", "Use one that the guide names."),
    "nhs_doubtful": Fault(False, "This NHS number cannot be right. It is kept as it is.", "Check it."),
    "upn_doubtful": Fault(False, "This pupil number cannot be right. It is kept as it is.", "Check it."),
    "postcode_doubtful": Fault(False, "This is not written as postcodes are. It is kept as it is.", "Check it."),
    "twice_here": Fault(
        True,
        "Another row above may be the same child.",
        "Put the two together, or write new into the column same_as where they are two children.",
    ),
    "may_be_there": Fault(
        True,
        "Heard may have a record of this child already.",
        "Look at it. Write its key into the column same_as where it is the same child, or new where it is another.",
    ),
    "number_there": Fault(
        True,
        "Your agency knows a child by this number already.",
        "Look at it. Write its key into the column same_as where it is the same child, or correct the number.",
    ),
    "there": Fault(False, "The record was there already. Nothing was written.", "Add to that record on its own page."),
    "same_as_unknown": Fault(
        True, "The column same_as names no record that you may see.", "Write the key of a record, new, or nothing."
    ),
    "no_person": Fault(True, "No row of the people has this number.", "Add the child to the people, or correct it."),
    "person_aside": Fault(True, "The child’s own row was set aside.", "See to that row first."),
    "person_there": Fault(
        True, "The child’s record was there already.", "Add it by hand on the page of the child."
    ),
    "case_twice": Fault(True, "Another row above opens a case for this child.", "Keep the one that is open."),
    "team_unknown": Fault(
        True, "No team of this name is open, or several are.", "Write the team as Heard does, and its agency."
    ),
    "agency_unknown": Fault(True, "No agency has this name.", "Write it as Heard does."),
    "team_elsewhere": Fault(True, "The team is not one of this agency.", "Correct one of the two."),
    "no_team": Fault(True, "No team leads, and none takes worries.", "Name a team."),
    "worker_unknown": Fault(
        False, "Nobody who can sign in has this username or address. It is left out.", "Add them, or name another."
    ),
    "worker_twice": Fault(False, "Several people have this address. It is left out.", "Write the username."),
    "worker_not_statutory": Fault(
        False,
        "They do not work in children’s services, so they are not allocated.",
        "Name another, or make them the trusted worker.",
    ),
    "worker_may_not": Fault(
        False, "Their role does not work with children. It is left out.", "Name another, or see to their role."
    ),
    "no_case": Fault(True, "No case of this child is brought in.", "Add a row to the cases."),
    "no_outcome": Fault(True, "What will be different for the child is not there.", "Fill in the outcome."),
    "no_action": Fault(
        False, "An owner or a day stands without an action, and is left out.", "Fill in the action, or take them out."
    ),
    "no_worker": Fault(
        False, "A day of allocation stands without a worker, and is left out.", "Name the worker, or take the day out."
    ),
    "action_over": Fault(
        False, "The action is due before today.", "It needs another day before the plan can be agreed."
    ),
    "review_over": Fault(False, "The review is not after today, and is left out.", "Give its day when the plan is agreed."),
    "review_differs": Fault(False, "Another row above gives another day for the review.", "The first is kept."),
    "refused": Fault(True, "Heard could not take it in.", "Look at each cell, and add it by hand."),
}  # fmt: skip


@dataclass(frozen=True)
class Issue:
    """`code` of `FAULTS`, and the field that it is about; '' for the whole row."""

    code: str
    field: str = ""

    @property
    def fault(self) -> Fault:
        return FAULTS[self.code]


# Words in files, and what they mean here. As they are compared: small letters and figures alone.
STATUSES: Final = {
    "": "", "none": "none", "no": "none", "notknown": "", "unknown": "",
    "inneed": "in_need", "childinneed": "in_need", "cin": "in_need", "section17": "in_need", "s17": "in_need",
    "protectionplan": "protection_plan", "childprotectionplan": "protection_plan", "childprotection": "protection_plan",
    "cp": "protection_plan", "cpp": "protection_plan", "section47": "protection_plan",
    "lookedafter": "looked_after", "lac": "looked_after", "cla": "looked_after", "cic": "looked_after",
    "childincare": "looked_after", "lookedafterchild": "looked_after",
    "careleaver": "care_leaver", "leavingcare": "care_leaver",
}  # fmt: skip
STAGES: Final = {
    "": "", "concern": "concern", "worry": "concern", "referral": "concern", "contact": "concern",
    "assessment": "assessment", "assessing": "assessment", "planning": "plan", "plan": "plan", "intervention": "plan",
    "review": "review", "reviewing": "review", "closing": "review",
}  # fmt: skip


def compared(text: str) -> str:
    """A heading or a word as it is compared: small letters and figures alone."""
    return "".join(c for c in text.casefold() if c.isalnum())


def guess(table: Table, header: Iterable[str]) -> dict[str, str]:
    """Which heading tells which field, for a file without a mapping: the field's own name first, then the names that such
    systems use, in the order of the table. A heading tells one field."""
    headings: dict[str, str] = {}
    for text in header:
        headings.setdefault(compared(text), text)
    found: dict[str, str] = {}
    for column in COLUMNS[table]:
        for name in (compared(column.field), *column.names):
            if name in headings and headings[name] not in found.values():
                found[column.field] = headings[name]
                break
    return found


def scheme_of(kind_of_agency: str) -> str:
    """What kind of number it is by which an agency knows a child."""
    return {"social_care": Scheme.COUNCIL, "police": Scheme.POLICE}.get(kind_of_agency, Scheme.OTHER).value


def age_on(born: date, today: date) -> int:
    """Whole years. Who was born on 29 February is a year older on 1 March of other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def why_birth_stands_out(born: date, today: date) -> str | None:
    """The code of what is to be said of a birth date."""
    if born > today:
        return "day_future_left"
    age = age_on(born, today)
    return "grown" if age > MOST_AGE else "adult" if age >= ADULT else None


# ---- who may


AGREED_WITHIN: Final = timedelta(days=7)
MOST_ON_A_PAGE: Final = 100
"""Rows that the page reads while somebody waits for it, and brings in while on SQLite nobody else can save. More are for
`heard caseload`."""
NOT_CHECKED: Final = (
    "Check these files first, and look at what would become of each row. Then bring the same files in."
)
BRING_ASKS: Final = Asks(
    reason="Say where the files come from, and why they are brought in. It is kept in the record."
)
_WORKED_ON: Final = "Somebody has worked on one of these records since, or on several. Each is marked in the list of rows. Nothing is taken back."
UNDO_ASKS: Final = Asks(reason="Say why it is taken back. It is kept in the record.")


def why_not_bring(*, may_bring: bool, has_team: bool, reason: str, kept: int, changed: bool) -> str | None:
    """`kept`: rows that would be. `changed`: what was checked is not what is there now."""
    if not may_bring:
        return "A co-ordinator brings a caseload in."
    if not has_team:
        return "You are in no team, so the records would belong to no agency. Ask your administrator for one."
    if changed:
        return "The files, the mapping or what they mean here is not what was checked. Check them again, with the mapping if there is one."
    if not kept:
        return "No row can be brought in. See to what the check says first."
    return BRING_ASKS.missing(reason=reason)


def why_not_here(*, rows: int) -> str | None:
    """Whether files are too much for a page."""
    if rows <= MOST_ON_A_PAGE:
        return None
    return Filled(
        "These are %(rows)s rows, and %(most)s can be read here. Whoever looks after the server brings more in, with heard caseload.",
        rows=rows,
        most=MOST_ON_A_PAGE,
    )


def why_not_ask_to_undo(
    *, may_bring: bool, undone: bool, asked: bool, worked_on: bool, reason: str
) -> str | None:
    """`worked_on`: whether somebody has worked on any of its records since."""
    if not may_bring:
        return "A co-ordinator takes an import back."
    if undone:
        return "This import was taken back already."
    if asked:
        return "Somebody has asked for this already. Another co-ordinator agrees or not."
    if worked_on:
        return _WORKED_ON
    return UNDO_ASKS.missing(reason=reason)


def why_not_undo(
    *,
    may_bring: bool,
    undone: bool,
    asked_at: datetime | None,
    asked_it: bool,
    now: datetime,
    worked_on: bool,
    held: bool,
    agrees: bool,
) -> str | None:
    """`held`: a hold keeps one of the records, or all."""
    if not may_bring:
        return "A co-ordinator takes an import back."
    if undone:
        return "This import was taken back already."
    if asked_at is None:
        return "Nobody asks for it to be taken back any longer. Look at the page again."
    if asked_it:
        return "You asked for this yourself. Another co-ordinator agrees or not."
    if not agrees:
        return None
    if now - asked_at > AGREED_WITHIN:
        return "This was asked for more than a week ago. Turn it down, and let it be asked for again."
    if held:
        return "A hold keeps these records: nothing of them may go. The hold has to be lifted first, by two people."
    return _WORKED_ON if worked_on else None
