"""Writes the score card of a prompt's version from reports of `footnote eval`, beside its templates.

    footnote eval QUESTIONS --articles ARTICLES --out REPORT.json      (with the chat model and FOOTNOTE_ANSWER__PROMPT)
    python -m benchmarks.score_card REPORT.json… [--print]

The card names the hash of the templates it was measured with: `tests/prompts/test_score_cards.py` fails where they have
changed since.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import prompts
from benchmarks.quality import command_of
from prompts import prompt, versions
from service.evaluation.report import Cut, Report, read_report

FIGURES = (
    *("reference said", "citation precision", "citation recall", "sentences supported", "sentences uncited"),
    *("answerable answered", "declining precision", "declining recall"),
)


def version_of(report: Report) -> str:
    """The version of the prompt that a report was made with.

    Raises:
        SystemExit: it was made with none, with several, or with one that has changed since.
    """
    used = {(p["version"], p["hash"]) for p in report.settings.get("prompts", ()) if p["name"] == "answer"}
    if len(used) != 1:
        raise SystemExit(f"The report was made with {len(used)} prompts for answers: a card is of one.")
    ((version, made_with),) = used
    if version not in versions("answer") or prompt("answer", version).hash != made_with:
        raise SystemExit(f"The prompt answer/{version} has changed since the report was made: make it again.")
    return str(version)


def card(reports: Sequence[Report]) -> str:
    """The card as Markdown: a row for each set and for each pair of languages in it.

    Raises:
        SystemExit: the reports are of several versions, or one has no figures.
    """
    found = {version_of(report) for report in reports}
    if len(found) != 1:
        raise SystemExit(f"The reports are of {len(found)} versions of the prompt: a card is of one.")
    (version,) = found
    cuts = [c for report in reports for at, c in enumerate(report.cuts) if at == 0 or c.kind is None]
    if not cuts:
        raise SystemExit("The report has no figures: write one with `footnote eval … --out`.")
    heads = ["set", "question", "articles", "questions", *FIGURES, "s p50", "tokens"]
    models = dict.fromkeys(str(m) for report in reports for m in report.settings.get("models", ()))
    lines = [
        f"# Score card of answer/{version}",
        "",
        f"- prompt: `{prompt('answer', version).hash}`",
        f"- model: {', '.join(models)}",
        *(f"- made by: `{command_of(report.made_by)}`" for report in reports),
        "",
        f"| {' | '.join(heads)} |",
        f"| {' | '.join('---' for _ in heads)} |",
        *(_row(cut) for cut in cuts),
    ]
    return "\n".join(lines) + "\n"


def _row(cut: Cut) -> str:
    figures = [cut.figures.get(name) for name in FIGURES]
    shown = [f"{f['value']:.3f}" if f else "-" for f in figures]
    seconds = cut.counts["seconds"]["p50"]
    tokens = sum(cut.counts["tokens"].values())
    names = [cut.set or "all", cut.language or "all", cut.corpus_language or "all"]
    cells = [*names, str(cut.counts["questions"]), *shown]
    return f"| {' | '.join([*cells, '-' if seconds is None else f'{seconds:.2f}', str(tokens)])} |"


def main() -> None:
    """Write the card, or print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path, nargs="+", metavar="REPORT.json")
    parser.add_argument("--print", action="store_true", help="print the card and write nothing")
    options = parser.parse_args()
    reports = [read_report(path) for path in options.reports]
    text = card(reports)
    if options.print:
        sys.stdout.write(text)
    else:
        (Path(prompts.__file__).parent / "answer" / version_of(reports[0]) / "card.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
