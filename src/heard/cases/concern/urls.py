"""Addresses of worries."""

from django.urls import URLPattern, path

from heard.cases.concern.holder.urls import urlpatterns as holder
from heard.cases.concern.strategy.urls import urlpatterns as strategy
from heard.cases.concern.views import afterwards, asking, deciding, files, staff, steps, telling

_DRAFT = "worries/tell/<uuid:draft_id>"


urlpatterns: list[URLPattern] = [
    path("worries/tell/", telling.start, name="worry_start"),
    *[
        path(f"{_DRAFT}/{name}/", telling.step, {"step": name}, name=f"worry_{name}")
        for name in (*steps.ORDER, *steps.BESIDE)
        if name != "files"
    ],
    path(f"{_DRAFT}/files/", files.files, name="worry_files"),
    path(f"{_DRAFT}/files/<uuid:attachment_id>/take-out/", files.take_out, name="worry_file_take_out"),
    path(f"{_DRAFT}/check/", telling.check, name="worry_check"),
    path(f"{_DRAFT}/hints/", telling.hide_hints, name="worry_hide_hints"),
    path(f"{_DRAFT}/discard/", telling.discard, name="worry_discard"),
    path("worries/<uuid:concern_id>/sent/", telling.sent, name="worry_sent"),
    path("worries/", deciding.concerns, name="concerns"),
    path("worries/told/", deciding.told, name="concerns_told"),
    path("worries/decided/", deciding.decided, name="concerns_decided"),
    path("worries/<uuid:concern_id>/", deciding.concern, name="concern"),
    path("worries/<uuid:staff_worry_id>/officer/", staff.staff_worry, name="staff_worry"),
    path("worries/<uuid:concern_id>/decide/", deciding.decide, name="concern_decide"),
    path("worries/<uuid:concern_id>/correct/", deciding.correct, name="concern_correct"),
    path("worries/<uuid:concern_id>/about-staff/", staff.about_staff, name="concern_about_staff"),
    path("worries/<uuid:concern_id>/ask/", asking.ask, name="concern_ask"),
    path("worries/questions/<uuid:to_teller_id>/", asking.question, name="teller_question"),
    path("worries/<uuid:concern_id>/read/", afterwards.read, name="concern_read"),
    path("worries/<uuid:concern_id>/step/", afterwards.step, name="concern_step"),
    path("worries/<uuid:concern_id>/children/", afterwards.children, name="concern_children"),
    path("drafts/", telling.drafts, name="drafts"),
    *strategy,
    *holder,
]
