"""How long a reader waits when the chat model fails: alone, with a second model, and once its breaker is open.

The time-outs are a tenth of what they are by default: a whole answer has 6 s, the first token 3 s, a silence 1.5 s. The
model is scripted and on loopback, the rest is real. Run: `python -m benchmarks.model_faults`.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from service.answer import Answer, Question
from service.answering.engine import AnswerEngine
from service.settings import ChatFallbackSettings
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import Drops, FakeOpenAI, NeverEnds, Refuses, Reply, Says, Sends, Stalls, running

_ASKED = "What was the return rate of live orders?"
_RIGHT = "The return rate of live orders reached 31.4% in the first quarter [1]."
_LIMITS = {"timeout": 6, "first_token_timeout": 3, "stall_timeout": 1.5}
_ONCE, _AFTER = 5, 10
_FAULTS: dict[str, Sequence[Reply]] = {
    "none": [Says([_RIGHT])],
    "500, then well": [Refuses(500), Says([_RIGHT])],
    "500": [Refuses(500)],
    "429, come back in an hour": [Refuses(429, retry_after="3600")],
    "401": [Refuses(401)],
    "a page with status 200": [Sends(b"<html>502</html>", "text/html")],
    "connection lost in the middle": [Drops([_RIGHT, " And"])],
    "silent in the middle": [Stalls([_RIGHT, " And"])],
    "silent from the start": [NeverEnds("")],
    "repeats itself": [NeverEnds("and so on ", pause=0)],
    "drips for ever": [NeverEnds("more {n} ", pause=0.05)],
}


async def _answered(engine: AnswerEngine) -> tuple[Answer, float]:
    began = time.perf_counter()
    answer = await engine.answer(Question(_ASKED))
    return answer, time.perf_counter() - began


async def _waits(engine: AnswerEngine, model: FakeOpenAI, fault: Sequence[Reply], most: float) -> tuple[Answer, float]:
    """An answer, and the median of as many as there is time for; a breaker that opens is closed again."""
    seconds: list[float] = []
    ends = time.perf_counter() + most
    while True:
        model.will(*fault)
        answer, took = await _answered(engine)
        seconds.append(took)
        if len(seconds) == _ONCE or time.perf_counter() > ends:
            return answer, statistics.median(seconds)


async def _rows(data: Path, first: FakeOpenAI, second: FakeOpenAI) -> Iterator[str]:
    rows = []
    second.will(Says([_RIGHT]))
    fallback = ChatFallbackSettings(model="second", base_url=second.url)  # type: ignore[call-arg]
    never = {**_LIMITS, "breaker_failures": 10_000}
    alone = Library(data, chat=first.url, chat_settings=never).engine
    two = Library(data, chat=first.url, chat_settings=never, chat_fallback=fallback).engine
    alone.warm()
    two.warm()
    first.will(Says([_RIGHT]))
    for engine in (alone, two):
        await _answered(engine)
    for name, fault in _FAULTS.items():
        left, by_itself = await _waits(alone, first, fault, 3)
        right, with_second = await _waits(two, first, fault, 3)
        told = [name, left.mode, f"{by_itself:.2f}", right.receipt.model or right.mode]
        rows.append([*told, f"{with_second:.2f}", await _left_alone(data, first, fault)])
    return (" | ".join(row) for row in rows)


async def _left_alone(data: Path, first: FakeOpenAI, fault: Sequence[Reply]) -> str:
    """The median of answers while the breaker of the endpoint is open; nothing where the fault does not open it."""
    engine = Library(data, chat=first.url, chat_settings={**_LIMITS, "breaker_failures": 1, "retries": 0}).engine
    engine.warm()
    first.will(fault[-1])
    await _answered(engine)
    if "open" not in engine.breakers.states().values():
        return ""
    return f"{statistics.median([(await _answered(engine))[1] for _ in range(_AFTER)]):.2f}"


def main() -> None:
    """Print the table."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        first, second = stack.enter_context(running()), stack.enter_context(running())
        Library(data).ingest(ARTICLES)
        print("| fault | answer | seconds | with a second model | seconds | breaker open: seconds |")
        print("| --- | --- | ---: | --- | ---: | ---: |")
        for row in asyncio.run(_rows(data, first, second)):
            print(f"| {row} |", flush=True)


if __name__ == "__main__":
    main()
