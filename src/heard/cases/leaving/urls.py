"""Addresses of handovers and of plans for what comes after 18."""

from django.urls import URLPattern, path

from heard.cases.leaving import views

_ONE = "handovers/<uuid:handover_id>/"

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/hand-over/", views.hand_over, name="hand_over"),
    path(_ONE, views.handover, name="handover"),
    path(f"{_ONE}accepted/", views.accepted, name="handover_accepted"),
    path(f"{_ONE}take-back/", views.take_back, name="handover_take_back"),
    path("cases/<uuid:case_id>/after-18/", views.after_plan, name="after_plan"),
    path("cases/<uuid:case_id>/after-18/write/", views.write_after_plan, name="after_plan_write"),
]
