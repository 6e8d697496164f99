"""What is asked where a child gets a trusted worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.case.rules import Asked
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField

if TYPE_CHECKING:
    from heard.agencies.models import User

MOST = 20_000  # characters in one piece of prose: some ten printed pages


class TrustedWorkerForm(Form):
    """`people`: who may be named, by key. `is_change`: whether somebody is named already; then it asks why."""

    worker = SelectField(
        _("Who is the trusted worker?"),
        hint=_("The one person whom the child knows and who stays. Ask the child first."),
        missing=_("Choose the trusted worker"),
    )
    reason = TextareaField(
        _("Why does it change?"),
        hint=_("As you would explain it to the child."),
        missing=_("Say why the child gets another trusted worker"),
        rows=3,
        max_length=MOST,
    )
    child_asked = RadiosField(
        _("Was the child asked?"),
        choices=[(Asked.YES.value, _("Yes")), (Asked.NO.value, _("No"))],
        missing=_("Say whether the child was asked"),
        inline=True,
    )
    about_asking = TextareaField(
        _("What did the child say, or why were they not asked?"),
        missing=_("Write what the child said, or why they were not asked"),
        rows=3,
        max_length=MOST,
    )
    since = DateField(_("From which day?"), called=_("The day"), past=True, missing=_("Give the day"))

    def __init__(
        self, *args: Any, people: Mapping[str, tuple[User, str]], is_change: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["worker"].choices = [(pk, called) for pk, (_user, called) in people.items()]  # type: ignore[attr-defined]
        for name in ("reason", "child_asked", "about_asking"):
            self.fields[name].required = is_change

    @property
    def answered(self) -> dict[str, Any]:
        """For `assign_trusted_worker`."""
        worker, _called = self.people[self.cleaned_data["worker"]]
        return self.cleaned_data | {"worker": worker}
