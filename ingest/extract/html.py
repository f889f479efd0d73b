"""Web pages: the article out of its navigation, by trafilatura, or the whole body where that loses too much."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import trafilatura

from ingest.extract import signature
from ingest.extract.base import Block, Draft
from ingest.extract.encoding import decode
from ingest.extract.stated import stated_in
from ingest.extract.tree import blocks_of, is_hidden, name_of, parse, without_title

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""")
_FRAME = {"nav", "aside", "form", "footer", "noscript"}
_FRAME_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary"}
_FRAME_NAMES = {
    "nav", "navbar", "navigation", "menu", "sidebar", "footer", "breadcrumb", "breadcrumbs", "cookie",
    "cookies", "cookie-banner", "pagination", "share-buttons"
}  # fmt: skip
# Shorter than this, trafilatura gives up the page's structure and hands back one run of text.
_SHORT_PAGE = 1_000
_TOO_LITTLE = 0.3
_TAGS = {"list": "ul", "item": "li", "row": "tr", "cell": "td", "quote": "blockquote", "lb": "br", "ref": "a"}


def extract(data: bytes, name: str) -> Draft:
    """Read a page, however it declares its encoding."""
    if signature.kind_of(data):
        raise signature.mistaken(name, data, "an HTML page")
    decoded = decode(data, name, _charset(data))
    root = parse(decoded.text)
    facts = stated_in(root)
    _drop(root, is_hidden)
    blocks = _article(root)
    if not blocks:
        raise signature.textless(name, "If a script fills it in, save the page from a browser and use that copy.")
    return Draft(
        blocks=without_title(blocks, facts.title) or blocks,
        title=facts.title,
        author=facts.author,
        published_at=facts.published_at,
        url=facts.url,
        language=facts.language,
        metadata=decoded.metadata,
    )


def _charset(data: bytes) -> str | None:
    head = data[:4096]
    found = _XML_ENCODING.search(head) or _CHARSET.search(head)
    return found[1].decode("ascii") if found else None


def _article(root: Any) -> tuple[Block, ...]:
    body = _body(root)
    if _size(body) < _SHORT_PAGE:
        return body or blocks_of(root)
    main = _main_text(root)
    return main if len(main) > 1 and _size(main) >= _TOO_LITTLE * _size(body) else body


def _size(blocks: tuple[Block, ...]) -> int:
    return sum(len(b.text) for b in blocks)


def _main_text(root: Any) -> tuple[Block, ...]:
    document = trafilatura.bare_extraction(
        copy.deepcopy(root), include_comments=False, include_tables=True, favor_recall=True
    )
    body = getattr(document, "body", None)
    return () if body is None else blocks_of(_as_html(body))


def _as_html(body: Any) -> Any:
    """trafilatura's own tags back to HTML; its HTML output would make numbered lists plain ones."""
    for element in body.iter():
        tag, rend = name_of(element), element.get("rend") or ""
        if tag == "head":
            element.tag = rend if re.fullmatch(r"h[1-6]", rend) else "h3"
        elif tag == "list":
            element.tag = "ol" if rend == "ol" else "dl" if rend == "dl" else "ul"
        elif tag == "item" and rend[:2] in ("dt", "dd"):
            element.tag = "p"
        elif tag == "cell":
            element.tag = "th" if element.get("role") == "head" else "td"
        elif tag == "code":
            listing = "\n" in "".join(element.itertext()) or name_of(element.getparent()) == "body"
            element.tag = "pre" if listing else "code"
        else:
            element.tag = _TAGS.get(tag, element.tag)
    return body


def _body(root: Any) -> tuple[Block, ...]:
    """Everything on the page except what frames it."""
    page = copy.deepcopy(root)
    _drop(page, _frames)
    return blocks_of(page)


def _frames(element: Any) -> bool:
    name = name_of(element)
    if name in ("html", "body", "main", "article"):
        return False
    if name == "header":  # an article's own header holds its title
        return not any(name_of(a) in ("article", "main") for a in element.iterancestors())
    if name in _FRAME or element.get("role") in _FRAME_ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return not _FRAME_NAMES.isdisjoint(names)


def _drop(root: Any, unwanted: Callable[[Any], bool]) -> None:
    for element in [e for e in root.iter() if e is not root and unwanted(e)]:
        parent = element.getparent()
        if parent is None:
            continue
        _keep_tail(element, parent)
        parent.remove(element)


def _keep_tail(element: Any, parent: Any) -> None:
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
