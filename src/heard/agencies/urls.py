"""Addresses of the administrator's pages: people, teams and agencies."""

from django.urls import path

from heard.agencies import views

urlpatterns = [
    path("", views.people, name="people"),
    path("add/", views.user_add, name="user_add"),
    path("<int:user_id>/", views.user, name="user"),
    path("<int:user_id>/invite/", views.user_invite, name="user_invite"),
    path("<int:user_id>/factors/", views.user_remove_factors, name="user_remove_factors"),
    path("<int:user_id>/organisation/add/", views.user_link, name="user_link"),
    path("<int:user_id>/organisation/remove/", views.user_unlink, name="user_unlink"),
    path("<int:user_id>/groups/", views.user_groups, name="user_groups"),
    path("<int:user_id>/sessions/end/", views.user_end_sessions, name="user_end_sessions"),
    path("<int:user_id>/unlock/", views.user_unlock, name="user_unlock"),
    path("<int:user_id>/give-role/", views.user_give_role, name="user_give_role"),
    path("<int:user_id>/take-role/", views.user_take_role, name="user_take_role"),
    path("<int:user_id>/switch-off/", views.user_switch_off, name="user_switch_off"),
    path("<int:user_id>/switch-on/", views.user_switch_on, name="user_switch_on"),
    path("groups/", views.groups_of_directories, name="directory_groups"),
    path("groups/add/", views.group_map, name="directory_group_add"),
    path("groups/<uuid:mapping_id>/", views.group_decide, name="directory_group"),
    path("groups/<uuid:mapping_id>/remove/", views.group_unmap, name="directory_group_remove"),
    path("directories/", views.directories, name="directories"),
    path("directories/<slug:provider_id>/secret/", views.directory_secret, name="directory_secret"),
    path("directories/<slug:provider_id>/end/", views.directory_secret_end, name="directory_secret_end"),
    path("joined/<int:membership_id>/", views.joined, name="joined"),
    path("proposed/<int:role_id>/", views.role_proposed, name="role_proposed"),
    path("recoveries/<uuid:recovery_id>/", views.recovery, name="recovery"),
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/ask/", views.approval_ask, name="approval_ask"),
    path("approvals/<uuid:approval_id>/", views.approval, name="approval"),
    path("acts/", views.acts, name="acts"),
    path("acts.csv", views.acts_file, name="acts_file"),
    path("trail/", views.audit_trail, name="audit_trail"),
    path("teams/", views.teams, name="teams"),
    path("teams/add/", views.team_add, name="team_add"),
    path("teams/<uuid:team_id>/", views.team, name="team_change"),
    path("agencies/add/", views.agency_add, name="agency_add"),
]
