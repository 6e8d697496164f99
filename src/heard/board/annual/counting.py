"""What an annual report counts: each figure with what it counts, of how many, and of how many it is not known. True counts, over the whole
partnership, restricted children among them: they go to be hidden (`heard.insight.release.report`) and are shown to nobody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, CharField, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from heard.agencies.rules import Hidden, May
from heard.board import decisions, promises
from heard.board import queries as board
from heard.board.annual.rules import DAYS, Year
from heard.board.figures import rules as figure_rules
from heard.board.figures.queries import periods, periods_together, promised
from heard.board.figures.words import called, when
from heard.board.models import Audit, AuditAnswer
from heard.board.rules import AuditPart
from heard.cases.case import queries as cases
from heard.cases.case.rules import Counted, Kept
from heard.cases.concern import queries as concerns
from heard.cases.plan import queries as plans
from heard.cases.review import queries as reviews
from heard.cases.turning import queries as turning
from heard.cases.words import queries as words
from heard.govuk.environment import day as day_text
from heard.insight.release.report import Across, Cell, Section, Tidy, groups
from heard.network.queries import described

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.counting import Counting

NOT_RECORDED: Final = "not recorded"
KEPT, NOT_KEPT = "kept", "not kept"
TOLD_OF, WITH_CASE = "told of", "with a case"
_TOTAL: Final = "Total"  # what the engine calls the place of a whole


@dataclass(frozen=True)
class YearToCount:
    """Counts up to `small` are small; figures by quarter are those that may be shown on `today`."""

    user: User
    year: Year
    today: date
    small: int


def sections(user: User, year: Year, *, today: date, small: int) -> list[Section]:
    """Every figure, by part: the name of a section begins with its part's. Some queries for each figure. For those who see figures, else
    `Hidden`."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    asked = YearToCount(user, year, today, small)
    said = list(_promised(asked))
    kept = said[0].table
    counts = (*said, *_happened(asked), *_heard(asked, kept), *_reached(asked), *_not_done(asked, kept))
    return [replace(section, level=3) for section in counts]


def when_of(year: Year) -> str:
    return when(year.first, year.last)


# ---- what we promised


def _promised(asked: YearToCount) -> Iterator[Section]:
    found = periods(asked.user, today=asked.today)
    for year, id in ((asked.year, "year"), (asked.year.before, "before")):
        table, nothing, few = _kept(asked, found, year, f"promises-{year.first:%Y-%m}")
        words = [
            _("Each promise is counted on its own: what was due in these months, or decided in them."),
            _(
                "Those who see figures read the same months on Promises kept, also what is hidden here because it is of few."
            ),
        ]
        if nothing:
            words.append(_("Nothing was recorded: %(promises)s.") % {"promises": "; ".join(nothing)})
        if few:
            words.append(_("Too few in each quarter to show: %(promises)s.") % {"promises": "; ".join(few)})
        yield Section(
            f"{AuditPart.PROMISED}-{id}",
            _("What we promised, %(when)s") % {"when": when_of(year)},
            tuple(words),
            _(
                "Of everything of its kind that was written down in Heard and was due in the months named beside it: whole quarters in "
                "which more than five were counted, about more than five children. What nobody wrote down is in none of them."
            ),
            table if table.cells else None,
            "promise",
            _("Promise"),
            Across("kept", {_("Kept"): (KEPT,), _("Not kept"): (NOT_KEPT,), _("In all"): ()}),
            {promise.name: promise.text for promise in promised(asked.user)},
            {_("Months that are counted"): "counted"},
        )
    head = (_("Promise"), _("What is counted"), _("What it does not say"), _("Source"))
    told = [
        (promise.text, promise.counts, promise.not_said, promise.source) for promise in _by_quarter(asked)
    ]
    yield Section(
        f"{AuditPart.PROMISED}-definitions",
        _("What each promise counts"),
        (_("Who has a trusted worker is known only of the day on which somebody looks, so that it is no figure of a year."),),
        "",
        lines=(head, *told),
    )  # fmt: skip


def _by_quarter(asked: YearToCount) -> list[promises.Promise]:
    return [promise for promise in promised(asked.user) if promise.name != promises.TRUSTED]


def _kept(
    asked: YearToCount, found: Mapping[str, list[figure_rules.Period]], year: Year, name: str
) -> tuple[Tidy, list[str], list[str]]:
    """Of what the page of promises shows within the year, so that nobody takes one from the other and has a hidden quarter left; the
    promises of which nothing was recorded; and those of which too little was to show it."""
    cells: list[Cell] = []
    nothing: list[str] = []
    few: list[str] = []
    for promise in _by_quarter(asked):
        of_promise = found.get(promise.name, [])
        shown = figure_rules.between(of_promise, year.first, year.last)
        if shown is None:
            in_year = any(
                period.counted.of
                for period in of_promise
                if period.first <= year.last and year.first <= period.last
            )
            (few if in_year else nothing).append(promise.text)
            continue
        places = {"year": (year.name,), "promise": (promise.name,)}
        one, kept, beside = shown.counted, shown.kept.kept, {"counted": called(shown)}
        parts: dict[tuple[str, ...], tuple[int, Any]] = {
            (): (one.of, one.children), (KEPT,): (kept, one.kept_for), (NOT_KEPT,): (one.of - kept, one.missed_for)
        }  # fmt: skip
        cells += [
            Cell(places | {"kept": part}, count, few=count > 0 and len(of_whom) <= asked.small, beside=beside)
            for part, (count, of_whom) in parts.items()
        ]
    columns = {value: (value,) for value in ("year", "promise", "kept")}
    return Tidy(name, "promised and due", columns, frozenset({"kept"}), tuple(cells)), nothing, few


# ---- what happened


def _happened(asked: YearToCount) -> Iterator[Section]:
    of_year = _(
        "Of all cases in Heard, restricted ones among them. Cases that agencies keep elsewhere are in none of it."
    )
    opened = {"opened": sum(_named(cases.openings(asked.user), asked.year).values(), Counted())}
    before = {"opened": sum(_named(cases.openings(asked.user), asked.year.before).values(), Counted())}
    yield _section(
        asked, "happened-opened", _("Cases opened"),
        [_("Each time that a case was opened, or opened again, on a day of the year.")], of_year,
        "cases opened", "opened", _("What"), {"opened": _("Cases opened")}, {asked.year: opened, asked.year.before: before},
        whole=False,
    )  # fmt: skip
    yield _both(
        asked, "happened-closed", _("Cases closed, and why"),
        [_("Each time that a case was closed on a day of the year, by why the work with the child ended, as whoever closed it said.")],
        _("Of %(all)s cases closed; why is not recorded: %(unknown)s."),
        "cases closed", "why", _("Why"), dict(cases.why_ended(asked.user)), [cases.endings(asked.user)],
    )  # fmt: skip
    yield _missing(asked)
    yield _both(
        asked, "happened-outcomes", _("How the outcomes of plans had gone, when a review looked"),
        [
            _("Each outcome of a plan, each time that a review held in the year looked at it: better, the same or worse than before, as those at the "
              "review saw it, with what was seen and by whom. One child may have several outcomes and several reviews."),
            _("It says what was written of the outcome, not that the plan was the reason."),
        ],
        _("Of %(all)s outcomes looked at in reviews; not known: %(unknown)s. A child without a review is in none of it."),
        "outcomes looked at", "course", _("How it had gone"), dict(reviews.courses(asked.user)), [reviews.looked_at(asked.user)],
        unknown="not_known",
    )  # fmt: skip


def _missing(asked: YearToCount) -> Section:
    """Of each child once, whether fewer missing episodes began in the half year from the first plan than in the one before it."""
    labels = {"fewer": _("Fewer after than before"), "none": _("None before, none after"), "same": _("As many after as before, and some"),
              "more": _("More after than before"), "not followed": _("Could not be followed for both")}  # fmt: skip
    found = {}
    for year in (asked.year, asked.year.before):
        around = plans.missing_around_first_plan(asked.user, since=year.first, until=year.last, days=DAYS)
        found[year] = _one_each(_course(*both) if both else "not followed" for both in around.values())
    return _section(
        asked, "happened-missing", _("Missing episodes before and after the first plan"),
        [
            _("Each child once: how many missing episodes began in the %(days)s days from the day of the child’s first agreed plan, beside "
              "the %(days)s days before it. It counts in the year in which the days after the plan ended.") % {"days": DAYS},
            _("A child who died, or with whom work ended, within the days after could not be followed for both. What is never reported, and what was "
              "before Heard knew the child, is in neither. Where more was noted after the plan, people may have looked more closely."),
        ],
        _("Of %(all)s children whose first plan was agreed so long before. Children without a plan are in none of it."),
        "children by missing episodes around the first plan", "course", _("Missing episodes"), labels, found,
    )  # fmt: skip


def _course(before: int, after: int) -> str:
    if before == after:
        return "same" if after else "none"
    return "fewer" if after < before else "more"


# ---- what children say


def _heard(asked: YearToCount, kept: Tidy | None) -> Iterator[Section]:
    user, year = asked.user, asked.year
    with_case = set(cases.children_worked_with(user, year.first, year.last))
    said = _named([words.heard(user)], year)
    heard = frozenset[object]().union(*(one.children for one in said.values()))
    yield _by(
        asked, "heard-children", _("Children whose own words are recorded"),
        [_("Children with a case that was open on a day of the year, by whether words of theirs, heard in the year, stand in the record. Words are "
           "never quoted in this report.")],
        {"heard": _("Heard"), "not heard": _("No words recorded")}, {WITH_CASE: list(with_case)},
        lambda child: "heard" if child in heard else "not heard",
        {WITH_CASE: _("Of %(all_with_case)s children with an open case. Who was heard and whose words nobody wrote down counts as not heard.")},
    )  # fmt: skip
    yield _section(
        asked, "heard-about", _("What children spoke on"),
        [_("How often words were recorded on each occasion in the year. Corrected words count once.")],
        _("Of %(all)s times that words were recorded, with an open case or without. The occasion is not recorded: %(unknown)s."),
        "words recorded", "occasion", _("Occasion"), dict(words.occasions(user)), {year: said},
    )  # fmt: skip
    yield _section(
        asked, "heard-changed", _("What was changed because of it"),
        [_("Of the same words, beside how many it is written what changed because of them, or that nothing could and why. It does not say "
           "how much changed.")],
        _("Of %(all)s times that words were recorded."),
        "words recorded", "answered", _("Words"), {"answered": _("What changed is written beside them"), "waiting": _("Nothing is written yet")},
        {year: _named([_named_by(words.heard(user), "answered", "waiting")], year)},
    )  # fmt: skip
    yield _beside(kept)
    yield _both(
        asked, "heard-unheard", _("Why a child was not heard"),
        [_("Each decision beside which stands that the child was asked and did not want to speak, or could not be reached, in the year in which "
           "the child was asked or somebody tried last. Other reasons why there are no words are not counted as one.")],
        _("Of %(all)s decisions beside which such a reason stands."),
        "reasons why a child was not heard", "why", _("Why"), dict(cases.why_unheard(user)), [cases.unheard(user)],
    )  # fmt: skip


def _named_by(counting: Counting, kept: str, other: str) -> Counting:
    assert counting.kept is not None
    name = Case(When(counting.kept, then=Value(kept)), default=Value(other), output_field=CharField())
    return replace(counting, name=name)


def _beside(kept: Tidy | None) -> Section:
    """The promise about words again, where people look for it: the same counts of the same months, so that nothing is left between the two."""
    cells = [cell for cell in kept.cells if cell.at("promise") == (promises.WORDS,)] if kept else []
    return Section(
        "heard-decisions",
        _("Decisions beside the child’s words"),
        (
            decisions.what_counts(),
            _(
                "It is the promise above, in the same months. It does not say whether what the child said changed what was decided."
            ),
        ),
        _(
            "Of all decisions that were made in the months named beside it and are in Heard: whole quarters in which enough were made to show them."
        ),
        replace(kept, name="decisions", cells=tuple(cells)) if kept and cells else None,
        "promise",
        _("Decision"),
        Across("kept", {_("Words, or the reason"): (KEPT,), _("Neither"): (NOT_KEPT,), _("In all"): ()}),
        {promises.WORDS: _("All decisions")},
        {_("Months that are counted"): "counted"},
    )


# ---- whom we reached


def _reached(asked: YearToCount) -> Iterator[Section]:
    user, year = asked.user, asked.year
    told = described(user, concerns.children_told_of(user, year.first, year.last))
    with_case = described(user, cases.children_worked_with(user, year.first, year.last))
    found = {TOLD_OF: told, WITH_CASE: with_case}
    covered = {
        TOLD_OF: _("Children about whom a worry was told in the year: %(all)s; not recorded: %(unknown)s. A child may be in both groups."),
        WITH_CASE: _("Children with a case that was open on a day of it: %(all_with_case)s; not recorded: %(unknown_with_case)s."),
    }  # fmt: skip
    recorded = _(
        "As it was recorded on the day on which the year was counted. Nothing is worked out from anything else."
    )
    sexes = {"F": _("Girls"), "M": _("Boys")}
    yield _by(
        asked,
        f"{AuditPart.REACHED}-sex",
        _("Sex"),
        [recorded],
        _with_unknown(sexes),
        found,
        lambda one: one.sex,
        covered,
    )
    bands = {name: name for name in groups()["ages"]}
    yield _by(
        asked, f"{AuditPart.REACHED}-age", _("Age"), [_("In whole years on the last day of the year, by the date of birth that is recorded.")],
        _with_unknown(bands), found, lambda one: _band(one.born, year.last), covered,
    )  # fmt: skip
    ethnic = {code: name for name, codes in groups()["ethnicity"].items() for code in codes}
    own = _("In words of their own")
    names = dict.fromkeys(name for name in ethnic.values() if name != ethnic["NOBT"])
    ethnicities = {name: name for name in names} | {"own words": own}
    yield _by(
        asked, f"{AuditPart.REACHED}-ethnicity", _("Ethnicity"),
        [_("As the child says, and nobody else, in the groups of the 2021 Census."), recorded], _with_unknown(ethnicities), found,
        lambda one: "own words" if one.ethnicity == "other" else ethnic.get(one.ethnicity, ""), covered,
    )  # fmt: skip
    yield _by(
        asked, f"{AuditPart.REACHED}-disability", _("Disability"),
        [_("Whether the record says something of a disability. Not recorded may mean that there is none, or that nobody asked."), recorded],
        _with_unknown({"recorded": _("Recorded")}), found, lambda one: "recorded" if one.has_disability else "", covered,
    )  # fmt: skip


def _with_unknown(labels: Mapping[str, str]) -> dict[str, str]:
    return dict(labels) | {NOT_RECORDED: _("Not recorded")}


def _band(born: date | None, day: date) -> str:
    if born is None or born > day:
        return ""
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next(name for name, below in groups()["ages"].items() if age < below)


def _by(
    asked: YearToCount, id: str, heading: str, says: Sequence[str], labels: Mapping[str, str], found: Mapping[str, list[Any]], of: Any,
    coverage: Mapping[str, str],
) -> Section:  # fmt: skip
    """Of groups of children, each child once in a group. A group of few, or in which all are alike, is left out: a nought, or the one row in which
    all are, would say of each of them what is recorded."""
    what, cells, shown = id.partition("-")[2], [], []
    for group, children in found.items():
        counts = Counter(of(child) if of(child) in labels else NOT_RECORDED for child in children)
        if children and (len(children) <= asked.small or (len(counts) == 1 and NOT_RECORDED not in counts)):
            continue
        shown.append(group)
        places = {"year": (asked.year.name,), "group": (group,)}
        cells.append(Cell(places, len(children)))
        cells += [Cell(places | {what: (name,)}, counts[name]) for name in labels]
    columns = {text: (text,) for text in ("year", "group", what)}
    heads = {TOLD_OF: _("Told of"), WITH_CASE: _("With a case")}
    left = [
        _("%(group)s: too few children to show, or the same of all of them.") % {"group": heads[text]}
        for text in found
        if text not in shown
    ]
    return Section(
        id,
        heading,
        (*says, *left),
        " ".join(coverage[text] for text in shown) or _("No group of children is large enough to show."),
        Tidy(what, "children in casework", columns, frozenset({what}), tuple(cells)) if shown else None,
        what,
        heading,
        Across("group", {heads[text]: (text,) for text in shown}),
        dict(labels) | {_TOTAL: _("All children")},
    )


# ---- what we did not do


def _not_done(asked: YearToCount, kept: Tidy | None) -> Iterator[Section]:
    yield Section(
        f"{AuditPart.NOT_DONE}-promises",
        _("Promises that were missed"),
        (_("The same figures as above: how often each promise was not kept."),),
        _("Of everything that was due in the months named beside it, where that is enough to show."),
        kept,
        "promise",
        _("Promise"),
        Across("kept", {_("Not kept"): (NOT_KEPT,), _("In all"): ()}),
        {promise.name: promise.text for promise in promised(asked.user)},
        {_("Months that are counted"): "counted"},
    )
    yield _audits(asked)
    yield _needs(asked)


def _needs(asked: YearToCount) -> Section:
    """Whole quarters that the page of unmet needs counts too, and not by need: of that page a small count of one need would be left."""
    found = periods_together(asked.user, [turning.unmet_by(asked.user, "need")], today=asked.today)
    years = (asked.year, asked.year.before)
    shown = {year: figure_rules.between(found, year.first, year.last) for year in years}
    cells = [
        Cell({"year": (year.name,)}, one.counted.of, few=_is_few(one.counted.of, one.counted, asked), beside={"counted": called(one)})
        for year, one in shown.items()
        if one
    ]  # fmt: skip
    return Section(
        f"{AuditPart.NOT_DONE}-needs",
        _("Unmet needs"),
        (
            _("How often somebody who works with a child recorded that no service met a need. One need of one child counts once in 30 days."),
            _("Which needs these were stands, for those who see figures, on the page of needs that no service met."),
        ),
        _("Of all that was recorded in the months named beside it: whole quarters in which enough was recorded to show it. Where little is recorded, "
          "people may not have recorded, or may not have looked."),
        Tidy("needs", "unmet needs", {"year": ("year",)}, frozenset(), tuple(cells)) if cells else None,
        "year",
        _("Year"),
        Across("", {_("How often"): ()}),
        {year.name: when_of(year) for year in years},
        {_("Months that are counted"): "counted"},
    )  # fmt: skip


def _audits(asked: YearToCount) -> Section:
    rows = board.audits_visible_to(asked.user).filter(
        state=Audit.State.CLOSED, closed_at__date__gte=asked.year.first, closed_at__date__lte=asked.year.last
    )
    found = [(audit, board.whole(asked.user, audit)) for audit in rows.order_by("closed_at")]
    head = (_("Requirement"), _("What agencies said"), _("What is done about it"))
    lines = [
        (row.requirement.label, _answers(row), _actions(row)) for _audit, one in found for row in one.rows if not row.is_met
    ]  # fmt: skip
    said = [
        ngettext(
            "Audit closed on %(day)s: %(met)s of %(asked)s requirements is met in full, by every agency that must.",
            "Audit closed on %(day)s: %(met)s of %(asked)s requirements are met in full, by every agency that must.",
            one.met,
        )
        % {"day": day_text(audit.closed_at), "met": one.met, "asked": len(one.rows)}
        for audit, one in found
    ]
    return Section(
        f"{AuditPart.NOT_DONE}-audits",
        _("What audits asked and was not met"),
        tuple(said) or (_("No audit of the partnership was closed in the year."),),
        _("Requirements of audits that were closed in the year, which are about no child. What an agency could not tell is said as such."),
        lines=(head, *lines) if lines else (),
    )  # fmt: skip


def _answers(row: board.AuditedRequirement) -> str:
    counts = Counter(str(answer.get_answer_display()) for answer in row.answers.values())
    said = [f"{text}: {counts[text]}" for text in map(str, AuditAnswer.Answer.labels) if counts[text]]
    if row.unanswered:
        said.append(_("Not answered: %(number)s") % {"number": len(row.unanswered)})
    if row.is_disputed:
        said.append(_("disputed by another agency"))
    return "; ".join(said) or _("No agency that took part has to meet it")


def _actions(row: board.AuditedRequirement) -> str:
    """How many, by how far they are: what agencies wrote of them was written for the audit, and not to be published."""
    counts = Counter(str(action.get_state_display()) for action in row.actions)
    said = [f"{text}: {number}" for text, number in counts.items()]
    return "; ".join(said) or _("No action is planned")


# ---- tables


def _named(countings: Iterable[Counting], year: Year) -> dict[str, Counted]:
    """What was counted in the year, by name."""
    found: dict[str, Counted] = defaultdict(Counted)
    for counting in countings:
        for quarter in counting.by_quarter(year.last + timedelta(days=1)):
            if quarter.first >= year.first:
                found[quarter.name] += quarter.counted
    return found


def _one_each(names: Iterable[str]) -> dict[str, Counted]:
    """Of children, each of whom is counted once."""
    return {
        name: Counted(Kept(0, n), frozenset(f"{name} {number}" for number in range(n)))
        for name, n in Counter(names).items()
    }


def _both(
    asked: YearToCount, id: str, heading: str, says: Sequence[str], coverage: str, about: str, dimension: str, rows: str, labels: Mapping[str, str],
    countings: Sequence[Counting], unknown: str = "",
) -> Section:  # fmt: skip
    """Of the year and the one before."""
    found = {year: _named(countings, year) for year in (asked.year, asked.year.before)}
    if unknown:
        found = {
            year: {NOT_RECORDED if name == unknown else name: one for name, one in of.items()}
            for year, of in found.items()
        }
        labels = {NOT_RECORDED if name == unknown else name: label for name, label in labels.items()}
    return _section(asked, id, heading, says, coverage, about, dimension, rows, labels, found)


def _section(
    asked: YearToCount, id: str, heading: str, says: Sequence[str], coverage: str, about: str, dimension: str, rows: str, labels: Mapping[str, str],
    found: Mapping[Year, Mapping[str, Counted]], *, whole: bool = True,
) -> Section:  # fmt: skip
    """`found`: of each year what was counted, by name. What has no name, or one that `labels` does not know, is not recorded. `whole`: all
    of it together stands in a row of its own."""
    named = {year: _known(of, labels) for year, of in found.items()}
    labels = dict(labels)
    if any(NOT_RECORDED in of for of in named.values()):
        labels.setdefault(NOT_RECORDED, _("Not recorded"))
    cells = []
    for year, of in named.items():
        together = sum(of.values(), Counted())
        parts = ({(): together} if whole else {}) | {(name,): of.get(name, Counted()) for name in labels}
        cells += [
            Cell({"year": (year.name,), dimension: where}, part.of, few=_is_few(part.of, part, asked))
            for where, part in parts.items()
        ]
    columns = {text: (text,) for text in ("year", dimension)}
    adds_up = frozenset({dimension} if whole else ())
    table = Tidy(id.partition("-")[2], about, columns, adds_up, tuple(cells))
    heads = {when_of(year): (year.name,) for year in found}
    return Section(
        id, heading, tuple(says), coverage, table, dimension, rows, Across("year", heads),
        labels | {_TOTAL: _("All together")},
    )  # fmt: skip


def _known(of: Mapping[str, Counted], labels: Mapping[str, str]) -> dict[str, Counted]:
    found: dict[str, Counted] = defaultdict(Counted)
    for name, one in of.items():
        found[name if name in labels else NOT_RECORDED] += one
    return found


def _is_few(count: int, one: Counted, asked: YearToCount) -> bool:
    return count > 0 and len(one.children) <= asked.small


def with_coverage(sections: Iterable[Section], year: Year, policy: Mapping[str, Any]) -> list[Section]:
    """Of how many each figure is, and of how many it is not known, as its table prints it: as a range where it is hidden there, else
    rounded as the policy says."""
    return [
        replace(section, coverage=section.coverage % _covered(section, year, policy))
        if section.table
        else section
        for section in sections
    ]


def _covered(section: Section, year: Year, policy: Mapping[str, Any]) -> dict[str, str]:
    assert section.table is not None
    of: dict[str, Any] = {"year": (year.name,)}
    groups_of = {"": {"group": (TOLD_OF,)}, "_with_case": {"group": (WITH_CASE,)}}
    apart = groups_of if "group" in section.table.dimensions else {"": {}}
    found = {}
    for suffix, group in apart.items():
        found[f"all{suffix}"] = section.table.cell(**of, **group)
        found[f"unknown{suffix}"] = section.table.cell(**(of | group | {section.down: (NOT_RECORDED,)}))
    return {name: _in_a_sentence(cell, policy) for name, cell in found.items()}


def _in_a_sentence(cell: Cell | None, policy: Mapping[str, Any]) -> str:
    """What is printed of a count; where it is hidden, the range that all that is published leaves to anybody, from 1 on where
    none is known: a true zero is never hidden."""
    text = cell.text if cell and cell.text else "0"
    if cell and text == policy["hidden"]:
        low, high = cell.between or (1, None)
        if high is None:
            return _("%(low)s or more") % {"low": low}
        return _("%(low)s to %(high)s") % {"low": low, "high": high} if low < high else str(low)
    return _("about %(number)s") % {"number": text} if policy["rounding"] and text != "0" else text
