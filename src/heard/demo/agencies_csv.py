"""The extracts of five other agencies, each with its own columns, dates and way with accents, as real ones have."""

from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import TracebackType

from heard.demo.csv_extract import CsvFile
from heard.demo.faults import Faults
from heard.demo.identifiers import mistyped, own_number
from heard.demo.people import AS_OF, Person
from heard.demo.spelling import Written, in_latin_1, without_accents, write_down
from heard.demo.stories import Story, nhs_number_is_needed, upn_is_needed


class _Agency(AbstractContextManager["_Agency"]):
    """One file of one agency."""

    source: str
    columns: str
    encoding = "utf-8"

    def __init__(self, folder: Path) -> None:
        self.faults = Faults(self.source)
        self.file = CsvFile(folder / f"{self.source}.csv", self.columns, self.encoding)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.__exit__(kind, error, trace)

    @abstractmethod
    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        """Writes the child's rows and returns its record ids; none where the rows have no id."""


def _uk(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _named_month(day: date | None) -> str:
    return (
        f"{day.day:02d}-{['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][day.month - 1]}-{day.year}"
        if day
        else ""
    )


def _own_number(person: Person, which: int) -> str:
    """An agency's own number; `which` keeps a second number for the same child, or a grown-up's, apart."""
    return f"{which}{person.number // 1_000_000 or ''}{own_number(person.number)}"


class SchoolAttendance(_Agency):
    """One row per pupil for the census week, and one for each week with many unauthorised absences. UTF-8 with a BOM."""

    source = "school_attendance"
    columns = ("pupil_upn forename surname date_of_birth sex postcode week_commencing sessions_possible "
               "sessions_unauthorised young_carer send_type")  # fmt: skip
    encoding = "utf-8-sig"

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        wrong = not upn_is_needed(story) and rng.random() < 0.025
        upn = mistyped(child.upn, rng.randrange(8, 13)) if wrong else child.upn
        upn = "" if self.faults.due(story) else upn
        who = (upn, written.given, written.family, _iso(written.birth), written.sex, written.postcode)
        carer = rng.choices(("N", "Y", ""), (90, 2, 8))[0]
        needs = rng.choices(("", "SPLD", "SEMH", "ASD", "MLD"), (84, 5, 5, 4, 2))[0]
        for week, absent in _weeks(rng, story):
            self.file.write(*who, _iso(week), 10, absent, carer, needs)
        return [upn] if upn else []


def _weeks(rng: Random, story: Story) -> list[tuple[date, int]]:
    weeks = {date(2026, 1, 19): rng.choices((0, 1, 2, 3, 4), (80, 10, 6, 3, 1))[0]}
    for seen in story.of(SchoolAttendance.source):
        for earlier in range(rng.choice((1, 1, 2, 3))):
            week = _school_week(seen.on - timedelta(days=7 * earlier) if seen.in_window else seen.on)
            weeks[week] = rng.randint(5, 10)
    return sorted(weeks.items())


def _school_week(day: date) -> date:
    """The Monday of that week, or of the last one before it that was not in the holidays."""
    monday = day - timedelta(days=day.weekday())
    while (7, 20) <= (monday.month, monday.day) <= (8, 31) or (monday.month, monday.day) >= (12, 18):
        monday -= timedelta(days=7)
    return monday


class PoliceMissing(_Agency):
    """One row per missing episode. Capitals without accents; some children have two nominal numbers."""

    source = "police_missing"
    columns = "nominal_id forename surname dob sex postcode missing_from missing_to"

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        key = "N" + _own_number(child, 1)
        postcode = "UNKNOWN" if self.faults.due(story) else written.postcode
        for seen in story.of(self.source):
            for earlier in range(rng.choice((1, 1, 1, 2, 4))):
                began = seen.on - timedelta(days=3 * earlier)
                self._write(key, written, postcode, began, began + timedelta(days=rng.randint(1, 3)))
        if rng.random() < 0.08:
            again = write_down(rng, child, complete=False, careful=story.planted)
            began = story.of(self.source)[0].on - timedelta(days=5)
            second = "N" + _own_number(child, 2)
            self._write(second, again, again.postcode, began, began + timedelta(days=1))
            return [key, second]
        return [key]

    def add_namesake(self, rng: Random, grown_up: Person) -> str:
        """A missing adult, in the same file as the children, as police systems have it."""
        key, began = "N" + _own_number(grown_up, 3), AS_OF - timedelta(days=rng.randint(5, 900))
        written = write_down(rng, grown_up, complete=False)
        self._write(key, written, written.postcode, began, began + timedelta(days=2))
        return key

    def _write(self, key: str, written: Written, postcode: str, began: date, back: date) -> None:
        names = (without_accents(name).upper() for name in (written.given, written.family))
        until = f"{_uk(back)} 07:15" if back <= AS_OF else ""
        self.file.write(key, *names, _uk(written.birth), written.sex, postcode, f"{_uk(began)} 22:40", until)


class AccidentEmergency(_Agency):
    """One row per attendance, keyed by NHS number. Latin-1, months by name; who has no number has an empty one."""

    source = "accident_emergency"
    columns = "nhs_number forename surname date_of_birth sex postcode attended_on attendance_group"
    encoding = "latin-1"

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        number = _nhs_as_written(rng, child, story, missing=0 if story.planted else 0.02)
        names = (in_latin_1(written.given), in_latin_1(written.family))
        who = (_spaced(number), *names, _named_month(written.birth), written.sex, written.postcode)
        fault = self.faults.due(story)
        for seen in story.of(self.source):
            self.file.write(*who, _named_month(seen.on), seen.carrier.name)
        if fault or not story.of(self.source) or rng.random() < 0.3:
            day = AS_OF - timedelta(days=rng.randint(3, 700))
            self.file.write(
                *who, "31-Feb-2026" if fault else _named_month(day), rng.choice(("illness", "other"))
            )
        return [number] if number else []


def _spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number else ""


def _nhs_as_written(rng: Random, child: Person, story: Story, missing: float) -> str:
    luck = 1.0 if nhs_number_is_needed(story) else rng.random()
    if luck < missing or child.nhs_number is None:
        return ""
    return mistyped(child.nhs_number, rng.randrange(4, 10)) if luck < missing + 0.015 else child.nhs_number


class SexualHealth(_Agency):
    """One row per attendance, without a name. A repeat attendance is a code in one column."""

    source = "sexual_health"
    columns = "clinic_id nhs_number date_of_birth sex seen_on repeat_attendance"

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        key = "SH" + _own_number(child, 1)
        who = (key, _nhs_as_written(rng, child, story, missing=0.1), _iso(written.birth), written.sex)
        for seen in story.of(self.source):
            self.file.write(*who, _iso(seen.on), "Y")
        if not story.of(self.source):
            self.file.write(*who, _iso(AS_OF - timedelta(days=rng.randint(3, 700))), "N")
        return [key]


CASE_MANAGERS = ("Leon Brandt", "Maud Ferriter", "Idris Quaye")


class YouthJustice(_Agency):
    """One row per offence, with who works with the child."""

    source = "youth_justice"
    columns = "yjs_id forename surname dob sex postcode offence_date outcome case_manager"

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        key = "YJ" + _own_number(child, 1)
        for seen in story.of(self.source):
            outcome = rng.choice(
                ("community resolution", "youth caution", "referral order", "no further action")
            )
            self.file.write(key, written.given, written.family, _uk(written.birth), written.sex, written.postcode,
                            _uk(seen.on), outcome, CASE_MANAGERS[child.number % len(CASE_MANAGERS)])  # fmt: skip
        return [key]
