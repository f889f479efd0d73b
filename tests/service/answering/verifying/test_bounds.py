"""The two sides of a number."""

from __future__ import annotations

import pytest

from service.answering.verifying.bounds import beyond
from service.answering.verifying.verify import check


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            "The chief financial officer approves claims up to CNY 20,000.",
            "The officer approves claims above CNY 20,000.",
        ),
        ("Staff have at least 30 days.", "Staff have at most thirty days."),
        ("It lasts no more than 12 hours.", "It lasts more than 12 hours."),
        ("Orders under $40 are kept.", "Orders exceeding $40 are kept."),
        ("不超过20,000元的报销单由首席财务官审批。", "超过 20,000 元的报销单由首席财务官审批。"),
        ("病假三天以上要证明。", "病假不超过 3 天要证明。"),
        ("至少抽检20件。", "抽检不多于 20 件。"),
    ],
)
def test_one_side_is_not_the_other(claim: str, sentence: str) -> None:
    assert beyond(claim, sentence)
    assert beyond(sentence, claim)
    assert check(claim, [sentence]).support != "supported"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Claims over CNY 20,000 go to the officer.", "The officer approves claims above CNY 20,000."),
        ("The head approves up to 20,000.", "The head approves claims above CNY 3,000 and up to CNY 20,000."),
        ("It is not over 5 kg.", "It weighs at most 5 kg."),
        ("Stock of no less than 20 items.", "At least 20 items are checked."),
        ("Approved claims of CNY 20,000.", "The officer approves claims above CNY 20,000."),
        ("Up to 30 days.", "More than 60 days."),
        ("抽检不得少于20件。", "至少抽检 20 件。"),
        ("三天以内由主管审批。", "请假不超过 3 天由主管审批。"),
    ],
)
def test_the_same_side_or_none_speaks_against_nothing(claim: str, sentence: str) -> None:
    assert not beyond(claim, sentence)
