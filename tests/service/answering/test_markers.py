"""A model's text taken apart: sentences, and the numbers beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.markers import Claim, claims, finished_claims, may_refuse, provisional, refuses

WRITTEN = [
    "Traffic has peaked [1]. Also chaos [2][3].",
    "Traffic has peaked.[1] Also chaos.[2]",
    "[1] Traffic has peaked. [2] Chaos rose.",
    "1. Traffic has peaked [1].\n2. Chaos rose [2].",
    "- Traffic has peaked【1】.\n- Chaos rose［2］.",
    "流量见顶[1]。混乱【2】。",
    "See [the page](http://example.org/z) for more [1].",
    "**Traffic** has peaked [Source 1, 2].\n\nSources:\n[1] a\n[2] b",
    "It rose 3.5% [1, 2] in May [3].",
    "Peak [1-3]. Then http://example.org/a_(b) fell <b>fast</b> [2].",
    "Dr. Lee said “it is over.” [4] Nobody replied [^1].",
    "The sources do not say. NOT_IN_SOURCES",
    "Traffic has peaked. Chaos rose in live rooms. Brands left. [1][2]\nIt fell. [3]",
    "Nobody is named here. Chaos rose in live rooms [1]. It fell, they say. [2] The end came.\nOver it is.",
    "Traffic has peaked. Chaos rose in live rooms.\n[1][2]\nIt fell again today.",
    "流量见顶了。直播间混乱。[1][2]\n\n退货率上升了。",
    "It is so:\n\n| claim | approver |\n| --- | --- |\n| up to 300 | the manager [1] |\n"
    "| more | the head [2] |\n\nThat is it.",
    "It fell<sup>2</sup>. A room has 20 m<sup>2</sup> (source 3). (As the sources say.)",
    "退货率为31.4%（来源1）。目标是22%（出处：2、3）。",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WRITTEN[0], [("Traffic has peaked.", (1,)), ("Also chaos.", (2, 3))]),
        (WRITTEN[1], [("Traffic has peaked.", (1,)), ("Also chaos.", (2,))]),
        (WRITTEN[2], [("Traffic has peaked.", (1,)), ("Chaos rose.", (2,))]),
        (WRITTEN[3], [("Traffic has peaked.", (1,)), ("Chaos rose.", (2,))]),
        (WRITTEN[4], [("Traffic has peaked.", (1,)), ("Chaos rose.", (2,))]),
        (WRITTEN[5], [("流量见顶。", (1,)), ("混乱。", (2,))]),
        (WRITTEN[6], [("See the page for more.", (1,))]),
        (WRITTEN[7], [("Traffic has peaked.", (1, 2))]),
        (WRITTEN[8], [("It rose 3.5% in May.", (1, 2, 3))]),
        (
            WRITTEN[16],
            [
                ("It is so:", ()),
                ("up to 300: the manager", (1,)),
                ("more: the head", (2,)),
                ("That is it.", ()),
            ],
        ),
        (WRITTEN[17], [("It fell.", (2,)), ("A room has 20 m2.", (3,)), ("(As the sources say.)", ())]),
        (WRITTEN[18], [("退货率为31.4%。", (1,)), ("目标是22%。", (2, 3))]),
        (WRITTEN[11], [("The sources do not say.", ())]),
        (
            WRITTEN[12],
            [
                ("Traffic has peaked.", (1, 2)),
                ("Chaos rose in live rooms.", (1, 2)),
                ("Brands left.", (1, 2)),
                ("It fell.", (3,)),
            ],
        ),
        (
            WRITTEN[13],
            [
                ("Nobody is named here.", (1,)),
                ("Chaos rose in live rooms.", (1,)),
                ("It fell, they say.", (2,)),
                ("The end came.", ()),
                ("Over it is.", ()),
            ],
        ),
        (
            WRITTEN[14],
            [("Traffic has peaked.", (1, 2)), ("Chaos rose in live rooms.", (1, 2)), ("It fell again today.", ())],
        ),
        (WRITTEN[15], [("流量见顶了。", (1, 2)), ("直播间混乱。", (1, 2)), ("退货率上升了。", ())]),
        ("No number here.", [("No number here.", ())]),
        ("", []),
        ("[1] [2]", []),
    ],
)
def test_sentences_and_the_sources_they_name(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert claims(text) == [Claim(sentence, sources) for sentence, sources in expected]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("NOT_IN_SOURCES", True),
        ("not in sources.", True),
        ("  **NOT_IN_SOURCES** [1]", True),
        ("NOT_IN_SOURCES. The sources are about leave.", True),
        ("Leave is 15 days [1]. NOT_IN_SOURCES", False),
        ("Leave is 15 days [1].", False),
        ("", False),
    ],
)
def test_the_refusal_counts_where_nothing_stands_before_it(text: str, refused: bool) -> None:
    assert refuses(text) is refused
    if refused and text.startswith("NOT_IN_SOURCES"):
        assert all(may_refuse(text[:i]) for i in range(len(text)))


@pytest.mark.parametrize("text", WRITTEN)
def test_what_has_come_is_never_taken_back(text: str) -> None:
    settled: list[Claim] = []
    shown = ""
    for i in range(len(text) + 1):
        finished = finished_claims(text[:i])
        assert finished[: len(settled)] == settled
        settled = finished
        readable = provisional(text[:i])
        assert readable.startswith(shown)
        shown = readable
    assert claims(text)[: len(settled)] == settled
    assert provisional(text, complete=True).startswith(shown)


@given(
    st.lists(
        st.sampled_from(
            (
                *(
                    "Traffic has peaked",
                    "It fell",
                    "The rate was 3.5%",
                    "流量见顶了",
                    ". ",
                    ".",
                    "。",
                    "\n",
                    "- ",
                    "**",
                ),
                *("| a | b [1] |\n", "\n| --- | --- |\n", "<sup>1</sup>", "（来源1）"),
                *("[1]", "[2][3]", " [1, 2]", "【2】", "\nSources:\n[1] a"),
            )
        ),
        max_size=12,
    ).map("".join)
)
def test_no_sentence_is_settled_otherwise_than_it_ends(text: str) -> None:
    whole = claims(text)
    for i in range(len(text) + 1):
        finished = finished_claims(text[:i])
        assert whole[: len(finished)] == finished


def test_a_sentence_waits_for_markers_that_its_paragraph_may_still_get() -> None:
    unmarked = "Traffic has peaked. Chaos rose in live rooms"
    assert finished_claims(unmarked) == []
    assert finished_claims(f"{unmarked}. [1] And this goes on") == [
        Claim("Traffic has peaked.", (1,)),
        Claim("Chaos rose in live rooms.", (1,)),
    ]
    assert finished_claims(f"{unmarked}.\nAnd this goes on") == [
        Claim("Traffic has peaked.", ()),
        Claim("Chaos rose in live rooms.", ()),
    ]
    assert finished_claims("Traffic has peaked [1]. Chaos rose in live rooms") == [Claim("Traffic has peaked.", (1,))]


@given(st.text(alphabet="ab1.。 \n[]【】()<>*_#-!“”:/[1][2]", max_size=60))
def test_no_marker_link_or_tag_is_left_whatever_is_written(text: str) -> None:
    for claim in claims(text):
        assert "](" not in claim.text
        assert "://" not in claim.text
        assert "[1]" not in claim.text
        assert "\n" not in claim.text
    assert "](" not in provisional(text, complete=True)
