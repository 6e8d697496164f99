"""What is asked of the goals of a context and of who watches over it. Shape and wording only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.context import rules
from heard.cases.context.forms.opening import PUT_RIGHT
from heard.govuk.forms import DateField, Form, RadiosField, TextareaField, TextField


class GoalForm(Form):
    """`needs_review`: the context has no day yet on which its goals are looked at."""

    asks = rules.GOAL_ASKS

    text = TextareaField(
        _("What will be so?"),
        hint=_("A positive sentence about the place or group, not about what young people should do."),
        rows=2,
        max_length=1000,
    )
    measure = TextareaField(
        _("How will it be seen?"),
        hint=_("Who looks or asks, where and how often."),
        rows=2,
        max_length=1000,
    )
    review_on = DateField(_("When are the goals first reviewed?"), called=_("The day of the review"))

    def __init__(self, *args: Any, needs_review: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_review:
            del self.fields["review_on"]


class CorrectGoalForm(GoalForm):
    """The same in other words."""

    why = TextareaField(
        _("Why is this put right?"),
        hint=PUT_RIGHT,
        missing=rules.CORRECT_ASKS["why"],
        rows=2,
        max_length=2000,
    )


class EndGoalForm(Form):
    asks = rules.END_GOAL_ASKS

    state = RadiosField(
        _("Is it reached?"), choices=[("reached", _("Yes")), ("given_up", _("No, it is given up"))]
    )
    why = TextareaField(_("How is that known, or why is it given up?"), rows=3, max_length=2000)


class GuardianForm(Form):
    asks = rules.GUARDIAN_ASKS

    who = TextField(
        _("Who watches over it?"),
        hint=_(
            "Name and role: a shop, a park keeper, a teacher, a parent, somebody of the same age. No child’s name."
        ),
        max_length=200,
    )
    what_they_do = TextareaField(_("What do they do?"), rows=2, max_length=2000)
    whom_they_call = TextField(_("Whom do they call?"), hint=_("With the number"), max_length=200)
    asked_on = DateField(_("When were they asked?"), called=_("The day"), past=True)
    answer = RadiosField(
        _("What did they say?"),
        choices=[
            ("waiting", _("No answer yet")),
            ("yes", _("Yes")),
            ("ended", _("No; or they do it no longer")),
        ],
        reveals={"yes": "said_on", "ended": "why_ended"},
    )
    said_on = DateField(_("When did they say yes?"), called=_("The day"), past=True)
    why_ended = TextareaField(_("Why?"), rows=2, max_length=2000)
    look_again_on = DateField(
        _("When does somebody ask again?"),
        hint=_("Whether it is still so, or for the answer. Not needed where they said no."),
        called=_("The day of asking again"),
        required=False,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `ask_guardian` and `change_guardian`: only what belongs to the answer that was chosen."""
        kept = {
            "waiting": ("look_again_on",),
            "yes": ("said_on", "look_again_on"),
            "ended": ("why_ended",),
        }[self.cleaned_data["answer"]]
        names = ("who", "what_they_do", "whom_they_call", "asked_on", "answer", *kept)
        return {name: self.cleaned_data[name] for name in names}
