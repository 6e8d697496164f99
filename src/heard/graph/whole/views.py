"""The whole network, for who sees the partnership: groups by their places, one group, and a canvas of all; and for who sees figures, counts of
groups. Nothing is here that the questions and the drawings do not say, and each page works without scripts."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from heard.agencies.gate import Request, gate
from heard.agencies.rules import May
from heard.govuk.environment import time
from heard.graph.drawing.views import shown
from heard.graph.whole import actions, queries
from heard.graph.whole.queries import Cluster
from heard.graph.whole.rules import LEAST, PARTS, SMALL

_NOBODY = uuid.UUID(int=0)  # in an address, in place of which the script puts a key
_BANDS: dict[str, Any] = {
    "none": gettext_lazy("none"),
    "few": gettext_lazy("1 to 5"),
    "some": gettext_lazy("6 to 20"),
    "many": gettext_lazy("21 to 50"),
    "most": gettext_lazy("more than 50"),
}


@gate(May.SEE_PARTNERSHIP)
@require_safe
def whole(request: Request) -> HttpResponse:
    """Groups as circles, and the same as a table."""
    found = actions.open_whole(by=request.user)
    context = {"found": found, "says": _as_of(found.made_at), "least": max(found.least, LEAST)}
    context["today"] = timezone.localdate()
    return render(request, "graph/whole.html", context | _words())


@gate(May.SEE_PARTNERSHIP)
@require_safe
def group(request: Request, cluster_id: uuid.UUID) -> HttpResponse:
    """One group: drawn as all drawings are, or on the canvas where there are too many."""
    found = actions.open_group(by=request.user, cluster=cluster_id)
    if found.picture:
        context: dict[str, Any] = {
            "title": found.cluster.name,
            "back": (reverse("whole"), _("The whole network")),
            "says": _(
                "Who and what is in this group is as it was laid out on %(when)s. The ties between them are as they are known now."
            )
            % {"when": time(found.made_at)},
            "form": None,
            "nearer": "",
            "lines": [],
            "subject": _("A group in the whole network"),
            "rests_at": "",
            "take_at": "",
        }
        return render(request, "graph/drawing.html", context | shown(found.picture))
    at = reverse("whole_group_positions", kwargs={"cluster_id": cluster_id})
    return _canvas(request, found.cluster.name, found.made_at, [found.cluster], at, labels=False)


@gate(May.SEE_PARTNERSHIP)
@require_safe
def everything(request: Request) -> HttpResponse:
    """Everybody and everything, on the canvas."""
    made_at, clusters = queries.labels(request.user)
    at = reverse("whole_positions") if made_at else ""
    return _canvas(request, _("All of the network"), made_at, clusters, at, labels=True)


@gate(May.SEE_PARTNERSHIP)
@require_safe
def positions(request: Request) -> HttpResponse:
    """Where everybody and everything stands, for the canvas."""
    return HttpResponse(actions.give_positions(by=request.user), content_type="application/octet-stream")


@gate(May.SEE_PARTNERSHIP)
@require_safe
def positions_of(request: Request, cluster_id: uuid.UUID) -> HttpResponse:
    """The same of one group."""
    found = actions.give_positions(by=request.user, cluster=cluster_id)
    return HttpResponse(found, content_type="application/octet-stream")


@gate(May.SEE_PARTNERSHIP)
@require_safe
def one(request: Request, placed_id: uuid.UUID) -> HttpResponse:
    """Who or what stands in one place, and where their page is."""
    this = actions.name_one(by=request.user, key=placed_id)
    return JsonResponse({"name": str(this), "what": str(_what(this)), "href": _page(this)})


@gate(May.SEE_FIGURES)
@require_safe
def counted(request: Request) -> HttpResponse:
    """How many groups there are by kind of place, for who sees no names."""
    found = queries.counts(request.user)
    context = {"found": found, "says": _as_of(found.made_at), "small": SMALL, "least": LEAST}
    return render(request, "graph/whole_counted.html", context)


def _as_of(made_at: datetime | None) -> str:
    at = time(made_at)
    return (
        _("As it was laid out on %(when)s. What was noted since is not in it.") % {"when": at} if at else ""
    )


def _words() -> dict[str, Any]:
    return {"bands": {name: str(says) for name, says in _BANDS.items()}, "parts": PARTS}


def _canvas(
    request: Request,
    title: str,
    made_at: datetime | None,
    clusters: list[Cluster],
    positions_at: str,
    *,
    labels: bool,
) -> HttpResponse:
    """The page of a canvas. `labels`: whether the names of the groups stand in the picture, and lead to them in the table."""
    named = [{"name": cluster.name, "x": cluster.at[0], "y": cluster.at[1]} for cluster in clusters if labels]
    context: dict[str, Any] = {
        "title": title,
        "says": _as_of(made_at),
        "clusters": clusters,
        "links": labels,
        "labels": json.dumps(named, ensure_ascii=False),
        "positions_at": positions_at,
        "one_at": reverse("whole_one", kwargs={"placed_id": _NOBODY}),
        "back": (reverse("whole"), _("The whole network")),
    }
    return render(request, "graph/whole_canvas.html", context | _words())


def _page(this: Any) -> str:
    kind = type(this).__name__.casefold()
    if kind == "person":
        return reverse("child" if this.kind == "child" else "adult", kwargs={"person_id": this.pk})
    if kind == "handle":
        return reverse("web", kwargs={"node_id": this.pk})
    return reverse(kind, kwargs={f"{kind}_id": this.pk})


def _what(this: Any) -> Any:
    kind = type(this).__name__.casefold()
    words = {
        "child": _("child"),
        "adult": _("adult"),
        "group": _("group"),
        "place": _("place"),
        "handle": _("phone, car or account"),
    }
    return words[str(this.kind) if kind == "person" else kind]
