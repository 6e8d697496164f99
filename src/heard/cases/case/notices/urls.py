from django.urls import path

from heard.cases.case.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<int:reader_id>/seen/", views.seen, name="notice_seen"),
    path("children/<uuid:person_id>/seen/", views.all_seen, name="child_notices_seen"),
    path("me/mail/", views.mail, name="notice_mail"),
    path("me/away/", views.away, name="away"),
    path("me/back/", views.back, name="back_from_away"),
    path("duty/", views.duty, name="duty"),
    path("duty/<int:duty_id>/off/", views.off_duty, name="duty_off"),
]
