"""Tables made from the models as they are, in seconds; the migrations take more than a minute. That the two come to the same is held
by tests/upgrade, which migrates.

`python -m tests.tables` leaves the site of the settings as `heard migrate` does.
"""

from __future__ import annotations

import os

import django


def make_tables() -> None:
    """In the database of the settings, which has none."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    was = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    settings.MIGRATION_MODULES = was


def _main() -> None:
    from heard.cli import main

    make_tables()
    from django.core.management import call_command

    call_command("createcachetable", verbosity=0)
    call_command("migrate", fake=True, interactive=False, verbosity=0)  # each migration counts as done
    main(["migrate"])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heard.config.settings")
    django.setup()
    _main()
