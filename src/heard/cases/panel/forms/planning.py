"""A panel, its invitations and its agenda."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.panel import rules
from heard.cases.panel.models import PanelItem
from heard.govuk.forms import (
    BoundField,
    CheckboxesField,
    DateField,
    Form,
    MomentsForm,
    SelectField,
    TextareaField,
    TextField,
    TimeField,
)

if TYPE_CHECKING:
    from heard.agencies.models import User

type People = Mapping[str, tuple[User, str]]


def listed(people: People) -> list[tuple[str, str]]:
    """People by their keys, as choices."""
    return [(key, called) for key, (_user, called) in people.items()]


class PanelForm(MomentsForm):
    """`chairs`: who may chair. `agencies`: who is invited from the beginning; left out when a panel is changed. `asks_why`: of a meeting of
    another kind that has not begun, why it is held and who will use it."""

    asks = rules.PANEL_ASKS

    moments: ClassVar = {"starts_at": ("on", "at")}
    may_come: ClassVar = True
    purpose = TextareaField(
        gettext_lazy("Why is it held?"),
        hint=gettext_lazy(
            "What you do not understand yet, and what could change because of it. Name nobody: every agency that is invited reads it."
        ),
        rows=3,
        max_length=2000,
    )
    used_by = TextareaField(
        gettext_lazy("Who will use what comes out of it, and for what?"),
        hint=gettext_lazy("Say it before it begins. It does not change afterwards."),
        rows=2,
        max_length=2000,
    )
    on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day"),
        missing=gettext_lazy("Give the day on which it is held"),
    )
    at = TimeField(gettext_lazy("At what time?"), missing=gettext_lazy("Give the time at which it begins"))
    place = TextField(
        gettext_lazy("Where does it meet?"),
        hint=gettext_lazy("The room, or how to join it."),
        max_length=200,
    )
    chair = SelectField(
        gettext_lazy("Who chairs it?"),
        hint=gettext_lazy("Somebody whose role holds panels, or a supervisor of an agency that is invited."),
        missing=gettext_lazy("Choose who chairs the panel"),
    )
    agencies = CheckboxesField(
        gettext_lazy("Which agencies are invited?"),
        hint=gettext_lazy("One of their people can be invited by name afterwards."),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        chairs: People,
        agencies: list[tuple[str, str]] | None = None,
        asks_why: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.chairs = chairs
        if not asks_why:
            del self.fields["purpose"], self.fields["used_by"]
        self.fields["chair"].choices = listed(chairs)  # type: ignore[attr-defined]
        if agencies is None:
            del self.fields["agencies"]
        else:
            self.fields["agencies"].choices = agencies  # type: ignore[attr-defined]

    @property
    def answered(self) -> dict[str, Any]:
        """For `plan_panel` and `change_panel`."""
        chair, _called = self.chairs[self.cleaned_data["chair"]]
        asked = {"agencies": [uuid.UUID(key) for key in self.cleaned_data.get("agencies", [])]}
        given = {
            "starts_at": self.cleaned_data["starts_at"],
            "place": self.cleaned_data["place"],
            "chair": chair,
        }
        why = {name: self.cleaned_data[name] for name in ("purpose", "used_by") if name in self.fields}
        return given | why | (asked if "agencies" in self.fields else {})


class InviteForm(Form):
    agency = SelectField(gettext_lazy("An agency: whoever it sends"), required=False, says_optional=False)
    person = SelectField(gettext_lazy("Or one person, by name"), required=False, says_optional=False)

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["agency"].choices = agencies  # type: ignore[attr-defined]
        self.fields["person"].choices = listed(people)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if bool(answers.get("agency")) == bool(answers.get("person")):
            self.add_error("agency", _("Choose an agency, or one person by name"))
        return answers

    @property
    def answered(self) -> dict[str, Any]:
        """For `invite`."""
        if self.cleaned_data["person"]:
            return {"user": self.people[self.cleaned_data["person"]][0]}
        return {"agency_id": uuid.UUID(self.cleaned_data["agency"])}


class _NumberField(TextField):
    """A whole number in a short box; the cleaned value is the number, or None."""

    empty_value = None

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
            raise ValidationError(_("%(label)s: give a whole number, such as 10") % {"label": self.label})
        return int(typed)


_STEPS: Final = {"up": -1, "down": 1}  # of a button, by its value


class AgendaForm(Form):
    """The order and minutes of each item, what comes off and what comes back. `items`: those on the agenda, in its order; `off`: those
    that somebody took off. A button `move` (`up` or `down` and an item) puts one before or after its neighbour of the same section;
    `here` and an item leaves the places as they are typed, as a line that was dragged is sent."""

    off = CheckboxesField(gettext_lazy("Take off the agenda"), required=False)
    why_off = TextareaField(
        gettext_lazy("Why does what you ticked come off?"),
        hint=gettext_lazy("Such as: it was settled last week. It stays in sight below, and can be put back."),
        required=False,
        says_optional=False,  # it is not, once something is ticked
        rows=2,
        max_length=2000,
    )
    back = CheckboxesField(gettext_lazy("Put back onto the agenda"), required=False)
    lasts = _NumberField(
        gettext_lazy("Minutes of the whole meeting"),
        hint=gettext_lazy("They are shared over the items for which you give none."),
        required=False,
        width=3,
        inputmode="numeric",
    )

    def __init__(
        self, *args: Any, items: Iterable[PanelItem], off: Iterable[PanelItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items, taken = list(items), list(off)
        for number, item in enumerate(self.items, 1):
            place, minutes = self._names(item)
            about = {"about": item.about}
            self.fields[place] = _NumberField(
                _("Place in the order: %(about)s") % about, width=3, inputmode="numeric", initial=str(number)
            )
            self.fields[minutes] = _NumberField(
                _("Minutes: %(about)s") % about,
                width=3,
                inputmode="numeric",
                required=False,
                initial=str(item.minutes or ""),
            )
        self.fields["off"].choices = [(str(item.pk), item.about) for item in self.items]  # type: ignore[attr-defined]
        self.fields["back"].choices = [(str(item.pk), item.about, item.why_off) for item in taken]  # type: ignore[attr-defined]
        if not taken:
            del self.fields["back"]

    def of(self, item_id: uuid.UUID) -> tuple[BoundField, BoundField] | None:
        """The two fields of an item."""
        item = next((panel_item for panel_item in self.items if panel_item.pk == item_id), None)
        if item is None:
            return None
        place, minutes = self._names(item)
        return self[place], self[minutes]

    def is_off(self, item_id: uuid.UUID) -> bool:
        """Whether it is ticked to come off."""
        return str(item_id) in self["off"].answer

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        minutes = [answers.get(self._names(item)[1]) for item in self.items]
        lasts = answers.get("lasts")
        if lasts is not None and (why_not := rules.why_not_share(minutes=minutes, lasts=lasts)):
            self.add_error("lasts", _(why_not))
        return answers

    @property
    def moved(self) -> str:
        """The key of the item that a button moved; '' where none was pressed."""
        return str(self.data.get("move", "")).partition(":")[2]

    @property
    def answered(self) -> dict[str, Any]:
        """For `arrange_agenda`. What is ticked to come off stays ticked where a button moved an item."""
        names = [self._names(item) for item in self.items]
        minutes = [self.cleaned_data[given] for _place, given in names]
        if self.cleaned_data["lasts"] is not None:
            minutes = rules.share(minutes, self.cleaned_data["lasts"])
        order = {
            item.pk: (self.cleaned_data[place], given)
            for item, (place, _given), given in zip(self.items, names, minutes, strict=True)
        }
        if self.moved:
            return {"order": self._move(order)}
        chosen = {
            name: [uuid.UUID(key) for key in self.cleaned_data.get(name, [])] for name in ("off", "back")
        }
        return {"order": order, "why_off": self.cleaned_data["why_off"]} | chosen

    def _move(
        self, order: dict[uuid.UUID, tuple[int, int | None]]
    ) -> dict[uuid.UUID, tuple[int, int | None]]:
        """The order as it was typed, with one item before or after its neighbour."""
        moving = next((item for item in self.items if str(item.pk) == self.moved), None)
        if moving is None:
            return order
        agenda = [item for item in self.items if item.section == moving.section]
        agenda.sort(key=lambda item: order[item.pk][0])
        here = agenda.index(moving)
        there = here + _STEPS.get(self.data["move"].partition(":")[0], 0)
        if 0 <= there < len(agenda):
            agenda[here], agenda[there] = agenda[there], agenda[here]
        return order | {item.pk: (place, order[item.pk][1]) for place, item in enumerate(agenda, 1)}

    @staticmethod
    def _names(item: PanelItem) -> tuple[str, str]:
        return f"place-{item.pk}", f"minutes-{item.pk}"


class ThemeForm(Form):
    asks = rules.THEME_ASKS

    title = TextField(
        gettext_lazy("What is the theme?"),
        hint=gettext_lazy(
            "Something that several children live through. Name no child in it: every agency reads it."
        ),
        max_length=200,
    )
