"""What is said to be polite is answered politely and searched for nowhere."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from service.answer import Answer, Completed, Question, Started
from service.answering.engine import build_engine
from service.conversations.courtesy import courtesy
from service.conversations.store import Conversations
from tests.fakes.library import ARTICLES, Library

WELCOME = (
    "thanks|Thanks!|thank you so much|ok thanks!|Great, thanks|thanks 🙏|Got it, thank you.|no thanks|"
    "That's all, thanks|Thank you for your help!|bye|"
    "谢谢|好的，谢谢！|谢谢你|多谢|谢谢您的解答|明白了|不用了，谢谢|太好了！谢谢|再见"
)
ASKS = (
    "thanks, and in 2024?|谢谢，那快手呢？|Hello Kitty?|who says thanks?|ok|好的|yes|no|why not|Thanks to whom?|"
    "谢谢的英文|great wall|感谢信怎么写|你好吗公司什么时候成立|hello world program|In what year was the bye-law passed?"
)


@pytest.mark.parametrize("said", WELCOME.split("|"))
def test_thanks_and_farewells_ask_nothing(said: str) -> None:
    assert courtesy(said) == "welcome"


@pytest.mark.parametrize("said", ["hello", "Hi there!", "Good morning", "你好", "您好！", "早上好"])
def test_greetings_ask_nothing(said: str) -> None:
    assert courtesy(said) == "greeting"


@pytest.mark.parametrize("said", ASKS.split("|"))
def test_what_asks_something_is_a_question(said: str) -> None:
    assert courtesy(said) is None


def test_a_long_row_of_thanks_takes_no_time() -> None:
    began = time.perf_counter()
    for said in ("谢" * 79 + "x", "thanks " * 11 + "x", "谢谢" * 5000):
        assert courtesy(said) is None
    assert time.perf_counter() - began < 2


async def test_thanks_are_answered_without_a_search_and_do_not_become_what_is_talked_about(tmp_path: Path) -> None:
    library = Library(tmp_path).ingest(ARTICLES)
    index = library.index
    with closing(Conversations(index.catalogue)) as conversations:
        engine = build_engine(library.settings, index, conversations=conversations)

        async def ask(text: str) -> Answer:
            return library.hold(await engine.answer(Question(text, conversation_id="con_1")))

        await ask("How many days of annual leave do employees have after six years?")
        thanked = await ask("谢谢！")
        assert thanked.text == "不客气，还想了解什么可以随时提问。"
        assert (thanked.outcome, thanked.nearest, thanked.receipt.retrieved) == ("declined", (), ())
        after = await ask("and after ten years?")
        assert after.standalone_question == "How many days of annual leave do employees have after ten years?"
        events = [e async for e in engine.stream(Question("Hello!"))]
        assert [type(e) for e in events] == [Started, Completed]
        again = await engine.again(Question("谢谢！"), thanked)
        assert again.text == thanked.text
