"""What is asked to write a plan in a child's words, and to say that the child has it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.govuk.environment import day
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from heard.cases.case.models import Words
    from heard.cases.plan.models import Plan

SHORT = 600  # characters in one piece: the whole has to fit on one page


class OwnPlanForm(Form):
    """One field for each outcome and action of the plan, then the rest. `words`: those that may stand on it."""

    reach = TextareaField(
        gettext_lazy("How can the child reach the trusted worker?"),
        hint=gettext_lazy("In their words: “Text or ring Sol on …, also in the evening.”"),
        required=False,
        rows=2,
        max_length=SHORT,
    )
    words = SelectField(
        gettext_lazy("Which of the child’s own words stand on it?"),
        hint=gettext_lazy("Ask the child. What is on paper may be read by others."),
        required=False,
    )
    what_changed = TextareaField(
        gettext_lazy("What changed because of these words?"), required=False, rows=2, max_length=SHORT
    )
    if_unsafe = TextareaField(
        gettext_lazy("If I do not feel safe: whom I can call, and where I can go"),
        required=False,
        rows=3,
        max_length=SHORT,
    )
    who_knows = TextareaField(
        gettext_lazy("Who knows what about me"), required=False, rows=2, max_length=SHORT
    )
    next_steps = TextareaField(
        gettext_lazy("What happens next, and when"), required=False, rows=2, max_length=SHORT
    )

    def __init__(self, *args: Any, plan: Plan, words: Iterable[Words], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rest, self.fields = self.fields, {}
        self.outcome_keys: dict[str, uuid.UUID] = {}
        self.action_keys: dict[str, uuid.UUID] = {}
        for outcome in plan.outcomes.all():
            self._ask(
                "outcome", outcome, outcome.text, self.outcome_keys, _("What will be different: “%(text)s”")
            )
            for action in outcome.actions.all():
                self._ask("action", action, action.what, self.action_keys, _("What we do: “%(text)s”"))
        self.fields |= rest
        choices = [("", _("None")), *((str(word.pk), _called(word)) for word in words)]
        self.fields["words"].choices = choices  # type: ignore[attr-defined]

    def _ask(self, kind: str, row: Any, text: str, keys: dict[str, uuid.UUID], label: str) -> None:
        name = f"{kind}-{row.pk.hex}"
        keys[name] = row.pk
        self.fields[name] = TextareaField(
            label % {"text": Truncator(text).chars(200)},
            hint=_("For the child, with “we” and “you”."),
            initial=row.plain,
            required=False,
            rows=2,
            max_length=SHORT,
        )

    @property
    def answered(self) -> dict[str, Any]:
        """For `write_own_plan`."""
        given, words = self.cleaned_data, self.cleaned_data["words"]
        prose = {name: given[name] for name in type(self).base_fields if name != "words"}
        return prose | {
            "words_id": uuid.UUID(words) if words else None,
            "outcomes": {key: given[name] for name, key in self.outcome_keys.items()},
            "actions": {key: given[name] for name, key in self.action_keys.items()},
        }


class GiveForm(Form):
    was_given = RadiosField(
        gettext_lazy("Does the child have the plan?"),
        choices=[("yes", gettext_lazy("Yes, it was given to the child")), ("no", gettext_lazy("No"))],
        reveals={"yes": ("given_on", "given_by"), "no": ("why_not",)},
        missing=gettext_lazy("Choose whether the child has the plan"),
    )
    given_on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day on which the child was given the plan"),
    )
    given_by = TextField(
        gettext_lazy("By whom?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Say who gave it to the child"),
        max_length=120,
    )
    why_not = TextareaField(
        gettext_lazy("Why not?"),
        hint=gettext_lazy("For example: it is not safe at home, and the child reads it with the worker."),
        missing=gettext_lazy("Say why the child does not have the plan"),
        rows=3,
        max_length=2000,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `give_own_plan`."""
        given = self.cleaned_data
        if given["was_given"] == "yes":
            return {"given_on": given["given_on"], "given_by": given["given_by"]}
        return {"why_not": given["why_not"]}


def _called(words: Words) -> str:
    return f"{day(words.heard_on)}: {words.in_quotes(80)}"
