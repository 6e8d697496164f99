"""The tabs of a child's page, each with an address of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from heard.cases.timeline.queries import Head


@dataclass(frozen=True)
class Tab:
    """`name`: of its address. `whole`: only for those who see everything of the record. `old`: anchors of the one long page that
    was there before, which lead here."""

    name: str
    text: Any
    template: str
    whole: bool = False
    old: tuple[str, ...] = ()
    query: str = ""


TABS: Final = (
    Tab("child", _("Summary"), "cases/timeline/child.html"),
    Tab(
        "child_chronology",
        _("Chronology"),
        "cases/timeline/chronology.html",
        old=("chronology",),
        query="?order=newest",
    ),
    Tab("notes", _("Notes"), "cases/timeline/notes.html"),
    Tab("child_assessment", _("Assessment"), "cases/timeline/assessment.html", old=("signs",)),
    Tab("child_plan", _("Plan"), "cases/timeline/plan.html", old=("plan",)),
    Tab("child_people", _("People and places"), "cases/timeline/people.html", old=("around",)),
    Tab("attachments", _("Files"), "cases/timeline/attachments.html", whole=True),
    Tab("child_shared", _("Shared and access"), "cases/timeline/shared.html", old=("shared", "looked")),
)


def tabs_of(head: Head, here: str) -> list[dict[str, Any]]:
    """Those that this reader may open."""
    return [
        {
            "text": tab.text,
            "href": reverse(tab.name, kwargs={"person_id": head.person.pk}) + tab.query,
            "current": tab.name == here,
            "old": tab.old if here == "child" else (),
        }
        for tab in TABS
        if head.whole or not tab.whole
    ]


def tab_of(name: str) -> Tab:
    return next(tab for tab in TABS if tab.name == name)
