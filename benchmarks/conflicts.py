"""How often a disagreement between articles is shown, and how often one is announced where there is none.

    python -m benchmarks.conflicts --counterfactual FILE [--data DIR]
    python -m benchmarks.conflicts --ordinary DATA QUESTIONS [LANGUAGE] …

A counterfactual file has passages with a fact, and the same with it altered. `twin`: all of one kind are an article,
all of the other another with a later date. `single`: one passage of each kind. `crossed`: one passage of each, but not
the same, so that no two sentences are alike. Ordinary questions are asked of an index as it is: every conflict there is
counted as false.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.questions import index_of, read_questions
from ingest.index import open_index
from service.answer import Answer, Question
from service.answering.engine import build_engine
from service.settings import Settings

WAYS = ("twin", "single", "crossed")


def articles_of(rows: list[dict[str, Any]], way: str) -> list[dict[str, Any]]:
    """Two articles for each row, the altered one dated later."""
    made = []
    for row in rows:
        right, wrong = row["positive"], row["positive_wrong"]
        if way == "single":
            right, wrong = right[:1], wrong[:1]
        elif way == "crossed":
            right, wrong = right[:1], wrong[-1:]
        for name, passages, date in (("first", right, "2024-01-10"), ("later", wrong, "2024-05-20")):
            made.append(
                {
                    "id": f"{row['id']}-{name}",
                    "title": "Report" if row["lang"] == "en" else "报道",
                    "text": "\n\n".join(passages),
                    "lang": row["lang"],
                    "published_at": date,
                }
            )
    return made


def counterfactual(file: Path, data: Path) -> None:
    """Recall: both articles of a question are cited and named as in conflict."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    print("| articles | language | questions | answered | conflict shown | newer named right | other conflicts |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for way in WAYS:
        folder = data / way
        folder.mkdir(parents=True, exist_ok=True)
        listed = folder / "articles.jsonl"
        kept = [r for r in rows if way != "crossed" or len(r["positive"]) > 1]
        listed.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles_of(kept, way)), "utf-8")
        engine = build_engine(Settings.load(env_file=None, data=folder), index_of(listed, folder))
        seen: dict[str, Counter[str]] = {}
        for row in kept:
            answer = asyncio.run(engine.answer(Question(row["question"])))
            of = seen.setdefault(row["lang"], Counter())
            of["questions"] += 1
            of["answered"] += answer.outcome != "declined"
            pairs = [(pair_of(answer, c.citations), c.newer) for c in answer.conflicts]
            meant = {f"{row['id']}-first", f"{row['id']}-later"}
            of["shown"] += any(pair == meant for pair, _ in pairs)
            of["newer"] += any(
                pair == meant and newer is not None and answer.citations[newer - 1].article_id.endswith("-later")
                for pair, newer in pairs
            )
            of["other"] += any(pair != meant for pair, _ in pairs)
        for language, of in sorted(seen.items()):
            cells = " | ".join(str(of[k]) for k in ("questions", "answered", "shown", "newer", "other"))
            print(f"| {way} | {language} | {cells} |")


def pair_of(answer: Answer, numbers: tuple[int, int]) -> set[str]:
    """The articles of two citations."""
    return {answer.citations[n - 1].article_id for n in numbers}


def ordinary(data: Path, questions: Path, language: str | None) -> None:
    """Conflicts announced on questions whose articles are not known to disagree."""
    settings = Settings.load(env_file=None, data=data)
    engine = build_engine(settings, open_index(settings))
    asked = [q for q in read_questions(questions, language) if q.answerable]
    answered = announced = 0
    spent: list[float] = []
    for question in asked:
        answer = asyncio.run(engine.answer(Question(question.text)))
        spent.append(answer.receipt.timings_ms.get("conflicts", 0.0))
        answered += answer.outcome != "declined"
        announced += bool(answer.conflicts)
        for conflict in answer.conflicts:
            quotes = " <> ".join(answer.citations[n - 1].quote for n in conflict.citations)
            print(f"  {question.text} :: {quotes}")
    spent.sort()
    half, most = (spent[int(q * len(spent))] for q in (0.5, 0.95))
    print(
        f"{data.name}: {announced} conflicts in {answered} answers to {len(asked)}; {half:.1f} ms p50, {most:.1f} p95"
    )


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counterfactual", type=Path, metavar="FILE")
    parser.add_argument("--ordinary", action="append", nargs="+", default=[], metavar="DATA QUESTIONS [LANGUAGE]")
    parser.add_argument("--data", type=Path, help="keep the indexes here, to run again without embedding")
    options = parser.parse_args()
    if options.counterfactual:
        with TemporaryDirectory() as temporary:
            counterfactual(options.counterfactual, options.data or Path(temporary))
    for data, questions, *language in options.ordinary:
        ordinary(Path(data), Path(questions), language[0] if language else None)


if __name__ == "__main__":
    main()
