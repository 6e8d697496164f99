"""The shapes of what the field knows: one release, its entries, and the rules that count and time.

Plain frozen data. The check of a pack reads these types, so a field added here is at once asked of every pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

# A: read in the original text or an official file. B: read in a source that quotes it. Nothing less is shipped.
type Confidence = Literal["A", "B"]
type ItemList = Literal["signs", "vulnerabilities"]
type Unit = Literal["working_days", "days", "months", "hours"]
type Format = Literal["cin_census", "ssda903", "annex_a", "csv"]
type Strength = Literal["direct", "proxy", "weak"]


class NotInRelease(LookupError):
    """The release has no such entry. The text says which, and what to do."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that the field knows.

    `official` is the source's own wording, `label` the neutral one for screens, `help` what a worker reads beside
    it, `source` where we read it and `confidence` how sure that makes us.
    """

    id: str
    official: str
    label: str
    help: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class Definition(Entry):
    """What a word means. `replaced_by` says what has taken its place since, or is empty."""

    replaced_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Heading(Entry):
    """One of the two headings above the patterns: group or gang."""


@dataclass(frozen=True, kw_only=True)
class Pattern(Entry):
    """A way in which groups or gangs exploit. A case may show several, each with a reason.

    `heading` is the id of its heading; `settings` are the places one pattern is told apart by; `as_printed` is the
    source's wording where that was a slip of the pen which `official` puts right.
    """

    heading: Literal["group", "gang"]
    settings: tuple[str, ...] = ()
    as_printed: str = ""


@dataclass(frozen=True, kw_only=True)
class Item(Entry):
    """What can be seen, not seen or not known of a child: a sign or a vulnerability."""


@dataclass(frozen=True, kw_only=True)
class Vulnerability(Item):
    """Seen in children before the abuse. Never added to signs."""


@dataclass(frozen=True, kw_only=True)
class Sign(Item):
    """Seen in children who are already being exploited. `in_digest` is false where only the inquiry's own list has it."""

    in_digest: bool


@dataclass(frozen=True, kw_only=True)
class Principle(Entry):
    """A principle of effective practice. `as_printed`: the source's wording where `official` puts right a slip in it."""

    as_printed: str = ""


@dataclass(frozen=True, kw_only=True)
class Voice(Entry):
    """One of the three voices of the See Me, Hear Me framework."""


@dataclass(frozen=True, kw_only=True)
class CountingRule(Entry):
    """`at_least` distinct items of `list` in the `window_months` that end on the as-of date.

    The window leaves out its first edge and takes in its last; `text` says the whole rule in words. It makes a list
    of children to look at, never of confirmed victims.
    """

    list: ItemList
    at_least: int
    window_months: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Figure(Entry):
    """A published number: `value` as printed, the `period` it covers, and in `caveat` what is disputed or unknown."""

    value: str
    period: str
    caveat: str


@dataclass(frozen=True, kw_only=True)
class Conclusion(Entry):
    """What the inquiry found, in a sentence rather than a number."""


@dataclass(frozen=True, kw_only=True)
class Law(Entry):
    """A law or guidance. `official` is its name; `help` says in our words what it asks, and how far we could read it.

    `in_force_from` is null where our sources do not give the day; `not_known` says what they leave open. `read_on` is the
    day on which they were read: law changes, so its official page is to be looked at before anybody relies on it.
    """

    in_force_from: date | None
    not_known: str = ""
    read_on: date


@dataclass(frozen=True, kw_only=True)
class TieKind:
    """How two may be tied. `label` reads from the first to the second, `back` the other way.

    `between`: pairs such as “person place”, the first end first; where it is not `directed` the two read alike. `passes`: a way
    from one to another may lead through it. Without a source the kind is ours.
    """

    id: str
    label: str
    back: str
    between: tuple[str, ...]
    directed: bool
    passes: bool
    help: str
    official: str | None
    source: str | None
    confidence: Confidence | None


@dataclass(frozen=True, kw_only=True)
class Clock(Entry):
    """Time allowed: `amount` of `unit` from `starts`. A null date means that our sources do not give it: `why_no_day` says what they give
    instead of the first, `not_known` what else they leave open, such as whether a newer edition changed it."""

    amount: int
    unit: Unit
    starts: str
    effective_from: date | None
    effective_to: date | None
    why_no_day: str = ""
    not_known: str = ""


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Which field of a statutory return carries which item.

    A value matches when it is one of `codes`, or a number of `at_least` or more; with neither, any value that is
    filled in matches. `counts` says whether a counting rule may use it: weak ones never do, they are shown beside.
    `dated_by` is the field that dates it, or `return_end`: the last day of the period that the return covers (the
    reference date of a CIN census, 31 March of an SSDA903 year). `year_from` and `year_to` are years of the return,
    both included; null means no limit that we know of.
    """

    format: Format
    field: str
    codes: tuple[str, ...] = ()
    at_least: int | None = None
    item: str
    strength: Strength
    counts: bool
    dated_by: str
    year_from: int | None = None
    year_to: int | None = None
    note: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class NoCarrier:
    """An item that no field of these returns carries: shown as not collectable, never as absent."""

    item: str
    note: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class NotEnumerated:
    """Something that our sources mention and do not list. Said, so that nobody fills the gap by guessing."""

    id: str
    label: str
    number: int | None
    help: str
    source: str


type Bound = Literal[
    "all", "partnership", "social_care", "police", "health", "education", "youth_justice", "voluntary"
]


@dataclass(frozen=True, kw_only=True)
class RequirementPack:
    """Requirements that come from one place. `about` says what that place leaves out."""

    id: str
    label: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing that a partnership checks about itself: `label` is a sentence that can be checked, in our words.

    `who` has to meet it: kinds of agency, all of them, or the partnership as one. `evidence` names what Heard counts by
    itself that bears on it (`heard.board.evidence`), `why_no_evidence` why that is nothing; `help` what else could show it.
    `applies_from` is null where it holds already or our sources do not give the day: `why_no_day` says which, and `not_known`
    what is open.
    """

    id: str
    pack: str
    label: str
    help: str
    who: tuple[Bound, ...]
    evidence: tuple[str, ...] = ()
    why_no_evidence: str = ""
    applies_from: date | None
    why_no_day: str = ""
    not_known: str = ""
    read_on: date
    source: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Words in which a worker may write of a sign or vulnerability, so that it can be offered: never more than that.

    `says` are phrases of one meaning, in small letters and without apostrophes; a word that ends in * stands for all that
    begin so. `why` is the reason why they may speak of `item`. The wording is ours: it says nothing of what a source holds.
    """

    id: str
    item: str
    says: tuple[str, ...]
    why: str


type ContextSetting = Literal[
    "neighbourhood", "school", "transport", "home", "online", "peer_group", "other_group"
]


@dataclass(frozen=True, kw_only=True)
class ContextSide:
    """A side on which a place or group of one setting is assessed. `label` and `help` are ours, for what the source names."""

    id: str
    setting: ContextSetting
    label: str
    help: str
    source: str
    confidence: Confidence


type Target = Literal["person", "place", "business", "vehicle", "online"]


@dataclass(frozen=True, kw_only=True)
class Power:
    """What the law, or a practice of the police, lets somebody do against what harms. Help for choosing and wording, no advice.

    `who` may use it, what it `needs` and `does`, how long it `lasts`, what follows where it is `broken`, and the `law` it stands in: None
    where our sources do not say. `in_force_from` and `in_force_to` are days that a source gives. It is never a power over a child.
    """

    id: str
    label: str
    against: tuple[Target, ...]
    who: str | None
    needs: str | None
    does: str | None
    lasts: str | None
    broken: str | None
    law: str | None
    in_force_from: date | None
    in_force_to: date | None
    not_known: str = ""
    read_on: date
    source: str
    confidence: Confidence


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """An entry of the release before that this one no longer holds. `entry` is its id; of a carrier its return, field and
    item; of an item that nothing carries, the item."""

    section: str
    entry: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Release:
    """All that the field knew at one time. A release never changes; a correction is a new release.

    One that `extends` an older release holds all of it, but for what it replaces, adds and has `withdrawn`. Sections with a
    default came later than the first release, which lacks them.
    """

    id: str
    title: str
    about: str
    extends: str = ""
    definitions: tuple[Definition, ...]
    headings: tuple[Heading, ...]
    patterns: tuple[Pattern, ...]
    vulnerabilities: tuple[Vulnerability, ...]
    signs: tuple[Sign, ...]
    principles: tuple[Principle, ...]
    voices: tuple[Voice, ...]
    rules: tuple[CountingRule, ...]
    figures: tuple[Figure, ...]
    clocks: tuple[Clock, ...]
    carriers: tuple[Carrier, ...]
    no_carrier: tuple[NoCarrier, ...]
    not_enumerated: tuple[NotEnumerated, ...]
    conclusions: tuple[Conclusion, ...] = ()
    laws: tuple[Law, ...] = ()
    ties: tuple[TieKind, ...] = ()
    requirement_packs: tuple[RequirementPack, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    context_sides: tuple[ContextSide, ...] = ()
    powers: tuple[Power, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every entry by its id, in the order of the release."""
        sections: tuple[tuple[Entry, ...], ...] = (
            self.definitions, self.headings, self.patterns, self.vulnerabilities, self.signs,
            self.principles, self.voices, self.rules, self.figures, self.clocks, self.conclusions, self.laws,
        )  # fmt: skip
        return {entry.id: entry for section in sections for entry in section}

    def item(self, item_id: str) -> Item:
        """The sign or vulnerability with this id, or `NotInRelease`."""
        return self._one(item_id, Item, "sign or vulnerability")

    def pattern(self, pattern_id: str) -> Pattern:
        return self._one(pattern_id, Pattern, "pattern")

    def clock(self, clock_id: str) -> Clock:
        return self._one(clock_id, Clock, "clock")

    def power(self, power_id: str) -> Power:
        """The power with this id, or `NotInRelease`."""
        found = next((power for power in self.powers if power.id == power_id), None)
        if found is None:
            raise NotInRelease(
                f"Release {self.id} has no power {power_id!r}. See powers.yaml for those it has."
            )
        return found

    def rule(self, rule_id: str) -> CountingRule:
        return self._one(rule_id, CountingRule, "counting rule")

    def _one[E: Entry](self, entry_id: str, kind: type[E], called: str) -> E:
        entry = self.entries.get(entry_id)
        if isinstance(entry, kind):
            return entry
        known = ", ".join(e.id for e in self.entries.values() if isinstance(e, kind))
        raise NotInRelease(f"Release {self.id} has no {called} {entry_id!r}. Use one of: {known}.")
