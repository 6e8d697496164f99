"""Addresses of the engine in the site."""

from django.urls import path

from heard.insight.run import views

urlpatterns = [
    path("", views.engine, name="engine"),
    path("start/", views.engine_start, name="engine_start"),
    path("<uuid:run_id>/", views.engine_run, name="engine_run"),
    path("<uuid:run_id>/again/", views.engine_again, name="engine_again"),
    path("<uuid:run_id>/since/<uuid:earlier_id>/", views.engine_changes, name="engine_changes"),
    path("<uuid:run_id>/issues/", views.engine_issues, name="engine_issues"),
    path("<uuid:run_id>/out/", views.engine_out, name="engine_out"),
    path("<uuid:run_id>/out/file/", views.engine_out_file, name="engine_out_file"),
    path("<uuid:run_id>/children/<slug:key>/", views.engine_child, name="engine_child"),
    path("<uuid:run_id>/children/<slug:key>/who/", views.engine_reveal, name="engine_reveal"),
    path("<uuid:run_id>/children/<slug:key>/open/", views.engine_open, name="engine_open"),
]
