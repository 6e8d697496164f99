"""What is asked about a person beside names and address: one short form for each kind. Shape and wording only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from heard.network.models import Fact, Identifier, ImportantPerson, Told
from heard.network.rules import DID_NOT_SAY, WITH_CONTACT, FactKind, Said, SaidAs
from heard.network.rules import facts as rules

# What the answer is called, and a hint.
_VALUE: Final[dict[FactKind, tuple[Any, Any]]] = {
    FactKind.PHONE: (_("Phone number"), _("And whose it is, or when it is safe to ring, if that matters.")),
    FactKind.EMAIL: (_("Email address"), ""),
    FactKind.PRONOUNS: (_("Pronouns"), _("As they use them, such as she, they or he.")),
    FactKind.LANGUAGE: (_("Language"), _("One that they speak and understand well. Add others one by one.")),
    FactKind.INTERPRETER: (
        _("Is an interpreter needed?"),
        _("For example: yes, Kurdish Sorani, a woman, at every meeting. Never somebody of the family."),
    ),
    FactKind.COMMUNICATION: (
        _("What helps them to understand and to be understood?"),
        _("For example: short sentences, pictures, signing, time to answer."),
    ),
    FactKind.DISABILITY: (_("Disability"), _("As they call it, and what it means for how we work with them.")),
    FactKind.ETHNICITY: (
        _("What does the child say their ethnicity is?"),
        _("In the child’s own words. It is never guessed from a name, a language or how somebody looks."),
    ),
    FactKind.NATIONALITY: (_("Nationality"), _("Add a second one by itself.")),
    FactKind.GP: (_("GP"), _("Name of the doctor and the practice.")),
    FactKind.SCHOOL: (_("School or college"), ""),
    FactKind.MATTERS: (
        _("What matters to the child?"),
        _("What they like, what they are good at, what they would want us to know."),
    ),
    FactKind.NHS_CHECK: (
        _("Why is no number certain, and what is done about it?"),
        _("For example: two children of this name and date of birth; the GP is asked for the number. Not needed for a match."),
    ),
}  # fmt: skip
_LONG: Final = (FactKind.COMMUNICATION, FactKind.DISABILITY, FactKind.MATTERS, FactKind.NHS_CHECK)


class ToldForm(Form):
    """Who said so and when stands below each answer."""

    asks = rules.TOLD_ASKS

    said_as = RadiosField(_("Who said so?"), choices=Told.SaidAs.choices)
    said_by = TextField(
        _("Their name and role, or which paper"),
        hint=_("Not needed where they said it themselves."),
        required=False,
        says_optional=False,
        max_length=120,
    )
    said_on = DateField(
        _("On which day did they say so?"), called=_("The day"), past=True, missing=_("Give the day")
    )

    def clean(self) -> dict[str, Any]:
        """Who said so is one thing, `said`."""
        answers = super().clean() or self.cleaned_data
        names = ("said_as", "said_by", "said_on")
        told = {name: answers.pop(name, None) for name in names if name in answers}
        return answers | {"said": Said(**{"said_as": SaidAs.SELF.value} | told)}


class FactForm(ToldForm):
    """`kind_of_fact`: which one. Of ethnicity nobody else is asked."""

    asks = rules.FACT_ASKS

    value = TextField(max_length=200)
    code = SelectField(
        _("Which of these did the child choose?"),
        hint=_("Only where the child was shown the list. Statutory returns count these groups."),
        choices=[choice for choice in Fact.Code.choices if choice[0] not in set(rules.Checked)],
        required=False,
    )
    contact = TextField(
        _("How they are reached"),
        hint=_("Phone or email, and whom to ask for"),
        required=False,
        max_length=120,
    )
    since = DateField(_("Since when?"), called=_("The day since when"), past=True, required=False)
    field_order = ("value", "code", "contact", "since", "said_as", "said_by", "said_on")

    def __init__(self, *args: Any, kind_of_fact: FactKind, of_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = kind_of_fact
        self._is_a_check = kind == FactKind.NHS_CHECK
        if kind in _LONG:
            self.fields["value"] = TextareaField(missing=_("Write what they said"), rows=3, max_length=2000)
            self.order_fields(self.field_order)
        self.fields["value"].label, self.fields["value"].help_text = _VALUE[kind]
        if kind not in WITH_CONTACT:
            del self.fields["contact"]
        if kind == FactKind.ETHNICITY:
            self._of_ethnicity()
        elif kind == FactKind.NHS_CHECK:
            self._of_a_check()
        else:
            del self.fields["code"]
            if of_child:
                self.fields["said_as"].choices = _of_a_child()  # type: ignore[attr-defined]

    def _of_ethnicity(self) -> None:
        """The child says it, so that this is not asked; and says that they do not want to say, without words."""
        del self.fields["said_as"], self.fields["since"]
        self.fields["said_by"].label = _("To whom did the child say it?")
        self.fields["said_by"].help_text = _("Name and role")
        self.fields["said_on"].label = _("On which day did the child say so?")
        self.fields["value"].required = False
        self.fields["value"].says_optional = False  # type: ignore[attr-defined]

    def _of_a_check(self) -> None:
        """Whoever works with the child checked it, and it is no list that a child was shown."""
        del self.fields["said_as"], self.fields["since"]
        self.fields["code"] = RadiosField(
            _("What did the check answer?"),
            hint=_("As the department’s matching service calls it, or the one that your agency uses."),
            choices=[(value, label) for value, label in Fact.Code.choices if value in set(rules.Checked)],
            missing=_("Say what the check answered"),
        )
        self.fields["said_by"].label = _("Who checked, and where?")
        self.fields["said_by"].help_text = _("Name and role, and the service that was asked")
        self.fields["said_by"].required = True
        self.fields["said_on"].label = _("On which day was it checked?")
        self.fields["value"].required = False
        self.fields["value"].says_optional = False  # type: ignore[attr-defined]
        self.order_fields(("code", *self.field_order))

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if self._is_a_check:
            return answers | {"said": replace(answers["said"], said_as=SaidAs.WORKER.value)}
        if "code" in self.fields and not answers.get("value") and answers.get("code") != DID_NOT_SAY:
            self.add_error(
                "value", str(_("Write what the child said, or choose that they did not want to say"))
            )
        return answers


class ImportantPersonForm(ToldForm):
    """Carers, people with parental responsibility, and whoever else is important to the child."""

    asks = rules.IMPORTANT_PERSON_ASKS

    name = TextField(_("Who is it?"), max_length=120, spellcheck=False)
    relation = TextField(
        _("Who are they to the child?"),
        hint=_("For example mother, foster carer, grandfather, best friend"),
        missing=_("Say who they are to the child"),
        max_length=60,
    )
    contact = TextField(
        _("How they are reached"),
        hint=_("Phone or email, and what to be careful about"),
        required=False,
        max_length=200,
    )
    cares = CheckboxesField(
        _("Do they look after the child?"),
        choices=[("yes", _("Yes, the child lives with them or they look after the child"))],
        required=False,
        says_optional=False,
    )
    responsibility = RadiosField(
        _("Parental responsibility"),
        hint=_("Look at the birth certificate, the agreement or the order, and say below which it was."),
        choices=[
            ("yes", _("Has parental responsibility")),
            ("no", _("Has none")),
            ("not_known", _("Not known yet")),
        ],
        missing=_("Say whether they have parental responsibility, or that it is not known yet"),
    )
    since = DateField(_("Since when?"), called=_("The day since when"), past=True, required=False)
    field_order = (
        "name",
        "relation",
        "contact",
        "cares",
        "responsibility",
        "since",
        "said_as",
        "said_by",
        "said_on",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_as"].choices = _of_a_child()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        known = answers.get("responsibility") in ImportantPerson.Responsibility.values
        answers["responsibility"] = answers["responsibility"] if known else ""
        answers["cares"] = "yes" in answers.get("cares", ())
        return answers


class IdentifierForm(ToldForm):
    asks = rules.IDENTIFIER_ASKS

    scheme = SelectField(_("What number is it?"), choices=Identifier.Scheme.choices)
    value = TextField(
        _("The number"), missing=_("Enter the number"), max_length=60, width=20, spellcheck=False
    )
    issuer = TextField(
        _("Who gave it?"),
        hint=_("The council, the school, the force. Not needed for an NHS number or a UPN."),
        required=False,
        says_optional=False,
        max_length=120,
    )
    since = DateField(_("Valid since when?"), called=_("The day since when"), past=True, required=False)
    until = DateField(
        _("Valid until when?"),
        hint=_("Only of a number that they had before. They are still found by it."),
        called=_("The day until when"),
        past=True,
        required=False,
    )
    field_order = ("scheme", "value", "issuer", "since", "until", "said_as", "said_by", "said_on")


class EndForm(Form):
    asks = rules.END_ASKS

    until = DateField(_("Until when was it so?"), called=_("The day"), past=True, missing=_("Give the day"))
    why = TextField(
        _("Why is it no longer current?"),
        hint=_("It stays among what was known before, with your reason."),
        max_length=200,
    )
    field_order = ("why", "until")


def _of_a_child() -> list[tuple[str, Any]]:
    return [
        (value, _("The child") if value == SaidAs.SELF else label) for value, label in Told.SaidAs.choices
    ]
