"""Addresses of caseloads that were brought in."""

from django.urls import path

from heard.insight.bringing import views

urlpatterns = [
    path("", views.imports, name="caseload_imports"),
    path("bring/", views.caseload_bring, name="caseload_bring"),
    path("<uuid:import_id>/", views.caseload_import, name="caseload_import"),
    path("<uuid:import_id>/rows.csv", views.import_file, name="caseload_import_file"),
    path("<uuid:import_id>/undo/", views.import_undo, name="caseload_import_undo"),
    path("<uuid:import_id>/given/", views.caseload_given, name="caseload_given"),
]
