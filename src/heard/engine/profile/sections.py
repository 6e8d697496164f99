"""The parts of a profile in words: what each table shows, of whom, and what it cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from heard.engine.profile.counting import EPISODES_IN_CASES
from heard.engine.profile.quality import NOT_READ
from heard.engine.profile.shape import (
    ELSEWHERE,
    LISTED,
    NOT_COLLECTED,
    NOT_GIVEN,
    NOT_KNOWN,
    NOT_SEEN,
    SCATTERED,
    SEEN,
    SEVERAL,
    TOTAL,
    Across,
    Hiding,
    Section,
    Tidy,
)
from heard.engine.tables import spelt

if TYPE_CHECKING:
    from heard.engine.profile.counting import PeriodToCount

_BY_LIST = Across("list", {"Known": (), "Listed": (LISTED,)})
_BY_STATE = Across("state", {"Seen": (SEEN,), "Not seen": (NOT_SEEN,), "Not known": (NOT_KNOWN,)})


def sections(tables: Mapping[str, Tidy], asked: PeriodToCount, hiding: Hiding) -> tuple[Section, ...]:
    """Every section whose table is there, in the order in which they are read."""
    found = (_MADE[name](table, asked, hiding) for name, table in tables.items() if name in _MADE)
    return tuple(found)


def findings(
    tables: Mapping[str, Tidy], sources: Tidy, asked: PeriodToCount, hiding: Hiding
) -> tuple[str, ...]:
    """What a reader takes away, in sentences, from what is printed alone."""
    said, children = hiding.said, tables["children"]
    read = (cell for cell in sources.cells if len(cell.at("source")) > 1 and cell.beside["kind"] != NOT_READ)
    agencies = len({cell.at("source")[0] for cell in read})
    return tuple(
        sentence
        for sentence in (
            f"{_upper(said(children.cell()))} children are known to {_plural(agencies, 'agency', 'agencies')} that took part.",
            f"Of these, {said(children.cell(list=(LISTED,)))} are listed: {_rule(asked)} They are children to look at, not confirmed victims.",
            f"Of those listed, {said(children.cell(list=(LISTED, SCATTERED)))} are scattered: no single agency holds enough of their signs alone.",
            *(part(tables["signs"], asked) for part in (_most_seen, _unseen) if "signs" in tables),
        )
        if sentence
    )


def _children(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    return Section(
        "children",
        "Children known, listed and scattered",
        (
            _text(asked),
            "Scattered: no single agency holds enough of the child’s signs alone, so that none could have listed the child.",
        ),
        f"Of all {hiding.said(table.cell())} children whom a source of this run holds.",
        table,
        "list",
        "Children",
        labels={TOTAL: "Known"},
    )


def _overlap(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    return Section(
        "overlap",
        "Which agencies hold the signs",
        (
            "Each child who is listed stands once, under the agencies that hold at least one of the child’s signs.",
            f"Combinations that hold {hiding.small} children or fewer are put together where that gives nobody away.",
        ),
        "Of all children who are listed.",
        table,
        "list",
        "Agencies",
        drawn=("Number",),
    )


def _signs(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    return Section(
        "signs",
        "Signs",
        (
            "A sign is seen in a child who is already being exploited: present harm, never a mere risk. One child may show several.",
            _unseen(table, asked),
        ),
        "Of all children known. Not known: no source that collects the sign holds the child, or its field is empty.",
        table,
        "sign",
        "Sign",
        _BY_STATE,
        labels={sign.id: sign.label for sign in asked.release.signs},
        beside={"Collected by": "collected_by"},
        drawn=("Seen", "Not known"),
    )


def _vulnerabilities(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    absent = _absent(table, "vulnerability", asked.release.vulnerabilities)
    return Section(
        "vulnerabilities",
        "Vulnerabilities",
        (
            "A vulnerability is what was around a child before anyone harmed them. It is never added to signs, and never counted by the rule.",
            f"No source of this run has a field for: {absent}." if absent else "",
        ),
        "Of all children known. Not known: no source that collects it holds the child, or its field is empty.",
        table,
        "vulnerability",
        "Vulnerability",
        _BY_STATE,
        labels={vulnerability.id: vulnerability.label for vulnerability in asked.release.vulnerabilities},
        beside={"Collected by": "collected_by"},
        drawn=("Seen", "Not known"),
    )


def _by_list(
    id: str, heading: str, rows: str, *words: str, down: str = ""
) -> Callable[[Tidy, PeriodToCount, Hiding], Section]:
    """A section of the children known and listed by what their records say of them."""

    def made(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
        dimension = down or id
        rest = {text: table.cell(**{dimension: (text,)}) for text in (NOT_GIVEN, NOT_COLLECTED, SEVERAL)}
        told = [
            f"{name}: {hiding.said(cell)}."
            for name, cell in rest.items()
            if cell and cell.text not in ("", "0")
        ]
        whole = f"Of all {hiding.said(table.cell())} children known."
        if {cell.at(dimension) for cell in table.cells} == {(), (NOT_COLLECTED,)}:
            return Section(id, heading, (*words, "No source of this run collects it."), whole)
        coverage = " ".join([whole, *(told or ["It is given for every one of them."])])
        return Section(
            id, heading, words, coverage, table, dimension, rows, _BY_LIST, drawn=("Known", "Listed")
        )

    return made


def _areas(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    """The map. It shows how many are listed, or where that is hidden everywhere, how many are known."""
    assert asked.areas is not None
    made = _by_list(
        "areas",
        "Map by area",
        "Area",
        "By the area in which the child’s postcode lies: where the child lives, not where harm was done. No place is to blame. More children live "
        "in some areas than in others, and the map does not allow for that.",
        f"Boundaries: {asked.areas.licence}",
        down="area",
    )(table, asked, hiding)
    if made.table is None:
        return made
    head, where = next(
        (
            (head, where)
            for head, where in (("Listed", (LISTED,)), ("Known", ()))
            if any(_printed(table, asked, where))
        ),
        ("Listed", (LISTED,)),
    )
    return replace(
        made,
        drawn=(head,),
        labels={ELSEWHERE: "In none of these areas"},
        outlines=asked.areas.outlines,
        title=_title_of_map(table, asked, where),
        hidden=hiding.hidden,
    )


def _printed(table: Tidy, asked: PeriodToCount, where: tuple[str, ...]) -> list[int]:
    """The numbers that are printed of areas on the map."""
    assert asked.areas is not None
    texts = (table.text(area=(name,), list=where) for name in asked.areas.outlines)
    return [int(text) for text in texts if text.isdigit()]


def _title_of_map(table: Tidy, asked: PeriodToCount, where: tuple[str, ...]) -> str:
    """What the map shows, in a sentence."""
    assert asked.areas is not None
    printed, areas = _printed(table, asked, where), len(asked.areas.outlines)
    some, none, hidden = sum(n > 0 for n in printed), printed.count(0), areas - len(printed)
    which = "Listed children" if where else "Children who are known"
    rest = [f"in {hidden:,} the number is hidden"] if hidden else []
    rest += [f"in {none:,} there are none"] if none else []
    least = "at least " if hidden else ""
    return f"{which} live in {least}{some:,} of {areas:,} areas{'; ' if rest else ''}{', and '.join(rest)}."


def _months(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    return Section(
        "months",
        "Months in which signs were seen",
        (
            "Children of whom a sign that counts was seen in the month, listed or not. One child may be seen in several months, so they do not add up.",
            _partial(asked),
        ),
        "A month tells of what was written down for it: sources that give a day only once a year stand in the month of that day.",
        table,
        "month",
        "Month",
        labels=_month_names(asked),
        drawn=("Number",),
    )


def _episodes(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    in_cases = table.about == EPISODES_IN_CASES
    what = "Episodes in cases of this system that began in the month." if in_cases else (
        "Each day on which a child went missing is one episode, however many agencies wrote it down.")  # fmt: skip
    return Section(
        "missing-episodes",
        "Missing episodes",
        (
            f"{what} One child may have several.",
            f"A month that tells of {hiding.small} children or fewer is hidden, however many episodes there were.",
            _partial(asked),
        ),
        "Of episodes that somebody reported and dated. A child who is missing and whom nobody reports is not in it.",
        table,
        "month",
        "Month",
        labels=_month_names(asked),
        drawn=("Number",),
    )


def _patterns(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    return Section(
        "patterns",
        "Patterns",
        (
            "How groups and gangs exploit: patterns that workers recorded in assessments, each with a reason. One child may show several.",
            "What others do to a child is never the child’s doing.",
        ),
        "Of children with an assessment in this system only; other children known to the agencies are not in it.",
        table,
        "pattern",
        "Pattern",
        labels={pattern.id: pattern.label for pattern in asked.release.patterns},
        drawn=("Number",),
    )


def _patterns_around(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
    return Section(
        "patterns-around",
        "Patterns at places and in groups",
        (
            "Patterns that workers recognise at a place, in a group, or in the work on one of them (a context), each with a reason; not those that were withdrawn.",
            "One place or group may show several, and may be worked on too, so that the numbers do not add up.",
            "No place is to blame. Children in a group may be harmed themselves.",
        ),
        "Of groups, places and contexts of which somebody noted a pattern in the period; of all others it is not known.",
        table,
        "pattern",
        "Pattern",
        Across("about", {"Groups": ("group",), "Places": ("place",), "Contexts": ("context",)}),
        labels={pattern.id: pattern.label for pattern in asked.release.patterns},
    )


_BASES = {
    "told": "Somebody told it",
    "arrested": "Arrested",
    "charged": "Charged",
    "convicted": "Convicted",
    "ended": "Ended without charge",
    "frightens": "Said to frighten or control",
}
_THINGS = {
    "phone": "Phone",
    "vehicle": "Car",
    "account": "Account online",
    "email": "E-mail address",
    "device": "Device",
    "web": "Web address",
}
_STEPS = {
    "contact": "Keep somebody away from a child",
    "place": "Make a place safe, or close it",
    "business": "Licences, premises and businesses",
    "travel": "Transport and vehicles",
    "online": "Accounts and messages online",
    "evidence": "Find and secure evidence",
    "other": "Something else",
}
_FOUND = {
    "moved": "Harm has moved elsewhere",
    "spread": "It became safer nearby too",
    "both": "Both are seen",
    "neither": "Neither is seen",
    "not_known": "Not known",
}


def _of_harm(
    name: str, heading: str, rows: str, coverage: str, *words: str,
    labels: Mapping[str, str], across: Across | None = None,
) -> Callable[[Tidy, PeriodToCount, Hiding], Section]:  # fmt: skip
    """A section of what is recorded in this system beside the records of a run. `coverage`: of what it tells, and what is not known."""

    def made(table: Tidy, asked: PeriodToCount, hiding: Hiding) -> Section:
        down = next(dimension for dimension in table.dimensions if dimension not in ("as_of", "state"))
        return Section(
            name, heading, words, coverage, table, down, rows, across or Across(), labels=dict(labels)
        )

    return made


_MADE: Mapping[str, Callable[[Tidy, PeriodToCount, Hiding], Section]] = {
    "children": _children,
    "overlap": _overlap,
    "signs": _signs,
    "vulnerabilities": _vulnerabilities,
    "patterns": _patterns,
    "patterns-around": _patterns_around,
    "who-harms": _of_harm(
        "who-harms",
        "Who is said to harm",
        "On what it rests",
        "Of adults of whom somebody noted it in this system in the period. Who harms and is not known, or is not named, is not in it.",
        "Adults of whom somebody says that they harm a child, by what that rests on. One adult may stand in several rows, so that they do not add up.",
        "What is told is not proven. No child is counted here, whatever they were made to do.",
        labels=_BASES,
    ),
    "with-what": _of_harm(
        "with-what",
        "With what",
        "Kind",
        "Of what somebody noted as used by these adults. What they use and nobody has noted is not known.",
        "Phones, cars and accounts that adults who are said to harm use. What is an organisation’s is left out.",
        labels=_THINGS,
    ),
    "places-of-harm": _of_harm(
        "places-of-harm",
        "Where patterns were noted",
        "Postcode district",
        "Of places with a pattern that somebody noted in the period, each counted once; of all others it is not known. Harm online and in homes has no place here.",
        "By the first half of the postcode of the place, not of where a child lives. More places are noted where more people look. No place is to blame.",
        labels={"": "Postcode not known"},
    ),
    "steps": _of_harm(
        "steps",
        "What was done",
        "Step",
        "Of steps that were planned in this system in the period, and how they stand now. What others did is not in it.",
        "Steps about adults, places and groups from which harm comes. None is about a child.",
        labels=_STEPS,
        across=Across("state", {"Done": ("done",), "To do": ("open",), "Could not be done": ("not_done",)}),
    ),
    "came-of-it": _of_harm(
        "came-of-it",
        "What came of it",
        "What was found",
        "Of places and groups at which somebody looked again in the period, after the work on them had ended. Of others it is not known.",
        "After a place is made safer harm may move, and safety may spread. Both are asked.",
        labels=_FOUND,
    ),
    "places": _by_list(
        "places",
        "Where the children live",
        "Place",
        "The first half of the postcode of the child’s address: where the child lives, not where harm was done. No place is to blame.",
        "Districts and areas of few children are put together where that gives nobody away.",
        down="place",
    ),
    "areas": _areas,
    "ages": _by_list("ages", "Ages", "Age", "In whole years on the as-of date.", down="age"),
    "sex": _by_list("sex", "Sex", "Sex", "As the sources record it."),
    "ethnicity": _by_list(
        "ethnicity",
        "Ethnicity",
        "Ethnicity",
        "As the child or family says, in the groups of the 2021 Census. It is never worked out from a name or a place.",
    ),
    "months": _months,
    "missing-episodes": _episodes,
}


def _rule(asked: PeriodToCount) -> str:
    label = asked.rule.label
    if asked.any_window:
        label = label.replace(" in ", " in any ")
    return f"{label[:1].lower()}{label[1:]}, up to {spelt(asked.as_of)}."


def _text(asked: PeriodToCount) -> str:
    window = (
        f" Here any {asked.rule.window_months} months up to the as-of date were looked at, not the last alone."
        if asked.any_window
        else ""
    )
    return f"Listed, by the counting rule: {asked.rule.text}{window} Nobody on the list comes before another."


def _most_seen(table: Tidy, asked: PeriodToCount) -> str:
    labels = {sign.id: sign.label for sign in asked.release.signs}
    seen = [(int(cell.text), labels[cell.at("sign")[0]]) for cell in table.cells
            if cell.at("state") == (SEEN,) and cell.text.isdigit() and int(cell.text)]  # fmt: skip
    if not seen:
        return ""
    most = sorted(seen, key=lambda pair: (-pair[0], pair[1]))[:3]
    return f"Signs seen in most children: {'; '.join(f'{label.lower()} ({n:,})' for n, label in most)}. What is looked for most is seen most."


def _unseen(table: Tidy, asked: PeriodToCount) -> str:
    absent = _absent(table, "sign", asked.release.signs)
    return (
        f"No source of this run has a field for these signs, so that nobody can say how many children show them: {absent}."
        if absent
        else ""
    )


def _absent(table: Tidy, dimension: str, entries: Iterable[object]) -> str:
    there = {cell.at(dimension) for cell in table.cells}
    return "; ".join(entry.label for entry in entries if (entry.id,) not in there)  # type: ignore[attr-defined]


def _month_names(asked: PeriodToCount) -> dict[str, str]:
    return {month: f"{date(int(month[:4]), int(month[5:]), 1):%B %Y}" for month in asked.months}


def _partial(asked: PeriodToCount) -> str:
    return "" if asked.first.day == 1 else "The first and the last month are parts of months."


def _plural(n: int, text: str, more: str) -> str:
    return f"one {text}" if n == 1 else f"{n} {more}"


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
