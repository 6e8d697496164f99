"""What is asked of whoever brings a chart in, says who is meant, accepts rows, or takes a drawing out. Shape and wording only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import (
    CheckboxesField,
    FileField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from heard.graph.exchange import rules
from heard.network.forms.tying import BASIS, NEW, TYPES, KnowsForm
from heard.network.rules import HandleType, NodeKind

_KINDS: Final = (
    (NodeKind.PERSON, _("Person")),
    (NodeKind.PLACE, _("Place")),
    (NodeKind.GROUP, _("Group")),
    *TYPES,
)
_NEW: Final = {
    NodeKind.PERSON: (_("Another: an adult who is not in Heard yet"), _("For a child who is not in Heard yet, tell a worry about them first.")),
    NodeKind.PLACE: (_("Another: a place that is not in Heard yet"), ""),
    NodeKind.GROUP: (_("Another: a group that is not in Heard yet"), ""),
    NodeKind.HANDLE: (_("Another: as it is written"), ""),
}  # fmt: skip


class BringForm(KnowsForm):
    """Of a chart as a whole: what holds for each of its rows."""

    asks = rules.BRING_ASKS
    field_order = ("file", "from_whom", "why")

    file = FileField(
        _("The chart"),
        hint=_("CSV, a ZIP file of CSV tables, GraphML or FollowTheMoney. At most 5,000 ties."),
    )
    from_whom = TextField(
        _("Who made it?"),
        hint=_("Name or role, and organisation. It is not passed on outside."),
        max_length=120,
    )
    why = TextareaField(
        _("Why is it brought in?"), hint=_("Do not write a child’s name."), rows=2, max_length=500
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("how", "who", "who_reach", "words", "valid_from", "valid_to"):
            del self.fields[name]
        for name in ("source_grade", "known_grade"):
            self.fields[name].help_text = _("Leave it where you cannot say. It holds for each row.")

    @property
    def given(self) -> dict[str, str]:
        names = ("from_whom", "why", "reach", "source_grade", "known_grade", "handling", "conditions")
        return {name: self.cleaned_data[name] or "" for name in names}


class WhoForm(Form):
    """Whom or what a name means. `found`: what it may mean, as (key, called, why)."""

    choice = RadiosField(_("Who or what is it?"), missing=_("Choose one, or “Another”"))
    what = TextField(
        _("What kind is it?"), hint=_("For example shop, park, friends."), max_length=60, required=False
    )

    def __init__(
        self, *args: Any, end: str, found: Iterable[tuple[str, str, str]], writable: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        new, hint = _NEW[NodeKind(end)]
        choices = [*found, *([(NEW, new, hint)] if writable else [])]
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]
        if end in (NodeKind.PLACE, NodeKind.GROUP):
            self.fields["choice"].reveals = {NEW: "what"}  # type: ignore[attr-defined]
        else:
            del self.fields["what"]


class KindForm(Form):
    kind = SelectField(_("It is something else:"), choices=_KINDS, missing=_("Choose what it is"))

    @property
    def said(self) -> dict[str, str]:
        kind = self.cleaned_data["kind"]
        is_handle = kind in set(HandleType)
        return {"kind": NodeKind.HANDLE if is_handle else kind, "type_": kind if is_handle else ""}


class RowsForm(Form):
    """Which rows are so. `rows`: those that can be accepted, as (key, what it says, more); `harm`: one of them says that somebody harms."""

    rows = CheckboxesField(_("Which of these are so?"), missing=_("Tick the rows that are so, or leave them"))
    basis = SelectField(
        _("On what does it rest that they are said to harm?"),
        hint=_("Only for a row that says “is said to harm”: accept each of these by itself."),
        choices=(("", _("None of the ticked rows says so")), *BASIS),
        required=False,
    )

    def __init__(self, *args: Any, rows: Sequence[tuple[str, str, str]], harm: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rows"].choices = rows  # type: ignore[attr-defined]
        self.fields["rows"].error_messages["invalid_choice"] = _(
            "A row that you ticked has been accepted meanwhile, or somebody else is meant now. Look at the rows again"
        )
        if not harm:
            del self.fields["basis"]


class TakeForm(Form):
    """`formats`, `bases`: as (value, label, help)."""

    asks = rules.TAKE_ASKS

    format = RadiosField(_("In which form?"), small=True)
    recipient = TextField(_("For whom is it?"), hint=_("Name, role and organisation."), max_length=200)
    purpose = TextareaField(
        _("What is it for?"),
        hint=_("What it does for the children when the other side knows this. It stands in the file."),
        rows=2,
        max_length=500,
    )
    basis = RadiosField(_("On which lawful basis?"), small=True)
    basis_note = TextareaField(
        _("More about the basis"),
        hint=_("Needed for consent: why is it right here?"),
        required=False,
        rows=2,
        max_length=300,
    )

    def __init__(self, *args: Any, formats: Any, bases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = formats  # type: ignore[attr-defined]
        self.fields["basis"].choices = bases  # type: ignore[attr-defined]

    @property
    def taking(self) -> dict[str, str]:
        return {
            name: self.cleaned_data[name] or ""
            for name in ("format", "recipient", "purpose", "basis", "basis_note")
        }


class ReleaseForm(Form):
    asks = rules.RELEASE_ASKS

    agrees = RadiosField(
        _("May it be taken out?"), choices=[("yes", _("Yes, it may")), ("no", _("No, it stays here"))]
    )
    why = TextareaField(_("Why?"), rows=2, max_length=300)


def more(*said: str) -> str:
    return _now(" · ").join(filter(None, said))
