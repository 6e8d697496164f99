"""What is said at a mapping meeting, why nothing is done about a name, and what was learnt at a conference."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.panel import rules
from heard.cases.panel.models import PanelItem
from heard.cases.stage.forms import RestingForm, resting
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import BoundField, CheckboxesField, Form, SelectField, TextareaField, TextField
from heard.network.forms.tying import BASIS, MORE, KnowsForm, TieForm, ask_own_words
from heard.network.rules import OTHER


def _of_a_meeting(form: KnowsForm, invited: Collection[str], agency: str) -> None:
    """At a meeting it is always said by somebody: one of the agencies that are `invited`, or a role. `agency`: whose word it counts as."""
    del form.fields["who_reach"]  # everybody there heard it
    who: Any = form.fields["who"]
    who.label, who.required = _("Who says so here?"), True
    who.help_text = _(
        "Agency or role, such as police. It counts as the word of %(agency)s, who can withdraw it, since you write it down."
    ) % {"agency": agency}
    who.attributes = {"list": "who-says"}
    form.invited = list(invited)  # type: ignore[attr-defined]
    who.error_messages["required"] = _(rules.SAID_ASKS["who"])
    how: Any = form.fields["how"]
    how.reveals, how.small = {}, True


class SaidForm(KnowsForm):
    """A tie between two of those that were chosen."""

    asks = rules.SAID_ASKS
    folds = MappingProxyType(
        {
            gettext_lazy("Since when, in other words, how sure it is, and who may read it"): (
                "in_words",
                "basis",
                *MORE,
            ),
        }
    )

    one = SelectField(gettext_lazy("Who or what?"), missing=gettext_lazy("Choose whom or what it is said of"))
    kind = SelectField(gettext_lazy("What ties them?"), missing=gettext_lazy("Say what ties them"))
    in_words = TextField(
        gettext_lazy("In your own words"),
        hint=gettext_lazy("Where nothing in the list fits, or to say more, such as sister."),
        max_length=60,
        required=False,
    )
    other = SelectField(gettext_lazy("With whom or what?"), missing=gettext_lazy("Choose with whom or what"))
    basis = SelectField(
        gettext_lazy("On what does it rest that they are said to harm?"),
        hint=gettext_lazy("Only for “is said to harm”."),
        choices=(("", gettext_lazy("This is another tie")), *BASIS),
        required=False,
    )

    def __init__(
        self, *args: Any, items: Collection[PanelItem], invited: Collection[str], agency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _of_a_meeting(self, invited, agency)
        names = list({str(item.node_id): item.about for item in items}.items())
        kinds = rules.ties_there_can_be({item.end for item in items})
        kinds.append((OTHER, _("Something else, in my own words")))
        for name, choices in (("one", names), ("other", names), ("kind", kinds)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        ask_own_words(self, typed)
        return typed

    @property
    def answered(self) -> dict[str, Any]:
        """For `note_said`, but for how it is known."""
        typed = self.cleaned_data
        ends = {f"{end}_id": uuid.UUID(typed[end]) for end in ("one", "other")}
        return ends | {"kind": typed["kind"], "in_words": typed["in_words"] or ""}


class SaidOfNewForm(TieForm):
    """A tie of one of those that were chosen to somebody or something else."""

    def __init__(self, *args: Any, invited: Collection[str], agency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_a_meeting(self, invited, agency)


def _resting() -> CheckboxesField:
    return resting(
        gettext_lazy(
            "Who said that nothing is done and who chairs the meeting learn of it if one of them is withdrawn. Others read those that they may see."
        )
    )


class NothingForm(RestingForm):
    """Of a name that is no child's: why nothing is done about it, and on what that rests."""

    asks = rules.NOTHING_ASKS

    reason, rests_on = TextareaField(gettext_lazy("Nothing, because …"), rows=3), _resting()
    view = None


class ChildNothingForm(RestingForm, ChildsViewForm):
    """As `NothingForm`, of a child: beside the child's words, or why they are not there."""

    asks = rules.NOTHING_ASKS

    reason, rests_on = TextareaField(gettext_lazy("Nothing, because …"), rows=3), _resting()

    def deciding(self) -> list[BoundField]:
        """The one that is not of the child's view."""
        return [self["reason"]]


class LearntForm(Form):
    """`children`: for whose plans something may have been learnt, as choices."""

    asks = rules.LEARNT_ASKS

    children = CheckboxesField(
        gettext_lazy("For whose plan?"),
        hint=gettext_lazy(
            "Only children whom you may see and who are tied to it. Each gets a note of their own, and their worker learns of it."
        ),
    )
    text = TextareaField(
        gettext_lazy("What was learnt, and what does it mean for them?"),
        hint=gettext_lazy("It stands in the record of each child whom you choose. Name nobody else there."),
        rows=4,
    )

    def __init__(self, *args: Any, children: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["children"].choices = children  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `write_learnt`."""
        chosen = [uuid.UUID(key) for key in self.cleaned_data["children"]]
        return {"children": chosen, "text": self.cleaned_data["text"]}
