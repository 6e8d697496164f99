"""Addresses of profiles."""

from django.urls import path

from heard.insight.release import views

urlpatterns = [
    path("", views.profiles, name="profiles"),
    path("draw/<uuid:run_id>/", views.profile_draw, name="profile_draw"),
    path("<uuid:profile_id>/", views.profile, name="profile"),
    path("<uuid:profile_id>/again/", views.profile_again, name="profile_again"),
    path("<uuid:profile_id>/decide/", views.profile_decide, name="profile_decide"),
    path("<uuid:profile_id>/withdraw/", views.profile_withdraw, name="profile_withdraw"),
    path("<uuid:profile_id>/part/<slug:profile_part>/", views.profile_part, name="profile_part"),
    path("<uuid:profile_id>/<slug:form>/", views.profile_file, name="profile_file"),
]
