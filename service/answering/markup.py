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
# A raised number behind a word or a sentence is a marker; behind a figure, a unit or a letter it is a power.
_RAISED = re.compile(
    r"(?<!\d)(?<!\b[A-Za-z])(?<!\b[A-Za-z][A-Za-z])<sup>[ \t]*+\[?(\d{1,2})\]?[ \t]*+</sup>", re.IGNORECASE
)
_ROW = re.compile(r"^[ \t]*+\|[^\n]*+$", re.MULTILINE)
_RULE = re.compile(r"[ \t|:-]*-[ \t|:-]*")
_DIGITS = re.compile(r"\d{1,4}\Z")
_PASSES = 3
_TAG_MAY_BEGIN = re.compile(r"<(?:[A-Za-z/!]|\Z)")
_ROUND_OPEN = re.compile(r"[(（][^()（）\n]{0,40}\Z")
_LONGEST_OPEN = 1000


def plain(text: str) -> str:
    """The text without markup. What taking one thing out puts together is taken out, too."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n"))
    # It is read with every piece of a text that comes: what cannot be in it is not looked for.
    text = _RAISED.sub(r"[\1]", text) if "<" in text else text
    text = _without_tables(text) if _ROW.search(text) else text
    for _ in range(_PASSES):
        before = text
        text = _TAG.sub("", _without_addresses(_LINK.sub(_words, _IMAGE.sub("", text))))
        if text == before:
            break
    text = _TAG_BEGINS.sub("", text.replace("](", "] (").replace("://", ": //"))
    text = _LEAD.sub("", _HEADING.sub("", _FENCE.sub("", text)))
    return _EMPHASIS.sub("", text) if "*" in text or "_" in text or "`" in text else text


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(_after, text) if "://" in text or "www." in text.lower() else text


def _without_tables(text: str) -> str:
    """Each row of a table as a line of its cells; the heading and the rule under it say nothing by themselves."""
    lines = text.split("\n")
    kept: list[str] = []
    for at, line in enumerate(lines):
        if not _ROW.fullmatch(line):
            kept.append(line)
            continue
        ruled = [at + n < len(lines) and _RULE.fullmatch(lines[at + n]) is not None for n in (0, 1)]
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        kept += [] if any(ruled) else [": ".join([cells[0], ", ".join(cells[1:])]) if cells[1:] else cells[0]]
    return "\n".join(kept)


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
    if (round_one := _ROUND_OPEN.search(window)) is not None:  # perhaps a marker
        cut = min(cut, round_one.start())
    raised = window.lower().rfind("<sup>")
    if raised >= 0 and "</sup>" not in window[raised:].lower():
        cut = min(cut, raised)
    return text[: min(before + cut, _table_begins(text))].removesuffix("!")


def _table_begins(text: str) -> int:
    """Where a table at the end begins that may still turn out to have a heading: two lines of it have to be over."""
    lines = text.split("\n")
    rows = next((n for n, line in enumerate(reversed(lines)) if not line.lstrip().startswith("|")), len(lines))
    if lines[-1] == "":
        rows = next(
            (n for n, line in enumerate(reversed(lines[:-1])) if not line.lstrip().startswith("|")), len(lines) - 1
        )
        return len(text) - sum(len(line) + 1 for line in lines[-1 - rows : -1]) if 0 < rows < 2 else len(text)
    return len(text) - len("\n".join(lines[len(lines) - rows :])) if 0 < rows < 3 else len(text)
