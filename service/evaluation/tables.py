"""Reports as Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from service.evaluation.claims import ClaimReport
from service.evaluation.compare import Comparison
from service.evaluation.report import Cut, Report

_NAMES = ("set", "question", "articles", "kind")
_RETRIEVAL = (
    *("hits@1", "hits@4", "hits@5", "hits@10", "recall@1", "recall@4", "recall@5", "recall@10"),
    *("all@1", "all@4", "all@5", "all@10", "MRR@10", "nDCG@10"),
)
_CITING = (
    *("reference said", "reference said, answered", "citation precision", "citation recall"),
    *("citation recall, answered", "quotes exact", "sentences uncited", "sentences supported", "sentences partial"),
    *("sentences unsupported", "conflict shown"),
)
_DECIDING = ("declining precision", "declining recall", "answerable answered", "world's answer said")
_CHANGED = 20


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Markdown; None is a dash, a share has three digits."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def render_report(report: Report) -> str:
    """All tables of a report that have something in them."""
    made = [
        ("Retrieval", retrieval_table(report.cuts)),
        ("Answers and citations", answers_table(report.cuts)),
        ("Declining", declining_table(report.cuts)),
        ("Declining below each chance", curve_table(report.cuts[:1])),
        ("Outcomes and cost", cost_table(report.cuts)),
    ]
    parts = [f"{title}\n\n{text}" for title, text in made if text]
    if report.errors:
        parts.append("Errors\n\n" + "\n".join(f"- {e}" for e in report.errors))
    return "\n\n".join(parts)


def retrieval_table(cuts: Sequence[Cut], wanted: Sequence[str] = _RETRIEVAL) -> str:
    """A row a cut and level."""
    rows = []
    for cut in cuts:
        for level in ("doc", "quote"):
            found = [cut.figures.get(f"{level} {name}") for name in wanted]
            if found[0] is not None:
                rows.append([*names(cut), level, int(found[0]["of"]), *(f and f["value"] for f in found)])
    return table([*_NAMES, "level", "n", *wanted], rows) if rows else ""


def answers_table(cuts: Sequence[Cut]) -> str:
    """What answers say and cite."""
    return _figures(cuts, _CITING, lambda cut: "sentences uncited" in cut.figures or "reference said" in cut.figures)


def declining_table(cuts: Sequence[Cut]) -> str:
    """What was declined and what was answered, of cuts that have answers."""
    return _figures(cuts, _DECIDING, lambda cut: bool(cut.counts["outcomes"]))


def curve_table(cuts: Sequence[Cut]) -> str:
    """What declining below each chance would give."""
    rows = [
        [*names(cut), at["threshold"], at["precision"], at["recall"], at["answered"]]
        for cut in cuts
        if cut.deciding is not None
        for at in cut.deciding["curve"]
    ]
    columns = [*_NAMES, "declined below", "precision", "recall", "answerable answered"]
    return table(columns, rows) if rows else ""


def cost_table(cuts: Sequence[Cut]) -> str:
    """Outcomes, modes, seconds and tokens."""
    rows = []
    for cut in cuts:
        c = cut.counts
        said = (", ".join(f"{n} {name}" for name, n in c[what].items()) or None for what in ("outcomes", "modes"))
        tokens = ", ".join(f"{n} {name}" for name, n in c["tokens"].items()) or None
        seconds = c["seconds"]["p50"], c["seconds"]["p95"]
        rows.append([*names(cut), c["questions"], c["failed"], *said, *seconds, tokens])
    columns = [*_NAMES, "questions", "failed", "outcomes", "modes", "seconds p50", "p95", "tokens"]
    return table(columns, rows) if rows else ""


def render_claims(report: ClaimReport) -> str:
    """A row a source."""
    columns = ["source", "claims", "supported", "AUROC", "balanced accuracy", "best balanced accuracy", "at", "ms p50"]
    rows = (
        [c.name, c.claims, c.supported, c.auroc, c.balanced_accuracy, c.best_balanced_accuracy, c.best_at, c.ms]
        for c in report.sources
    )
    return table(columns, rows)


def render_comparison(comparison: Comparison, most: int = _CHANGED) -> str:
    """What rose and fell, and the questions that changed."""
    rows = [
        [*(n or "all" for n in d.cut), d.figure, d.questions, d.old, d.new, d.new - d.old, d.low, d.high, d.verdict]
        for d in comparison.differences
    ]
    columns = [*_NAMES, "figure", "n", "old", "new", "difference", "from", "to (95 %)", ""]
    parts = [
        f"{comparison.paired} questions in both reports; {comparison.alone} in one of them alone.",
        table(columns, rows) if rows else "No figure is another than before.",
    ]
    if comparison.changed:
        listed = [f"- {c.id} ({c.set}): {'; '.join(c.what)}" for c in comparison.changed[:most]]
        more = len(comparison.changed) - most
        tail = [f"- and {more} more: --json has them all"] if more > 0 else []
        parts.append("\n".join([f"{len(comparison.changed)} questions changed:", "", *listed, *tail]))
    return "\n\n".join(parts)


def names(cut: Cut) -> list[str]:
    """Set, languages and kind of a cut."""
    return [n if n else "all" if n is None else "-" for n in (cut.set, cut.language, cut.corpus_language, cut.kind)]


def _figures(cuts: Sequence[Cut], wanted: Sequence[str], shown: Callable[[Cut], bool]) -> str:
    used = [name for name in wanted if any(name in cut.figures for cut in cuts)]
    rows = [
        [*names(cut), cut.counts["questions"], *((cut.figures.get(n) or {}).get("value") for n in used)]
        for cut in cuts
        if shown(cut)
    ]
    return table([*_NAMES, "n", *used], rows) if rows and used else ""


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
