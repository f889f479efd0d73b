import io
import logging
from collections.abc import Sequence

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import PermanentError
from ingest.extract.base import Draft
from ingest.extract.pdf import extract
from ingest.extract.running import without_running


def pdf(pages: Sequence[Sequence[str] | None], title: str = "", author: str = "", font: str = "Helvetica") -> bytes:
    """A real PDF: a page of lines each; None is a scanned page, only a picture."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    for lines in pages:
        canvas.setFont(font, 11)
        if lines is None:
            canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "grey")), 50, 300, 400, 400)
        for i, line in enumerate(lines or ()):
            canvas.drawString(60, 800 - 18 * i, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def locked(data: bytes, user: str, owner: str = "owner") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def lines(draft: Draft) -> list[tuple[int | None, str]]:
    assert {b.kind for b in draft.blocks} == {"line"}
    return [(b.page, b.text) for b in draft.blocks if b.text]


def refusal(data: bytes) -> str:
    with pytest.raises(PermanentError) as caught:
        extract(data, "book.pdf")
    return str(caught.value)


def test_lines_know_their_page() -> None:
    draft = extract(pdf([["One", "Two"], ["Three"]]), "a.pdf")
    assert lines(draft) == [(1, "One"), (1, "Two"), (2, "Three")]
    assert draft.metadata == {"pages": "2"}


def test_chinese_is_read() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    draft = extract(pdf([["员工应当在三十天内提交报销单。"]], font="STSong-Light"), "a.pdf")
    assert lines(draft) == [(1, "员工应当在三十天内提交报销单。")]


def test_running_lines_and_page_numbers_go() -> None:
    body = ["alpha", "beta", "gamma", "delta", "epsilon"]
    pages = [
        ["ACME handbook 2024", f"{n} Returns", f"About {word}.", f"More {word}.", f"Page {n} of 5"]
        for n, word in enumerate(body, 1)
    ]
    expected = [(n, line) for n, word in enumerate(body, 1) for line in (f"About {word}.", f"More {word}.")]
    assert lines(extract(pdf(pages), "a.pdf")) == expected


def test_document_information_counts_when_somebody_wrote_it() -> None:
    draft = extract(pdf([["x"]], title="Travel  policy", author="Ann Lee"), "a.pdf")
    assert (draft.title, draft.author) == ("Travel policy", "Ann Lee")
    assert draft.published_at == "2000-01-01"  # what reportlab writes for an invariant file


@pytest.mark.parametrize(
    "title", ["untitled", "Microsoft Word - policy final2.doc", "policy.docx", "Document1", " ", "无标题"]
)
def test_a_default_title_is_none(title: str) -> None:
    draft = extract(pdf([["x"]], title=title, author="anonymous"), "a.pdf")
    assert (draft.title, draft.author) == (None, None)


def test_a_pdf_locked_only_against_editing_is_read() -> None:
    assert lines(extract(locked(pdf([["Readable"]]), user=""), "a.pdf")) == [(1, "Readable")]


def test_a_pdf_with_a_password_is_refused() -> None:
    message = refusal(locked(pdf([["Secret"]]), user="pass"))
    assert message == "book.pdf is protected by a password. Save a copy without one and replace it."


def test_a_scan_is_refused_and_told_of_ocr() -> None:
    assert refusal(pdf([None, None])) == (
        "book.pdf has 2 pages and no text: it is probably scanned. Run OCR on it and replace it."
    )
    assert refusal(pdf([None])).startswith("book.pdf has 1 page and no text")


def test_a_partly_scanned_pdf_is_read_and_noted() -> None:
    draft = extract(pdf([["One"], None, None, ["Four"], None]), "a.pdf")
    assert lines(draft) == [(1, "One"), (4, "Four")]
    assert draft.metadata == {"pages": "5", "pages_without_text": "2-3, 5"}


def test_damage_is_refused_or_survived_but_never_raises_anything_else(caplog: pytest.LogCaptureFixture) -> None:
    data = pdf([["One", "Two"], ["Three"]])
    assert refusal(data[:40]) == "book.pdf is a damaged PDF. Open it in a PDF viewer, save it again and replace it."
    for cut in range(60, len(data), 97):
        for broken in (data[:cut], data[:cut] + b"\0" * 40 + data[cut + 40 :]):
            try:
                assert extract(broken, "book.pdf").blocks
            except PermanentError as error:
                assert str(error).startswith("book.pdf ")
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_mark_behind_a_few_bytes_is_still_a_pdf() -> None:
    assert lines(extract(b"\r\n\r\n" + pdf([["One"]]), "a.pdf")) == [(1, "One")]


@pytest.mark.parametrize(
    ("pages", "kept"),
    [
        # a header whose number counts the pages, and one that does not change
        (
            [[f"{n} ACME staff", "Same", f"text {w}", w] for n, w in enumerate("abcd", 7)],
            [[f"text {w}", w] for w in "abcd"],
        ),
        # left and right pages have different headers
        ([["Left" if n % 2 else "Right", f"p{'x' * n}", "q" * n, "r" * n] for n in range(6)], None),
        # rows of a table that look alike are not headers
        ([[f"EU {v} {v * 3}", "a" * v, "b" * v, "c" * v] for v in (17, 29, 4, 90)], "all"),
        # nor are numbered headings, one a page
        ([[f"Lesson {n}", f"text {w}"] for n, w in enumerate("abcd", 1)], "all"),
        ([[f"第 {n} 课", f"text {w}"] for n, w in enumerate("abcd", 1)], "all"),
        # two pages are too few to tell
        ([["Same", "a"], ["Same", "b"]], "all"),
        # bare numbers: the page's own, and a table's last cell
        ([["text", "1"], ["other", "2"]], [["text"], ["other"]]),
        ([["text", "310"], ["other", "42"]], "all"),
        ([["text", "11"], ["other", "12"], ["third", "13"]], [["text"], ["other"], ["third"]]),
        ([["text", "- 5 -"], ["其他", "第 6 页"], ["x", "Page 3 of 9"]], [["text"], ["其他"], ["x"]]),
        # slides that say the same on each are not emptied
        ([["Confidential"], ["Confidential"], ["Confidential"]], "all"),
    ],
)
def test_what_runs_and_what_does_not(pages: list[list[str]], kept: list[list[str]] | str | None) -> None:
    if kept is None:
        kept = [page[1:] for page in pages]
    assert without_running(pages) == (pages if kept == "all" else kept)
