"""Addresses of supervision. Each is for the two whom it belongs to."""

from django.urls import URLPattern, path

from heard.cases.supervision import views

_ONE = "supervision/<uuid:supervision_id>/"

urlpatterns: list[URLPattern] = [
    path("supervision/", views.mine, name="supervisions"),
    path("supervision/begin/", views.begin, name="supervision_begin"),
    path(_ONE, views.supervision, name="supervision"),
    path(f"{_ONE}prepare/", views.prepare, name="supervision_prepare"),
    path(f"{_ONE}hold/", views.hold, name="supervision_hold"),
    path(f"{_ONE}move/", views.move, name="supervision_move"),
    path(f"{_ONE}call-off/", views.call_off, name="supervision_call_off"),
    path(f"{_ONE}decisions/add/", views.decision_add, name="supervision_decision_add"),
    path(f"{_ONE}actions/add/", views.action_add, name="supervision_action_add"),
    path(
        f"{_ONE}actions/<int:supervision_action_id>/done/", views.action_done, name="supervision_action_done"
    ),
    path(
        f"{_ONE}actions/<int:supervision_action_id>/done/undo/",
        views.action_open,
        name="supervision_action_undo",
    ),
    path(f"{_ONE}read/", views.confirm, name="supervision_confirm"),
    path(f"{_ONE}corrections/add/", views.correct, name="supervision_correct"),
    path("cases/<uuid:case_id>/decisions/write/", views.write_decision, name="decision_write"),
    path("supervision/decisions/<uuid:decision_id>/record/", views.record, name="supervision_record"),
]
