"""Paper: a page of ours becomes a PDF whose text can be read again, the same bytes each time, and nothing is fetched."""

from io import BytesIO
from typing import Any

import pytest
from django.template import engines
from jinja2 import ChoiceLoader, DictLoader
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from heard.govuk.pdf import as_download, draw_pdf

PAGE = """{% extends "govuk/paper.html" %}{% block title %}Minutes{% endblock %}{% block about %}Wexmoor{% endblock %}
{% block main %}<h1>Minutes</h1><p class="text">{{ said }}</p>{% endblock %}"""


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch) -> Any:
    env: Any = engines["jinja2"].env  # type: ignore[attr-defined]

    def make(source: str) -> str:
        monkeypatch.setattr(env, "loader", ChoiceLoader([DictLoader({"try.html": source}), env.loader]))
        return "try.html"

    return make


def test_what_is_drawn_can_be_read_again(template: Any) -> None:
    drawn = draw_pdf(template(PAGE), {"said": "Zoë came home at 9 <b>"})
    text = PdfReader(BytesIO(drawn)).pages[0].extract_text()
    assert "Zoë came home at 9 <b>" in text
    assert "Wexmoor" in text
    assert "1 / 1" in text


def test_the_same_page_is_the_same_bytes(template: Any) -> None:
    name = template(PAGE)
    assert draw_pdf(name, {"said": "x"}) == draw_pdf(name, {"said": "x"})


@pytest.mark.parametrize(
    "named",
    ['<link rel="stylesheet" href="file:///etc/hostname">', '<img src="http://127.0.0.1:9/x.png" alt="">'],
)
def test_paper_fetches_nothing(template: Any, named: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        draw_pdf(template(PAGE.replace("<h1>", f"{named}<h1>")), {"said": "x"})


def test_a_download_is_never_drawn_by_the_browser() -> None:
    answer = as_download(b"%PDF", "minutes.pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
