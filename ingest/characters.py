"""Characters as the author meant them: encoding damage undone, invisible ones gone, visible ones untouched."""

from __future__ import annotations

import re

import ftfy

# Curly quotes, full-width punctuation and compatibility forms are the author's own: quotes must match them.
_FIXES = ftfy.TextFixerConfig(
    unescape_html=False, uncurl_quotes=False, fix_character_width=False, normalization="NFC", explain=False
)
_LINE_BREAKS = re.compile(r"\r\n?")
# Each becomes one ordinary space, so that a full-width indentation of two stays an indentation of two.
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


def normalise(text: str) -> str:
    """`text` in NFC without mojibake and invisible characters; white space is only space, tab and line feed."""
    if not text.isascii():
        text = ftfy.fix_text(text, _FIXES)
        text = _JOINERS.sub("", _SOFT_HYPHENS.sub("", text))
    return _INVISIBLE.sub("", _SPACES.sub(" ", _LINE_BREAKS.sub("\n", text)))
