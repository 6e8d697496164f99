"""Choosing what to see of a chronology. Whatever is asked for in an address, the page answers: nothing is an error."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from heard.cases.timeline.queries import Asked
from heard.cases.timeline.rules import Kind
from heard.govuk.forms import CheckboxesField, Form, SelectField

KINDS: dict[Kind, Any] = {
    Kind.WORDS: _("The child’s own words"),
    Kind.WORRY: _("Worries"),
    Kind.DECISION: _("Decisions"),
    Kind.SIGN: _("Signs and vulnerabilities seen"),
    Kind.CASE: _("Cases"),
    Kind.ASSESSMENT: _("Assessments"),
    Kind.PLAN: _("Plans"),
    Kind.ACTION: _("Actions"),
    Kind.SAFETY: _("Safety plans"),
    Kind.DISRUPTION: _("Steps against what harms"),
    Kind.REVIEW: _("Reviews"),
    Kind.MISSING: _("Missing episodes"),
    Kind.SHARE: _("Shared, not shared and asked for"),
    Kind.REFERRAL: _("Referrals"),
    Kind.WARNING: _("Warnings"),
    Kind.FILE: _("Files"),
    Kind.TIE: _("People and places"),
    Kind.AGENCY: _("Agencies"),
}


class ChronologyForm(Form):
    """Drawn only, never checked: `read_asked` reads the address. So no field is marked as optional."""

    kind = CheckboxesField(_("Kind"), choices=[(kind.value, label) for kind, label in KINDS.items()])
    agency = SelectField(_("Agency"))

    def __init__(self, asked: Asked, agencies: list[str]) -> None:
        super().__init__(initial={"kind": list(asked.kinds), "agency": asked.agency}, auto_id="filter_%s")
        every = [("", _("Every agency"))]
        self.fields["agency"].choices = [*every, *((name, name) for name in agencies)]  # type: ignore[attr-defined]


def read_asked(sent: QueryDict) -> Asked:
    """What an address asks for. Kinds that do not exist are left out; a page that is not a number is the first."""
    kinds = tuple(kind for kind in sent.getlist("kind") if kind in set(Kind))
    page = sent.get("page", "")
    return Asked(
        kinds,
        sent.get("agency", ""),
        int(page) if page.isascii() and page.isdigit() and len(page) < 10 else 1,
    )
