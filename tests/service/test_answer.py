"""The shape of an answer is a promise to every channel."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict, fields

import pytest

from service.answer import Answer, Citation, Question, Receipt, Retrieved, Sentence

PROMISED = {
    Answer: "id conversation_id question standalone_question language outcome mode text sentences citations nearest "
    "conflicts follow_ups missing receipt",
    Sentence: "text citations support score",
    Citation: "number id article_id title author url published_at section page quote start end link",
    Receipt: "generation prompt model tokens cost timings_ms retrieved",
    Retrieved: "chunk_id article_id dense keyword rerank kept",
}


@pytest.mark.parametrize("kind", PROMISED, ids=lambda kind: kind.__name__)
def test_every_promised_field_is_there(kind: type) -> None:
    assert set(PROMISED[kind].split()) <= {f.name for f in fields(kind)}


def test_an_answer_is_plain_data_and_cannot_be_changed() -> None:
    answer = Answer("ans_1", "con_1", "Why?", "Why?", "en", "declined", "extractive", "No.")
    assert json.loads(json.dumps(asdict(answer)))["receipt"]["retrieved"] == []
    with pytest.raises(FrozenInstanceError):
        answer.text = "Yes."  # type: ignore[misc]


def test_who_does_not_say_who_asks_asks_as_the_public() -> None:
    assert Question("Why?").groups == ("public",)
