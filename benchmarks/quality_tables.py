"""The tables of docs/quality.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.references import BARS, BM25, BM25_FIGURES, WORD_OVERLAP
from service.evaluation.claims import ClaimReport
from service.evaluation.figures import deciding, summed
from service.evaluation.report import Cut, Report, cuts_of
from service.evaluation.results import Result
from service.evaluation.tables import cost_table, names, table

SHOWN = ("hits@1", "hits@4", "hits@5", "hits@10", "recall@10", "all@10", "MRR@10", "nDCG@10")
# Sets whose unanswerable questions decide together, and the share of each language among them.
DECIDED = ("squad2", "realtimeqa_news", "multihop_snippets", "rgb_en", "rgb_zh")
_CUT = ("set", "question", "articles", "kind")


def retrieval(reports: Sequence[Report]) -> str:
    """Footnote and, under it, BM25 where that was measured on the same questions."""
    rows: list[list[Any]] = []
    for cut in _without_repeats(reports):
        for level in ("doc", "quote"):
            figures = [cut.figures.get(f"{level} {name}") for name in SHOWN]
            if figures[0] is None:
                continue
            rows.append([*names(cut), level, int(figures[0]["of"]), "Footnote", *(f and f["value"] for f in figures)])
            known = _bm25(cut, level, any(cut is r.cuts[0] for r in reports))
            if known:
                rows.append(["", "", "", "", "", "", "BM25", *(known.get(name) for name in SHOWN)])
    return table([*_CUT, "level", "n", "", *SHOWN], rows) if rows else ""


def bars(reports: Sequence[Report]) -> str:
    """What was to be reached, and what was."""
    rows = []
    for name, kind, level, figure, least in BARS:
        value = _value(reports, name, kind, f"{level} {figure}")
        beside = dict(zip(BM25_FIGURES, BM25.get((name, kind, level), ()), strict=False)).get(figure)
        verdict = None if value is None else "reached" if value >= least else f"short by {least - value:.3f}"
        rows.append([name, kind or "all", f"{level} {figure}", least, value, beside, verdict])
    return table(["set", "kind", "figure", "bar", "Footnote", "BM25", ""], rows)


def answers(reports: Sequence[Report]) -> str:
    """What the answers say and cite."""
    wanted = {
        "reference said": "reference said",
        "reference said, answered": "of those answered",
        "citation precision": "citation precision",
        "citation recall": "citation recall",
        "citation recall, answered": "recall, answered",
        "quotes exact": "quotes exact",
        "sentences uncited": "uncited sentences",
        "sentences supported": "supported",
        "sentences partial": "partial",
        "conflict shown": "conflicts shown",
    }
    rows = [
        [*names(cut), cut.counts["answerable"], *_values(cut, wanted)]
        for cut in _without_repeats(reports)
        if "answerable answered" in cut.figures
    ]
    return table([*_CUT, "answerable", *wanted.values()], rows) if rows else ""


def declining(reports: Sequence[Report]) -> str:
    """Each set that has unanswerable questions, then all of them together and by the question's language."""
    wanted = ("declining precision", "declining recall", "answerable answered", "world's answer said")
    cuts = [c for r in reports for c in r.cuts[:1] if "declining recall" in c.figures]
    rows = [[c.set, c.language or "all", *_counted(c.counts), *_values(c, wanted), _auroc(c.deciding)] for c in cuts]
    for language, some in _together(reports).items():
        figures = summed(some)
        counts = {"questions": len(some), "answerable": sum(r.answerable for r in some)}
        values = ((figures.get(n) or {}).get("value") for n in wanted)
        rows.append(["together", language, *_counted(counts), *values, _auroc(deciding(some))])
    columns = ["set", "question", "answerable", "unanswerable", "declining precision", "declining recall"]
    return table([*columns, "answerable answered", "world's answer said", "AUROC of the chance"], rows) if rows else ""


def declining_curve(reports: Sequence[Report]) -> str:
    """What declining below other chances would give, over the sets together."""
    some = _together(reports).get("all", [])
    found = deciding(some)
    if found is None:
        return ""
    rows = [[f"{at['threshold']:.2f}", at["precision"], at["recall"], at["answered"]] for at in found["curve"]]
    return table(["declined below", "declining precision", "declining recall", "answerable answered"], rows)


def claims(reports: Sequence[ClaimReport]) -> str:
    """Verification alone, by source, and the share of words beside it."""
    rows: list[list[Any]] = []
    for report in reports:
        for s in report.sources:
            overlap = WORD_OVERLAP.get(s.name, (None, None))
            rows.append(
                [
                    *(s.name, s.claims, s.supported, s.auroc, overlap[1]),
                    *(s.balanced_accuracy, s.best_balanced_accuracy, overlap[0], s.ms),
                ]
            )
        known = [WORD_OVERLAP[s.name][1] for s in report.sources if s.name in WORD_OVERLAP]
        if known:
            rows.append(["mean of the sources", None, None, report.mean_auroc, sum(known) / len(known), *[None] * 4])
    columns = ["source", "claims", "supported", "AUROC", "word overlap's", "balanced accuracy", "at its best threshold"]
    return table([*columns, "word overlap's, at its best", "ms p50"], rows) if rows else ""


def side_by_side(reports: Sequence[Report]) -> str:
    """Runs of one set in several ways, over the questions that all of them asked."""
    wanted = (
        *("reference said", "reference said, answered", "citation precision", "citation recall", "declining precision"),
        *("declining recall", "answerable answered", "sentences uncited", "sentences supported", "sentences partial"),
        *("sentences unsupported", "world's answer said"),
    )
    rows = []
    for name in dict.fromkeys(r.rows[0].set for r in reports):
        ways = [r for r in reports if r.rows[0].set == name and any(row.answer for row in r.rows)]
        common = set.intersection(*({row.id for row in r.rows} for r in ways)) if len(ways) > 1 else set()
        for report in ways if common else ():
            some = [row for row in report.rows if row.id in common]
            figures = summed(some)
            by = ", ".join(report.settings["models"]) or "extracts"
            checked = "yes" if report.settings["verification"] else "no"
            (cut, *_) = cuts_of(some)
            values = ((figures.get(n) or {}).get("value") for n in wanted)
            rows.append([name, by, checked, len(some), *values, cut.counts["seconds"]["p50"]])
    return table(["set", "written by", "verified", "n", *wanted, "seconds p50"], rows) if rows else ""


def cost(reports: Sequence[Report]) -> str:
    """Outcomes, seconds and tokens of each set."""
    return cost_table([report.cuts[0] for report in reports])


def _without_repeats(reports: Sequence[Report]) -> list[Cut]:
    """Cuts by kind, and a set whole; those by language alone say nothing that these do not."""
    kept = []
    for report in reports:
        whole = report.cuts[0]
        kinds = [c for c in report.cuts[1:] if c.kind is not None and c.counts["answerable"]]
        kept += [whole, *(c for c in kinds if c.counts["answerable"] != whole.counts["answerable"])]
    return kept


def _bm25(cut: Cut, level: str, whole: bool) -> dict[str, float] | None:
    values = BM25.get((cut.set or "", cut.kind, level)) or (BM25.get((cut.set or "", None, level)) if whole else None)
    return dict(zip(BM25_FIGURES, values, strict=True)) if values else None


def _value(reports: Sequence[Report], name: str, kind: str | None, figure: str) -> float | None:
    for report in reports:
        for cut in report.cuts if kind else report.cuts[:1]:
            if cut.set == name and kind in (None, cut.kind):
                return (cut.figures.get(figure) or {}).get("value")
    return None


def _values(cut: Cut, wanted: Sequence[str] | dict[str, str]) -> list[float | None]:
    return [(cut.figures.get(name) or {}).get("value") for name in wanted]


def _counted(counts: Any) -> tuple[int, int]:
    return counts["answerable"], counts["questions"] - counts["answerable"]


def _auroc(found: Any) -> float | None:
    return found["auroc"] if found else None


def _together(reports: Sequence[Report]) -> dict[str, list[Result]]:
    """Questions of the sets that decide together: all, and by the question's language."""
    every = [row for r in reports for row in r.rows if row.set in DECIDED and row.answer is not None]
    found = {"all": every} if every else {}
    for language in sorted({row.language for row in every}):
        found[language] = [row for row in every if row.language == language]
    return found
