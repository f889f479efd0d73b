"""Does an answer say the reference, and does a quote overlap the evidence?"""

from __future__ import annotations

import pytest

from service.evaluation.judging import Squeezed, folded, overlaps, says, says_all, without_marks


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("They chose the Lower Deck, finally.", "lower deck"),
        ("It is called Beyoncé’s show.", "BEYONCÉ"),
        ("The U.S. team won.", "U.S."),
        ("退货率在第一季度达到 31.4%。", "31.4%"),
        ("车站建于１９９８年。", "1998年"),
        ("春运自1月17日开始", "1 月 17 日"),
        ("起点是南宁国际铁路港。", "南宁"),
        ("A total of 3,000 boats came.", "three thousand"),
        ("It opened on 17 January.", "1月17日"),
        ("黑豹队只丢了308分。", "308"),
        ("一共来了三千人", "3000"),
        ("It cost 10 million.", "10,000,000"),
    ],
)
def test_a_reference_is_found_however_it_is_written(text: str, wording: str) -> None:
    assert says(text, [wording])


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("The cartoon was shown.", "art"),
        ("It gave 1308 points.", "308"),
        ("北宁", "南宁"),
        ("The 5 boats of 12 owners.", "5 million"),
        ("", "x"),
        ("anything", "…"),
    ],
)
def test_a_part_of_a_word_or_number_is_not_the_reference(text: str, wording: str) -> None:
    assert not says(text, [wording])


def test_each_part_is_needed_in_any_wording() -> None:
    parts = [["17 January", "1月17日"], ["25 February", "2月25日"]]
    assert says_all("从1月17日到 2月25日", ["1月17日"], parts) is True
    assert says_all("从1月17日起", ["1月17日"], parts) is False
    assert says_all("从1月17日起", ["1月17日"], []) is True
    assert says_all("从1月17日起", [], []) is None


def test_marks_are_no_numbers_of_the_answer() -> None:
    assert without_marks("It opened late. [1][2] 直播隐身。[3]") == "It opened late. 直播隐身。"


TEXT = "Bicycles travel free of\ncharge. Dogs pay half. 直播 隐身，流量见顶。"


@pytest.mark.parametrize(
    ("quote", "gold", "same"),
    [
        ("Bicycles travel free of\ncharge.", "free of charge", True),
        ("Dogs pay half.", "free of charge", False),
        ("流量见顶。", "直播隐身，流量见顶。", True),
        ("Bicycles travel free of\ncharge.", "Bicycles always travel free of charge", True),
        ("Dogs pay half.", "Bicycles always travel free of charge", False),
    ],
)
def test_a_quote_overlaps_the_evidence_or_its_wording(quote: str, gold: str, same: bool) -> None:
    start = TEXT.index(quote)
    assert overlaps(Squeezed.of(TEXT), start, start + len(quote), gold) is same


def test_folding_keeps_the_place_of_each_character() -> None:
    squeezed = Squeezed.of("ﬁne ½ ＡＢ")
    assert squeezed.text == folded("ﬁne ½ ＡＢ")
    assert squeezed.spans("ab") == [(6, 8)]
    assert squeezed.spans("") == squeezed.spans("none") == []
