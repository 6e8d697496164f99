"""Shape and wording of what the pages about missing children ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import time
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.assessment.forms import ChildsViewForm
from heard.cases.assessment.rules import MAX_PROSE
from heard.cases.missing import rules
from heard.cases.missing.actions import MISSING
from heard.cases.missing.models import Episode, Interview, InterviewOffer
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField, TextField

NEW = "new"


class TimeField(TextField):
    """A time of day in one box, forgiving in how it is written; the cleaned value is a time, or None."""

    empty_value = None

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("hint", gettext_lazy("Such as 14:30 or 2:30pm"))
        super().__init__(label, width=10, max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        read = rules.read_time(str(typed))
        if read is None:
            raise ValidationError(_("Give the time as 14:30 or 2:30pm"), code="time")
        return read

    def answer(self, value: Any) -> str:
        return f"{value:%H:%M}" if isinstance(value, time) else super().answer(value)


class MomentsForm(Form):
    """`moments`: a name for each pair of a day and a time. The cleaned data has the moment under that name, or None."""

    moments: ClassVar[dict[str, tuple[str, str]]] = {}

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        for name, (on, at) in self.moments.items():
            day, hour = answers.get(on), answers.get(at)
            answers[name] = None
            if day and hour is not None:
                answers[name] = self._moment(at, rules.moment(day, hour, timezone.get_current_timezone()))
        return answers

    def _moment(self, at: str, moment: Any) -> Any:
        if moment is None:
            self.add_error(at, _("The clocks went forward that night, so there was no such time. Check it."))
        elif moment > timezone.now():
            self.add_error(at, _("That time has not come yet. Check the day and the time."))
        return moment


def parts_of(name: str, moment: Any) -> dict[str, Any]:
    """What the two boxes of a moment begin with."""
    there = localtime(moment) if moment else None
    return {f"{name}_on": there.date() if there else None, f"{name}_time": f"{there:%H:%M}" if there else ""}


def _prose(label: Any, *, hint: Any = "", required: bool = False, missing: Any = "", rows: int = 3) -> Any:
    return TextareaField(
        label, hint=hint, required=required, missing=missing, rows=rows, max_length=MAX_PROSE
    )


def _line(label: Any, *, hint: Any = "", required: bool = True, missing: Any = "", most: int = 200) -> Any:
    return TextField(label, hint=hint, required=required, missing=missing, max_length=most)


class FoundForm(MomentsForm):
    """How an episode ended."""

    moments: ClassVar = {"found_at": ("found_on", "found_time")}
    found_on = DateField(
        gettext_lazy("On which day did the child come back, or was found?"),
        called=gettext_lazy("The day of the return"),
        past=True,
        missing=gettext_lazy("Give the day of the return"),
    )
    found_time = TimeField(
        gettext_lazy("At what time?"),
        hint=gettext_lazy("Such as 14:30 or 2:30pm. The time allowed for the interview starts here."),
        missing=gettext_lazy("Give the time of the return"),
    )
    found_where = _line(
        gettext_lazy("Where?"), missing=gettext_lazy("Say where the child was found or came back to")
    )
    found_by = _line(
        gettext_lazy("Found by whom?"),
        hint=gettext_lazy("Name and role, or that the child came back alone."),
        missing=gettext_lazy("Say who found the child, or that the child came back alone"),
    )
    condition = _prose(
        gettext_lazy("How is the child?"),
        hint=gettext_lazy(
            "In plain words: well, tired, hungry, hurt, frightened. What was done for the child at once?"
        ),
        required=True,
        missing=gettext_lazy("Say how the child is"),
    )
    check_by_police = RadiosField(
        gettext_lazy("Have the police seen the child since?"),
        hint=gettext_lazy("The prevention or safe-and-well check. It is not the interview."),
        choices=Episode.Check.choices,
        missing=gettext_lazy("Say whether the police have seen the child since, or that it is not known"),
        small=True,
    )
    check_note = _prose(
        gettext_lazy("What came of it, or why not?"),
        hint=gettext_lazy("When, by whom, and what will prevent it."),
    )

    @property
    def found(self) -> dict[str, Any]:
        names = ("found_at", "found_where", "found_by", "condition", "check_by_police", "check_note")
        return {name: self.cleaned_data[name] for name in names}


FOUND_FIELDS = (
    "found_on",
    "found_time",
    "found_where",
    "found_by",
    "condition",
    "check_by_police",
    "check_note",
)


class EpisodeForm(MomentsForm):
    """What is known while a child is missing. First what everybody who looks for the child has to know."""

    moments: ClassVar = {
        "missing_from": ("missing_on", "missing_time"),
        "reported_at": ("reported_on", "reported_time"),
    }
    missing_on = DateField(
        gettext_lazy("Missing since which day?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day from which the child is missing"),
    )
    missing_time = TimeField(
        gettext_lazy("Since what time?"),
        missing=gettext_lazy("Give the time from which the child is missing"),
    )
    last_seen_where = _line(
        gettext_lazy("Where was the child seen last?"),
        missing=gettext_lazy("Say where the child was seen last"),
    )
    last_seen_by = _line(
        gettext_lazy("Who saw the child last?"),
        hint=gettext_lazy("Name and who they are to the child"),
        missing=gettext_lazy("Say who saw the child last"),
    )
    from_where = RadiosField(
        gettext_lazy("Missing from where?"),
        choices=Episode.FromWhere.choices,
        missing=gettext_lazy("Choose where the child is missing from"),
        small=True,
    )
    from_detail = _line(gettext_lazy("Which home, placement or place?"), required=False)
    danger = RadiosField(
        gettext_lazy("Is the child in danger?"),
        choices=Episode.Danger.choices,
        reveals={"yes": ("danger_why",)},
        missing=gettext_lazy("Say whether the child is in danger, or that it is not known"),
        small=True,
    )
    danger_why = _prose(
        gettext_lazy("What is the danger?"),
        hint=gettext_lazy("From whom or what. What others do to the child, not what the child does."),
        required=True,
        missing=gettext_lazy("Say what the danger is"),
    )
    reported = RadiosField(
        gettext_lazy("Have the police been told?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        reveals={
            "yes": ("reported_on", "reported_time", "police_reference"),
            "no": ("why_not_reported",),
        },
        missing=gettext_lazy("Say whether the police have been told"),
        small=True,
    )
    reported_on = DateField(
        gettext_lazy("On which day were they told?"),
        called=gettext_lazy("The day"),
        past=True,
        missing=gettext_lazy("Give the day on which the police were told"),
    )
    reported_time = TimeField(
        gettext_lazy("At what time?"), missing=gettext_lazy("Give the time at which the police were told")
    )
    police_reference = _line(gettext_lazy("Police reference"), required=False, most=60)
    why_not_reported = _prose(
        gettext_lazy("Why not?"),
        hint=gettext_lazy("If you are not sure whether to ring them, ring them."),
        required=True,
        missing=gettext_lazy("Say why the police have not been told"),
    )
    what_is_known = _prose(
        gettext_lazy("What is known?"),
        hint=gettext_lazy("What was said and seen before, and what has been tried."),
        rows=5,
    )
    clothing = _prose(gettext_lazy("What was the child wearing and carrying?"), rows=2)
    mood = _prose(
        gettext_lazy("How was the child before?"),
        hint=gettext_lazy("Mood, and anything that happened that day."),
        rows=2,
    )
    money = _prose(gettext_lazy("Money and cards"), rows=2)
    phone_state = _prose(
        gettext_lazy("Phone"), hint=gettext_lazy("With the child? On or off? When was it last used?"), rows=2
    )

    @property
    def said(self) -> dict[str, Any]:
        """What `note_missing` and `change_episode` take."""
        answers = self.cleaned_data
        values = {name: answers[name] for name in MISSING}
        if answers["reported"] == "yes":
            return values | {"why_not_reported": ""}
        return values | {"reported_at": None, "police_reference": ""}


class NoteForm(EpisodeForm, FoundForm):
    """A new episode; with its end, where somebody hears of it afterwards."""

    moments: ClassVar = EpisodeForm.moments | FoundForm.moments
    is_back = RadiosField(
        gettext_lazy("Is the child back?"),
        choices=[("no", gettext_lazy("No, the child is missing now")), ("yes", gettext_lazy("Yes"))],
        reveals={"yes": FOUND_FIELDS},
        missing=gettext_lazy("Say whether the child is back"),
    )
    field_order = [*EpisodeForm.base_fields, "is_back", *FoundForm.base_fields]

    @property
    def back(self) -> dict[str, Any] | None:
        return self.found if self.cleaned_data["is_back"] == "yes" else None


class TakeBackForm(Form):
    reason = _prose(
        gettext_lazy("Why was this no episode?"),
        hint=gettext_lazy(
            "Such as that it was noted on the wrong child. It stays readable, with your reason."
        ),
        required=True,
        missing=gettext_lazy("Say why this was no episode"),
    )


class OfferForm(MomentsForm):
    moments: ClassVar = {"offered_at": ("offered_on", "offered_time")}
    outcome = RadiosField(
        gettext_lazy("What did the child answer?"),
        choices=InterviewOffer.Outcome.choices,
        reveals={
            "accepted": ("accepted_by",),
            "declined": ("declined_by", "declined_why"),
            "not_offered": ("not_offered_why",),
        },
        missing=gettext_lazy("Choose what the child answered, or that it was not offered"),
    )
    offered_on = DateField(
        gettext_lazy("On which day was it offered?"),
        called=gettext_lazy("The day of the offer"),
        past=True,
        required=False,
    )
    offered_time = TimeField(gettext_lazy("At what time?"), required=False)
    accepted_by = _line(
        gettext_lazy("Who offered it?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Say who offered the interview"),
    )
    declined_by = _line(
        gettext_lazy("Who offered it?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Say who offered the interview"),
    )
    declined_why = _prose(
        gettext_lazy("What did the child say about why not, and what was offered instead?"),
        hint=gettext_lazy(
            "Somebody else, another place, another day, in writing. It is offered again each time."
        ),
        required=True,
        missing=gettext_lazy("Say what the child said about why not, or that no reason was given"),
    )
    not_offered_why = _prose(
        gettext_lazy("Why was it not offered?"),
        required=True,
        missing=gettext_lazy("Say why the interview was not offered"),
    )
    field_order = ["offered_on", "offered_time", "outcome"]

    @property
    def offer(self) -> dict[str, Any]:
        answers, outcome = self.cleaned_data, self.cleaned_data["outcome"]
        return {
            "outcome": outcome,
            "offered_at": answers["offered_at"],
            "by_whom": answers.get(f"{outcome}_by") or "",
            "why": answers.get(f"{outcome}_why") or "",
        }


class InterviewForm(MomentsForm, ChildsViewForm):
    """Who, when and where; the child's own words; then questions of which each may stay without an answer."""

    moments: ClassVar = {"held_at": ("held_on", "held_time")}
    held_on = DateField(
        gettext_lazy("On which day was the interview?"),
        called=gettext_lazy("The day of the interview"),
        past=True,
        missing=gettext_lazy("Give the day of the interview"),
    )
    held_time = TimeField(
        gettext_lazy("At what time did it begin?"), missing=gettext_lazy("Give the time of the interview")
    )
    where = _line(
        gettext_lazy("Where?"),
        hint=gettext_lazy("A place that the child chose, if possible."),
        missing=gettext_lazy("Say where the interview was"),
    )
    with_whom = _line(
        gettext_lazy("Who spoke with the child?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Say who spoke with the child"),
    )
    independent = _line(
        gettext_lazy("How are they independent?"),
        hint=gettext_lazy("Such as: works for another organisation, and does not look after the child."),
        missing=gettext_lazy("Say how they are independent"),
    )
    who_else = _line(gettext_lazy("Who else was there?"), required=False)
    where_was = _prose(gettext_lazy("Where was the child?"))
    who_with = _prose(gettext_lazy("With whom?"))
    pushed = _prose(
        gettext_lazy("What made the child leave?"),
        hint=gettext_lazy("What was hard where the child lives, or before."),
    )
    pulled = _prose(
        gettext_lazy("What drew the child elsewhere?"),
        hint=gettext_lazy("Who or what was there. What others offered, asked or threatened."),
    )
    would_help = _prose(gettext_lazy("What would help, as the child sees it?"))
    to_reviewer = RadiosField(
        gettext_lazy("Has what the child said been passed on to the independent reviewing officer?"),
        choices=Interview.Passed.choices,
        required=False,
        small=True,
    )
    to_police = RadiosField(
        gettext_lazy("And to the police?"), choices=Interview.Passed.choices, required=False, small=True
    )
    passed_on = _prose(
        gettext_lazy("What was passed on, when, and to whom else?"),
        hint=gettext_lazy("And whether the child knows."),
    )
    field_order = ["held_on", "held_time", "where", "with_whom", "independent", "who_else"]

    @property
    def answered(self) -> dict[str, Any]:
        """What `record_interview` takes, but for the child's view."""
        names = (
            "held_at", "where", "with_whom", "independent", "who_else", "where_was", "who_with", "pushed", "pulled",
            "would_help", "to_reviewer", "to_police", "passed_on",
        )  # fmt: skip
        return {name: self.cleaned_data[name] for name in names}


class AnswerForm(Form):
    """Somebody or somewhere that the child spoke of. `found`: (key, name, why) of those on record who may be meant;
    None before anybody has looked."""

    name = _line(
        gettext_lazy("Name"),
        hint=gettext_lazy("What the child called them, if no name is known."),
        missing=gettext_lazy("Give a name"),
        most=120,
    )
    postcode = _line(gettext_lazy("Postcode, if known"), required=False, most=8)
    tie = _line(
        gettext_lazy("What does the child have to do with them?"),
        missing=gettext_lazy("Say what the child has to do with it"),
        most=60,
    )
    since = DateField(gettext_lazy("Since when?"), called=gettext_lazy("The date"), past=True, required=False)
    choice = RadiosField(
        gettext_lazy("Who is meant?"),
        choices=[],
        reveals={NEW: ("kind",)},
        missing=gettext_lazy("Choose one of those on record, or say that it is somebody or somewhere new"),
    )
    kind = _line(
        gettext_lazy("What kind of place is it?"),
        hint=gettext_lazy("Such as house, shop, park or station"),
        missing=gettext_lazy("Say what kind of place it is"),
        most=60,
    )

    def __init__(
        self, *args: Any, end: str, found: Iterable[tuple[str, str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if end != "place":
            del self.fields["postcode"]
        {
            "person": self._ask_about_a_person,
            "place": self._ask_about_a_place,
            "group": self._ask_about_a_group,
        }[end]()
        if found is None:
            del self.fields["choice"], self.fields["kind"]
        else:
            new = _("Nobody of these: add them") if end == "person" else _("None of these: add it")
            self.fields["choice"].choices = [*found, (NEW, new)]  # type: ignore[attr-defined]

    def _ask_about_a_person(self) -> None:
        self.fields["tie"].help_text = _("Such as: friend, was with, gives lifts to, is afraid of")
        self.fields["kind"] = RadiosField(
            _("Is this an adult or a child?"),
            choices=[("adult", _("An adult, or the age is not known")), ("child", _("A child"))],
            missing=_("Say whether this is an adult or a child"),
            small=True,
        )

    def _ask_about_a_place(self) -> None:
        self.fields["tie"].label = _("What does the child have to do with it?")
        self.fields["tie"].help_text = _("Such as: was there, stays there, was taken there")
        self.fields["choice"].label = _("Which place is meant?")

    def _ask_about_a_group(self) -> None:
        self.fields["tie"].help_text = _("Such as: was with them, is afraid of them, carries things for them")
        self.fields["choice"].label = _("Which group is meant?")
        self.fields["kind"] = _line(
            _("What kind of group is it?"),
            hint=_("Such as friends, family or gang"),
            missing=_("Say what kind of group it is"),
            most=60,
        )

    def _revealed(self) -> Iterable[tuple[str, str, str]]:
        yield from super()._revealed()
        if "choice" in self.fields:
            yield "choice", NEW, "kind"

    @property
    def answer(self) -> dict[str, Any]:
        answers = self.cleaned_data
        names = ("name", "tie", "since", "choice")
        given = {name: answers[name] for name in names}
        return given | {"kind": answers.get("kind") or "", "postcode": answers.get("postcode") or ""}


class PhilomenaForm(Form):
    """`photos`: the child's pictures, to choose from."""

    description = _prose(
        gettext_lazy("What does the child look like?"),
        hint=gettext_lazy(
            "Names they go by, height, build, hair, eyes, skin, glasses, anything that stands out."
        ),
        rows=4,
    )
    photo = SelectField(
        gettext_lazy("Photo"),
        hint=gettext_lazy("One of the pictures among the child’s files."),
        required=False,
    )
    associates = _prose(
        gettext_lazy("Friends, family and people around the child"),
        hint=gettext_lazy("With telephone numbers. Who is safe to ring, and who is not."),
        rows=5,
    )
    places = _prose(
        gettext_lazy("Addresses and places"),
        hint=gettext_lazy("Where the child has lived, goes to, or was found before."),
        rows=5,
    )
    medical = _prose(
        gettext_lazy("Health and medicine"),
        hint=gettext_lazy("What the child needs, by when, and what happens without it. Doctor and dentist."),
    )
    finance = _prose(gettext_lazy("Money"), hint=gettext_lazy("Bank, cards, where money comes from."))
    social_media = _prose(
        gettext_lazy("Social media"), hint=gettext_lazy("Names that the child uses, and where. No passwords.")
    )
    phone = _prose(gettext_lazy("Phone"), hint=gettext_lazy("Numbers, networks, make. Whose name it is in."))
    transport = _prose(
        gettext_lazy("Getting about"), hint=gettext_lazy("Travel cards, bicycle, stations and routes.")
    )
    what_helps = _prose(
        gettext_lazy("What helps?"),
        hint=gettext_lazy(
            "How to speak with the child, who the child trusts, languages, fears, and what calms."
        ),
        rows=4,
    )
    prepared_with = _line(
        gettext_lazy("Who wrote this with you?"),
        hint=gettext_lazy("The carers, and the child if they want to."),
        required=False,
    )

    def __init__(self, *args: Any, photos: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(photo.pk), photo.what or photo.name) for photo in photos]
        self.fields["photo"].choices = [("", _("No photo")), *named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["photo"]

    @property
    def written(self) -> dict[str, Any]:
        photo = self.cleaned_data.get("photo")
        texts = {name: value for name, value in self.cleaned_data.items() if name != "photo"}
        return texts | {"photo_id": uuid.UUID(photo) if photo else None}


PART_LABELS = {name: field.label for name, field in PhilomenaForm.base_fields.items()}
