"""Bytes to text: byte-order marks, UTF-8 (a little damaged too), UTF-16, then the legacy encodings."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from ingest.errors import PermanentError
from ingest.extract import legacy, signature

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What pages declare, and the superset that browsers and Windows really mean by it.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x84\x86-\x9f]")
_MOSTLY_CONTROL = 0.02
_LIKELY = 0.15


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was read; `note` tells a person what could not be read exactly."""

    text: str
    encoding: str
    note: str | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """What of it is worth keeping with the article: nothing for sound UTF-8."""
        facts = {} if self.encoding == "utf-8" else {"encoding": self.encoding}
        return facts | ({"encoding_note": self.note} if self.note else {})


def decode(data: bytes, name: str, declared: str | None = None) -> Decoded:
    """The text in `data`; `declared` (a page's charset) is believed where the bytes allow it.

    Raises:
        PermanentError: the bytes are empty, are no text, or are in an encoding nobody here knows.
    """
    if not data:
        raise signature.empty(name)
    if signature.kind_of(data):
        raise signature.mistaken(name, data, "text")
    decoded = _marked(data) or _wide(data) or _utf8(data) or _declared(data, declared) or _legacy(data)
    if decoded is None or len(_CONTROL.findall(decoded.text)) > _MOSTLY_CONTROL * len(decoded.text):
        raise PermanentError(
            f"{name} is not text in an encoding that is known here. Save it as UTF-8, or take it out of the collection."
        )
    return decoded


def _marked(data: bytes) -> Decoded | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _read(data[len(bom) :], encoding)
    return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark: they alone have zero bytes, or (all Chinese) are no UTF-8 at all."""
    if b"\0" not in data and _is(data, "utf-8") and not _CONTROL.search(data.decode()):
        return None
    if len(data) % 4 == 0 and (wide := next((e for e in ("utf-32-le", "utf-32-be") if _is(data, e)), None)):
        return _read(data, wide)
    readings = [(e, data.decode(e, "replace")) for e in ("utf-16-le", "utf-16-be")]
    encoding, text = max(readings, key=lambda r: legacy.likeness(r[1]))
    needed = 0.3 if b"\0" in data else max(0.3, legacy.guess(data).score)
    return _read(data, encoding) if legacy.likeness(text) > needed else None


def _utf8(data: bytes) -> Decoded | None:
    """UTF-8, and UTF-8 with a few bad bytes: reading that as cp1252 would spoil every other character."""
    decoded = _read(data, "utf-8")
    if decoded.note is None:
        return decoded
    bad = decoded.text.count("\ufffd") - decoded.text.endswith("\ufffd")
    good = sum(ch > "\u07ff" and ch != "\ufffd" for ch in decoded.text)
    if not good or good >= 10 * bad:
        return decoded if good else None
    # Three bytes in a row that are one character of UTF-8 happen by chance in GBK, never in cp1252.
    other = legacy.guess(data)
    return decoded if good >= bad and (other.encoding == "cp1252" or other.score < _LIKELY) else None


def _declared(data: bytes, declared: str | None) -> Decoded | None:
    try:
        codec = codecs.lookup(declared or "utf-8").name
    except (LookupError, ValueError):
        return None
    encoding = _SUPERSETS.get(codec, codec)
    return _read(data, encoding) if codec != "utf-8" and _is(data, encoding) else None


def _legacy(data: bytes) -> Decoded | None:
    best = legacy.guess(data)
    if best.score >= _LIKELY:
        return _read(data, best.encoding)
    # Cyrillic, Greek, Arabic and the rest: seldom here, and the library knows their letter frequencies.
    other = from_bytes(data).best()
    return _read(data, other.encoding) if other and b"\0" not in data else None


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return False
    return True


def _read(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    if _is(data, encoding):
        return Decoded(text, encoding)
    bad = text.count("\ufffd")
    places = "one place" if bad == 1 else f"{bad} places"
    return Decoded(text, encoding, f"Bytes that are not {encoding} were replaced by \ufffd in {places}.")
