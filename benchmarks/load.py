"""The running service under many askers at once, beside what the model alone takes.

    python -m benchmarks.load [--articles DIR | --data DIR] [--workers N] [--streams N …] [--minutes M] [--idle N]
                              [--at-once N] [--only NAME …] [--out FILE]

--articles are ingested first (default: examples/articles); --data is a folder that is ingested already. Questions ask
for sections of its articles, each another one; kept answers are off, so that every question is answered anew. More than
one worker share a Chroma server, which is started for them.

steady: N streams are open all the time, for M minutes the last number of them, against a model that takes a second to
its first token (benchmarks/load_model.py, in a process of its own); the same streams straight to the model first.
burst: N streams opened in the same moment. idle: N connections wait for a model that does not answer, and get their
signs of life. extracts: answers without a model, so many at once. outage: the last number of streams, while the Chroma
server is killed, and started again after twenty seconds. stop: as many streams are open when the service gets SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.embedder import table
from benchmarks.load_askers import Row, Seen, ask, ask_model, burst, extracts, idle, percentile, steady
from benchmarks.load_servers import ChromaServer, Pids, model_of, processes_of
from benchmarks.running import Footnote
from ingest.index import Catalogue

_LIMITS = {
    "FOOTNOTE_LIMITS__PER_MINUTE": "0",
    "FOOTNOTE_LIMITS__AT_ONCE": "4000",
    "FOOTNOTE_CACHE__ENABLED": "false",
    "FOOTNOTE_CHAT__MODEL": "steady",
}
# Seconds after which Chroma is killed, and after which it is there again.
_KILLED, _BACK, _OUTAGE = 40.0, 60.0, 100.0
_TOLD_TO_STOP = 5.0
_EVERYTHING = ("steady", "burst", "idle", "extracts", "outage", "stop")


class Load:
    """The loads of one index, and the rows they have made."""

    def __init__(self, data: Path, folder: Path, chroma: ChromaServer | None, options: argparse.Namespace) -> None:
        self.tables: dict[str, list[Row]] = {}
        self._data, self._folder, self._chroma, self._options = data, folder, chroma, options
        self._base = settings_of(chroma, options.workers)
        self._questions = questions_of(data)

    def steady(self) -> None:
        """So many streams all the time, each number of them beside the model alone."""
        with self._asked(1.0) as (model, address, pids):
            asyncio.run(burst(ask, address, self._questions, 4))
            for streams in self._options.streams:
                alone = asyncio.run(steady(ask_model, model, self._questions, streams, 45, pids))
                alone.memory.clear()
                alone.worked = 0
                self._row("streams", alone.row(f"model alone, {streams} open"))
                minutes = self._options.minutes if streams == self._options.streams[-1] else 1.5
                seen = asyncio.run(steady(ask, address, self._questions, streams, minutes * 60, pids))
                self._row("streams", seen.row(f"{streams} open, {minutes:g} min", alone))
                _tell(seen)

    def burst(self) -> None:
        """The last number of streams in one moment."""
        most = self._options.streams[-1]
        with self._asked(1.0) as (model, address, _):
            asyncio.run(burst(ask, address, self._questions, 4))
            alone = asyncio.run(burst(ask_model, model, self._questions, most))
            self._row("streams", alone.row(f"model alone, {most} in one moment"))
            seen = asyncio.run(burst(ask, address, self._questions, most))
            self._row("streams", seen.row(f"{most} in one moment", alone))
            _tell(seen)

    def idle(self) -> None:
        """Connections that wait."""
        with self._asked(600.0) as (_, address, pids):
            options = self._options
            self._row("idle", asyncio.run(idle(address, self._questions, options.idle, options.wait, pids)))

    def extracts(self) -> None:
        """Answers without a model."""
        with Footnote(self._folder, self._data, _LIMITS | self._base).serving() as client:
            address = str(client.base_url).rstrip("/")
            asyncio.run(extracts(address, self._questions, 2, 5))
            for at_once in (1, self._options.at_once):
                seen = asyncio.run(extracts(address, self._questions, at_once, 200 // at_once))
                middle, late = (percentile(seen.whole, p) * 1000 for p in (50, 95))
                self._row(
                    "extracts",
                    {
                        "at once": at_once,
                        "answers": len(seen.whole),
                        "errors": len(seen.errors),
                        "p50 / p95 ms": f"{middle:.0f} / {late:.0f}",
                        "a second": f"{at_once / (sum(seen.whole) / len(seen.whole)):.0f}",
                    },
                )

    def outage(self) -> None:
        """Chroma is killed and started again beside so many streams."""
        chroma, streams = self._chroma, self._options.streams[-1]
        if chroma is None:
            raise SystemExit("An outage needs a Chroma server: --workers 2.")
        with self._asked(1.0) as (_, address, pids):

            async def measured() -> Seen:
                loop = asyncio.get_running_loop()
                loop.call_later(_KILLED, chroma.kill)
                back = loop.call_later(_BACK, loop.run_in_executor, None, chroma.start)
                seen = await steady(ask, address, self._questions, streams, _OUTAGE, pids)
                assert not back.cancelled()
                return seen

            seen = asyncio.run(measured())
            after = asyncio.run(burst(ask, address, self._questions, 20))
            row = {
                "load": f"{streams} open, Chroma away for {_BACK - _KILLED:.0f} s",
                "answers": len(seen.whole),
                "errors": len(seen.errors),
                "from keywords, marked": seen.by_keywords,
                "of 20 afterwards": after.by_keywords,
            }
            self._row("outage", row)
            _tell(seen)

    def stop(self) -> None:
        """SIGTERM while so many streams are open."""
        streams = self._options.streams[-1]
        with self._asked(1.0) as (_, address, pids):

            async def measured() -> Seen:
                asyncio.get_running_loop().call_later(_TOLD_TO_STOP, os.kill, pids[0], signal.SIGTERM)
                return await burst(ask, address, self._questions, streams)

            seen = asyncio.run(measured())
            load = f"{streams} open, told to stop after {_TOLD_TO_STOP:.0f} s"
            self._row("stop", {"load": load, "answers": len(seen.whole), "errors": len(seen.errors)})
            _tell(seen)

    @contextmanager
    def _asked(self, first: float) -> Iterator[tuple[str, str, Pids]]:
        """Addresses of a model and of the service that asks it, and the service's processes."""
        with model_of(first, self._options.pause) as model:
            settings = _LIMITS | self._base | {"FOOTNOTE_CHAT__BASE_URL": model, "FOOTNOTE_SHUTDOWN": "60"}
            settings |= {"FOOTNOTE_CHAT__TIMEOUT": "600"} if first > 60 else {}
            with Footnote(self._folder, self._data, settings).serving() as client:
                yield model, str(client.base_url).rstrip("/"), processes_of(self._data)

    def _row(self, name: str, row: Row) -> None:
        """Keep a row and show it at once: what comes after it may take long, or fail."""
        self.tables.setdefault(name, []).append(row)
        print(json.dumps(row), file=sys.stderr, flush=True)


def settings_of(chroma: ChromaServer | None, workers: int) -> dict[str, str]:
    """What tells the command of its Chroma server and workers."""
    return {"FOOTNOTE_CHROMA_URL": chroma.url, "FOOTNOTE_WORKERS": str(workers)} if chroma else {}


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


def _tell(seen: Seen) -> None:
    for error, times in sorted({e: seen.errors.count(e) for e in seen.errors}.items()):
        print(f"{times} × {error}", file=sys.stderr)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=Path("examples/articles"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--streams", type=int, nargs="+", default=[50, 100, 200])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--pause", type=float, default=0.25, help="seconds between four words of the model's reply")
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--wait", type=float, default=60, help="seconds that idle connections wait")
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--only", nargs="+", choices=_EVERYTHING, default=_EVERYTHING[:4])
    parser.add_argument("--out", type=Path, help="where to write the rows as JSON")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        chroma = ChromaServer(Path(folder)) if options.workers > 1 else None
        try:
            data = options.data or Path(folder) / "data"
            if options.data is None:
                ingesting = Footnote(Path(folder), data, settings_of(chroma, 1))
                done = ingesting.run("ingest", str(options.articles.resolve()))
                if done.returncode:
                    raise SystemExit(done.stderr)
            load = Load(data.resolve(), Path(folder), chroma, options)
            for name in options.only:
                getattr(load, name)()
        finally:
            if chroma is not None:
                chroma.kill()
    for name, rows in load.tables.items():
        print(f"\n{name}\n\n{table(rows)}")
    if options.out:
        options.out.write_text(json.dumps(load.tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
