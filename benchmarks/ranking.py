"""Fits the ranking of candidates, and shows what it does on sets that it was not fitted on.

    python -m benchmarks.ranking --set NAME ARTICLES QUESTIONS [LANGUAGE] … [--data DIR] [--write]

A name may have a family before a colon, as in `rgb:zh`: with a family left out, all of its sets are. Each group of a
question's evidence is a list whose right candidates hold its quote (or are of its article). `--write` puts the weights
into `service/retrieval/ranking.json`. Printed by document and by quote, as `footnote eval` counts: fusion by rank and
by score of the same two lists, the model fitted on all sets, and the model fitted on the sets of other families.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.questions import index_of
from ingest.index import Index
from service.evaluation.figures import retrieval
from service.evaluation.judging import folded
from service.evaluation.questions import Asked, read_questions
from service.evaluation.results import Result
from service.evaluation.run import Ranked, ranking_of
from service.retrieval.candidates import weighed
from service.retrieval.found import Found
from service.retrieval.fuse import fused, fused_by_rank
from service.retrieval.ranking import RECENT
from service.retrieval.search import Retriever
from service.retrieval.signals import NAMES, Signals, Wanted

FITTED = Path(__file__).parents[1] / "service" / "retrieval" / "ranking.json"
RIDGE, STEPS = 1e-3, 400
# To have the right article, though not the right passage of it, is half of it.
_ARTICLE = 0.5
SHOWN = (("doc", "hits@1"), ("doc", "MRR@10"), ("doc", "all@10"), ("doc", "nDCG@10"), ("quote", "hits@4"))
FREE = [i for i, name in enumerate(NAMES) if name != "recent"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """A question with its candidates; `lists` are (right rows, wrong rows, weight), `fusions` orders of rows."""

    set: str
    family: str
    question: Asked
    ranked: tuple[Ranked, ...]
    signals: Signals
    lists: tuple[tuple[tuple[int, ...], tuple[int, ...], float], ...]
    fusions: tuple[tuple[int, ...], ...]


def seen(name: str, index: Index, questions: Sequence[Asked]) -> list[Seen]:
    """What is found for each question that has evidence."""
    retriever = Retriever(index)
    found = [
        one
        for question in questions
        if question.answerable
        and question.evidence
        and (one := _seen(name, question, retriever.search_whole(question.text, ["public"]), index)) is not None
    ]
    return found


def _seen(name: str, question: Asked, found: Found, index: Index) -> Seen | None:
    if found.vector is None or found.build.vectors is None:
        raise SystemExit("The ranking weighs vectors: an embedding model is needed.")
    visible = {h.chunk.id: (h.chunk, h.article) for h in found.hits}
    dense = {h.chunk.id: h.dense for h in found.hits if h.dense is not None}
    if not any(h.keyword is not None for h in found.hits):
        return None  # nothing is weighed where words know nothing
    wanted = Wanted.of(question.text, found.weights, question.asked_on)
    ids, made = weighed(wanted, visible, dense, found.vector, index.catalogue, None)
    ranked = tuple(Ranked(visible[i][1].id, visible[i][0].text) for i in ids)
    keyword = {h.chunk.id: h.keyword for h in found.hits if h.keyword is not None}
    rows = {one: row for row, one in enumerate(ids)}
    fusions = tuple(
        tuple(rows[i] for i in fusion if i in rows) for fusion in (fused_by_rank(dense, keyword), fused(dense, keyword))
    )
    return Seen(name, name.partition(":")[0], question, ranked, made, tuple(_lists(question, ranked)), fusions)


def _lists(question: Asked, ranked: Sequence[Ranked]) -> list[tuple[tuple[int, ...], tuple[int, ...], float]]:
    texts = [folded(r.text) for r in ranked]
    evidence = {e.article_id for e in question.evidence}
    quotes = [q for e in question.evidence if (q := folded(e.quote))]
    of = [any(q in t for q in quotes) for t in texts]
    near = [r.article_id in evidence for r in ranked]
    lists = []
    for group in question.groups:
        articles, wanted = {e.article_id for e in group}, [q for e in group if (q := folded(e.quote))]
        right = [i for i, t in enumerate(texts) if any(q in t for q in wanted)]
        right = right or [i for i, r in enumerate(ranked) if r.article_id in articles]
        every = range(len(ranked))
        wrong = [i for i in every if i not in right and not near[i]]
        halves = [i for i in every if i not in right and not (of[i] if quotes else near[i])]
        weight = 1 / len(question.groups)
        if right and wrong:
            lists.append((tuple(right), tuple(wrong), weight))
        if right and len(halves) > len(wrong):
            lists.append((tuple(right), tuple(halves), weight * _ARTICLE))
    return lists


class Lists:
    """All lists of some questions in one matrix, each set counting alike."""

    def __init__(self, some: Sequence[Seen]) -> None:
        rows, right, weights, lengths = [], [], [], []
        for one in some:
            share = 1 / sum(o.set == one.set for o in some)
            for good, bad, weight in one.lists:
                rows.append(one.signals[[*good, *bad]])
                right += [True] * len(good) + [False] * len(bad)
                weights.append(weight * share)
                lengths.append(len(good) + len(bad))
        whole = np.concatenate(rows)
        self.recent = whole[:, NAMES.index("recent")] * RECENT
        self.spread = whole[:, FREE].std(0) + 1e-6
        self.x = (whole[:, FREE] - whole[:, FREE].mean(0)) / self.spread
        self.right, self.weights = np.array(right), np.array(weights) / sum(weights)
        self.lengths = np.array(lengths)
        self.starts = np.concatenate(([0], np.cumsum(self.lengths)[:-1]))

    def loss(self, b: Floats) -> tuple[float, Floats]:
        """Softmax loss of the right candidates of each list, with ridge, and its gradient."""
        s = self.x @ b + self.recent
        e = np.exp(s - np.repeat(np.maximum.reduceat(s, self.starts), self.lengths))
        every, good = np.add.reduceat(e, self.starts), np.add.reduceat(np.where(self.right, e, 0), self.starts) + 1e-30
        share = np.repeat(self.weights / every, self.lengths) * e
        share -= np.repeat(self.weights / good, self.lengths) * np.where(self.right, e, 0)
        value = float((self.weights * (np.log(every) - np.log(good))).sum() + RIDGE * b @ b)
        return value, self.x.T @ share + 2 * RIDGE * b


def fitted(some: Sequence[Seen]) -> Floats:
    """Weights of the raw signals (L-BFGS with backtracking; Nocedal & Wright, 2006)."""
    lists = Lists(some)
    b = np.zeros(len(FREE))
    value, slope = lists.loss(b)
    memory: list[tuple[Floats, Floats, float]] = []
    for _ in range(STEPS):
        direction, alphas = slope.copy(), []
        for step, change, rho in reversed(memory):
            alphas.append(rho * (step @ direction))
            direction -= alphas[-1] * change
        if memory:
            direction *= (memory[-1][0] @ memory[-1][1]) / (memory[-1][1] @ memory[-1][1])
        for (step, change, rho), alpha in zip(memory, reversed(alphas), strict=True):
            direction += (alpha - rho * (change @ direction)) * step
        length = 1.0
        while True:
            new, gradient = lists.loss(b - length * direction)
            if new <= value - 1e-4 * length * (slope @ direction) or length < 1e-6:
                break
            length /= 2
        step, change = -length * direction, gradient - slope
        if step @ change > 1e-12:
            memory = [*memory[-7:], (step, change, float(1 / (step @ change)))]
        done = abs(value - new) < 1e-7
        b, value, slope = b + step, new, gradient
        if done:
            break
    weights = np.full(len(NAMES), RECENT)
    weights[FREE] = b / lists.spread
    return weights


def figures(some: Sequence[Seen], by: Floats | int) -> list[float]:
    """The figures of `SHOWN`, ranked by weights or by the fusion of that number."""
    kept: dict[tuple[str, str], list[float]] = {key: [] for key in SHOWN}
    for one in some:
        order = one.fusions[by] if isinstance(by, int) else np.argsort(-(one.signals @ by), kind="stable").tolist()
        q = one.question
        ranking = ranking_of(q, [one.ranked[i] for i in order])
        result = Result(q.id, one.set, q.language, q.corpus_language, q.kind, q.text, True, 0.0, ranking)
        for level, name in SHOWN:
            found = retrieval(result, level)
            if found is not None:
                kept[level, name].append(found[name])
    return [float(np.mean(v)) if v else float("nan") for v in kept.values()]


def main() -> None:
    """Run the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", action="append", nargs="+", required=True, metavar="NAME ARTICLES QUESTIONS [LANGUAGE]"
    )
    parser.add_argument("--data", type=Path, help="keep the indexes here, to run again without embedding")
    parser.add_argument("--write", action="store_true", help="keep the weights")
    options = parser.parse_args()
    every: list[Seen] = []
    with TemporaryDirectory() as temporary:
        for name, articles, questions, *language in options.set:
            data = (options.data or Path(temporary)) / name.replace(":", "_")
            asked = read_questions(Path(questions), language[0] if language else None)
            if language:
                asked = [q for q in asked if q.language == language[0]]
            every += seen(name, index_of(Path(articles), data), asked)
    weights = fitted(every)
    print("| set | n | ranking | " + " | ".join(f"{level} {name}" for level, name in SHOWN) + " |")
    print("|" + " --- |" * (3 + len(SHOWN)))
    for name in dict.fromkeys(one.set for one in every):
        own = [one for one in every if one.set == name]
        others = fitted([one for one in every if one.family != own[0].family]) if len(options.set) > 1 else weights
        ways: tuple[tuple[str, Floats | int], ...] = (
            ("rank fusion", 0), ("score fusion", 1), ("fitted", weights), ("family left out", others)
        )  # fmt: skip
        for title, by in ways:
            cells = " | ".join(f"{v:.3f}" for v in figures(own, by))
            print(f"| {name} | {len(own)} | {title} | {cells} |")
    if options.write:
        kept = {name: round(float(w), 4) for name, w in zip(NAMES, weights, strict=True) if name != "recent"}
        made_by = "benchmarks/ranking.py --write, on " + ", ".join(dict.fromkeys(one.set for one in every))
        FITTED.write_text(json.dumps({"made_by": made_by, "weights": kept}, indent=1) + "\n")


if __name__ == "__main__":
    main()
