"""Ingest is killed anywhere: search goes on seeing one version of each article, and the next run finishes the work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.fakes.embedding_endpoint import serving
from tests.fakes.killing import Histories, History

PHASES = ("add", "change", "remove", "remove by id", "rebuild", "rollback")


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Histories]:
    with serving() as endpoint:
        yield Histories(tmp_path_factory.mktemp("killed"), endpoint)


def failures(played: list[tuple[int, History]]) -> list[str]:
    return [f"{one.phase}, seed {seed}, by {one.how}: {wrong}" for seed, one in played for wrong in one.wrong]


@pytest.mark.slow
@pytest.mark.parametrize("name", PHASES)
def test_a_killed_run_leaves_one_version_to_search_and_is_finished_by_the_next(histories: Histories, name: str) -> None:
    phase = next(p for p in histories.phases if p.name == name)
    played: list[tuple[int, History]] = []
    while sum(one.kills for _, one in played) < 2 and len(played) < 20:
        played.append((len(played), histories.play(phase, len(played))))
    assert not failures(played)
    assert sum(one.kills for _, one in played) >= 2


@pytest.mark.slow
def test_hundreds_of_kills_lose_nothing(histories: Histories) -> None:
    played: list[tuple[int, History]] = []
    seed = 1000
    while sum(one.kills for _, one in played) < 240:
        for phase in histories.phases:
            played.append((seed, histories.play(phase, seed)))
            seed += 1
    kills, ways, again = Counter[str](), Counter[str](), Counter[str]()
    for _, one in played:
        kills[one.phase] += one.kills
        ways[one.how] += one.kills
        again[one.phase] += one.asked_again
    print(f"\n{kills.total()} kills in {len(played)} histories, by phase {dict(kills)}, by way {dict(ways)}")
    print(f"texts asked for again by phase {dict(again)}; wrong: {len(failures(played))}")
    assert not failures(played)
    assert all(kills[name] for name in PHASES)
