"""Panels to come, what somebody said at one that they would do, and their step in a disagreement."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Said, WorkList
from heard.cases.panel import queries, rules
from heard.cases.panel.models import DisagreementStep, Panel, PanelAction, PanelGround
from heard.cases.stage.grounds import lost
from heard.govuk.environment import clock, day_and_month

_SOON = timedelta(days=14)  # a panel to come is shown from then on, so that there is time to prepare it


def _what(row: Panel) -> Said:
    if row.chaired_by:
        return _("%(who)s chairs it in place of %(chair)s") % {"who": row.chaired_by, "chair": row.chair}
    if row.is_mapping and row.has_begun:
        return _("Not closed yet")
    if row.kind != rules.MeetingKind.PANEL:
        return _("Read what it is about")
    return _("Read what is on it") if row.prepared_at else _("Not prepared yet")


def _when(row: Panel) -> Said:
    """With the time, since there may be two on one day; its year stands beside it."""
    said = {"kind": row.get_kind_display(), "day": day_and_month(row.starts_at), "time": clock(row.starts_at)}
    return _("%(kind)s, %(day)s, %(time)s") % said


def _soon(panels: Any) -> Any:
    return panels.filter(starts_at__date__lte=timezone.localdate() + _SOON)


PANELS = WorkList(
    "panels", _("Panels to come"), May.SEE_PANEL,
    lambda user: _soon(queries.panels_planned(user)),
    "panel", _when, _what,
    note="place", due="starts_at__date",
    only_if=lambda user: _soon(queries.panels_planned(user)),
)  # fmt: skip
ACTIONS = WorkList(  # that are in no plan: what is in one stands among the actions of plans
    "panel_actions", _("Panel and meeting actions"), May.SEE_PANEL, queries.panel_actions_due,
    "panel_action", "item.about", "what", note=_("said at a meeting"), whose="owner", own=lambda user: Q(owner=user), due="due_on",
    shows=("item__person", "item__place", "item__group", "owner"),
    only_if=lambda user: PanelAction.objects.filter(queries.own_or_left(user), state=rules.Progress.OPEN),
    later=lambda row: reverse("panel_action_put_off", args=[row.pk]), done=lambda row: reverse("panel_action_done", args=[row.pk]),
)  # fmt: skip
GROUNDS = WorkList(
    "panel-grounds", _("Decisions of panels that lost one of their grounds"), May.HOLD_PANEL, queries.items_gone, "panel_item_grounds", "about",
    _("One of its grounds was withdrawn: does it still stand?"), note="decision", shows=("person", "place", "group", "handle"),
    only_if=lambda user: lost(PanelGround),
)  # fmt: skip
DISAGREEMENTS = WorkList(
    "disagreements", _("Disagreements: your step"), May.SEE_PANEL, queries.disagreement_steps_due,
    "disagreement", "disagreement.person", "label", of="disagreement_id", note=_("disagreement"), due="due_on",
    shows=("disagreement__person",), only_if=lambda user: DisagreementStep.objects.filter(owner=user, outcome=""),
)  # fmt: skip
