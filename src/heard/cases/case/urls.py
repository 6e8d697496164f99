"""Addresses of a case, and of warnings."""

from django.urls import URLPattern, path

from heard.cases.case import views
from heard.cases.case.access.urls import urlpatterns as access
from heard.cases.case.notices.urls import urlpatterns as notices

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/allocated-worker/", views.allocated_worker, name="allocated_worker"),
    path("cases/<uuid:case_id>/lead/<str:role>/", views.lead_practitioner, name="lead_practitioner"),
    path("cases/<uuid:case_id>/trusted-worker/", views.trusted_worker, name="trusted_worker"),
    path("children/<uuid:person_id>/summary/", views.summary, name="child_summary"),
    path("children/<uuid:person_id>/details/restriction/", views.restriction, name="person_restriction"),
    path("children/<uuid:person_id>/warnings/", views.warnings, name="warnings"),
    path("children/<uuid:person_id>/warnings/write/", views.warn, name="warn"),
    path("warnings/<int:warning_id>/", views.warning, name="warning"),
    *access,
    *notices,
]
