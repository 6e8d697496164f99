"""The parts of an assessment that are one form each. The child's view is asked for in the same way by plan and review."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.assessment.forms.own import PartForm
from heard.cases.assessment.models import AssessmentObservation
from heard.cases.assessment.rules import DECIDE_ASKS, ChildsView
from heard.cases.case.models import NotHeard, TryToReach, Words
from heard.cases.case.rules import CHILDS_VIEW_ASKS, Observed, Try, Unheard, WhyUnheard
from heard.govuk.environment import day
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

if TYPE_CHECKING:
    from heard.cases.assessment.queries import Marked

NEW, NO_WISH, NOT_REACHED, NONE = "new", Unheard.NO_WISH.value, Unheard.NOT_REACHED.value, "none"
_TRIES = (1, 2, 3)  # that have boxes of their own; more of them are told in words
_OF_TRIES = tuple(f"tried_{part}_{number}" for number in _TRIES for part in ("on", "how", "came"))


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


def _tried_on(label: Any, missing: Any, *, required: bool = False) -> DateField:
    called = gettext_lazy("The day of the try")
    return DateField(label, called=called, past=True, missing=missing, required=required)


def _tried_how(label: Any, missing: Any, *, required: bool = False) -> SelectField:
    return SelectField(label, choices=TryToReach.How.choices, missing=missing, required=required)


def _tried_came(label: Any) -> TextField:
    return TextField(label, required=False, max_length=300)


class ChildsViewForm(PartForm):
    """`words`: what the child has said so far, latest first, to choose from. `beside`: what the answer is put right of."""

    asks = CHILDS_VIEW_ASKS

    which = RadiosField(
        gettext_lazy("What does the child say?"),
        choices=[],
        reveals={
            NEW: ("said", "how", "heard_on", "heard_by", "changed"),
            NO_WISH: ("asked_on", "asked"),
            NOT_REACHED: (*_OF_TRIES, "tried"),
            NONE: ("why_no_words",),
        },
        missing=gettext_lazy("Choose the child’s words, write new ones, or say why there are none"),
    )
    said = TextareaField(
        gettext_lazy("The child’s own words"),
        hint=gettext_lazy("Exactly as they were said, written or shown. Do not tidy them up."),
        missing=gettext_lazy("Write the child’s own words"),
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
        max_length=120,
    )
    changed = TextareaField(gettext_lazy("What changes because of it?"), required=False, rows=3)
    asked_on = DateField(
        gettext_lazy("When was the child asked?"),
        called=gettext_lazy("The day on which the child was asked"),
        past=True,
        missing=gettext_lazy("Give the day on which the child was asked"),
    )
    asked = TextareaField(
        gettext_lazy("How was the child asked?"),
        hint=gettext_lazy("By whom, and what the child would like instead."),
        missing=gettext_lazy("Say how the child was asked"),
        rows=3,
    )
    tried_on_1 = _tried_on(
        gettext_lazy("First try: when?"), gettext_lazy("Give the day of the first try"), required=True
    )
    tried_how_1 = _tried_how(
        gettext_lazy("First try: how?"), gettext_lazy("Say how somebody tried first"), required=True
    )
    tried_came_1 = _tried_came(gettext_lazy("First try: what came of it?"))
    tried_on_2 = _tried_on(gettext_lazy("Second try: when?"), gettext_lazy("Give the day of the second try"))
    tried_how_2 = _tried_how(gettext_lazy("Second try: how?"), gettext_lazy("Say how somebody tried next"))
    tried_came_2 = _tried_came(gettext_lazy("Second try: what came of it?"))
    tried_on_3 = _tried_on(gettext_lazy("Third try: when?"), gettext_lazy("Give the day of the third try"))
    tried_how_3 = _tried_how(gettext_lazy("Third try: how?"), gettext_lazy("Say how somebody tried last"))
    tried_came_3 = _tried_came(gettext_lazy("Third try: what came of it?"))
    tried = TextareaField(
        gettext_lazy("What else was tried, and when does somebody try again?"),
        required=False,
        rows=3,
    )
    why_no_words = TextareaField(
        gettext_lazy("Why are the child’s words not there?"),
        hint=gettext_lazy("And when the child will be asked, by whom."),
        missing=gettext_lazy("Say why the child’s words are not there"),
        rows=3,
    )

    def __init__(self, *args: Any, words: Iterable[Words] = (), beside: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (NEW, _("Hear the child now, and write down what they say")),
            (NO_WISH, _("The child did not want to speak about it")),
            (NOT_REACHED, _("The child could not be reached")),
            *(_words_choice(row, beside) for row in words),
            (NONE, _("There is another reason why we do not have the child’s words")),
        ]

    def clean(self) -> dict[str, Any]:
        """A try of which something is said needs its day, and how it was."""
        answers = super().clean() or self.cleaned_data
        if answers.get("which") != NOT_REACHED:
            return answers
        for number in _TRIES:
            names = [f"tried_{part}_{number}" for part in ("on", "how", "came")]
            if any(self._is_typed(name) for name in names):
                for name in names[:2]:
                    if not self._is_typed(name) and name not in self.errors:
                        self.add_error(name, self.fields[name].error_messages["required"])
        return answers

    def _is_typed(self, name: str) -> bool:
        answer = self[name].answer
        return any(answer.values()) if isinstance(answer, dict) else bool(answer)

    def _tries(self) -> Iterator[Try]:
        said = self.cleaned_data
        for number in _TRIES:
            if said.get(f"tried_on_{number}"):
                yield Try(*(said[f"tried_{part}_{number}"] for part in ("on", "how", "came")))

    @property
    def view(self) -> ChildsView:
        which = self.cleaned_data["which"]
        if which == NONE:
            return ChildsView(why_no_words=self.cleaned_data["why_no_words"])
        if which == NO_WISH:
            asked = {"asked_on": self.cleaned_data["asked_on"], "text": self.cleaned_data["asked"]}
            return ChildsView(unheard=WhyUnheard(Unheard.NO_WISH, **asked))
        if which == NOT_REACHED:
            said, tries = self.cleaned_data["tried"], tuple(self._tries())
            return ChildsView(unheard=WhyUnheard(Unheard.NOT_REACHED, said, tries=tries))
        if which != NEW:
            return ChildsView(words_id=uuid.UUID(which))
        names = {"text": "said", "how": "how", "heard_on": "heard_on", "heard_by": "heard_by"}
        new = {name: self.cleaned_data[field] for name, field in names.items()}
        return ChildsView(new=new | {"what_changed": self.cleaned_data["changed"]})


def typed_view(row: Any, unheard: NotHeard | None) -> dict[str, Any]:
    """What the form begins with for what is written beside a decision: its words, or why there are none."""
    if row.words_id:
        return {"which": str(row.words_id)}
    if unheard is None:
        return {"which": NONE if row.why_no_words else "", "why_no_words": row.why_no_words}
    if unheard.why == NotHeard.Why.NO_WISH:
        return {"which": NO_WISH, "asked_on": unheard.last_on, "asked": unheard.text}
    tries = zip(_TRIES, unheard.tries.all(), strict=False)
    parts = {"on": "tried_on", "how": "how", "came": "came"}
    told = {
        f"tried_{part}_{number}": getattr(one, name) for number, one in tries for part, name in parts.items()
    }
    return {"which": NOT_REACHED, "tried": unheard.text} | told


def _words_choice(words: Words, beside: Any) -> tuple[str, str, str]:
    heard = _("Heard by %(person)s on %(date)s") % {"person": words.heard_by, "date": day(words.heard_on)}
    said_here = beside is not None and words.is_said_on(beside)
    return str(words.pk), f"“{Truncator(words.text).chars(200)}”", heard if said_here else words.earlier


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
