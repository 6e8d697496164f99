"""What deciding on a worry asks, and what follows from it. Shape and wording only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

_STEP: Final = ("step_what", "step_owner", "step_due_on")


class DecideForm(Form):
    decision = RadiosField(_("What happens next?"), missing=_("Choose what happens next"), size="m")
    other_agency = SelectField(_("Which agency?"), missing=_("Choose the agency that takes this on"))
    step_what = TextareaField(
        _("What will be done?"),
        hint=_("For example: the licensing officer visits, and writes down what the owner agrees to"),
        missing=_("Say what will be done"),
        rows=3,
        max_length=5000,
    )
    step_owner = SelectField(_("Who will do it?"), missing=_("Choose who will do it"))
    step_due_on = DateField(_("By when?"), called=_("The day"), missing=_("Enter by when it will be done"))
    why_without_words = TextareaField(
        _("Why is this decided without the child’s own words?"),
        missing=_("Say why the decision is made without the child’s own words"),
        rows=3,
        max_length=5000,
    )
    reason = TextareaField(
        _("Reason for the decision"),
        hint=_("The child may read this one day."),
        missing=_("Give the reason for the decision"),
        rows=5,
        max_length=10000,
    )
    feedback = TextareaField(
        _("What will the person who told this read?"),
        hint=_("In plain words: what happens now, and that telling was right. No more than they may know."),
        missing=_("Write what the person who told this will read"),
        rows=4,
        max_length=5000,
    )
    why_alone = TextareaField(
        _("You told this worry yourself. Why can nobody else decide on it?"),
        hint=_("Somebody else looks at it with other eyes. Ask a colleague first."),
        missing=_("Say why nobody else can decide on it"),
        rows=3,
        max_length=5000,
    )

    def __init__(
        self,
        *args: Any,
        decisions: Iterable[tuple[str, str, str]],
        agencies: Iterable[tuple[str, str]],
        colleagues: Iterable[tuple[str, str]] = (),
        needs_words: bool,
        told_it: bool,
        **kwargs: Any,
    ) -> None:
        """`needs_words`: the child's words are not here. `colleagues`: who may be given a step, where there are steps."""
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["decision"].choices = decisions
        fields["decision"].reveals = {"other_agency": "other_agency"}
        fields["other_agency"].choices = agencies
        fields["step_owner"].choices = [("", _("Choose somebody")), *colleagues]
        unasked = {"why_without_words": not needs_words, "feedback": told_it, "why_alone": not told_it}
        steps = dict.fromkeys(_STEP, not colleagues)
        for name in (name for name, left_out in (unasked | steps).items() if left_out):
            del fields[name]

    def clean(self) -> dict[str, Any]:
        """What an agreed step needs is asked for only where one is agreed."""
        answers = super().clean() or {}
        if answers.get("decision") != "step":
            for name in _STEP:
                self.errors.pop(name, None)
                answers.pop(name, None)
        return answers


class FinishStepForm(Form):
    outcome = RadiosField(
        _("Was it done?"),
        choices=[("done", _("Yes")), ("not_done", _("It could not be done"))],
        missing=_("Say whether it was done"),
        size="m",
    )
    note = TextareaField(
        _("What changed, or why could it not be done?"),
        missing=_("Write what changed, or why it could not be done"),
        rows=4,
        max_length=5000,
    )


class ConcernedChildForm(Form):
    """A child who is tied to the place or group of a worry."""

    how_known = TextField(
        _("How is it known?"),
        hint=_("For example: named in this worry, seen there by a teacher"),
        missing=_("Say how it is known"),
        max_length=200,
    )


class StaffDecideForm(Form):
    """Of a worry about somebody who works with children. `told_it`: whoever decides told it. `user`: that person, where they
    are kept out of the record."""

    decision = RadiosField(
        _("What happens next?"),
        choices=[
            ("officer", _("I act on it"), _("As your own procedure says. It is kept outside Heard.")),
            ("no_further_action", _("No further action"), _("It stays with you, with your reason.")),
        ],
        missing=_("Choose what happens next"),
        size="m",
    )
    reason = TextareaField(
        _("Reason for the decision"), missing=_("Give the reason for the decision"), rows=5, max_length=10000
    )
    feedback = TextareaField(
        _("What will the person who told this read?"),
        hint=_("In plain words: what happens now, and that telling was right. No more than they may know."),
        missing=_("Write what the person who told this will read"),
        rows=4,
        max_length=5000,
    )
    again = RadiosField(
        _("May that person see the child’s record again?"),
        choices=[("no", _("No")), ("yes", _("Yes, from now on"))],
        missing=_("Say whether they may see the record again"),
        small=True,
    )

    def __init__(self, *args: Any, told_it: bool, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if told_it:
            del self.fields["feedback"]
        if user is None:
            del self.fields["again"]

    @property
    def decided(self) -> dict[str, Any]:
        """For `decide_on_staff`."""
        answers = self.cleaned_data
        said = {name: answers[name] for name in ("decision", "reason")}
        return said | {
            "feedback": answers.get("feedback", ""),
            "lets_in_again": answers.get("again") == "yes",
        }
