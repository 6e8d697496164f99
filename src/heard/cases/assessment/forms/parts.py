"""The parts of an assessment that are one form each. The child's view is asked for in the same way by plan and review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.assessment.forms.own import PartForm
from heard.cases.assessment.models import AssessmentObservation
from heard.cases.assessment.rules import DECIDE_ASKS
from heard.cases.case.rules import Observed
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.cases.assessment.queries import Marked


class JudgementForm(PartForm):
    text = TextareaField(
        gettext_lazy("Your judgement"),
        hint=gettext_lazy(
            "What is happening to this child, who does it, what it does to the child, and what makes you think so. "
            "Say what somebody does to the child rather than what the child does."
        ),
        missing=gettext_lazy("Write your judgement"),
        rows=18,
        heading=True,
    )


class NotKnownForm(PartForm):
    text = TextareaField(
        gettext_lazy("What is not known, and who will find out"),
        hint=gettext_lazy(
            "What the gaps mean for the child. What somebody can find out is better asked as a question below: with "
            "who finds out, and by when. If everything is known, leave this empty."
        ),
        required=False,
        rows=10,
        heading=True,
    )


class NeedsForm(PartForm):
    """Both needs of a child who may be harmed and made to harm others. They are one question each, side by side."""

    harmed = TextareaField(
        gettext_lazy("What does the child need so that nobody harms them?"),
        required=False,
        rows=4,
    )
    made_to_harm = TextareaField(
        gettext_lazy("What does the child need so that nobody makes them harm others?"),
        required=False,
        rows=4,
    )


class ChildPartForm(PartForm, ChildsViewForm):
    """The child's view as a part of the assessment, with the partnership's own questions."""


class MarksForm(PartForm):
    """One list of the release, each entry seen, not seen or not known. `told`: ids that a worry says were seen."""

    def __init__(self, *args: Any, entries: list[Marked], told: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [marked.entry.id for marked in entries]
        for marked in entries:
            self._ask(marked, told=marked.entry.id in told)

    def _ask(self, marked: Marked, *, told: bool) -> None:
        item, entry = marked.entry.id, marked.entry
        hint = f"{entry.help} {_('A worry or a note says that this was seen.')}" if told else entry.help
        reveals = {
            "seen": (f"{item}_on", f"{item}_source", f"{item}_words"),
            "not_seen": (f"{item}_not_seen",),
            "not_known": (f"{item}_not_known",),
        }
        self.fields[item] = RadiosField(
            entry.label,
            hint=hint,
            choices=AssessmentObservation.State.choices,
            reveals=reveals,
            required=False,  # not marked yet is no mistake
            says_optional=False,
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


class DecideForm(Form):
    asks = DECIDE_ASKS

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
        reveals={"sign_off": "comment", "send_back": ("parts", "reason")},
        missing=gettext_lazy("Choose whether to sign off or to send back"),
        size="m",
    )
    comment = TextareaField(
        gettext_lazy("What do you want to say with it?"),
        hint=gettext_lazy("It stands with the assessment, for whoever wrote it and whoever reads it."),
        required=False,
        rows=3,
        max_length=5000,
    )
    parts = CheckboxesField(gettext_lazy("Which parts?"))
    reason = TextareaField(
        gettext_lazy("What has to be looked at again?"),
        missing=gettext_lazy("Say what has to be looked at again"),
    )

    def __init__(self, *args: Any, parts: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = parts  # type: ignore[attr-defined]
