import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import docx
import pytest

from ingest.errors import PermanentError
from ingest.extract import archive
from ingest.extract.base import Block
from ingest.extract.docx import extract


def word(write: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = datetime(2024, 5, 6)
    write(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def policy(document: Any) -> None:
    document.core_properties.title = "Old template title"
    document.core_properties.author = "Ann Lee"
    document.core_properties.language = "en-GB"
    document.sections[0].header.paragraphs[0].text = "Running header"
    document.add_heading("Travel policy", 0)
    document.add_heading("Booking", 1)
    run = document.add_paragraph("Book with ").add_run("the agency")
    run.bold = True
    document.add_paragraph("First step", style="List Number")
    document.add_paragraph("Second step", style="List Number")
    document.add_paragraph("A point", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ["Region", "Fee", "EU", "0"], strict=True):
        cell.text = text
    document.add_paragraph("员工应当在三十天内提交报销单。")


def test_a_document_becomes_blocks() -> None:
    draft = extract(word(policy), "a.docx")
    assert (draft.title, draft.author, draft.published_at, draft.language) == (
        "Travel policy",
        "Ann Lee",
        "2024-05-06",
        "en-GB",
    )
    assert draft.blocks == (
        Block("heading", "Booking", 1),
        Block("paragraph", "Book with the agency"),
        Block("item", "1. First step"),
        Block("item", "2. Second step"),
        Block("item", "- A point"),
        Block("row", "Region | Fee"),
        Block("row", "EU | 0"),
        Block("paragraph", "员工应当在三十天内提交报销单。"),
    )


def test_the_property_names_a_document_without_a_title_paragraph() -> None:
    def write(document: Any) -> None:
        document.core_properties.title = "Leave policy"
        document.add_paragraph("Text.")

    draft = extract(word(write), "a.docx")
    assert draft.title == "Leave policy"
    assert draft.author is None  # "python-docx" is a program


def test_a_default_property_gives_way_to_the_first_heading() -> None:
    def write(document: Any) -> None:
        document.core_properties.title = "Document1"
        document.add_heading("Leave policy", 1)
        document.add_paragraph("Text.")

    draft = extract(word(write), "a.docx")
    assert draft.title == "Leave policy" and draft.blocks == (Block("paragraph", "Text."),)


def test_pictures_are_left_out() -> None:
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (20, 20)).save(picture, "PNG")

    def write(document: Any) -> None:
        document.add_paragraph("Text.")
        document.add_picture(io.BytesIO(picture.getvalue()))

    assert extract(word(write), "a.docx").blocks == (Block("paragraph", "Text."),)
    with pytest.raises(PermanentError, match=r"^a\.docx holds no text\. If it holds pictures"):
        extract(word(lambda document: document.add_picture(io.BytesIO(picture.getvalue()))), "a.docx")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "Open it in Office and save it as .docx without a password.",
        ),
        (b"%PDF-1.7", "it looks like a PDF. Rename it so that it ends in .pdf."),
        (b"<html><body>Word's HTML</body></html>", "it looks like an HTML page. Rename it so that it ends in .html."),
        (b"Just text", "it is damaged. Save it again"),
    ],
)
def test_what_is_no_docx_is_named(data: bytes, said: str) -> None:
    with pytest.raises(PermanentError) as caught:
        extract(data, "a.docx")
    assert str(caught.value).startswith("a.docx is not a Word document") and said in str(caught.value)


def rewritten(data: bytes, part: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, content if item.filename == part else old.read(item))
    return out.getvalue()


def test_an_entity_bomb_is_refused() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "lol">{entities}]><w>&a11;</w>'.encode()
    with pytest.raises(PermanentError, match=r"^a\.docx is a damaged Word document\."):
        extract(rewritten(word(policy), "word/document.xml", bomb), "a.docx")
    assert extract(rewritten(word(policy), "docProps/core.xml", bomb), "a.docx").author is None


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1024 * 1024)
    bomb = rewritten(word(policy), "docProps/app.xml", bytes(2 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(PermanentError, match=r"^a\.docx unpacks to more than 1 MB\."):
        extract(bomb, "a.docx")


def test_damage_inside_the_archive_is_refused() -> None:
    data = word(policy)
    with pytest.raises(PermanentError, match=r"^a\.docx is not a Word document that can be read"):
        extract(data[: len(data) // 2], "a.docx")
    with pytest.raises(PermanentError, match=r"^a\.docx is a damaged Word document\."):
        extract(rewritten(data, "word/document.xml", b"<w:document"), "a.docx")
