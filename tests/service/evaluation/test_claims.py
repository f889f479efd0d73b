"""Verification measured by claims."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.embedding.hashing import HashingEmbedder
from service.answering.verifying.judge import Judged, Pair
from service.answering.verifying.judging import Judging
from service.errors import JudgeUnavailable
from service.evaluation.claims import Claim, Nearness, claim_report, holds_claims, judged, judged_by, read_claims
from service.evaluation.rows import BadRows

PASSAGE = "The ferry leaves Holmsund at 06:40 on weekdays.\nBicycles travel free of charge on the lower deck."


def claim(text: str, supported: bool, source: str = "ferry", passage: str = PASSAGE) -> Claim:
    return Claim(text, source, "en", text, passage, supported)


def test_claims_are_told_from_questions_and_bad_ones_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(json.dumps({"claim": "A.", "passage": "A.", "supported": True}) + "\n", "utf-8")
    assert holds_claims(path)
    assert read_claims(path) == [Claim("1", "all", "", "A.", "A.", True)]
    path.write_text(json.dumps({"claim": "A.", "passage": "A."}) + "\n", "utf-8")
    with pytest.raises(BadRows, match="line 1: supported has to be true or false, and there is no supported"):
        read_claims(path)
    path.write_text(json.dumps({"question": "A?"}) + "\n", "utf-8")
    assert not holds_claims(path)


def test_what_a_passage_says_scores_above_what_it_does_not() -> None:
    results = [
        judged(claim("Bicycles travel free of charge on the ferry's lower deck.", True)),
        judged(claim("The ferry leaves Holmsund at 07:15 on weekdays.", False)),
        judged(claim("自行车在下层甲板免费。", True, "渡轮", "自行车在渡轮的下层甲板免费运输。")),
        judged(claim("灯塔由市政府重新粉刷。", False, "渡轮", "自行车在渡轮的下层甲板免费运输。")),
    ]
    assert [r.support == "supported" for r in results] == [True, False, True, False]
    report = claim_report(results, "footnote eval claims.jsonl")
    assert [(s.name, s.claims, s.supported, s.auroc) for s in report.sources] == [
        ("ferry", 2, 1, 1.0),
        ("渡轮", 2, 1, 1.0),
        ("all", 4, 2, 1.0),
    ]
    assert report.mean_auroc == 1.0
    assert report.sources[0].balanced_accuracy == 1.0


def test_a_claim_in_another_script_is_compared_by_meaning_and_only_that() -> None:
    loaded = []

    def load() -> HashingEmbedder:
        loaded.append(1)
        return HashingEmbedder(64)

    nearness = Nearness(load)
    judged(claim("Bicycles travel free.", True), nearness)
    assert not loaded
    judged(claim("自行车免费。", True), nearness)
    judged(claim("狗半价。", False), nearness)
    assert loaded == [1]
    assert nearness("same words", ["other", "same words"]) == pytest.approx(1.0)
    assert nearness("same words", []) is None


class Judge:
    """Gives this chance to every pair, or is down; remembers the pairs."""

    def __init__(self, chance: float | None = None, down: bool = False) -> None:
        self.chance, self.down, self.asked = chance, down, list[Pair]()

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        if self.down:
            raise JudgeUnavailable("it is down")
        self.asked.extend(pairs)
        return Judged((self.chance,) * len(pairs))


WORDED = [
    claim("Bicycles travel free of charge on the lower deck.", True),
    claim("The ferry leaves Holmsund at 07:15 on weekdays.", False),
    claim("Cyclists ride along gratis.", True),
]


@pytest.mark.parametrize(("chance", "support"), [(0.95, "supported"), (0.4, "partial"), (None, "unsupported")])
async def test_a_judge_is_measured_where_words_are_unsure(chance: float | None, support: str) -> None:
    words = [judged(one) for one in WORDED]
    judge = Judge(chance)
    made = await judged_by(Judging(judge, 5), WORDED, words)
    assert judge.asked == [Pair("Cyclists ride along gratis.", PASSAGE)]
    assert made[:2] == words[:2]
    assert made[2].support == support
    assert made[2].score == (words[2].score if chance is None else chance)


async def test_a_judge_that_fails_ends_the_run_and_the_claim_is_named() -> None:
    with pytest.raises(
        JudgeUnavailable, match=r"^The claim Cyclists ride along gratis\. could not be judged: it is down\.$"
    ):
        await judged_by(Judging(Judge(down=True), 5), WORDED, [judged(one) for one in WORDED])
