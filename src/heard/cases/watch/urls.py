"""Addresses of unusual reading."""

from django.urls import URLPattern, path

from heard.cases.watch import views

urlpatterns: list[URLPattern] = [
    path("reading/", views.alerts, name="alerts"),
    path("reading/<int:alert_id>/", views.alert, name="alert"),
]
