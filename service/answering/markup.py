"""What a chat model writes, as plain text: links, pictures, tags and emphasis taken out, words left in."""

from __future__ import annotations

import re

# Every repeat below is bounded or possessive: a model, or an article that speaks through it, may write anything.
_TARGET = r"\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}+\)"
_IMAGE = re.compile(rf"!\[[^\[\]]{{0,300}}\]{_TARGET}")
_LINK = re.compile(rf"\[(\[?[^\[\]\n]{{0,300}}\]?)\]{_TARGET}")
_ADDRESS = re.compile(
    r"<?\b(?:(?:https?|ftp)://|www\.)([^\s<>()\[\]（）【】「」《》“”，。；！？、]++)>?", re.IGNORECASE
)
_ENDS = ".,;:!?'\""
_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,300}(?:>|\Z)")
_TAG_BEGINS = re.compile(r"<(?=[A-Za-z/!])")
_FENCE = re.compile(r"^[ \t]*+(?:```|~~~)[^\n]*+$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]++(?![^\n]*[.!?。！？\]】][ \t]*$)[^\n]*+$", re.MULTILINE)
_LEAD = re.compile(
    r"^[ \t]*+(?:(?:[-*•+>]|#{1,6}|\d{1,2}[.)])[ \t]++|(?:\d{1,2}、|[（(]\d{1,2}[)）])[ \t]*+)++", re.MULTILINE
)
_EMPHASIS = re.compile(r"[*_]{2,}|`+|(?<=\w)\*|\*(?=\w)|(?<![A-Za-z0-9_])_(?=\w)|(?<=\w)_(?![A-Za-z0-9_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_DIGITS = re.compile(r"\d{1,4}\Z")
_PASSES = 3
_TAG_MAY_BEGIN = re.compile(r"<(?:[A-Za-z/!]|\Z)")
_LONGEST_OPEN = 1000


def plain(text: str) -> str:
    """The text without markup. What taking one thing out puts together is taken out, too."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n"))
    for _ in range(_PASSES):
        before = text
        text = _TAG.sub("", _ADDRESS.sub(_after, _LINK.sub(_words, _IMAGE.sub("", text))))
        if text == before:
            break
    text = _TAG_BEGINS.sub("", text.replace("](", "] (").replace("://", ": //"))
    return _EMPHASIS.sub("", _LEAD.sub("", _HEADING.sub("", _FENCE.sub("", text))))


def _words(match: re.Match[str]) -> str:
    """A link's own words; `[1](address)` stays a marker."""
    words = match.group(1)
    return f"[{words}]" if _DIGITS.match(words) else words


def _after(match: re.Match[str]) -> str:
    """The punctuation that ends the sentence and not the address."""
    address = match.group(1)
    return address[len(address.rstrip(_ENDS)) :]


def closed(text: str) -> str:
    """A text that still comes, up to a bracket, link or tag that is not closed yet."""
    window = text[-_LONGEST_OPEN:]
    before = len(text) - len(window)
    cut = len(window)
    if window.endswith(("]", "】", "］")):  # perhaps the words of a link
        cut = max(window.rfind("["), window.rfind("【"), window.rfind("［"), 0)
    target = window.rfind("](")
    if target >= 0 and ")" not in window[target:]:
        cut = min(cut, max(window.rfind("[", 0, target), 0))
    for opening, closing in (("[", "]"), ("【", "】"), ("［", "］"), ("<", ">")):
        at = window.rfind(opening)
        if at >= 0 and closing not in window[at:] and (opening != "<" or _TAG_MAY_BEGIN.match(window, at)):
            cut = min(cut, at)
    return text[: before + cut].removesuffix("!")
