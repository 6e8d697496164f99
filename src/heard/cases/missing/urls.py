"""Addresses about missing children."""

from django.urls import URLPattern, path

from heard.cases.missing import views

urlpatterns: list[URLPattern] = [
    path("missing/", views.missing, name="missing"),
    path("missing/<uuid:episode_id>/", views.episode, name="episode"),
    path("missing/<uuid:episode_id>/change/", views.change, name="episode_change"),
    path("missing/<uuid:episode_id>/back/", views.found, name="episode_found"),
    path("missing/<uuid:episode_id>/mistake/", views.take_back, name="episode_take_back"),
    path("missing/<uuid:episode_id>/offer/", views.offer, name="interview_offer"),
    path("missing/<uuid:episode_id>/interview/", views.interview, name="interview"),
    path(
        "missing/<uuid:episode_id>/interview/person/",
        views.answer,
        {"end": "person"},
        name="interview_person",
    ),
    path(
        "missing/<uuid:episode_id>/interview/place/", views.answer, {"end": "place"}, name="interview_place"
    ),
    path(
        "missing/<uuid:episode_id>/interview/group/", views.answer, {"end": "group"}, name="interview_group"
    ),
    path(
        "missing/<uuid:episode_id>/interview/handle/",
        views.answer,
        {"end": "handle"},
        name="interview_handle",
    ),
    path("missing/<uuid:episode_id>/named/", views.episode_named, name="episode_named"),
    path("ready/<uuid:form_id>/", views.philomena_version, name="philomena_version"),
    path("ready/<uuid:form_id>/named/", views.philomena_named, name="philomena_named"),
    path("children/<uuid:person_id>/missing/", views.of_child, name="missing_of"),
    path("children/<uuid:person_id>/missing/note/", views.note, name="missing_note"),
    path("children/<uuid:person_id>/ready/", views.philomena, name="philomena"),
    path("children/<uuid:person_id>/ready/write/", views.philomena_write, name="philomena_write"),
    path("children/<uuid:person_id>/ready/paper/", views.philomena_paper, name="philomena_paper"),
]
