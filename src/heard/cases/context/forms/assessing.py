"""What the assessment of a context asks. Shape and wording only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.context import rules
from heard.cases.stage.forms import RestingForm, resting
from heard.govuk.forms import CheckboxesField, DateField, Form, RadiosField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.knowledge.model import ContextSide


class FindingForm(RestingForm):
    """`sides`: on which such a context is assessed; `children`: whom it may name, by key; `sources`: on what it may rest."""

    asks = rules.FINDING_ASKS

    side = RadiosField(_("On which side?"))
    what = TextareaField(
        _("What is known?"),
        hint=_(
            "What happens and when, what is good there, what stops people who could help. Of numbers of children say “a few”."
        ),
        rows=4,
        max_length=5000,
    )
    source = TextField(_("Who says so, and how do they know?"), max_length=200)
    seen_on = DateField(_("When was it seen?"), called=_("The day"), past=True)
    rests_on = resting(
        _(
            "Who wrote this and who holds the context learn of it if one of them is withdrawn. Others read those that they may see."
        )
    )
    names = CheckboxesField(
        _("Does it name a child?"),
        hint=_(
            "Better not. Whom you tick, only those read it who may see that child; and it goes when that record is destroyed."
        ),
        required=False,
    )

    def __init__(
        self, *args: Any, sides: Sequence[ContextSide], children: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["side"].choices = [(side.id, side.label, side.help) for side in sides]
        fields["names"].choices = children
        if not sides:
            del self.fields["side"]
        if not children:
            del self.fields["names"]

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_finding` and `change_finding`."""
        names = [uuid.UUID(key) for key in self.cleaned_data.get("names") or ()]
        return self.cleaned_data | {"names": names, "rests_on": self.rests}


class ConcludeForm(Form):
    asks = rules.CONCLUDE_ASKS

    weighing = TextareaField(
        _("What drives the harm most, and why do you think so?"),
        hint=_("Which context, and what in it. Prose, no score."),
        rows=5,
        max_length=10000,
    )
    what_is_not_known = TextareaField(
        _("What is not known?"),
        hint=_("And who finds it out."),
        rows=3,
        max_length=5000,
    )


class SignForm(Form):
    asks = rules.SIGN_ASKS

    outcome = RadiosField(
        _("What do you decide?"),
        choices=[
            ("sign", _("I sign it off"), _("It does not change any more.")),
            ("back", _("It goes back to whoever wrote it")),
        ],
    )
    words = TextareaField(
        _("What do you say with it?"),
        hint=_("Where it goes back: what has to be looked at again."),
        required=False,
        rows=3,
        max_length=5000,
    )
