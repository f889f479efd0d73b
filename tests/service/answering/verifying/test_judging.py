"""Who is judged, by which quotes, and what a verdict makes of a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.embedding.hashing import HashingEmbedder
from ingest.errors import SettingsError
from service.answering.cite import Cited, Quote, cite
from service.answering.markers import Claim
from service.answering.verifying.judge import Judge, Judged, Pair
from service.answering.verifying.judging import Held, Judging, unsure
from service.answering.verifying.judging_chat import verdicts
from service.answering.verifying.judging_entailment import EntailmentJudge
from service.answering.verifying.verify import Check, contradicted, judged
from service.errors import JudgeUnavailable
from service.models.base import Usage
from service.models.cross_encoder import CrossEncoder
from tests.fakes.cross_encoder import write_cross_encoder
from tests.fakes.evidence import passage

RETURNS = "The return rate of live orders reached 31.4% in the first quarter."
OTHER = "Lunch is served at noon."
PARAPHRASE = "Customers sent back almost a third of what they bought in live rooms."
EVIDENCE = [passage(f"{RETURNS} {OTHER}", 1), passage("直播订单的退货率在第一季度达到 31.4%。", 2)]
LABELS = ("Contradiction", "ENTAILMENT", "neutral")


EMBED = HashingEmbedder(384).passages


def looked_at(text: str, *sources: int) -> Cited | None:
    claim = Claim(text, sources)
    return unsure(claim, cite(claim, EVIDENCE, EMBED), EVIDENCE, EMBED)


# Who is judged


@pytest.mark.parametrize(
    "text",
    [
        RETURNS,
        "The return rate of live orders reached 41.3%.",
        "The return rate of live orders never reached 31.4% in the first quarter.",
        "The return rate of live orders did not reach 31.4%.",
        "直播订单的退货率达到 41.3%。",
    ],
)
def test_what_words_bear_or_contradict_is_not_judged(text: str) -> None:
    assert looked_at(text, 1) is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The office is open on Sundays.", "The office is open on Saturdays. The office is not open on Sundays."),
        ("Visitors may enter on Sundays.", "On Sundays no visitor may enter. Visitors may enter on Saturdays by card."),
        ("访客周日可以进入。", "周日访客不得进入。访客周六可以凭证进入。"),
    ],
)
def test_a_judge_is_not_asked_by_another_sentence_of_what_the_nearest_one_denies(text: str, source: str) -> None:
    evidence, claim = [passage(source, 1)], Claim(text, (1,))
    assert unsure(claim, cite(claim, evidence, EMBED), evidence, EMBED) is None
    other = [passage(source.replace("not ", "").replace("no visitor", "a visitor").replace("不得", "也许"), 1)]
    assert unsure(claim, Cited(text, (), Check("unsupported", 0.0)), other, EMBED) is not None


@pytest.mark.parametrize(
    "text", [PARAPHRASE, "Live orders came back at a rate of 31.4%.", "Lunch helps everybody at noon."]
)
def test_what_words_neither_bear_nor_contradict_is_judged_by_the_nearest_quotes(text: str) -> None:
    near = looked_at(text, 1)
    assert near is not None
    assert near.text == text
    assert near.quotes
    assert {q.text for q in near.quotes} <= {RETURNS, OTHER, f"{RETURNS} {OTHER}"}


def test_a_claim_in_another_script_is_judged_by_quotes_of_the_source_it_names() -> None:
    near = looked_at("Almost a third of what live rooms sold came back.", 2)
    assert near is not None
    assert [q.passage.number for q in near.quotes] == [2]


def test_without_any_evidence_there_is_nothing_to_judge_by() -> None:
    claim = Claim(PARAPHRASE, ())
    assert unsure(claim, cite(claim, [], EMBED), [], EMBED) is None


@pytest.mark.parametrize(
    ("claim", "quote", "is_so"),
    [
        ("The rate is 31%.", "The rate is 30%.", True),
        ("Leave expires in March.", "Leave does not expire in March.", True),
        ("Leave never expires.", "假期过期作废。", True),
        ("假期有 15 天。", "There are 14 days of leave.", True),
        ("假期有 15 天。", "There are 15 days of leave.", False),
        ("Leave lapses.", "Leave that is not taken expires.", False),
        ("15 days", "15 days", False),
    ],
)
def test_numbers_and_negation_contradict_and_other_words_do_not(claim: str, quote: str, is_so: bool) -> None:
    assert contradicted(claim, [quote]) is is_so


# What a verdict makes of a sentence


@pytest.mark.parametrize(("chance", "support"), [(0.9, "supported"), (0.5, "partial"), (0.1, "unsupported")])
def test_a_chance_is_read_as_that_of_words_is(chance: float, support: str) -> None:
    assert judged(PARAPHRASE, [RETURNS], chance) == Check(support, chance)  # type: ignore[arg-type]


def test_words_in_quotation_marks_have_to_stand_so_whatever_a_judge_says() -> None:
    assert judged("It is called “a cure for all”.", ["It is called a cure for weak brands."], 0.9).support == "partial"


class Says:
    """Gives these chances, remembers what it was asked."""

    def __init__(self, *chances: float | None) -> None:
        self.chances, self.asked = chances, list[Pair]()

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        self.asked.extend(pairs)
        return Judged(self.chances, Usage(9, 3))


class Fails:
    """Is down."""

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        raise JudgeUnavailable("it is down")


class Breaks:
    """Has a fault."""

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        raise KeyError("chances")


class Hangs:
    """Takes no notice of the time it is given."""

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        await asyncio.sleep(30)
        raise AssertionError


def held(count: int) -> list[Held]:
    """Sentences of which each second one is unsure."""
    source = EVIDENCE[0]
    quotes = (Quote(source, 0, len(RETURNS)),)
    return [Held(Cited(f"Sentence {n}.", quotes, Check("partial", 0.6)), n % 2 == 1) for n in range(count)]


async def test_all_that_is_unsure_is_decided_by_one_call_and_the_order_stays() -> None:
    judge = Says(0.9, None, 0.1)
    made = await Judging(judge, 5).decide(held(6))
    assert [pair.claim for pair in judge.asked] == ["Sentence 1.", "Sentence 3.", "Sentence 5."]
    assert {pair.quote for pair in judge.asked} == {RETURNS}
    assert [cited.text for cited in made.sentences] == [f"Sentence {n}." for n in range(6)]
    supports = [cited.check.support for cited in made.sentences]
    assert supports == ["partial", "supported", "partial", "partial", "partial", "unsupported"]
    assert (made.usage, made.note) == (Usage(9, 3), None)


async def test_more_sentences_than_a_judge_can_hold_are_left_to_words() -> None:
    judge = Says(*[0.9] * 20)
    made = await Judging(judge, 5).decide(held(60))
    assert len(judge.asked) == 20
    assert [cited.check.support for cited in made.sentences[1::2]] == ["supported"] * 20 + ["partial"] * 10


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (Fails(), "it is down"),
        (Hangs(), "the judge took longer than 0.05 s"),
        (Breaks(), "the judge failed (KeyError)"),
        (Says(0.9), "the judge gave something else than a chance for each sentence"),
        (Says(0.9, 0.9, 0.9), "the judge gave something else than a chance for each sentence"),
        (Says(0.9, float("nan")), "the judge gave something else than a chance for each sentence"),
        (Says(0.9, 1.5), "the judge gave something else than a chance for each sentence"),
    ],
)
async def test_where_the_judge_fails_or_is_late_words_decide_and_a_note_says_so(judge: Judge, said: str) -> None:
    before = held(4)
    made = await Judging(judge, 0.05).decide(before)
    assert made.sentences == [one.cited for one in before]
    assert made.note == f"words alone decided what the quotes bear: {said}"


# The chat model


@pytest.mark.parametrize(
    ("written", "count", "said"),
    [
        ("1: yes\n2: partly\n3: no", 3, {1: 0.9, 2: 0.5, 3: 0.1}),
        ("1. Yes.\n[2] NO\n(3) - partly, for the quote says less", 3, {1: 0.9, 2: 0.1, 3: 0.5}),
        ("Number 1: **no**\n", 1, {1: 0.1}),
        ("Sentence 1: yes\nclaim 2 - partially", 2, {1: 0.9, 2: 0.5}),
        ("Yes.", 1, {1: 0.9}),
        ("Yes.", 2, {}),
        ("1: yes\n1: no\n2: no", 2, {2: 0.1}),
        ("7: yes\n0: yes\n2: no", 2, {2: 0.1}),
        ("1: maybe\n2: notably", 2, {}),
        ("All of them are fine.", 2, {}),
        ("", 1, {}),
    ],
)
def test_verdicts_are_read_and_nothing_else(written: str, count: int, said: dict[int, float]) -> None:
    assert verdicts(written, count) == said


# The entailment model


def entailment(folder: Path, labels: tuple[str, ...] = LABELS, **parts: object) -> EntailmentJudge:
    made = {"weights": (0.0, 1.0, 0.0), "biases": (0.0, -2.0, 0.0)} | parts
    return EntailmentJudge(CrossEncoder(write_cross_encoder(folder, [RETURNS], labels=labels, **made), 2, "S"))  # type: ignore[arg-type]


async def test_the_chance_is_that_of_entailment_whatever_the_case_of_its_label(tmp_path: Path) -> None:
    pairs = [Pair("The return rate of live orders", RETURNS), Pair("Lunch", RETURNS)]
    made = await entailment(tmp_path).judge(pairs, 5)
    assert made.chances == pytest.approx((2.71828**4 / (2.71828**4 + 2), 2.71828**-2 / (2.71828**-2 + 2)), abs=1e-3)


async def test_the_quote_is_read_before_the_claim(tmp_path: Path) -> None:
    """The fake counts the words of the second text that stand in the first."""
    short, long = Pair("rate rate rate rate rate rate", "rate"), Pair("rate", "rate rate rate rate rate rate")
    made = await entailment(tmp_path).judge([short, long], 5)
    assert made.chances[0] is not None
    assert made.chances[1] is not None
    assert made.chances[0] > made.chances[1]


@pytest.mark.parametrize("labels", [(), ("LABEL_0", "LABEL_1", "LABEL_2"), ("entailment", "Entailment", "neutral")])
def test_a_model_whose_labels_do_not_say_which_is_entailment_is_refused(
    tmp_path: Path, labels: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError, match=r"FOOTNOTE_VERIFY__PATH: .* name the labels under id2label"):
        entailment(tmp_path, labels)


async def test_a_model_that_fails_or_is_late_is_a_note(tmp_path: Path) -> None:
    broken = entailment(tmp_path / "nan", biases=(0.0, float("nan"), 0.0))
    with pytest.raises(JudgeUnavailable, match=r"the entailment model failed \(ValueError\)"):
        await broken.judge([Pair("a", "b")], 5)
    with pytest.raises(JudgeUnavailable, match=r"took longer than 0\.01 s"):
        await entailment(tmp_path / "slow").judge([Pair("rate " * 500, RETURNS * 9)] * 2000, 0.01)
