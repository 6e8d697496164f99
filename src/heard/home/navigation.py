"""What the top of each page offers: the parts of Heard whose gate lets the user pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May


@dataclass(frozen=True)
class SitePart:
    """`is_main`: it stands in the navigation of every page; else on My work and the page of all parts. `short`: what the
    navigation calls it, where that is less than what it is called elsewhere. `unless`: whoever has that
    part finds this one beside it or on the page of all parts, not in the navigation."""

    name: str
    text: str | Promise
    what_for: str | Promise
    is_main: bool = True
    short: str | Promise = ""
    unless: str = ""

    @property
    def href(self) -> str:
        return reverse(self.name)


PARTS = (
    SitePart("home", _("My work"), _("What is due, and what waits for you.")),
    SitePart(
        "worry_start",
        _("Tell a worry"),
        _("Say what you have seen or heard about a child. It takes three minutes."),
    ),
    SitePart("concerns", _("Worries"), _("Worries that were told, and what was decided on them.")),
    SitePart(
        "caseload",
        _("Caseload"),
        _("The children on your caseload, each in one line."),
        unless="team",
    ),
    SitePart(
        "missing",
        _("Missing"),
        _("Children who are missing now, and who has not been heard after coming back."),
    ),
    SitePart(
        "places",
        _("Places and groups"),
        _("Where children go and with whom, and what was told about it."),
        short=_("Places"),
    ),
    SitePart(
        "map",
        _("Map of places, by month"),
        _(
            "Which places worries and missing episodes name, and in which months. Nobody’s home, and no person."
        ),
        is_main=False,
    ),
    SitePart(
        "panels", _("Panels"), _("Where agencies look together at children, places and themes, and decide.")
    ),
    SitePart("team", _("Team"), _("Who works with whom, and what has waited longest.")),
    SitePart(
        "engine",
        _("Agencies’ records"),
        _("Bring in what agencies know, and see children whose signs are scattered over several of them."),
    ),
    SitePart("people", _("People and teams"), _("Add people, give them roles, switch off who has left.")),
    SitePart(
        "service",
        _("How the service runs"),
        _("Whether work in the background goes on, when the last backup was made, and what waits."),
        is_main=False,
    ),
    SitePart(
        "duty",
        _("Duty rota"),
        _("Who is told and rung when something urgent has not been seen by whoever should."),
        is_main=False,
    ),
    SitePart(
        "figures",
        _("Promises kept"),
        _("Whether we do what we promised to every child."),
        short=_("Promises"),
    ),
    SitePart(
        "audits",
        _("The partnership checks itself"),
        _("What guidance asks, what each agency says of it, and what is done about it."),
        short=_("Audits"),
        unless="caseload",
    ),
    SitePart(
        "inspections",
        _("Lists for an inspection"),
        _("Children and files that those who inspect ask for, agreed by two people and taken out."),
        is_main=False,
    ),
    SitePart(
        "profiles",
        _("Profiles"),
        _("What agencies’ records say together, as counts that give nobody away, and digests of it."),
        unless="caseload",
    ),
    SitePart(
        "find",
        _("Search"),
        _("Find a child, an adult, a place or a group, and see what is known."),
        is_main=False,
    ),
    SitePart(
        "services",
        _("Where to turn"),
        _("Services that help children and those around them, and how to reach them."),
        is_main=False,
    ),
    SitePart(
        "procedures",
        _("Local procedures"),
        _("How this partnership does what guidance asks, by edition."),
        is_main=False,
    ),
    SitePart(
        "duties_of_law",
        _("Duties of law"),
        _("New duties, and from which day each holds here."),
        is_main=False,
    ),
    SitePart(
        "powers",
        _("What can be done"),
        _(
            "Powers against people, places, businesses, vehicles and accounts that harm, each with its source."
        ),
        is_main=False,
    ),
    SitePart(
        "protection_team",
        _("Child protection team"),
        _("Who of which agency holds which post, and which are vacant."),
        is_main=False,
    ),
    SitePart(
        "contexts",
        _("Work on places and groups"),
        _("Places and groups that are assessed and changed for every young person there."),
        is_main=False,
    ),
    SitePart(
        "reviews",
        _("Reviews"),
        _("Plans by the day of their next review, the longest overdue first."),
        is_main=False,
    ),
    SitePart(
        "supervisions",
        _("My supervision"),
        _("Time to think with your supervisor. Only you two see it."),
        is_main=False,
    ),
    SitePart(
        "glass",
        _("Open a record in an emergency"),
        _("Break the glass: see, for some hours and with a reason, a record that you may not see otherwise."),
        is_main=False,
    ),
    SitePart(
        "glass_openings",
        _("Records opened in an emergency"),
        _("Who opened which record, why, and whether it was right."),
        is_main=False,
    ),
    SitePart(
        "alerts",
        _("Unusual reading"),
        _("What stands out in who read which records, for somebody to look at."),
        is_main=False,
    ),
    SitePart(
        "keeping",
        _("How long records are kept"),
        _("Holds, records past their time, and what was destroyed."),
        is_main=False,
    ),
    SitePart(
        "caseload_imports",
        _("Caseloads brought in"),
        _("Children, cases and plans that came from files, what became of each row, and taking that back."),
        is_main=False,
    ),
    SitePart(
        "charts",
        _("Charts brought in"),
        _("Who is tied to whom, from files of others: what each row proposes, and what became of it."),
        is_main=False,
    ),
    SitePart(
        "common_handles",
        _("Numbers of organisations"),
        _("Helplines, switchboards and agencies’ own numbers, which join nobody."),
        is_main=False,
    ),
    SitePart(
        "approvals",
        _("What takes two people"),
        _("Roles that somebody asks for, and that a second person agrees to."),
        is_main=False,
    ),
    SitePart(
        "directories",
        _("Directories"),
        _("Which organisation’s directory says who works there, and with a secret of when."),
        is_main=False,
    ),
    SitePart(
        "directory_groups",
        _("Groups that stand for roles"),
        _("Which group of an organisation’s directory stands for which role in Heard."),
        is_main=False,
    ),
    SitePart(
        "acts",
        _("What administrators did"),
        _("Every change of people, roles, teams and agencies."),
        is_main=False,
    ),
    SitePart(
        "audit_trail",
        _("The audit trail"),
        _("Whether what was done stands as it was written, verified each night."),
        is_main=False,
    ),
    SitePart(
        "deliveries",
        _("Shared with you"),
        _("What other agencies gave you about a child, to read until the day that they set."),
        is_main=False,
    ),
    SitePart(
        "proposals",
        _("Proposed changes"),
        _("Names, dates of birth and numbers that another agency says are wrong, and what became of it."),
        is_main=False,
    ),
    SitePart(
        "knowledge",
        _("What we look for"),
        _("Signs, vulnerabilities and patterns, and where they come from."),
        is_main=False,
    ),
    SitePart(
        "unfinished",
        _("Unfinished forms"),
        _("What you began and have not sent. Nothing that you type is lost."),
        is_main=False,
    ),
    SitePart(
        "about_me",
        _("My settings"),
        _("Your email address, and whether you are reminded by mail."),
        is_main=False,
    ),
)
MOST: Final = 8  # parts in the navigation, which then is one line; the others stand on the page of all parts
_ALL = SitePart("parts", _("More"), _("Every part of Heard."))  # the last of the navigation


def parts_for(user: Any) -> list[SitePart]:
    """The view behind each address knows who may pass, so that a link is never offered and then refused."""
    return [part for part in PARTS if _may_open(user, part)]


def _may_open(user: Any, part: SitePart) -> bool:
    return user.may(_needed(part.name))


@cache
def _needed(name: str) -> May:
    """What the view of this name asks of everybody. To look it up is about half of what drawing the navigation takes."""
    return resolve(reverse(name)).func.gate  # type: ignore[attr-defined]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """A context processor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "may_search": False}
    parts = parts_for(user)
    around = [part.href for part in parts if part.name != "home" and request.path.startswith(part.href)]
    nearest = max(around, key=len, default="")
    names = {part.name for part in parts}
    main = [part for part in parts if part.is_main and part.unless not in names][:MOST]
    items = [_item(part, request.path, nearest) for part in (*main, _ALL)]
    return {"navigation": items, "may_search": any(part.name == "find" for part in parts)}


def _item(part: SitePart, path: str, nearest: str) -> dict[str, Any]:
    """`nearest`: of the parts whose address this page is below, the closest: one part is marked, not its parent too."""
    here = path == part.href
    return {
        "text": part.short or part.text,
        "href": part.href,
        "current": here,
        "active": part.href == nearest and not here,
    }
