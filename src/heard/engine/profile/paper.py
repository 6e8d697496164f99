"""The profile as one HTML page that needs nothing beside it, and the same page as PDF."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from heard.engine.profile.pictures import alternative, reach_in_words
from heard.engine.profile.shape import thousands
from heard.engine.tables import spelt

if TYPE_CHECKING:
    from heard.engine.profile.shape import Profile


def html(profile: Profile, drawn: Mapping[str, str]) -> str:
    """`drawn`: the picture of each section that has one, as SVG. No script, nothing fetched."""
    pictures = {
        name: f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
        for name, svg in drawn.items()
    }
    return _pages().get_template("profile.html").render(
        profile=profile, pictures=pictures, alternative=alternative, reach_in_words=reach_in_words, spelt=spelt, shown=thousands
    )  # fmt: skip


def pdf(page: str) -> bytes:
    """The bytes of a tagged PDF (PDF/UA-1) of what `html` gave."""
    from weasyprint import HTML  # slow to load
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    drawn: bytes = HTML(string=page, url_fetcher=nothing).write_pdf(pdf_variant="pdf/ua-1")
    return drawn


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("heard.engine.profile", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
