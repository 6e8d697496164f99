from django.urls import path

from heard.cases.reporting import views

urlpatterns = [
    path("children/<uuid:person_id>/offence-reports/", views.reports, name="offence_reports"),
    path("children/<uuid:person_id>/offence-reports/note/", views.note, name="offence_report_note"),
    path("offence-reports/<uuid:report_id>/", views.report, name="offence_report"),
    path("offence-reports/<uuid:report_id>/put-right/", views.take_back, name="offence_report_back"),
]
