"""While a child is missing, and when the child is back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy

from heard.cases.missing import rules
from heard.cases.missing.forms.shared import line, prose
from heard.cases.missing.models import Episode
from heard.cases.missing.rules import MISSING
from heard.govuk.forms import DateField, Form, MomentsForm, RadiosField, TimeField, WhenField, day_of


class FoundForm(MomentsForm):
    """How an episode ended."""

    asks = rules.FOUND_ASKS

    moments: ClassVar = {"found_at": ("found_when", "found_on", "found_time")}
    found_when = WhenField(
        gettext_lazy("When did the child come back, or was found?"),
        on="found_on",
        missing=gettext_lazy("Give the day of the return"),
    )
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
    found_where = line(
        gettext_lazy("Where?"), missing=gettext_lazy("Say where the child was found or came back to")
    )
    found_by = line(
        gettext_lazy("Found by whom?"),
        hint=gettext_lazy("Name and role, or that the child came back alone."),
        missing=gettext_lazy("Say who found the child, or that the child came back alone"),
    )
    condition = prose(
        gettext_lazy("How is the child?"),
        hint=gettext_lazy(
            "In plain words: well, tired, hungry, hurt, frightened. What was done for the child at once?"
        ),
        required=True,
    )
    check_by_police = RadiosField(
        gettext_lazy("Have the police seen the child since?"),
        hint=gettext_lazy("The prevention or safe-and-well check. It is not the interview."),
        choices=Episode.Check.choices,
        small=True,
    )
    check_note = prose(
        gettext_lazy("What came of it, or why not?"),
        hint=gettext_lazy("When, by whom, and what will prevent it. Where they have not, say why."),
        says_optional=False,
    )

    @property
    def found(self) -> dict[str, Any]:
        names = ("found_at", "found_where", "found_by", "condition", "check_by_police", "check_note")
        return {name: self.cleaned_data[name] for name in names}


FOUND_FIELDS = (
    "found_when",
    "found_time",
    "found_where",
    "found_by",
    "condition",
    "check_by_police",
    "check_note",
)


class EpisodeForm(MomentsForm):
    """What is known while a child is missing. First what everybody who looks for the child has to know."""

    asks = rules.EPISODE_ASKS

    moments: ClassVar = {
        "missing_from": ("missing_when", "missing_on", "missing_time"),
        "reported_at": ("reported_when", "reported_on", "reported_time"),
    }
    missing_when = WhenField(
        gettext_lazy("Since when is the child missing?"),
        on="missing_on",
        missing=gettext_lazy("Give the day from which the child is missing"),
    )
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
    last_seen_where = line(
        gettext_lazy("Where was the child seen last?"),
        missing=gettext_lazy("Say where the child was seen last"),
    )
    last_seen_by = line(
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
    from_detail = line(gettext_lazy("Which home, placement or place?"), required=False)
    danger = RadiosField(
        gettext_lazy("Is the child in danger?"),
        choices=Episode.Danger.choices,
        reveals={"yes": ("danger_why",)},
        small=True,
    )
    danger_why = prose(
        gettext_lazy("What is the danger?"),
        hint=gettext_lazy("From whom or what. What others do to the child, not what the child does."),
        required=True,
        missing=gettext_lazy("Say what the danger is"),
    )
    reported = RadiosField(
        gettext_lazy("Have the police been told?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        reveals={
            "yes": ("reported_when", "reported_time", "police_reference"),
            "no": ("why_not_reported",),
        },
        missing=gettext_lazy("Say whether the police have been told"),
        small=True,
    )
    reported_when = WhenField(
        gettext_lazy("When were they told?"),
        on="reported_on",
        hint=gettext_lazy("Leave it empty where it was the day since which the child is missing."),
        required=False,
        says_optional=False,
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
    police_reference = line(gettext_lazy("Police reference"), required=False, most=60)
    why_not_reported = prose(
        gettext_lazy("Why not?"),
        hint=gettext_lazy("If you are not sure whether to ring them, ring them."),
        required=True,
        missing=gettext_lazy("Say why the police have not been told"),
    )
    what_is_known = prose(
        gettext_lazy("What is known?"),
        hint=gettext_lazy("What was said and seen before, and what has been tried."),
        rows=5,
    )
    clothing = prose(gettext_lazy("What was the child wearing and carrying?"), rows=2)
    mood = prose(
        gettext_lazy("How was the child before?"),
        hint=gettext_lazy("Mood, and anything that happened that day."),
        rows=2,
    )
    money = prose(gettext_lazy("Money and cards"), rows=2)
    phone_state = prose(
        gettext_lazy("Phone"), hint=gettext_lazy("With the child? On or off? When was it last used?"), rows=2
    )

    def clean(self) -> dict[str, Any]:
        """The day since which the child is missing is not asked a second time, with the police."""
        answers = self.cleaned_data
        if answers.get("reported") == "yes" and "reported_on" not in self.errors:
            answers["reported_on"] = answers.get("reported_on") or day_of(
                answers.get("missing_when", ""), answers.get("missing_on")
            )
        return super().clean()

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
    reason = prose(
        gettext_lazy("Why was this no episode?"),
        hint=gettext_lazy(
            "Such as that it was noted on the wrong child. It stays readable, with your reason."
        ),
        required=True,
        missing=gettext_lazy("Say why this was no episode"),
    )
