"""The Jinja2 environment that every page is drawn with."""

from typing import Any

from jinja2 import Environment


def environment(**options: Any) -> Environment:
    return Environment(**options)  # noqa: S701 - Django passes autoescape=True
