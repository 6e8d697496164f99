"""What the columns of a table that no mapping explains seem to say, by their names, by how their values are written, and by words
that are known. Each guess has its reason; what is not sure is left out, and said. Whose file it is, is never guessed.

`drafting` makes a mapping of it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from heard.engine.intake import delimited, heads, parquet, workbook
from heard.engine.intake.column_names import (
    EVENT,
    IN_WORDS,
    NAMES,
    OF_CHILD,
    OF_OTHERS,
    OF_THE_ROW,
    UNSURE_ID,
    WHOLE_NAME,
    told_by,
    words_of,
)
from heard.engine.intake.finding import file_name
from heard.engine.intake.mapping import RECORD_FIELDS, ItemRule, load
from heard.engine.intake.reading import EXAMPLES
from heard.engine.intake.sheets import Sheet, plain
from heard.engine.intake.values import (
    code_of,
    order_seen_in,
    read_date,
    read_id,
    read_nhs_number,
    read_number,
    read_postcode,
    read_sex,
    read_upn,
)
from heard.engine.tables import NotDone
from heard.knowledge import load as knowledge

LOOKED_AT: Final = 5_000  # rows
_SURE: Final = 0.9  # of the values that are filled in
_PROVEN: Final = 0.95  # of numbers with a check digit, where the name says nothing
_CHECKED: Final = 0.5  # of those, where the name says so too: by chance one in ten would hold
_FEW: Final = 5  # values prove nothing without a name

FIELDS: Final = (*RECORD_FIELDS, *EVENT)
"""What a column can tell."""


@dataclass(frozen=True)
class Guessed:
    """One column. `tells`: one of `FIELDS`, 'items' where its values show signs (`rules`), or '' where nobody can tell; `why`: the
    reason in words. `yes`: how it writes yes, where it says yes and no and nothing else."""

    column: str
    tells: str
    why: str
    rules: tuple[ItemRule, ...] = ()
    yes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """A table. `sheet`: of a workbook of several, the one that was looked at. `rows`: how many were looked at. `dates`: how its days
    are written, nothing where that cannot be told. `said`: what could not be told, and what to do about it."""

    file: str
    sheet: str | None
    rows: int
    columns: tuple[Guessed, ...]
    dates: tuple[str, ...]
    keyed_by_child: bool
    said: tuple[str, ...]

    def column(self, tells: str) -> str | None:
        return next((column.column for column in self.columns if column.tells == tells), None)


# ---- looking at a file


def guess(path: Path, *, sheet: str | None = None) -> Guess:
    """Looks at the first rows of a CSV, Excel or Parquet file. Raises NotDone where it is none, or has no names of columns."""
    found, title, said = opened(path, sheet)
    rows = [row.cells for row in islice(found.rows(), LOOKED_AT) if row.cells is not None]
    if not rows:
        raise NotDone(f"{file_name(path)} has no rows below its names of columns. Export it again.")
    names = _once(found.header, said)
    columns = [_Column(name, [cells[place].strip() for cells in rows]) for place, name in names]
    told = [_tell(column) for column in columns]
    told = _settle_doubles(told, said)
    told = _settle_id(told, columns, said)
    _settle_days(told, columns, said)
    told = [
        _find_signs(one, column, said) if not one.tells else one
        for one, column in zip(told, columns, strict=True)
    ]
    dates = _settle_order(told, columns, said)
    _say_what_lacks(told, said)
    keyed = _is_keyed(told, columns, said)
    return Guess(file_name(path), title, len(rows), tuple(told), dates, keyed, tuple(said))


def opened(path: Path, wanted: str | None) -> tuple[Sheet, str | None, list[str]]:
    try:
        found, title, said = _sheet(path, wanted)
    except OSError as error:
        raise NotDone(
            f"{file_name(path)} cannot be opened. Check its path, and that you may read it."
        ) from error
    except workbook.NotReadable as why:
        raise NotDone(
            f"Nothing of {file_name(path)} can be used: {why}. Send the table as CSV, Excel (.xlsx) or Parquet."
        ) from why
    headed = heads.by_look(found) if found else None
    if headed is None:
        raise NotDone(
            f"The first lines of {file_name(path)} hold no names of columns. Export it again with them: without, nobody can say which "
            "column is which."
        )
    return headed, title, said


def _sheet(path: Path, wanted: str | None) -> tuple[Sheet | None, str | None, list[str]]:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == parquet.BEGINS:
        return parquet.sheet(path), None, []
    if not workbook.is_workbook(start):
        return delimited.open_sheet(path), None, []
    found = workbook.sheets(path)
    mine = next(
        (sheet for sheet in found if not wanted or sheet.title.strip().casefold() == wanted.casefold()), None
    )
    if wanted and mine is None:
        names = ", ".join(workbook.shown(sheet.title) for sheet in found)
        raise NotDone(f"{file_name(path)} has no sheet {wanted} that holds anything. It has: {names}.")
    if mine is None or len(found) == 1:
        return mine, wanted, []
    others = ", ".join(workbook.shown(sheet.title) for sheet in found if sheet is not mine)
    return (
        mine,
        workbook.shown(mine.title),
        [f"Only the sheet {workbook.shown(mine.title)} was looked at. Others: {others}."],
    )


def _once(header: tuple[str, ...], said: list[str]) -> list[tuple[int, str]]:
    """Places and names of the columns that have a name of their own; the first of two alike, as intake reads them."""
    found: dict[str, tuple[int, str]] = {}
    for place, name in enumerate(header):
        if not plain(name):
            said.append(f"Column {place + 1} has no name, so it is not read.")
        elif plain(name) in found:
            said.append(f"The name {name} is there twice: the first of the two is read.")
        else:
            found[plain(name)] = (place, name)
    return list(found.values())


@dataclass(frozen=True)
class _Column:
    name: str
    cells: list[str]

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    def count(self, holds: Callable[[str], object]) -> int:
        return sum(1 for cell in self.filled if holds(cell))

    def share(self, holds: Callable[[str], object]) -> float:
        return self.count(holds) / len(self.filled) if self.filled else 0.0

    def says(self, holds: Callable[[str], object], what: str) -> str:
        return f"{self.count(holds):,} of {len(self.filled):,} values are {what}"


def _is_day(text: str) -> bool:
    return read_date(text).value is not None and not re.fullmatch(r"[0-9]{8}", text)


def _has_come(text: str) -> bool:
    return (read_date(text).value or date.max) <= datetime.now().astimezone().date()


def _is_name(text: str) -> bool:
    return not any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


def _is_sex(text: str) -> bool:
    return read_sex(text)[1] is None


def _holds(check: tuple[str | None, bool | None]) -> bool:
    return bool(check[1])


_LOOKS: Final[dict[str, tuple[Callable[[str], object], str]]] = {
    "given_name": (_is_name, "words"),
    "family_name": (_is_name, "words"),
    "sex": (_is_sex, "words or codes for a sex"),
    "postcode": (read_postcode, "written as postcodes"),
    "nhs_number": (lambda text: _holds(read_nhs_number(text)), "NHS numbers whose check digit holds"),
    "upn": (lambda text: _holds(read_upn(text)), "pupil numbers whose check letter holds"),
    "record_id": (read_id, "numbers or marks that can stand for somebody"),
    "address": (lambda text: any(c.isalpha() for c in text), "words"),
    "ethnicity": (lambda text: len(text) < 80 and not _is_day(text), "words or codes"),
    "worker": (lambda text: any(c.isalpha() for c in text) and not _is_day(text), "names or marks"),
}  # fmt: skip
_DAYS: Final = ("birth_date", "died_on", *EVENT)


def _tell(column: _Column) -> Guessed:
    """What one column tells by itself: its name, and whether its values bear it out."""
    tells = told_by(column.name)
    if not column.filled:
        return Guessed(
            column.name, "", f"it is empty{', and named like ' + IN_WORDS[tells] if tells else ''}"
        )
    if tells in _DAYS:
        like = _written(column)
        if column.share(_is_day) >= _SURE:
            return Guessed(
                column.name,
                tells,
                f"named like {IN_WORDS[tells]}; {column.says(_is_day, f'days like {like}')}",
            )
        return Guessed(
            column.name, "", f"named like {IN_WORDS[tells]}, but only {column.says(_is_day, 'days')}"
        )
    if tells:
        holds, what = _LOOKS[tells]
        if column.share(holds) >= (_CHECKED if tells in ("nhs_number", "upn") else _SURE):
            return Guessed(column.name, tells, f"named like {IN_WORDS[tells]}; {column.says(holds, what)}")
        return Guessed(column.name, "", f"named like {IN_WORDS[tells]}, but only {column.says(holds, what)}")
    return _by_values(column)


def _by_values(column: _Column) -> Guessed:
    for tells in ("nhs_number", "upn"):
        holds, what = _LOOKS[tells]
        if len(set(column.filled)) >= _FEW and column.share(holds) >= _PROVEN:
            return Guessed(column.name, tells, column.says(holds, what))
    words = words_of(column.name)
    rest = "".join(word for word in words if word not in OF_CHILD)
    if rest.replace(" ", "") in [name.replace(" ", "") for name in WHOLE_NAME] and not OF_OTHERS & set(words):
        return Guessed(
            column.name,
            "",
            "it seems to hold the whole name: ask for given name and family name in columns of their own",
        )
    if OF_OTHERS & set(words):
        return Guessed(column.name, "", "it seems to be about somebody or something other than the child")
    if column.share(_is_day) >= _SURE:
        return Guessed(
            column.name,
            "",
            column.says(_is_day, f"days like {_written(column)}; which day, its name does not say"),
        )
    return Guessed(column.name, "", "neither its name nor its values are known")


def _written(column: _Column) -> str:
    """How most of the days are written, by one day that is nobody's."""
    return {
        "yyyy-mm-dd": "2024-12-31", "dd/mm/yyyy": "31/12/2024", "mm/dd/yyyy": "12/31/2024", "dd-mon-yyyy": "31-Dec-2024",
    }.get(_format(column), "31/12/2024")  # fmt: skip


def _format(column: _Column) -> str:
    first = _day_first(column)
    often = Counter(read_date(cell, first is not False).format for cell in column.filled)
    often.pop(None, None)
    return str(often.most_common(1)[0][0]) if often else ""


def _day_first(column: _Column) -> bool | None:
    """Whether the day comes before the month, for certain; null where no value tells, or where they differ."""
    seen = Counter(order_seen_in(cell) for cell in column.filled)
    if bool(seen["day"]) == bool(seen["month"]):
        return None
    return bool(seen["day"])


# ---- what columns tell together


def _settle_doubles(told: list[Guessed], said: list[str]) -> list[Guessed]:
    """Of two columns that tell the same, the one whose name is just that; else neither."""
    for tells in FIELDS:
        mine = [one for one in told if one.tells == tells]
        if len(mine) < 2 or tells == "record_id":
            continue
        names = [name.replace(" ", "") for name in NAMES[tells]]
        exact = [one for one in mine if "".join(words_of(one.column)) in names]
        if tells in EVENT and len(exact) != 1:
            exact = []
        keeps = exact[0] if len(exact) == 1 else None
        if keeps is None:
            said.append(
                f"Several columns may tell {IN_WORDS[tells]}: {', '.join(one.column for one in mine)}. Choose one."
            )
        told = [
            replace(one, tells="", why=f"{one.why}; another column may tell the same")
            if one in mine and one is not keeps
            else one
            for one in told
        ]
    return told


def _settle_id(told: list[Guessed], columns: list[_Column], said: list[str]) -> list[Guessed]:
    """Which column is the child's number: one that is always the same where the child is the same, and else another."""
    named = [one.column for one in told if one.tells == "record_id"]
    weak = [
        one.column
        for one in told
        if not one.tells and "".join(words_of(one.column)) in [name.replace(" ", "") for name in UNSURE_ID]
    ]
    by_name = {column.name: column for column in columns}
    whose, about = _children(told, columns), _about(told, columns)
    against = {name: _against(by_name[name], whose, about) for name in (*named, *weak)}
    fits = {name: False if against[name] else _fits(by_name[name], whose) for name in (*named, *weak)}
    sure = [name for name in named if fits[name] is not False]
    if len(sure) > 1:
        sure = [name for name in sure if fits[name]] if sum(bool(fits[name]) for name in sure) == 1 else []
        if not sure:
            said.append(f"Several columns may be the number of the child: {', '.join(named)}. Choose one.")
    if not named:
        sure = [name for name in weak if fits[name] is True and by_name[name].share(read_id) >= _SURE][:1]
    said += [
        f"{name} is named like {IN_WORDS['record_id']}, but {against[name]}."
        for name in named
        if against[name]
    ]
    found = [
        _as_number(one, one.column in sure, against[one.column]) if one.column in against else one
        for one in told
    ]
    if sure:
        return found
    number = next((n for n in ("upn", "nhs_number") if any(one.tells == n for one in found)), None)
    if number is None and not weak and not named:
        said.append(
            "No column is surely the number of the child, so rows are one child where name, birth date and postcode agree."
        )
    return found


def _as_number(one: Guessed, sure: bool, against: str) -> Guessed:
    """A column whose name may be that of the child's number, once it is settled."""
    if sure:
        why = "it is the same in all rows of one child, and another for another"
        return one if one.tells else replace(one, tells="record_id", why=why)
    if one.tells:
        return replace(one, tells="", why=f"{one.why}; {against}" if against else one.why)
    why = against or "nothing in the rows tells"
    return replace(one, why=f"it may be the number of the row, or of a family, not of the child: {why}")


def _children(told: list[Guessed], columns: list[_Column]) -> list[tuple[str, ...]]:
    """Of each row, what tells the child beside its number: names with the birth date. Empty where that is not whole."""
    by_name = {column.name: column.cells for column in columns}
    mine = [
        next((by_name[one.column] for one in told if one.tells == tells), None)
        for tells in ("given_name", "family_name", "birth_date")
    ]
    if any(cells is None for cells in mine):
        return []
    rows = zip(*(cells for cells in mine if cells is not None), strict=True)
    return [tuple(cell.casefold() for cell in row) if all(row) else () for row in rows]


def _about(told: list[Guessed], columns: list[_Column]) -> dict[str, list[str]]:
    """Of each row, what is as a rule the same for a child all their life, and where they live; by the names of `FIELDS`."""
    by_name = {column.name: column.cells for column in columns}
    fixed = ("given_name", "family_name", "birth_date", "sex", "nhs_number", "upn", "postcode")
    return {
        one.tells: [cell.casefold() for cell in by_name[one.column]] for one in told if one.tells in fixed
    }


def _against(column: _Column, whose: list[tuple[str, ...]], about: dict[str, list[str]]) -> str:
    """Why a column is not surely the child's number: one number stands for several children, or one child has several. Or ''."""
    if _fits(column, whose) is False:
        return "it differs between rows of one child"
    for tells, cells in about.items():
        several = _several(column, cells)
        moved = tells == "postcode" and several <= 0.5 * len(set(column.filled))
        if several and not moved:
            return f"{several:,} of its numbers have more than one of {IN_WORDS[tells]}, so it may stand for several children"
    people = ("given_name", "family_name", "birth_date", "nhs_number", "upn")
    if len(column.filled) > 1 and len(set(column.filled)) == 1 and not set(people) & about.keys():
        return "it is the same in every row"
    return ""


def _several(column: _Column, cells: list[str]) -> int:
    """How many numbers go with several of these values."""
    values: dict[str, set[str]] = defaultdict(set)
    for number, cell in zip(column.cells, cells, strict=True):
        if number and cell:
            values[number].add(cell)
    return sum(1 for found in values.values() if len(found) > 1)


def _fits(column: _Column, whose: list[tuple[str, ...]]) -> bool | None:
    """Whether all rows of one child have one number: null where no child comes twice, so that nothing tells."""
    numbers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    often: Counter[tuple[str, ...]] = Counter()
    for child, number in zip(whose, column.cells, strict=False):
        if child and number:
            numbers[child].add(number)
            often[child] += 1
    twice = [child for child, times in often.items() if times > 1]
    if not twice:
        return None
    same = sum(1 for child in twice if len(numbers[child]) == 1)
    return True if same / len(twice) >= _SURE else False if same / len(twice) <= 0.5 else None


def _settle_days(told: list[Guessed], columns: list[_Column], said: list[str]) -> None:
    """Which columns might be the day that dates a row, where no name says so. A person chooses: a day of something else dates no sign."""
    by_name = {column.name: column for column in columns}
    if any(one.tells == "dated_by" for one in told):
        return
    left = [
        one.column
        for one in told
        if not one.tells
        and by_name[one.column].filled
        and by_name[one.column].share(_is_day) >= _SURE
        and not (OF_THE_ROW | OF_OTHERS) & set(words_of(one.column))
        and not told_by(one.column)
        and by_name[one.column].share(_has_come) >= _SURE
    ]
    if len(left) == 1:
        said.append(
            f"No name says which day dates a row. {left[0]} is the only other column of days: choose it, if it is that day."
        )
    elif left:
        said.append(f"Which day dates a row cannot be told: {', '.join(left)}. Choose one.")


def _settle_order(told: list[Guessed], columns: list[_Column], said: list[str]) -> tuple[str, ...]:
    """How the days are written that are read, where some of these columns tell it and none the opposite. A column that does not tell is
    read as the others are, and said."""
    by_name = {column.name: column for column in columns}
    days = [by_name[one.column] for one in told if one.tells in _DAYS]
    firsts = {column.name: _day_first(column) for column in days}
    for column in days:
        seen = Counter(order_seen_in(cell) for cell in column.filled)
        if seen["day"] and seen["month"]:
            said.append(
                f"{column.name} has days in both orders, such as 31/12/2024 and 12/31/2024. Ask whose file it is."
            )
            return ()
    if {True, False} <= set(firsts.values()):
        said.append(
            "Some columns have the day before the month, and others the month before the day. Ask whose file it is."
        )
        return ()
    numbers = [column for column in days if column.count(order_seen_in)]
    if numbers and not {True, False} & set(firsts.values()):
        names = ", ".join(column.name for column in numbers)
        said.append(
            f"Whether day or month comes first in {names} cannot be told: no number is above 12. The day is taken as first; "
            "ask, and say it with `dates: [dd/mm/yyyy]` or `dates: [mm/dd/yyyy]`."
        )
        return ()
    if silent := [column.name for column in numbers if firsts[column.name] is None]:
        tells = ", ".join(column.name for column in numbers if firsts[column.name] is not None)
        said.append(
            f"Whether day or month comes first in {', '.join(silent)} cannot be told: no number is above 12. It is read as in {tells}; "
            "ask whose file it is."
        )
    first = False not in firsts.values()
    formats = Counter(read_date(cell, first).format for column in days for cell in column.filled)
    return tuple(sorted(name for name, _ in formats.items() if name))


def _say_what_lacks(told: list[Guessed], said: list[str]) -> None:
    there = {one.tells for one in told}
    if not there & {"given_name", "family_name", "birth_date", "nhs_number", "upn", "record_id"}:
        said.append("No column surely tells which child a row is about. Choose at least one.")
    if "items" in there and "dated_by" not in there:
        said.append(
            "Some columns show signs, and none surely says on which day. Choose the day, or the signs are left out."
        )


def _is_keyed(told: list[Guessed], columns: list[_Column], said: list[str]) -> bool:
    """Whether each child has one number. Not, where two numbers have the same names and birth date."""
    number = next((one.column for one in told if one.tells == "record_id"), None)
    whose = _children(told, columns)
    if number is None or not whose:
        return True
    column = next(column for column in columns if column.name == number)
    several: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for child, text in zip(whose, column.cells, strict=True):
        if child and text:
            several[child].add(text)
    many = sum(1 for numbers in several.values() if len(numbers) > 1)
    if many:
        said.append(
            f"{many:,} times the same names and birth date have several numbers, so one child may have several here."
        )
    return not many


# ---- signs


def _find_signs(one: Guessed, column: _Column, said: list[str]) -> Guessed:
    """What values show, where the name of the column and its words are those of a return, or of a mapping that Heard brings."""
    yes = _yes(column)
    for rules, whose in _vocabularies().get("".join(words_of(column.name)), ()):
        if other := _others_than(rules, column):
            said.append(
                f"{column.name} is named as in {whose}, but its numbers mean something else there: {other:,} of {len(column.filled):,} "
                "are none that it knows. It is not read: ask what they mean."
            )
            return replace(one, why="its numbers are not those of the return that has such a column")
        if fitting := [rule for rule in rules if _fits_rule(rule, column)]:
            rules_here = tuple(replace(rule, column=column.name) for rule in fitting)
            why = f"named as in {whose}, and {_matched(rules_here, column):,} of {len(column.filled):,} values are among the words that it knows"
            return replace(one, tells="items", why=why, rules=rules_here, yes=yes)
    if yes:
        return replace(one, yes=yes, why="it says yes or no, and what about, a person has to say")
    return one


def _others_than(rules: Sequence[ItemRule], column: _Column) -> int:
    """How many values are none of a form's codes, where these are digits: any number looks like one, so each has to be one of them, or 0
    for no. Counts and scores (`at_least`) have no codes; where a form has letters too, letters in the column tell that it is the form."""
    codes = {code_of(value) for rule in rules for value in rule.values}
    digits = {code for code in codes if code.isdigit()}
    if any(rule.at_least is not None for rule in rules) or not digits:
        return 0
    if digits != codes and not all(text.isdigit() for text in column.filled):
        return 0
    return column.count(lambda text: code_of(text) not in codes | {"0"})


def _fits_rule(rule: ItemRule, column: _Column) -> bool:
    if rule.at_least is not None:
        return column.share(lambda text: read_number(text) is not None) >= _SURE
    codes = {code_of(value) for value in rule.values}
    shapes = set(map(_shape, rule.values))
    alike = column.share(lambda text: _shape(text) in shapes) >= _SURE
    return alike and any(code_of(text) in codes for text in column.filled)


def _shape(text: str) -> str:
    """Of what a code is made: N4 is a letter and a digit, as R5 is; `self-harm` is letters."""
    return re.sub(r"[0-9]+", "9", re.sub(r"[A-Z][A-Z /-]*", "A", code_of(text)))


def _matched(rules: Sequence[ItemRule], column: _Column) -> int:
    codes = {code_of(value) for rule in rules for value in rule.values}
    numbers = any(rule.at_least is not None for rule in rules)
    return column.count(lambda text: code_of(text) in codes or (numbers and read_number(text) is not None))


@cache
def _vocabularies() -> dict[str, list[tuple[tuple[ItemRule, ...], str]]]:
    """By a column's name: rules for it, and of whom they are."""
    found: dict[str, list[tuple[tuple[ItemRule, ...], str]]] = defaultdict(list)
    for source in load(EXAMPLES / "partnership.yaml").sources:
        mine: dict[str, list[ItemRule]] = defaultdict(list)
        for rule in source.items:
            if rule.column:
                mine["".join(words_of(rule.column))].append(rule)
        for name, rules in mine.items():
            found[name].append((tuple(rules), f"the mapping of {source.name} that comes with Heard"))
    returns = {"cin_census": "the Children in Need census", "ssda903": "the SSDA903 return"}
    for form, whose in returns.items():
        of_form: dict[str, list[ItemRule]] = defaultdict(list)
        for carrier in knowledge.current().carriers:
            if carrier.format == form and (carrier.codes or carrier.at_least is not None):
                rule = ItemRule(
                    carrier.item,
                    values=carrier.codes,
                    at_least=carrier.at_least,
                    strength=carrier.strength,
                    counts=carrier.counts,
                )
                of_form["".join(words_of(carrier.field))].append(rule)
        for name, rules in of_form.items():
            found[name].append((tuple(rules), whose))
    return found


_YES: Final = frozenset(("Y", "YES", "TRUE", "1"))
_COUNTED: Final = frozenset(("number", "count", "total", "times", "score", "no", "sum", "age", "how", "many"))
_NO: Final = frozenset(("N", "NO", "FALSE", "0", "U", "UNKNOWN", "NOT KNOWN", "NK"))


def _yes(column: _Column) -> tuple[str, ...]:
    words = {code_of(text) for text in column.filled}
    yes = words & _YES
    says = yes and words <= _YES | _NO and not (_COUNTED & set(words_of(column.name)) and words <= {"0", "1"})
    return tuple(sorted(yes)) if says else ()
