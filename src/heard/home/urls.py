"""Addresses of the front page, search, and the pages that hold no data."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from heard.home import around, by_day, open, scim, session, signed_in, typed, views
from heard.home.caseload import views as caseload
from heard.home.reminders.views import about_me
from heard.home.search.views import search
from heard.home.team import views as team

urlpatterns = [
    path("", views.home, name="home"),
    path("work/<slug:work>/", views.work, name="work"),
    path("parts/", views.parts, name="parts"),
    path("knowledge/", views.knowledge, name="knowledge"),
    path("knowledge/<str:release>/", views.knowledge, name="knowledge_release"),
    path("search/", search, name="find"),
    path("places/", around.places, name="places"),
    path("places/<uuid:place_id>/", around.place, name="place"),
    path("places/<uuid:place_id>/by-day/", by_day.place_by_day, name="place_by_day"),
    path("groups/<uuid:group_id>/by-day/", by_day.group_by_day, name="group_by_day"),
    path("adults/<uuid:person_id>/", around.adult, name="adult"),
    path("groups/", around.groups, name="groups"),
    path("groups/<uuid:group_id>/", around.group, name="group"),
    path("contexts/<uuid:context_id>/", around.context, name="context"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("typed/", typed.keep, name="typed_keep"),
    path("unfinished/", typed.unfinished, name="unfinished"),
    path("signed-in/", session.stay, name="stay"),
    path("sessions/", signed_in.sessions, name="sessions"),
    path("sessions/end/", signed_in.sessions_end, name="sessions_end"),
    path("sessions/<int:session_id>/end/", signed_in.session_end, name="session_end"),
    path("me/", about_me, name="about_me"),
    path("caseload/", caseload.mine, name="caseload"),
    path("caseload/caseload.csv", caseload.my_file, name="my_file"),
    path("caseload/views/<str:page>/", caseload.save_view, name="save_view"),
    path("caseload/views/<int:view_id>/remove/", caseload.remove_view, name="remove_view"),
    path("team/", caseload.team, name="team"),
    path("team/caseload.csv", caseload.team_file, name="team_file"),
    path("team/hand-over/", caseload.hand_over, name="team_hand_over"),
    path("team/load/", team.load, name="team_load"),
    path("team/load/<int:user_id>/<slug:counted>/", team.load_of, name="team_load_of"),
    path("team/waiting/", team.waiting, name="team_waiting"),
    path("team/waiting/<slug:oldest>/", team.waiting_of, name="team_waiting_of"),
    path("team/words/", team.unheard, name="team_unheard"),
    path("team/cases/<uuid:case_id>/", team.allocate, name="team_allocate"),
    path("health/live", open.live, name="health_live"),
    path("health/ready", open.ready, name="health_ready"),
    path("scim/v2/Users", scim.users, name="scim_users"),
    path("scim/v2/Users/<str:key>", scim.user, name="scim_user"),
    path("scim/v2/ServiceProviderConfig", scim.config, name="scim_config"),
    path("scim/v2/ResourceTypes", scim.kinds, name="scim_kinds"),
    path("metrics", open.figures_for_monitors, name="metrics"),
    path("service/", views.service, name="service"),
    path("robots.txt", open.robots, name="robots"),
    path(".well-known/security.txt", open.security, name="security_txt"),
]
