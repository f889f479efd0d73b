"""Fits how words bear a claim, and shows what it does on claims that it was not fitted on.

    python -m benchmarks.claims CLAIMS [--write]

`CLAIMS` has claims with a passage each and whether it supports them (`footnote eval` reads the same file). `--write`
puts the weights in `service/answering/verifying/bearing.json`.

The model is logistic with no weight below 0: of each signal more is better, so that a claim never gains by what its
quotes lack. While it is fitted each source of claims has a bias of its own: how often a benchmark's claims are
supported says nothing of a claim. Then one bias is fitted for all, every source counting alike.

Printed: AUROC by source (how often a supported claim scores above one that is not) of the words that stand in the
passage, of the model as fitted, with folds of passages left out, and with the whole source left out; then what share of
the claims called supported is so at each threshold, with folds left out.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.terms import question_terms, terms
from service.answering.verifying.bearing import NAMES, Fitted
from service.answering.verifying.spoken import said
from service.answering.verifying.verify import PARTIAL, SUPPORTED, Weighed, same_script, weigh
from service.evaluation.claims import Claim, read_claims
from service.evaluation.metrics import auroc

FITTED = Path(__file__).parents[1] / "service" / "answering" / "verifying" / "bearing.json"
FOLDS, _RIDGE, _STEPS = 5, 33.0, 4000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A claim and what words say of it."""

    claim: Claim
    weighed: Weighed

    @property
    def fold(self) -> int:
        """Claims of one passage are in one fold."""
        return zlib.crc32(self.claim.passage.encode()) % FOLDS


def examples(claims: Sequence[Claim]) -> list[Example]:
    """Those of the claims that words can be compared for."""
    fit = [c for c in claims if same_script(c.claim, c.passage) and said(c.claim).asserted]
    return [Example(c, weigh(c.claim, c.passage)) for c in fit]


def fitted(seen: Sequence[Example]) -> Fitted:
    """Weights by accelerated projected gradient, then the bias and the steepness for all sources together."""
    values = np.array([e.weighed.values for e in seen])
    spread = values.std(0) + 1e-9
    labels = np.array([1.0 if e.claim.supported else -1.0 for e in seen])
    names = sorted({e.claim.source for e in seen})
    own = np.array([[float(e.claim.source == name) for name in names] for e in seen])
    shares = len(seen) / len(names) / own.sum(0)
    counts = own @ shares
    inputs = np.hstack([(values - values.mean(0)) / spread, own])
    ridge = np.r_[np.full(len(NAMES), _RIDGE), np.full(len(names), 1e-3)]
    found = _descend(inputs, labels, counts, ridge, len(NAMES))[: len(NAMES)] / spread
    sums = (values @ found)[:, None]
    steep, bias = _descend(np.hstack([sums, np.ones_like(sums)]), labels, counts, np.full(2, 1e-6), 1)
    return Fitted(round(float(bias), 4), tuple(round(float(steep * w), 4) for w in found))


def _descend(inputs: Floats, labels: Floats, counts: Floats, ridge: Floats, bounded: int) -> Floats:
    """The least logistic loss; the first `bounded` weights are not below 0."""
    step = 1 / (np.linalg.norm(inputs.T * counts @ inputs, 2) / 4 + ridge.max())
    weights = ahead = np.zeros(inputs.shape[1])
    for i in range(_STEPS):
        slope = -labels * counts / (1 + np.exp(np.clip(inputs @ ahead * labels, -50, 50)))
        new = ahead - step * (inputs.T @ slope + ridge * ahead)
        new[:bounded] = np.maximum(new[:bounded], 0)
        ahead, weights = new + i / (i + 3) * (new - weights), new
    return weights


def left_out(seen: Sequence[Example], part: Callable[[Example], object]) -> list[float]:
    """Scores by models that did not see the claim's own part."""
    models = {p: fitted([e for e in seen if part(e) != p]) for p in {part(e) for e in seen}}
    return [e.weighed.score(models[part(e)]) for e in seen]


def overlap(claim: Claim) -> float:
    """The reference: the share of a claim's words that stand in its passage."""
    asked, known = question_terms(claim.claim), frozenset(terms(claim.passage))
    return sum(t in known for t in asked) / len(asked) if asked else 0.0


def main() -> None:
    """Fit, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    seen = examples(read_claims(asked.claims))
    model = fitted(seen)
    by_fold = left_out(seen, lambda e: e.fold)
    _print(
        seen,
        {
            "word overlap": [overlap(e.claim) for e in seen],
            "fitted": [e.weighed.score(model) for e in seen],
            "passages left out": by_fold,
            "source left out": left_out(seen, lambda e: e.claim.source),
        },
    )
    print("\nbias", model.bias, *(f"\n{n} {w}" for n, w in zip(NAMES, model.weights, strict=True)))
    _print_thresholds(seen, by_fold)
    if asked.write:
        kept = {"bias": model.bias, "weights": dict(zip(NAMES, model.weights, strict=True))}
        FITTED.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _print(seen: Sequence[Example], columns: dict[str, list[float]]) -> None:
    names = sorted({e.claim.source for e in seen})
    print("| source | claims |" + "".join(f" {title} |" for title in columns))
    means = {title: [] for title in columns}  # type: dict[str, list[float]]
    for name in names:
        rows = [i for i, e in enumerate(seen) if e.claim.source == name]
        for title, scores in columns.items():
            means[title].append(auroc([scores[i] for i in rows], [seen[i].claim.supported for i in rows]) or 0.0)
        print(f"| {name} | {len(rows)} |" + "".join(f" {found[-1]:.3f} |" for found in means.values()))
    print(f"| mean | {len(seen)} |" + "".join(f" {sum(found) / len(found):.3f} |" for found in means.values()))


def _print_thresholds(seen: Sequence[Example], scores: Sequence[float]) -> None:
    """Precision and recall at each threshold, the mean over sources, and by source at the two that are used."""
    names = sorted({e.claim.source for e in seen})
    print("\n| score from | precision | recall |" + "".join(f" {n} |" for n in names))
    for least in sorted({PARTIAL, SUPPORTED, *(i / 20 for i in range(5, 20))}):
        found = [_at(seen, scores, least, n) for n in names]
        precision, recall = _at(seen, scores, least)
        each = "".join(f" {p:.2f} / {r:.2f} |" for p, r in found)
        print(f"| {least:.2f} | {precision:.2f} | {recall:.2f} |{each}")


def _at(seen: Sequence[Example], scores: Sequence[float], least: float, source: str = "") -> tuple[float, float]:
    rows = [
        (e.claim.supported, s >= least) for e, s in zip(seen, scores, strict=True) if source in ("", e.claim.source)
    ]
    right, called = sum(true and high for true, high in rows), sum(high for _, high in rows)
    return (right / called if called else 1.0), right / max(1, sum(true for true, _ in rows))


if __name__ == "__main__":
    main()
