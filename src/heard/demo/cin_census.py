"""The council's children in need census for 2025 to 2026, in the shape of the 2026 schema, written child by child."""

from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from heard.demo.faults import Faults
from heard.demo.identifiers import AUTHORITY, mistyped, own_number
from heard.demo.people import AS_OF, Person
from heard.demo.spelling import Written
from heard.demo.stories import WINDOW_BEGAN, Story, upn_is_needed

FILE = "cin_census_2026.xml"
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>{AS_OF}</ReferenceDate>\
</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>{AUTHORITY}</LEA>\
<SoftwareCode>Fictional partnership</SoftwareCode><Release>1</Release><SerialNo>001</SerialNo>\
<DateTime>2026-05-11T09:00:00</DateTime></Source></Header>
<Children>
"""
_TAIL = "</Children>\n</Message>\n"
_BACKGROUND = ("1B", "2B", "3A", "3B", "4B", "4C", "5A", "6A", "7A", "16A", "17A", "20")
_SOURCES = ("1A", "1D", "2A", "2A", "2B", "3A", "3C", "3E", "5D", "6", "6", "8", "9")


def local_id(child: Person) -> str:
    """The council's own number for the child, the same in its two returns."""
    return f"{1 + child.number // 1_000_000}{own_number(child.number)}"


class CinCensus(AbstractContextManager["CinCensus"]):
    source = "cin_census_2026"

    def __init__(self, folder: Path) -> None:
        self.faults = Faults(self.source)
        self._file = folder.joinpath(FILE).open("w", encoding="utf-8", newline="\n")

    def __enter__(self) -> Self:
        self._file.write(_HEAD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.write(_TAIL)
        self._file.close()

    def add(self, rng: Random, child: Person, written: Written, story: Story) -> list[str]:
        """Writes the child and returns its record id."""
        fault = self.faults.due(story)
        identifiers = _identifiers(rng, child, written, story, fault)
        disabilities = rng.choices(("NONE", "LD", "BEH", "AUT"), (85, 5, 5, 5))[0]
        characteristics = _tag("Ethnicity", child.ethnicity) + _tag(
            "Disabilities", _tag("Disability", disabilities)
        )
        self._file.write(
            _tag(
                "Child",
                _tag("ChildIdentifiers", identifiers)
                + _tag("ChildCharacteristics", characteristics)
                + _tag("CINdetails", _details(rng, story, fault)),
            )
            + "\n"
        )
        return [local_id(child)]


def _tag(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


def _day(name: str, day: date | None) -> str:
    return _tag(name, day.isoformat()) if day else ""


def _identifiers(rng: Random, child: Person, written: Written, story: Story, fault: str | None) -> str:
    birth = _day("PersonBirthDate", written.birth)
    if fault == "birth_date_impossible":
        birth = _tag("PersonBirthDate", f"{child.birth.year}-02-30")
    sex = {"M": "1", "F": "2", "U": "0"}[written.sex] if fault == "sex_old_code" else written.sex
    return _tag("LAchildID", local_id(child)) + _upn(rng, child, story, fault) + birth + _tag("Sex", sex)


def _upn(rng: Random, child: Person, story: Story, fault: str | None) -> str:
    if fault == "upn_short":
        return _tag("UPN", child.upn[:-1])
    luck = 1.0 if upn_is_needed(story) else rng.random()
    if luck < 0.12 or child.age < 4:
        return _tag("UPNunknown", "UN1" if child.age < 4 else rng.choice(("UN2", "UN3", "UN4")))
    return _tag("UPN", mistyped(child.upn, rng.randrange(8, 13)) if luck < 0.14 else child.upn)


def _details(rng: Random, story: Story, fault: str | None) -> str:
    """One episode of need. An assessment that shows signs ends on the day of the latest."""
    seen = story.of("cin_census_2026")
    ended = max((s.on for s in seen), default=WINDOW_BEGAN + timedelta(days=rng.randint(5, 360)))
    began = ended - timedelta(days=rng.randint(10, 62))
    factors = [s.carrier.name.removeprefix("factor ") for s in seen]
    factors += rng.sample(_BACKGROUND, rng.randint(0, 3)) + (["99Z"] if fault == "factor_unknown" else [])
    closed = ended + timedelta(days=rng.randint(1, 60))
    closure = closed <= AS_OF and rng.random() < 0.4
    assessment = (
        _day("AssessmentActualStartDate", began)
        + _day("AssessmentAuthorisationDate", ended)
        + _tag(
            "FactorsIdentifiedAtAssessment", "".join(_tag("AssessmentFactors", f) for f in factors or ["21"])
        )
    )
    return (
        _day("CINreferralDate", began)
        + _tag("ReferralSource", rng.choice(_SOURCES))
        + _tag("PrimaryNeedCode", rng.choice(("N1", "N1", "N4", "N5", "N6", "N8", "N0")))
        + (_day("CINclosureDate", closed) + _tag("ReasonForClosure", "RC8") if closure else "")
        + _tag("Assessments", assessment)
        + (_tag("ReferralNFA", "0") if closure else _plans(rng, ended))
    )


def _plans(rng: Random, ended: date) -> str:
    """A child in need plan, or for some a section 47 enquiry and a child protection plan, as the schema orders them."""
    no_referral_end = _tag("ReferralNFA", "0")
    if rng.random() < 0.8:
        return _tag("CINPlanDates", _day("CINPlanStartDate", ended)) + no_referral_end
    enquiry = _day("S47ActualStartDate", ended) + _tag("ICPCnotRequired", "0")
    category = rng.choice(("NEG", "EMO", "PHY"))
    plan = (
        _day("CPPstartDate", min(ended + timedelta(days=14), AS_OF))
        + _tag("InitialCategoryOfAbuse", category)
        + _tag("LatestCategoryOfAbuse", category)
        + _tag("NumberOfPreviousCPP", str(rng.choices((0, 1, 2), (80, 15, 5))[0]))
    )
    return _tag("Section47", enquiry) + no_referral_end + _tag("ChildProtectionPlans", plan)
