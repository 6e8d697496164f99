"""What is asked about the child's words. Nothing here ever suggests another wording: they are the child's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.cases.attachment.forms import abuse_field
from heard.cases.case.models import NotHeard, TryToReach, Words
from heard.cases.case.queries import ways_of_telling
from heard.cases.case.rules import (
    BY_CHILD,
    CHILDS_VIEW_ASKS,
    CORRECT_ASKS,
    WORDS_ASKS,
    Try,
    Unheard,
    WhyUnheard,
)
from heard.cases.words.rules import ANSWER_ASKS, ChildsView
from heard.govuk.forms import (
    DateField,
    FileField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)

NEW, NO_WISH, NOT_REACHED, NONE = "new", Unheard.NO_WISH.value, Unheard.NOT_REACHED.value, "none"
_TRIES = (1, 2, 3)  # that have boxes of their own; more of them are told in words
_OF_TRIES = tuple(f"tried_{part}_{number}" for number in _TRIES for part in ("on", "how", "came"))


def _tried_on(label: Any, missing: Any, *, required: bool = False) -> DateField:
    called = _("The day of the try")
    return DateField(label, called=called, past=True, missing=missing, required=required)


def _tried_how(label: Any, missing: Any, *, required: bool = False) -> SelectField:
    return SelectField(label, choices=TryToReach.How.choices, missing=missing, required=required)


def _tried_came(label: Any) -> TextField:
    return TextField(label, required=False, max_length=300)


class ChildsViewForm(Form):
    """`words`: what the child has said so far, latest first, to choose from. `beside`: what the answer is put right of."""

    asks = CHILDS_VIEW_ASKS

    which = RadiosField(
        _("What does the child say?"),
        choices=[],
        reveals={
            NEW: ("said", "how", "heard_on", "heard_by", "changed"),
            NO_WISH: ("asked_on", "asked"),
            NOT_REACHED: (*_OF_TRIES, "tried"),
            NONE: ("why_no_words",),
        },
        missing=_("Choose the child’s words, write new ones, or say why there are none"),
    )
    said = TextareaField(
        _("The child’s own words"),
        hint=_("Exactly as they were said, written or shown. Do not tidy them up."),
        missing=_("Write the child’s own words"),
    )
    how = RadiosField(
        _("How did the child say it?"),
        choices=[choice for choice in Words.How.choices if choice[0] not in BY_CHILD],
        small=True,
        initial=Words.How.SAID,
        missing=_("Choose how the child said it"),
    )
    heard_on = DateField(
        _("When was the child heard?"),
        called=_("The day on which the child was heard"),
        past=True,
        missing=_("Give the day on which the child was heard"),
    )
    heard_by = TextField(
        _("Who heard the child?"),
        hint=_("Name and role"),
        max_length=120,
    )
    changed = TextareaField(_("What changes because of it?"), required=False, rows=3)
    asked_on = DateField(
        _("When was the child asked?"),
        called=_("The day on which the child was asked"),
        past=True,
        missing=_("Give the day on which the child was asked"),
    )
    asked = TextareaField(
        _("How was the child asked?"),
        hint=_("By whom, and what the child would like instead."),
        missing=_("Say how the child was asked"),
        rows=3,
    )
    tried_on_1 = _tried_on(_("First try: when?"), _("Give the day of the first try"), required=True)
    tried_how_1 = _tried_how(_("First try: how?"), _("Say how somebody tried first"), required=True)
    tried_came_1 = _tried_came(_("First try: what came of it?"))
    tried_on_2 = _tried_on(_("Second try: when?"), _("Give the day of the second try"))
    tried_how_2 = _tried_how(_("Second try: how?"), _("Say how somebody tried next"))
    tried_came_2 = _tried_came(_("Second try: what came of it?"))
    tried_on_3 = _tried_on(_("Third try: when?"), _("Give the day of the third try"))
    tried_how_3 = _tried_how(_("Third try: how?"), _("Say how somebody tried last"))
    tried_came_3 = _tried_came(_("Third try: what came of it?"))
    tried = TextareaField(
        _("What else was tried, and when does somebody try again?"),
        required=False,
        rows=3,
    )
    why_no_words = TextareaField(
        _("Why are the child’s words not there?"),
        hint=_("And when the child will be asked, by whom."),
        missing=_("Say why the child’s words are not there"),
        rows=3,
    )

    def __init__(self, *args: Any, words: Iterable[Words] = (), beside: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (NEW, gettext("Hear the child now, and write down what they say")),
            (NO_WISH, gettext("The child did not want to speak about it")),
            (NOT_REACHED, gettext("The child could not be reached")),
            *(_words_choice(row, beside) for row in words),
            (NONE, gettext("There is another reason why we do not have the child’s words")),
        ]

    def clean(self) -> dict[str, Any]:
        """A try of which something is said needs its day, and how it was."""
        answers = super().clean() or self.cleaned_data
        if "which" not in self.fields:  # of a place
            return answers
        beneath = (name for names in self.fields["which"].reveals.values() for name in names)  # type: ignore[attr-defined]
        texts = (name for name in beneath if name in ("said", "asked", "why_no_words", "tried"))
        if not answers.get("which") and "which" not in self.errors and any(map(self._is_typed, texts)):
            self.add_error("which", self.fields["which"].error_messages["required"])
        if answers.get("which") != NOT_REACHED or "tried" not in self.fields:  # where it is no answer
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
        if not which:  # where somebody is in danger, nothing waits for it
            return ChildsView()
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


def typed_view(words: Words | None, why_not: str, unheard: NotHeard | None) -> dict[str, Any]:
    """What the form begins with for what is written beside a decision: its words, or why there are none."""
    if words:
        return {"which": str(words.pk)}
    if unheard is None:
        return {"which": NONE, "why_no_words": why_not} if why_not else {}
    if unheard.why == NotHeard.Why.NO_WISH:
        return {"which": NO_WISH, "asked_on": unheard.last_on, "asked": unheard.text}
    tries = zip(_TRIES, unheard.tries.all(), strict=False)
    parts = {"on": "tried_on", "how": "how", "came": "came"}
    told = {
        f"tried_{part}_{number}": getattr(reach, name)
        for number, reach in tries
        for part, name in parts.items()
    }
    return {"which": NOT_REACHED, "tried": unheard.text} | told


def _words_choice(words: Words, beside: Any) -> tuple[str, str, str]:
    said_here = beside is not None and words.is_said_on(beside)
    return str(words.pk), words.in_quotes(200), words.heard if said_here else words.earlier


class WordsForm(Form):
    """`user`: who may choose how a child told something."""

    asks = WORDS_ASKS

    text = TextareaField(
        _("The child’s own words"),
        hint=_(
            "Exactly as they were said, written or signed. Do not tidy them up. If the child drew, say what they said "
            "about the drawing."
        ),
        missing=_("Write the child’s own words"),
        rows=5,
        spellcheck=False,
    )
    how = RadiosField(
        _("How did the child say it?"), small=True, missing=_("Choose how the child said it"), initial="said"
    )
    heard_on = DateField(
        _("When was the child heard?"),
        called=_("The day on which the child was heard"),
        past=True,
        missing=_("Give the day on which the child was heard"),
    )
    heard_by = TextField(
        _("Who heard the child?"),
        hint=_("Name and role. Where there was an interpreter, name them too."),
        max_length=120,
    )
    wants = TextareaField(
        _("What does the child want to happen?"),
        hint=_("In the child’s words too, as far as they said it."),
        required=False,
        rows=3,
    )
    language = TextField(
        _("In which language?"),
        hint=_("Leave it empty for English."),
        required=False,
        max_length=60,
        width=20,
    )
    original = TextareaField(
        _("The words in that language"),
        hint=_("Where the words above are a translation."),
        required=False,
        rows=3,
        spellcheck=False,
    )
    translated_by = TextField(_("Who translated them?"), required=False, max_length=120)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = ways_of_telling(user)  # type: ignore[attr-defined]


class AddForm(WordsForm):
    what_changed = TextareaField(
        _("What changes because of it?"),
        hint=_(
            "If you do not know yet, leave it empty: it waits for the trusted worker until the child is told."
        ),
        required=False,
        rows=3,
    )
    upload = FileField(
        _("A drawing, a photo of what the child wrote, or a message"),
        hint=_("A picture, a PDF, a Word file or plain text. Who else is in it is in the record too."),
        required=False,
    )
    may_show_abuse = abuse_field()


class CorrectForm(WordsForm):
    asks = CORRECT_ASKS

    why_corrected = TextareaField(
        _("Why is it corrected?"),
        hint=_(
            "For example: the child read it and said it differently. The words as they were stay beside these."
        ),
        rows=3,
    )


class AnswerForm(Form):
    asks = ANSWER_ASKS

    what_changed = TextareaField(
        _("What changed because of it?"),
        hint=_("What we did. If nothing could change, say so, and why, as you would tell the child."),
        rows=4,
    )
    told_on = DateField(
        _("When was the child told?"),
        hint=_("Leave it empty if the child has not been told yet."),
        called=_("The day on which the child was told"),
        past=True,
        required=False,
    )
    told_by = TextField(_("Who told the child?"), hint=_("Name and role"), required=False, max_length=120)
