"""Shape and wording of what the pages on sharing ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.attachment.forms import abuse_field
from heard.cases.sharing import rules
from heard.cases.sharing.bases import Basis
from heard.cases.sharing.models import InfoRequest, Share
from heard.cases.sharing.pieces import CHRONOLOGY, GROUPS, Piece
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.environment import day, how_read
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    FileField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

OUTSIDE = "outside"
_YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
_DUTY = ("is_relevant", "harms_more")  # asked where the duty to share holds here
_HINT = 120  # characters of a piece that the choice shows


class OtherSideForm(Form):
    """`agencies`: those of the partnership. The other side is one of them, or somebody outside."""

    agency = RadiosField(
        gettext_lazy("Which agency?"),
        choices=[],
        reveals={OUTSIDE: ("outside",)},
        missing=gettext_lazy("Choose the agency, or say that it is outside the partnership"),
        small=True,
    )
    outside = TextField(
        gettext_lazy("Which organisation?"),
        missing=gettext_lazy("Name the organisation"),
        max_length=200,
    )

    def __init__(self, *args: Any, agencies: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(agency.pk), agency.name) for agency in agencies]
        outside = (OUTSIDE, _("Outside the partnership"))
        self.fields["agency"].choices = [*named, outside]  # type: ignore[attr-defined]

    @property
    def agency_id(self) -> uuid.UUID | None:
        chosen = self.cleaned_data["agency"]
        return None if chosen == OUTSIDE else uuid.UUID(chosen)

    @property
    def organisation(self) -> str:
        return "" if self.agency_id else self.cleaned_data["outside"]


def begin_other_side(agency_id: Any, outside: str) -> dict[str, Any]:
    return {"agency": str(agency_id) if agency_id else OUTSIDE, "outside": outside}


class PeriodForm(Form):
    """Of the chronology: from when to when."""

    since = DateField(gettext_lazy("Chronology from"), called=gettext_lazy("The first day"), required=False)
    until = DateField(gettext_lazy("Chronology to"), called=gettext_lazy("The last day"), required=False)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        since, until = answers.get("since"), answers.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end is before the beginning. Check both days."))
        return answers


class PrepareForm(OtherSideForm, PeriodForm):
    """`pieces`: everything of the record that can be chosen."""

    purpose = TextareaField(
        gettext_lazy("What is it for?"),
        hint=gettext_lazy("What it does for the child when the other side knows this."),
        missing=gettext_lazy("Say what sharing this is for"),
        rows=3,
    )
    to_person = TextField(
        gettext_lazy("To whom there?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Name the person it goes to"),
        max_length=200,
    )
    to_user_id = SelectField(
        gettext_lazy("Do they use Heard?"),
        hint=gettext_lazy(
            "Then they find it on My work. Without a name, whoever leads at an agency that uses Heard finds it there."
        ),
        required=False,
    )
    how = RadiosField(
        gettext_lazy("How will it get there?"),
        hint=gettext_lazy(
            "Nothing leaves Heard by itself. To those who do not use it, you take it from here once it is decided."
        ),
        choices=Share.How.choices,
        missing=gettext_lazy("Choose how it will get there"),
        small=True,
    )
    free_text = TextareaField(gettext_lazy("Anything else, in your words"), required=False, rows=4)
    names = RadiosField(
        gettext_lazy("Other people’s names"),
        hint=gettext_lazy(
            "People around the child who are on record. Look at the preview: names that are not on record stay."
        ),
        choices=[
            ("keep", gettext_lazy("The other side needs them")),
            ("leave", gettext_lazy("Leave them out")),
        ],
        missing=gettext_lazy("Choose whether other people’s names are shared"),
        small=True,
    )

    def __init__(
        self, *args: Any, pieces: Iterable[Piece], people: Mapping[str, tuple[Any, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        nobody = ("", _("Nobody by name"))
        self.fields["to_user_id"].choices = [  # type: ignore[attr-defined]
            nobody,
            *((key, called) for key, (_user, called) in people.items()),
        ]
        grouped: dict[str, list[Piece]] = {}
        for piece in pieces:
            grouped.setdefault(piece.group, []).append(piece)
        self.groups = list(grouped)
        for group, ones in grouped.items():
            choices = [(piece.key, piece.label, _hint(piece)) for piece in ones]
            self.fields[f"pieces_{group}"] = CheckboxesField(
                GROUPS[group], choices=choices, required=False, size="s"
            )
        self.order_fields(
            ["purpose", "agency", "outside", "to_person", "to_user_id", "how"]
            + [f"pieces_{group}" for group in self.groups if group != CHRONOLOGY]
            + [f"pieces_{CHRONOLOGY}", "since", "until", "free_text", "names"]
        )

    @property
    def prepared(self) -> dict[str, Any]:
        """What `prepare_share` and `change_share` take."""
        answers = self.cleaned_data
        names = ("purpose", "to_person", "how", "since", "until", "free_text")
        chosen = [key for group in self.groups for key in answers[f"pieces_{group}"]]
        return {name: answers[name] for name in names} | {
            "pieces": chosen,
            "leave_out_names": answers["names"] == "leave",
            "to_agency_id": self.agency_id,
            "to_outside": self.organisation,
            "to_user_id": self._user_id,
        }

    @property
    def _user_id(self) -> int | None:
        """Of somebody at the agency. Outside the partnership nobody is one of its users."""
        chosen = self.cleaned_data["to_user_id"]
        return int(chosen) if chosen and self.agency_id else None


def _hint(piece: Piece) -> str:
    text = " ".join(piece.text.split())
    return text if len(text) <= _HINT else f"{text[:_HINT].rstrip()}…"


class DecideForm(ChildsViewForm):
    """The child's view first; then the decision, with its lawful basis where it is a share."""

    asks = rules.DECIDE_ASKS

    told = RadiosField(
        gettext_lazy("Has the child been told?"),
        choices=Share.Told.choices,
        reveals={"told": ("told_how",), "not_told": ("told_why",)},
        small=True,
    )
    told_how = TextareaField(
        gettext_lazy("When, by whom, and what did the child say?"),
        required=False,
        rows=2,
    )
    told_why = TextareaField(
        gettext_lazy("Why not, and when will the child be told?"),
        rows=2,
    )
    is_relevant = RadiosField(
        gettext_lazy("Do you consider it relevant to the child’s safety or welfare?"),
        choices=_YES_NO,
        small=True,
        missing=rules.DUTY_ASKS["is_relevant"],
    )
    harms_more = RadiosField(
        gettext_lazy("Would telling it harm the child more than not telling it?"),
        hint=gettext_lazy(
            "The duty to share asks both, and that it may help the other side in their work. Give your reason below, also where you refuse."
        ),
        choices=_YES_NO,
        small=True,
        missing=rules.DUTY_ASKS["harms_more"],
    )
    decision = RadiosField(
        gettext_lazy("Your decision"),
        choices=[("shared", gettext_lazy("Share it")), ("refused", gettext_lazy("Do not share it"))],
        reveals={"shared": ("basis", "basis_note", "readable_until")},
    )
    basis = RadiosField(
        gettext_lazy("On which lawful basis?"),
        choices=[],
        small=True,
    )
    basis_note = TextareaField(
        gettext_lazy("More about the basis"),
        hint=gettext_lazy(
            "Such as the law, or the condition for sensitive data that your data protection officer named. Needed for consent: why is it right here?"
        ),
        required=False,
        rows=2,
    )
    readable_until = DateField(
        gettext_lazy("Until when can they read it in Heard?"),
        hint=gettext_lazy("Leave it empty for the day on which this decision is looked at again."),
        called=gettext_lazy("The last day on which they can read it"),
        required=False,
    )
    why = TextareaField(
        gettext_lazy("Why?"),
        hint=gettext_lazy("A decision not to share needs a reason as much as one to share."),
        missing=gettext_lazy("Give the reason"),
        rows=4,
    )
    review_on = DateField(
        gettext_lazy("When is this looked at again?"),
        called=gettext_lazy("The day"),
    )

    def __init__(
        self, *args: Any, bases: Iterable[Basis], delivered: bool, duty: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in () if duty else _DUTY:
            del self.fields[name]
        if not delivered:
            del self.fields["readable_until"]
            self.fields["decision"].reveals = {"shared": ("basis", "basis_note")}  # type: ignore[attr-defined]
        self.fields["basis"].choices = [(base.id, base.label, _basis_hint(base)) for base in bases]  # type: ignore[attr-defined]

    @property
    def decided(self) -> dict[str, Any]:
        """What `decide_share` takes, but for the child's view and what was read."""
        answers = self.cleaned_data
        told = answers["told_how"] if answers["told"] == "told" else answers["told_why"]
        names = ("decision", "why", "told", "review_on")
        given = {name: answers[name] for name in names}
        basis = {"basis": answers["basis"] or "", "basis_note": answers["basis_note"] or ""}
        until = {"readable_until": answers.get("readable_until")}
        duty = {name: answers[name] == "yes" for name in _DUTY if name in answers}
        return given | basis | until | duty | {"told_note": told or ""}


def _basis_hint(basis: Basis) -> str:
    source = _("Source: %(source)s") % {"source": basis.source}
    return f"{_(basis.help)} {source}. {how_read(basis.confidence)}"


class WithdrawForm(Form):
    asks = rules.WITHDRAW_ASKS

    why = TextareaField(
        gettext_lazy("Why is it withdrawn?"),
        hint=gettext_lazy(
            "They read that it was withdrawn, and no longer what it said. Who opened it before stays on record."
        ),
        rows=3,
    )


class ReviewForm(Form):
    note = TextareaField(
        gettext_lazy("What did you find?"),
        hint=gettext_lazy("Is the decision still right? Is what was shared still needed there?"),
        missing=gettext_lazy("Say what you found"),
        rows=4,
    )
    next_review_on = DateField(
        gettext_lazy("When is it looked at again?"),
        hint=gettext_lazy("Leave it empty if it need not be."),
        called=gettext_lazy("The next day"),
        required=False,
    )


class RequestForm(OtherSideForm):
    asks = rules.REQUEST_ASKS

    direction = RadiosField(
        gettext_lazy("Who asks whom?"),
        choices=InfoRequest.Direction.choices,
    )
    who = TextField(
        gettext_lazy("Who is the person there?"),
        hint=gettext_lazy("Name and role"),
        max_length=200,
    )
    what = TextareaField(
        gettext_lazy("What is asked for?"),
        rows=3,
    )
    why = TextareaField(
        gettext_lazy("What is it needed for?"),
        rows=3,
    )
    asked_on = DateField(
        gettext_lazy("On which day was it asked for?"),
        called=gettext_lazy("The day"),
        past=True,
    )
    due_on = DateField(
        gettext_lazy("When is the answer due back?"),
        hint=gettext_lazy("The day that the two of you agreed, or by which you need it."),
        called=gettext_lazy("The day on which it is due back"),
    )
    field_order = ["direction", "agency", "outside", "who", "what", "why", "asked_on", "due_on"]

    @property
    def noted(self) -> dict[str, Any]:
        """What `note_request` takes."""
        names = ("direction", "who", "what", "why", "asked_on", "due_on")
        given = {name: self.cleaned_data[name] for name in names}
        return given | {"agency_id": self.agency_id, "outside": self.organisation}


class AnswerForm(Form):
    answer = RadiosField(
        gettext_lazy("How was it answered?"),
        choices=[choice for choice in InfoRequest.State.choices if choice[0] != "open"],
        missing=gettext_lazy("Choose how it was answered"),
    )
    note = TextareaField(
        gettext_lazy("What does the answer say?"),
        hint=gettext_lazy("Where it was refused or partly answered: why."),
        missing=gettext_lazy("Write down the answer, or why there is none"),
        rows=5,
    )
    on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day of the answer"),
        past=True,
        missing=gettext_lazy("Give the day of the answer"),
    )
    upload = FileField(gettext_lazy("A file of the answer"), required=False)
    may_show_abuse = abuse_field()
    share_id = SelectField(
        gettext_lazy("Which decision to share answers it?"),
        hint=gettext_lazy("What was shared with them, or refused, since they asked."),
        required=False,
    )

    def __init__(self, *args: Any, shares: Iterable[Share], **kwargs: Any) -> None:
        """`shares`: those that may be the answer; where there are none, nobody is asked."""
        super().__init__(*args, **kwargs)
        found = [(str(share.pk), f"{day(share.decided_at)}, {share.get_state_display()}") for share in shares]
        self.fields["share_id"].choices = [("", _("None of these")), *found]  # type: ignore[attr-defined]
        if not found:
            del self.fields["share_id"]

    @property
    def answered(self) -> dict[str, Any]:
        """What `answer_request` takes."""
        share = self.cleaned_data.get("share_id")
        said = {name: self.cleaned_data[name] for name in ("answer", "note", "on")}
        return said | {"share_id": uuid.UUID(share) if share else None}


class AskedForm(AnswerForm):
    """The same from whoever is asked, who need not see the record: nothing is attached to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, shares=(), **kwargs)
        for name in ("upload", "may_show_abuse"):
            del self.fields[name]


class ChaseForm(Form):
    asks = rules.CHASE_ASKS

    on = DateField(
        gettext_lazy("On which day?"),
        called=gettext_lazy("The day of the reminder"),
        past=True,
        missing=gettext_lazy("Give the day of the reminder"),
    )
    note = TextareaField(
        gettext_lazy("Whom did you remind, and what did they say?"),
        rows=3,
    )
