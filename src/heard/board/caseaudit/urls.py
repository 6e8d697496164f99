from django.urls import path

from heard.board.caseaudit import views

urlpatterns = [
    path("of/<uuid:audit_id>/", views.case_draws, name="case_draws"),
    path("of/<uuid:audit_id>/draw/", views.case_draw_new, name="case_draw_new"),
    path("<uuid:draw_id>/", views.case_draw, name="case_draw"),
    path("<uuid:draw_id>/let-in/", views.case_let_in, name="case_let_in"),
    path("<uuid:draw_id>/set-aside/", views.case_set_aside, name="case_set_aside"),
    path("<uuid:draw_id>/read/", views.case_read, name="case_read"),
    path("<uuid:draw_id>/finding/", views.case_finding, name="case_finding"),
    path("case/<uuid:sample_id>/", views.case_sample, name="case_sample"),
    path("case/<uuid:sample_id>/agree/", views.case_agree, name="case_agree"),
    path("case/<uuid:sample_id>/confirm/", views.case_confirm, name="case_confirm"),
]
