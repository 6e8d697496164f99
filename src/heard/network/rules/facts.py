"""What may be written down of a person beside names and numbers, who may have said it, and which number is whose. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from heard.agencies.rules import Asks

TOLD_ASKS: Final = Asks(said_as="Say who said so.")
FACT_ASKS: Final = Asks(value="Write what they said.")
IMPORTANT_PERSON_ASKS: Final = Asks(name="Write who it is.")
IDENTIFIER_ASKS: Final = Asks(scheme="Say what number it is.")
END_ASKS: Final = Asks(why="Say why it is no longer current.")


class FactKind(StrEnum):
    """The value is stored, and names the kind in addresses."""

    PHONE = "phone"
    EMAIL = "email"
    PRONOUNS = "pronouns"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    COMMUNICATION = "communication"
    DISABILITY = "disability"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    GP = "gp"
    SCHOOL = "school"
    MATTERS = "matters"
    NHS_CHECK = "nhs_check"


# UK GDPR, article 9, or as sensitive to the child. What they are asked for stands in config/dpia/data_protection.yaml.
SPECIAL: Final = frozenset(
    {FactKind.COMMUNICATION, FactKind.DISABILITY, FactKind.ETHNICITY, FactKind.NATIONALITY}
)
# Of somebody around a child, what it takes to speak with them and no more.
OF_A_RELATIVE: Final = (
    FactKind.PHONE, FactKind.EMAIL, FactKind.PRONOUNS, FactKind.LANGUAGE, FactKind.INTERPRETER,
)  # fmt: skip
# A child has one at a time: another one takes the place of the one before.
ONE_AT_A_TIME: Final = frozenset(
    {
        FactKind.PRONOUNS, FactKind.INTERPRETER, FactKind.ETHNICITY, FactKind.GP, FactKind.MATTERS, FactKind.NHS_CHECK,
    }
)  # fmt: skip
WITH_CONTACT: Final = frozenset({FactKind.GP, FactKind.SCHOOL})


class SaidAs(StrEnum):
    """Who said so."""

    SELF = "self"
    FAMILY = "family"
    WORKER = "worker"
    PAPER = "paper"


class Checked(StrEnum):
    """What the department’s matcher can say of somebody: a score of 0.95 and more, 0.85 and more, less, more than one person, nobody, or
    that it did not work (Department for Education, documentation of its matching service, 24 July 2026)."""

    MATCH = "MATC"
    POTENTIAL = "POTE"
    LOW = "LOWC"
    MANY = "MANY"
    NONE = "NONE"
    ERROR = "ERRO"


DID_NOT_SAY: Final = "REFU"  # of the codes of the children in need census, the one for "refused"


class Scheme(StrEnum):
    """Whose number it is. SINGLE is the one that regulations will name; until they do, none is issued."""

    NHS = "nhs"
    UPN = "upn"
    SINGLE = "single"
    COUNCIL = "council"
    POLICE = "police"
    HOME_OFFICE = "home_office"
    OTHER = "other"


# By these a child is known to everybody, so that only the agency that leads writes them.
EVERYWHERE: Final = frozenset({Scheme.NHS, Scheme.UPN, Scheme.SINGLE})
# Those of which the number of now stands with the person.
NUMBERS: Final = {Scheme.NHS: "nhs_number", Scheme.UPN: "upn"}
MOST_LETTERS: Final = {Scheme.NHS: 10, Scheme.UPN: 13}
_ISSUED_BY_ONE: Final = (Scheme.NHS, Scheme.UPN, Scheme.HOME_OFFICE)


@dataclass(frozen=True)
class Said:
    """Who said it, with name and role or which paper, and on which day. As nobody may have said: all empty."""

    said_as: str = ""
    said_by: str = ""
    said_on: date | None = None


def kinds_of(*, of_child: bool) -> tuple[FactKind, ...]:
    """What may be written down of a child, or of somebody around one, in the order of the page."""
    return tuple(FactKind) if of_child else OF_A_RELATIVE


def why_not_say(said: Said, *, today: date) -> str | None:
    if said.said_as not in set(SaidAs):
        return TOLD_ASKS["said_as"]
    if said.said_as != SaidAs.SELF and not said.said_by.strip():
        return "Give the name and role of whoever said so, or say which paper it is."
    if said.said_on is None:
        return "Say on which day they said so."
    if said.said_on > today:
        return "They cannot have said so on a day to come. Check the date."
    return None


def why_not_last(*, since: date | None, until: date | None) -> str | None:
    if since and until and until < since:
        return "It cannot end before it began. Look at both dates."
    return None


def why_not_record_fact(
    kind: str,
    *,
    of_child: bool,
    value: str,
    code: str,
    said: Said,
    since: date | None,
    today: date,
    has_one: bool,
) -> str | None:
    """`has_one`: there is one already of which a person has one at a time. `code`: of the list that a child chose from."""
    if kind not in kinds_of(of_child=of_child):
        return "This is asked of a child for the child’s own sake, and of nobody else."
    if has_one:
        return "There is one already. Change that one, so that it is seen what it was before."
    if why_not := _why_not_value(kind, value, code):
        return why_not
    if kind == FactKind.ETHNICITY and said.said_as != SaidAs.SELF:
        return "Ethnicity is what the child says it is, and nobody else. Ask the child, or leave it until the child was asked."
    if since and since > today:
        return "That day has not come yet. Check the date."
    return why_not_say(said, today=today)


def _why_not_value(kind: str, value: str, code: str) -> str | None:
    if kind == FactKind.NHS_CHECK:
        if code not in set(Checked):
            return "Say what the check answered."
        if code != Checked.MATCH and not value.strip():
            return "Write why no number is certain, and what is done about it."
        return None
    if not value.strip() and code != DID_NOT_SAY:
        return FACT_ASKS["value"]
    if kind == FactKind.EMAIL and "@" not in value:
        return "Enter an email address, such as name@example.org."
    if kind == FactKind.PHONE and not any(c.isdigit() for c in value):
        return "Enter a phone number."
    return None


def why_not_end(*, ended: bool, why: str, since: date | None, until: date | None, today: date) -> str | None:
    """Whether it may be said that something is so no longer. It stays, with its end."""
    if ended:
        return "This was ended or changed already. Look at what it says now."
    if not why.strip():
        return END_ASKS["why"]
    if until is None or until > today:
        return "Give the day on which it ended: today, or one before."
    return why_not_last(since=since, until=until)


def why_not_change_fact(*, ended: bool) -> str | None:
    return "This was ended or changed already. Look at what it says now." if ended else None


def why_not_note_person(*, of_child: bool, name: str, relation: str, said: Said, today: date) -> str | None:
    """For somebody who looks after a child, or who is important to them."""
    if not of_child:
        return "Important people are written down on the page of the child."
    if not name.strip():
        return IMPORTANT_PERSON_ASKS["name"]
    if not relation.strip():
        return "Say who they are to the child, such as mother, grandfather or best friend."
    return why_not_say(said, today=today)


def why_not_add_identifier(
    scheme: str, *, value: str, issuer: str, said: Said, since: date | None, until: date | None, today: date
) -> str | None:
    """Whether the numbers can be right is said on the page: one that cannot is kept as it was given."""
    if scheme not in set(Scheme):
        return IDENTIFIER_ASKS["scheme"]
    letters = sum(c.isalnum() for c in value)
    if not letters:
        return "Enter the number."
    if letters > MOST_LETTERS.get(Scheme(scheme), 40):
        return "That number is too long. Check it."
    if scheme not in _ISSUED_BY_ONE and not issuer.strip():
        return "Say who gave this number. Without that, nobody knows whose it is."
    return why_not_last(since=since, until=until) or why_not_say(said, today=today)
