"""Addresses of the child's page."""

from django.urls import path

from heard.cases.timeline import views

urlpatterns = [
    path("children/<uuid:person_id>/", views.child, name="child"),
    path("children/<uuid:person_id>/chronology/", views.chronology, name="child_chronology"),
    path(
        "children/<uuid:person_id>/chronology/paper/", views.chronology_paper, name="child_chronology_paper"
    ),
    path("cases/<uuid:case_id>/clocks/", views.clocks, name="clocks"),
    path("children/<uuid:person_id>/looked/", views.looked, name="child_looked"),
]
