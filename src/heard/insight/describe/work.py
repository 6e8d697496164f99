"""Runs that wait for somebody to say what columns mean, or up to which day they count."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.insight.describe import queries
from heard.insight.run.models import EngineRun
from heard.insight.run.rules import RunState

TABLES = WorkList(
    "tables", _("What runs ask before they go on"), May.RUN_ENGINE, queries.runs_that_ask, "engine_describe",
    lambda run: _("A table that no mapping explains") if run.undescribed else _("Sources that a run cannot tell by itself"),
    lambda run: _("Say what its columns mean") if run.undescribed else _("Say up to which day it counts, and whose they are"),
    only_if=lambda user: EngineRun.objects.filter(state=RunState.ASKING),
)  # fmt: skip
