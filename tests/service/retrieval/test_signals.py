"""What each signal says of candidates that are made up here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terms import question_terms, terms
from service.retrieval.signals import IN_PLACE, NAMES, Candidate, Signals, Wanted, signals, source_named
from service.retrieval.weights import TermWeights

ASKED = "2024-06-20"
NONE = float("nan")


def candidate(body: str, title: str = "", section: str = "", name: str = "c", **more: object) -> Candidate:
    words = (" ".join(terms(text)) for text in (title, section, body))
    made = Candidate(name, name, 0, "en", None, None, *words)
    return replace(made, **more)  # type: ignore[arg-type]


def wanted(question: str, often: Sequence[str] = (), asked_on: str | None = ASKED) -> Wanted:
    """A question to an index of 100 chunks, half of which have the terms of `often`; the others stand in two."""
    query = question_terms(question)
    common = {t for word in often for t in terms(word)}
    return Wanted.of(question, TermWeights.of(query, {t: 50 if t in common else 2 for t in query}, 100), asked_on)


def made(question: str | Wanted, *candidates: Candidate, dense: Sequence[float] | None = None) -> Signals:
    asked = wanted(question) if isinstance(question, str) else question
    cosines = np.array([NONE] * len(candidates) if dense is None else dense)
    return signals(asked, candidates, cosines, 20.0)


def of(name: str, found: Signals) -> list[float]:
    return [float(v) for v in found[:, IN_PLACE[name]]]


LEAVE = "How much annual leave do drivers get?"
DAYS = "司机有多少天年假？"


@pytest.mark.parametrize(
    ("question", "with_words", "without"),
    [(LEAVE, "Annual leave of drivers", "Parking of visitors"), (DAYS, "司机的年假天数", "访客停车规定")],
)
@pytest.mark.parametrize(("signal", "place"), [("title", "title"), ("section", "section"), ("body", "body")])
def test_words_of_the_question_count_where_they_stand(
    question: str, with_words: str, without: str, signal: str, place: str
) -> None:
    texts: list[dict[str, str]] = [{"body": "", place: text} for text in (with_words, without)]
    found = made(question, *(candidate(**t) for t in texts))
    has, lacks = of(signal, found)
    assert has > lacks == 0
    elsewhere = {"title", "section", "body"} - {place}
    assert all(of(other, found) == [0, 0] for other in elsewhere)
    for everywhere in ("coverage", "bm25", "bm25_place"):
        has, lacks = of(everywhere, found)
        assert has > lacks == 0


def test_a_word_of_the_title_says_more_than_one_of_the_body() -> None:
    in_title, in_body = of(
        "bm25", made(LEAVE, candidate("of the depot", "annual leave"), candidate("annual leave", "of the depot"))
    )
    assert in_title > in_body


def test_a_rare_word_says_more_than_a_common_one() -> None:
    asked = wanted("drivers of forklifts", often=["drivers"])
    found = made(asked, candidate("drivers drive"), candidate("forklifts lift"))
    for name in ("coverage", "bm25"):
        common, rare = of(name, found)
        assert rare > common > 0
    assert of("rarest", found) == [0, 1]


def test_long_text_that_says_it_once_says_less() -> None:
    short, long = made(LEAVE, candidate("annual leave"), candidate("annual leave " + "other words follow here " * 20))
    assert short[IN_PLACE["bm25"]] > long[IN_PLACE["bm25"]]
    assert long[IN_PLACE["length"]] > short[IN_PLACE["length"]] > 0


@pytest.mark.parametrize(
    ("question", "together", "apart"),
    [
        (LEAVE, "annual leave drivers" + " so" * 60, "annual" + " so" * 30 + " leave" + " so" * 30 + " drivers"),
        (DAYS, "司机年假" + "。其他" * 60, "司机" + "。其他" * 60 + "年假"),
    ],
)
def test_words_that_stand_together_are_nearer(question: str, together: str, apart: str) -> None:
    found = made(question, candidate(together), candidate(apart))
    for name in ("near", "nearer"):
        close, far = of(name, found)
        assert close > far > 0
    assert of("body", found)[0] == pytest.approx(of("body", found)[1])


def test_the_nearest_words_count_wherever_they_stand() -> None:
    first, last = ("annual leave drivers" + " so" * 60 + " leave"), ("leave" + " so" * 60 + " annual leave drivers")
    for name in ("near", "nearer"):
        one, other = of(name, made(LEAVE, candidate(first), candidate(last)))
        assert one == pytest.approx(other)


def test_words_in_the_order_of_the_question_are_pairs() -> None:
    as_asked, turned, alone = of(
        "pairs", made("annual leave", candidate("Annual leave."), candidate("Leave annual."), candidate("Leave."))
    )
    assert as_asked == 1
    assert turned == alone == 0


def test_names_and_numbers_of_the_question_are_looked_for() -> None:
    asked = "What did Kunshan ship in 2,019 boxes?"
    found = made(asked, candidate("Kunshan shipped"), candidate("It shipped 2019 boxes"), candidate("It shipped"))
    assert of("named", found) == [1, 0, 0]
    assert of("numbers", found) == [0, 1, 0]
    assert of("numbers", made("３１.４％是什么？", candidate("退货率为 31.4%"), candidate("退货率"))) == [1, 0]


@pytest.mark.parametrize(
    ("question", "told", "untold"),
    [
        ("How many parcels were shipped?", "38,600 parcels were shipped.", "Parcels were shipped."),
        ("一共发出多少包裹？", "一共发出包裹 38600 件。", "一共发出包裹。"),
    ],
)
def test_where_a_number_is_asked_text_with_one_beside_the_words_is_better(
    question: str, told: str, untold: str
) -> None:
    far = untold + " words of no use" * 10 + " 77"
    found = made(question, candidate(told), candidate(untold), candidate(far))
    assert of("number", found) == [1, 0, 1]
    beside, without, away = of("number_near", found)
    assert beside > away >= without == 0


def test_a_number_that_the_question_has_itself_is_no_answer() -> None:
    assert of("number", made("How many left in 2019?", candidate("Some left in 2019."))) == [0]
    assert of("number", made("Who left?", candidate("14 left."))) == [0]


def test_an_article_of_the_time_that_is_asked_about_is_better() -> None:
    found = made(
        "What changed this 618?", candidate("x", published_at="2024-06-10"), candidate("x", published_at="2023-06-10")
    )
    now, then = of("time", found)
    assert now == 1
    assert then < 0.1
    assert of("time", made("What changed?", candidate("x", published_at="2024-06-10"))) == [0]


@pytest.mark.parametrize(
    "question", ["What is the rule?", "What is the latest rule?", "今年的规定是什么？", "规定是什么？"]
)
def test_a_newer_article_is_more_recent_and_one_without_a_date_is_not(question: str) -> None:
    dates = ["2024-06-19", "2024-05-01", "2023-01-01", None]
    newest, newer, old, undated = of("recent", made(question, *(candidate("x", published_at=d) for d in dates)))
    assert newest > newer > old > undated == 0


def test_recency_counts_more_where_now_is_asked() -> None:
    one = candidate("x", published_at="2024-06-19")
    assert of("recent", made("What is the latest rule?", one)) > of("recent", made("What is the rule?", one))


@pytest.mark.parametrize("question", ["What did we earn last year?", "去年的营收是多少？"])
def test_for_last_year_this_years_articles_are_not_more_recent(question: str) -> None:
    last, this = of("recent", made(question, *(candidate("x", published_at=d) for d in ("2023-12-01", "2024-06-19"))))
    assert last > this


def test_the_last_year_is_not_now() -> None:
    one = candidate("x", published_at="2023-12-31")
    then = wanted("What is the rule?", asked_on="2023-12-31")
    assert of("recent", made("What was the rule last year?", one)) == of("recent", made(then, one))


def test_who_says_it_counts_where_the_question_names_a_site() -> None:
    urls = ["https://www.theverge.com/2024/1/1/x", "https://techcrunch.com/x", None]
    candidates = [candidate("x", url=url) for url in urls]
    assert of("source", made("What closed, according to The Verge?", *candidates)) == [1, 0, 0]
    assert of("source", made("据TechCrunch报道，什么关闭了？", *candidates)) == [0, 1, 0]
    assert of("source", made("What closed?", *candidates)) == [0, 0, 0]


@pytest.mark.parametrize(
    ("question", "url", "expected"),
    [
        ("according to the verge", "https://theverge.com/a", True),
        ("as techcrunch reported", "https://techcrunch.com/a", True),
        ("as Wired reported", "https://www.wired.com/a", True),
        ("据36Kr报道", "https://36kr.com/p/1", True),
        ("说明书见 theverge.com", "https://www.theverge.com/a", True),
        ("at what time is lunch served?", "https://time.com/a", False),
        ("Is the lamp hardwired?", "https://wired.com/a", False),
        ("the verges of the road", "https://theverge.com/a", False),
        ("What news is there?", "https://news.example.com/a", False),
        ("How many staff has IT?", "https://it.example/a", False),
        ("What does the com say?", "not a url", False),
    ],
)
def test_a_site_is_named_by_whole_words(question: str, url: str, expected: bool) -> None:
    assert source_named(url, wanted(question).sources) is expected


def test_text_in_the_questions_script_is_marked_and_so_is_the_first_chunk() -> None:
    candidates = [candidate("年假", language="zh"), candidate("leave", ordinal=3)]
    assert of("own_script", made(DAYS, *candidates)) == [1, 0]
    assert of("own_script", made(LEAVE, *candidates)) == [0, 1]
    assert of("first", made(LEAVE, *candidates)) == [1, 0]


def test_cosines_are_seen_from_the_best_and_unknown_ones_are_as_the_least() -> None:
    found = made(LEAVE, *(candidate("x") for _ in range(3)), dense=[0.9, NONE, 0.8])
    assert of("dense", found) == pytest.approx([0, -0.1, -0.1])
    assert of("dense_place", found) == pytest.approx([1, 0, 0])


def test_without_any_cosine_the_dense_signals_say_nothing() -> None:
    found = made(LEAVE, candidate("leave"), candidate("x"))
    assert of("dense", found) == of("dense_place", found) == of("article_dense", found) == [0, 0]
    assert not np.isnan(found).any()


def test_equal_cosines_are_all_in_the_first_place() -> None:
    assert of("dense_place", made(LEAVE, candidate("x"), candidate("y"), dense=[0.8, 0.8])) == [1, 1]


def test_other_chunks_speak_for_those_of_their_article() -> None:
    candidates = [
        candidate("annual leave", name="a1", article_id="a"),
        candidate("drivers", name="a2", article_id="a"),
        candidate("parking", name="b", article_id="b"),
    ]
    found = made(LEAVE, *candidates, dense=[0.9, 0.8, 0.85])
    assert of("article_dense", found) == [1, 1, pytest.approx(0.5)]
    for name in ("article_bm25", "article_coverage"):
        first, second, alone = of(name, found)
        assert first == second > alone == 0
    assert of("article_coverage", found)[0] > max(of("coverage", found))
    assert of("others", found) == [0.2, 0.2, 0]


def test_no_candidates_have_no_rows() -> None:
    assert made(LEAVE).shape == (0, len(NAMES))


@pytest.mark.parametrize("question", ["", "?", "What is it?", "是什么？"])
def test_a_question_without_terms_has_vectors_and_dates_alone(question: str) -> None:
    found = made(question, candidate("annual leave", "x", published_at="2024-06-01"), candidate(""), dense=[0.9, 0.8])
    assert np.isfinite(found).all()
    for name in ("bm25", "coverage", "body", "title", "near", "pairs", "rarest", "named", "numbers"):
        assert of(name, found) == [0, 0]
    assert of("dense", found)[0] > of("dense", found)[1]
    assert of("recent", found)[0] > 0


def test_every_signal_has_one_name_and_one_place() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert [NAMES[at] for at in IN_PLACE.values()] == list(NAMES)


some = st.sampled_from(["annual", "leave", "drivers", "parking", "2019", "年假", "司机", "仓库", "so"])
words = st.lists(some, max_size=30).map(" ".join)


@given(
    st.lists(st.tuples(words, words, st.floats(-1, 1) | st.just(NONE)), max_size=8), st.sampled_from([LEAVE, DAYS, ""])
)
def test_signals_are_finite_and_those_of_shares_stay_between_nothing_and_all(
    given_: list[tuple[str, str, float]], question: str
) -> None:
    candidates = [candidate(body, title, name=str(i)) for i, (title, body, _) in enumerate(given_)]
    found = made(question, *candidates, dense=[d for *_, d in given_])
    assert found.shape == (len(given_), len(NAMES))
    assert np.isfinite(found).all()
    for name in (
        "dense_place",
        "bm25_place",
        "coverage",
        "body",
        "title",
        "section",
        "near",
        "nearer",
        "pairs",
        "named",
    ):
        assert all(-1e-9 <= v <= 1 + 1e-9 for v in of(name, found))
    assert all(n <= w + 1e-9 for n, w in zip(of("nearer", found), of("near", found), strict=True))
    assert all(n <= w + 1e-9 for n, w in zip(of("near", found), of("body", found), strict=True))
