"""The running service under many askers at once, beside what the model alone takes.

    python -m benchmarks.load [--articles DIR | --data DIR] [--streams N …] [--minutes M] [--idle N] [--at-once N]
                              [--only NAME …] [--out FILE]

--articles are ingested first (default: examples/articles); --data is a folder that is ingested already. Questions ask
for sections of its articles, each another one; kept answers are off, so that every question is answered anew.

steady: N streams are open all the time, for M minutes the last number of them, against a model that takes a second to
its first token (benchmarks/load_model.py, in a process of its own); the same streams straight to the model first.
burst: N streams opened in the same moment. idle: N connections wait for a model that does not answer, and get their
signs of life. extracts: answers without a model, so many at once.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import httpx

from benchmarks.embedder import table
from benchmarks.running import Footnote, free_port
from ingest.index import Catalogue

Row = dict[str, object]
_RAMP = 30.0  # seconds in which a steady load begins
_SENTENCE = "This is one of ten sentences that are about as long as those of the articles are, on the whole."
_PROMPT = f'<source number="1" title="T">\n{" ".join([_SENTENCE] * 10)}\n</source>'
_LIMITS = {
    "FOOTNOTE_LIMITS__PER_MINUTE": "0",
    "FOOTNOTE_LIMITS__AT_ONCE": "4000",
    "FOOTNOTE_CACHE__ENABLED": "false",
    "FOOTNOTE_CHAT__MODEL": "steady",
}


@dataclass
class Seen:
    """What a kind of load met; seconds to the first sentence and to the end of each answer."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    fell_back: int = 0
    memory: list[float] = field(default_factory=list)
    worked: float = 0.0

    def row(self, load: str, beside: Seen | None = None) -> Row:
        """A line of the table."""
        own = f"{_at(self.first, 95) - _at(beside.first, 95):+.2f}" if beside else ""
        return {
            "load": load,
            "answers": len(self.whole),
            "errors": len(self.errors),
            "extracts instead": self.fell_back,
            "first sentence p50 / p95 s": f"{_at(self.first, 50):.2f} / {_at(self.first, 95):.2f}",
            "p95 beside the model's s": own,
            "whole p95 s": f"{_at(self.whole, 95):.2f}",
            "processor ms an answer": f"{self.worked * 1000 / len(self.whole):.0f}" if self.worked else "",
            "memory from / to MB": f"{self.memory[0]:.0f} / {self.memory[-1]:.0f}" if self.memory else "",
        }


def _at(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values) or [float("nan")]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[str]:
    async for line in response.content:
        yield line.decode().rstrip("\n")


async def _ask(session: aiohttp.ClientSession, address: str, question: str, seen: Seen) -> None:
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
                    seen.whole.append(time.perf_counter() - began)
                    return
        seen.errors.append("the stream ended without an answer")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        seen.errors.append(f"{type(error).__name__}: {error}")


async def _ask_model(session: aiohttp.ClientSession, address: str, _: str, seen: Seen) -> None:
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


async def _steady(asks: Asks, address: str, questions: Sequence[str], streams: int, seconds: float, pid: int) -> Seen:
    """So many streams open all the time."""
    seen, turn = Seen(), itertools.cycle(questions)
    end = time.perf_counter() + seconds

    async def one(session: aiohttp.ClientSession, delay: float) -> None:
        await asyncio.sleep(delay)
        while time.perf_counter() < end:
            await asks(session, address, next(turn), seen)

    async with _session(seconds + 120) as session:
        watching, worked = asyncio.create_task(_watch(pid, seen)), _worked(pid)
        await asyncio.gather(*(one(session, _RAMP * i / streams) for i in range(streams)))
        watching.cancel()
        seen.worked = _worked(pid) - worked
    return seen


async def _burst(asks: Asks, address: str, questions: Sequence[str], streams: int) -> Seen:
    seen = Seen()
    async with _session(300) as session:
        turn = itertools.islice(itertools.cycle(questions), streams)
        await asyncio.gather(*(asks(session, address, question, seen) for question in turn))
    return seen


async def _idle(address: str, questions: Sequence[str], connections: int, seconds: float, pid: int) -> Row:
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
        before = _resident(pid)
        waiting = [asyncio.create_task(one(session, i)) for i in range(connections)]
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            began = time.perf_counter()
            async with session.get(f"{address}/healthz") as response:
                await response.read()
            healthy.append(time.perf_counter() - began)
            await asyncio.sleep(0.5)
        seen.memory.append(_resident(pid))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return {
        "connections": connections,
        "with signs of life": len(alive),
        "errors": errors,
        "/healthz p95 ms": f"{_at(healthy, 95) * 1000:.0f}",
        "memory before / with them MB": f"{before:.0f} / {seen.memory[-1]:.0f}",
    }


async def _extracts(address: str, questions: Sequence[str], at_once: int, each: int) -> Seen:
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


async def _watch(pid: int, seen: Seen) -> None:
    await asyncio.sleep(_RAMP * 2)
    while True:
        seen.memory.append(_resident(pid))
        await asyncio.sleep(5)


def _worked(pid: int) -> float:
    """Seconds that processors have worked for a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


@contextmanager
def _model(first: float, pause: float) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.load_model", "--port", str(port), "--first", str(first)]
    process = subprocess.Popen([*command, "--pause", str(pause)])
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()  # it would wait for those it has not answered
        process.wait()


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            httpx.post(address, json={"messages": [{"content": ""}]}, timeout=30, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing listens at {address}.")


def questions_of(data: Path) -> list[str]:
    """A question for each section of the articles."""
    catalogue = Catalogue(data)
    found, after = [], None
    while lines := catalogue.listed(["public"], 200, after):
        after = lines[-1].id
        for line in lines:
            article = catalogue.article(line.id, groups=["public"])
            for section in article.sections if article else ():
                found.append(f"What does {line.title} say about {section.heading}?")
    catalogue.close()
    return found


def measured(data: Path, folder: Path, options: argparse.Namespace) -> dict[str, list[Row]]:
    """The tables, by name."""
    questions = questions_of(data)
    tables: dict[str, list[Row]] = {}
    wanted = options.only
    if "steady" in wanted or "burst" in wanted:
        with _model(1.0, options.pause) as model:
            settings = _LIMITS | {"FOOTNOTE_CHAT__BASE_URL": model}
            with Footnote(folder, data, settings).serving() as client:
                address, pid = str(client.base_url).rstrip("/"), _pid(data)
                asyncio.run(_burst(_ask, address, questions, 4))
                if "steady" in wanted:
                    for streams in options.streams:
                        alone = asyncio.run(_steady(_ask_model, model, questions, streams, 45, pid))
                        alone.memory.clear()
                        alone.worked = 0
                        _row(tables, "streams", alone.row(f"model alone, {streams} open"))
                        minutes = options.minutes if streams == options.streams[-1] else 1.5
                        seen = asyncio.run(_steady(_ask, address, questions, streams, minutes * 60, pid))
                        _row(tables, "streams", seen.row(f"{streams} open, {minutes:g} min", alone))
                        _tell(seen)
                if "burst" in wanted:
                    most = options.streams[-1]
                    alone = asyncio.run(_burst(_ask_model, model, questions, most))
                    _row(tables, "streams", alone.row(f"model alone, {most} in one moment"))
                    seen = asyncio.run(_burst(_ask, address, questions, most))
                    _row(tables, "streams", seen.row(f"{most} in one moment", alone))
                    _tell(seen)
    if "idle" in wanted:
        with _model(600.0, 1) as model:
            settings = _LIMITS | {"FOOTNOTE_CHAT__BASE_URL": model, "FOOTNOTE_CHAT__TIMEOUT": "600"}
            with Footnote(folder, data, settings).serving() as client:
                address = str(client.base_url).rstrip("/")
                _row(tables, "idle", asyncio.run(_idle(address, questions, options.idle, options.wait, _pid(data))))
    if "extracts" in wanted:
        with Footnote(folder, data, _LIMITS).serving() as client:
            address = str(client.base_url).rstrip("/")
            asyncio.run(_extracts(address, questions, 2, 5))
            for at_once in (1, options.at_once):
                seen = asyncio.run(_extracts(address, questions, at_once, 200 // at_once))
                _row(
                    tables,
                    "extracts",
                    {
                        "at once": at_once,
                        "answers": len(seen.whole),
                        "errors": len(seen.errors),
                        "p50 / p95 ms": f"{_at(seen.whole, 50) * 1000:.0f} / {_at(seen.whole, 95) * 1000:.0f}",
                        "a second": f"{at_once / (sum(seen.whole) / len(seen.whole)):.0f}",
                    },
                )
    return tables


def _row(tables: dict[str, list[Row]], name: str, row: Row) -> None:
    """Keep a row and show it at once: what comes after it may take long, or fail."""
    tables.setdefault(name, []).append(row)
    print(json.dumps(row), file=sys.stderr, flush=True)


def _pid(data: Path) -> int:
    return int(json.loads((data / "owner.lock").read_text())["pid"])


def _tell(seen: Seen) -> None:
    for error, times in sorted({e: seen.errors.count(e) for e in seen.errors}.items()):
        print(f"{times} × {error}", file=sys.stderr)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=Path("examples/articles"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--streams", type=int, nargs="+", default=[50, 100, 200])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--pause", type=float, default=0.25, help="seconds between four words of the model's reply")
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--wait", type=float, default=60, help="seconds that idle connections wait")
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--only", nargs="+", default=["steady", "burst", "idle", "extracts"])
    parser.add_argument("--out", type=Path, help="where to write the rows as JSON")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        data = options.data or Path(folder) / "data"
        if options.data is None:
            done = Footnote(Path(folder), data, {}).run("ingest", str(options.articles.resolve()))
            if done.returncode:
                raise SystemExit(done.stderr)
        tables = measured(data.resolve(), Path(folder), options)
    for name, rows in tables.items():
        print(f"\n{name}\n\n{table(rows)}")
    if options.out:
        options.out.write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
