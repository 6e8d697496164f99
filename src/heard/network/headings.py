"""What stands over people, places, groups and handles on pages of ties: who protects comes first, children and adults never stand
in one list. And what a record that names one is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from heard.network.rules import PROTECTS

if TYPE_CHECKING:
    from heard.network.strands import Strand

HEADINGS: Final[dict[str, Any]] = {
    "protects": _("Who protects"),
    "child": _("Children"),
    "adult": _("Adults"),
    "place": _("Places"),
    "group": _("Groups"),
    "handle": _("Phones, cars and accounts"),
}


# Of each kind of record that names something: its page, by what, what it is called, and what it is called as the ground of an answer.
RECORDS: Final[dict[str, tuple[str, str, Any, Any]]] = {
    "concern": (
        "concern", "concern_id", _("Worry told on %(date)s"), _("A worry that names it, %(date)s"),
    ),
    "interview": (
        "episode", "episode_id", _("Missing episode or interview, kept on %(date)s"),
        _("A missing episode or interview that names it, %(date)s"),
    ),
    "philomena": (
        "philomena_version", "form_id", _("Philomena form, kept on %(date)s"), _("A Philomena form that names it, %(date)s"),
    ),
    "panel item": (
        "panel_item", "item_id", _("Notes of a panel, kept on %(date)s"), _("Notes of a panel that name it, %(date)s"),
    ),
}  # fmt: skip


def in_parts(strands: Iterable[Strand]) -> list[tuple[Any, list[Strand]]]:
    """Each part that holds something, as its heading and what stands there, in the order in which it came."""
    found: dict[str, list[Strand]] = {name: [] for name in HEADINGS}
    for strand in strands:
        protects = strand.kind_id == PROTECTS and strand.person_kind == "adult" and not strand.thought_untrue
        found["protects" if protects else strand.person_kind or strand.end].append(strand)
    return [(HEADINGS[name], some) for name, some in found.items() if some]
