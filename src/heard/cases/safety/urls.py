"""Addresses of safety plans."""

from django.urls import URLPattern, path

from heard.cases.safety import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/safety/", views.safety, name="safety"),
    path("cases/<uuid:case_id>/safety/write/", views.write, name="safety_write"),
    path("cases/<uuid:case_id>/safety/paper/", views.paper, name="safety_paper"),
]
