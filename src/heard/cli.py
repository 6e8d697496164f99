"""The one `heard` command. Each half brings its own words; this file only gathers them."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any


def _stop(_number: int, _frame: FrameType | None) -> Any:
    os.write(2, b"Not done. Stopped before it began.\n")
    os._exit(2)


# Ctrl-C while libraries are still read, which would complain of it in their own ways: only where this is the command itself.
_AS_COMMAND = (
    os.path.basename(sys.argv[0]) == "heard" and threading.current_thread() is threading.main_thread()
)
_BEFORE = signal.signal(signal.SIGINT, _stop) if _AS_COMMAND else None

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

import click

if _AS_COMMAND:
    signal.signal(signal.SIGINT, _BEFORE)

# Looked up only when used, so that `heard run` starts without Django and `heard knowledge` without the engine.
_COMMANDS = {
    "knowledge": "heard.knowledge.cli:knowledge",
    "questions": "heard.cases.assessment.cli:questions",
    "run": "heard.engine.cli:run",
    "intake": "heard.engine.cli:intake",
    "mapping": "heard.engine.cli.guessing:mapping",
    "link": "heard.engine.cli:link",
    "screen": "heard.engine.cli:screen",
    "changes": "heard.engine.cli:changes",
    "joined": "heard.engine.cli:joined",
    "pair": "heard.engine.cli:pair",
    "coverage": "heard.engine.cli:coverage",
    "estimate": "heard.engine.cli.estimating:estimate",
    "profile": "heard.engine.cli.profiling:profile",
    "publish": "heard.engine.cli.publishing:publish",
    "tables": "heard.engine.cli.columns:tables_",
    "demo": "heard.demo.cli:demo",
    "audit": "heard.config.keys.audit:audit",
    "backup": "heard.config.backup.cli:backup",
    "restore": "heard.config.backup.cli:restore",
    "dpia": "heard.config.dpia.cli:dpia",
    "doctor": "heard.config.doctor:doctor",
    "check-files": "heard.cases.attachment.cli:check_files",
    "map": "heard.graph.map.cli:map_",
    "network": "heard.graph.exchange.cli:network",
    "destroy-past-charts": "heard.graph.exchange.destroying:destroy_past_charts",
    "keys": "heard.config.keys.cli:keys",
    "migrate": "heard.agencies.cli:migrate",
    "database": "heard.agencies.cli:database",
    "begin": "heard.agencies.cli:begin",
    "bounces": "heard.agencies.bounces_cli:bounces",
    "notify": "heard.cases.case.notices.cli:notify",
    "unlock": "heard.agencies.cli:unlock",
    "recover": "heard.agencies.cli:recover",
    "remind": "heard.home.reminders.cli:remind",
    "caseload": "heard.insight.bringing.cli:caseload",
    "drop-folder": "heard.insight.drop.cli:drop_folder",
    "destroy-past-runs": "heard.insight.run.cli:destroy_past_runs",
    "serve": "heard.config.serve:serve",
    "web": "heard.config.serve:web",
    "work": "heard.config.serve:work",
}


@contextmanager
def _stopping_at_once() -> Iterator[None]:
    """Ctrl-C while a command is only looked up: libraries that are broken off half-way would complain of it in their own ways."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_here(name: str) -> bool:
    """`demo` is in a checkout, and not in the wheel."""
    return name in _COMMANDS and (name != "demo" or importlib.util.find_spec("heard.demo") is not None)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(name for name in _COMMANDS if _is_here(name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if not _is_here(cmd_name):
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        with _stopping_at_once():
            command: click.Command = getattr(importlib.import_module(module), name)
        return command


def _say_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from heard.config.version import version

        click.echo(f"heard {version()}")
        context.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version,
    help="Say which Heard this is, and exit.",
)  # fmt: skip
def main() -> None:
    """Heard: notice a child early, hear the child, decide together, act, and check ourselves."""


if __name__ == "__main__":
    main()
