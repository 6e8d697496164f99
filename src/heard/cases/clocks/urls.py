"""Addresses of clocks, and of the moments that start and meet them."""

from django.urls import URLPattern, path

from heard.cases.clocks import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/clocks/note/", views.note, name="moment_note"),
    path("moments/<uuid:moment_id>/correct/", views.correct, name="moment_correct"),
]
