"""A database of its own in which patterns are planted and questions asked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from heard.demo.planted.truth import write

if TYPE_CHECKING:
    from heard.demo.planted.score import ScoreRow


def planted_and_scored(seed: int, out: Path | None = None) -> list[ScoreRow]:
    """Sets up a database in a folder that is taken away, plants and asks. `out`: where the truth is kept. Once in a process: Django
    reads its settings once."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HEARD_DEMO": "1",
            "HEARD_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "heard.config.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        from heard.demo import partnership
        from heard.demo.planted.plant import plant
        from heard.demo.planted.score import score

        world = partnership.begin(seed=seed)
        planted = plant(world)
        if out:
            out.mkdir(parents=True, exist_ok=True)
            write(out, planted)
        rows = score(world.users, planted)
        connections.close_all()
        return rows
