"""Questions with one thing changed, so that they ask something else: a number, a name, a word, its opposite, "not"."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from ingest.terms import ENGLISH_STOP, question_terms
from service.answering.opposites import OPPOSITE_CHINESE

_HAN = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|can|could|will|should|may|must|has|have|had)\b")
_EXCHANGED = (
    "more less,most least,before after,first last,highest lowest,largest smallest,increase decrease,north south,"
    "who when,when where,why how,who what,from to,with without,over under,many much,begin end,old new,east west,"
    "before during,and or,all some,only also,was is,did does,can should,into out,best worst,male female,buy sell,"
    "long tall,year month,day week,above below,any no,ever never,start stop,early late,high low"
)
_HAN_EXCHANGED = (
    "多少 哪些,什么时候 为什么,谁 什么,哪里 何时,年 月,天 年,可以 必须,所有 部分,第一 第二,最早 最大,北 南,东 西,"
    "男 女,前 后,上 下,大 小,多 少,元 美元,有 没有,是 不是,能 不能,会 不会"
)


def _both_ways(pairs: str) -> list[tuple[str, str]]:
    split = [tuple(pair.split()) for pair in pairs.split(",")]
    return [(a, b) for a, b in split] + [(b, a) for a, b in split]


def altered(questions: Sequence[str], seed: int = 11) -> Iterator[tuple[str, str, str]]:
    """(what was changed, question, changed question); words and names to put in are those of the other questions."""
    chance = random.Random(seed)
    names = sorted({n for q in questions for n in _NAME.findall(q)})
    words = sorted({w for q in questions for w in _WORD.findall(q) if w not in ENGLISH_STOP})
    runs = sorted({m[1] for q in questions for m in re.finditer(r"(?=([\u3400-\u9fff]{2}))", q)})
    for question in dict.fromkeys(questions):
        made = _chinese(question, runs, chance) if _HAN.search(question) else _english(question, names, words, chance)
        for what, other in made:
            if other != question:
                yield what, question, other


def _english(
    question: str, names: Sequence[str], words: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, str]]:
    yield from _numbers(question)
    found = list(_NAME.finditer(question))
    if found:
        name = chance.choice(found)
        yield "name", question[: name.start()] + chance.choice(names) + question[name.end() :]
        yield "name left out", question[: name.start()].rstrip() + question[name.end() :]
    if len(found) > 1:
        a, b = sorted(chance.sample(found, 2), key=lambda m: m.start())
        between = question[a.end() : b.start()]
        yield "names exchanged", question[: a.start()] + b[0] + between + a[0] + question[b.end() :]
    content = [m for m in _WORD.finditer(question) if question_terms(m[0])]
    if content:
        word = chance.choice(content)
        put = chance.choice([w for w in words if w.rstrip("s") != word[0].rstrip("s")])
        yield "word", question[: word.start()] + put + question[word.end() :]
        yield "word left out", question[: word.start()] + question[word.end() :].lstrip()
    if len(content) > 1:
        a, b = sorted(chance.sample(content, 2), key=lambda m: m.start())
        between = question[a.end() : b.start()]
        if a[0].rstrip("s") != b[0].rstrip("s"):
            yield "words exchanged", question[: a.start()] + b[0] + between + a[0] + question[b.end() :]
    denied = _AUXILIARY.search(question)
    if denied:
        yield "denied", f"{question[: denied.end()]} not{question[denied.end() :]}"
    for one, other in _both_ways(_EXCHANGED):
        changed = re.sub(rf"\b{one}\b", other, question, count=1, flags=re.IGNORECASE)
        if changed != question:
            yield "opposite or kind", changed


def _chinese(question: str, runs: Sequence[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    yield from _numbers(question)
    for one, others in OPPOSITE_CHINESE.items():
        if one in question:
            yield "opposite or kind", question.replace(one, sorted(others)[0], 1)
    for one, other in _both_ways(_HAN_EXCHANGED):
        if one in question:
            yield "opposite or kind", question.replace(one, other, 1)
    places = [m.start() for m in re.finditer(r"(?=[\u3400-\u9fff]{2})", question)]
    kept = [p for p in places if question_terms(question[p : p + 2]) == [question[p : p + 2]]]
    if kept:
        at = chance.choice(kept)
        yield "word", question[:at] + chance.choice(runs) + question[at + 2 :]
        yield "word left out", question[:at] + question[at + 2 :]


def _numbers(question: str) -> Iterator[tuple[str, str]]:
    number = _NUMBER.search(question)
    if number:
        yield "number", f"{question[: number.start()]}{int(number[0]) + 1}{question[number.end() :]}"
