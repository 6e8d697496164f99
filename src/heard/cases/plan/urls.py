"""Addresses of plans and their actions."""

from django.urls import URLPattern, path

from heard.cases.plan import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/plan/", views.start, name="plan_start"),
    path("plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("plans/<uuid:plan_id>/outcomes/add/", views.outcome_add, name="outcome_add"),
    path("plans/<uuid:plan_id>/agree/", views.agree, name="plan_agree"),
    path("plans/<uuid:plan_id>/keep/<slug:step>/", views.keep, name="plan_keep"),
    path("outcomes/<uuid:outcome_id>/", views.outcome, name="outcome"),
    path("outcomes/<uuid:outcome_id>/actions/add/", views.action_add, name="action_add"),
    path("actions/", views.mine, name="actions"),
    path("actions/<uuid:action_id>/", views.action, name="action"),
]
