"""Addresses of the front page, search, and the pages that hold no data."""

from django.urls import path

from heard.home import around, open, session, typed, views
from heard.home.search.views import search

urlpatterns = [
    path("", views.home, name="home"),
    path("knowledge/", views.knowledge, name="knowledge"),
    path("figures/", views.figures, name="figures"),
    path("search/", search, name="find"),
    path("places/", around.places, name="places"),
    path("places/<uuid:place_id>/", around.place, name="place"),
    path("groups/", around.groups, name="groups"),
    path("groups/<uuid:group_id>/", around.group, name="group"),
    path("typed/", typed.keep, name="typed_keep"),
    path("unfinished/", typed.unfinished, name="unfinished"),
    path("signed-in/", session.stay, name="stay"),
    path("healthz", open.healthz, name="healthz"),
    path("robots.txt", open.robots, name="robots"),
]
