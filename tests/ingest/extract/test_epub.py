import io
import zipfile

import pytest

from ingest.errors import PermanentError
from ingest.extract.base import Block
from ingest.extract.epub import extract

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
    '<rootfiles><rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Handbook</dc:title>'
    "<dc:creator>Ann Lee</dc:creator>"
    "<dc:creator>Bo Wu</dc:creator><dc:language>en</dc:language><dc:date>2024-05-06T00:00:00Z</dc:date>"
    "</metadata><manifest>"
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="toc" href="contents.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="two" href="text/chapter%20two.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="art" href="cover.png" media-type="image/png"/></manifest><spine>'
    '<itemref idref="nav"/><itemref idref="toc"/><itemref idref="art"/><itemref idref="one"/><itemref idref="two"/>'
    '<itemref idref="missing"/></spine><guide><reference type="toc" href="contents.xhtml#start"/></guide></package>'
)


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        f"<body>{body}</body></html>"
    )


def book(**parts: str | bytes) -> bytes:
    """A small book; a keyword replaces or adds the part of that name, with __ for a slash and _ for a dot."""
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": PACKAGE,
        "OPS/nav.xhtml": chapter("<nav><ol><li>Listed chapter</li></ol></nav>"),
        "OPS/contents.xhtml": chapter("<p>Listed chapter</p>"),
        "OPS/cover.png": b"\x89PNG\r\n\x1a\n",
        "OPS/text/one.xhtml": chapter("<h1>The handbook</h1><h2>One</h2><p>First <a id='x'/>chapter.</p>"),
        "OPS/text/chapter two.xhtml": chapter(
            "<h2>Two</h2><ol><li>Item</li></ol><table><tr><td>a</td><td>b</td></tr></table>"
        ),
    }
    files |= {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            new.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(PermanentError) as caught:
        extract(data, "a.epub")
    return str(caught.value)


def test_chapters_come_in_spine_order_without_lists_of_contents() -> None:
    draft = extract(book(), "a.epub")
    assert (draft.title, draft.author, draft.published_at, draft.language) == (
        "The Handbook",
        "Ann Lee, Bo Wu",
        "2024-05-06",
        "en",
    )
    assert draft.blocks == (
        Block("heading", "One", 2),
        Block("paragraph", "First chapter."),
        Block("heading", "Two", 2),
        Block("item", "1. Item"),
        Block("row", "a | b"),
    )


def test_a_chapter_that_is_not_well_formed_is_read_as_a_browser_would() -> None:
    draft = extract(book(OPS__text__one_xhtml=chapter("<p>Fish &amp; chips&nbsp;here<p>Open")), "a.epub")
    assert [b.text for b in draft.blocks[:2]] == ["Fish & chips here", "Open"]


def test_a_chapter_in_another_encoding_is_read() -> None:
    data = chapter("<p>员工应当提交报销单。</p>").replace("utf-8", "gb18030").encode("gb18030")
    assert extract(book(OPS__text__one_xhtml=data), "a.epub").blocks[0].text == "员工应当提交报销单。"


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/></enc:EncryptedData></encryption>'
    )


def test_copy_protection_is_refused_but_scrambled_fonts_are_not() -> None:
    locked = {"META-INF__encryption_xml": encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    assert refusal(book(**locked)).startswith("a.epub is copy-protected (DRM). Ask the publisher")
    fonts = {"META-INF__encryption_xml": encryption("http://www.idpf.org/2008/embedding")}
    assert len(extract(book(**fonts), "a.epub").blocks) == 5


def test_an_entity_bomb_stays_folded() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE html [<!ENTITY a0 "lol">{entities}]><html><body><p>Seen &a11;</p></body></html>'
    text = extract(book(OPS__text__one_xhtml=bomb), "a.epub").blocks[0].text
    assert text.startswith("Seen") and len(text) < 20


def test_an_outside_entity_is_not_fetched() -> None:
    xxe = '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]><html><body><p>Seen &f;</p></body></html>'
    assert extract(book(OPS__text__one_xhtml=xxe), "a.epub").blocks[0].text == "Seen"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"META-INF__container_xml": "<broken"}, "a.epub is a damaged EPUB book"),
        ({"OPS__book_opf": "<broken"}, "a.epub is a damaged EPUB book"),
        ({"META-INF__container_xml": CONTAINER.replace("OPS/book.opf", "gone.opf")}, "a.epub is a damaged EPUB book"),
        ({"OPS__book_opf": PACKAGE.replace("itemref", "other")}, "a.epub holds no text. If its pages are pictures"),
    ],
)
def test_damage_is_named(parts: dict[str, str | bytes], said: str) -> None:
    assert refusal(book(**parts)).startswith(said)


def test_another_archive_is_no_book() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(out.getvalue()) == (
        "a.epub is not an EPUB book: it looks like a Word document. Rename it so that it ends in .docx."
    )
