"""Addresses of assessments."""

from django.urls import URLPattern, path

from heard.cases.assessment import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/assessment/", views.start, name="assessment_start"),
    path("assessments/", views.waiting, name="assessments"),
    path("assessments/<uuid:assessment_id>/", views.assessment, name="assessment"),
    path("assessments/<uuid:assessment_id>/check/", views.submit, name="assessment_submit"),
    path("assessments/<uuid:assessment_id>/decide/", views.decide, name="assessment_decide"),
    path("assessments/<uuid:assessment_id>/versions/", views.versions, name="assessment_versions"),
    path("assessments/<uuid:assessment_id>/parts/<slug:part>/", views.part, name="assessment_part"),
    path("assessments/<uuid:assessment_id>/parts/<slug:part>/keep/", views.keep, name="assessment_keep"),
]
