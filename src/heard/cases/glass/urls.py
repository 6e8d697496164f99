"""Addresses of opening a record in an emergency."""

from django.urls import URLPattern, path

from heard.cases.glass import views

urlpatterns: list[URLPattern] = [
    path("glass/", views.glass, name="glass"),
    path("glass/openings/", views.openings, name="glass_openings"),
    path("glass/openings/<uuid:opening_id>/", views.opening, name="glass_opening"),
]
