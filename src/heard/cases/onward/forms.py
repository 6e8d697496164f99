"""What referring a child to another team or agency asks, and answering it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.onward import rules
from heard.cases.onward.models import OnwardReferral
from heard.cases.onward.rules import OnwardRequest
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import Form, RadiosField, SelectField, TextareaField
from heard.network.rules import Level

if TYPE_CHECKING:
    from heard.network.queries import Whom


class ReferForm(ChildsViewForm):
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
    level = RadiosField(
        _("What do they see once they accept?"),
        choices=[(str(value), label) for value, label in OnwardReferral.Opens.choices],
        initial=str(int(Level.RECORD)),
        missing=_("Choose what they see once they accept"),
        small=True,
    )

    def __init__(self, *args: Any, people: Mapping[str, Whom], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["whom", "what", "why", *ChildsViewForm.base_fields, "level"])
        self.people = people
        self.fields["whom"].choices = [(key, person.label) for key, person in people.items()]  # type: ignore[attr-defined]

    @property
    def referred(self) -> dict[str, Any]:
        """For `refer_onward`."""
        answers = self.cleaned_data
        return {
            "whom": self.people[answers["whom"]],
            "asked": OnwardRequest(answers["what"], answers["why"], self.view),
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
