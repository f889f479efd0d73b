"""Characters as the author meant them: encoding damage undone, invisible ones gone, visible ones untouched."""

from __future__ import annotations

import re
import unicodedata

import ftfy

# Curly quotes, full-width punctuation and compatibility forms are the author's own: quotes must match them.
_FIXES = ftfy.TextFixerConfig(unescape_html=False, uncurl_quotes=False, fix_character_width=False, normalization="NFC")
# Wrongly decoded bytes always leave one of these; most Chinese text has none and is done four times as fast.
_SUSPECT = re.compile("[\x80-\u2017\u201a\u201e-\u2025\u2027-\u2dff\ud800-\udfff\ufb00-\ufb06\ufffd]")
_LINE_BREAKS = re.compile(r"\r\n?")
# Two columns wide each, so that an indented line of ideographs still reaches the margin it was cut at.
_INDENTATION = re.compile(r"(?:^|(?<=\n))[ \u3000]*\u3000")
_SPACES = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e007f]+"
)
# Joiners spell words in Persian and Indic scripts and build emoji; anywhere else they are dirt.
_JOINERS = re.compile(r"(?<![\u0590-\u109f\u1780-\u18af\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+")
# A soft hyphen at the end of a line is where a word was broken: reflow needs it and removes it.
_SOFT_HYPHENS = re.compile(r"\u00ad+(?!\u00ad|[ \t]*(?:\n|$))")


# What text was really misread as. MacRoman and DOS code pages turn honest pairs like ”é into a foreign letter.
_MISREAD_AS = frozenset(("latin-1", *(f"sloppy-windows-125{n}" for n in range(10))))


def normalise(text: str) -> str:
    """`text` in NFC without mojibake and invisible characters; white space is only space, tab and line feed."""
    if not text.isascii():
        text = (
            "\n".join(map(_mended, text.split("\n"))) if _SUSPECT.search(text) else unicodedata.normalize("NFC", text)
        )
        text = _INDENTATION.sub(lambda match: match.group().replace("\u3000", "  "), text)
        text = _JOINERS.sub("", _SOFT_HYPHENS.sub("", text))
    return _INVISIBLE.sub("", _SPACES.sub(" ", _LINE_BREAKS.sub("\n", text)))


def _mended(line: str) -> str:
    fixed, steps = ftfy.fix_and_explain(line, _FIXES)
    if all(step.parameter in _MISREAD_AS for step in steps or () if step.action == "encode"):
        return fixed
    return ftfy.fix_text(line, _FIXES._replace(fix_encoding=False))
