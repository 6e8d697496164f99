"""No page says a sentence that cannot be said in another language.

Each sentence that the code marks is put between ⟦ and ⟧, as if that were its translation, and every page is read: what stands outside
is something that people wrote, something that the knowledge or the engine says, or a sentence that nobody could translate.
"""

from __future__ import annotations

import ast
import calendar
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.apps import apps
from django.conf import settings as site
from django.conf.locale import LANG_INFO
from django.db import models
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real
from tests.conftest import World
from tests.languages.catalogues import HEARD, messages
from tests.walls.record import Record, make_record
from tests.walls.test_every_address import GUARDED, who_has

from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.timeline.index import catch_up
from heard.engine.publish.policy import policies
from heard.insight.models import Profile
from heard.insight.release.queries import SAYS

pytestmark = pytest.mark.xdist_group("sentences")  # which are read out of the code once in a process
PSEUDO: Final = "xx"
# Roles that have between them every page.
ROLES: Final = [Role.COORDINATOR, Role.SUPERVISOR, Role.OFFICER, Role.ANALYST, Role.ADMINISTRATOR]
# Where a page shows sentences of the engine, which writes in English: what a policy hides, and why a column was guessed.
SAYS_THE_POLICY: Final = {"profile", "annual_report", "annual_text"}
# Sentences with a number or a name in them, which a rule puts together in English.
PUT_TOGETHER: Final = re.compile(r"Assessment complete within")
_SAID: Final = re.compile(
    r"⟦[^⟦⟧]*(⟧|…|$)"
)  # to its end, or to where a long text is cut, or goes on in the next line of a drawing
_MONTHS: Final = {*calendar.month_abbr, *calendar.month_name}
_MONTH: Final = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY: Final = re.compile(rf"\d{{1,2}} {_MONTH}\w*|{_MONTH}\w* \d{{4}}|\d{{1,2}}:\d\d[ap]m")
_KEY: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_SILENT: Final = ("script", "style", "code")  # of code: the name of a column, as files have it
_WORD: Final = re.compile(r"[A-Za-z]{4}|[a-z]{2}")


@pytest.fixture
def pseudo(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which each sentence is itself between two marks."""
    folder = tmp_path / PSEUDO / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="en")
    for message in messages():
        said = f"⟦{message}⟧" if isinstance(message, str) else tuple(f"⟦{one}⟧" for one in message)
        catalogue.add(message, said)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setitem(
        LANG_INFO, PSEUDO, {"bidi": False, "code": PSEUDO, "name": PSEUDO, "name_local": PSEUDO}
    )
    settings.LOCALE_PATHS, settings.LANGUAGES = [tmp_path], [*site.LANGUAGES, (PSEUDO, PSEUDO)]
    settings.LANGUAGE_CODE = PSEUDO
    _forget()
    yield
    _forget()


def _forget() -> None:
    trans_real._translations.clear()  # type: ignore[attr-defined]
    trans_real.get_languages.cache_clear()


@pytest.mark.usefixtures("plain_refusals")
def test_every_page_can_be_said_in_another_language(
    world: World, settings: Any, tmp_path: Path, pseudo: None
) -> None:
    settings.DATA = tmp_path
    record = make_record(world, restricted=True)
    with translation.override(PSEUDO):
        catch_up()
        untranslated, read = defaultdict(set), set[str]()
        users = [who_has(world, role) for role in ROLES]
        known = Known()
        for user in users:
            client = Client()
            client.force_login(user)
            for name, page in _pages(client, record, but=read):
                read.add(name)
                for text in untranslatable(page, known, _in_engine(name)):
                    untranslated[text].add(name)
    assert read >= {
        *SAYS_THE_POLICY,
        "knowledge",
        "profile_part",
        "digest",
        "caseload_bring",
        "engine_describe",
    }
    assert len(read) > 300, "The wall is in front of nothing"
    assert sorted(untranslated.items()) == []


def test_a_sentence_that_nobody_marked_is_seen(pseudo: None, db: None) -> None:
    page = "<p>⟦Seen by ⟦Ana⟧⟧, 4 May 2011</p><p>This one was forgotten.</p><a title='So was this'>⟦x⟧</a>"
    assert set(untranslatable(page, Known())) == {"This one was forgotten", "So was this"}


def _pages(client: Client, record: Record, *, but: set[str]) -> Iterator[tuple[str, str]]:
    for address in [address for address in GUARDED if address.name not in but]:
        with translation.override(PSEUDO):
            answer = client.get(address.of(record))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield address.name, answer.text


def untranslatable(page: str, known: Known, quoted: str = "") -> Iterator[str]:
    """`quoted`: what stands on this page as the engine wrote it."""
    reader = Reader()
    reader.feed(page)
    for text in reader.texts:
        for outside in _outside(text):
            if not known.holds(outside):
                pieces = (one.strip(" .") for one in re.split(r"[,:;()“”·/]| - |\. ", outside))
                unknown = (piece for piece in pieces if _WORD.search(piece) and not known.holds(piece))
                yield from (one for one in unknown if one not in quoted)


def _outside(text: str) -> Iterator[str]:
    """What stands outside all marks, and is no day, key or mark of punctuation."""
    while (shorter := _SAID.sub("\0", text)) != text:
        text = shorter
    for part in re.split("[\0⟦⟧]", text):
        part = _without_days(part).strip(" .,;:()–-\"'“”‘’/…")
        if _WORD.search(part) and part not in _MONTHS and not PUT_TOGETHER.search(part):
            yield part


def _without_days(text: str) -> str:
    return " ".join(_KEY.sub("", _DAY.sub("", text)).split())


class Known:
    """What people wrote, in any table, what the knowledge says, and what stands in a report that was released."""

    def __init__(self) -> None:
        languages = (name for _code, name in site.LANGUAGES)
        said = [*_written(), *_in_files(), *_in_reports(), *languages, PSEUDO]
        self._whole = "\n".join(_without_days(text) for text in said)
        self._short = sorted({text for text in said if 2 < len(text) < 60}, key=len, reverse=True)

    def holds(self, text: str) -> bool:
        if text in self._whole:
            return True
        for short in self._short:  # names and what joins them: “Ines is seen with Friday group”
            if short in text:
                text = text.replace(short, "")
                if not _WORD.search(text):
                    return True
        return False


def _written() -> Iterator[str]:
    for table in apps.get_models():
        fields = [
            field
            for field in table._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        names = [field.attname for field in fields if not field.choices]
        for row in table._base_manager.values_list(*names) if names else ():
            yield from _texts(row)
    yield from (user.get_full_name() for user in User.objects.all())


def _in_files() -> Iterator[str]:
    for path in HEARD.rglob("*.yaml"):
        for part in yaml.safe_load_all(path.read_text()):
            for text in _texts(part):
                yield text
                if "*" in text:  # an ending that is left open
                    yield text.replace("*", "…")


def _in_reports() -> Iterator[str]:
    for profile in Profile.objects.all():
        if (says := profile.folder / SAYS).exists():
            yield json.dumps(
                json.loads(says.read_text("utf-8")), ensure_ascii=False
            )  # headings of tables are keys


def _in_engine(page: str) -> str:
    """What the engine says on this page."""
    if page in SAYS_THE_POLICY:
        return "\n".join(policy.words for policy in policies(HEARD / "none").values())
    if page != "engine_describe":
        return ""
    nodes = ast.walk(ast.parse((HEARD / "engine/intake/guess.py").read_text("utf-8")))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return "\n".join(text for text in texts if isinstance(text, str))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        inside: Iterable[object] = value.values() if isinstance(value, dict) else value
        for one in inside:
            yield from _texts(one)


class Reader(HTMLParser):
    """What a page says to somebody who reads it, or who hears it read."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        here = dict(attrs)
        said = (
            "title",
            "alt",
            "aria-label",
            "placeholder",
            *(["value"] if here.get("type") in ("submit", "button") else []),
        )
        self.texts += [text for name in said if (text := here.get(name))]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)
