"""What referring a child to another team or agency asks, and answering it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.onward import rules
from heard.cases.onward.models import OnwardReferral
from heard.cases.onward.rules import Asked
from heard.govuk.forms import Form, RadiosField, SelectField, TextareaField
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.network.queries import Whom


class ReferForm(Form):
    """`people`: teams and agencies, by key."""

    asks = rules.REFER_ASKS

    whom = SelectField(_("To whom?"), missing=_("Choose the team or agency"))
    what = TextareaField(
        _("What are they asked to do for the child?"),
        rows=3,
    )
    why = TextareaField(
        _("Why them, and what do they need to know to decide?"),
        hint=_("They read this before they accept, and no more of the record."),
        rows=5,
    )
    child_says = TextareaField(
        _("What does the child say about it?"),
        hint=_("Or why the child was not asked."),
        rows=3,
    )
    level = RadiosField(
        _("What do they see once they accept?"),
        choices=[(str(value), label) for value, label in OnwardReferral.Opens.choices],
        initial=str(int(Level.RECORD)),
        missing=_("Choose what they see once they accept"),
        small=True,
    )

    def __init__(self, *args: Any, people: Mapping[str, Whom], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["whom"].choices = [(key, one.label) for key, one in people.items()]  # type: ignore[attr-defined]

    @property
    def referred(self) -> dict[str, Any]:
        """For `refer_onward`."""
        answers = self.cleaned_data
        return {
            "whom": self.people[answers["whom"]],
            "asked": Asked(answers["what"], answers["why"], answers["child_says"]),
            "level": Level(int(answers["level"])),
        }


class AnswerOnwardForm(Form):
    asks = rules.ANSWER_ONWARD_ASKS

    accepts = RadiosField(
        _("Do you accept it?"),
        choices=[("yes", _("Accept it")), ("no", _("Refuse it"))],
        size="m",
    )
    answer = TextareaField(
        _("What happens first, and who does it? Or why is it refused?"),
        hint=_("Whoever sent it reads this. The child may read it one day."),
        missing=_("Say what happens first, or give the reason"),
        rows=4,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `answer_onward`."""
        return {"accepts": self.cleaned_data["accepts"] == "yes", "answer": self.cleaned_data["answer"]}


class WithdrawOnwardForm(Form):
    asks = rules.WITHDRAW_ONWARD_ASKS

    why = TextareaField(
        _("Why is it withdrawn?"),
        hint=_("The other side reads that it was withdrawn, and why."),
        rows=3,
    )
