"""Runs that wait for somebody to say what columns mean."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.insight.describe import queries
from heard.insight.run.models import EngineRun
from heard.insight.run.rules import RunState

TABLES = WorkList(
    "tables", _("Tables to describe, so that a run can begin"), May.RUN_ENGINE, queries.runs_that_ask,
    "engine_describe", _("A table that no mapping explains"), _("Say what its columns mean"),
    only_if=lambda user: EngineRun.objects.filter(state=RunState.ASKING),
)  # fmt: skip
