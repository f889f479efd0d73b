"""Measures whether a claim is resolved to the sentence that bears it, among six passages.

    python -m benchmarks.citations --set NAME ARTICLES QUESTIONS [LANGUAGE] … [--across ARTICLES QUESTIONS] [--most N]

A claim is the evidence of an answerable question: as it stands; cut down to the clause that has the answer, and one
more; with its clauses turned around; with a number of it changed. The passages are that of the evidence and the five
that share most of the claim's words; all six are named as its sources. A quote is right where it overlaps the evidence
by at least half of either. `--across` takes questions of both languages that share an id (XQuAD): the evidence in one
is the claim, the article in the other has the passages, and the embedder of the package compares them.

Printed: the share of claims that the evidence is quoted for, the share of quotes that are right, and how often support
is full, partial, or none; for a changed number each quote is wrong and any support but none a mistake.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.questions import Asked, read_questions
from ingest.article import Article, Chunk
from ingest.embedding import Vectors
from ingest.embedding.local import LocalEmbedder
from ingest.language import is_cjk, language_of
from ingest.terms import question_terms, terms
from service.answering.cite import Embed, Quote, cite
from service.answering.markers import Claim
from service.answering.quantities import numbers, numbers_borne
from service.evaluation.metrics import quantile
from service.evaluation.rows import read_rows
from service.retrieval.evidence import Passage
from service.retrieval.hit import Hit

_PASSAGES, _OVERLAP = 6, 0.5
_CLAUSE = re.compile(r"(?<=[,;，；])\s*")
_DIGIT = re.compile(r"\d(?!.*\d)", re.DOTALL)


@dataclass(slots=True)
class Tally:
    """What became of the claims of one kind."""

    claims: int = 0
    found: int = 0
    quotes: int = 0
    right: int = 0
    supports: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """A row of the table."""
        shares = [self.supports.count(s) / max(1, self.claims) for s in ("supported", "partial", "unsupported")]
        ms = (quantile(self.seconds, 0.5) or 0) * 1000
        return (
            f"| {name} | {self.claims} | {self.found / max(1, self.claims):.3f} "
            f"| {self.right / max(1, self.quotes):.3f} |" + "".join(f" {s:.2f} |" for s in shares) + f" {ms:.1f} |"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", nargs="+", default=[], dest="sets")
    parser.add_argument("--across", nargs=3, action="append", default=[], metavar=("NAME", "ARTICLES", "QUESTIONS"))
    parser.add_argument("--most", type=int, default=300)
    asked = parser.parse_args()
    print("| claims | n | evidence quoted | quotes right | supported | partial | none | ms p50 |")
    print("|---|---|---|---|---|---|---|---|")
    for name, articles, questions, *language in asked.sets:
        rows = [q for q in read_questions(Path(questions)) if q.answerable and q.quotes]
        kept = [q for q in rows if not language or language[0] == q.language == (q.corpus_language or q.language)]
        _within(name, _texts(Path(articles)), kept[: asked.most])
    for name, articles, questions in asked.across:
        _across(name, _texts(Path(articles)), read_questions(Path(questions)), asked.most)


def _within(name: str, texts: dict[str, str], questions: Sequence[Asked]) -> None:
    tallies: dict[str, Tally] = {}
    for question in questions:
        evidence = question.evidence[0]
        for kind, claim in _claims(evidence.quote, question.answers):
            passages = _passages(texts, evidence.article_id, claim)
            _count(tallies.setdefault(kind, Tally()), claim, passages, evidence.quote, lambda _: None)
    for kind, tally in tallies.items():
        print(tally.row(f"{name}, {kind}"))


def _across(name: str, texts: dict[str, str], questions: Sequence[Asked], most: int) -> None:
    """Each claim is the evidence of the same question in the other language."""
    embedder = LocalEmbedder()
    one = cache(lambda text: embedder.passages([text])[0])

    def embed(sentences: Sequence[str]) -> Vectors | None:
        return np.stack([one(s) for s in sentences])

    cjk = is_cjk(language_of(next(iter(texts.values()))))
    own = [q for q in questions if q.language == q.corpus_language and q.quotes]
    claims = {_shared(q): q.quotes[0] for q in own if is_cjk(q.language) != cjk}
    bearing = {claims[_shared(q)]: q.evidence[0] for q in own if is_cjk(q.language) == cjk and _shared(q) in claims}
    tally, altered = Tally(), Tally()
    for claim, evidence in list(bearing.items())[:most]:
        passages = _passages(texts, evidence.article_id, evidence.quote)
        _count(tally, claim, passages, evidence.quote, embed)
        if changed := _renumbered(claim):
            _count(altered, changed, passages, evidence.quote, embed)
    print(tally.row(f"{name}, translated"))
    print(altered.row(f"{name}, translated, a number changed"))


def _shared(question: Asked) -> str:
    return question.id.rpartition("-")[2]


def _claims(sentence: str, answers: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "as it stands", sentence
    clauses = [c for c in _CLAUSE.split(sentence) if c]
    if len(clauses) > 1:
        bare = [c.rstrip(" ,;，；。.") for c in clauses]
        at = next((i for i, c in enumerate(clauses) if any(a in c for a in answers)), 0)
        near = bare[at : at + 2] if at + 1 < len(bare) else bare[at - 1 :]
        if len(near) < len(bare) and len(question_terms(" ".join(near))) > 4:
            yield "cut down", _ended(near, sentence)
        yield "turned around", _ended([*bare[1:], bare[0]], sentence)
    if changed := _renumbered(sentence):
        yield "a number changed", changed


def _ended(clauses: Sequence[str], sentence: str) -> str:
    cjk = is_cjk(language_of(sentence))
    return ("，" if cjk else ", ").join(clauses) + ("。" if cjk else ".")


def _renumbered(sentence: str) -> str | None:
    """The sentence with its last digit changed; None where that would be no other number."""
    changed = _DIGIT.sub(lambda m: str((int(m[0]) + 3) % 10), sentence)
    return None if changed == sentence or numbers(changed) <= numbers_borne(sentence) else changed


def _passages(texts: dict[str, str], article: str, claim: str) -> list[Passage]:
    """The article of the evidence among the five that share most of the claim's words, in the order of their ids."""
    asked = frozenset(question_terms(claim))
    others = sorted((i for i in texts if i != article), key=lambda i: (-len(asked & _known(texts[i])), i))
    chosen = sorted([article, *others[: _PASSAGES - 1]])
    return [_passage(n, i, texts[i]) for n, i in enumerate(chosen, 1)]


@cache
def _known(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _passage(number: int, name: str, text: str) -> Passage:
    article = Article(id=name, title=name, text=text, uri=name, language=language_of(text))
    return Passage(
        number, article, 1, 0, len(text), (Hit(Chunk("0", name, 1, 0, 0, len(text), text), article, None, None, 1.0),)
    )


def _count(tally: Tally, claim: str, passages: Sequence[Passage], evidence: str, embed: Embed) -> None:
    began = time.perf_counter()
    cited = cite(Claim(claim, tuple(p.number for p in passages)), passages, embed)
    tally.seconds.append(time.perf_counter() - began)
    right = [_overlaps(q, evidence) for q in cited.quotes]
    tally.claims += 1
    tally.found += any(right)
    tally.quotes += len(right)
    tally.right += sum(right)
    tally.supports.append(cited.check.support)


def _overlaps(quote: Quote, evidence: str) -> bool:
    text = quote.passage.article.text
    start = text.find(evidence)
    if start < 0:
        return False
    shared = min(quote.end, start + len(evidence)) - max(quote.start, start)
    return shared >= _OVERLAP * min(len(evidence), quote.end - quote.start)


def _texts(path: Path) -> dict[str, str]:
    return {row.text("id"): row.text("text") for row in read_rows(path)}


if __name__ == "__main__":
    main()
