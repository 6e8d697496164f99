"""`migrate` of several databases at once. Nine tenths of its time Django draws up models as each migration leaves them, which are the same
for all.

    python -m tests.upgrade.together '{"ADDRESS": null, "ADDRESS": {"APP": "MIGRATION"}}'

Each goes on from what it has, to the last migration of each app that is named, or to the end.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import dj_database_url
import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.utils import ConnectionHandler

type Keys = frozenset[tuple[str, str]]  # app and name of each migration


@dataclass(frozen=True)
class Upgrade:
    """A database, what it has when it begins and what it has at last."""

    executor: MigrationExecutor
    has: Keys
    gets: Keys
    to_the_end: bool

    def wants(self, migration: Migration) -> bool:
        return key_of(migration) in self.gets - self.has


def key_of(migration: Migration) -> tuple[str, str]:
    return migration.app_label, migration.name


def connection_to(address: str) -> Any:
    """With the options of an installation. Any can be the default one."""
    given = dj_database_url.parse(address)
    given["OPTIONS"] = settings._SQLITE if "sqlite" in given["ENGINE"] else settings._POSTGRESQL
    return ConnectionHandler({"default": given})["default"]


def upgrade_of(address: str, up_to: dict[str, str] | None) -> Upgrade:
    connections["default"] = connection_to(address)
    executor = MigrationExecutor(connections["default"])
    executor.recorder.ensure_schema()
    graph = executor.loader.graph
    targets = graph.leaf_nodes() if up_to is None else [*up_to.items()]
    has = frozenset(executor.loader.applied_migrations.keys() & graph.nodes.keys())
    gets = {key_of(migration) for migration, _backwards in executor.migration_plan(targets)}
    return Upgrade(executor, has, has | gets, up_to is None)


def in_order(upgrades: list[Upgrade]) -> list[Migration]:
    """All migrations there are, as Django orders them, but first what the oldest of these has, then what the next has: each goes on from
    the models that it would go on from alone."""
    reached = sorted({one for upgrade in upgrades for one in (upgrade.has, upgrade.gets)}, key=len)
    assert all(one <= other for one, other in pairwise(reached))
    executor = upgrades[0].executor
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    order = [migration for migration, _backwards in plan]
    return sorted(order, key=lambda migration: sum(key_of(migration) not in one for one in reached))


def apply(migration: Migration, state: ProjectState, executors: list[MigrationExecutor]) -> None:
    """As `Migration.apply` on each of these. What asks for the default database gets the one that is migrated."""
    editors = []
    for executor in executors:
        connections["default"] = executor.connection
        editors.append(executor.connection.schema_editor(atomic=migration.atomic).__enter__())
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        for executor, editor in zip(executors, editors, strict=True):
            connections["default"] = executor.connection
            operation.database_forwards(migration.app_label, editor, before, state)
    for executor, editor in zip(executors, editors, strict=True):
        connections["default"] = executor.connection
        executor.record_migration(migration.app_label, migration.name)
        editor.__exit__(None, None, None)


def migrate(asked: dict[str, dict[str, str] | None]) -> None:
    upgrades = [upgrade_of(address, up_to) for address, up_to in asked.items()]
    oldest = min(upgrades, key=lambda upgrade: len(upgrade.has))
    state = oldest.executor._create_project_state(with_applied_migrations=True)
    state.apps  # noqa: B018 - draws up the models, as the executor does before the first
    for migration in in_order(upgrades):
        if key_of(migration) not in oldest.has:
            apply(migration, state, [upgrade.executor for upgrade in upgrades if upgrade.wants(migration)])
    for upgrade in upgrades:
        if upgrade.to_the_end:  # has nothing more to migrate, and says so to those who wait for that
            connections["default"] = upgrade.executor.connection
            call_command("migrate", verbosity=0)


if __name__ == "__main__":
    django.setup()
    migrate(json.loads(sys.argv[1]))
