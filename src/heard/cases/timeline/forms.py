"""Choosing what to see of a chronology. Whatever is asked for in an address, the page answers: nothing is an error.

Words that are looked for are no part of an address, which stays in histories and logs: they are sent, and kept in the session.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from heard.cases.record.rules import EntryKind
from heard.cases.timeline.queries import Choices, ChronologyFilter
from heard.govuk.dates import PARTS, read_date
from heard.govuk.forms import CheckboxesField, DateField, Form, SelectField, TextField

KINDS: dict[EntryKind, Any] = {
    EntryKind.WORDS: _("The child’s own words"),
    EntryKind.WORRY: _("Worries"),
    EntryKind.CONTACT: _("Notes of contact"),
    EntryKind.DECISION: _("Decisions"),
    EntryKind.SIGN: _("Signs and vulnerabilities seen"),
    EntryKind.CASE: _("Cases"),
    EntryKind.ASSESSMENT: _("Assessments"),
    EntryKind.PLAN: _("Plans"),
    EntryKind.ACTION: _("Actions"),
    EntryKind.SAFETY: _("Safety plans"),
    EntryKind.DISRUPTION: _("Disruption steps"),
    EntryKind.REVIEW: _("Reviews"),
    EntryKind.MISSING: _("Missing episodes"),
    EntryKind.MOMENT: _("Conferences and other moments"),
    EntryKind.PANEL: _("Panels and disagreements"),
    EntryKind.SHARE: _("Shared, not shared and asked for"),
    EntryKind.REFERRAL: _("Referrals"),
    EntryKind.WARNING: _("Warnings"),
    EntryKind.FILE: _("Files"),
    EntryKind.TIE: _("People and places"),
    EntryKind.AGENCY: _("Agencies"),
}
ORDERS: Final = (("oldest", _("Oldest first")), ("newest", _("Newest first")))


class ChronologyForm(Form):
    """Drawn only, never checked: `read_asked` reads what is sent. So no field is marked as optional."""

    words = TextField(
        _("Words in it"),
        hint=_("Also in attached files. All of them have to be there; one slip of the pen is forgiven."),
        max_length=120,
        autocomplete="off",
        spellcheck=False,
    )
    since = DateField(_("From"))
    until = DateField(_("To"))
    kind = CheckboxesField(_("Kind"), choices=[(kind.value, label) for kind, label in KINDS.items()])
    agency = SelectField(_("Agency"))
    who = SelectField(_("Who did or noted it"))
    around = SelectField(_("Person, place or group around the child"), hint=_("Entries that name them."))
    order = SelectField(_("Order"), choices=ORDERS)

    def __init__(self, asked: ChronologyFilter, choices: Choices) -> None:
        chosen = {
            "words": asked.words,
            "since": asked.since,
            "until": asked.until,
            "kind": list(asked.kinds),
            "agency": asked.agency,
            "who": asked.who or "",
            "around": asked.around or "",
            "order": ORDERS[asked.newest_first][0],
        }
        super().__init__(initial=chosen, auto_id="filter_%s")
        offered: dict[str, Any] = {
            "agency": [("", _("Every agency")), *((name, name) for name in choices.agencies)],
            "who": [("", _("Everybody")), *((str(key), name) for key, name in choices.people)],
            "around": [
                ("", _("Everybody and everything")),
                *((str(key), name) for key, name in choices.around),
            ],
        }
        for name, pairs in offered.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]


def read_asked(sent: QueryDict, words: str = "") -> ChronologyFilter:
    """What an address or a form asks for. Kinds that do not exist, days that are none and keys of nothing are left out; a page
    that is not a number is the first."""
    return ChronologyFilter(
        kinds=tuple(kind for kind in sent.getlist("kind") if kind in set(EntryKind)),
        agency=sent.get("agency", "").replace("\x00", ""),
        since=_day(sent, "since"),
        until=_day(sent, "until"),
        who=_number(sent.get("who", "")),
        around=_key(sent.get("around", "")),
        words=words.replace("\x00", "")[:120],
        newest_first=sent.get("order") == "newest",
        page=_number(sent.get("page", "")) or 1,
    )


def _day(sent: QueryDict, name: str) -> date | None:
    parts = {part: sent.get(f"{name}-{part}", "") for part in PARTS}
    read = read_date(**parts, called="")
    return read if isinstance(read, date) else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def named(asked: ChronologyFilter, choices: Choices) -> list[tuple[str, str | date]]:
    """What was chosen, in words: (label, what)."""
    fields = ChronologyForm(asked, choices).fields
    around, people = dict(choices.around), dict(choices.people)
    said: dict[str, str | date | None] = {
        "words": asked.words.strip(),
        "since": asked.since,
        "until": asked.until,
        "kind": ", ".join(str(KINDS[EntryKind(kind)]) for kind in asked.kinds),
        "agency": asked.agency,
        "who": people.get(asked.who or 0, ""),
        "around": around.get(asked.around, "") if asked.around else "",
    }
    return [(str(fields[name].label), what) for name, what in said.items() if what]
