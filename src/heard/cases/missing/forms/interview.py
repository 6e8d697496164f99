"""The interview after coming back: offered, held, and whom and what the child spoke of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.missing import rules
from heard.cases.missing.forms.shared import line, prose
from heard.cases.missing.models import Interview, InterviewOffer
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import DateField, Form, MomentsForm, RadiosField, TimeField

NEW = "new"
_SAID_ALREADY = ("heard_on", "heard_by", "asked_on")
_MOST_HEARD_BY = 120  # characters that stand beside the child's words; the interview has all of them


class OfferForm(MomentsForm):
    asks = rules.OFFER_ASKS

    moments: ClassVar = {"offered_at": ("offered_on", "offered_time")}
    outcome = RadiosField(
        gettext_lazy("What did the child answer?"),
        choices=InterviewOffer.Outcome.choices,
        reveals={
            "accepted": ("accepted_by",),
            "declined": ("declined_by", "declined_why"),
            "not_offered": ("not_offered_why",),
        },
    )
    offered_on = DateField(
        gettext_lazy("On which day was it offered?"),
        called=gettext_lazy("The day of the offer"),
        past=True,
        required=False,
    )
    offered_time = TimeField(gettext_lazy("At what time?"), required=False)
    accepted_by = line(
        gettext_lazy("Who offered it?"),
        hint=gettext_lazy("Name and role"),
    )
    declined_by = line(
        gettext_lazy("Who offered it?"),
        hint=gettext_lazy("Name and role"),
    )
    declined_why = prose(
        gettext_lazy("What did the child say about why not, and what was offered instead?"),
        hint=gettext_lazy(
            "Somebody else, another place, another day, in writing. It is offered again each time."
        ),
        required=True,
    )
    not_offered_why = prose(
        gettext_lazy("Why was it not offered?"),
        required=True,
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
    """Who, when and where; the child's own words; then questions of which each may stay without an answer.

    What the child says is heard, or the child asked, on the day of the interview, and by whoever held it: neither is asked twice.
    """

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
    where = line(
        gettext_lazy("Where?"),
        hint=gettext_lazy("A place that the child chose, if possible."),
        missing=gettext_lazy("Say where the interview was"),
    )
    with_whom = line(
        gettext_lazy("Who spoke with the child?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Say who spoke with the child"),
    )
    independent = line(
        gettext_lazy("How are they independent?"),
        hint=gettext_lazy("Such as: works for another organisation, and does not look after the child."),
        missing=gettext_lazy("Say how they are independent"),
    )
    who_else = line(gettext_lazy("Who else was there?"), required=False)
    where_was = prose(gettext_lazy("Where was the child?"))
    who_with = prose(gettext_lazy("With whom?"))
    pushed = prose(
        gettext_lazy("What made the child leave?"),
        hint=gettext_lazy("What was hard where the child lives, or before."),
    )
    pulled = prose(
        gettext_lazy("What drew the child elsewhere?"),
        hint=gettext_lazy("Who or what was there. What others offered, asked or threatened."),
    )
    would_help = prose(gettext_lazy("What would help, as the child sees it?"))
    to_reviewer = RadiosField(
        gettext_lazy("Has what the child said been passed on to the independent reviewing officer?"),
        choices=Interview.Passed.choices,
        required=False,
        small=True,
    )
    to_police = RadiosField(
        gettext_lazy("And to the police?"), choices=Interview.Passed.choices, required=False, small=True
    )
    passed_on = prose(
        gettext_lazy("What was passed on, when, and to whom else?"),
        hint=gettext_lazy("And whether the child knows."),
    )
    field_order = ["held_on", "held_time", "where", "with_whom", "independent", "who_else"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if kwargs.get("beside"):  # held before: what is heard now is heard on another day
            return
        which = fields["which"]
        for name in _SAID_ALREADY:
            del fields[name]
        which.reveals = {
            value: tuple(name for name in names if name not in _SAID_ALREADY)
            for value, names in which.reveals.items()
        }

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if not set(_SAID_ALREADY).isdisjoint(self.fields):
            return answers
        day, who = answers.get("held_on"), answers.get("with_whom") or ""
        return answers | {"heard_on": day, "asked_on": day, "heard_by": who[:_MOST_HEARD_BY]}

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

    asks = rules.ANSWER_ASKS

    name = line(
        gettext_lazy("Name"),
        hint=gettext_lazy("What the child called them, if no name is known."),
        missing=gettext_lazy("Give a name"),
        most=120,
    )
    postcode = line(gettext_lazy("Postcode, if known"), required=False, most=8)
    tie = line(
        gettext_lazy("What does the child have to do with them?"),
        most=60,
    )
    since = DateField(gettext_lazy("Since when?"), called=gettext_lazy("The date"), past=True, required=False)
    choice = RadiosField(
        gettext_lazy("Who is meant?"),
        choices=[],
        reveals={NEW: ("kind",)},
    )
    kind = line(
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
        self.fields["kind"] = line(
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
