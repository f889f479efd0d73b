"""A page's charset as its server states it, which counts for more than what the page says of itself."""

from __future__ import annotations

import codecs
import re

# The superset that browsers and Windows really mean by a name.
_MEANT = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
# Python has codecs that are no charsets (`unicode_escape`, `punycode`, `zip`): a server does not choose among those.
_CHARSET = re.compile(
    r"utf-(8|8-sig|16|16-le|16-be|32|32-le|32-be)|cp(125\d|874|932|949|866)|gb18030|big5(hkscs)?|hz|euc_(jp|jisx0213)|"
    r"iso2022_(jp|kr)|johab|iso8859-\d+|koi8-[rtu]|mac-(roman|cyrillic)|tis-620"
)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def named_in(content_type: str) -> str | None:
    """The charset parameter of a Content-Type header."""
    found = re.search(r""";\s*charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", content_type, re.I)
    return found[1] if found else None


def as_utf8(data: bytes, charset: str | None) -> bytes:
    """The text in UTF-8 behind a byte-order mark, which outweighs whatever the page declares.

    Unchanged where the server states no charset, or one that the bytes are not in: then the format finds out. A stated
    single-byte charset fits any bytes, so it loses to the proof that bytes beyond ASCII are sound UTF-8.
    """
    if charset is None or data.startswith(_BOMS):
        return data
    encoding = _encoding(charset)
    if encoding is None or (_fits_anything(encoding) and not data.isascii() and _decoded(data, "utf-8") is not None):
        return data
    text = _decoded(data, encoding)
    return data if text is None else codecs.BOM_UTF8 + text.removeprefix("\ufeff").encode()


def _encoding(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    name = _MEANT.get(name, name)
    return name if _CHARSET.fullmatch(name) else None


def _fits_anything(encoding: str) -> bool:
    return encoding.startswith(("cp125", "iso8859", "koi8", "mac", "cp866", "cp874", "tis"))


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
