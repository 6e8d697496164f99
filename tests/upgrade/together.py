"""`migrate` of two databases at once. Nine tenths of its time Django draws up models as each migration leaves them, which are the same for both.

    python -m tests.upgrade.together FOLDER OTHER

The first is an installation of the older release; all that the second has still to do is to be done in the first as well.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import django
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

type Todo = list[Migration]


def databases(folders: list[str]) -> list[Any]:
    """A connection to each, of which any can be the default one."""
    backend = connections["default"]
    found = []
    for folder in folders:
        settings = backend.settings_dict | {"NAME": str(Path(folder) / "heard.sqlite3")}
        found.append(type(backend)(settings, "default"))
    return found


def todo_of(database: Any) -> tuple[MigrationExecutor, Todo]:
    connections["default"] = database
    executor = MigrationExecutor(database)
    executor.recorder.ensure_schema()
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return executor, [migration for migration, _backwards in plan]


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


def migrate(folders: list[str]) -> None:
    todo = [todo_of(database) for database in databases(folders)]
    longest = {str(migration) for migration in todo[0][1]}
    assert all({str(one) for one in other} <= longest for _executor, other in todo)
    state = todo[0][0]._create_project_state(with_applied_migrations=True)
    state.apps  # noqa: B018 - draws up the models, as the executor does before the first
    for migration in todo[0][1]:
        apply(migration, state, [executor for executor, its in todo if migration in its])
    from django.core.management import call_command

    for executor, _its in todo:
        connections["default"] = executor.connection
        call_command(
            "migrate", verbosity=0
        )  # has nothing more to migrate, and says so to those who wait for that


if __name__ == "__main__":
    django.setup()
    migrate(sys.argv[1:])
