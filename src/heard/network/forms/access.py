"""What is asked about who may see a record. Shape and wording only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import CheckboxesField, DateField, Form, RadiosField, SelectField, TextField
from heard.network.models import Involvement
from heard.network.rules import MOST_WHY, Level
from heard.network.rules.access import DENY_ASKS, NARROW_ASKS

if TYPE_CHECKING:
    from heard.agencies.models import Team
    from heard.network.queries import Whom

_OPENS = {
    Level.KNOWS: _("They find the name and date of birth, and can tell a worry. They open nothing."),
    Level.SUMMARY: _("Who the child is, who leads the work, whom to call, and warnings."),
    Level.RECORD: _("The child’s page with all its parts. No files, no packs, no referral."),
    Level.EVERYTHING: _("The record, and files, packs and referrals too."),
}


class _WithWhom(Form):
    """Asks for an agency, a team or a person; the cleaned value is what `whom` has under that key."""

    whom = SelectField(_("Who?"), missing=_("Choose who it is"))

    def __init__(self, *args: Any, whom: Mapping[str, Whom], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._whom = whom
        self.fields["whom"].choices = [(key, one.label) for key, one in whom.items()]  # type: ignore[attr-defined]

    def clean_whom(self) -> Whom:
        return self._whom[self.cleaned_data["whom"]]


class GiveAccessForm(_WithWhom):
    level = RadiosField(
        _("How far?"),
        choices=[(str(level), label, _OPENS[Level(level)]) for level, label in Involvement.Level.choices],
        missing=_("Choose how far they may see the record"),
    )
    why = TextField(
        _("Why do they need it?"),
        hint=_("What they do for this child."),
        missing=_("Say why they need it"),
        max_length=MOST_WHY,
    )
    until = DateField(
        _("Until which day?"),
        hint=_("The last day on which they see it. Leave it empty where nobody knows yet."),
        called=_("The day"),
        required=False,
    )
    field_order = ("whom", "level", "why", "until")

    def clean_level(self) -> Level:
        return Level(int(self.cleaned_data["level"]))

    def clean_until(self) -> datetime | None:
        last = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)) if last else None


class DenyForm(_WithWhom):
    asks = DENY_ASKS

    why = TextField(
        _("Why may they not see it?"),
        hint=_("Everybody who sees the record can read this, and they cannot."),
        max_length=MOST_WHY,
    )
    field_order = ("whom", "why")


class NarrowForm(Form):
    """`teams`: those of the agency, by key."""

    asks = NARROW_ASKS

    teams = CheckboxesField(
        _("Which teams work with the child?"),
        hint=_(
            "Whoever has something to do for the child and is in none of them no longer sees it: let them in by name."
        ),
    )
    why = TextField(_("Why?"), missing=_("Say why"), max_length=MOST_WHY)

    def __init__(self, *args: Any, teams: Mapping[str, Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._teams = teams
        self.fields["teams"].choices = [(key, str(team)) for key, team in teams.items()]  # type: ignore[attr-defined]

    def clean_teams(self) -> list[Team]:
        return [self._teams[key] for key in self.cleaned_data["teams"]]


class WhyForm(Form):
    why = TextField(_("Why?"), missing=_("Say why"), max_length=MOST_WHY)
