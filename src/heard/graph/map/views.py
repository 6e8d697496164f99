"""Maps of places, never of people: by month, one place, before and after something was done, and from where a child was missing to where
they were found. Each has a table that says the same, and works without scripts."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heard.agencies.drafts.forms import kept_form, sending
from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.graph.map import actions, store
from heard.graph.map.forms import PARTS, WhenForm, WhereForm, called
from heard.graph.map.queries import Beside, End, Named, Route
from heard.graph.map.rules import MOST, Month, Spot, part_of_day
from heard.network.actions import locate_place, unlocate_place

_ROWS = 50  # places of a table on one page
_ASKS = ("since", "until", "part", "kinds")
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@gate(May.SEE_CHILD)
@require_safe
def places(request: Request) -> HttpResponse:
    """Places that worries and missing episodes name, by month."""
    form = WhenForm(request.GET if any(name in request.GET for name in _ASKS) else None)
    how = form.how
    found = actions.map_places(by=request.user, **how)
    initial = {name: str(how[name]) for name in ("since", "until", "part")} | {"kinds": _ticked(how["kinds"])}
    context = {
        "form": form if form.is_bound and form.errors else WhenForm(initial),
        "found": found,
        "page": Paginator(found.rows, _ROWS).get_page(request.GET.get("page")),
        "query": _query(request),
        "says": _chosen(how),
        "months": _months,
        "most": MOST,
        **_map([_named(row) for row in found.rows[:MOST]]),
    }
    return render(request, "graph/map.html", context)


@gate(May.SEE_CHILD)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: Request, place_id: uuid.UUID) -> HttpResponse:
    """Where a place is, and saying it."""
    this = actions.map_place(by=request.user, place_id=place_id)
    form = kept_form(request, WhereForm, kind="map.place", subject_id=place_id)
    if form.is_valid():
        with sending(request, form):
            locate_place(by=request.user, place_id=place_id, **form.cleaned_data)
            messages.success(request, _("Saved: where this place is."))
            return redirect("map_place", place_id=place_id)
    where = this.where
    shown = [_feature(where.place.name, "", where.spot, shape="place")] if where.spot else []
    context = {
        "form": form,
        "this": this,
        "where": where,
        "place": where.place,
        **_map(shown, picks=not where.is_home),
    }
    return render(request, "graph/map_place.html", context)


@gate(May.SEE_CHILD)
@require_POST
def place_nowhere(request: Request, place_id: uuid.UUID) -> HttpResponse:
    """What somebody said of where a place is counts no longer."""
    unlocate_place(by=request.user, place_id=place_id)
    messages.success(request, _("Saved: nobody says any longer where this place is."))
    return redirect("map_place", place_id=place_id)


@gate(May.SEE_CHILD)
@require_safe
def moved(request: Request, place_id: uuid.UUID) -> HttpResponse:
    """A place and its neighbours, before and after something was done about it."""
    found = actions.map_before_and_after(by=request.user, place_id=place_id)
    context = {
        "found": found,
        "place": found.counted.place,
        "here": next((row for row in found.rows if row.here), None),
        "courses": _courses(),
        **_map([_beside(row) for row in found.rows]),
    }
    return render(request, "graph/map_moved.html", context)


@gate(May.SEE_CHILD)
@require_safe
def routes(request: Request, person_id: uuid.UUID) -> HttpResponse:
    """From where one child was missing to where they were found."""
    found = actions.map_routes(by=request.user, person_id=person_id, chosen=_keys(request))
    rows = [
        (route, PARTS[part_of_day(timezone.localtime(route.episode.missing_from))]) for route in found.routes
    ]
    context = {
        "found": found,
        "person": found.person,
        "given": rows,
        "today": timezone.localdate(),
        **_map([shown for route in found.routes for shown in _route(route)]),
    }
    return render(request, "graph/map_routes.html", context)


@gate(May.SEE_CHILD)
@require_safe
def areas(request: Request) -> HttpResponse:
    """Boundaries that an installer added, of what a map shows, as GeoJSON. They speak of nobody."""
    try:
        west, south, east, north = (float(text) for text in request.GET.get("box", "").split(","))
    except ValueError:
        found = []  # of no box
    else:
        found = store.boundaries(west, south, east, north)
    return JsonResponse({"type": "FeatureCollection", "features": found})


@gate(May.SEE_CHILD)
@require_safe
def tile(request: Request, z: int, x: int, y: int) -> HttpResponse:
    """One picture of the tiles that an installer added; they speak of nobody."""
    found = store.tile(z, x, y) if max(z, x, y) < 2**31 else None
    if found is None:
        raise Http404
    return HttpResponse(found[1], content_type=_TYPES[found[0]])


# ---- what a map shows, as GeoJSON


def _map(features: list[dict[str, Any]], *, picks: bool = False) -> dict[str, Any]:
    """`features`: as the page holds them for the script; `picks`: a click says where something is."""
    features = [feature for feature in features if feature]
    held = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    tiles = store.tiles()
    return {
        "features": held,
        "shapes": {feature["properties"]["shape"] for feature in features} - {"route"},
        "squares": any(feature["properties"]["side"] for feature in features),
        "tiles": tiles,
        "tiles_at": _tiles_at() if tiles else "",
        "picks": picks,
        "sources": [one for one in store.added() if one.kind != "postcodes" or features],
    }


def _tiles_at() -> str:
    return reverse("map_tile", kwargs={"z": 1, "x": 2, "y": 3}).replace("1/2/3", "{z}/{x}/{y}")


def _feature(
    name: str, says: str, spot: Spot, *, shape: str, href: str = "", on_paper: bool = True
) -> dict[str, Any]:
    """Its middle as a point, and the square in which it lies where it has one. `on_paper`: whether it is printed."""
    ring = {"ring": spot.ring} if spot.side else {}
    about = {"name": name, "says": says, "shape": shape, "href": href, "paper": on_paper, "side": spot.side}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(spot.lon, 6), round(spot.lat, 6)]},
        "properties": about | ring,
    }


def _named(one: Named) -> dict[str, Any]:
    spot = one.where.spot
    if spot is None:
        return {}
    shape = "both" if len(one.months) == 2 else next(iter(one.months))
    told = {"worry": _("Worries: %(months)s"), "episode": _("Missing episodes: %(months)s")}
    says = ". ".join(
        told[kind] % {"months": _months(some)} for kind, some in sorted(one.months.items(), reverse=True)
    )
    return _feature(
        one.where.place.name, says, spot, shape=shape, href=reverse("place", args=[one.where.place.pk])
    )


def _beside(one: Beside) -> dict[str, Any]:
    if one.where.spot is None:
        return {}
    return _feature(
        one.where.place.name,
        _courses()[one.course],
        one.where.spot,
        shape="here" if one.here else one.course,
        href=reverse("place", args=[one.where.place.pk]),
    )


def _courses() -> dict[str, str]:
    return {
        "more": _("Named more since"),
        "less": _("Named less since"),
        "same": _("Named about as often"),
        "cut": _("Too many records to count"),
    }


def _route(route: Route) -> list[dict[str, Any]]:
    """Both ends, and the line between them where both are known."""
    month = called(Month.of(timezone.localdate(route.episode.missing_from)))
    ends = [
        (route.start, "from", _("Missing from, %(month)s") % {"month": month}),
        (route.finish, "found", _("Found, %(month)s") % {"month": month}),
    ]
    shown = [
        _feature(says, _how(end), end.spot, shape=shape, on_paper=end.on_paper)
        for end, shape, says in ends
        if end
    ]
    if route.start and route.finish:
        line = [[round(end.spot.lon, 6), round(end.spot.lat, 6)] for end in (route.start, route.finish)]
        about = {
            "name": month, "says": "", "shape": "route", "href": "", "paper": route.start.on_paper and route.finish.on_paper, "side": 0,
        }  # fmt: skip
        shown.append(
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": about}
        )
    return shown


def _how(end: End) -> str:
    return _("Known by %(how)s") % {"how": end.says}


# ---- words


def _months(runs: list[tuple[Month, Month]]) -> str:
    """March 2026 to May 2026, July 2026."""
    spans = [
        called(first)
        if first == last
        else _("%(first)s to %(last)s") % {"first": called(first), "last": called(last)}
        for first, last in runs
    ]
    return ", ".join(spans)


def _chosen(how: dict[str, Any]) -> str:
    since, until = called(how["since"]), called(how["until"])
    says = since if since == until else _("%(first)s to %(last)s") % {"first": since, "last": until}
    parts = [says, str(PARTS[how["part"]]) if how["part"] else ""]
    return ", ".join(filter(None, parts))


def _ticked(kinds: frozenset[str]) -> list[str]:
    return [] if len(kinds) == 2 else sorted(kinds)


def _query(request: Request) -> str:
    said = request.GET.copy()
    said.pop("page", None)
    return said.urlencode()


def _keys(request: Request) -> frozenset[uuid.UUID]:
    """Episodes that somebody chose; what is no key is left out."""
    found = set()
    for text in request.GET.getlist("chosen"):
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return frozenset(found)
