"""A citation opened again: the quote as it stood, and what has become of it. It opens for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote as quoted

from sqlalchemy import Row, select

from ingest.article import Article
from service.answer import Citation
from service.conversations.context import Context, context_of
from service.conversations.rows import hash_of
from service.conversations.schema import answers, cited
from service.conversations.store import Conversations
from service.difference import difference
from service.errors import NotFound
from service.identity import Identity

Status = Literal["current", "changed", "removed"]
MISSING = "There is no such citation."


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """The article as it was when it was cited."""

    id: str
    title: str
    url: str | None
    author: str | None
    published_at: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the quote stands, word for word, in the version that search sees now."""

    start: int
    end: int
    link: str


@dataclass(frozen=True, slots=True)
class Became:
    """Paragraphs that the quote stood in, and those that are in their place now: none where nothing is."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenedCitation:
    """`quote` is characters `start` to `end` of that version, always.

    `status` tells of the article: whether search sees this version, another, or none. `answer_id` only where the answer
    exists for who asks. Of `still_there` and `difference` the first where the quote stands in the version of now, the
    second where it does not.
    """

    id: str
    number: int
    answer_id: str | None
    article: CitedArticle
    version: int
    quote: str
    start: int
    end: int
    context: Context
    status: Status
    removed_at: str | None
    current_version: int | None
    still_there: Standing | None
    difference: Became | None
    link: str


@dataclass(frozen=True, slots=True)
class _Kept:
    answer_id: str | None
    number: int
    article_id: str
    version: int
    start: int
    end: int
    quote_hash: str


def open_citation(
    conversations: Conversations, citation_id: str, asker: Identity, public_url: str | None = None
) -> OpenedCitation:
    """Open a citation. Blocking.

    Raises:
        NotFound: there is none, or its article is not open to the asker: which of the two is not told.
    """
    kept, groups = _kept(conversations, citation_id), asker.sees
    if kept is None:
        raise NotFound(MISSING)
    if groups is not None and kept.article_id not in conversations.access.readable([kept.article_id], groups):
        raise NotFound(MISSING)
    catalogue = conversations.catalogue
    article = catalogue.article(kept.article_id, kept.version, groups)
    if article is None or hash_of(article.text[kept.start : kept.end]) != kept.quote_hash:
        raise NotFound(MISSING)
    current = catalogue.serving(kept.article_id)
    newest = catalogue.article(kept.article_id, current, groups) if current is not None else None
    still, became = _since(article, newest, kept, current, public_url)
    seen = kept.answer_id is not None and conversations.turn(kept.answer_id, asker) is not None
    return OpenedCitation(
        id=citation_id,
        number=kept.number,
        answer_id=kept.answer_id if seen else None,
        article=CitedArticle(article.id, article.title, article.url, article.author, article.published_at),
        version=kept.version,
        quote=article.text[kept.start : kept.end],
        start=kept.start,
        end=kept.end,
        context=context_of(article.text, kept.start, kept.end),
        status="removed" if current is None else "current" if current == kept.version else "changed",
        removed_at=catalogue.removed_at(kept.article_id),
        current_version=current,
        still_there=still,
        difference=became,
        link=_link(article.id, kept.version, kept.start, kept.end, public_url),
    )


def _kept(conversations: Conversations, citation_id: str) -> _Kept | None:
    """What was written down of it, or is about to be."""
    for turn in conversations.waiting():
        for one in turn.answer.citations:
            if one.id == citation_id:
                return _waiting(turn.answer.id, one)
    conversations.prepare()
    query = select(cited, answers.c.id.label("answer_id")).outerjoin(answers, answers.c.number == cited.c.answer)
    with conversations.catalogue.reading() as connection:
        row = connection.execute(query.where(cited.c.id == citation_id)).first()
    return None if row is None else _written(row)


def _waiting(answer_id: str, one: Citation) -> _Kept:
    return _Kept(answer_id, one.number, one.article_id, one.version, one.start, one.end, hash_of(one.quote))


def _written(row: Row[tuple[object, ...]]) -> _Kept:
    return _Kept(row.answer_id, row.number, row.article_id, row.version, row.start, row.end, row.quote_hash)


def _since(
    article: Article, newest: Article | None, kept: _Kept, current: int | None, public_url: str | None
) -> tuple[Standing | None, Became | None]:
    if newest is None or current is None:
        return None, None
    if current == kept.version:
        return _standing(newest.id, current, kept.start, kept.end, public_url), None
    found = difference(article.text, newest.text, kept.start, kept.end)
    if found.stands is not None:
        return _standing(newest.id, current, *found.stands, public_url), None
    return None, Became(found.before, found.after)


def _standing(article_id: str, version: int, start: int, end: int, public_url: str | None) -> Standing:
    return Standing(start, end, _link(article_id, version, start, end, public_url))


def _link(article_id: str, version: int, start: int, end: int, public_url: str | None) -> str:
    base = f"{(public_url or '').rstrip('/')}/articles/{quoted(article_id, safe='')}"
    return f"{base}?version={version}&start={start}&end={end}#quote"
