"""An HTML tree to blocks: what a reader would see, one block a heading, paragraph, item, row or listing.

One flat walk over start and end events; nothing here recurses, so no page can be nested too deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest.extract.base import Block
from ingest.extract.table import Table, is_data

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_SEPARATING = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul"
}  # fmt: skip
_UNSEEN = {
    "audio", "button", "canvas", "datalist", "head", "iframe", "input", "map", "meter", "noscript", "object",
    "option", "progress", "rp", "rt", "script", "select", "style", "svg", "template", "textarea", "title",
    "video"
}  # fmt: skip
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_JUMPS = {"↑", "↩", "↩︎", "⏎", "^", "#", "¶", "§", "🔗"}
_CJK = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_WRAPPED_CJK = re.compile(rf"(?<={_CJK})[ \t]*[\r\n]\s*(?={_CJK})")
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_BR = "\v"
_LINE_ENDS = re.compile(r"[.!?:;。！？：；…][\"'”’」』）)]*$")
_SHORT_LINE = 60
_SUPERSCRIPT = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_RAISED = frozenset("0123456789+-−()n")


def parse(html: str) -> Any:
    """The page as a tree; bytes that hold no element at all are an empty body."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = html.replace("\0", "").encode("utf-8", "replace")
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except etree.ParserError:
        return lxml_html.Element("body")


def name_of(element: Any) -> str:
    """The element's local name in lower case; empty for comments, instructions and entities."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def is_hidden(element: Any) -> bool:
    """Whether a reader of the page does not see it."""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return _HIDING.search(element.get("style") or "") is not None


def blocks_of(root: Any) -> tuple[Block, ...]:
    """Everything to read under `root`, in order."""
    return tuple(_Walk().run(root))


def without_title(blocks: Sequence[Block], title: str | None) -> tuple[Block, ...]:
    """The blocks less the level-1 heading that repeats the title: an article's title is no section of it."""
    if title is None:
        return tuple(blocks)
    same = (i for i, b in enumerate(blocks) if b.kind == "heading" and b.level == 1 and _same(b.text, title))
    at = next(same, None)
    return tuple(b for i, b in enumerate(blocks) if i != at)


def collapse(text: str) -> str:
    """White space as a browser shows it; a line break between Chinese characters is none at all."""
    return _SPACE.sub(" ", _WRAPPED_CJK.sub("", text)).strip(" ")


def _same(a: str, b: str) -> bool:
    return " ".join(a.split()).casefold() == " ".join(b.split()).casefold()


class _Walk:
    """The state between two events: the text gathered so far, and what it stands in."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.level = 0
        self.preformatted = 0
        self.lists: list[int | None] = []
        self.marker: str | None = None
        self.tables: list[Table | None] = []

    def run(self, root: Any) -> Iterator[Block]:
        walk = etree.iterwalk(root, events=("start", "end"))
        skipping: Any = None
        for event, element in walk:
            name = name_of(element)
            if event == "start":
                if name in _UNSEEN or not name or is_hidden(element) or _is_jump(element, name):
                    skipping = element
                    walk.skip_subtree()
                    continue
                yield from self.start(element, name)
            elif skipping is element:
                skipping = None
            else:
                yield from self.end(name)
            if event == "end" and element is not root and element.tail:
                self.text.append(element.tail)
        yield from self.flush()

    def start(self, element: Any, name: str) -> Iterator[Block]:
        if name in _SEPARATING:
            yield from self.flush()
        if name in _HEADINGS:
            self.level = _HEADINGS[name]
        elif name == "pre":
            self.preformatted += 1
        elif name in ("ul", "ol"):
            self.lists.append(_number(element, "start", 1) if name == "ol" else None)
        elif name == "li":
            self.marker = self.next_marker(element)
        elif name == "table":
            self.tables.append(Table() if is_data(element) else None)
        elif name in ("td", "th") and self.table:
            self.table.open(_number(element, "rowspan", 1), _number(element, "colspan", 1))
        elif name == "br":
            self.text.append("\n" if self.preformatted else _BR)
        if element.text:
            raised = name == "sup" and set(element.text) <= _RAISED
            self.text.append(element.text.translate(_SUPERSCRIPT) if raised else element.text)

    def end(self, name: str) -> Iterator[Block]:
        if name in _SEPARATING:
            yield from self.flush()
        if name in _HEADINGS:
            self.level = 0
        elif name == "pre":
            self.preformatted -= 1
        elif name in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif name == "li":
            self.marker = None
        elif name in ("tr", "table") and self.table and (row := self.table.close_row()):
            yield Block("row", row)
        if name == "table":
            self.tables.pop()

    @property
    def table(self) -> Table | None:
        return self.tables[-1] if self.tables else None

    def next_marker(self, item: Any) -> str:
        if not self.lists or self.lists[-1] is None:
            return "- "
        number = _number(item, "value", self.lists[-1])
        self.lists[-1] = number + 1
        return f"{number}. "

    def flush(self) -> Iterator[Block]:
        raw = "".join(self.text)
        self.text.clear()
        if self.preformatted and not (self.table and self.table.in_cell):
            if raw.strip():
                yield Block("code", raw.replace("\r\n", "\n").strip("\n").rstrip())
            return
        lines = _lines(raw)
        if not lines:
            return
        if self.table and self.table.in_cell:
            self.table.add(" ".join(lines))
        elif self.level:
            yield Block("heading", " ".join(lines), self.level)
        else:
            if self.marker is not None:
                yield Block("item", self.marker + lines.pop(0))
                self.marker = None
            yield from (Block("paragraph", line) for line in lines)


def _lines(raw: str) -> list[str]:
    """Where `<br>` separates lines that mean something: short ones, ended ones; else it only wraps."""
    groups: list[str] = []
    for part in re.split(r"\v\s*\v[\s\v]*", raw):
        lines = [line for line in (collapse(piece) for piece in part.split(_BR)) if line]
        short = all(_width(line) <= _SHORT_LINE for line in lines)
        for i, line in enumerate(lines):
            if i == 0 or short or _LINE_ENDS.search(lines[i - 1]):
                groups.append(line)
            else:
                groups[-1] = collapse(f"{groups[-1]}\n{line}")
    return groups


def _width(line: str) -> int:
    """Columns on a screen: a Chinese character takes two."""
    return sum(2 if ch > "\u2e80" else 1 for ch in line)


def _is_jump(element: Any, name: str) -> bool:
    """Footnote marks and permalinks: they lead somewhere in the page and are no words of the text."""
    if name != "a" or not (element.get("href") or "").startswith("#"):
        return False
    words = "".join(element.itertext()).strip()
    parent = element.getparent()
    return words in _JUMPS or (parent is not None and name_of(parent) == "sup")


def _number(element: Any, attribute: str, default: int) -> int:
    value = element.get(attribute) or ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else default
