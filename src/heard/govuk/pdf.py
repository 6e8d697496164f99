"""Pages as PDF, drawn by WeasyPrint from Jinja2 templates with the styles of print.

A template for paper extends `govuk/paper.html`. Nothing is fetched from anywhere: a template that names another address
than our own styles fails. Two drawings of the same page are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

STYLES = Path(__file__).with_name("paper.css")


def draw_pdf(template: str, context: dict[str, Any]) -> bytes:
    """The bytes of a tagged PDF (PDF/UA-1). Takes about half a second, and the first in a process a second more.

    Raises WeasyPrint's `FatalURLFetchingError` for a template that names an address other than `data:` (a picture
    that we made ourselves).
    """
    from weasyprint import CSS, HTML  # slow to import, and few requests need it
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    page = HTML(string=render_to_string(template, context), url_fetcher=nothing)
    styles = CSS(string=STYLES.read_text(encoding="utf-8"), url_fetcher=nothing)
    return page.write_pdf(stylesheets=[styles], pdf_variant="pdf/ua-1")


def as_download(content: bytes, name: str, content_type: str = "application/pdf") -> HttpResponse:
    """A file that the browser saves and never draws. `name` holds no personal data: it stays in lists of downloads."""
    response = HttpResponse(content, content_type=content_type)
    _to_save(response, name)
    return response


def as_download_in_parts(
    content: Iterable[bytes], size: int, name: str, content_type: str = "application/pdf"
) -> StreamingHttpResponse:
    """As `as_download`, of what is never whole in memory. `content` has `size` bytes."""
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Length"] = str(size)
    _to_save(response, name)
    return response


def _to_save(response: HttpResponseBase, name: str) -> None:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
