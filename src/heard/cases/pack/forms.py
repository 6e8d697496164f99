"""Shape and wording of what packs, and answers to those who ask for their record, ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.pack import rules
from heard.cases.pack.reasons import Reason, reasons
from heard.cases.pack.rules import Give, PackPart, Requester, Treatment
from heard.cases.pack.words import GIVE, PARTS
from heard.cases.sharing.forms import PeriodForm
from heard.govuk.forms import CheckboxesField, DateField, Form, RadiosField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.cases.pack.queries import Name

_BEFORE_GIVING: Final[dict[str, tuple[Any, ...]]] = {
    Give.WHOLE: (
        gettext_lazy("Look at each page first: no machine reads what is drawn or written by hand."),
    ),
    Give.TEXT: (gettext_lazy("As it stands above."),),
    Give.WITHHOLD: (),
}
_PAGES, _EVERYWHERE = "pages", "everywhere"


class _PartsForm(PeriodForm):
    """What of the record, and of the chronology from when to when."""

    asks = rules.PARTS_ASKS

    parts = CheckboxesField(
        gettext_lazy("Which parts of the record?"),
        choices=[(part.value, label) for part, label in PARTS.items()],
        reveals={PackPart.CHRONOLOGY.value: ("since", "until")},
    )


class PackForm(_PartsForm):
    asks = rules.PACK_ASKS

    purpose = TextareaField(
        gettext_lazy("What is it for?"),
        hint=gettext_lazy("It stands on the first page."),
        missing=gettext_lazy("Say what the pack is for"),
        rows=3,
    )
    for_whom = TextField(
        gettext_lazy("For whom?"),
        hint=gettext_lazy("Name and role. It stands on each page."),
        missing=gettext_lazy("Say whom the pack is for"),
        max_length=200,
    )
    with_pages = CheckboxesField(
        gettext_lazy("Attached PDF files and pictures"),
        choices=[(_PAGES, gettext_lazy("Put in their pages too, each file with its entry in the contents"))],
        required=False,
    )
    keep_until = DateField(
        gettext_lazy("Until when is the file kept?"),
        hint=gettext_lazy("Then it is removed. The record stays, and a new pack is quickly made."),
        called=gettext_lazy("The day until which it is kept"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["purpose", "for_whom", "parts", "since", "until", "with_pages", "keep_until"])

    @property
    def asked(self) -> dict[str, Any]:
        """What `ask_pack` takes."""
        return self.cleaned_data | {"with_pages": _PAGES in self.cleaned_data["with_pages"]}


class StartForm(_PartsForm):
    """`ways`: who may ask, as choices."""

    asks = rules.START_ASKS

    requester = RadiosField(
        gettext_lazy("Who asks for the record?"),
        small=True,
    )
    requester_name = TextField(
        gettext_lazy("Their name"),
        hint=gettext_lazy("It stands on the paper that they are given."),
        max_length=200,
    )
    how_known = TextareaField(
        gettext_lazy("How do you know that it is them?"),
        hint=gettext_lazy("This stays inside."),
        required=False,
        rows=2,
    )
    what_asked = TextareaField(
        gettext_lazy("What do they ask for?"),
        hint=gettext_lazy("In their own words where you can. It stands on the paper."),
        missing=gettext_lazy("Write down what they ask for"),
        rows=3,
    )
    asked_on = DateField(
        gettext_lazy("When did they ask?"),
        called=gettext_lazy("The day on which they asked"),
        past=True,
    )
    due_on = DateField(
        gettext_lazy("By when do they get an answer?"),
        hint=gettext_lazy(
            "Heard does not work this day out. Your data protection officer knows how long you have."
        ),
        called=gettext_lazy("The day by which they get an answer"),
        missing=gettext_lazy("Give the day by which they get an answer"),
    )

    def __init__(self, *args: Any, ways: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requester"].choices = list(ways)  # type: ignore[attr-defined]
        names = [
            "requester",
            "requester_name",
            "how_known",
            "what_asked",
            "asked_on",
            "due_on",
            "parts",
            "since",
            "until",
        ]
        self.order_fields(names)


class _ReasonForm(Form):
    """A reason from the list, and a note. `requester`: who asks, since one reason holds for parents alone."""

    asks = rules.REASON_ASKS

    reason = RadiosField(
        gettext_lazy("Why?"),
        choices=[],
        says_optional=False,
        small=True,
    )
    note = TextareaField(
        gettext_lazy("More about it"),
        hint=gettext_lazy("This stays inside. Needed for another reason than those in the list."),
        required=False,
        rows=2,
    )

    def __init__(self, *args: Any, requester: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = [
            reason
            for reason in reasons().values()
            if not reason.parents_only or requester == Requester.PARENT
        ]
        choices = [(reason.id, reason.label, reason_hint(reason)) for reason in fitting]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


def reason_hint(reason: Reason) -> str:
    """What it means, and what the law says where we have read that, with its source."""
    if not reason.fact:
        return reason.help
    told = {"help": reason.help, "fact": reason.fact, "source": reason.source, "tag": reason.confidence}
    return _("%(help)s %(fact)s (%(source)s, confidence %(tag)s)") % told


class WithholdForm(_ReasonForm):
    """A whole passage."""


class _TreatForm(_ReasonForm):
    asks = rules.TREAT_ASKS

    treatment = RadiosField(
        gettext_lazy("What becomes of it?"),
        choices=[
            (Treatment.SHOW.value, gettext_lazy("It is shown")),
            (Treatment.PSEUDONYM.value, gettext_lazy("Other words stand in its place")),
            (Treatment.WITHHOLD.value, gettext_lazy("It is withheld")),
        ],
        reveals={Treatment.PSEUDONYM.value: ("instead",)},
        missing=gettext_lazy("Choose what becomes of it"),
    )
    instead = TextField(
        gettext_lazy("Which words?"),
        hint=gettext_lazy("Such as “a relative” or “a neighbour”"),
        max_length=100,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].label = _("Why is it not shown?")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        hides = answers.get("treatment") in (Treatment.WITHHOLD, Treatment.PSEUDONYM)
        if hides and not answers.get("reason"):
            self.add_error("reason", _("Choose the reason. Nothing is withheld without one"))
        return answers


class NamesForm(_TreatForm):
    """`found`: names and numbers, `kinds` what each kind is called: a list of boxes for each."""

    def __init__(self, *args: Any, found: Iterable[Name], kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grouped: dict[str, list[Name]] = {}
        for name in found:
            grouped.setdefault(name.kind, []).append(name)
        self.groups = [f"names_{kind}" for kind in kinds if kind in grouped]
        self._open = {kind: [name.key for name in _open(names)] for kind, names in grouped.items()}
        for kind, label in kinds.items():
            # What nobody has decided on stands first.
            names = sorted(grouped.get(kind, ()), key=lambda name: "" not in name.treatments)
            choices: list[tuple[Any, ...]] = [(name.key, name.about, times_said(name)) for name in names]
            if _open(names)[1:]:
                choices.insert(0, (kind, _("All of these on which nobody has decided")))
            if choices:
                self.fields[f"names_{kind}"] = CheckboxesField(
                    label, choices=choices, required=False, says_optional=False, size="s"
                )
        self.order_fields([*self.groups, "treatment", "instead", "reason", "note"])

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if self.groups and not any(answers.get(group) for group in self.groups):
            self.add_error(self.groups[0], _("Choose at least one name or number"))
        return answers

    @property
    def decided(self) -> dict[str, Any]:
        """What `treat_names` takes."""
        answers = self.cleaned_data
        chosen = [key for group in self.groups for key in answers[group]]
        names = {name for key in chosen for name in self._open.get(key, [key])}
        return {name: answers[name] for name in ("treatment", "reason", "instead", "note")} | {"names": names}


def _open(names: Iterable[Name]) -> list[Name]:
    """Those on which nobody has decided anywhere."""
    return [name for name in names if name.treatments == ("",)]


def times_said(name: Name) -> str:
    """How often a name or number stands in what was gathered, and what was decided on it."""
    said = {"": _("not decided"), "show": _("shown"), "withhold": _("withheld"), "pseudonym": _("replaced")}
    how = ", ".join(said[treatment] for treatment in name.treatments)
    times = _("once") if name.times == 1 else _("%(number)s times") % {"number": name.times}
    return _("%(times)s: %(how)s") % {"times": times, "how": how}


class StretchForm(_TreatForm):
    text = TextareaField(
        gettext_lazy("Which words?"),
        hint=gettext_lazy("Copy them from the passage as they are."),
        missing=gettext_lazy("Copy the words from the passage"),
        rows=3,
    )
    where = CheckboxesField(
        gettext_lazy("Where?"),
        choices=[
            (
                _EVERYWHERE,
                gettext_lazy("Wherever these words stand in what was gathered"),
                gettext_lazy(
                    "A record says the same thing in several places: the chronology repeats worries."
                ),
            )
        ],
        required=False,
        says_optional=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["treatment"].choices[1:]  # type: ignore[attr-defined]
        self.fields["treatment"].choices = choices  # type: ignore[attr-defined]
        self.order_fields(["text", "where", "treatment", "instead", "reason", "note"])

    @property
    def decided(self) -> dict[str, Any]:
        """What `withhold_stretch` takes."""
        answers = dict(self.cleaned_data)
        return answers | {"everywhere": _EVERYWHERE in answers.pop("where")}


class FindForm(Form):
    text = TextField(
        gettext_lazy("Another name or word"),
        hint=gettext_lazy("It is marked wherever it stands. You then decide on it as on the others."),
        missing=gettext_lazy("Write the name or word"),
        max_length=200,
    )


class FileForm(_ReasonForm):
    """What becomes of a file."""

    asks = rules.FILE_ASKS

    give = RadiosField(
        gettext_lazy("What of this file is given?"),
        choices=[(Give(value).value, label, *_BEFORE_GIVING[value]) for value, label in GIVE.items()],
        reveals={Give.WITHHOLD.value: ("reason", "note")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["give", "reason", "note"])


class CheckForm(Form):
    asks = rules.CHECK_ASKS

    agrees = RadiosField(
        gettext_lazy("Can it be given as it is?"),
        choices=[
            ("yes", gettext_lazy("Yes: it is final, and becomes a PDF")),
            ("no", gettext_lazy("No: it goes back to those who decided")),
        ],
        reveals={"no": ("note",)},
        missing=gettext_lazy("Say whether it can be given as it is"),
    )
    note = TextareaField(
        gettext_lazy("What has to be looked at again?"),
        rows=4,
    )


class GivenForm(Form):
    """`ways` of giving, as choices."""

    asks = rules.GIVEN_ASKS

    on = DateField(
        gettext_lazy("When was it given?"),
        called=gettext_lazy("The day on which it was given"),
        missing=gettext_lazy("Give the day on which it was given"),
        past=True,
    )
    how = RadiosField(gettext_lazy("How?"), small=True)
    to_whom = TextField(gettext_lazy("To whom?"), max_length=200)
    note = TextareaField(
        gettext_lazy("Who was beside them, and what was explained"),
        hint=gettext_lazy(
            "Reading one’s own record can hurt. Nobody should be alone with it who does not want to be."
        ),
        required=False,
        rows=3,
    )

    def __init__(self, *args: Any, ways: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = list(ways)  # type: ignore[attr-defined]


class StopForm(Form):
    why = TextareaField(
        gettext_lazy("Why does this request end?"),
        hint=gettext_lazy("Nothing is given. What was decided so far stays."),
        missing=gettext_lazy("Say why this request ends"),
        rows=3,
    )
