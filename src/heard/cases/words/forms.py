"""What is asked about the child's words. Nothing here ever suggests another wording: they are the child's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from heard.cases.attachment.forms import abuse_field
from heard.cases.case.queries import ways_of_telling
from heard.cases.case.rules import CORRECT_ASKS, WORDS_ASKS
from heard.cases.words.rules import ANSWER_ASKS
from heard.govuk.forms import DateField, FileField, Form, RadiosField, TextareaField, TextField


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
