"""The interview after coming back: offered, held, and whom and what the child spoke of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.missing import rules
from heard.cases.missing.forms.shared import line, prose
from heard.cases.missing.models import Interview, InterviewOffer
from heard.cases.words.forms import NOT_REACHED, ChildsViewForm
from heard.govuk.forms import DateField, MomentsForm, RadiosField, TimeField, WhenField
from heard.network.forms.around import HomeField
from heard.network.forms.tying import TYPES, SaysForm, no_handle
from heard.network.rules import SAID_TO_HARM, HandleType, NodeKind

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
        missing=gettext_lazy("Give the day of the offer"),
    )
    offered_time = TimeField(
        gettext_lazy("At what time?"), missing=gettext_lazy("Give the time of the offer")
    )
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

    def _clean_fields(self) -> None:
        """What was not offered has no day of an offer."""
        super()._clean_fields()
        if self["outcome"].answer == rules.Offered.NOT_OFFERED:
            for name in self.moments["offered_at"]:
                self.errors.pop(name, None)
                self.cleaned_data[name] = None

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

    moments: ClassVar = {"held_at": ("held_when", "held_on", "held_time")}
    held_when = WhenField(
        gettext_lazy("When was the interview?"),
        on="held_on",
        missing=gettext_lazy("Give the day of the interview"),
    )
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
        hint=gettext_lazy("Ask yourself who has to know: what children say is not always passed on."),
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
    field_order = ["held_when", "held_on", "held_time", "where", "with_whom", "independent", "who_else"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        which = fields["which"]
        for name in which.reveals[NOT_REACHED]:  # then it was not held, and no try is noted with it
            del fields[name]
        which.reveals = {value: names for value, names in which.reveals.items() if value != NOT_REACHED}
        if kwargs.get("beside"):  # held before: what is heard now is heard on another day
            return
        for name in _SAID_ALREADY:
            del fields[name]
        which.reveals = {
            value: tuple(name for name in names if name not in _SAID_ALREADY)
            for value, names in which.reveals.items()
        }

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if answers.get("which") == NOT_REACHED:
            self.add_error("which", rules.NOT_REACHED)
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


class AnswerForm(SaysForm):
    """Who or what the child spoke of. `found`: (key, name, why) of those on record who may be meant; None before anybody has looked,
    where nothing but the name is asked. A phone, car or account is not looked for. What ties a child is never that the child harms."""

    asks = rules.ANSWER_ASKS

    type = RadiosField(
        gettext_lazy("What is it?"),
        choices=TYPES,
        reveals={HandleType.ACCOUNT: "service"},
        missing=gettext_lazy("Say what it is"),
    )
    name = line(
        gettext_lazy("Name"),
        hint=gettext_lazy("What the child called them, if no name is known."),
        missing=gettext_lazy("Give a name"),
        most=120,
    )
    service = line(
        gettext_lazy("Where is the account?"), hint=gettext_lazy("Such as Snapchat"), required=False, most=40
    )
    postcode = line(gettext_lazy("Postcode, if known"), required=False, most=8)
    choice = RadiosField(
        gettext_lazy("Who is meant?"),
        choices=[],
        reveals={NEW: ("new_kind", "is_home")},
    )
    new_kind = line(
        gettext_lazy("What kind of place is it?"),
        hint=gettext_lazy("Such as house, shop, park or station"),
        missing=gettext_lazy("Say what kind of place it is"),
        most=60,
    )
    is_home = HomeField()
    since = DateField(gettext_lazy("Since when?"), called=gettext_lazy("The date"), past=True, required=False)
    field_order = [
        "type",
        "name",
        "service",
        "postcode",
        "choice",
        "new_kind",
        "is_home",
        "kind",
        "in_words",
        "since",
    ]

    def __init__(
        self, *args: Any, end: str, found: Iterable[tuple[str, str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, start=NodeKind.PERSON, end=end, without=(SAID_TO_HARM,), **kwargs)
        self.looked = found is not None or end == NodeKind.HANDLE
        self.fields["kind"].label = _("What does the child have to do with it?")
        self.fields["in_words"].help_text = _(
            "As the child said it, where nothing in the list fits or to say more."
        )
        {
            "person": self._ask_about_a_person,
            "place": self._ask_about_a_place,
            "group": self._ask_about_a_group,
            "handle": self._ask_about_a_handle,
        }[end]()
        kept = _ASKED[end] if self.looked else _ASKED[end] & _LOOKED_FOR
        for name in set(self.fields) - kept:
            del self.fields[name]
        if "choice" in self.fields:
            new = _("Nobody of these: add them") if end == NodeKind.PERSON else _("None of these: add it")
            self.fields["choice"].choices = [*(found or ()), (NEW, new)]  # type: ignore[attr-defined]
            self.fields["choice"].reveals = {  # type: ignore[attr-defined]
                NEW: tuple(name for name in ("new_kind", "is_home") if name in self.fields)
            }

    def _ask_about_a_person(self) -> None:
        self.fields["kind"].label = _("What does the child have to do with them?")
        self.fields["new_kind"] = RadiosField(
            _("Is this an adult or a child?"),
            choices=[("adult", _("An adult, or the age is not known")), ("child", _("A child"))],
            missing=_("Say whether this is an adult or a child"),
            small=True,
        )

    def _ask_about_a_place(self) -> None:
        self.fields["choice"].label = _("Which place is meant?")

    def _ask_about_a_group(self) -> None:
        self.fields["kind"].label = _("What does the child have to do with them?")
        self.fields["choice"].label = _("Which group is meant?")
        self.fields["new_kind"] = line(
            _("What kind of group is it?"),
            hint=_("Such as friends, family or gang"),
            missing=_("Say what kind of group it is"),
            most=60,
        )

    def _ask_about_a_handle(self) -> None:
        self.fields["name"].label = _("What is the number, plate, name or address?")
        self.fields["name"].help_text = _(
            "As it was written or seen. Part of a plate with ? for what was not seen, such as AB1? CDE."
        )

    def _revealed(self) -> Iterable[tuple[str, str, str]]:
        yield from super()._revealed()
        if "choice" in self.fields:
            yield "choice", NEW, "new_kind"

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        not_one = no_handle(answers.get("type"), answers.get("name"))
        if not_one:
            self.add_error("name", not_one)
        return answers

    @property
    def answer(self) -> dict[str, Any]:
        """For `note_answer`."""
        answers = self.cleaned_data
        given = {name: answers.get(name) or "" for name in ("name", "choice", "service", "postcode")}
        given |= {"since": answers["since"], "is_home": answers.get("is_home", False)}
        return self.tie | given | {"new_kind": answers.get("type") or answers.get("new_kind") or ""}


_LOOKED_FOR: Final = {"name", "postcode"}
_OF_ANY: Final = {"name", "kind", "in_words", "since"}
_ASKED: Final[dict[str, set[str]]] = {
    "person": _OF_ANY | {"choice", "new_kind"},
    "place": _OF_ANY | {"postcode", "choice", "new_kind", "is_home"},
    "group": _OF_ANY | {"choice", "new_kind"},
    "handle": _OF_ANY | {"type", "service"},
}
