"""One entry each of what an assessment holds several of: patterns, strengths, protective people, questions, findings."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.assessment import rules
from heard.cases.assessment.actions import Choice
from heard.cases.assessment.models import AssessmentEvidence, AssessmentPattern, ProtectivePerson
from heard.cases.stage.forms import RecogniseForm
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.network.queries import Strand

SOMEBODY_ELSE = "other"


class EvidenceForm(Form):
    """One entry in the history of a sign or vulnerability."""

    asks = rules.EVIDENCE_ASKS

    change = RadiosField(
        gettext_lazy("What was found?"),
        choices=AssessmentEvidence.Change.choices,
        missing=gettext_lazy("Choose what was found"),
    )
    happened_on = DateField(
        gettext_lazy("On which day?"),
        hint=gettext_lazy(
            "For what is no longer seen: since which day. Else the day on which somebody saw, looked or asked."
        ),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day"),
    )
    source = TextField(
        gettext_lazy("Who says so, and how do they know?"),
        max_length=200,
    )
    words = TextareaField(
        gettext_lazy("In which words?"),
        missing=gettext_lazy("Say in which words"),
        rows=3,
    )


class PatternForm(RecogniseForm):
    """A pattern of the release, in which way the child appears in it, why, where and when."""

    field_order = ("pattern", "childs_part", "reason", "from_on", "to_on")

    childs_part = RadiosField(
        gettext_lazy("In which way does the child appear in it?"),
        hint=gettext_lazy(
            "A child who is made to harm others is a child whom somebody harms. Neither comes before the other: say "
            "what you know."
        ),
        choices=AssessmentPattern.Part.choices,
        missing=gettext_lazy("Choose in which way the child appears in it"),
    )

    @property
    def choice(self) -> Choice:
        return Choice(**self.recognised, childs_part=self.cleaned_data["childs_part"])


class StrengthForm(Form):
    asks = rules.STRENGTH_ASKS

    text = TextareaField(
        gettext_lazy("What is good in the child’s life, or what does the child do well?"),
        rows=4,
    )
    source = TextField(
        gettext_lazy("Who says so?"),
        hint=gettext_lazy("The child may say so too."),
        max_length=200,
    )


class ProtectivePersonForm(Form):
    """`around`: the people around the child whom the user may see."""

    asks = rules.PROTECTIVE_PERSON_ASKS

    which = RadiosField(
        gettext_lazy("Who protects the child?"),
        choices=[],
        reveals={SOMEBODY_ELSE: ("name",)},
        missing=gettext_lazy("Choose who protects the child"),
    )
    name = TextField(gettext_lazy("Their name"), missing=gettext_lazy("Give a name"), max_length=120)
    who = TextField(
        gettext_lazy("Who are they to the child?"),
        hint=gettext_lazy("Such as an aunt, a coach, a friend’s mother."),
        max_length=120,
    )
    what_they_do = TextareaField(
        gettext_lazy("What do they do for the child?"),
        rows=4,
    )
    knows = RadiosField(
        gettext_lazy("Do they know about the worry?"),
        hint=gettext_lazy("Nobody is told because they are named here."),
        choices=ProtectivePerson.Knows.choices,
    )

    def __init__(self, *args: Any, around: Iterable[Strand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = {str(strand.person_id): strand for strand in around if strand.person_id}
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            *((key, person.name, f"{person.kind} {person.name}") for key, person in people.items()),
            (SOMEBODY_ELSE, _("Somebody else")),
        ]

    @property
    def person_id(self) -> uuid.UUID | None:
        which = self.cleaned_data["which"]
        return None if which == SOMEBODY_ELSE else uuid.UUID(which)


class QuestionForm(Form):
    """`colleagues`: those who can sign in now. A question may wait for its owner and day until the assessment is sent."""

    asks = rules.QUESTION_ASKS

    text = TextareaField(
        gettext_lazy("What is not known?"),
        hint=gettext_lazy("As a question that somebody can go and ask."),
        rows=3,
    )
    owner = SelectField(
        gettext_lazy("Who finds out?"),
        hint=gettext_lazy("It stands in their work. Needed before the assessment is sent."),
        required=False,
    )
    by_on = DateField(
        gettext_lazy("By when?"),
        hint=gettext_lazy("Needed before the assessment is sent."),
        called=gettext_lazy("The date by when"),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(user.pk): user for user in colleagues}
        self.fields["owner"].choices = [(pk, str(user)) for pk, user in self.colleagues.items()]  # type: ignore[attr-defined]

    @property
    def chosen_owner(self) -> User | None:
        return self.colleagues.get(self.cleaned_data["owner"])


class FindingForm(Form):
    asks = rules.FINDING_ASKS

    text = TextareaField(
        gettext_lazy("What was found out?"),
        hint=gettext_lazy("That it cannot be found out is an answer too: say why."),
        missing=gettext_lazy("Write down what was found out"),
        rows=5,
    )
    source = TextField(
        gettext_lazy("Who says so, and how do they know?"),
        max_length=200,
    )
    found_on = DateField(
        gettext_lazy("On which day was it found out?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day"),
    )
