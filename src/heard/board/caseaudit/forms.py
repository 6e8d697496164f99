"""What drawing, setting aside, reading, agreeing and finding ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Asks
from heard.board.caseaudit import rules, words
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.agencies.models import Agency, User


class DrawForm(Form):
    """`people` of the agencies that take part, by key."""

    asks = rules.DRAW_ASKS

    title = TextField(_("What is the case audit called?"), max_length=100)
    why = TextField(
        _("Why are these cases read?"),
        hint=_("It stays beside the draw. Whoever draws twice says why."),
        max_length=300,
    )
    since = DateField(
        _("Cases that were open from"), called=_("The first day"), missing=_("Give the first day")
    )
    until = DateField(
        _("Cases that were open up to"), called=_("The last day"), missing=_("Give the last day")
    )
    strata = CheckboxesField(
        _("What are they set apart by, so that each part is read?"), choices=words.STRATA, required=False
    )
    size = TextField(
        _("How many are drawn?"),
        hint=_("A joint inspection asks for ten or so. Nobody chooses which."),
        width=3,
        inputmode="numeric",
    )
    questions = TextareaField(
        _("What is asked of each case?"),
        hint=_(
            "One question in a line, 12 at most. Each is answered: yes, partly, no, or cannot tell from the record."
        ),
        rows=8,
    )
    first = SelectField(_("Who reads?"), missing=_("Choose who reads"))
    second = SelectField(_("Who else reads, of another agency?"), missing=_("Choose the second reader"))
    due_on = DateField(
        _("By when have both read?"),
        called=_("The day"),
        hint=_(
            "They see the records until then, 42 days at most. Whoever works with a child does not read that case."
        ),
    )

    def __init__(self, *args: Any, people: Mapping[str, tuple[User, Agency]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = people
        choices = [(key, f"{user}, {agency}") for key, (user, agency) in people.items()]
        self.fields["first"].choices = self.fields["second"].choices = choices  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `draw_cases`."""
        said = dict(self.cleaned_data)
        readers = [self._people[said.pop(name)][0] for name in ("first", "second")]
        size = said["size"].strip()
        return said | {
            "size": int(size) if size.isdecimal() and len(size) < 4 else None,
            "questions": said["questions"].splitlines(),
            "readers": readers,
        }


class SetAsideForm(Form):
    asks = rules.SET_ASIDE_ASKS

    why = TextField(_("Why is this draw set aside?"), max_length=300)


class _Answers(Form):
    """For each question that is asked an answer and a reason, by its number, counted from 0."""

    def __init__(
        self, *args: Any, questions: Iterable[tuple[str, str]], choices: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        self._numbers = []
        self.asks = Asks()
        super().__init__(*args, **kwargs)
        for number, question in questions:
            self._numbers.append(number)
            self.fields[f"answer_{number}"] = RadiosField(
                question, choices=choices, missing=_("Choose an answer")
            )
            self.fields[f"why_{number}"] = TextareaField(
                _("What in the record makes you say so?"),
                missing=_("Say what makes you say so"),
                rows=2,
                max_length=1000,
            )

    @property
    def said(self) -> dict[str, tuple[str, str]]:
        """For the action."""
        answers = self.cleaned_data
        return {number: (answers[f"answer_{number}"], answers[f"why_{number}"]) for number in self._numbers}


class ReadForm(_Answers):
    pass


class AgreeForm(_Answers):
    pass


class FindingForm(Form):
    """`requirements`: id and sentence of what the audit asks."""

    asks = rules.FINDING_ASKS

    requirement = SelectField(_("Which requirement is it about?"))
    text = TextareaField(
        _("What was found?"),
        hint=_(
            "Without names, and without what would tell who it is. Everybody who sees the audit reads it."
        ),
        rows=5,
        max_length=2000,
    )
    another = CheckboxesField(
        _("Where a word is a name in the sample too"),
        choices=[("yes", _("It means something else here"))],
        required=False,
    )

    def __init__(self, *args: Any, requirements: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirement"].choices = requirements  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `write_finding`."""
        return self.cleaned_data | {"another": bool(self.cleaned_data["another"])}
