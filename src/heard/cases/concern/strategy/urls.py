"""Addresses of strategy discussions."""

from django.urls import URLPattern, path

from heard.cases.concern.strategy import views

urlpatterns: list[URLPattern] = [
    path("worries/<uuid:concern_id>/strategy/", views.plan, name="strategy_plan"),
    path("strategy/<uuid:discussion_id>/", views.discussion, name="strategy"),
    path("strategy/<uuid:discussion_id>/finish/", views.finish, name="strategy_finish"),
    path("strategy/<uuid:discussion_id>/correct/", views.correct, name="strategy_correct"),
    path("strategy/<uuid:discussion_id>/call-off/", views.call_off, name="strategy_call_off"),
    path("strategy/agencies/<int:asked_id>/", views.asked, name="strategy_asked"),
]
