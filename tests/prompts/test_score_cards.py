"""A score card says what a version of a prompt was measured at, and is of the templates as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import prompts
from benchmarks.score_card import FIGURES, card
from prompts import prompt, versions
from service.evaluation.report import Cut, Report

CARDS = sorted(Path(prompts.__file__).parent.glob("*/v*/card.md"))
FIGURE = {name: {"value": 0.5, "of": 4.0} for name in FIGURES}
COUNTS = {"questions": 4, "seconds": {"p50": 1.25}, "tokens": {"prompt": 100, "completion": 20}}


def report(*cuts: Cut, version: str = "v2", hash: str | None = None) -> Report:
    used = {"name": "answer", "version": version, "hash": hash or prompt("answer", version).hash}
    return Report("footnote eval q.jsonl", {"models": ["small"], "prompts": [used]}, cuts)


def test_a_card_has_a_row_for_all_and_for_each_set_and_language_and_names_its_prompt() -> None:
    made = card(
        [
            report(
                Cut(None, None, None, None, COUNTS, FIGURE),
                Cut("xquad", "zh", None, None, COUNTS, {"reference said": {"value": 0.75, "of": 4.0}}),
                Cut("xquad", "zh", None, "kind", COUNTS, FIGURE),
                Cut("xquad", None, "en", None, COUNTS, FIGURE),
            )
        ]
    )
    assert f"- prompt: `{prompt('answer', 'v2').hash}`" in made
    assert "- model: small" in made
    rows = [line for line in made.splitlines() if re.match(r"\| (?:all|xquad)", line)]
    assert rows == [
        f"| all | all | all | 4 | {' | '.join(['0.500'] * len(FIGURES))} | 1.25 | 120 |",
        f"| xquad | zh | all | 4 | 0.750 | {' | '.join(['-'] * (len(FIGURES) - 1))} | 1.25 | 120 |",
        f"| xquad | all | en | 4 | {' | '.join(['0.500'] * len(FIGURES))} | 1.25 | 120 |",
    ]


def test_a_report_without_figures_is_no_card() -> None:
    with pytest.raises(SystemExit, match="no figures"):
        card([report()])


def test_a_report_of_another_text_or_of_no_prompt_is_no_card() -> None:
    with pytest.raises(SystemExit, match="answer/v1 has changed"):
        card([report(version="v1", hash="0" * 16)])
    with pytest.raises(SystemExit, match="made with 0 prompts"):
        card([Report("footnote eval q.jsonl", {"models": [], "prompts": []})])
    with pytest.raises(SystemExit, match="of 2 versions"):
        card([report(version="v1"), report(version="v2")])


@pytest.mark.parametrize("path", CARDS, ids=lambda p: "/".join(p.parts[-3:-1]))
def test_a_card_that_is_there_is_of_the_templates_as_they_are(path: Path) -> None:
    name, version = path.parts[-3:-1]
    assert version in versions(name)
    assert f"`{prompt(name, version).hash}`" in path.read_text("utf-8")
