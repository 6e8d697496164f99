"""Addresses of duties of law, of powers, and of the child protection team."""

from django.urls import path

from heard.services.law import views

urlpatterns = [
    path("duties/", views.duties, name="duties_of_law"),
    path("duties/<str:duty>/", views.start, name="duty_start"),
    path("powers/", views.powers, name="powers"),
    path("powers/<str:power>/check/", views.check, name="power_check"),
    path("child-protection-team/", views.team, name="protection_team"),
    path("child-protection-team/add/", views.set_up, name="protection_team_add"),
    path("child-protection-team/<uuid:post_id>/posts/", views.add_post, name="team_post_add"),
    path("child-protection-team/<uuid:post_id>/name/", views.name, name="team_member_name"),
    path("child-protection-team/<uuid:post_id>/remove/", views.remove, name="team_post_remove"),
    path("child-protection-team/members/<int:member_id>/end/", views.end, name="team_member_end"),
    path("child-protection-team/members/<int:member_id>/take-off/", views.take_off, name="team_member_off"),
]
