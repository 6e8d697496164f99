"""What attaching and withdrawing a file ask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from heard.cases.attachment import rules
from heard.govuk.forms import CheckboxesField, FileField, Form, TextareaField, TextField

ABUSE = "abuse"
TAKEN = ".jpg,.jpeg,.png,.webp,.pdf,.docx,.txt"  # what a browser offers first; the content decides


def taken_hint() -> str:
    """Which files are taken, and how large."""
    hint = _now("A picture (JPEG, PNG or WebP), a PDF, a Word file (DOCX) or plain text, of up to %(mb)s MB")
    return hint % {"mb": settings.ATTACHMENT_MEGABYTES}


def abuse_field() -> CheckboxesField:
    """What whoever attaches a file can say of it."""
    return CheckboxesField(
        _("Could it show a child’s abuse?"),
        hint=_(
            "Better leave such a picture where it is, and call the police: 101, or 999 if a child is in danger now. Do not copy it or send it on. If you attach it, say so here: nobody can open it in Heard, and supervisors are told."
        ),
        choices=[(ABUSE, _("This may show a child’s abuse"))],
        required=False,
    )


class AttachForm(Form):
    upload = FileField(
        _("Choose a file"),
        missing=_("Choose a file"),
        attributes={"accept": TAKEN},
        allow_empty_file=True,  # the rule has the sentence for it
    )
    what = TextField(
        _("What is it?"),
        hint=_("For example: a message that she was sent on Monday"),
        max_length=200,
        required=False,
    )
    may_show_abuse = abuse_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = taken_hint()


class WithdrawForm(Form):
    asks = rules.WITHDRAW_ASKS

    reason = TextareaField(
        _("Why is this file withdrawn?"),
        hint=_("It is kept in the record, beside the name of the file"),
        rows=3,
        max_length=2000,
    )
