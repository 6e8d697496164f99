"""Files that hang on records: a letter, a drawing and a written scene, made here and small."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from heard.cases.attachment.actions import attach

if TYPE_CHECKING:
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World


def attach_files(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for row in told:
        child = children[row["child"]]
        content = _MAKE[row["kind"]](row.get("text", ""))
        words = child.words() if row.get("on_words") else None
        about: dict[str, Any] = {"words_id": words.pk} if words else {"person_id": child.person_id}
        attach(
            by=world.users[row["by"]],
            upload=SimpleUploadedFile(row["name"], content),
            what=child.say(row["what"]),
            **about,
        )


def pdf_of(text: str, title: str = "Letter") -> bytes:
    from weasyprint import HTML

    return bytes(HTML(string=f"<html lang=en><title>{title}</title><p>{text}</p></html>").write_pdf())


def _docx(text: str) -> bytes:
    import docx

    document, out = docx.Document(), BytesIO()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def _png(_text: str) -> bytes:
    """A blue door in a wall, with a handle."""
    from PIL import Image, ImageDraw

    picture, out = Image.new("RGB", (240, 320), "#f5f0e6"), BytesIO()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((70, 70, 170, 300), fill="#1d4f91", outline="#222222", width=4)
    draw.ellipse((146, 184, 160, 198), fill="#e8c547")
    picture.save(out, "PNG")
    return out.getvalue()


_MAKE: dict[str, Callable[[str], bytes]] = {"pdf": pdf_of, "png": _png, "docx": _docx}
