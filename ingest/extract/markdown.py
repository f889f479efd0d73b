"""Markdown with front matter; the first level-1 heading is the title where nothing else names one."""

from __future__ import annotations

from markdown_it import MarkdownIt

from ingest.extract import frontmatter, signature
from ingest.extract.base import Draft
from ingest.extract.encoding import decode
from ingest.extract.tree import blocks_of, parse, without_title


def extract(data: bytes, name: str) -> Draft:
    """Read a Markdown file; a level-1 heading that is the title is not repeated as a block."""
    decoded = decode(data, name)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    facts, body = frontmatter.split(text, name)
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(body)
    blocks = blocks_of(parse(html))
    title = facts.title or next((b.text for b in blocks if b.kind == "heading" and b.level == 1), None)
    rest = without_title(blocks, title)
    if not rest:
        raise signature.textless(name)
    return Draft(
        blocks=rest,
        title=title,
        author=facts.author,
        published_at=facts.published_at,
        url=facts.url,
        language=facts.language,
        groups=facts.groups,
        metadata=decoded.metadata | dict(facts.rest or {}),
    )
