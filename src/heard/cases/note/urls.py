"""Addresses of notes of contact."""

from django.urls import URLPattern, path

from heard.cases.note import views

urlpatterns: list[URLPattern] = [
    path("notes/write/", views.choose, name="note_choose"),
    path("notes/write/several/", views.choose_several, name="note_choose_several"),
    path("notes/write/together/", views.together, name="note_together"),
    path("children/<uuid:person_id>/notes/write/", views.write, name="note_write"),
    path("notes/<uuid:note_id>/", views.note, name="note"),
    path("notes/<uuid:note_id>/signs/", views.signs, name="note_signs"),
    path("notes/<uuid:note_id>/correct/", views.correct, name="note_correct"),
]
