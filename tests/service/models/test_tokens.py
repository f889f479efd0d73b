"""Tokens are estimated near what tokenizers count, and rather too high."""

from __future__ import annotations

import pytest

from service.models.tokens import estimated_tokens


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        ("The return rate of live orders reached 31.4% in the first quarter.", 14, 24),
        ("直播电商的退货率在第一季度达到 31.4%。", 14, 26),
        ("ライブ配信は流行った。", 8, 14),
        ("🙂" * 8, 2, 16),
    ],
)
def test_it_is_near(text: str, least: int, most: int) -> None:
    assert least <= estimated_tokens(text) <= most
