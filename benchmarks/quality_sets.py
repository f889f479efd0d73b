"""Which questions are put to which articles, and the commands that do it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A file of questions and the articles that they are put to, by their paths in the evaluation folder."""

    name: str
    questions: str
    articles: tuple[str, ...] = ()
    corpus_language: str | None = None

    def arguments(self) -> list[str]:
        """What `footnote` is given, but for where index and report go."""
        given = ["eval", self.questions]
        for path in self.articles:
            given += ["--articles", path]
        if self.corpus_language:
            given += ["--corpus-language", self.corpus_language]
        return [*given, "--set", self.name] if self.articles else given


SETS = (
    EvaluationSet("realtimeqa_news", "realtimeqa_news/queries.jsonl.gz", ("realtimeqa_news/corpus.jsonl.gz",)),
    EvaluationSet("multihop_snippets", "multihop_snippets/queries.jsonl.gz", ("multihop_snippets/corpus.jsonl.gz",)),
    EvaluationSet("squad2", "squad2/queries.jsonl.gz", ("squad2/corpus.jsonl.gz",)),
    EvaluationSet("xquad_en", "xquad/queries.jsonl.gz", ("xquad/corpus.en.jsonl.gz",), "en"),
    EvaluationSet("xquad_zh", "xquad/queries.jsonl.gz", ("xquad/corpus.zh.jsonl.gz",), "zh"),
    EvaluationSet("cmrc2018", "cmrc2018/queries.jsonl.gz", ("cmrc2018/corpus.jsonl.gz",)),
    EvaluationSet("rgb_en", "rgb/queries.jsonl.gz", ("rgb/corpus.en.jsonl.gz",), "en"),
    EvaluationSet(
        "rgb_zh", "rgb/queries.jsonl.gz", ("rgb/corpus.zh.jsonl.gz", "zh_news_background/corpus.jsonl.gz"), "zh"
    ),
    EvaluationSet("scifact", "scifact/queries.jsonl.gz", ("scifact/corpus.jsonl.gz",)),
    EvaluationSet("claim_support", "claim_support/claims.jsonl.gz"),
)


def run_sets(
    folder: Path, data: Path, reports: Path, only: Sequence[str] = (), more: Sequence[str] = (), suffix: str = ""
) -> Iterator[Path]:
    """Ask each set, and give its report's path; `more` are further options, which `suffix` tells apart by name.

    Raises:
        SystemExit: a set could not be asked; it is raised when all others are done.
    """
    failed = []
    reports.mkdir(parents=True, exist_ok=True)
    for one in SETS:
        if (only and one.name not in only) or (more and not one.articles):
            continue
        report = (reports / f"{one.name}{suffix}.json").resolve()
        where = ["--data", str((data / one.name).resolve())] if one.articles else []
        command = [str(Path(sysconfig.get_path("scripts")) / "footnote"), *one.arguments(), *more, *where]
        print(f"{one.name}: {' '.join(one.arguments())}", file=sys.stderr, flush=True)
        report.unlink(missing_ok=True)
        done = subprocess.run([*command, "--out", str(report)], cwd=folder, stdout=subprocess.DEVNULL)
        if report.exists():
            yield report
        else:
            failed.append(f"{one.name} (`footnote eval` ended with {done.returncode})")
    if failed:
        raise SystemExit(f"Not asked: {', '.join(failed)}. Ask them with --only, then make the page of all reports.")
