"""What is written down while a panel meets, and afterwards until its minutes are agreed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.case.forms import GivingForm
from heard.cases.case.rules import MOST_WHY
from heard.cases.disruption.models import DisruptionStep
from heard.cases.panel import rules
from heard.cases.panel.models import PanelItem, PanelSeat
from heard.cases.panel.rules import Came
from heard.cases.stage.forms import RestingForm, resting
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import (
    BoundField,
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.network.queries import Whom

PANEL = "panel"  # the choice that an action stays with the panel


class AttendanceForm(Form):
    """`seats`: the invitations, of each whether they came."""

    def __init__(self, *args: Any, seats: Iterable[PanelSeat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = list(seats)
        for seat in self.seats:
            came, instead = f"came-{seat.pk}", f"instead-{seat.pk}"
            called = f"{seat.user}, {seat.agency}" if seat.user else str(seat.agency)
            self.fields[came] = RadiosField(
                called,
                choices=PanelSeat.Came.choices,
                reveals={Came.SOMEBODY_ELSE: instead},
                small=True,
                initial=seat.came,
                missing=_("Record whether %(who)s attended") % {"who": called},
            )
            self.fields[instead] = TextField(
                _("Who came instead?"), missing=_(rules.WHO_CAME), max_length=120
            )

    @property
    def came(self) -> dict[int, tuple[str, str]]:
        """For `hold_panel`."""
        return {
            seat.pk: (self.cleaned_data[f"came-{seat.pk}"], self.cleaned_data.get(f"instead-{seat.pk}") or "")
            for seat in self.seats
        }


class NotesForm(Form):
    """`about_child`: else every agency of the panel reads it, so that no child is named."""

    notes = TextareaField(
        gettext_lazy("What is said"),
        hint=gettext_lazy("Everybody who takes part can type here. Write as if the child reads it one day."),
        required=False,
        rows=8,
    )

    def __init__(self, *args: Any, about_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not about_child:
            self.fields["notes"].help_text = _(
                "Everybody who takes part can type here, and every agency of the panel reads it: name no child."
            )


def _decision() -> TextareaField:
    return TextareaField(
        gettext_lazy("What is decided?"),
        hint=gettext_lazy("That nothing changes is a decision too."),
        rows=3,
    )


def _reason() -> TextareaField:
    return TextareaField(gettext_lazy("Why?"), rows=3)


def _resting() -> CheckboxesField:
    return resting(
        gettext_lazy(
            "Who decided it, who chairs the panel and who does something because of it learn of it if one of them is withdrawn. Others "
            "read those that they may see."
        )
    )


class DecisionForm(RestingForm):
    """About a place, a group or a theme."""

    asks = rules.DECISION_ASKS

    decision, reason, rests_on = _decision(), _reason(), _resting()
    view = None


class ChildDecisionForm(RestingForm, ChildsViewForm):
    """About a child: beside the child's words, or why they are not there."""

    asks = rules.DECISION_ASKS

    decision, reason, rests_on = _decision(), _reason(), _resting()

    def deciding(self) -> list[BoundField]:
        """The two that are not of the child's view."""
        return [self["decision"], self["reason"]]


class ActionForm(GivingForm):
    """`where`: in which outcome or case the action can live, as choices. `asks_kind`: whether it may become a step against
    what harms."""

    asks = rules.ACTION_ASKS

    what = TextareaField(
        gettext_lazy("What will be done?"),
        hint=gettext_lazy("By us. Nothing that leaves it to a child to stay safe."),
        rows=3,
    )
    where = RadiosField(
        gettext_lazy("Where does it belong?"),
        missing=gettext_lazy("Choose where the action belongs"),
        small=True,
    )
    kind = SelectField(
        gettext_lazy("If it is a disruption step: which kind?"),
        choices=DisruptionStep.Kind.choices,
        required=False,
    )
    owner = SelectField(
        gettext_lazy("Who does it, and for which agency?"), missing=gettext_lazy("Choose who does it")
    )
    due_on = DateField(
        gettext_lazy("By when?"),
        called=gettext_lazy("The date by when"),
    )

    field_order = ["what", "where", "kind", "owner", "why_involve", "due_on"]

    def __init__(self, *args: Any, where: list[tuple[str, str]], asks_kind: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = where  # type: ignore[attr-defined]
        if not asks_kind:
            del self.fields["kind"]

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_panel_action`."""
        place, _colon, key = self.cleaned_data["where"].partition(":")
        lands = {f"{place}_id": uuid.UUID(key)} if key else {}
        kind = (
            {"kind": self.cleaned_data["kind"] or DisruptionStep.Kind.OTHER.value} if place == "case" else {}
        )
        return {name: self.cleaned_data[name] for name in ("what", "due_on")} | self.given | lands | kind


class FinishForm(Form):
    asks = rules.FINISH_ASKS

    outcome = RadiosField(
        gettext_lazy("How did it go?"),
        choices=[("done", gettext_lazy("Done")), ("not_done", gettext_lazy("Could not be done"))],
    )
    note = TextareaField(
        gettext_lazy("What changed, or why could it not be done?"),
        hint=gettext_lazy("Needed if it could not be done: why not?"),
        required=False,
        rows=3,
    )


class InvolveForm(Form):
    asks = rules.INVOLVE_ASKS

    whom = SelectField(
        gettext_lazy("Which agency, or which team of it?"),
        hint=gettext_lazy(
            "A team that you choose sees the whole record, and nobody else of its agency by that. Of all of an agency, everybody does."
        ),
        missing=gettext_lazy("Choose the agency or the team"),
    )
    why = TextField(
        gettext_lazy("Why does the child need them to be involved?"),
        hint=gettext_lazy("It stands on the child’s page, with the reason."),
        max_length=MOST_WHY,
    )

    def __init__(self, *args: Any, parts: Mapping[str, Whom], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts = parts
        self.fields["whom"].choices = [(key, whom.label) for key, whom in parts.items()]  # type: ignore[attr-defined]

    def clean_whom(self) -> Whom:
        return self._parts[self.cleaned_data["whom"]]


class DissentForm(Form):
    """`agencies`: those of the panel, where the user may write it down for somebody else; else none."""

    asks = rules.DISSENT_ASKS

    said_by = TextField(
        gettext_lazy("Who does not agree?"),
        hint=gettext_lazy(
            "Name and role of somebody at the panel for whom you write it down. Leave it empty if it is you."
        ),
        required=False,
        max_length=120,
    )
    agency = SelectField(gettext_lazy("For which agency are they there?"), required=False)
    why = TextareaField(
        gettext_lazy("Why do you not agree?"),
        hint=gettext_lazy("It stands beside the decision, with name and agency, and stays there."),
        rows=4,
    )

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = agencies  # type: ignore[attr-defined]
        if agencies:
            self.fields["why"].label = _("Why?")
            self.fields["why"].error_messages["required"] = _("Say why")
        else:
            del self.fields["said_by"], self.fields["agency"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if answers.get("said_by") and not answers.get("agency"):
            self.add_error("agency", _("Choose for which agency they are there"))
        return answers

    @property
    def answered(self) -> dict[str, Any]:
        """For `dissent`."""
        said_by, agency = self.cleaned_data.get("said_by", ""), self.cleaned_data.get("agency")
        other = {"said_by": said_by, "agency_id": uuid.UUID(agency)} if said_by and agency else {}
        return {"why": self.cleaned_data["why"]} | other


class CorrectionForm(Form):
    """`items`: what can be corrected, by key; the attendance is the first choice."""

    asks = rules.CORRECTION_ASKS

    item = SelectField(
        gettext_lazy("What is corrected?"), missing=gettext_lazy("Choose what is corrected"), initial=PANEL
    )
    text = TextareaField(
        gettext_lazy("What should it say?"),
        hint=gettext_lazy(
            "What was written stays, and this stands beside it. About who came: name no child."
        ),
        rows=3,
    )

    def __init__(self, *args: Any, items: Iterable[PanelItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(item.pk), item.about) for item in items]
        self.fields["item"].choices = [(PANEL, _("Who came"), ""), *choices]  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `correct_minutes`."""
        item = self.cleaned_data["item"]
        return {"text": self.cleaned_data["text"], "item_id": None if item == PANEL else uuid.UUID(item)}
