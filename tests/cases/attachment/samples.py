"""Files as people attach them, and files that somebody made to do harm."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    """The left half is red."""
    drawn = Image.new(mode, size)
    drawn.paste((255, 0, 0) if mode == "RGB" else 200, (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    drawn.save(out, kind, **options)
    return out.getvalue()


def picture_from_a_telephone() -> bytes:
    """With where and when it was taken, with which device, and lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it to see it upright
    exif[0x010F] = "Some maker"
    exif[0x0132] = "2026:03:02 15:04:05"
    exif.get_ifd(0x8825).update({1: "N", 2: (IFDRational(52), IFDRational(38), IFDRational(1))})
    return picture("JPEG", exif=exif, comment=b"taken at home", quality=95)


def pdf(*lines: str, password: str = "") -> bytes:
    writer = PdfWriter()
    for line in lines:
        page = writer.add_blank_page(300, 200)
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        fonts = DictionaryObject({NameObject("/F1"): _names(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        drawing = DecodedStreamObject()
        drawing.set_data(f"BT /F1 12 Tf 20 100 Td ({line}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(drawing)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _names(values: dict[str, str]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): NameObject(value) for key, value in values.items()})


def word(*paragraphs: str, cell: str = "") -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if cell:
        document.add_table(1, 1).cell(0, 0).text = cell
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def with_member(content: bytes, name: str, data: bytes) -> bytes:
    """A Word file, or any other packed folder, with one more file in it."""
    out = BytesIO(content)
    with ZipFile(out, "a", ZIP_DEFLATED) as folder:
        folder.writestr(name, data)
    return out.getvalue()


def upload(content: bytes, name: str = "photo.jpg", declared: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, declared)
