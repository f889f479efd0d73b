"""Which language a text is in: by script where the script decides, else by py3langid."""

from __future__ import annotations

import re
from functools import lru_cache
from tempfile import gettempdir

from ingest.errors import TransientError

_SAMPLE = 4000
# Questions and their parts: one answer asks for their language many times.
_SHORT = 500
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_LETTER = re.compile(r"[^\W\d_]")
# Statistics on short texts guess wildly; below this many letters Latin script counts as English.
_ENOUGH_LETTERS = 60


def language_of(text: str) -> str:
    """The language as an ISO 639-1 code (`en`, `zh`, …); `und` where there are no letters.

    Raises:
        TransientError: there is no room for a temporary file.
    """
    return _kept(text) if len(text) <= _SHORT else _language_of(text[:_SAMPLE])


@lru_cache(maxsize=256)
def _kept(question: str) -> str:
    return _language_of(question)


def _language_of(sample: str) -> str:
    letters = len(_LETTER.findall(sample))
    if not letters:
        return "und"
    han, kana, hangul = (len(script.findall(sample)) for script in (_HAN, _KANA, _HANGUL))
    # A Han character carries about as much as two and a half Latin letters.
    if (han + kana) * 2.5 > letters - han - kana - hangul:
        return "ja" if kana > 0.1 * han else "zh"
    if hangul * 2.5 > letters - hangul:
        return "ko"
    if letters < _ENOUGH_LETTERS:
        return "en" if sample.isascii() or not _beyond_latin(sample) else _classified(sample)
    return _classified(sample)


def is_cjk(language: str) -> bool:
    """Whether words of this language are written without spaces."""
    return language in ("zh", "ja")


def _beyond_latin(text: str) -> bool:
    return any(ord(c) > 0x24F and c.isalpha() for c in text)


def _classified(text: str) -> str:
    import py3langid

    try:
        return str(py3langid.classify(text)[0])
    except OSError as error:  # it unpacks its model into a temporary file
        raise TransientError(
            f"The folder for temporary files, {gettempdir()}, cannot be written: {error.strerror}. "
            "Free some space, or name another folder with TMPDIR, and run the same command again."
        ) from None
