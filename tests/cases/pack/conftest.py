"""A child with somebody around her, a file, and a request for her record."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfReader, PdfWriter
from pypdf.generic import StreamObject
from tests.again import written_once

from heard.cases.attachment.actions import attach
from heard.cases.case.models import Case
from heard.cases.pack import actions, queries
from heard.cases.pack.models import Disclosure, Pack
from heard.cases.pack.rules import PackPart
from heard.network.actions import Knows, add_person, note_tie

AUNT = "Ola Brand"


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Any) -> Any:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
@written_once
def around(world: Any, case: Case) -> Case:
    """The case, with an aunt tied to the child and her words about the aunt."""
    aunt = add_person(by=world.social_worker, given_name="Ola", family_name="Brand", kind="adult")
    note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="aunt",
        other_id=aunt.pk,
        knows=Knows("Ola Brand told the school, 01632 960 777, WX1 4AB"),
    )
    return case


def text_file(by: Any, person_id: Any, text: str = "Ola fetches her on Mondays.") -> Any:
    upload = SimpleUploadedFile("note.txt", text.encode())
    return attach(by=by, upload=upload, what="A note", person_id=person_id)


def pdf_file(by: Any, person_id: Any, pages: int = 3) -> Any:
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(width=300, height=400)
    out = BytesIO()
    writer.write(out)
    upload = SimpleUploadedFile("letter.pdf", out.getvalue())
    return attach(by=by, upload=upload, what="A letter", person_id=person_id)


def ask(by: Any, person_id: Any, *parts: str, **more: Any) -> Pack:
    said = {
        "purpose": "For the strategy meeting",
        "for_whom": "Cora Ordway, chair",
        "parts": parts or tuple(PackPart),
        "keep_until": timezone.localdate() + timedelta(days=7),
    }
    return actions.ask_pack(by=by, person_id=person_id, **said | more)


def made(pack: Pack) -> Pack:
    actions.make_pack.call(str(pack.pk))
    pack.refresh_from_db()
    assert pack.state == "done", pack.problem
    return pack


def pages_of(pack: Pack) -> list[str]:
    return [page.extract_text() for page in PdfReader(pack.path).pages]


def everything_in(pack: Pack) -> bytes:
    """The bytes of the file, and each thing in it unpacked."""
    reader = PdfReader(pack.path)
    keys = {number for rows in reader.xref.values() for number in rows} | set(reader.xref_objStm)
    found = [pack.path.read_bytes()]
    for number in sorted(keys - {0}):
        thing = reader.get_object(number)
        found.append(repr(thing).encode())
        if isinstance(thing, StreamObject):
            found.append(thing.get_data())
    return b"\n".join(found)


def request_of(by: Any, person_id: Any, *parts: str, **more: Any) -> Disclosure:
    today = timezone.localdate()
    said = {
        "requester": "child",
        "requester_name": "Mina herself, whom Sol knows",
        "what_asked": "Everything that you wrote about me",
        "asked_on": today - timedelta(days=3),
        "due_on": today + timedelta(days=20),
        "parts": parts or (PackPart.IDENTITY, PackPart.WORDS, PackPart.WORRIES),
    }
    return actions.start_disclosure(by=by, person_id=person_id, **said | more)


@pytest.fixture
@written_once
def asked(world: Any, around: Case) -> Disclosure:
    return request_of(world.coordinator, around.person_id)


def decide_all(by: Any, disclosure: Disclosure, **how: Any) -> None:
    """Every name in the same way, and everything read."""
    names = [name.key for name in queries.names_found(by, disclosure.pk)]
    if names:
        actions.treat_names(by=by, disclosure_id=disclosure.pk, names=names, **({"treatment": "show"} | how))
    for row in queries.passages_in(by, disclosure.pk):
        if row.file_id and not row.give:
            actions.decide_file(by=by, passage_id=row.pk, give="withhold", reason="somebody_else")
    read_all(by, disclosure)


def read_all(by: Any, disclosure: Disclosure) -> None:
    keys = [row.pk for row in queries.passages_in(by, disclosure.pk)]
    actions.mark_read(by=by, disclosure_id=disclosure.pk, passage_ids=keys)


def final(world: Any, disclosure: Disclosure) -> Pack:
    """Sent by the co-ordinator, checked by the supervisor, and drawn."""
    actions.send_disclosure(by=world.coordinator, disclosure_id=disclosure.pk)
    actions.check_disclosure(by=world.supervisor, disclosure_id=disclosure.pk, agrees=True)
    return made(disclosure.packs.get())
