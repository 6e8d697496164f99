"""Names of files, and when one is taken or withdrawn."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.cases.attachment.rules import (
    CONTENT_TYPES,
    EXTENSIONS,
    NAME_LIMIT,
    ContentKind,
    safe_name,
    why_not_attach,
    why_not_withdraw,
)


@pytest.mark.parametrize(
    ("came", "kind", "kept"),
    [
        ("Message of Monday.jpg", ContentKind.JPEG, "Message of Monday.jpg"),
        ("C:\\tmp\\evil\\bill.exe", ContentKind.PDF, "bill.pdf"),
        ("../../etc/passwd", ContentKind.TEXT, "passwd.txt"),
        ('a"\r\nSet-Cookie: x.png', ContentKind.PNG, "a Set-Cookie x.png"),
        ("Zoë’s drawing.jpeg", ContentKind.JPEG, "Zoë’s drawing.jpg"),
        ("page.html", ContentKind.TEXT, "page.txt"),
        ("v1.2 of her letter", ContentKind.PDF, "v1.2 of her letter.pdf"),
        ("", ContentKind.PNG, "file.png"),
        ("...", ContentKind.PNG, "file.png"),
        (".htaccess", ContentKind.TEXT, "htaccess.txt"),
        ("a" * 300 + ".pdf", ContentKind.PDF, "a" * (NAME_LIMIT - 6) + ".pdf"),
    ],
)
def test_a_name_keeps_its_words_and_gets_the_extension_of_the_content(
    came: str, kind: ContentKind, kept: str
) -> None:
    assert safe_name(came, kind) == kept


@given(st.text(max_size=300), st.sampled_from(ContentKind))
def test_any_name_becomes_one_that_can_be_kept(came: str, kind: ContentKind) -> None:
    name = safe_name(came, kind)
    assert name.endswith(f".{EXTENSIONS[kind]}")
    assert 4 < len(name) <= NAME_LIMIT
    assert name.isprintable()
    assert not set('/\\":<>|?*;') & set(name)


def test_every_kind_has_an_extension_and_a_type() -> None:
    assert set(EXTENSIONS) == set(CONTENT_TYPES) == set(ContentKind)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"may_attach": False}, "Your role does not"),
        ({"size": 0}, "empty"),
        ({"size": 25_000_001}, "larger than 25 MB"),
        ({"size": 25_000_000, "there_already": 49}, None),
        ({"there_already": 50}, "50 files here already"),
    ],
)
def test_a_file_is_attached_or_the_rule_says_why_not(change: dict[str, Any], says: str | None) -> None:
    usual = {"may_attach": True, "size": 10, "most_bytes": 25_000_000, "there_already": 0, "most_files": 50}
    answer = why_not_attach(**usual | change)
    assert answer is None if says is None else says in (answer or "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"is_withdrawn": True}, "already"),
        ({"may_withdraw": False}, "Whoever attached"),
        ({"held": True}, "A hold keeps this record"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_a_file_is_withdrawn_or_the_rule_says_why_not(change: dict[str, Any], says: str | None) -> None:
    usual: dict[str, Any] = {
        "is_withdrawn": False,
        "may_withdraw": True,
        "held": False,
        "reason": "Another child’s letter",
    }
    answer = why_not_withdraw(**usual | change)
    assert answer is None if says is None else says in (answer or "")
