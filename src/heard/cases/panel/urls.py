"""Addresses of panels and disagreements."""

from django.urls import URLPattern, path

from heard.cases.panel.views import disagreeing, meeting, planning, reading

urlpatterns: list[URLPattern] = [
    path("panels/", reading.panels, name="panels"),
    path("panels/plan/", planning.plan, name="panel_plan"),
    path("panels/plan/mapping/", planning.plan_mapping, name="panel_plan_mapping"),
    path("contexts/<uuid:context_id>/conference/", planning.plan_conference, name="context_conference"),
    path("panels/<uuid:conference_id>/learnt/", meeting.learnt, name="panel_learnt"),
    path("panels/actions/", reading.panel_actions, name="panel_actions"),
    path("panels/<uuid:panel_id>/", reading.panel, name="panel"),
    path("panels/<uuid:panel_id>/change/", planning.change, name="panel_change"),
    path("panels/<uuid:panel_id>/invitations/", planning.invitations, name="panel_invitations"),
    path("panels/<uuid:panel_id>/prepare/", planning.prepare, name="panel_prepare"),
    path("panels/<uuid:panel_id>/add/", planning.add, name="panel_add"),
    path("panels/<uuid:panel_id>/chair/", meeting.chair, name="panel_chair"),
    path("panels/<uuid:panel_id>/hold/", meeting.hold, name="panel_hold"),
    path("panels/<uuid:panel_id>/minutes/", reading.minutes, name="panel_minutes"),
    path("panels/<uuid:panel_id>/minutes/paper/", reading.minutes_paper, name="panel_minutes_paper"),
    path("panels/<uuid:panel_id>/minutes/correct/", meeting.correct, name="panel_correct"),
    path("panels/<uuid:panel_id>/minutes/agree/", planning.agree, name="panel_agree"),
    path("panels/items/<uuid:item_id>/", meeting.item, name="panel_item"),
    path("panels/items/<uuid:item_id>/here/", meeting.here, name="panel_here"),
    path("panels/items/<uuid:item_id>/named/", meeting.item_named, name="panel_item_named"),
    path("panels/items/<uuid:item_id>/decide/", meeting.decide, name="panel_decide"),
    path("panels/items/<uuid:item_id>/grounds/", meeting.grounds, name="panel_item_grounds"),
    path("panels/items/<uuid:item_id>/actions/add/", meeting.action_add, name="panel_action_add"),
    path("panels/items/<uuid:item_id>/involve/", meeting.involve, name="panel_involve"),
    path("panels/items/<uuid:item_id>/dissent/", meeting.dissent, name="panel_dissent"),
    path("panels/actions/<uuid:panel_action_id>/", meeting.action, name="panel_action"),
    path("panels/actions/<uuid:panel_action_id>/done/", meeting.action_done, name="panel_action_done"),
    path(
        "panels/actions/<uuid:panel_action_id>/done/undo/",
        meeting.action_take_back,
        name="panel_action_done_undo",
    ),
    path("panels/actions/<uuid:panel_action_id>/later/", meeting.action_put_off, name="panel_action_put_off"),
    path("children/<uuid:person_id>/disagreements/", disagreeing.of_child, name="disagreements"),
    path("children/<uuid:person_id>/disagree/", disagreeing.disagree, name="disagree"),
    path("disagreements/<uuid:disagreement_id>/", disagreeing.disagreement, name="disagreement"),
]
