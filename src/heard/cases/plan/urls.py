"""Addresses of plans and their actions."""

from django.urls import URLPattern, path

from heard.cases.plan.views import doing, reading, writing

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/plan/", writing.start, name="plan_start"),
    path("plans/<uuid:plan_id>/", reading.plan, name="plan"),
    path("plans/<uuid:plan_id>/paper/", reading.paper, name="plan_paper"),
    path("plans/<uuid:plan_id>/outcomes/add/", writing.outcome_add, name="outcome_add"),
    path("plans/<uuid:plan_id>/agree/", writing.agree, name="plan_agree"),
    path("plans/<uuid:plan_id>/discard/", writing.discard, name="plan_discard"),
    path("outcomes/<uuid:outcome_id>/", writing.outcome, name="outcome"),
    path("outcomes/<uuid:outcome_id>/where/", doing.where, name="outcome_where"),
    path("outcomes/<uuid:outcome_id>/actions/add/", writing.action_add, name="action_add"),
    path("notes/<uuid:note_id>/action/", writing.action_from_note, name="action_from_note"),
    path("actions/", reading.mine, name="actions"),
    path("actions/<uuid:action_id>/", writing.action, name="action"),
    path("actions/<uuid:action_id>/done/", doing.done, name="action_done"),
    path("actions/<uuid:action_id>/done/undo/", doing.take_back, name="action_done_undo"),
    path("actions/<uuid:action_id>/later/", doing.put_off, name="action_put_off"),
    path("actions/<uuid:action_id>/later/undo/", doing.take_back_delay, name="action_put_off_undo"),
]
