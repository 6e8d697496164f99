"""How usual names are, told to Splink instead of counted by it. The same for every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from splink import Linker

    from heard.engine.backend import Engine


def tell(engine: Engine, splink: Any, linker: Linker, shares: Mapping[str, Any]) -> None:
    """`splink`: its back end. `shares`: of each column the Ibis table of its values, each with its share."""
    for column, rows in shares.items():
        name = f"tf_{column}"
        engine.keep(name, rows.select(**{column: rows.value, name: rows.share}))
        linker.table_management.register_term_frequency_lookup(splink.register(name), column)
