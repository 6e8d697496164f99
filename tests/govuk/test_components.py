"""Components as they reach the page. What they look like is for the journeys, which run axe on them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.utils.translation import gettext_lazy
from jinja2 import UndefinedError

IMPORT = '{% import "govuk/components.html" as ui %}'
LONDON = ZoneInfo("Europe/London")


def draw(source: str, **context: object) -> str:
    template = engines["jinja2"].env.from_string(IMPORT + source)
    return str(template.render(**context))


def test_a_name_that_nobody_set_raises() -> None:
    with pytest.raises(UndefinedError):
        draw("{{ nobody_set_this }}")


def test_text_is_escaped_in_every_component() -> None:
    bad = "<script>alert(1)</script>"
    sources = (
        "{{ ui.button(bad) }}",
        "{{ ui.tag(bad, 'grey') }}",
        "{{ ui.warning(bad) }}",
        "{{ ui.summary_list([{'key': bad, 'value': bad}]) }}",
        "{{ ui.table(bad, [bad, bad], [[bad, bad]]) }}",
        "{{ ui.task_list([{'text': bad, 'status': bad, 'hint': bad}]) }}",
        "{{ ui.timeline([{'title': bad, 'at': at, 'by': bad, 'text': bad}]) }}",
        "{{ ui.words(bad, bad, changed=bad, how=bad) }}",
        "{{ ui.identity_bar(bad, [(bad, bad)], [(bad, at)], known_as=bad) }}",
        "{{ ui.clock(bad, at, bad) }}",
        "{{ ui.empty(bad, bad) }}{{ ui.what_for(bad, bad) }}{{ ui.progress(bad, now=bad) }}{{ ui.no_words(bad) }}",
        "{{ ui.banner(bad) }}{{ ui.back_link('/', bad) }}{{ ui.breadcrumbs([(bad, '/')]) }}",
        "{{ ui.side_navigation(bad, [(bad, '/', true)]) }}{{ ui.details(bad, bad | e) }}",
    )
    for source in sources:
        page = draw(source, bad=bad, at=date(2026, 3, 3))
        assert "<script>" not in page, source
        assert "&lt;script&gt;" in page, source


def test_a_word_that_is_put_into_a_language_late_is_a_word_in_a_table() -> None:
    head, cell = gettext_lazy("Role"), gettext_lazy("Practitioner")
    page = draw("{{ ui.table('Roles', [head, head], [[cell, cell]]) }}", head=head, cell=cell)
    assert 'data-column="Role">Practitioner</td>' in page
    assert "numeric" not in page


def test_the_three_states_of_a_sign_differ_in_word_and_mark() -> None:
    drawn = {
        state: draw("{{ ui.sign_state(state) }}", state=state) for state in ("seen", "not_seen", "not_known")
    }
    assert "●" in drawn["seen"]
    assert ">Seen" not in drawn["not_seen"]
    assert "○" in drawn["not_seen"]
    assert "Not seen" in drawn["not_seen"]
    assert ">?<" in drawn["not_known"]
    assert "Not known" in drawn["not_known"]


def test_words_are_shown_verbatim_with_who_heard_them_and_what_changed() -> None:
    heard = "Heard by Sol Wright on 3 March 2026."
    page = draw("{{ ui.words(text, heard) }}", text="I don't feel safe\nthere", heard=heard)
    assert "I don&#39;t feel safe\nthere" in page
    assert heard in page
    assert "nothing has been written down yet" in page


@pytest.mark.parametrize(
    ("days_left", "sentence"),
    [
        (-2, "Overdue by 2 days: was due 3 March 2026"),
        (-1, "Overdue by 1 day: was due 3 March 2026"),
        (0, "Due today, 3 March 2026"),
        (1, "Due 3 March 2026, in 1 day"),
        (None, "Due 3 March 2026"),
    ],
)
def test_a_clock_says_when_and_by_which_rule(days_left: int | None, sentence: str) -> None:
    page = draw(
        "{{ ui.clock('Decide', at, 'Working Together', days_left=left) }}",
        at=date(2026, 3, 3),
        left=days_left,
    )
    assert sentence in page
    assert 'Decide <details class="heard-why">' in " ".join(page.split())
    assert "Source: Working Together" in page


def test_a_time_is_written_in_local_time() -> None:
    at = datetime(2026, 7, 1, 13, 5, tzinfo=ZoneInfo("UTC"))
    assert "1 July 2026, 2:05pm" in draw("{{ ui.when(at) }}", at=at)
    assert "3 March 2026" in draw("{{ ui.when(at) }}", at=date(2026, 3, 3))


def test_a_button_that_the_rules_do_not_allow_says_why_instead() -> None:
    page = draw("{{ ui.button('Close', why_not='An action is still open.') }}")
    assert "<button" not in page
    assert "An action is still open." in page


def test_pages_keep_the_query() -> None:
    page = Paginator(range(100), 10).page(5)
    drawn = draw("{{ ui.pagination(page, query='team=1') }}", page=page)
    assert 'href="?team=1&amp;page=6"' in drawn
    assert draw("{{ ui.pagination(page) }}", page=Paginator([1], 10).page(1)).strip() == ""


def test_a_form_carries_the_token() -> None:
    source = "{% call ui.form(token, files=true) %}inside{% endcall %}"
    page = draw(source, token="the token")
    assert "the token" in page
    assert "inside" in page
    assert "multipart/form-data" in page
