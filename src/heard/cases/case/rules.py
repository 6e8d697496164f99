"""Working-day clocks, unblaming language, and what may happen to a case. Pure: no Django, no clock, no database."""

import calendar
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Protocol

import yaml
from holidays import country_holidays

from heard.agencies.rules import Asks
from heard.knowledge.model import Item, Phrase
from heard.network.rules import normal

CHILDS_VIEW_ASKS: Final = Asks(heard_by="Say who heard the child.")
# How words came that the child sent through a link of their own: written, drawn, spoken, or pointed at in pictures.
THEMSELVES: Final = "themselves"
DREW_SELF: Final = "drew_self"
POINTED: Final = "pointed"
SPOKE_SELF: Final = "spoke_self"
BY_CHILD: Final = (THEMSELVES, DREW_SELF, POINTED, SPOKE_SELF)

WORDS_ASKS: Final = Asks(
    text="Write the child’s words as they were said.",
    heard_by="Say who heard the child.",
)
TRUSTED_WORKER_ASKS: Final = Asks(
    about_asking="Write what the child said to it, or why the child was not asked.",
    reason="Say why the child gets another trusted worker. The child may ask one day.",
    child_asked="Say whether the child was asked.",
)
REVIEW_WARNING_ASKS: Final = Asks(
    review_on="Choose a day to come on which the warning is looked at again. Warnings end.",
    outcome="Say whether the warning goes on or ends",
    reason="Say why it goes on, or why it ends",
)
WARNING_ASKS: Final = Asks(
    review_on=REVIEW_WARNING_ASKS["review_on"],
    text="Write what to be careful about",
    why="Say why the warning is there",
    person_told="Say whether the person was told about the warning",
    why_not_told="Say why the person was not told about the warning",
)
RESTRICT_ASKS: Final = Asks(
    is_told="Say whether those who cannot open the record any longer are told.",
    whom="Choose who is told.",
    told_by="Choose who tells them.",
    why_nobody="Say why nobody is told.",
)
DEATH_ASKS: Final = Asks(who_said="Say who told it: name and role.")
CORRECT_DEATH_ASKS: Final = Asks(
    is_so="Say whether the child has died.",
    why_corrected="Say why what was recorded is put right.",
)
CORRECT_ASKS: Final = Asks(why_corrected="Say why what was written down is corrected.")
ALLOCATED_WORKER_ASKS: Final = Asks(
    reason="Say why another worker is allocated, or nobody any longer. The child may ask one day."
)


class Responsible(StrEnum):
    """For what somebody is responsible in a case. The two lead practitioners are those of the Families First Partnership programme
    (guide of March 2025, as telfordsafeguardingpartnership.org.uk tells of it): a child can have both at once."""

    ALLOCATED = "allocated"
    FAMILY_HELP = "family_help"
    CHILD_PROTECTION = "child_protection"


LEADS: Final = (Responsible.FAMILY_HELP, Responsible.CHILD_PROTECTION)

# Letters and figures that nobody confuses when reading them out, and without vowels, so that they spell no word.
REFERENCE_LETTERS: Final = "BCDFGHJKMNPQRTVWXY346789"
REFERENCE_LENGTH: Final = 6

AFTER_DEATH: Final = "This child has died. Nothing new is planned with them; the record stays readable."
CLOSED_ALREADY: Final = "This case is closed already."


class Clock(Protocol):
    """What `due_on` needs of a clock of the knowledge release: `unit` is working_days, days, months or hours."""

    @property
    def amount(self) -> int: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Allowed:
    """A time that the partnership has set itself, where no source gives one."""

    amount: int
    unit: str = "working_days"


def due_on(clock: Clock, start: date) -> date:
    """The last day on which it is in time. The day it starts is day 0, working day or not.

    Working days leave out Saturdays, Sundays and England's bank holidays. Months keep the day of the month, or end on
    the last day of a shorter month. Hours become whole days, rounded up, for a start of which only the day is known.
    """
    match clock.unit:
        case "working_days":
            return _after_working_days(start, clock.amount)
        case "days":
            return start + timedelta(days=clock.amount)
        case "hours":
            return start + timedelta(days=-(-clock.amount // 24))
        case "months":
            return _after_months(start, clock.amount)
    raise ValueError(f"A clock counts working_days, days, months or hours, not {clock.unit!r}.")


def latest_start(clock: Clock, due: date) -> date:
    """The last day of which what starts is due by this one."""
    start = due - (due_on(clock, due) - due)
    while due_on(clock, start) > due:
        start -= timedelta(days=1)
    while due_on(clock, start + timedelta(days=1)) <= due:
        start += timedelta(days=1)
    return start


def after_working_days(start: date, amount: int) -> date:
    """The day that lies so many working days after this one."""
    return _after_working_days(start, amount)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def days_late(due: date, today: date) -> int:
    """Calendar days since it was due; 0 where it is not late."""
    return max((today - due).days, 0)


def new_reference(prefix: str, is_taken: Callable[[str], bool]) -> str:
    """Such as 'C-K7M-3XD': random, so that it says nothing about the child, and easy to read out."""
    while True:
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))
        reference = f"{prefix}-{letters[:3]}-{letters[3:]}"
        if not is_taken(reference):
            return reference


class ChildAsked(StrEnum):
    """Whether the child was asked who their trusted worker is to be."""

    YES = "yes"
    NO = "no"


class EndedAs(StrEnum):
    """Why work with a child ends."""

    ENDED = "ended"
    MOVED = "moved"
    ADULT = "adult"
    MISTAKE = "mistake"


@dataclass(frozen=True)
class Observed:
    """One sign or vulnerability as somebody tells of it. `state` is seen, not_seen or not_known.

    One that was seen carries the day, who says so and in which words; the others need not.
    """

    item: str
    state: str
    seen_on: date | None = None
    source: str = ""
    words: str = ""

    @property
    def lacks_evidence(self) -> bool:
        return self.state == "seen" and not (self.seen_on and self.source.strip() and self.words.strip())


class Unheard(StrEnum):
    """Why a child who was asked, or whom somebody tried to reach, was not heard beside a decision."""

    NO_WISH = "no_wish"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class Try:
    """One time that somebody tried to reach the child. `how`: a visit, a call and so on; `came`: what came of it."""

    on: date | None
    how: str
    came: str = ""


@dataclass(frozen=True)
class WhyUnheard:
    """`asked_on`: the day on which the child was asked and did not want to. `text`: how they were asked; or, after the
    `tries`, what else was tried and who tries again when."""

    why: Unheard
    text: str = ""
    asked_on: date | None = None
    tries: tuple[Try, ...] = ()

    @property
    def last_on(self) -> date | None:
        """The day on which the child was asked, or on which somebody tried last."""
        days = [one.on for one in self.tries if one.on]
        return max(days, default=None) if self.why == Unheard.NOT_REACHED else self.asked_on


# The Department hides counts of one to five in its children's statistics; so do we (field standard for small numbers).
TOO_FEW: Final = 5


@dataclass(frozen=True)
class Kept:
    """How often a promise was kept: `kept` of `of`, both counts of work, never of a child's qualities."""

    kept: int
    of: int
    with_reason: int = (
        0  # of decisions: how many of `kept` count by the reason why the child could not be heard
    )

    def __add__(self, other: "Kept") -> "Kept":
        """Both together: the share of all decisions is not the mean of two shares."""
        return Kept(self.kept + other.kept, self.of + other.of, self.with_reason + other.with_reason)

    @property
    def with_words(self) -> int:
        return self.kept - self.with_reason

    @property
    def parts_too_few(self) -> bool:
        """Whether how many of them count by words, and how many by the reason, could point at one child."""
        return any(0 < part <= TOO_FEW for part in (self.with_words, self.with_reason))

    @property
    def too_few(self) -> bool:
        """Whether so few are counted that a figure could point at one child."""
        return self.of <= TOO_FEW


@dataclass(frozen=True)
class Counted:
    """What was counted together, and about which children, by their keys: a dozen actions may all be of one child's plan. `kept_for`,
    `missed_for`: for which of them something was kept, or was not."""

    kept: Kept = Kept(0, 0)
    children: frozenset[object] = frozenset()
    kept_for: frozenset[object] = frozenset()
    missed_for: frozenset[object] = frozenset()

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.kept + other.kept,
            self.children | other.children,
            self.kept_for | other.kept_for,
            self.missed_for | other.missed_for,
        )

    @property
    def of(self) -> int:
        return self.kept.of

    @property
    def missed(self) -> "Counted":
        """Those that were not kept, as what is counted."""
        return Counted(Kept(0, self.kept.of - self.kept.kept), self.missed_for, frozenset(), self.missed_for)

    @property
    def too_few(self) -> bool:
        """Whether so few are counted, or things of so few children, that a figure could point at one child."""
        return self.kept.too_few or len(self.children) <= TOO_FEW


FEW: Final = 8  # signs and vulnerabilities that are offered at once; the rest stand in the whole list
_LOOKED_THROUGH: Final = 20_000  # characters of what was told: some eight pages
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+|\n+")


def likely(told: str, phrases: Iterable[Phrase]) -> dict[str, str]:
    """By the id of each sign or vulnerability that a text may speak of: the sentences that do, as they were written.

    At most `FEW`, in the order in which they are first spoken of. It offers; whoever wrote it says whether it was seen. £ reads as
    pounds.
    """
    patterns = [(phrase.item, _pattern(phrase.says)) for phrase in phrases]
    found: dict[str, list[str]] = {}
    for sentence in _BETWEEN_SENTENCES.split(told[:_LOOKED_THROUGH]):
        text = f" {normal(sentence.replace('£', ' pounds '))} "
        for item in dict.fromkeys(item for item, pattern in patterns if pattern.search(text)):
            found.setdefault(item, []).append(sentence.strip())
    return {item: " ".join(sentences) for item, sentences in list(found.items())[:FEW]}


@cache
def _pattern(says: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these phrases as whole words; a * stands for the rest of a word."""
    return re.compile("|".join(f" {re.escape(text).replace(r'\*', '[^ ]*')} " for text in says))


def searched(words: str, items: Iterable[Item], phrases: Iterable[Phrase]) -> list[str]:
    """Ids of the signs and vulnerabilities in whose wording or phrases each of these words begins a word; none for no word."""
    wanted, texts = normal(words).split(), {}
    for item in items:
        texts[item.id] = [item.label, item.help, item.official]
    for phrase in phrases:
        texts[phrase.item] += phrase.says
    beginnings = {item: f" {normal(' '.join(said))}" for item, said in texts.items()}
    return [
        item for item, text in beginnings.items() if wanted and all(f" {word}" in text for word in wanted)
    ]


@dataclass(frozen=True)
class Hint:
    """A blaming word that stands in the text, a better way to put it, and why. It never blocks."""

    found: str
    better: str
    why: str


def language_hints(text: str) -> tuple[Hint, ...]:
    """One hint for each kind of blaming word in what a worker wrote, in the order of the text. Source: `language.yaml`.

    Never for the child's own words: these are kept as they were said. Of some words (`of_the_child`) only those that may be
    about the child: that a man is manipulative blames nobody who was harmed.
    """
    found = []
    for pattern, better, why, of_the_child in _blaming():
        matches = (
            match for match in pattern.finditer(text) if not (of_the_child and _of_somebody_else(text, match))
        )
        if match := next(matches, None):
            found.append((match.start(), Hint(match[0], better, why)))
    return tuple(hint for _, hint in sorted(found, key=lambda pair: pair[0]))


def why_not_open_case(
    *,
    may_decide: bool,
    has_open_case: bool,
    has_lead_team: bool,
    has_closed_case: bool = False,
    why: str = "",
) -> str | None:
    """`why` may be left out for a first case: the worry that it came from says it. A second time needs it in words."""
    if not may_decide:
        return "A co-ordinator or supervisor opens a case."
    if has_open_case:
        return "This child has an open case already. Add to that one."
    if has_closed_case and not why.strip():
        return "Say why the case opens again, so that its story can be followed."
    if not has_lead_team:
        return "No team takes worries yet. Ask your administrator to name one."
    return None


def why_not_assign(*, is_open: bool, may_assign: bool, worker_sees_child: bool) -> str | None:
    if not is_open:
        return "This case is closed. A trusted worker belongs to an open case."
    if not may_assign:
        return "A co-ordinator or supervisor names the trusted worker."
    if not worker_sees_child:
        return "This worker does not see the child’s record. Let their team in first."
    return None


# One of the workers of an agency of this kind is allocated to a case.
STATUTORY: Final = "social_care"


def why_not_allocate(
    role: str = Responsible.ALLOCATED,
    *,
    is_open: bool,
    may_assign: bool,
    is_statutory: bool,
    worker_sees_child: bool,
    is_same: bool = False,
    had_one: bool = False,
    reason: str = "",
) -> str | None:
    """Of the allocated worker, or a lead practitioner. `is_statutory`: they work for children's services, as the allocated worker does and whoever
    leads child protection (pathfinder of Wirral). Whoever else helps the child can lead family help, or be the trusted worker."""
    if role not in set(Responsible):
        return "Say for what they are responsible."
    if not is_open:
        return "This case is closed. A worker is allocated to an open case."
    if not may_assign:
        return "A co-ordinator or supervisor allocates the worker."
    if role != Responsible.FAMILY_HELP and not is_statutory:
        return (
            "Only somebody who works in children’s services is allocated. Others can be the trusted worker."
        )
    if not worker_sees_child:
        return "This worker may not see the child. Look at who may see the record first."
    if is_same:
        return "This worker is allocated already. Choose somebody else, or leave it as it is."
    if had_one and not reason.strip():
        return ALLOCATED_WORKER_ASKS["reason"]
    return None


def why_not_end_lead(role: str, *, may_assign: bool, there_is_one: bool, reason: str) -> str | None:
    """A child always has an allocated worker: another takes their place."""
    if role not in LEADS or not there_is_one:
        return "Nobody is that now."
    if not may_assign:
        return "A co-ordinator or supervisor allocates the worker."
    return None if reason.strip() else ALLOCATED_WORKER_ASKS["reason"]


def why_not_restrict_now(*, somebody_is_there: bool) -> str | None:
    """`somebody_is_there`: one of those who decide and open it by its list is on duty, or not away."""
    if somebody_is_there:
        return None
    return (
        "Everybody who decides and could open this record is away today, and danger would wait for them. Let in another co-ordinator or "
        "supervisor first."
    )


def why_not_end_whole(*, stays: bool) -> str | None:
    """`stays`: whoever restricts the record decides there by a team or by name, also once no agency as a whole is on its list."""
    if stays:
        return None
    return (
        "You would not see the record any longer: neither your team nor you by name are on its list. Let yourself in by name first, or "
        "leave the agencies on it."
    )


def why_not_told_by(*, sees_it: bool) -> str | None:
    """Whoever tells others that a record is restricted sees it themselves from then on."""
    if sees_it:
        return None
    return "They do not see the record any longer themselves. Choose somebody else who tells them."


def why_not_say_who_is_told(
    *, anybody_loses: bool, is_told: bool | None, names_whom: bool, what: str, has_teller: bool
) -> str | None:
    """Whether it is said who is told that a record is restricted. `anybody_loses`: somebody who could open it cannot any
    longer; `what`: what they are told, or why nobody is."""
    if not anybody_loses:
        return None
    if is_told is None:
        return RESTRICT_ASKS["is_told"]
    if not is_told:
        return RESTRICT_ASKS.missing(why_nobody=what)
    if not names_whom:
        return RESTRICT_ASKS["whom"]
    if not what.strip():
        return "Write what they are told. No more than they may know."
    return RESTRICT_ASKS.missing(told_by=has_teller)


MOST_WHY: Final = 200  # characters of the reason for which an agency is involved
NOT_INVOLVED: Final = (
    "They do not see this child’s record yet, so they could not see what to do. Let their team in, with the reason, or "
    "choose somebody else."
)


def why_not_own(*, is_active: bool, may_plan: bool, sees_child: bool) -> str | None:
    """Whether somebody can be given something to do for a child. Who cannot see the child would never learn of it."""
    if not is_active:
        return "That person cannot sign in any longer. Choose somebody else to do this."
    if not may_plan:
        return "Their role does not work with children’s records. Choose somebody else to do this."
    return None if sees_child else NOT_INVOLVED


def why_not_change_worker(*, is_same: bool, had_one: bool, reason: str, asked: str, about: str) -> str | None:
    """Whether somebody else becomes the trusted worker. `about`: what the child said, or why they were not asked.

    The first one needs no reason: a child who has nobody needs somebody. (See Me, Hear Me: the same person over time.)
    """
    if is_same:
        return "This is the trusted worker already. Choose somebody else, or leave it as it is."
    if not had_one:
        return None
    if not reason.strip():
        return TRUSTED_WORKER_ASKS["reason"]
    if asked not in set(ChildAsked):
        return TRUSTED_WORKER_ASKS["child_asked"]
    return TRUSTED_WORKER_ASKS.missing(about_asking=about)


def why_not_since(*, since: date, opened_on: date, before: date | None, today: date) -> str | None:
    """From which day somebody can be the allocated or the trusted worker. `before`: since when the one before has been."""
    if since > today:
        return "The day is in the future. Name the worker once they begin."
    if since < opened_on:
        return "The day is before this case was opened. Give the day of the opening, or one after it."
    if before and since < before:
        return "The day is before the worker of now began. Check the date."
    return None


def why_not_record_words(
    *,
    text: str,
    heard_by: str,
    heard_on: date | None,
    today: date,
    original: str = "",
    language: str = "",
    translated_by: str = "",
) -> str | None:
    """`original`: the words in the child's language, where `text` is somebody's translation of them."""
    if not text.strip():
        return WORDS_ASKS["text"]
    if not heard_by.strip():
        return CHILDS_VIEW_ASKS["heard_by"]
    if heard_on is None:
        return "Say on which day the child was heard."
    if heard_on > today:
        return "The child cannot have been heard on a day to come. Check the date."
    if (original.strip() or translated_by.strip()) and not language.strip():
        return "Say in which language the child spoke."
    if original.strip() and not translated_by.strip():
        return "Say who translated the child’s words."
    return None


def why_not_leave_unheard(told: WhyUnheard, *, today: date) -> str | None:
    """Whether it is said well enough why the child was not heard: when they were asked, or each try with day and how."""
    if told.why == Unheard.NOT_REACHED:
        return _why_not_tried(told.tries, today)
    if told.asked_on is None:
        return "Say on which day the child was asked."
    if told.asked_on > today:
        return "The child cannot have been asked on a day to come. Check the date."
    return None if told.text.strip() else "Say how the child was asked, and by whom."


def _why_not_tried(tries: tuple[Try, ...], today: date) -> str | None:
    if not tries:
        return "Say when and how somebody tried to reach the child."
    if any(one.on is None or not one.how for one in tries):
        return "Say of each try on which day it was, and how somebody tried."
    if any(one.on and one.on > today for one in tries):
        return "Nobody can have tried on a day to come. Check the dates."
    return None


def why_not_correct_words(*, is_corrected: bool, reason: str, how: str = "") -> str | None:
    """What was written down stays beside the correction: words are never edited."""
    if how in BY_CHILD:
        return "The child wrote this themselves. Nobody corrects it: write what else the child says as new words."
    if is_corrected:
        return "These words have been corrected already. Correct the newer ones."
    return CORRECT_ASKS.missing(why_corrected=reason)


def why_not_warn(
    *,
    text: str,
    why: str,
    review_on: date | None,
    person_told: bool | None,
    why_not_told: str,
    today: date,
) -> str | None:
    """`person_told`: whether the person knows that the warning is there; None where nobody has said."""
    if why_not := WARNING_ASKS.missing(text=text, why=why, person_told=person_told is not None):
        return why_not
    if not person_told and not why_not_told.strip():
        return WARNING_ASKS["why_not_told"]
    return _why_not_until(review_on, today)


def why_not_review_warning(
    *, is_ended: bool, goes_on: bool | None, reason: str, review_on: date | None, today: date
) -> str | None:
    """A warning that was looked at goes on until another day, or it ends: each with the reason."""
    if is_ended:
        return "This warning has ended already. Write a new one if it is needed again."
    if why_not := REVIEW_WARNING_ASKS.missing(outcome=goes_on is not None, reason=reason):
        return why_not
    return _why_not_until(review_on, today) if goes_on else None


def _why_not_until(review_on: date | None, today: date) -> str | None:
    if review_on is None or review_on <= today:
        return WARNING_ASKS["review_on"]
    return None


def bank_holidays(first: date, last: date) -> list[date]:
    """England’s bank holidays between two days, both of them too, in order."""
    years = range(first.year, last.year + 1)
    return sorted(day for year in years for day in _bank_holidays(year) if first <= day <= last)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def _after_working_days(start: date, amount: int) -> date:
    day = start
    while amount > 0:
        day += timedelta(days=1)
        amount -= is_working_day(day)
    return day


def _after_months(start: date, amount: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


_MEN: Final = r"m[ae]n|males?|mr|boyfriends?|fathers?|dads?|stepfathers?|uncles?|husbands?"
_WOMEN: Final = r"wom[ae]n|females?|mrs|ms|girlfriends?|mothers?|mums?|stepmothers?|aunts?|wife"
_OTHERS: Final = r"adults?|suspects?|perpetrators?|offenders?|abusers?|exploiters?|groomers?|defendants?|drivers?|dealers?|gangs?|groups?"
_CHILDREN: Final = r"child|children|girls?|boys?|young (?:person|people|wom[ae]n|m[ae]n)|pupils?|students?|daughters?|sons?|victims?"
_WHO: Final = re.compile(
    rf"\b(?:(?P<child>{_CHILDREN})|(?P<man>{_MEN})|(?P<woman>{_WOMEN})|(?P<other>{_OTHERS})|(?P<pronoun>she|he|they|who))\b",
    re.IGNORECASE,
)
_SENTENCE_ENDS: Final = re.compile(r"[.!?\n]\s*")
_MAY_BE: Final = {"she": {"woman", "other"}, "he": {"man", "other"}}


def _of_somebody_else(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence says it of an adult or a suspect: the last who is named before it. "He" and "she" are followed
    back to whoever was named before; where that is not clear, it may be about the child."""
    begins = max((end.end() for end in _SENTENCE_ENDS.finditer(text, 0, match.start())), default=0)
    named = [one for one in _WHO.finditer(text, 0, match.start()) if one.lastgroup]
    here = [match for match in named if match.start() >= begins]
    if not here:
        return False
    last = here[-1]
    if last.lastgroup != "pronoun":
        return last.lastgroup != "child"
    meant = _MAY_BE.get(last[0].lower(), {"man", "woman", "other"})
    before = [
        match.lastgroup for match in named if match.start() < last.start() and match.lastgroup != "pronoun"
    ]
    fitting = [kind for kind in before if kind == "child" or kind in meant]
    return bool(fitting) and fitting[-1] != "child"


@cache
def _blaming() -> tuple[tuple[re.Pattern[str], str, str, bool], ...]:
    entries = yaml.safe_load(files("heard.cases.case").joinpath("language.yaml").read_text(encoding="utf-8"))
    return tuple(
        (
            re.compile(rf"\b(?:{'|'.join(entry['words'])})\b", re.IGNORECASE),
            entry["better"],
            entry["why"],
            entry.get("of_the_child", False),
        )
        for entry in entries
    )


def age_on(birth_date: date | None, today: date) -> int | None:
    """In whole years. None where the date of birth is not known. Born on 29 February: a year older on 1 March."""
    if birth_date is None:
        return None
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not had_birthday)
