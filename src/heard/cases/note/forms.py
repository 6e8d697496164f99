"""What is asked about a contact. Thirty seconds on a phone: what it was, when, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.cases.case.rules import likely
from heard.cases.note import rules
from heard.cases.note.actions import NotePart
from heard.cases.note.models import ContactNote
from heard.cases.note.rules import MOST_CHILDREN
from heard.govuk.dates import moment_of
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    TextareaField,
    TextField,
    TimeField,
    WhenField,
    day_of,
)

if TYPE_CHECKING:
    from heard.knowledge.model import Item, Release

_WORDS = 2000  # characters of what was noticed of one sign
_NOON = time(12, 0)  # where a day is known and no time


class NoteForm(Form):
    asks = rules.NOTE_ASKS

    kind = RadiosField(
        _("What was it?"),
        choices=ContactNote.Kind.choices,
        reveals={"earlier": "source"},
        missing=_("Say what it was"),
        small=True,
    )
    source = TextField(_("From which record is it taken?"), max_length=300)
    when = WhenField(_("When?"), on="on")
    on = DateField(_("Which day?"), called=_("The day"), past=True, missing=_("Give the day"))
    seen = RadiosField(
        _("Was the child seen?"),
        hint=_("Say so of each visit and meeting. Seen alone means without those who look after them."),
        choices=ContactNote.Seen.choices,
        required=False,
        says_optional=False,
        small=True,
    )
    text = TextareaField(
        _("What happened, and what did you notice?"),
        hint=_("What you saw and heard, before what you think of it. The child may read this one day."),
        rows=5,
        max_length=20000,
    )
    words = TextareaField(
        _("What did the child say?"),
        hint=_("In their own words. It is kept with everything that the child said."),
        required=False,
        rows=3,
        max_length=5000,
    )
    at_time = TimeField(_("At what time, if you know it?"), required=False)
    where = TextField(_("Where?"), required=False, max_length=200)
    who_was_there = TextField(_("Who was there?"), required=False, max_length=300)
    next = TextareaField(_("What comes next, and who does it?"), required=False, rows=2, max_length=2000)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        answers["at"] = self._moment(answers)
        return answers

    def _moment(self, answers: dict[str, Any]) -> datetime | None:
        now = timezone.localtime()
        day, hour = day_of(answers.get("when", ""), answers.get("on")), answers.get("at_time")
        if day is None:
            return None
        if hour is None:
            return now if day == now.date() else moment_of(day, _NOON, timezone.get_current_timezone())
        return moment_of(day, hour, timezone.get_current_timezone())

    @property
    def answered(self) -> dict[str, Any]:
        """For `write_note` and `correct_note`."""
        names = ("kind", "at", "text", "seen", "words", "where", "who_was_there", "next", "source")
        return {name: self.cleaned_data[name] for name in names}


class TogetherForm(NoteForm):
    """One contact with several children: what is common once, then a part for each. `people`: the children, by key."""

    text = TextareaField(
        _("What was common to all?"),
        hint=_(
            "It stands in the record of each child: leave the children’s names out. You can leave it empty."
        ),
        required=False,
        says_optional=False,
        rows=3,
        max_length=10000,
    )

    def __init__(self, *args: Any, people: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        seen: Any = self.fields["seen"]
        for name in ("seen", "words", "next"):
            del self.fields[name]
        for key, person in people.items():
            called = {"name": person}
            self.fields[f"{key}_seen"] = RadiosField(
                gettext("Was %(name)s seen?") % called,
                choices=seen.choices,
                required=False,
                says_optional=False,
                small=True,
            )
            self.fields[f"{key}_text"] = TextareaField(
                gettext("What about %(name)s?") % called,
                hint=_("In this child’s record alone."),
                required=False,
                says_optional=False,
                rows=3,
                max_length=10000,
            )
            self.fields[f"{key}_words"] = TextareaField(
                gettext("What did %(name)s say?") % called,
                hint=_("In their own words."),
                required=False,
                says_optional=False,
                rows=2,
                max_length=5000,
            )
            self.fields[f"{key}_next"] = TextareaField(
                gettext("What comes next for %(name)s, and who does it?") % called,
                required=False,
                says_optional=False,
                rows=2,
                max_length=2000,
            )

    @property
    def together(self) -> dict[str, Any]:
        """For `write_together`."""
        said = self.cleaned_data
        parts = [
            NotePart(person.pk, **{name: said[f"{key}_{name}"] for name in ("text", "seen", "words", "next")})
            for key, person in self.people.items()
        ]
        common = ("kind", "at", "text", "where", "who_was_there", "source")
        return {name: said[name] for name in common} | {"parts": parts}


class ChooseChildrenForm(Form):
    """About which children. `people`: those whom the writer may write about, by key."""

    child = CheckboxesField(_("About which children?"), missing=_("Choose the children"))

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].choices = list(people.items())  # type: ignore[attr-defined]

    def clean_child(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["child"]
        if len(chosen) > MOST_CHILDREN:
            raise ValidationError(
                _("Choose %(most)s children at most. Write a second note for the others.")
                % {"most": MOST_CHILDREN}
            )
        return chosen


class SignsForm(Form):
    """What was noticed: each sign or vulnerability that is ticked, in a few words, or as the note says it. What is left alone
    stays as it was. `noted`: the text of the note, whose sentences offer the signs that they may speak of."""

    signs = CheckboxesField(_("Signs of harm now"), choices=[], required=False, says_optional=False)
    vulnerabilities = CheckboxesField(_("Vulnerabilities"), choices=[], required=False, says_optional=False)

    def __init__(self, *args: Any, release: Release, noted: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noted, self.spoken_of = noted, likely(noted, release.phrases)
        for name, entries in (("signs", release.signs), ("vulnerabilities", release.vulnerabilities)):
            boxes = cast("CheckboxesField", self.fields[name])
            boxes.choices = [self._choice(entry) for entry in entries]
            boxes.reveals = {entry.id: entry.id for entry in entries}
            for entry in entries:
                self.fields[entry.id] = TextareaField(
                    _("What did you notice?"),
                    hint=_("Leave it empty to take the words of the note."),
                    required=False,
                    says_optional=False,
                    rows=2,
                    max_length=_WORDS,
                )

    def _choice(self, entry: Item) -> tuple[str, ...]:
        words = self.spoken_of.get(entry.id)
        return (
            (entry.id, entry.label, gettext("You wrote: “%(words)s”") % {"words": words})
            if words
            else (entry.id, entry.label)
        )

    @property
    def noticed(self) -> dict[str, str]:
        """For `mark_signs`: the words of each, by its id."""
        ticked = (*self.cleaned_data["signs"], *self.cleaned_data["vulnerabilities"])
        return {
            item: self.cleaned_data[item].strip() or (self.spoken_of.get(item) or self.noted)[:_WORDS]
            for item in ticked
        }


class CorrectNoteForm(NoteForm):
    asks = rules.CORRECT_NOTE_ASKS

    why_corrected = TextField(_("Why is it corrected?"), max_length=1000)

    @property
    def answered(self) -> dict[str, Any]:
        return super().answered | {"why_corrected": self.cleaned_data["why_corrected"]}


class DirectionForm(Form):
    asks = rules.DIRECTION_ASKS

    text = TextareaField(
        _("Case direction"),
        hint=_("What you decide, and why. It stands beside the note with your name."),
        rows=4,
        max_length=5000,
    )
