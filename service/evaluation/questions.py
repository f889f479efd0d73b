"""Questions with the evidence that answers them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.language import language_of
from service.evaluation.rows import BadRows, Row, read_rows


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote of an article (empty: the article is known, its sentence is not).

    Evidence of one group is alternatives; every group has to be found.
    """

    article_id: str
    quote: str
    group: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its evidence and wordings of its answer.

    `parts` are what an answer has to have, each in any of its wordings; `world` is what is true of a question that the
    articles do not answer. `corpus_language` is that of the articles it is put to, empty where the row does not say.
    """

    id: str
    text: str
    language: str = ""
    kind: str = ""
    answerable: bool = True
    evidence: tuple[Evidence, ...] = ()
    answers: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    world: tuple[str, ...] = ()
    corpus_language: str = ""
    asked_on: str | None = None
    set: str = ""

    @property
    def article_ids(self) -> frozenset[str]:
        """Articles that hold its evidence."""
        return frozenset(e.article_id for e in self.evidence)

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quotes of its evidence."""
        return tuple(e.quote for e in self.evidence if e.quote)

    @property
    def groups(self) -> list[list[Evidence]]:
        """Its evidence by group, in order of appearance."""
        found: dict[str, list[Evidence]] = {}
        for one in self.evidence:
            found.setdefault(one.group, []).append(one)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which questions are asked: those of these kinds and languages (empty: all), at most `limit` of them."""

    kinds: Collection[str] = ()
    language: str | None = None
    corpus_language: str | None = None
    limit: int | None = None

    def of(self, questions: Sequence[Asked]) -> list[Asked]:
        """Those that are chosen, in order."""
        kept = [
            q
            for q in questions
            if (not self.kinds or q.kind in self.kinds)
            and self.language in (None, q.language)
            and self.corpus_language in (None, q.corpus_language)
        ]
        return kept[: self.limit]


def read_questions(path: Path, corpus_language: str | None = None, name: str | None = None) -> list[Asked]:
    """Questions from JSON Lines, gzipped or not; `corpus_language` keeps those put to that corpus.

    Only `question` is required. `name` is that of the set; default: that of the file or its folder.

    Raises:
        BadRows: a row cannot be used; the message says where it is and what is wrong with it.
    """
    called = name or set_name(path)
    questions = [_asked(row, called) for row in read_rows(path)]
    once = set()
    for question in questions:
        if question.id in once:
            raise BadRows(f"{path}: two rows have the id {question.id}. Give each row an id of its own.")
        once.add(question.id)
    return [q for q in questions if corpus_language is None or q.corpus_language == corpus_language]


def set_name(path: Path) -> str:
    """The name of a set: that of its file, or of its folder where the file is just called questions or queries."""
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    return path.resolve().parent.name if stem in ("questions", "queries", "") else stem


def _asked(row: Row, name: str) -> Asked:
    text = row.text("question")
    return Asked(
        id=row.text("id", f"{name}-{row.line}"),
        text=text,
        language=row.text("lang", "") or language_of(text),
        kind=row.text("kind", ""),
        answerable=row.truth("answerable", True),
        evidence=tuple(_evidence(row)),
        answers=row.texts("answers"),
        parts=tuple(_part(row, one) for one in row.listed("answer_parts")),
        world=row.texts("world_answer"),
        corpus_language=row.text("corpus_lang", ""),
        asked_on=_day(row),
        set=row.text("set", name),
    )


def _evidence(row: Row) -> list[Evidence]:
    found = []
    for number, one in enumerate(row.listed("evidence")):
        where = f"evidence[{number}]"
        if not isinstance(one, dict):
            raise row.bad(where, 'has to be an object, as {"doc_id": …, "quote": …}')
        article, quote = one.get("doc_id"), one.get("quote") or ""
        if not isinstance(article, str) or not article:
            raise row.bad(f"{where}.doc_id", "has to be the id of an article")
        if not isinstance(quote, str):
            raise row.bad(f"{where}.quote", "has to be text")
        found.append(Evidence(article, quote, str(one.get("group", f"_{number}"))))
    return found


def _part(row: Row, part: object) -> tuple[str, ...]:
    if isinstance(part, str):
        return (part,)
    if not isinstance(part, list) or not part or not all(isinstance(p, str) for p in part):
        raise row.bad("answer_parts", "has to be a list with, for each part, a list of its wordings")
    return tuple(part)


def _day(row: Row) -> str | None:
    said = row.text("asked_at", "")
    return _iso(row, said, date.fromisoformat) if said else None


def _iso(row: Row, said: str, read: Callable[[str], date]) -> str:
    try:
        return read(said[:10]).isoformat()
    except ValueError:
        raise row.bad("asked_at", f"has to begin with a day, as 2024-06-18, not {said!r}") from None
