"""What a file is by what is in it, what is left of it, and that no bytes whatever give a traceback."""

import re
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageFile
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
)
from tests.cases.attachment.samples import pdf, picture, picture_from_a_telephone, with_member, word

from heard.cases.attachment import archives, contents
from heard.cases.attachment.contents import Unreadable, read_apart, recognise, text_of
from heard.cases.attachment.rules import TEXT_LIMIT, ContentKind


@pytest.fixture(autouse=True)
def as_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint, where another test has used it, sets this for the whole process."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


def without_its_bytes(parameter: object) -> str:
    """How a test is called: bytes that are drawn by chance would call it something else in each worker."""
    return "" if isinstance(parameter, bytes) else str(parameter)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("JPEG"), ContentKind.JPEG),
        (picture("PNG"), ContentKind.PNG),
        (picture("WEBP"), ContentKind.WEBP),
        (picture("JPEG", mode="L"), ContentKind.JPEG),
        (picture("PNG", mode="P"), ContentKind.PNG),
        (picture("MPO", save_all=True, append_images=[Image.new("RGB", (4, 4))]), ContentKind.JPEG),
        (pdf("A letter"), ContentKind.PDF),
        (word("A letter"), ContentKind.DOCX),
        ("Zoë wrote this".encode(), ContentKind.TEXT),
        ("Zoë wrote this".encode("utf-16"), ContentKind.TEXT),
        ("Zoë wrote this".encode("cp1252"), ContentKind.TEXT),
        (b"<html><script>alert(1)</script></html>", ContentKind.TEXT),
    ],
    ids=without_its_bytes,
)
def test_the_content_says_what_a_file_is(content: bytes, kind: ContentKind) -> None:
    assert recognise(content)[0] is kind


def test_where_and_when_a_picture_was_taken_is_left_out_and_it_stands_upright() -> None:
    taken = picture_from_a_telephone()
    assert Image.open(BytesIO(taken)).getexif().get_ifd(0x8825)
    _kind, kept = recognise(taken)
    drawn = Image.open(BytesIO(kept))
    assert drawn.size == (20, 40)
    assert drawn.getpixel((10, 5))[0] > 200  # what was left is now on top
    assert drawn.getpixel((10, 35))[0] < 50
    assert dict(drawn.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(drawn.info)
    for left in (b"Some maker", b"2026:03:02", b"taken at home", b"Exif"):
        assert left not in kept


def test_what_hides_behind_a_picture_is_left_out() -> None:
    hidden = with_member(picture("PNG"), "secret.txt", b"hidden behind a picture")
    assert b"secret" not in recognise(hidden)[1]


def test_what_is_seen_through_in_a_picture_stays_so() -> None:
    see_through = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    out = BytesIO()
    see_through.save(out, "PNG")
    assert Image.open(BytesIO(recognise(out.getvalue())[1])).getpixel((1, 1)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (picture("JPEG")[:200], "broken"),
        (picture("PNG")[:-30], "broken"),
        (b"\xff\xd8\xff\xe0 and no picture", "broken"),
        (b"%PDF-1.7 and nothing else", "broken"),
        (pdf("x")[:80], "broken"),
        (pdf("x", password="open sesame"), "password"),
        (pdf(), "no page"),
        (word("x")[:-50], "broken"),
        (with_member(word("x"), "word/vbaProject.bin", b"x"), "macros"),
        (with_member(b"", "anything.txt", b"x"), "not taken"),
        (picture("GIF"), "GIF picture"),
        (picture("TIFF"), "TIFF picture"),
        (picture("WEBP", save_all=True, append_images=[Image.new("RGB", (40, 20))]), "moves"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC picture. Save or export it as JPEG, and attach that"),
        (b"\0\0\0\x18ftypheix\0\0\0\0mif1heix", "HEIC picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF picture"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "old kind"),
        (b"\x7fELF" + bytes(100), "not taken"),
        (bytes(50), "not taken"),
        (b" \n ", "not taken"),
    ],
    ids=without_its_bytes,
)
def test_what_cannot_be_kept_is_said_in_words(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        recognise(content)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_opened() -> None:
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < 200_000
    with pytest.raises(Unreadable, match="far larger inside"):
        recognise(out.getvalue())


def test_a_word_file_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 3_000_000)
    with pytest.raises(Unreadable, match="far larger inside"):
        recognise(with_member(word("x"), "word/media/a.bin", bytes(4_000_000)))


def test_the_text_of_documents_is_read() -> None:
    assert text_of(ContentKind.PDF, pdf("First page", "Second page")) == "First page\nSecond page"
    assert (
        text_of(ContentKind.DOCX, word("First", "Second", cell="In a table")) == "First\nSecond\nIn a table"
    )
    assert text_of(ContentKind.TEXT, b"As it is") == "As it is"
    assert text_of(ContentKind.JPEG, picture()) == ""


def test_no_more_text_is_kept_than_can_be_searched() -> None:
    assert len(text_of(ContentKind.TEXT, b"a" * (TEXT_LIMIT + 10))) == TEXT_LIMIT


def test_reading_stops_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "READING", -1.0)
    assert text_of(ContentKind.PDF, pdf("First page", "Second page")) == "First page"


def test_a_file_is_opened_in_a_process_of_its_own() -> None:
    found = read_apart(pdf("A letter"))
    assert (found.kind, found.text) == (ContentKind.PDF, "A letter")
    assert read_apart(picture("PNG")).kept.startswith(b"\x89PNG")
    with pytest.raises(Unreadable, match="GIF"):
        read_apart(picture("GIF"))


def test_a_file_on_which_the_process_dies_or_hangs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "PATIENCE", 0.001)
    with pytest.raises(Unreadable, match="broken"):
        read_apart(pdf("A letter"))


def test_what_came_before_it_took_too_long_is_kept() -> None:
    found = contents._heard_of(b'{"kind": "pdf", "drawn": 0}\n', b"%PDF")
    assert (found.kind, found.kept, found.text) == (ContentKind.PDF, b"%PDF", "")


BEGINNINGS = [
    b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\xff\xfe",
    pdf("A letter")[:400], word("A letter")[:900], picture("PNG")[:60], picture("WEBP")[:40],
]  # fmt: skip


def taken_or_refused(content: bytes) -> None:
    why = ""
    try:
        kind, kept = recognise(content)
    except Unreadable as refused:
        why = str(refused)
    if why:
        assert why.endswith(".")
        return
    assert recognise(kept)[0] is kind  # what is kept can be opened again as what it is said to be
    text = text_of(kind, kept)
    assert "\x00" not in text
    assert len(text.encode()) <= 4 * TEXT_LIMIT


@settings(max_examples=300, deadline=None)
@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=600))
def test_any_bytes_are_taken_or_refused_in_words(beginning: bytes, rest: bytes) -> None:
    taken_or_refused(beginning + rest)


WHOLE = [pdf("A letter", "and more"), word("A letter", cell="x"), picture(), picture("PNG"), picture("WEBP")]
CHANGES = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=30)


@settings(max_examples=150, deadline=None)
@given(whole=st.sampled_from(WHOLE), changes=CHANGES)
def test_any_damage_to_a_file_is_taken_or_refused_in_words(
    whole: bytes, changes: list[tuple[int, int]]
) -> None:
    damaged = bytearray(whole)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    taken_or_refused(bytes(damaged))


def written_by(name: str, *, xmp: bool = False) -> PdfWriter:
    writer = PdfWriter(clone_from=BytesIO(pdf("She was afraid")))
    writer.add_metadata({"/Author": name, "/Company": "Somewhere Ltd", "/Producer": "A programme"})
    if xmp:
        block = DecodedStreamObject()
        block.set_data(f"<x:xmpmeta><dc:creator>{name}</dc:creator></x:xmpmeta>".encode())
        for one in (writer.root_object, writer.pages[0]):
            one[NameObject("/Metadata")] = writer._add_object(block)
    return writer


def as_bytes(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("xmp", [False, True])
def test_who_wrote_a_pdf_stays_behind(xmp: bool) -> None:
    came = as_bytes(written_by("Nosy Neighbour", xmp=xmp))
    found = read_apart(came)
    assert "She was afraid" in found.text
    assert found.kept != came
    reader = PdfReader(BytesIO(found.kept))
    assert not (set(reader.metadata or {}) & {"/Author", "/Company"})
    assert reader.xmp_metadata is None
    assert "/Metadata" not in reader.pages[0]
    for words in (b"Nosy", b"Somewhere"):
        assert words not in found.kept
    assert read_apart(found.kept).kept == found.kept, "what says nobody is kept as it came"


def test_a_pdf_that_is_signed_stays_as_it_came() -> None:
    """Its signature would count for nothing, and a court asks for it."""
    writer = written_by("A judge")
    signature = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Sig"),
            NameObject("/ByteRange"): ArrayObject([NumberObject(0)] * 4),
        }
    )
    field = DictionaryObject(
        {NameObject("/FT"): NameObject("/Sig"), NameObject("/V"): writer._add_object(signature)}
    )
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form
    came = as_bytes(writer)
    assert read_apart(came).kept == came


def test_who_wrote_a_word_file_stays_behind() -> None:
    document = docx.Document()
    document.add_paragraph("She was afraid")
    document.core_properties.author = "Nosy Neighbour"
    document.core_properties.last_modified_by = "Nosy Neighbour"
    out = BytesIO()
    document.save(out)
    app = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Company>Somewhere Ltd</Company></Properties>'
    own = custom("Owner", "Nosy")
    came = with_member(_without(out.getvalue(), "docProps/app.xml"), "docProps/app.xml", app.encode())
    came = with_member(came, "docProps/custom.xml", own)
    found = read_apart(came)
    assert found.text.strip() == "She was afraid"
    again = docx.Document(BytesIO(found.kept))
    assert (again.core_properties.author, again.core_properties.last_modified_by) == ("", "")
    with ZipFile(BytesIO(found.kept)) as folder:
        inside = b"".join(folder.read(name) for name in folder.namelist())
    for words in (b"Nosy", b"Somewhere"):
        assert words not in inside
    assert read_apart(found.kept).kept == found.kept


def custom(*pairs: str) -> bytes:
    """The own properties of a Word file, as Word writes them: names and texts by turns."""
    rows = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{at + 2}" name="{name}"><vt:lpwstr>{text}</vt:lpwstr></property>'
        for at, (name, text) in enumerate(zip(pairs[::2], pairs[1::2], strict=True))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{rows}</Properties>'
    ).encode()


def inside(content: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(content)) as folder:
        return folder.read(name)


def test_of_the_own_properties_of_a_word_file_those_go_that_name_somebody_and_it_stays_valid() -> None:
    """A marking and a case number are the agency's. A property without its number is against the schema: Word may call the file damaged."""
    name = "docProps/custom.xml"
    label = "MSIP_Label_0a1b2c3d-0000-0000-0000-000000000000"
    stays = (f"{label}_Name", "OFFICIAL-SENSITIVE", "Case", "CP 1234")
    goes = ("Typist", "Nosy Neighbour", f"{label}_Owner", "nosy@somewhere.example", "Created by", "Nosy")
    kept = read_apart(with_member(word("A letter"), name, custom(*stays, *goes))).kept
    rows = list(etree.fromstring(inside(kept, name)))
    assert [(row.get("name"), row[0].text) for row in rows] == [stays[:2], stays[2:]]
    assert all(row.get("fmtid") and row.get("pid") for row in rows)
    only = with_member(word("A letter"), name, custom(*stays))
    assert inside(read_apart(only).kept, name) == custom(*stays)


def test_who_wrote_a_word_file_stays_behind_wherever_it_says_so() -> None:
    """Programmes other than Word call the part as they like; who comments has an account beside their name."""
    document = docx.Document()
    document.core_properties.author = "Nosy Neighbour"
    out = BytesIO()
    document.save(out)
    elsewhere = "package/services/metadata/core-properties/1.psmdcp"
    came = BytesIO()
    with ZipFile(out) as folder, ZipFile(came, "w") as anew:
        for text in folder.namelist():
            part = folder.read(text).replace(b"docProps/core.xml", elsewhere.encode())
            anew.writestr(text.replace("docProps/core.xml", elsewhere), part)
    people = (
        '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person w15:author="Jane">'
        '<w15:presenceInfo w15:providerId="AD" w15:userId="S::nosy@somewhere.example"/></w15:person></w15:people>'
    )
    kept = read_apart(with_member(came.getvalue(), "word/people.xml", people.encode())).kept
    assert docx.Document(BytesIO(kept)).core_properties.author == ""
    assert b"Nosy" not in inside(kept, elsewhere)
    assert b"nosy@" not in inside(kept, "word/people.xml")
    assert b'author="Jane"' in inside(kept, "word/people.xml")


def test_a_word_file_that_is_signed_stays_as_it_came() -> None:
    came = with_member(word("A letter"), "docProps/custom.xml", custom("Owner", "A judge"))
    signed = with_member(came, "_xmlsignatures/sig1.xml", b"<Signature/>")
    assert read_apart(came).kept != came
    assert read_apart(signed).kept == signed


@pytest.mark.parametrize(
    "info", [b"/Info 99 0 R", b"/Info 1 0 R", b"/Info null", b"/Info (no)", b"/Info [1]"]
)
def test_what_is_broken_beside_the_pages_of_a_pdf_refuses_nothing(info: bytes) -> None:
    came = re.sub(rb"/Info \d+ 0 R", info, as_bytes(written_by("Nosy Neighbour")))
    assert info in came
    assert "She was afraid" in read_apart(came).text


def test_a_pdf_keeps_its_title() -> None:
    writer = written_by("Nosy Neighbour")
    writer.add_metadata({"/Title": "Letter of 3 March", "/Subject": "School", "/Keywords": "a meeting"})
    came = as_bytes(writer)
    kept = read_apart(came).kept
    metadata = PdfReader(BytesIO(kept)).metadata or {}
    assert (metadata["/Title"], metadata["/Subject"], metadata["/Keywords"]) == (
        "Letter of 3 March",
        "School",
        "a meeting",
    )
    assert b"Nosy" not in kept
    assert read_apart(kept).kept == kept
    acts = PdfWriter(clone_from=BytesIO(came))
    acts.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript")}
    )
    kept = read_apart(as_bytes(acts)).kept
    assert b"Nosy" not in kept
    assert (PdfReader(BytesIO(kept)).metadata or {})["/Title"] == "Letter of 3 March"


def test_a_pdf_that_cannot_be_written_anew_stays_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(reader: object) -> bytes:
        raise ValueError("no")

    came = as_bytes(written_by("Nosy Neighbour"))
    monkeypatch.setattr(contents, "_without_author", breaks)
    assert recognise(came) == (ContentKind.PDF, came)


def _without(content: bytes, name: str) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(content)) as folder, ZipFile(out, "w") as anew:
        for text in folder.namelist():
            if text != name:
                anew.writestr(text, folder.read(text))
    return out.getvalue()
