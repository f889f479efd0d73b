"""Histories in which ingest is killed: what is done, when it is killed, and what must hold meanwhile and at the end."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ingest.reading import hashed
from ingest.terms import terms
from tests.fakes.embedding_endpoint import DIMENSIONS, Endpoint
from tests.fakes.ingesting import AT_ONCE, BATCH, QUESTION, Sight, Site, Work, look, perform

NAMES = ("amber", "basalt", "cobalt", "dolomite", "emerald", "feldspar", "garnet", "hematite")
COPY, ORIGINAL = "zz-copy", "amber"
CHANGED, GONE = ("amber", "cobalt", "emerald", "garnet"), ("amber", "basalt", "feldspar")
WORDS = {name: terms(name)[0] for name in NAMES} | {COPY: terms(ORIGINAL)[0]}
# Batches that may have been answered and not been kept yet.
IN_FLIGHT = (AT_ONCE + 1) * BATCH


@dataclass(frozen=True)
class Phase:
    """An operation on a prepared index: what search sees before it and after it, and how long it takes undisturbed."""

    name: str
    operation: str
    base: Path
    before: Sight | None
    after: Sight
    seconds: float
    answers: int


@dataclass
class History:
    """What became of one."""

    phase: str
    how: str
    kills: int = 0
    asked_again: int = 0
    wrong: list[str] = field(default_factory=list)


class Histories:
    """Prepares every phase, and plays histories on them."""

    def __init__(self, folder: Path, endpoint: Endpoint) -> None:
        self._folder, self._endpoint = folder, endpoint
        self._site = Site(folder / "site", endpoint.url, GONE)
        endpoint.seconds = 0.004
        articles = self._site.articles
        articles.mkdir(parents=True)
        for name in NAMES:
            (articles / f"{name}.md").write_text(_text(name, 1))
        shutil.copy(articles / f"{ORIGINAL}.md", articles / f"{COPY}.md")
        self.phases = [self._prepared("add", "ingest")]
        first = self._kept("first")
        for name in CHANGED:
            (articles / f"{name}.md").write_text(_text(name, 2))
        self.phases.append(self._prepared("change", "ingest"))
        self._placed(first)
        for name in GONE:
            (articles / f"{name}.md").unlink()
        self.phases.append(self._prepared("remove", "ingest"))
        self._placed(first)
        self.phases += [self._prepared(name, name) for name in ("remove by id", "rebuild", "rollback")]

    def play(self, phase: Phase, seed: int) -> History:
        """Kill the operation where the seed says, look what search sees, and let the operation come to its end."""
        chance = random.Random(seed)
        self._placed(phase.base)
        self._endpoint.reset()
        how = chance.choice(("moment", "moment", "before an answer", "after an answer")) if phase.answers else "moment"
        history, cached = History(phase.name, how), dict[str, set[str]]()
        for _ in range(2 if chance.random() < 0.25 else 1):
            before = Counter(self._endpoint.asked)
            killed = self._killed(phase, how, chance)
            history.wrong += self._paid_twice(before, cached)
            if killed:
                history.kills += 1
                sight = self._look()
                history.wrong += [f"after a kill: {one}" for one in wrong_meanwhile(phase, sight)]
                cached = sight.cached if sight else {}
        before = Counter(self._endpoint.asked)
        try:
            Work.begin(perform, self._site, phase.operation).result()
        except Exception as error:
            return History(phase.name, how, history.kills, 0, [*history.wrong, f"the next run failed: {error!r}"])
        history.wrong += self._paid_twice(before, cached)
        history.asked_again = sum(n - 1 for (_, text), n in self._endpoint.asked.items() if text != QUESTION)
        if history.asked_again > history.kills * IN_FLIGHT:
            history.wrong.append(f"{history.asked_again} texts were asked for again")
        history.wrong += [f"at the end: {one}" for one in wrong_at_the_end(phase, self._look())]
        return history

    def _paid_twice(self, before: Counter[tuple[str, str]], cached: dict[str, set[str]]) -> list[str]:
        return [
            f"embedded although it was cached: {text[:60]}"
            for model, text in self._endpoint.asked - before
            if hashed(text.encode()) in cached.get(f"{model}@{DIMENSIONS}", ())
        ]

    def _killed(self, phase: Phase, how: str, chance: random.Random) -> bool:
        """Start the operation and kill it; False where it was done before."""
        last = self._endpoint.answers + chance.randint(1, max(1, phase.answers))
        late = chance.choice((0.0, chance.uniform(0, 0.02)))
        work = Work.begin(perform, self._site, phase.operation)

        def kill_at(answer: int) -> None:
            if answer == last:
                time.sleep(late)
                work.kill()

        if how == "moment":
            time.sleep(chance.uniform(0, phase.seconds))
            work.kill()
        elif how == "before an answer":
            self._endpoint.before_answer = kill_at
        else:
            self._endpoint.after_answer = kill_at
        killed = work.killed()
        self._endpoint.before_answer = self._endpoint.after_answer = lambda _: None
        return killed

    def _prepared(self, name: str, operation: str) -> Phase:
        """Keep what is there now as the phase's beginning, and run it once undisturbed."""
        base, before = self._kept(name), self._look()
        self._endpoint.reset()
        work = Work.begin(perform, self._site, operation)
        began = time.perf_counter()
        work.result()
        seconds = time.perf_counter() - began
        asked = [n for (_, text), n in self._endpoint.asked.items() if text != QUESTION]
        assert all(n == 1 for n in asked), f"{name}: a text was embedded twice"
        after = self._look()
        assert after is not None
        phase = Phase(name, operation, base, before, after, seconds, self._endpoint.answers)
        assert not (wrong := wrong_at_the_end(phase, phase.after)), f"{name}: {wrong}"
        return phase

    def _kept(self, name: str) -> Path:
        shutil.copytree(self._site.folder, self._folder / "bases" / name)
        return self._folder / "bases" / name

    def _placed(self, base: Path) -> None:
        shutil.rmtree(self._site.folder)
        shutil.copytree(base, self._site.folder)

    def _look(self) -> Sight | None:
        """What a fresh process sees; None where there is no index."""
        keys = sorted({hashed(text.encode()) for _, text in self._endpoint.asked})
        sight: Sight | None = Work.begin(look, self._site, WORDS, keys).result()
        return sight


def wrong_meanwhile(phase: Phase, sight: Sight | None) -> list[str]:
    """What a reader must never see, however far the operation came."""
    if sight is None:
        return ["the index is gone"] if phase.before else []
    wrong = list(_torn(sight))
    before = phase.before.articles if phase.before else {}
    for name, seen in sight.articles.items():
        known = [a.text for a in (before.get(name), phase.after.articles.get(name)) if a]
        if name == COPY:
            known += [a.text for a in (before.get(ORIGINAL), phase.after.articles.get(ORIGINAL)) if a]
        if seen.text not in known:
            wrong.append(f"{name} has a text that it never had")
        if seen.waiting and name in before:
            wrong.append(f"{name} was found by vectors and waits for them now")
    texts = {seen.text for seen in sight.articles.values()}
    for name, was in before.items():
        if name not in sight.articles and name in phase.after.articles:
            wrong.append(f"{name} is not found at all")
        copied = name in (phase.before.copies.values() if phase.before else ())
        if copied and was.text not in texts:
            wrong.append(f"what {name} says is not found although a copy of it is there")
    return wrong


def wrong_at_the_end(phase: Phase, sight: Sight | None) -> list[str]:
    """What is not as after a run that nobody disturbed."""
    if sight is None:
        return ["there is no index"]
    wrong = list(_torn(sight))
    if sight.articles != phase.after.articles:
        wrong.append("the articles are others than after an undisturbed run")
    if sight.copies != phase.after.copies:
        wrong.append("the duplicates are others than after an undisturbed run")
    left = {state: n for state, n in sight.states.items() if state != "ready" and n}
    if left:
        wrong.append(f"chunks are left over: {left}")
    served = sum(a.chunks for a in sight.articles.values())
    if {served, sight.states["ready"], sight.indexed, sight.stored} != {served}:
        wrong.append(f"{served} chunks, {sight.states}, {sight.indexed} keywords, {sight.stored} vectors")
    if sight.model != phase.after.model:
        wrong.append(f"{sight.model} serves")
    return wrong + [f"verification: {one}" for one in sight.findings]


def _torn(sight: Sight) -> list[str]:
    """Articles of which search sees another version than the catalogue says, parts of one, two, or none."""
    wrong = []
    for name in WORDS:
        seen = sight.articles.get(name)
        whole = {seen.version: set(range(seen.chunks))} if seen else {}
        if sight.keywords[name] != whole:
            wrong.append(f"{name}: keywords find {sight.keywords[name]}, not {whole}")
        if (seen is None or not seen.waiting) and sight.vectors[name] != whole:
            wrong.append(f"{name}: vectors find {sight.vectors[name]}, not {whole}")
    return wrong


def _text(name: str, edition: int) -> str:
    said = (f"Line {n} of edition {edition} says that {name} weighs {n * 7 + edition} grams." for n in range(36))
    return f"---\nlang: en\n---\n# Report on {name}\n\n" + " ".join(said) + "\n"
