"""An answer put together: numbers in reading order, one for each quote, links that open it."""

from __future__ import annotations

from service.answer import Answer
from service.answering.cite import Quote
from service.answering.compose import FELL_BACK, Draft, link_to
from service.answering.outcome import declined, finished
from service.answering.verifying.verify import Check
from service.retrieval.evidence import Passage
from tests.fakes.evidence import found, passage

ONE = passage("Traffic has peaked. Needs have changed.", 1, published_at="2024-06-20", author="Mara Lindqvist")
TWO = passage("流量已经见顶。", 2)
SURE = Check("supported", 0.9)


def quote(of: Passage, text: str) -> Quote:
    start = of.article.text.index(text)
    return Quote(of, start, start + len(text))


def draft(language: str = "en", public_url: str | None = None) -> Draft:
    return Draft("ans_1", "con_1", "Why?", language, public_url)


def test_quotes_are_numbered_as_they_are_read_and_keep_their_number() -> None:
    making = draft()
    peaked, changed, chinese = (
        quote(ONE, "Traffic has peaked."),
        quote(ONE, "Needs have changed."),
        quote(TWO, "流量已经见顶。"),
    )
    first = making.settle("Needs changed.", [changed], SURE)
    second = making.settle("Traffic peaked.", [peaked, chinese], SURE)
    third = making.settle("Both did.", [chinese, changed], SURE)
    assert [s.sentence.citations for s in (first, second, third)] == [(1,), (2, 3), (3, 1)]
    assert [[c.number for c in s.citations] for s in (first, second, third)] == [[1], [2, 3], []]
    answer = finished(making, [ONE, TWO], 2, "extractive")
    assert [(c.number, c.quote) for c in answer.citations] == [
        (1, "Needs have changed."),
        (2, "Traffic has peaked."),
        (3, "流量已经见顶。"),
    ]
    assert answer.text == "Needs changed. [1] Traffic peaked. [2][3] Both did. [3][1]"
    assert len({c.id for c in answer.citations}) == 3


def test_the_same_quote_twice_in_a_sentence_is_one_citation() -> None:
    making = draft()
    peaked = quote(ONE, "Traffic has peaked.")
    assert making.settle("Traffic peaked.", [peaked, peaked], SURE).sentence.citations == (1,)


def test_a_citation_carries_what_is_known_of_the_article() -> None:
    making = draft(public_url="https://footnote.example/")
    (citation,) = making.settle("Traffic peaked.", [quote(ONE, "Traffic has peaked.")], SURE).citations
    assert (citation.title, citation.author, citation.published_at) == ("Article 1", "Mara Lindqvist", "2024-06-20")
    assert ONE.article.text[citation.start : citation.end] == citation.quote
    assert citation.link == "https://footnote.example/articles/article-1?version=1&start=0&end=19#quote"


def test_a_link_survives_any_article_id() -> None:
    odd = passage("Text.", id="board/minutes 1?#", version=3)
    assert link_to(odd, 0, 5, None) == "/articles/board%2Fminutes%201%3F%23?version=3&start=0&end=5#quote"
    assert link_to(odd, None, None, None) == "/articles/board%2Fminutes%201%3F%23"


def test_an_answer_with_a_sentence_half_borne_is_partial() -> None:
    making = draft()
    making.settle("Traffic peaked.", [quote(ONE, "Traffic has peaked.")], SURE)
    assert finished(making, [ONE, TWO], 2, "generative").outcome == "answered"
    making.settle("Needs will change.", [quote(ONE, "Needs have changed.")], Check("partial", 0.5))
    assert finished(making, [ONE, TWO], 2, "generative").outcome == "partial"


def test_chinese_sentences_stand_without_spaces() -> None:
    making = draft("zh")
    making.settle("流量已经见顶。", [quote(TWO, "流量已经见顶。")], SURE)
    making.settle("需求变了。", [quote(ONE, "Needs have changed.")], SURE)
    assert finished(making, [ONE, TWO], 2, "extractive").text == "流量已经见顶。[1]需求变了。[2]"


def test_a_restart_forgets_what_a_model_wrote_and_says_why() -> None:
    making = draft()
    making.note_search(found("traffic", ONE, TWO), [ONE])
    making.settle("Traffic peaked.", [quote(ONE, "Traffic has peaked.")], SURE)
    making.restart(f"{FELL_BACK}The chat model broke off.")
    making.settle("Needs have changed.", [quote(ONE, "Needs have changed.")], SURE)
    answer = finished(making, [ONE, TWO], 2, "extractive")
    assert [c.quote for c in answer.citations] == ["Needs have changed."]
    assert answer.receipt.notes == (f"{FELL_BACK}The chat model broke off.",)
    assert [(r.article_id, r.kept) for r in answer.receipt.retrieved] == [("article-1", True), ("article-2", False)]


def refusal(language: str, *evidence: Passage, articles: int = 2) -> Answer:
    making = draft(language)
    making.note_search(found("traffic", *evidence), evidence)
    return declined(making, evidence, articles)


def test_declining_names_each_nearest_article_once_nearest_first_and_three_at_most() -> None:
    again = Passage(5, ONE.article, 1, 0, 5, ONE.hits)
    more = [passage("Text.", n) for n in (3, 4)]
    answer = refusal("en", TWO, ONE, again, *more)
    assert (answer.outcome, answer.sentences, answer.citations) == ("declined", (), ())
    assert [n.article_id for n in answer.nearest] == ["article-2", "article-1", "article-3"]
    assert "Article 2; Article 1; Article 3" in answer.text
    assert answer.nearest[1].published_at == "2024-06-20"
    assert "Article 2、Article 1" in refusal("zh", TWO, ONE).text


def test_declining_where_nothing_is_near_or_nothing_is_there() -> None:
    nothing_near, nothing_there = refusal("en"), refusal("en", articles=0)
    assert nothing_near.nearest == nothing_there.nearest == ()
    assert "Nearest" not in nothing_near.text
    assert "There are no articles" in nothing_there.text


def test_what_is_declined_is_not_called_quotes() -> None:
    making = draft()
    making.notices.append("These are quotes from the articles.")
    assert finished(making, [ONE], 1, "extractive").notices == ()
    making.settle("Needs have changed.", [quote(ONE, "Needs have changed.")], SURE)
    assert finished(making, [ONE], 1, "extractive").notices == ("These are quotes from the articles.",)
