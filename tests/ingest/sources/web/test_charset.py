"""What a server says of a page's charset."""

from __future__ import annotations

import codecs

import pytest

from ingest.extract import extractor_for
from ingest.sources.web.charset import as_utf8, named_in

CHINESE = "差旅由部门主管批准。"


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=GBK", "GBK"),
        ('text/html;charset="utf-8"; x=y', "utf-8"),
        ("text/html; Charset = big5", "big5"),
        ("text/html", None),
        ("text/html; charset=", None),
    ],
)
def test_the_charset_is_found_in_the_header(content_type: str, charset: str | None) -> None:
    assert named_in(content_type) == charset


@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        (CHINESE, "gbk", "gb2312"),
        ("差旅由部門主管批准。", "big5", "Big5"),
        (CHINESE, "utf-16-le", "utf-16le"),
        ("Café “déjà vu”", "cp1252", "ISO-8859-1"),
        ("Привет", "koi8-r", "koi8-r"),
        (CHINESE, "utf-8", "UTF-8"),
    ],
)
def test_bytes_are_read_as_the_server_says(text: str, encoding: str, charset: str) -> None:
    assert as_utf8(text.encode(encoding), charset) == codecs.BOM_UTF8 + text.encode()


def test_the_server_outweighs_what_the_page_declares() -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{"Żółć gęślą jaźń. " * 5}</p></body></html>'
    extract = extractor_for("page.html")
    assert extract is not None
    draft = extract(as_utf8(page.encode("iso8859-2"), "iso-8859-2"), "page")
    assert draft.blocks[0].text.startswith("Żółć gęślą jaźń.")


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (CHINESE.encode(), "iso-8859-1"),  # a server's default that nobody has set right
        (CHINESE.encode("gbk"), "utf-8"),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "gbk"),
        (b"\xff\xfe" + CHINESE.encode("utf-16-le"), "utf-8"),
        (b"plain", "nonsense"),
        (rb"\u0041", "unicode_escape"),
        (b"+AGE-", "utf-7"),
        (b"abc", "zlib"),
        (b"abc", None),
    ],
)
def test_bytes_that_the_server_is_wrong_about_are_left_to_the_format(data: bytes, charset: str | None) -> None:
    assert as_utf8(data, charset) == data
