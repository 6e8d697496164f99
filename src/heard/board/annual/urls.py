from django.urls import path

from heard.board.annual import views

urlpatterns = [
    path("", views.annual_reports, name="annual_reports"),
    path("draft/", views.annual_draft, name="annual_draft"),
    path("<uuid:annual_report_id>/", views.annual_report, name="annual_report"),
    path("<uuid:annual_report_id>/put-up/", views.annual_put_up, name="annual_put_up"),
    path("<uuid:annual_report_id>/discard/", views.annual_discard, name="annual_discard"),
    path("<uuid:annual_report_id>/<slug:chapter>/", views.annual_text, name="annual_text"),
    path("<uuid:annual_report_id>/<slug:chapter>/take-out/", views.annual_take_out, name="annual_take_out"),
]
