"""Addresses of worries that name what a restricted record holds."""

from django.urls import URLPattern, path

from heard.cases.concern.holder import views

urlpatterns: list[URLPattern] = [
    path("children/<uuid:person_id>/named/", views.held, name="held_worries"),
    path("children/<uuid:person_id>/named/<uuid:held_id>/", views.match, name="held_worry"),
]
