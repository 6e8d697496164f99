from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from heard.graph.question import views


def _pages(
    question: str, below: str, pages: tuple[Callable[..., Any], Callable[..., Any]]
) -> list[URLPattern]:
    ask, judge = pages
    return [
        path(f"questions/{question}/{below}", ask, name=f"ask_{question}"),
        path(f"questions/{question}/{below}judge/", judge, name=f"judge_{question}"),
    ]


urlpatterns = [
    path("near/<uuid:person_id>/", views.near, name="near"),
    path("questions/ways/<uuid:node_id>/", views.other_end, name="ways_from"),
    *_pages("episodes", "<uuid:episode_id>/", views.EPISODES),
    *_pages("together", "<uuid:person_id>/", views.TOGETHER),
    *_pages("ways", "<uuid:node_id>/<uuid:other_id>/", views.WAYS),
    *_pages("panel", "<uuid:panel_id>/", views.PANEL),
    *_pages("worry", "<uuid:concern_id>/", views.WORRY),
    *_pages("unwatched", "", views.UNWATCHED),
    *_pages("users", "<uuid:handle_id>/", views.USERS),
    *_pages("there", "<uuid:place_id>/", views.THERE),
    *_pages("rests", "<uuid:node_id>/", views.RESTS),
    *_pages("pieces", "<uuid:thing_id>/", views.PIECES),
]
