"""Panels to come, what somebody said at one that they would do, and their step in a disagreement."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import Waiting, WorkList, at, due, due_by_field
from heard.cases.panel import queries, rules
from heard.cases.panel.models import DisagreementStep, Panel, PanelAction
from heard.govuk.environment import time

_SOON = timedelta(days=14)  # a panel to come is shown from then on, so that there is time to prepare it


def _panel(row: Any) -> Waiting:
    note = row.place if row.prepared_at else gettext("%(place)s; not prepared yet") % {"place": row.place}
    day = timezone.localdate(row.starts_at)
    return due(day, time(row.starts_at), at("panel", panel_id=row.pk), note)


PANELS = WorkList(
    "panels",
    _("Panels to come"),
    May.SEE_PANEL,
    lambda user: queries.panels_to_come(user).filter(starts_at__date__lte=timezone.localdate() + _SOON),
    _panel,
    due=due_by_field("starts_at__date"),
    only_if=lambda user: Panel.objects.filter(state=rules.State.PLANNED),
)
# What panels decided and is in no plan: what is in one stands among the actions of plans.
ACTIONS = WorkList(
    "panel_actions",
    _("What you said at a panel that you would do"),
    May.SEE_PANEL,
    queries.panel_actions_due,
    lambda row: due(row.due_on, row.what, at("panel_action", panel_action_id=row.pk), row.item.about),
    due=due_by_field("due_on"),
    shows=("item__person", "item__place", "item__group"),
    only_if=lambda user: PanelAction.objects.filter(owner=user, state=rules.Progress.OPEN),
)
DISAGREEMENTS = WorkList(
    "disagreements",
    _("Disagreements: your step"),
    May.SEE_PANEL,
    queries.disagreement_steps_due,
    lambda row: due(
        row.due_on,
        str(row.disagreement.person),
        at("disagreement", disagreement_id=row.disagreement_id),
        row.label,
    ),
    due=due_by_field("due_on"),
    shows=("disagreement__person",),
    only_if=lambda user: DisagreementStep.objects.filter(owner=user, outcome=""),
)
