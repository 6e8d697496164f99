"""What columns are called: the names by which they are known, and the words by which they are about somebody or something else."""

from __future__ import annotations

import re
from typing import Final

EVENT: Final = ("dated_by", "until")
"""What a column can tell of a row, beside what it tells of the child."""

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "record_id": (
        "child id", "child", "person id", "client id", "client", "pupil id", "local id", "nominal id", "nominal", "nominal ref",
        "patient id", "hospital number", "hospital no", "mrn", "mosaic id", "liquidlogic id", "system id", "person ref", "client ref",
        "child ref", "nominal number", "nominal no", "person number", "child number", "person no", "child no", "yjs id", "clinic id",
        "clinic number", "student id", "unique id", "pnc id", "subject id", "service user id", "crn",
    ),
    "given_name": ("given name", "given names", "first name", "first names", "forename", "forenames", "christian name", "fname", "first"),
    "family_name": ("family name", "last name", "surname", "sname", "lname", "last"),
    "birth_date": ("birth date", "date of birth", "dob", "born", "born on", "birthday", "birthdate", "d o b"),
    "sex": ("sex", "gender", "sex code", "gender code"),
    "postcode": ("postcode", "post code", "postal code", "home postcode", "home post", "home post code", "pcode", "home address postcode", "address postcode"),
    "address": ("address", "home address", "address line", "address line 1", "address 1", "street"),
    "nhs_number": ("nhs number", "nhs no", "nhs", "nhs num", "nhs id"),
    "upn": ("upn", "unique pupil number", "pupil upn", "pupil number"),
    "ethnicity": ("ethnicity", "ethnic", "ethnic group", "ethnic code", "ethnic origin", "ethnicity code"),
    "died_on": ("date of death", "death date", "died on", "dod", "died", "person death date"),
    "worker": (
        "worker", "allocated worker", "key worker", "lead worker", "social worker", "allocated social worker", "case worker", "case manager",
        "lead professional", "lead practitioner", "worker name", "officer in case", "oic", "head of year",
    ),
    "dated_by": (
        "date", "event date", "incident date", "date of incident", "seen on", "date seen", "attended on", "attendance date", "arrival date",
        "date of attendance", "missing from", "missing date", "date missing", "missing start", "mis start", "offence date", "date of offence",
        "referral date", "date of referral", "contact date", "date of contact", "week commencing", "start date", "date started", "started",
        "start", "from", "date from", "from date", "began", "decom", "date of episode", "episode start", "date reported", "reported date",
        "went missing", "missing since", "episode date", "appointment date", "seen", "attended",
    ),
    "until": (
        "missing to", "missing until", "missing end", "mis end", "end date", "date ended", "ended", "end", "to", "date to", "to date",
        "until", "finish date", "return date", "returned", "date returned", "date of return", "closed", "date closed", "close date", "dec",
        "episode end", "found", "date found", "returned on",
    ),
}  # fmt: skip
WHOLE_NAME: Final = ("name", "full name", "fullname", "display name")
UNSURE_ID: Final = (
    "id",
    "ref",
    "reference",
    "number",
    "no",
    "key",
    "case id",
    "case number",
    "case ref",
    "unique reference",
)
_WHO: Final = frozenset(
    ("child", "childs", "children", "childrens", "pupil", "pupils", "student", "learner", "client", "patient", "person", "persons", "young",
     "yp", "subject", "individual", "nominal", "user")
)  # fmt: skip
OF_CHILD: Final = _WHO | {"missing", "misper", "service", "details", "legal", "current", "of", "the", "s"}
OF_OTHERS: Final = frozenset(
    ("mother", "mothers", "mum", "father", "dad", "parent", "parents", "carer", "carers", "guardian", "sibling", "worker", "officer",
     "informant", "referrer", "reporter", "reported", "gp", "school", "placement", "pl", "teacher", "suspect", "partner", "mc", "staff", "emergency",
     "contact", "kin", "spouse", "perpetrator", "witness", "manager", "consultant", "team", "previous", "former", "alias", "aka", "provider",
     "adopter", "adopters", "adoptr", "enquirer", "visitor")
)  # fmt: skip
OF_EVENT: Final = frozenset(
    ("episode", "event", "incident", "attendance", "offence", "period", "visit", "appointment", "arrest")
)
OF_THE_ROW: Final = frozenset(
    ("created", "updated", "entered", "modified", "exported", "recorded", "extract", "extracted", "review", "due", "next", "expected",
     "printed", "loaded", "report", "run")
)  # fmt: skip
_BY_NAME: Final = {name.replace(" ", ""): tells for tells, names in NAMES.items() for name in names}
IN_WORDS: Final = {
    "record_id": "the number of the child", "local_id": "the agency's number of the child", "given_name": "the given name", "family_name": "the family name", "birth_date": "the birth date",
    "sex": "the sex", "postcode": "the postcode", "address": "the address", "nhs_number": "the NHS number", "upn": "the pupil number",
    "ethnicity": "the ethnicity", "died_on": "the day of death", "worker": "who works with the child", "dated_by": "the day on which it happened", "until": "the day on which it ended",
}  # fmt: skip


def words_of(column: str) -> list[str]:
    """A name's words: `ChildDateOfBirth`, `child_date_of_birth` and `Child: date of birth` are the same."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return re.findall(r"[a-z]+|[0-9]+", apart.casefold())


def told_by(column: str) -> str:
    """What a column tells by its name, or ''. A name that speaks of somebody else tells nothing of the child."""
    words = words_of(column)
    if exact := _BY_NAME.get("".join(words)):
        return exact
    if OF_OTHERS & set(words):
        return ""
    rest = [word for word in words if word not in OF_CHILD]
    if rest != words and (found := _BY_NAME.get("".join(rest))):
        return found
    at = [word for word in rest if word not in OF_EVENT]
    if at != rest and _BY_NAME.get("".join(at)) in EVENT:
        return _BY_NAME["".join(at)]
    is_number = "".join(rest) in ("id", "ref", "reference", "number", "no")
    return (
        "record_id" if _WHO & set(words) and is_number else ""
    )  # a service's number, or an episode's, is nobody's
