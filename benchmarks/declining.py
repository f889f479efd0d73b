"""Fits the decision to decline, and shows what it does on questions that it was not fitted on.

    python -m benchmarks.declining --set NAME ARTICLES QUESTIONS [LANGUAGE] … [--data DIR] [--write]

Each answerable question is seen twice: with its evidence in the index and without it. Questions that nothing answers
are seen as they are. `--write` puts the weights in `service/answering/deciding/signals.json`, and those for questions
whose articles are in another script in `foreign.json` beside it: there nearness alone decides, and where articles in
the question's own script have failed, no more than one in ten questions without evidence may pass.

Printed: for each set how well the chance tells answerable from unanswerable (AUROC), and at the fitted least chance
the precision and recall of declining and the share of answerable questions that are answered: as fitted, with the folds
of its own subject left out (five, by article or topic), and with the whole set left out. Then the curve and how the
chance agrees with what happens, with folds left out.
"""

from __future__ import annotations

import argparse
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.questions import Asked as Row
from benchmarks.questions import index_of, read_questions
from ingest.language import is_cjk, language_of
from service.answering.deciding.asked import Asked
from service.answering.deciding.foreign import NAMES as FOREIGN_NAMES
from service.answering.deciding.foreign import standing_out
from service.answering.deciding.signals import NAMES, signals
from service.retrieval.evidence import evidence_from
from service.retrieval.found import Found
from service.retrieval.hit import Hit
from service.retrieval.search import Retriever

EVIDENCE, OWN, FOLDS = 6, 40, 5
FITTED = Path(__file__).parents[1] / "service" / "answering" / "deciding" / "signals.json"
FOREIGN = FITTED.with_name("foreign.json")
# What an example without its evidence counts beside one that nothing answers: it is the easier one.
_REMOVED, _RIDGE = 0.25, 2e-3
# The rule for the least chance: of answerable questions of every set, their fold left out, this share is answered.
ANSWERED = 0.85
# The rule for the least chance across scripts where articles in the question's own have failed.
_PASSES = 0.1
_ACROSS = ", across"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """What was seen of a question. `made`: its evidence was taken away; `has`: it was among what was found."""

    set: str
    cjk: bool
    subject: str
    signals: tuple[float, ...]
    answerable: bool
    made: bool
    has: bool

    @property
    def fold(self) -> int:
        """Questions of one subject are in one fold."""
        return zlib.crc32(self.subject.encode()) % FOLDS


@dataclass(frozen=True, slots=True)
class Model:
    """Logistic weights on raw signals, and the intercept."""

    weights: Floats
    intercept: float

    def chances(self, some: Sequence[Example]) -> Floats:
        """Chance of each example."""
        odds = np.array([e.signals for e in some]) @ self.weights + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float64)


def examples(name: str, articles: Path, questions: Path, language: str | None, data: Path) -> list[Example]:
    """The examples of one set; those of questions in another script than their articles are of a set of their own."""
    retriever = Retriever(index_of(articles, data))
    made = []
    for row in read_questions(questions, language):
        found = retriever.search(row.text, ["public"], 100)
        if not found.hits:
            continue
        across = is_cjk(language_of(row.text)) != is_cjk(found.hits[0].article.language)
        hits = retriever.across(row.text, ["public"], found) or [] if across else found.hits
        made.append(_example(name, row, found, hits, across, made=False))
        if row.answerable:
            others = [h for h in hits if h.article.id not in row.article_ids]
            made.append(_example(name, row, found, others, across, made=True))
    return [one for one in made if one is not None]


def _example(name: str, row: Row, found: Found, hits: Sequence[Hit], across: bool, made: bool) -> Example | None:
    script = is_cjk(language_of(row.text))
    own = [h for h in hits if is_cjk(h.article.language) == (script != across)][:OWN]
    evidence = evidence_from(own, EVIDENCE)
    asked = Asked.of(row.text, found.weights)
    seen = standing_out(hits) if across else signals(asked, evidence) if evidence else None
    if not evidence or seen is None:
        return None
    has = bool(row.article_ids & {p.article.id for p in evidence})
    subject = re.sub(r"-\d+$", "", min(row.article_ids, default="") or evidence[0].article.id)
    return Example(
        f"{name}{_ACROSS if across else ''}", asked.cjk, subject, seen, row.answerable and not made, made, has
    )


def fitted(some: Sequence[Example]) -> Model:
    """Ridge logistic regression by Newton's method; an answerable question whose evidence was not found is left out."""
    some = [e for e in some if e.has or not e.answerable]
    x, y = np.array([e.signals for e in some]), np.array([e.answerable for e in some], float)
    share = np.array([_REMOVED if e.made else 1.0 for e in some])
    share /= share.mean()
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    weights = np.zeros(z.shape[1])
    ridge = _RIDGE * len(y) * np.diag([*np.ones(x.shape[1]), 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z @ weights, -30, 30)))
        hessian = (z * (share * p * (1 - p))[:, None]).T @ z + ridge
        weights -= np.linalg.solve(hessian, z.T @ (share * (p - y)) + ridge @ weights)
    slopes = weights[:-1] / spread
    return Model(slopes, float(weights[-1] - slopes @ mean))


def left_out(some: Sequence[Example], part: Sequence[object]) -> Floats:
    """Chance of each example by a model that saw no example of its part."""
    chances = np.zeros(len(some))
    for one in set(part):
        inside = [i for i, p in enumerate(part) if p == one]
        rest = [e for e, p in zip(some, part, strict=True) if p != one]
        if any(e.answerable for e in rest) and not all(e.answerable for e in rest):
            chances[inside] = fitted(rest).chances([some[i] for i in inside])
        else:
            chances[inside] = np.nan
    return chances


def least(some: Sequence[Example], chances: Floats) -> float:
    """The highest chance from which `ANSWERED` of the answerable questions of every set are answered."""
    sets = {e.set for e in some}
    kept = ([c for e, c in zip(some, chances, strict=True) if e.answerable and e.set == one] for one in sets)
    return min(float(np.quantile(of_set, 1 - ANSWERED)) for of_set in kept if of_set)


def auroc(yes: Floats, no: Floats) -> float:
    """The share of pairs in the right order."""
    if not len(yes) or not len(no):
        return float("nan")
    return float(np.mean((yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])))


def row(name: str, some: Sequence[Example], chances: Floats, at: Floats) -> str:
    """A line of a table: true questions alone where a set has unanswerable ones, else those without their evidence."""
    judged = any(not e.answerable and not e.made for e in some)
    kept = np.array([e.answerable or e.made != judged for e in some])
    y, c = np.array([e.answerable for e in some])[kept], chances[kept]
    declined = c < at[kept]
    right = int((declined & ~y).sum())
    precision = f"{right / declined.sum():.2f}" if declined.any() else "-"
    recall = f"{right / (~y).sum():.2f}" if (~y).any() else "-"
    return (
        f"| {name} | {'true' if judged else 'evidence taken away'} | {y.sum()} / {(~y).sum()} "
        f"| {auroc(c[y], c[~y]):.2f} | {precision} | {recall} | {1 - declined[y].mean():.2f} |"
    )


def main() -> None:
    """Run the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--set", action="append", nargs="+", required=True, metavar="NAME ARTICLES QUESTIONS [LANGUAGE]"
    )
    parser.add_argument("--data", type=Path, help="keep the indexes here, to run again without embedding")
    parser.add_argument("--write", action="store_true", help="keep the weights for the service")
    options = parser.parse_args()
    seen: list[Example] = []
    with TemporaryDirectory() as temporary:
        for name, articles, questions, *language in options.set:
            data = (options.data or Path(temporary)) / name
            seen += examples(name, Path(articles), Path(questions), language[0] if language else None, data)
    _report([e for e in seen if not e.set.endswith(_ACROSS)], options.write)
    _report_across([e for e in seen if e.set.endswith(_ACROSS)], options.write)


def _report_across(some: Sequence[Example], write: bool) -> None:
    """Both directions are one model: what it reads is the same."""
    if not some:
        return
    model, folds = fitted(some), left_out(some, [e.fold for e in some])
    kept = {name: round(float(w), 4) for name, w in zip(FOREIGN_NAMES, model.weights, strict=True)}
    first, second = least(some, folds), _passing(some, folds)
    made = {"weights": kept, "intercept": round(model.intercept, 4), "least": round(first, 4)}
    made["least_second"] = round(second, 4)
    print(_head("across scripts, folds left out"))
    for title, limit in (("first", first), ("second", second)):
        for name in dict.fromkeys(e.set for e in some):
            own = [i for i, e in enumerate(some) if e.set == name]
            print(row(f"{name}, {title}", [some[i] for i in own], folds[own], np.full(len(own), limit)))
    print("\n" + json.dumps(made, indent=2))
    if write:
        FOREIGN.write_text(json.dumps(made, indent=2) + "\n", "utf-8")


def _head(title: str) -> str:
    cells = ("set", "unanswerable", "n / n", "AUROC", "declining precision", "recall", "answered")
    return f"\n**{title}**\n\n| {' | '.join(cells)} |\n|{' --- |' * len(cells)}"


def _passing(some: Sequence[Example], chances: Floats) -> float:
    """The least chance that at most `_PASSES` of the questions without evidence of any set reach."""
    without = {
        e.set: [c for o, c in zip(some, chances, strict=True) if o.set == e.set and not o.answerable] for e in some
    }
    return max(float(np.quantile(of_set, 1 - _PASSES)) for of_set in without.values() if of_set)


def _report(seen: Sequence[Example], write: bool) -> None:
    made: dict[str, object] = {}
    ordered: list[Example] = []
    ways: dict[str, list[Floats]] = {"fitted": [], "folds left out": [], "set left out": []}
    limits: list[Floats] = []
    for script, cjk in (("alphabetic", False), ("cjk", True)):
        some = [e for e in seen if e.cjk == cjk]
        if not some:
            continue
        model, folds = fitted(some), left_out(some, [e.fold for e in some])
        limit = least(some, folds)
        ordered += some
        limits.append(np.full(len(some), limit))
        ways["fitted"].append(model.chances(some))
        ways["folds left out"].append(folds)
        ways["set left out"].append(left_out(some, [e.set for e in some]))
        weights = {name: round(float(w), 4) for name, w in zip(NAMES, model.weights, strict=True)}
        made[script] = {"weights": weights, "intercept": round(model.intercept, 4), "least": round(limit, 4)}
    at = np.concatenate(limits)
    judged = {e.set for e in ordered if not e.answerable and not e.made}
    for way, parts in ways.items():
        chances = np.concatenate(parts)
        print(_head(way))
        for name in [*dict.fromkeys(e.set for e in ordered), "en", "zh", "all"]:
            kept = [
                i
                for i, e in enumerate(ordered)
                if e.set == name or (e.set in judged and (name == "all" or name == ("zh" if e.cjk else "en")))
            ]
            if kept:
                print(row(name, [ordered[i] for i in kept], chances[kept], at[kept]))
    _curve(ordered, np.concatenate(ways["folds left out"]), judged)
    print("\n" + json.dumps(made, indent=2))
    if write:
        FITTED.write_text(json.dumps(made, indent=2) + "\n", "utf-8")


def _curve(some: Sequence[Example], chances: Floats, judged: set[str]) -> None:
    kept = np.array([e.set in judged and not e.made for e in some])
    y, c = np.array([e.answerable for e in some])[kept], chances[kept]
    print("\n| declined below | precision | recall | answered |\n| --- | --- | --- | --- |")
    for limit in np.arange(0.1, 0.95, 0.05):
        declined = c < limit
        precision = (declined & ~y).sum() / max(1, declined.sum())
        print(f"| {limit:.2f} | {precision:.2f} | {declined[~y].mean():.2f} | {1 - declined[y].mean():.2f} |")
    print("\n| chance | questions | answerable |\n| --- | --- | --- |")
    for low in np.arange(0, 1, 0.1):
        inside = (c >= low) & (c < low + 0.1)
        if inside.any():
            print(f"| {low:.1f} to {low + 0.1:.1f} | {inside.sum()} | {y[inside].mean():.2f} |")


if __name__ == "__main__":
    main()
