from __future__ import annotations

import pytest

from ingest.cleaning.byline import byline, is_byline
from ingest.cleaning.dateline import iso_date


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Author: Rosa Thorn, senior writer, columnist and observer.", "Rosa Thorn"),
        ("Authors: Rosa Thorn, Ann Lee and Bo Day", "Rosa Thorn, Ann Lee and Bo Day"),
        ("By Jane Roe", "Jane Roe"),
        ("by Jane Roe | June 18, 2024", "Jane Roe"),
        ("BY JANE ROE", "JANE ROE"),
        ("By Jane Roe, Staff Writer", "Jane Roe"),
        ("By Jane Roe in Stornby", "Jane Roe"),
        ("By Jane Roe and Bo de la Cruz", "Jane Roe and Bo de la Cruz"),
        ("By Reuters • 18 June 2024", "Reuters"),
        ("Written by Anne-Marie O'Neil and J. R. Day", "Anne-Marie O'Neil and J. R. Day"),
        ("Published: June 18, 2024 by Jane Roe", "Jane Roe"),
        ("June 18, 2024 | By Jane Roe", "Jane Roe"),
        ("By Émile Zorn", "Émile Zorn"),
        ("From: Jane Roe <jane@example.org>", "Jane Roe"),
        ("Author: 林晓舟", "林晓舟"),
        ("作者：林晓舟", "林晓舟"),
        ("作者: 林晓舟 编辑: 何苗", "林晓舟"),
        ("作者：林晓舟，资深撰稿人，专栏作家", "林晓舟"),
        ("作者：林晓舟、何苗", "林晓舟、何苗"),
        ("文 | 林晓舟", "林晓舟"),
        ("文/林晓舟", "林晓舟"),
        ("文｜36号研究所", "36号研究所"),
        ("撰文：林晓舟", "林晓舟"),
        ("2024-06-18 10:00 来源：晨报 作者：林晓舟", "林晓舟"),
        ("本报记者 林晓舟 何苗 北京报道", "林晓舟、何苗"),
        ("记者：林晓舟", "林晓舟"),
        ("作者：Jane Roe", "Jane Roe"),
    ],
)
def test_author(line: str, author: str) -> None:
    assert byline([line]).author == author
    assert is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "By contrast, the county wants to save money.",
        "By Contrast",
        "By Monday, 1,150 islanders had signed.",
        "By Monday",
        "By June 2024 the work was done",
        "By the Numbers",
        "By Jane Roe the book was never read.",
        "By Jane Roe, who wrote it, the book was sold",
        "Authors write books.",
        "来源：晨报",
        "作者认为，市场变了。",
        "这篇文章的作者：林晓舟是一位老师，他说市场变了。",
        "文章说市场变了",
        "On June 18, 2024 the shop closed.",
        "2024年6月18日，商店关门了。",
        "12:30",
        "",
    ],
)
def test_no_byline(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "2024-06-18",
        "发布时间：2024-06-18 10:00",
        "2024年6月18日",
        "2024年6月18日 星期二 10:00 来源：晨报",
        "二〇二四年六月十八日",
        "Published: June 18, 2024",
        "Published on June 18th, 2024 at 10:05 a.m. EST",
        "Tuesday, 18 June 2024",
        "Date: Tue, 18 Jun 2024 09:14:00 +0100",
        "2024/6/18",
        "2024.06.18",
        "2024-06-18T10:00:00Z",
        "By Jane Roe, June 18, 2024",
    ],
)
def test_date(line: str) -> None:
    assert is_byline(line)
    assert byline([line]).published_at == "2024-06-18"


@pytest.mark.parametrize("text", ["2024-13-40", "06/07/2024", "June 2024", "618", "30 February 2024", "1.2024.5"])
def test_no_date(text: str) -> None:
    assert iso_date(text) is None


def test_only_the_top_and_the_foot_are_read() -> None:
    body = [f"Sentence {n}." for n in range(20)]
    assert byline([*body[:10], "By Jane Roe", *body[10:]]).author is None
    assert byline(["By Jane Roe", *body, "Author: Bo Day"]).author == "Jane Roe"
    assert byline([*body, "Author: Bo Day", "2023-01-02"]).published_at == "2023-01-02"
    assert byline(["Updated: 2024-06-20", "Published: 2024-06-18", *body]).published_at == "2024-06-18"
    assert byline(["Updated: 2024-06-20", *body]).published_at == "2024-06-20"
