"""Addresses of worries and of finding a child."""

from django.urls import URLPattern, path

from heard.cases.concern.views import deciding, finding, steps, telling

_DRAFT = "worries/tell/<uuid:draft_id>"


def _step(name: str) -> list[URLPattern]:
    return [
        path(f"{_DRAFT}/{name}/", telling.step, {"step": name}, name=f"worry_{name}"),
        path(f"{_DRAFT}/{name}/save/", telling.save, {"step": name}, name=f"worry_{name}_save"),
    ]


urlpatterns: list[URLPattern] = [
    path("worries/tell/", telling.start, name="worry_start"),
    *[pattern for name in steps.ORDER for pattern in _step(name)],
    path(f"{_DRAFT}/check/", telling.check, name="worry_check"),
    path(f"{_DRAFT}/hints/", telling.hide_hints, name="worry_hide_hints"),
    path(f"{_DRAFT}/discard/", telling.discard, name="worry_discard"),
    path("worries/<uuid:concern_id>/sent/", telling.sent, name="worry_sent"),
    path("worries/", deciding.concerns, name="concerns"),
    path("worries/<uuid:concern_id>/", deciding.concern, name="concern"),
    path("worries/<uuid:concern_id>/decide/", deciding.decide, name="concern_decide"),
    path("drafts/", telling.drafts, name="drafts"),
    path("find/", finding.find, name="find"),
]
