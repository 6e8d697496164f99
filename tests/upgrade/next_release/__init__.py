"""A release after this one, whose upgrade fails half-way: the migrations of `agencies`, one more that lands, and one that does not."""

from __future__ import annotations

from heard.agencies import migrations

__path__ = [*__path__, *migrations.__path__]  # type: ignore[attr-defined, has-type, name-defined, used-before-def]
