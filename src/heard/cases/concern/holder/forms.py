"""What is asked of those who decide whether to tell. Shape and wording only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.concern.holder.rules import DECIDE_ASKS
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField

if TYPE_CHECKING:
    from heard.agencies.models import User


class HolderForm(Form):
    """`there`: who is on duty now and can be told alone, by key, each with what they are called."""

    asks = DECIDE_ASKS

    outcome = RadiosField(_("Do you tell?"), size="m")
    told = SelectField(_("Whom?"))
    reason = TextareaField(
        _("Why not yet?"),
        hint=_("Only those who decide about this record read it."),
        rows=3,
        max_length=2000,
    )
    look_again_on = DateField(_("When do you look at it again?"), called=_("The day"))

    def __init__(self, *args: Any, there: Mapping[str, tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.there = there
        fields: dict[str, Any] = self.fields
        fields["outcome"].choices = [
            ("tell", _("Tell those who decide on the worry"), _("They read that your agency knows more, and to speak to you.")),
            *([("one", _("Tell one person who is on duty, and nobody else"), "")] if there else []),
            ("not_yet", _("Not yet"), _("Nobody learns anything. You look at it again on a day.")),
        ]  # fmt: skip
        fields["told"].choices = [
            ("", _("Choose somebody")),
            *((key, called) for key, (_who, called) in there.items()),
        ]
        reveals: dict[str, Any] = {"not_yet": ("reason", "look_again_on")}
        fields["outcome"].reveals = reveals | ({"one": "told"} if there else {})
        if not there:
            del fields["told"]

    @property
    def answered(self) -> dict[str, Any]:
        """For `decide_whether_to_tell`."""
        answers = self.cleaned_data
        return {
            "outcome": answers["outcome"],
            "told": self.there.get(answers.get("told") or "", (None, ""))[0],
            "reason": answers.get("reason") or "",
            "look_again_on": answers.get("look_again_on"),
        }
