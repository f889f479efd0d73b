"""Fits the decision to decline: questions with their evidence in the index, and the same questions without it.

    python -m benchmarks.declining --set NAME ARTICLES QUESTIONS [LANGUAGE] … [--data DIR]

Prints logistic weights of (coverage, cosine) and the intercept for the constants of `service/answering/decline.py`,
by script, and what they keep and decline on each set. Sets with Chinese articles fit the one, all others the other.
Where question and articles are in different languages, also how near the nearest sentence comes with the evidence and
without it.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.questions import Asked, index_of, read_questions
from ingest.language import is_cjk, language_of
from service.answering.decline import can_answer
from service.retrieval.evidence import evidence_from
from service.retrieval.search import Found, Retriever

EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class Example:
    """What was seen of a question, and whether its evidence was among what was found."""

    set: str
    cjk: bool
    across: bool
    coverage: float
    cosine: float
    answerable: bool
    answered: bool
    said: float | None


def examples(name: str, articles: Path, questions: Path, language: str | None, data: Path) -> list[Example]:
    """Each answerable question twice, with and without the article that holds its evidence."""
    index = index_of(articles, data)
    retriever = Retriever(index)
    embedder = index.generation.embedder if index.generation else None
    made = []
    for question in read_questions(questions, language):
        found = retriever.search(question.text, ["public"], 40)
        across = retriever.across(question.text, ["public"], found.vector)
        if across:
            found = replace(found, hits=tuple(across))
        if not question.answerable:
            made.append(_example(name, question, found, False, embedder))
            continue
        if question.article_ids & {p.article.id for p in evidence_from(found.hits, EVIDENCE)}:
            made.append(_example(name, question, found, True, embedder))
        others = tuple(h for h in found.hits if h.article.id not in question.article_ids)
        made.append(_example(name, question, replace(found, hits=others), False, embedder))
    return made


def _example(name: str, question: Asked, found: Found, answerable: bool, embedder: str | None) -> Example:
    verdict = can_answer(question.text, evidence_from(found.hits, EVIDENCE), found.weights, embedder)
    return Example(
        name,
        is_cjk(language_of(question.text)),
        verdict.across,
        verdict.coverage,
        verdict.cosine or 0.0,
        answerable,
        verdict.answerable,
        max((h.said for h in found.hits if h.said is not None), default=None),
    )


def fitted(some: list[Example]) -> NDArray[np.float64]:
    """Weights of coverage and cosine and the intercept; each set and outcome counts alike (ridge, Newton's method)."""
    x = np.array([(e.coverage, e.cosine) for e in some])
    y = np.array([e.answerable for e in some], float)
    share = np.array([1 / sum(o.set == e.set and o.answerable == e.answerable for o in some) for e in some])
    share /= share.mean()
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    weights = np.zeros(3)
    ridge = 1e-3 * len(y) * np.diag([1.0, 1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ weights))
        hessian = (z * (share * p * (1 - p))[:, None]).T @ z + ridge
        weights -= np.linalg.solve(hessian, z.T @ (share * (p - y)) + ridge @ weights)
    slopes = weights[:2] / spread
    return np.array([*slopes, weights[2] - slopes @ mean])


def main() -> None:
    """Run the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", action="append", nargs="+", required=True, metavar="NAME ARTICLES QUESTIONS [LANGUAGE]"
    )
    parser.add_argument("--data", type=Path, help="keep the indexes here, to run again without embedding")
    options = parser.parse_args()
    seen: list[Example] = []
    with TemporaryDirectory() as temporary:
        for name, articles, questions, *language in options.set:
            data = (options.data or Path(temporary)) / name
            seen += examples(name, Path(articles), Path(questions), language[0] if language else None, data)
    for cjk in (False, True):
        some = [e for e in seen if e.cjk == cjk and not e.across]
        if some:
            weights = ", ".join(f"{w:.1f}" for w in fitted(some))
            print(f"{'CJK' if cjk else 'alphabetic'}: coverage, cosine, intercept = {weights}")
    print("\n| set | across languages | answerable kept | unanswerable declined |\n| --- | --- | --- | --- |")
    for name, across in sorted({(e.set, e.across) for e in seen}):
        rows = [e for e in seen if e.set == name and e.across == across]
        kept = [e.answered for e in rows if e.answerable]
        declined = [not e.answered for e in rows if not e.answerable]
        cells = (f"{np.mean(v):.2f} of {len(v)}" if v else "-" for v in (kept, declined))
        print(f"| {name} | {'yes' if across else 'no'} | {' | '.join(cells)} |")
    print("\n| set | evidence | sentence p05 | p50 | p90 | p95 |\n| --- | --- | --- | --- | --- | --- |")
    for name, answerable in sorted({(e.set, e.answerable) for e in seen if e.said is not None}):
        said = [e.said for e in seen if (e.set, e.answerable) == (name, answerable) and e.said is not None]
        cells = " | ".join(f"{q:.3f}" for q in np.quantile(said, (0.05, 0.5, 0.9, 0.95)))
        print(f"| {name} | {'yes' if answerable else 'no'} | {cells} |")


if __name__ == "__main__":
    main()
