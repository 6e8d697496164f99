from django.urls import include, path

from heard.board import views

urlpatterns = [
    path("", views.audits, name="audits"),
    path("open/", views.open_audit, name="audit_open"),
    path("cases/", include("heard.board.caseaudit.urls")),
    path("ours/", include("heard.board.own.urls")),
    path("<uuid:audit_id>/", views.audit, name="audit"),
    path("<uuid:audit_id>/pack/<slug:pack>/", views.audit_pack, name="audit_pack"),
    path("<uuid:audit_id>/agency/<uuid:agency_id>/", views.audit_agency, name="audit_agency"),
    path("<uuid:audit_id>/close/", views.close_audit, name="audit_close"),
    path("<uuid:audit_id>/<slug:requirement>/", views.audit_requirement, name="audit_requirement"),
    path("<uuid:audit_id>/<slug:requirement>/answer/", views.audit_answer, name="audit_answer"),
    path("<uuid:audit_id>/<slug:requirement>/plan/", views.audit_plan, name="audit_plan"),
    path(
        "<uuid:audit_id>/<slug:requirement>/files/attach/",
        views.audit_evidence_add,
        name="audit_evidence_add",
    ),
    path("evidence/<uuid:evidence_id>/", views.audit_evidence, name="audit_evidence"),
    path("evidence/<uuid:evidence_id>/file/", views.audit_evidence_file, name="audit_evidence_file"),
    path(
        "evidence/<uuid:evidence_id>/withdraw/", views.audit_evidence_withdraw, name="audit_evidence_withdraw"
    ),
    path("answers/<uuid:answer_id>/second/", views.audit_second, name="audit_second"),
    path("actions/<uuid:audit_action_id>/", views.audit_action, name="audit_action"),
]
