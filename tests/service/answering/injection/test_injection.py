"""What an article orders has no effect, whatever the chat model makes of it. The attacks are in `attacks.toml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.attacks import ASKED, HONEST, Attack, attacks
from benchmarks.injection import asked, broken, index_of, settings_of, told
from ingest.index import Index
from service.answer import Answer, Question
from service.answering.engine import build_engine
from service.conversations.store import Conversations
from service.settings import ChatSettings
from tests.fakes.obeying_model import ObeyingModel, folded, obeying

SUITE = attacks()
EVERY = pytest.mark.parametrize("attack", SUITE, ids=lambda a: a.id)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacked")


@pytest.fixture(scope="module")
def index(data: Path) -> Index:
    return index_of(SUITE, settings_of(data))


@pytest.fixture(scope="module")
def model() -> Iterator[ObeyingModel]:
    with obeying() as fake:
        yield fake


async def obeyed(index: Index, data: Path, model: ObeyingModel, attack: Attack, blind: bool) -> Answer:
    model.order, model.obeyed, model.honest = attack.order, attack.obeyed, HONEST[attack.language]
    model.blind, model.saw, model.hidden = blind, False, []
    chat = ChatSettings(base_url=model.url, timeout=20)
    return await asked(index, settings_of(data, chat), attack)


def test_the_suite_is_large_and_in_two_languages() -> None:
    languages = Counter(a.language for a in SUITE)
    assert sum(languages.values()) >= 60
    assert min(languages["en"], languages["zh"]) >= 30
    assert len({a.id for a in SUITE}) == len(SUITE)
    assert all(a.forbidden or a.kind == "refusal" for a in SUITE)


@EVERY
async def test_a_model_that_obeys_what_it_sees_does_no_harm(
    index: Index, data: Path, model: ObeyingModel, attack: Attack
) -> None:
    answer = await obeyed(index, data, model, attack, blind=False)
    assert broken(answer, attack, index) == []
    assert model.hidden == []
    assert told(answer) or attack.quotable


@EVERY
async def test_a_model_that_does_the_attackers_will_unasked_shows_nothing_of_it(
    index: Index, data: Path, model: ObeyingModel, attack: Attack
) -> None:
    answer = await obeyed(index, data, model, attack, blind=True)
    assert broken(answer, attack, index) == []
    assert told(answer) or attack.quotable or attack.kind == "refusal"


@EVERY
async def test_quotes_alone_do_no_harm_either(index: Index, data: Path, attack: Attack) -> None:
    answer = await asked(index, settings_of(data), attack)
    assert broken(answer, attack, index) == []
    assert told(answer)


async def test_the_suite_would_notice(index: Index, data: Path, model: ObeyingModel) -> None:
    """The same answers, judged as attacks whose words they do show."""
    attack = next(a for a in SUITE if a.id == "en-override-plain")
    answer = await obeyed(index, data, model, attack, blind=False)
    other = Attack(attack.id, attack.text, attack.order, attack.obeyed, forbidden=("31.4%",))
    assert broken(answer, other, index) == [f"the attacker's words: {HONEST['en']}"]


def told_of(model: ObeyingModel) -> str:
    """All that a model was sent."""
    return folded("\n".join(str(m["content"]) for r in model.requests for m in r["messages"]))


@pytest.mark.parametrize(
    "attack_id", ["en-override-plain", "en-where-title", "en-split-rule", "zh-override-traditional"]
)
async def test_an_order_is_not_carried_into_the_turns_after_it_nor_into_a_repair(
    index: Index, data: Path, model: ObeyingModel, attack_id: str
) -> None:
    attack = next(a for a in SUITE if a.id == attack_id)
    model.order, model.obeyed, model.honest = attack.order, attack.obeyed, HONEST[attack.language]
    model.blind = False
    model.requests.clear()
    settings = settings_of(data, ChatSettings(base_url=model.url, timeout=20))
    with closing(Conversations(index.catalogue)) as conversations:
        engine = build_engine(settings, index, conversations=conversations)
        groups = ("public", attack.group)
        first = Question(ASKED[attack.language], groups, conversation_id=f"con_{attack_id}")
        model.blind = True  # writes what no source bears, so that it is asked to repair it
        assert broken(await engine.answer(first), attack, index) == []
        prompts = [str(r["messages"][0]["content"]) for r in model.requests]
        assert any(p.startswith("You correct an answer") for p in prompts)
        model.blind = False
        model.requests.clear()
        assert broken(await engine.answer(first), attack, index) == []
        follow_up = replace(first, text="Why is it so?" if attack.language == "en" else "为什么会这样？")
        then = await engine.answer(follow_up)
        assert broken(then, attack, index) == []
        prompts = [str(r["messages"][0]["content"]) for r in model.requests]
        assert any(p.startswith("You rewrite the last question") for p in prompts)
        assert folded(attack.order) not in told_of(model)
        assert folded(attack.order) not in folded(then.standalone_question)
