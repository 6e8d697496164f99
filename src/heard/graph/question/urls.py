from django.urls import URLPattern, path

from heard.graph.question import views

# Of each question, what its address says of what it is asked.
BELOW: dict[str, str] = {
    "episodes": "<uuid:episode_id>/",
    "together": "<uuid:person_id>/",
    "ways": "<uuid:node_id>/<uuid:other_id>/",
    "panel": "<uuid:panel_id>/",
    "same_group": "<uuid:group_id>/",
    "circles": "<uuid:panel_id>/",
    "bridges": "",
    "moved": "<uuid:place_id>/",
    "worry": "<uuid:concern_id>/",
    "unwatched": "",
    "users": "<uuid:handle_id>/",
    "there": "<uuid:place_id>/",
    "rests": "<uuid:node_id>/",
    "pieces": "<uuid:thing_id>/",
}


def _pages(question: str, below: str) -> list[URLPattern]:
    ask, judge = views.PAGES[question]
    return [
        path(f"questions/{question}/{below}", ask, name=f"ask_{question}"),
        path(f"questions/{question}/{below}judge/", judge, name=f"judge_{question}"),
    ]


urlpatterns = [
    path("near/<uuid:person_id>/", views.near, name="near"),
    path("questions/ways/<uuid:node_id>/", views.other_end, name="ways_from"),
    *(page for question, below in BELOW.items() for page in _pages(question, below)),
]
