"""What a web page says about itself: title, author, date, address, language.

Only what is stated counts (meta tags, JSON-LD, `<time>`, a marked byline). A date guessed from the
prose would date the article by whatever event it tells of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.extract.dates import iso_date
from ingest.extract.tree import collapse, is_hidden

_AUTHOR = ("author", "article:author", "dc.creator", "dcterms.creator", "byl", "parsely-author", "sailthru.author")
_DATE = (
    "article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publishdate", "publish_date",
    "dc.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
_MARKED = re.compile(r"(?<![a-z])(date|dateline|time|publish|published|pubtime|byline|meta|info)(?![a-z])", re.I)
_SITE = re.compile(r"\s*[|｜_»·•]\s*|\s+[-–—:]+\s+")
_SITE_MARK = re.compile(r"[|｜_»·•]")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.I)


@dataclass(frozen=True, slots=True)
class Stated:
    """The facts of one page, each None where the page does not state it."""

    title: str | None
    author: str | None
    published_at: str | None
    url: str | None
    language: str | None


def stated_in(root: Any) -> Stated:
    """Read the facts; `root` is the whole page, before anything was cut from it."""
    meta = _meta(root)
    stated = list(_json_ld(root))
    return Stated(
        title=_title(root, meta),
        author=_author(root, meta, stated),
        published_at=_published(root, meta, stated),
        url=_url(root, meta),
        language=_language(root, meta),
    )


def web_address(value: object) -> str | None:
    """`value` if it is an http(s) address; nothing else may become a link somebody clicks."""
    return value.strip() if isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) else None


def _meta(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("name") or element.get("property") or element.get("itemprop") or element.get("http-equiv")
        value = collapse(element.get("content") or "")
        if key and value:
            found.setdefault(key.strip().lower(), value)
    return found


def _json_ld(root: Any) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        nodes = data if isinstance(data, list) else [data]
        for node in nodes:
            graph = node.get("@graph") if isinstance(node, dict) else None
            yield from (n for n in (graph if isinstance(graph, list) else [node]) if isinstance(n, dict))


def _title(root: Any, meta: dict[str, str]) -> str | None:
    headings = _headings(root)
    tag = next((collapse("".join(t.itertext())) for t in root.iter("title")), "")
    site = meta.get("og:site_name")
    for announced in (meta.get("og:title"), meta.get("twitter:title"), tag):
        if announced:
            # The heading is what the reader sees; the tags may carry the site's name behind it.
            heading = next((h for h in headings if _leads(announced, h)), None)
            if heading is None and announced is tag and len(headings) == 1 and not tag.endswith(headings[0]):
                heading = headings[0]
            return heading or _less_site(announced, site)
    return headings[0] if headings else None


def _leads(title: str, heading: str) -> bool:
    rest = title.removeprefix(heading)
    return rest == "" or (rest != title and _SITE.match(rest) is not None)


def _headings(root: Any) -> list[str]:
    """The level-1 headings shown, the article's own before those of the page around it."""
    shown = [h for h in root.iter("h1") if not is_hidden(h)]
    shown.sort(key=lambda h: next(h.iterancestors("article", "main"), None) is None)
    texts = (collapse("".join(h.itertext())) for h in shown)
    return list(dict.fromkeys(t for t in texts if t))


def _less_site(title: str, site: str | None) -> str:
    """The title without " | Site" behind it; a dash cuts only a short tail, for titles have dashes too."""
    cuts = list(_SITE.finditer(title))
    if not cuts or cuts[-1].start() == 0:
        return title
    head, mark, tail = title[: cuts[-1].start()], cuts[-1].group(), title[cuts[-1].end() :]
    short = len(tail) * 2 < len(head) and len(tail.split()) <= 3
    named = site is not None and tail.casefold() == site.casefold()
    return head if named or _SITE_MARK.search(mark) or ("-" in mark and short) else title


def _author(root: Any, meta: dict[str, str], stated: list[dict[str, Any]]) -> str | None:
    names = [meta[key] for key in _AUTHOR if key in meta]
    for node in stated:
        author = node.get("author")
        people = author if isinstance(author, list) else [author]
        said = [p.get("name") if isinstance(p, dict) else p for p in people]
        names.append(", ".join(p.strip() for p in said if isinstance(p, str) and p.strip()))
    marked = root.xpath('//*[@rel="author" or contains(concat(" ", @itemprop, " "), " author ")]')
    names.extend(collapse(" ".join(e.itertext())) for e in marked if not is_hidden(e))
    return next((n for n in names if n and len(n) <= 120 and not _ADDRESS.match(n)), None)


def _published(root: Any, meta: dict[str, str], stated: list[dict[str, Any]]) -> str | None:
    said: list[object] = [meta[key] for key in _DATE if key in meta]
    said.extend(node.get("datePublished") for node in stated)
    said.extend(e.get("datetime") or e.get("content") for e in root.xpath('//*[@itemprop="datePublished"]'))
    said.extend(e.get("datetime") or collapse("".join(e.itertext())) for e in root.iter("time"))
    said.extend(_marked_lines(root))
    return next((found for found in map(iso_date, said) if found), None)


def _marked_lines(root: Any) -> Iterator[str]:
    """Short texts whose class calls them a date or a byline."""
    for element in root.xpath("//body//*[@class or @id]"):
        if _MARKED.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            line = collapse(" ".join(element.itertext()))
            if 0 < len(line) <= 120:
                yield line


def _url(root: Any, meta: dict[str, str]) -> str | None:
    links = [e.get("href") for e in root.iter("link") if (e.get("rel") or "").lower() == "canonical"]
    return next((found for found in map(web_address, [*links, meta.get("og:url")]) if found), None)


def _language(root: Any, meta: dict[str, str]) -> str | None:
    top = next(root.iter("html"), root)
    said = top.get("lang") or top.get("xml:lang") or meta.get("content-language") or meta.get("og:locale") or ""
    language = said.split(",")[0].strip().replace("_", "-")
    return language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", language) else None
