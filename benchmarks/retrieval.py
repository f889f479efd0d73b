"""Retrieval quality: the same hits ranked by meaning, by words, by rank fusion and as the product ranks them.

    python -m benchmarks.retrieval --set NAME ARTICLES QUESTIONS [LANGUAGE] … [--out FILE.json]

Document level: a question counts as found at rank k when the k-th distinct article holds its evidence.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.questions import Asked, index_of, read_questions
from service.retrieval.found import Found
from service.retrieval.fuse import fused_by_rank
from service.retrieval.search import Retriever

DEPTH = 100
METHODS = ("BM25", "dense", "RRF", "product")


def ranked(found: Found, method: str) -> list[str]:
    """Ids of distinct articles, best first."""
    article = {h.chunk.id: h.article.id for h in found.hits}
    dense = {h.chunk.id: h.dense for h in found.hits if h.dense is not None}
    keyword = {h.chunk.id: h.keyword for h in found.hits if h.keyword is not None}
    order: Sequence[str]
    if method == "dense":
        order = sorted(dense, key=lambda i: -dense[i])
    elif method == "BM25":
        order = sorted(keyword, key=lambda i: -keyword[i])
    elif method == "RRF":
        order = list(fused_by_rank(dense, keyword))
    else:
        order = [h.chunk.id for h in found.hits]
    return list(dict.fromkeys(article[i] for i in order))


def scored(questions: Sequence[Asked], results: Sequence[Found], method: str) -> dict[str, float]:
    """Share of questions found first, among the first five, and the mean reciprocal rank to 10."""
    ranks = []
    for question, found in zip(questions, results, strict=True):
        order = ranked(found, method)
        ranks.append(next((r for r, a in enumerate(order, 1) if a in question.article_ids), 0))
    count = len(ranks)
    return {
        "n": count,
        "hits@1": sum(r == 1 for r in ranks) / count,
        "hits@5": sum(1 <= r <= 5 for r in ranks) / count,
        "MRR@10": sum(1 / r for r in ranks if 1 <= r <= 10) / count,
    }


def measured(name: str, articles: Path, questions: Path, language: str | None, data: Path) -> list[dict[str, object]]:
    """A row a kind and method."""
    retriever = Retriever(index_of(articles, data))
    asked = [q for q in read_questions(questions, language) if q.answerable and q.article_ids]
    began = time.perf_counter()
    results = [retriever.search(q.text, ["public"], DEPTH) for q in asked]
    seconds = (time.perf_counter() - began) / len(asked)
    rows: list[dict[str, object]] = []
    for kind in sorted({q.kind for q in asked}):
        some = [(q, f) for q, f in zip(asked, results, strict=True) if q.kind == kind]
        for method in METHODS:
            row = scored([q for q, _ in some], [f for _, f in some], method)
            rows.append({"set": name, "kind": kind, "method": method, **row, "ms": round(seconds * 1000, 1)})
    return rows


def table(rows: Sequence[dict[str, object]]) -> str:
    """Rows as Markdown."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for row in rows:
        cells = (f"{v:.3f}" if isinstance(v, float) and n != "ms" else str(v) for n, v in row.items())
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", action="append", nargs="+", required=True, metavar="NAME ARTICLES QUESTIONS [LANGUAGE]"
    )
    parser.add_argument("--out", type=Path, help="where to write the rows as JSON")
    parser.add_argument("--data", type=Path, help="keep the indexes here, to run again without embedding")
    options = parser.parse_args()
    rows = []
    with TemporaryDirectory() as temporary:
        for name, articles, questions, *language in options.set:
            data = (options.data or Path(temporary)) / name
            rows += measured(name, Path(articles), Path(questions), language[0] if language else None, data)
    print(table(rows))
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
