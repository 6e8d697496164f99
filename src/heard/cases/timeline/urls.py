"""Addresses of the child's page."""

from django.urls import path

from heard.cases.timeline import views

urlpatterns = [
    path("children/<uuid:person_id>/", views.child, name="child"),
    path("children/<uuid:person_id>/chronology/", views.chronology, name="child_chronology"),
    path("children/<uuid:person_id>/notes/", views.notes, name="notes"),
    path("children/<uuid:person_id>/assessment/", views.assessment, name="child_assessment"),
    path("children/<uuid:person_id>/plan/", views.plan, name="child_plan"),
    path("children/<uuid:person_id>/people/", views.people, name="child_people"),
    path("children/<uuid:person_id>/files/", views.files, name="attachments"),
    path("children/<uuid:person_id>/shared/", views.shared, name="child_shared"),
    path(
        "children/<uuid:person_id>/chronology/paper/", views.chronology_paper, name="child_chronology_paper"
    ),
    path("panels/<uuid:panel_id>/pack/", views.pack, name="panel_pack"),
    path("cases/<uuid:case_id>/clocks/", views.clocks, name="clocks"),
    path("children/<uuid:person_id>/looked/", views.looked, name="child_looked"),
]
