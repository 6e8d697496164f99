"""Addresses of a case."""

from django.urls import URLPattern, path

from heard.cases.case import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/trusted-worker/", views.trusted_worker, name="trusted_worker"),
]
