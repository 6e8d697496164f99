"""Shape and wording of what an assessment asks for. The child's view is asked for in the same way by plan and review."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from heard.cases.assessment.actions import Choice
from heard.cases.assessment.models import AssessmentObservation
from heard.cases.assessment.rules import MAX_PROSE, ChildsView
from heard.cases.case.models import Words
from heard.cases.case.rules import Observed
from heard.govuk.environment import day
from heard.govuk.forms import (
    BoundField,
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.cases.assessment.queries import Marked, Recognised

NEW, NONE = "new", "none"


class _SeveralBeneath:
    """Several fields beneath one choice. `beneath={"seen": ("S01_on", "S01_words")}`; required where it is chosen."""

    def __init__(self, *args: Any, beneath: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        self.beneath = beneath
        super().__init__(*args, **kwargs)

    def _title(self, bound: BoundField, kind: str) -> dict[str, Any]:
        """Without “(optional)”: a list in which each line says so cannot be read."""
        return super()._title(bound, kind) | {"text": str(bound.label)}  # type: ignore[misc]

    def _item(self, bound: BoundField, value: str, text: Any, chosen: Any) -> dict[str, Any]:
        item: dict[str, Any] = super()._item(bound, value, text, chosen)  # type: ignore[misc]
        names = self.beneath.get(value, ())
        if names:
            drawn = [bound.form[name].component() for name in names]  # type: ignore[attr-defined]
            item["conditional"] = {"html": Markup("\n").join(drawn)}
        return item


class Radios(_SeveralBeneath, RadiosField):
    pass


class Checkboxes(_SeveralBeneath, CheckboxesField):
    pass


class BeneathForm(Form):
    """A form some of whose choices have several fields beneath them."""

    def _revealed(self) -> Iterable[tuple[str, str, str]]:
        yield from super()._revealed()
        for parent, field in self.fields.items():
            for value, names in getattr(field, "beneath", {}).items():
                for name in names:
                    yield parent, value, name


class JudgementForm(Form):
    text = TextareaField(
        gettext_lazy("Your judgement"),
        hint=gettext_lazy(
            "What is happening to this child, who does it, what it does to the child, and what makes you think so. "
            "Say what somebody does to the child rather than what the child does."
        ),
        missing=gettext_lazy("Write your judgement"),
        rows=18,
        max_length=MAX_PROSE,
        heading=True,
    )


class NotKnownForm(Form):
    text = TextareaField(
        gettext_lazy("What is not known, and who will find out"),
        hint=gettext_lazy(
            "For each thing that is not known: how to find out, who will do it and by when. If everything is known, "
            "leave this empty."
        ),
        required=False,
        rows=10,
        max_length=MAX_PROSE,
        heading=True,
    )


class ChildsViewForm(BeneathForm):
    """`words`: what the child has said so far, latest first, to choose from."""

    which = Radios(
        gettext_lazy("What does the child say?"),
        choices=[],
        beneath={NEW: ("said", "how", "heard_on", "heard_by", "changed"), NONE: ("why_no_words",)},
        missing=gettext_lazy("Choose the child’s words, write new ones, or say why there are none"),
    )
    said = TextareaField(
        gettext_lazy("The child’s own words"),
        hint=gettext_lazy("Exactly as they were said, written or shown. Do not tidy them up."),
        missing=gettext_lazy("Write the child’s own words"),
        max_length=MAX_PROSE,
    )
    how = RadiosField(
        gettext_lazy("How did the child say it?"),
        choices=Words.How.choices,
        small=True,
        initial=Words.How.SAID,
        missing=gettext_lazy("Choose how the child said it"),
    )
    heard_on = DateField(
        gettext_lazy("When was the child heard?"),
        called=gettext_lazy("The day on which the child was heard"),
        past=True,
        missing=gettext_lazy("Give the day on which the child was heard"),
    )
    heard_by = TextField(
        gettext_lazy("Who heard the child?"),
        hint=gettext_lazy("Name and role"),
        missing=gettext_lazy("Say who heard the child"),
        max_length=120,
    )
    changed = TextareaField(
        gettext_lazy("What changes because of it?"), required=False, rows=3, max_length=MAX_PROSE
    )
    why_no_words = TextareaField(
        gettext_lazy("Why are the child’s words not there?"),
        hint=gettext_lazy("And when the child will be asked, by whom."),
        missing=gettext_lazy("Say why the child’s words are not there"),
        rows=3,
        max_length=MAX_PROSE,
    )

    def __init__(self, *args: Any, words: Iterable[Words] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            *(_words_choice(row) for row in words),
            (NEW, _("Write down what the child says now")),
            (NONE, _("We do not have the child’s words on this")),
        ]

    @property
    def view(self) -> ChildsView:
        which = self.cleaned_data["which"]
        if which == NONE:
            return ChildsView(why_no_words=self.cleaned_data["why_no_words"])
        if which != NEW:
            return ChildsView(words_id=uuid.UUID(which))
        names = {"text": "said", "how": "how", "heard_on": "heard_on", "heard_by": "heard_by"}
        new = {name: self.cleaned_data[field] for name, field in names.items()}
        return ChildsView(new=new | {"what_changed": self.cleaned_data["changed"]})


def _words_choice(words: Words) -> tuple[str, str, str]:
    heard = _("Heard by %(person)s on %(date)s") % {"person": words.heard_by, "date": day(words.heard_on)}
    return str(words.pk), f"“{Truncator(words.text).chars(200)}”", heard


class MarksForm(BeneathForm):
    """One list of the release, each entry seen, not seen or not known. `told`: ids that a worry says were seen."""

    def __init__(self, *args: Any, entries: list[Marked], told: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [marked.entry.id for marked in entries]
        for marked in entries:
            self._ask(marked, told=marked.entry.id in told)

    def _ask(self, marked: Marked, *, told: bool) -> None:
        item, entry = marked.entry.id, marked.entry
        hint = f"{entry.help} {_('A worry says that this was seen.')}" if told else entry.help
        beneath = {
            "seen": (f"{item}_on", f"{item}_source", f"{item}_words"),
            "not_seen": (f"{item}_not_seen",),
            "not_known": (f"{item}_not_known",),
        }
        self.fields[item] = Radios(
            entry.label,
            hint=hint,
            choices=AssessmentObservation.State.choices,
            beneath=beneath,
            required=False,  # not marked yet is no mistake
            small=True,
            size="s",
        )
        self._ask_for_evidence(item, entry.label, told=told)
        self._begin_with(item, marked.seen)

    def _ask_for_evidence(self, item: str, label: str, *, told: bool) -> None:
        self.fields[f"{item}_on"] = DateField(
            _("When was it seen?"),
            called=f"{label}: {_('the date')}",
            past=True,
            missing=_("%(sign)s: say when it was seen") % {"sign": label},
        )
        self.fields[f"{item}_source"] = TextField(
            _("Who says so?"),
            missing=_("%(sign)s: say who says so") % {"sign": label},
            max_length=200,
        )
        self.fields[f"{item}_words"] = TextareaField(
            _("In which words?"),
            missing=_("%(sign)s: say in which words") % {"sign": label},
            rows=2,
            max_length=MAX_PROSE,
        )
        why = _("%(sign)s: a worry says that this was seen. Say why you mark it differently") % {
            "sign": label
        }
        for state in ("not_seen", "not_known"):
            self.fields[f"{item}_{state}"] = TextareaField(
                _("How do you know?") if state == "not_seen" else _("Why is it not known?"),
                required=told,
                missing=why,
                rows=2,
                max_length=MAX_PROSE,
            )

    def _begin_with(self, item: str, seen: AssessmentObservation | None) -> None:
        if seen is None:
            return
        words = f"{item}_words" if seen.state == "seen" else f"{item}_{seen.state}"
        begin = {
            item: seen.state,
            f"{item}_on": seen.seen_on,
            f"{item}_source": seen.source,
            words: seen.words,
        }
        for name, value in begin.items():
            self.fields[name].initial = value

    @property
    def marks(self) -> list[Observed]:
        return [self._mark(item) for item in self.items if self.cleaned_data.get(item)]

    def _mark(self, item: str) -> Observed:
        answers, state = self.cleaned_data, self.cleaned_data[item]
        if state != "seen":
            return Observed(item, state, words=answers[f"{item}_{state}"] or "")
        evidence = (answers[f"{item}_{name}"] for name in ("on", "source", "words"))
        return Observed(item, state, *evidence)


class PatternsForm(BeneathForm):
    """The patterns of the release under their headings, each with a reason, a setting where it has them, and dates."""

    def __init__(
        self, *args: Any, entries: list[Recognised], headings: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries
        for heading, label in headings.items():
            self._ask(heading, label, [one for one in entries if one.entry.heading == heading])

    def _ask(self, heading: str, label: str, entries: list[Recognised]) -> None:
        beneath = {one.entry.id: self._beneath(one) for one in entries}
        self.fields[heading] = Checkboxes(
            label,
            choices=[(one.entry.id, one.entry.label, one.entry.help) for one in entries],
            beneath=beneath,
            initial=[one.entry.id for one in entries if one.chosen],
            required=False,  # none may fit
            size="m",
        )
        for one in entries:
            self._ask_why(one)

    def _beneath(self, one: Recognised) -> tuple[str, ...]:
        names = ("reason", "setting", "from", "to") if one.entry.settings else ("reason", "from", "to")
        return tuple(f"{one.entry.id}_{name}" for name in names)

    def _ask_why(self, one: Recognised) -> None:
        pattern, chosen, label = one.entry.id, one.chosen, one.entry.label
        self.fields[f"{pattern}_reason"] = TextareaField(
            _("What makes you think of “%(pattern)s”?") % {"pattern": label},
            missing=_("%(pattern)s: say what makes you think so") % {"pattern": label},
            rows=3,
            max_length=MAX_PROSE,
            initial=chosen.reason if chosen else "",
        )
        if one.entry.settings:
            self.fields[f"{pattern}_setting"] = RadiosField(
                _("Where?"),
                choices=[(setting, SETTINGS.get(setting, setting)) for setting in one.entry.settings],
                missing=_("%(pattern)s: choose where") % {"pattern": label},
                small=True,
                initial=chosen.setting if chosen else "",
            )
        for name, text, value in (
            ("from", _("Since when?"), chosen and chosen.from_on),
            ("to", _("Until when?"), chosen and chosen.to_on),
        ):
            self.fields[f"{pattern}_{name}"] = DateField(
                text, called=f"{label}: {_('the date')}", required=False, past=True, initial=value
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        for one in self.entries:
            start, end = answers.get(f"{one.entry.id}_from"), answers.get(f"{one.entry.id}_to")
            if start and end and end < start:
                self.add_error(f"{one.entry.id}_to", _("The end is before the beginning. Check both dates."))
        return answers

    @property
    def choices(self) -> list[Choice]:
        chosen = [*self.cleaned_data.get("group", []), *self.cleaned_data.get("gang", [])]
        return [self._choice(pattern) for pattern in chosen]

    def _choice(self, pattern: str) -> Choice:
        answers = self.cleaned_data
        return Choice(
            pattern,
            answers[f"{pattern}_reason"],
            answers.get(f"{pattern}_setting") or "",
            answers[f"{pattern}_from"],
            answers[f"{pattern}_to"],
        )


SETTINGS = {"school": gettext_lazy("At school"), "neighbourhood": gettext_lazy("In the neighbourhood")}


class DecideForm(Form):
    decision = RadiosField(
        gettext_lazy("Your decision"),
        choices=[
            (
                "sign_off",
                gettext_lazy("Sign off"),
                gettext_lazy("From then on the assessment does not change. A plan can be agreed on it."),
            ),
            ("send_back", gettext_lazy("Send back"), gettext_lazy("The author goes on and sends it again.")),
        ],
        reveals={"send_back": "reason"},
        missing=gettext_lazy("Choose whether to sign off or to send back"),
        size="m",
    )
    reason = TextareaField(
        gettext_lazy("What has to be looked at again?"),
        missing=gettext_lazy("Say what has to be looked at again"),
        max_length=MAX_PROSE,
    )
