"""The alerts that the guide gives to Prometheus: each asks for what Heard says, and each thing that Heard says of how it runs is asked."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from heard.agencies.jobs.working import QUEUES, Queue
from heard.home import health, metrics
from heard.home.service import ServiceState

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "heard.rules.yml"
ALERTS = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
NO_ALERT = {"heard_queue_running"}  # a task under way is as it should be


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[tuple[str, str]]]:
    """Every sample that Heard says where all is there, with the labels that it has."""
    now = timezone.now()
    queues = [Queue(name, 1, 1.0, 1, 1, is_beating=True) for name in QUEUES]
    whole = ServiceState(now, [], queues, 1, 2, now - timedelta(hours=1), 0, 0, now, True, 0, 0, 0.0)
    monkeypatch.setattr(metrics, "state", lambda: whole)
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    metrics.REQUESTS.labels("home", "GET", "200").inc()
    metrics.SECONDS.labels("home").observe(0.1)
    found: dict[str, set[tuple[str, str]]] = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels.items())
    return found


def asked(expr: str) -> set[str]:
    return set(re.findall(r"\bheard_\w+", expr))


def test_an_alert_asks_for_what_is_said(said: dict[str, set[tuple[str, str]]]) -> None:
    for alert in ALERTS:
        assert asked(alert["expr"]) <= said.keys(), alert["alert"]
        for name, label, value in re.findall(r'(heard_\w+)\{(\w+)="(\w+)"\}', alert["expr"]):
            assert (label, value) in said[name], alert["alert"]


def test_whatever_is_said_of_how_it_runs_has_an_alert(said: dict[str, set[tuple[str, str]]]) -> None:
    wanted = {name for name in said if not name.endswith(("_count", "_sum", "_created"))} - NO_ALERT
    whole = " ".join(alert["expr"] for alert in ALERTS)
    assert wanted - asked(whole) == {"heard_queue_waiting"}, "how many wait says less than for how long"
    for name in health.CHECKS:
        assert f'heard_check{{name="{name}"}} == 0' in whole


def test_an_alert_says_what_is_wrong_and_what_to_do() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(set(names)) == len(names)
    for alert in ALERTS:
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["annotations"].keys() == {"summary", "do"}
        assert "{{" not in str(alert), "a label of a figure in a message could name what it should not"


def test_commands_of_heard_that_an_alert_names_are_there() -> None:
    from heard.cli import _COMMANDS

    told = " ".join(alert["annotations"]["do"] for alert in ALERTS)
    named = set(re.findall(r"\bheard ([a-z][a-z-]+)", told))
    assert {"doctor", "migrate", "check-files", "audit"} <= named
    assert named <= _COMMANDS.keys()
