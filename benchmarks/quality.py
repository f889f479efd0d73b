"""Writes docs/quality.md from reports of `footnote eval`, and makes those reports.

    python -m benchmarks.quality --run-all EVALUATION_FOLDER --data DIR [--made DIR] [--only SET]… [--write]
    python -m benchmarks.quality REPORT.json… [--write]

`--run-all` asks every set of `benchmarks/quality_sets.py`; its indexes stay in DIR, one folder a set, and what is there
is not embedded again. What follows `--` goes to `footnote eval`; `--suffix` names those reports. Reports of several
runs of a set (a chat model's, or one without verification) are put side by side over the questions that all of them
asked. Without `--write` the page is printed. The words around the tables are in `benchmarks/quality.md`.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.quality_sets import SETS, run_sets
from benchmarks.quality_tables import (
    answers,
    bars,
    claims,
    cost,
    declining,
    declining_curve,
    retrieval,
    side_by_side,
)
from service.evaluation.claims import ClaimReport
from service.evaluation.report import Report, read_report

ROOT = Path(__file__).resolve().parents[1]
WORDS, PAGE = ROOT / "benchmarks" / "quality.md", ROOT / "docs" / "quality.md"
_ELSEWHERE = ("--out", "--data", "--run", "--compare")
_PLACE = re.compile(r"^\{\{ (\w+) \}\}$", re.MULTILINE)


def page(reports: Sequence[Report], checked: Sequence[ClaimReport]) -> str:
    """The page: the words, with a table in each place of theirs."""
    plain = first_of_each(reports)
    tables = {
        "bars": bars(plain),
        "retrieval": retrieval(plain),
        "answers": answers(plain),
        "declining": declining(plain),
        "curve": declining_curve(plain),
        "claims": claims(checked),
        "side_by_side": side_by_side(reports),
        "cost": cost(plain),
        "commands": commands([*(r.made_by for r in reports), *(c.made_by for c in checked)]),
        "made_with": made_with(plain),
    }
    words = WORDS.read_text("utf-8").partition("\n---\n")[2].lstrip("\n")
    return _PLACE.sub(lambda place: tables[place[1]] or "Not measured in this run.", words)


def first_of_each(reports: Sequence[Report]) -> list[Report]:
    """The report of each set that has the most questions, extracts before a chat model's, verified before not."""
    found: dict[str, Report] = {}
    ordered = sorted(reports, key=lambda r: (bool(r.settings["models"]), not r.settings["verification"], -len(r.rows)))
    for report in ordered:
        found.setdefault(report.rows[0].set, report)
    order = [s.name for s in SETS]
    return sorted(found.values(), key=lambda r: order.index(r.rows[0].set) if r.rows[0].set in order else len(order))


def commands(given: Sequence[str]) -> str:
    """The commands, without where they put things."""
    return "```\n" + "\n".join(dict.fromkeys(command_of(one) for one in given)) + "\n```"


def command_of(made_by: str) -> str:
    """A command without the places of reports and indexes, which are whoever runs it's own."""
    words, kept, skip = shlex.split(made_by), [], False
    for word in words:
        if not skip and word not in _ELSEWHERE and not word.startswith(tuple(f"{name}=" for name in _ELSEWHERE)):
            kept.append(word)
        skip = not skip and word in _ELSEWHERE
    return shlex.join(kept)


def made_with(reports: Sequence[Report]) -> str:
    """Settings that the reports share."""
    names = ("version", "embedder", "chunker", "evidence", "sentences")
    rows = []
    for name in names:
        values = {str(r.settings.get(name)) for r in reports}
        rows.append(f"- {name}: {', '.join(sorted(values))}")
    return "\n".join(rows)


def read_any(path: Path) -> Report | ClaimReport:
    """A report of questions, or of claims."""
    if "sources" in json.loads(path.read_text("utf-8")):
        return TypeAdapter(ClaimReport).validate_json(path.read_bytes())
    return read_report(path)


def main() -> None:
    """Run what is asked for, and write or print the page."""
    arguments, more = sys.argv[1:], list[str]()
    if "--" in arguments:
        at = arguments.index("--")
        arguments, more = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="*", type=Path, metavar="REPORT.json")
    parser.add_argument("--run-all", type=Path, metavar="EVALUATION_FOLDER", help="ask every set in this folder first")
    parser.add_argument("--data", type=Path, help="where the indexes are, or go")
    parser.add_argument("--made", type=Path, default=Path("build/quality"), help="where the reports go")
    parser.add_argument("--only", action="append", default=[], metavar="SET", help="only this set; repeatable")
    parser.add_argument("--suffix", default="", help="what the names of these reports end in")
    parser.add_argument("--write", action="store_true", help="write docs/quality.md instead of printing it")
    options = parser.parse_args(arguments)
    paths = list(options.reports)
    if options.run_all:
        if options.data is None:
            parser.error("--run-all needs --data")
        paths += run_sets(options.run_all, options.data, options.made, options.only, more, options.suffix)
    if not paths:
        parser.error("name reports, or --run-all")
    read = [read_any(path) for path in paths]
    made = page([r for r in read if isinstance(r, Report)], [r for r in read if isinstance(r, ClaimReport)])
    if options.write:
        PAGE.write_text(made, "utf-8")
    else:
        print(made)


if __name__ == "__main__":
    main()
