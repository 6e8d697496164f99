from django.urls import path

from heard.board.annual import views

urlpatterns = [
    path("", views.annual_reports, name="annual_reports"),
    path("draft/", views.annual_draft, name="annual_draft"),
    path("<uuid:report_id>/", views.annual_report, name="annual_report"),
    path("<uuid:report_id>/put-up/", views.annual_put_up, name="annual_put_up"),
    path("<uuid:report_id>/<slug:part>/", views.annual_text, name="annual_text"),
]
