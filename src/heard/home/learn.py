"""What the page “What we look for and why” needs, out of one release of knowledge: the newest, or an older one by name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden
from heard.cases.clocks.words import allowed
from heard.knowledge import load
from heard.knowledge.differences import Difference, differences
from heard.knowledge.model import Item, NoCarrier, Phrase, Release


def page(release_id: str = "") -> dict[str, Any]:
    """Of a release by its id, else of the newest. `Hidden` where there is none of that name."""
    if release_id and release_id not in load.release_ids():
        raise Hidden
    release = load.release(release_id) if release_id else load.current()
    return {
        "release": release,
        "newest": load.current().id,
        "others": [other for other in reversed(load.release_ids()) if other != release.id],
        "changed": _changed(release),
        "sections": _sections(release),
        "headings": [(h, [p for p in release.patterns if p.heading == h.id]) for h in release.headings],
        "uncarried": _uncarried(release),
        "offered": _offered(release),
        "clocks": [(clock, allowed(clock)) for clock in release.clocks],
    }


def _uncarried(release: Release) -> dict[str, NoCarrier]:
    """Items for which neither statutory return that Heard reads has a field, with who or what carries them."""
    return {entry.item: entry for entry in release.no_carrier}


def _offered(release: Release) -> list[tuple[Item, list[Phrase]]]:
    """Each sign and vulnerability that words offer, with those words, in the order of the two lists."""
    items = (*release.signs, *release.vulnerabilities)
    found = [(item, [phrase for phrase in release.phrases if phrase.item == item.id]) for item in items]
    return [(item, phrases) for item, phrases in found if phrases]


def _changed(release: Release) -> list[tuple[str, list[Difference]]]:
    """What this release says otherwise than the one that it extends, by what was done to it. Gaps, words that offer a sign, the
    sides of a context and powers have a part of their own."""
    if not release.extends:
        return []
    apart = ("not_enumerated", "phrases", "context_sides", "powers")
    found = [
        difference
        for difference in differences(load.release(release.extends), release)
        if difference.section not in apart
    ]
    headings = {"added": _("New"), "changed": _("Put right"), "withdrawn": _("Withdrawn")}
    kinds = [
        (text, [difference for difference in found if difference.change == kind])
        for kind, text in headings.items()
    ]
    return [(text, ones) for text, ones in kinds if ones]


def _sections(release: Release) -> list[tuple[str, str, bool]]:
    """Text, address and whether it is the current one, as the side navigation asks."""
    conclusions = [(_("What the inquiry found"), "#conclusions", False)] if release.conclusions else []
    laws = [(_("Law and guidance since"), "#laws", False)] if release.laws else []
    ties = [(_("How two may be tied"), "#ties", False)] if release.ties else []
    phrases = [(_("Words that offer a sign"), "#phrases", False)] if release.phrases else []
    sides = [(_("How a place or group is assessed"), "#sides", False)] if release.context_sides else []
    powers = [(_("Powers for disruption"), "#powers", False)] if release.powers else []
    return [
        (_("Start here"), "#start", False),
        (_("What the words mean"), "#words", False),
        (_("Signs and vulnerabilities"), "#lists", False),
        (_("Patterns"), "#patterns", False),
        (_("The counting rule"), "#rule", False),
        (_("Figures"), "#figures", False),
        *conclusions,
        (_("How we work"), "#principles", False),
        (_("Statutory deadlines"), "#clocks", False),
        *laws,
        *ties,
        *phrases,
        *sides,
        *powers,
        (_("What our sources do not say"), "#gaps", False),
        (_("About this release"), "#release", False),
    ]
