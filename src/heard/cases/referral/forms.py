"""The pages of a referral: one section of the official form on each, drawn from its questions, and what follows them.

Nothing is required while it is written: what is missing is listed, and only the review waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from heard.cases.referral import rules
from heard.cases.referral.models import ReferralDecision
from heard.cases.referral.prefill import Known
from heard.cases.referral.questions import FormVersion, Question, drawn_in
from heard.cases.referral.rules import why_too_long
from heard.govuk.forms import (
    BoundField,
    CheckboxesField,
    DateField,
    Drawn,
    Form,
    RadiosField,
    TextareaField,
    TextField,
)

CONFIRM = "yes"


class _Asked(Drawn):
    """What the fields share: a length, and beneath the box what the record says. Mixed in before a field that is drawn."""

    question: Question
    beside: Mapping[str, Any] | None = None

    def params(self, bound: BoundField) -> dict[str, Any]:
        params = super().params(bound)
        if self.beside is None:
            return params
        drawn = render_to_string("cases/referral/_beside.html", dict(self.beside))
        after = {"html": Markup(drawn)}  # noqa: S704 - the template escapes
        return params | {"formGroup": {"afterInput": after, "afterInputs": after}}

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        too_long = why_too_long(cleaned, self.question.limit) if isinstance(cleaned, str) else None
        if too_long:
            text = "%(label)s: " + _(too_long[0])
            over, limit = f"{too_long[1]:,}", f"{self.question.limit:,}"
            raise ValidationError(text % {"label": self.label, "over": over, "limit": limit})
        return cleaned


class _Line(_Asked, TextField):
    pass


class _Box(_Asked, TextareaField):
    def draw(self, bound: BoundField) -> Markup:
        """With a count of what is left, by the form's limit; beyond it nothing is cut off."""
        self.max_length = self.question.limit
        return super().draw(bound)


class _Day(_Asked, DateField):
    pass


class _One(_Asked, RadiosField):
    pass


class _Any(_Asked, CheckboxesField):
    pass


class SectionForm(Form):
    """One section. `known`: what the record says, by field id; `stored`: which answers somebody has confirmed."""

    def __init__(
        self,
        *args: Any,
        form: FormVersion,
        section: str,
        answers: Mapping[str, Any],
        known: Mapping[str, Known],
        stored: Mapping[str, Any],
        missing: Mapping[str, tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.version, self.known, self.stored, self.missing = form, known, stored, missing
        self.drawn = drawn_in(form, section, answers)
        for question in self.drawn:
            self._ask(question)

    def _ask(self, question: Question) -> None:
        if question.group:
            self._ask_group(question)
            return
        field = self._field(question)
        if field is None:
            return
        field.question, field.beside = question, self._beside(question)
        field.says_optional = question.optional and question.kind not in ("tick", "files")
        self.fields[question.id] = field

    def _field(self, question: Question) -> Any:
        beneath = question.under is not None and question.under[0] in {question.id for question in self.drawn}
        shared: dict[str, Any] = {"hint": question.hint, "required": False, "size": "" if beneath else "s"}
        match question.kind:
            case "line":
                return _Line(question.label, **shared)
            case "text":
                return _Box(
                    question.label, rows=8 if question.story else 5, count=True, max_length=None, **shared
                )
            case "date":
                return _Day(question.label, called=question.label, **shared)
            case "one":
                choices = list(question.choices.items())
                return _One(question.label, choices=choices, reveals=self._beneath(question), **shared)
            case "any":
                choices = list(question.choices.items())
                return _Any(question.label, choices=choices, reveals=self._beneath(question), **shared)
            case "tick":
                return _Any(_("Confirm"), choices=[(CONFIRM, question.label)], **shared)
        return self._files(question, shared)

    def _files(self, question: Question, shared: dict[str, Any]) -> Any:
        """The files of the record to choose from; none where the record has none."""
        known = self.known.get(question.id)
        if known is None:
            return None
        choices = list(known.choices.items())
        return _Any(question.label, choices=choices, **shared)

    def _beneath(self, question: Question) -> dict[str, tuple[str, ...]]:
        """By answer, the fields that the form asks beneath it and that this page draws."""
        below: dict[str, tuple[str, ...]] = {}
        for other in self.drawn:
            if other.under and other.under[0] == question.id:
                below[other.under[1]] = (*below.get(other.under[1], ()), other.id)
        return below

    def _ask_group(self, question: Question) -> None:
        """Ticks that belong together are one list; each is a field of the form by itself."""
        name = f"group-{question.group}"
        if name in self.fields:
            return
        ticks = [one for one in self.drawn if one.group == question.group]
        beneath = {
            tick.id: tuple(o.id for o in self.drawn if o.under == (tick.id, CONFIRM)) for tick in ticks
        }
        said = self.version.groups[question.group]
        field = _Any(
            said["label"],
            hint=said["hint"],
            required=False,
            says_optional=False,
            size="s",
            choices=[(tick.id, tick.label) for tick in ticks],
            reveals={key: names for key, names in beneath.items() if names},
        )
        field.question = question
        field.beside = next((b for tick in ticks if (b := self._beside(tick)) and b["known"]), None)
        self.fields[name] = field

    def _beside(self, question: Question) -> dict[str, Any] | None:
        """What the record says to this question, as `_beside.html` shows it; None where there is nothing to say."""
        known = self.known.get(question.id)
        if question.kind == "files":
            return None
        stored = self.stored.get(question.id)
        differs = bool(known and known.fills and stored is not None and stored["value"] != known.value)
        missing = self.missing.get(question.recorded) if known is None and not stored else None
        if known is None and missing is None:
            return None
        return {
            "known": known,
            "question": question,
            "differs": differs,
            "missing": missing,
            "written": stored is not None,
        }

    @property
    def values(self) -> dict[str, Any]:
        """The answers by field id, as `questions` describes them."""
        values: dict[str, Any] = {}
        for question in self.drawn:
            if question.group:
                values[question.id] = (
                    CONFIRM if question.id in self.cleaned_data[f"group-{question.group}"] else ""
                )
            elif question.id in self.fields:
                values[question.id] = _stored(question, self.cleaned_data[question.id])
        return values

    @classmethod
    def begin_with(cls, drawn: list[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers as the fields of this form begin with them."""
        begin: dict[str, Any] = {}
        for question in drawn:
            value = answers.get(question.id)
            if question.group:
                begin.setdefault(f"group-{question.group}", [])
                begin[f"group-{question.group}"] += [question.id] if value else []
            elif question.kind == "tick":
                begin[question.id] = [CONFIRM] if value else []
            else:
                begin[question.id] = (
                    value if value is not None else ([] if question.kind in ("any", "files") else "")
                )
        return begin


def _stored(question: Question, value: Any) -> Any:
    match question.kind:
        case "tick":
            return CONFIRM if value else ""
        case "date":
            return value.isoformat() if value else ""
    return value or ""


class ReviewForm(Form):
    asks = rules.REVIEW_ASKS

    decision = RadiosField(
        gettext_lazy("What have you decided?"),
        choices=[
            ("agree", gettext_lazy("It can be submitted as it is")),
            ("return", gettext_lazy("It goes back to its writer")),
        ],
        reveals={"agree": "note", "return": "reason"},
        missing=gettext_lazy("Choose whether it can be submitted"),
    )
    note = TextareaField(
        gettext_lazy("Your note"),
        hint=gettext_lazy("What you looked at, and what the person who submits it should know."),
        required=False,
        rows=4,
    )
    reason = TextareaField(
        gettext_lazy("What has to be looked at again?"),
        rows=4,
    )


class SubmittedForm(Form):
    asks = rules.SUBMITTED_ASKS

    on = DateField(
        gettext_lazy("On which day did you submit it?"),
        called=gettext_lazy("The day"),
        past=True,
    )
    reference = TextField(
        gettext_lazy("Which reference came back?"),
        hint=gettext_lazy("By e-mail, shortly after. It can be added later."),
        required=False,
        max_length=60,
        width=20,
    )


class ReferenceForm(Form):
    reference = TextField(
        gettext_lazy("Which reference came back?"),
        missing=gettext_lazy("Enter the reference"),
        max_length=60,
        width=20,
    )


class DecisionForm(Form):
    asks = rules.DECISION_ASKS

    stage = RadiosField(
        gettext_lazy("Which decision?"),
        choices=ReferralDecision.Stage.choices,
        missing=gettext_lazy("Choose which decision it is"),
    )
    result = RadiosField(
        gettext_lazy("What was decided?"),
        choices=ReferralDecision.Result.choices,
        missing=gettext_lazy("Choose what was decided"),
    )
    on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day of the decision"),
        past=True,
    )
    note = TextareaField(
        gettext_lazy("Note"),
        hint=gettext_lazy(
            "What it says about why, and what follows for the child. Who will tell the child, and when."
        ),
        required=False,
        rows=4,
    )
