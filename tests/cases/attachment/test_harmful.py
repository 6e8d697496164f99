"""Files that somebody made to do harm: cleaned, refused, or set aside."""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from tests.cases.attachment.samples import pdf, upload, with_member, word
from tests.conftest import World

from heard.agencies.models import AuditRow
from heard.agencies.rules import Refused
from heard.cases.attachment import actions, archives, contents
from heard.cases.attachment.contents import Unreadable, read_apart, recognise
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.rules import ContentKind
from heard.network import actions as network
from heard.network.models import Person

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="http://example.org/x" TargetMode="External"/></Relationships>'
)


def _action(kind: str, **more: Any) -> DictionaryObject:
    action = DictionaryObject(
        {NameObject("/Type"): NameObject("/Action"), NameObject("/S"): NameObject(kind)}
    )
    action.update({NameObject(f"/{name}"): TextStringObject(value) for name, value in more.items()})
    return action


def with_script() -> PdfWriter:
    writer = PdfWriter(clone_from=BytesIO(pdf("She was afraid")))
    script = writer._add_object(_action("/JavaScript", JS="app.alert('opened')"))
    names = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("one"), script])})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): names})
    return writer


def on_opening() -> PdfWriter:
    writer = PdfWriter(clone_from=BytesIO(pdf("She was afraid")))
    action = writer._add_object(_action("/Launch", F="cmd.exe"))
    writer.root_object[NameObject("/OpenAction")] = action
    return writer


def on_a_page() -> PdfWriter:
    """Where a click starts a programme; its kind stands in an object of its own, which a search for words misses."""
    writer = PdfWriter(clone_from=BytesIO(pdf("She was afraid")))
    action = _action("/Launch", F="cmd.exe")
    action[NameObject("/S")] = writer._add_object(NameObject("/Launch"))
    note = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    return writer


def with_a_file_inside() -> PdfWriter:
    writer = PdfWriter(clone_from=BytesIO(pdf("She was afraid")))
    writer.add_attachment("evil.exe", b"MZ inside")
    return writer


def submitting() -> PdfWriter:
    """A button of a form that sends what was typed elsewhere."""
    writer = PdfWriter(clone_from=BytesIO(pdf("She was afraid")))
    button = {"/Subtype": NameObject("/Widget"), "/A": _action("/SubmitForm", F="http://example.org/")}
    writer.pages[0][NameObject("/Annots")] = ArrayObject(
        [writer._add_object(DictionaryObject({NameObject(name): value for name, value in button.items()}))]
    )
    return writer


@pytest.mark.parametrize("make", [with_script, on_opening, on_a_page, with_a_file_inside, submitting])
def test_a_pdf_that_acts_is_kept_without_what_acts(make: Any) -> None:
    out = BytesIO()
    make().write(out)
    assert contents._has_actions(PdfReader(BytesIO(out.getvalue())))
    found = read_apart(out.getvalue())
    assert not contents._has_actions(PdfReader(BytesIO(found.kept)))
    assert found.text == "She was afraid"
    for word_of_it in (b"app.alert", b"cmd.exe", b"MZ inside", b"example.org", b"/JavaScript", b"/Launch"):
        assert word_of_it not in found.kept


def test_a_pdf_that_does_nothing_is_kept_as_it_came() -> None:
    content = pdf("She was afraid")
    assert read_apart(content).kept == content


def test_what_nothing_leads_to_goes_too() -> None:
    """Another programme may look for it."""
    behind = b"9 0 obj\n<</S /JavaScript /JS (app.alert('opened'))>>\nendobj\n"
    found = read_apart(pdf("She was afraid") + behind)
    assert b"app.alert" not in found.kept
    assert found.text == "She was afraid"


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "oleObject", "frame"])
def test_a_word_file_that_fetches_something_is_refused(kind: str) -> None:
    bad = with_member(word("A letter"), "word/_rels/settings.xml.rels", RELATIONS.format(kind=kind).encode())
    with pytest.raises(Unreadable, match="fetches something from elsewhere"):
        recognise(bad)


def test_a_word_file_with_a_link_is_kept() -> None:
    good = with_member(
        word("A letter"), "word/_rels/footer.xml.rels", RELATIONS.format(kind="hyperlink").encode()
    )
    kind, kept = recognise(good)
    assert kind is ContentKind.DOCX
    with ZipFile(BytesIO(kept)) as folder:
        assert b"hyperlink" in folder.read("word/_rels/footer.xml.rels")


INSIDE = RELATIONS.replace(' TargetMode="External"', "").replace("http://example.org/x", "other.bin")
FIELD = (
    '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    "<w:r><w:instrText> DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\cmd.exe</w:instrText></w:r></w:p></w:hdr>"
)
SIMPLE = (
    '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p>'
    "<w:fldSimple w:instr=' INCLUDEPICTURE \"http://example.org/x.png\"'/></w:p></w:hdr>"
)


@pytest.mark.parametrize(
    ("name", "part", "says"),
    [
        ("word/vbaProject.bin", "macro", "holds macros"),
        ("word/_rels/x.xml.rels", INSIDE.format(kind="vbaProject"), "holds macros"),
        ("word/embeddings/oleObject1.bin", "MZ", "another file or programme"),
        ("word/activeX/activeX1.bin", "MZ", "another file or programme"),
        ("word/_rels/x.xml.rels", INSIDE.format(kind="oleObject"), "another file or programme"),
        ("word/_rels/x.xml.rels", INSIDE.format(kind="aFChunk"), "another file or programme"),
        ("word/header9.xml", FIELD, "fetches something from elsewhere"),
        ("word/header9.xml", SIMPLE, "fetches something from elsewhere"),
        ("word/media/more.zip", "PK", "another packed file"),
    ],
)
def test_a_word_file_that_runs_brings_or_fetches_something_is_refused(
    name: str, part: str, says: str
) -> None:
    with pytest.raises(Unreadable, match=says):
        recognise(with_member(word("A letter"), name, part.encode()))


def test_a_word_file_that_calls_itself_one_with_macros_is_refused() -> None:
    out = BytesIO()
    with ZipFile(BytesIO(word("A letter"))) as old, ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "[Content_Types].xml":
                data = data.replace(b"wordprocessingml.document.main", b"document.macroEnabled.main")
            new.writestr(entry, data)
    with pytest.raises(Unreadable, match="holds macros"):
        recognise(out.getvalue())


# ---- packed folders: told from their directory, before anything is unpacked


def packed(*members: tuple[str, int, int], flags: int = 0) -> list[ZipInfo]:
    """Name, bytes and bytes as packed of each member."""
    found = []
    for name, size, small in members:
        zip_info = ZipInfo(name)
        zip_info.file_size, zip_info.compress_size, zip_info.flag_bits = size, small, flags
        found.append(zip_info)
    return found


@pytest.mark.parametrize(
    ("members", "says"),
    [
        (packed(*[(f"word/{number}", 1, 1) for number in range(5_001)]), "more than 5000 parts"),
        (packed(("word/a", 150_000_000, 10_000_000), ("word/b", 60_000_000, 5_000_000)), "far larger inside"),
        (packed(("word/a", 30_000_000, 30_000)), "far larger inside"),
        (packed(("word/embeddings/Sheet.XLSX", 5_000, 5_000)), "another packed file"),
        (packed(("word/document.xml", 10, 10), flags=1), "has a password"),
    ],
)
def test_a_packed_folder_is_refused_from_its_directory(members: list[ZipInfo], says: str) -> None:
    assert says in (archives.why_not_unpack(members) or "")


def test_an_ordinary_packed_folder_is_unpacked() -> None:
    with ZipFile(BytesIO(word("A letter", cell="one"))) as folder:
        assert archives.why_not_unpack(folder.infolist()) is None


def test_what_its_directory_lies_about_is_not_unpacked_further() -> None:
    """The directory says a thousand bytes; ten million are packed."""
    content = with_member(word("A letter"), "word/media/a.bin", bytes(10_000_000))
    lies = content.replace(struct.pack("<I", 10_000_000), struct.pack("<I", 1_000))
    assert lies != content
    with pytest.raises(Unreadable, match="broken"):
        recognise(lies)


# ---- ClamAV


class Clamd:
    """Speaks clamd's protocol (clamd(8), INSTREAM) on a socket, and finds the test string."""

    def __init__(self, path: Path) -> None:
        self.scanned: list[bytes] = []
        self.answers = True
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                self._answer(line, said)

    def _answer(self, line: socket.socket, said: Any) -> None:
        command = said.read(len(b"zINSTREAM\0"))
        if command != b"zINSTREAM\0":
            line.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := struct.unpack(">I", said.read(4))[0]:
            content += said.read(size)
        self.scanned.append(content)
        if not self.answers:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        elif EICAR in content:
            line.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
        else:
            line.sendall(b"stream: OK\0")


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[Clamd]:
    settings.DATA = tmp_path
    place = Path(f"/tmp/heard-clamd-{os.getpid()}")
    settings.CLAMD = str(place)
    server = Clamd(place)
    yield server
    server.socket.close()
    place.unlink()


@pytest.fixture
def child(world: World) -> Person:
    return network.add_person(by=world.teacher, given_name="Amira", family_name="Khan")


def test_what_clamav_finds_is_refused_and_written_down(
    world: World, child: Person, clamd: Clamd, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="seems to hold harmful software"):
        actions.attach(by=world.teacher, upload=upload(EICAR, "note.txt"), person_id=child.pk)
    assert not Attachment.objects.exists()
    assert AuditRow.objects.filter(verb="refuse harmful file", person_id=child.pk).count() == 1
    assert not (tmp_path / "quarantine").exists()


def test_where_it_is_so_set_it_is_kept_aside(
    world: World, child: Person, clamd: Clamd, tmp_path: Path, settings: Any
) -> None:
    settings.QUARANTINE = True
    with pytest.raises(Refused, match="seems to hold harmful software"):
        actions.attach(by=world.teacher, upload=upload(EICAR, "note.txt"), person_id=child.pk)
    [kept] = (tmp_path / "quarantine").iterdir()
    assert kept.read_bytes() == EICAR
    assert AuditRow.objects.get(verb="refuse harmful file").detail == {"quarantine": kept.name}


def test_what_clamav_does_not_find_is_kept_after_all_of_it_was_scanned(
    world: World, child: Person, clamd: Clamd
) -> None:
    content = ("She was afraid. " * 20_000).encode()
    actions.attach(by=world.teacher, upload=upload(content, "note.txt"), person_id=child.pk)
    assert clamd.scanned == [content]


def test_where_clamav_gives_no_answer_nothing_is_taken(
    world: World, child: Person, clamd: Clamd, settings: Any
) -> None:
    clamd.answers = False
    with pytest.raises(Refused, match="cannot be checked"):
        actions.attach(by=world.teacher, upload=upload(b"A note", "note.txt"), person_id=child.pk)
    settings.CLAMD = "/nowhere/clamd"
    with pytest.raises(Refused, match="cannot be checked"):
        actions.attach(by=world.teacher, upload=upload(b"A note", "note.txt"), person_id=child.pk)
    assert not Attachment.objects.exists()
