"""Addresses of assessments."""

from django.urls import URLPattern, path

from heard.cases.assessment import views

_ONE = "assessments/<uuid:assessment_id>"

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/assessment/", views.start, name="assessment_start"),
    path("assessments/", views.waiting, name="assessments"),
    path(f"{_ONE}/", views.assessment, name="assessment"),
    path(f"{_ONE}/check/", views.submit, name="assessment_submit"),
    path(f"{_ONE}/decide/", views.decide, name="assessment_decide"),
    path(f"{_ONE}/paper/", views.paper, name="assessment_paper"),
    path(f"{_ONE}/thoughts/", views.hide_thoughts, name="assessment_hide_thoughts"),
    path(f"{_ONE}/versions/", views.versions, name="assessment_versions"),
    path(f"{_ONE}/versions/paper/", views.versions_paper, name="assessment_versions_paper"),
    path(f"{_ONE}/parts/<slug:part>/", views.part, name="assessment_part"),
    path(f"{_ONE}/items/<slug:item>/", views.evidence, name="assessment_evidence"),
    path(f"{_ONE}/items/<slug:item>/ask/", views.ask, name="assessment_ask"),
    path(f"{_ONE}/<slug:entries>/<slug:entry>/", views.entry, name="assessment_entry"),
    path("questions/<uuid:question_id>/", views.question, name="question"),
]
