"""Askers of a running service, many at once, and what they meet; the same askers straight to the model."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.load_servers import Pids

Row = dict[str, object]
_RAMP = 30.0  # seconds in which a steady load begins
_SENTENCE = "This is one of ten sentences that are about as long as those of the articles are, on the whole."
_PROMPT = f'<source number="1" title="T">\n{" ".join([_SENTENCE] * 10)}\n</source>'


@dataclass
class Seen:
    """What a kind of load met; seconds to the first sentence and to the end of each answer."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    fell_back: int = 0
    by_keywords: int = 0
    memory: list[float] = field(default_factory=list)
    worked: float = 0.0

    def row(self, load: str, beside: Seen | None = None) -> Row:
        """A line of the table."""
        own = f"{percentile(self.first, 95) - percentile(beside.first, 95):+.2f}" if beside else ""
        return {
            "load": load,
            "answers": len(self.whole),
            "errors": len(self.errors),
            "extracts instead": self.fell_back,
            "first sentence p50 / p95 s": f"{percentile(self.first, 50):.2f} / {percentile(self.first, 95):.2f}",
            "p95 beside the model's s": own,
            "whole p95 s": f"{percentile(self.whole, 95):.2f}",
            "processor ms an answer": f"{self.worked * 1000 / len(self.whole):.0f}" if self.worked else "",
            "memory from / to MB": f"{self.memory[0]:.0f} / {self.memory[-1]:.0f}" if self.memory else "",
        }


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values) or [float("nan")]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[str]:
    async for line in response.content:
        yield line.decode().rstrip("\n")


async def ask(session: aiohttp.ClientSession, address: str, question: str, seen: Seen) -> None:
    """One streamed answer."""
    began, event, first = time.perf_counter(), "", None
    try:
        async with session.post(f"{address}/v1/ask", json={"question": question, "stream": True}) as response:
            if response.status != 200:
                seen.errors.append(f"{response.status} {(await response.text())[:200]}")
                return
            async for line in _lines(response):
                if line.startswith("event: "):
                    event = line[7:]
                    if event == "sentence" and first is None:
                        first = time.perf_counter() - began
                        seen.first.append(first)
                elif line.startswith("data: ") and event in ("completed", "failed"):
                    data = json.loads(line[6:])
                    if event == "failed":
                        seen.errors.append(data["detail"])
                        return
                    seen.fell_back += data["mode"] == "extractive" and data["outcome"] != "declined"
                    seen.by_keywords += any("keywords alone" in note for note in data["receipt"]["notes"])
                    seen.whole.append(time.perf_counter() - began)
                    return
        seen.errors.append("the stream ended without an answer")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        seen.errors.append(f"{type(error).__name__}: {error}")


async def ask_model(session: aiohttp.ClientSession, address: str, _: str, seen: Seen) -> None:
    """The same straight from the model: its first sentence is there with the full stop."""
    began, said, first = time.perf_counter(), "", True
    body = {"model": "steady", "stream": True, "messages": [{"role": "user", "content": _PROMPT}]}
    async with session.post(f"{address}/chat/completions", json=body) as response:
        async for line in _lines(response):
            if line.startswith("data: {"):
                said += json.loads(line[6:])["choices"][0]["delta"].get("content", "")
                if first and "]." in said:
                    first = False
                    seen.first.append(time.perf_counter() - began)
    seen.whole.append(time.perf_counter() - began)


Asks = Callable[[aiohttp.ClientSession, str, str, Seen], Coroutine[Any, Any, None]]


async def steady(asks: Asks, address: str, questions: Sequence[str], streams: int, seconds: float, pids: Pids) -> Seen:
    """So many streams open all the time."""
    seen, turn = Seen(), itertools.cycle(questions)
    end = time.perf_counter() + seconds

    async def one(session: aiohttp.ClientSession, delay: float) -> None:
        await asyncio.sleep(delay)
        while time.perf_counter() < end:
            await asks(session, address, next(turn), seen)

    async with _session(seconds + 120) as session:
        watching, before = asyncio.create_task(_watch(pids, seen)), _worked(pids)
        await asyncio.gather(*(one(session, _RAMP * i / streams) for i in range(streams)))
        watching.cancel()
        seen.worked = _worked(pids) - before
    return seen


async def burst(asks: Asks, address: str, questions: Sequence[str], streams: int) -> Seen:
    seen = Seen()
    async with _session(300) as session:
        turn = itertools.islice(itertools.cycle(questions), streams)
        await asyncio.gather(*(asks(session, address, question, seen) for question in turn))
    return seen


async def idle(address: str, questions: Sequence[str], connections: int, seconds: float, pids: Pids) -> Row:
    """Connections that wait, how many of them got signs of life, and how quick the service is beside them."""
    alive, errors, healthy, seen = set(), 0, [], Seen()

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal errors
        body = {"question": questions[number % len(questions)], "stream": True}
        try:
            async with session.post(f"{address}/v1/ask", json=body) as response:
                async for line in _lines(response):
                    if line.startswith(": ping"):
                        alive.add(number)
        except (aiohttp.ClientError, TimeoutError, OSError):
            errors += 1

    async with _session(seconds + 300) as session:
        before = _resident(pids)
        waiting = [asyncio.create_task(one(session, i)) for i in range(connections)]
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            began = time.perf_counter()
            async with session.get(f"{address}/healthz") as response:
                await response.read()
            healthy.append(time.perf_counter() - began)
            await asyncio.sleep(0.5)
        seen.memory.append(_resident(pids))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return {
        "connections": connections,
        "with signs of life": len(alive),
        "errors": errors,
        "/healthz p95 ms": f"{percentile(healthy, 95) * 1000:.0f}",
        "memory before / with them MB": f"{before:.0f} / {seen.memory[-1]:.0f}",
    }


async def extracts(address: str, questions: Sequence[str], at_once: int, each: int) -> Seen:
    """JSON answers, so many under way all the time."""
    seen, turn = Seen(), itertools.cycle(questions)

    async def one(session: aiohttp.ClientSession) -> None:
        for _ in range(each):
            began = time.perf_counter()
            async with session.post(f"{address}/v1/ask", json={"question": next(turn)}) as response:
                if response.status != 200:
                    seen.errors.append(str(response.status))
                await response.read()
            seen.whole.append(time.perf_counter() - began)

    async with _session(300) as session:
        await asyncio.gather(*(one(session) for _ in range(at_once)))
    return seen


def _session(seconds: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=seconds), read_bufsize=2**20
    )


async def _watch(pids: Pids, seen: Seen) -> None:
    await asyncio.sleep(_RAMP * 2)
    while True:
        seen.memory.append(_resident(pids))
        await asyncio.sleep(5)


def _worked(pids: Pids) -> float:
    """Seconds that processors have worked for the processes."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _resident(pids: Pids) -> float:
    """Resident memory of the processes in MB."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
