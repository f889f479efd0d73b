"""Whatever articles say stays text: it is read as Markdown and Slack's own tokens here, as Slack reads it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.channels.slack.mrkdwn import (
    LONGEST_URL,
    UNSEEN,
    address,
    line,
    markdown,
    marker,
    mrkdwn,
    pieces,
    shortened,
)

_READER = MarkdownIt("commonmark", {"html": True}).enable(["strikethrough", "table"])
# What Slack makes something of in words that have no markup: addresses, mentions, channels, emoji.
_ALIVE = re.compile(r"\w:?//\w|\bwww\.\w|[@#]\w|:[\w+'-]+:", re.IGNORECASE)
HOSTILE = [
    "<!channel>", "<!here|here>", "<@U0BOT>", "<#C0001|general>", "<!subteam^S01>", "<https://evil.example|our portal>",
    "<!date^0^{date}|x>", "&lt;!channel&gt;", "&#60;!channel&#62;", "&amp;lt;", "AT&T", "a & b;", "@channel", "@here",
    "#general", "[our portal](https://evil.example)", "![x](https://evil.example/p.png)", "[1]: https://evil.example",
    "[1]", "https://evil.example", "HTTPS://EVIL.example", "www.evil.example", "boss@evil.example", "*bold*", "_it_",
    "**bold**", "__b__", "snake_case_name", "~gone~", "~~gone~~", "`code`", "```\ncode\n```", "# head", "- item",
    "+ item", "1. item", "12) item", "> quote", "===", "---", "| a | b |\n| - | - |\n| c | d |", "<b>x</b>",
    "<script>", "<!-- x -->", "\\*", "\\", ":smile:", "a//b", "10:30:45", "1:100:5", "中文**重点**，", "**注意：**正文",
    "「_引_」", "：", "\n\n", "\n", "    x", "\u202eevil", "a\u200bb", "\x00", "|", "\t", "&", "<", ">", "(", ")",
    "[", "]", "!", ":", "😀", "é",
]  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from([*HOSTILE, " ", "x", "价"]), max_size=8).map("".join),
    st.text(max_size=40),
    st.text(alphabet="*_~`[]()<>&!#@:/\\|-+=. \n1aA中。", max_size=30),
)


def read(text: str) -> list[tuple[str, str]]:
    """(kind, content) of everything a reader of Markdown finds in a text but a paragraph around words."""
    found: list[tuple[str, str]] = []
    for token in _READER.parse(text):
        if token.type == "inline":
            found += [(child.type, child.content) for child in token.children or []]
        elif not token.type.startswith("paragraph"):
            found.append((token.type, token.content))
    return found


def words(text: str) -> str:
    return text.replace(UNSEEN, "")


@settings(deadline=None)
@given(TEXTS)
def test_markdown_reads_back_as_the_words_it_was_made_of(text: str) -> None:
    made = markdown(text)
    found = read(made)
    assert {kind for kind, _ in found} <= {"text", "text_special"}
    assert words("".join(content for _, content in found)) == words(line(text))
    assert "<" not in made
    assert ">" not in made
    assert _ALIVE.search(re.sub(r"\\(?=\W|_)", "", made)) is None


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_sentences_in_a_row_make_no_markup_together(texts: list[str]) -> None:
    for gap in ("", " "):
        kept = [markdown(text) for text in texts]
        found = read(gap.join(kept))
        assert {kind for kind, _ in found} <= {"text", "text_special"}


@settings(deadline=None)
@given(TEXTS)
def test_mrkdwn_holds_nothing_that_slack_follows(text: str) -> None:
    made = mrkdwn(text)
    assert "<" not in made
    assert ">" not in made
    assert re.search(r"&(?!amp;|lt;|gt;)", made) is None
    plain = made.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert words(plain) == words(line(text))
    assert _ALIVE.search(plain) is None
    assert "\n" not in made


@pytest.mark.parametrize("text", HOSTILE)
def test_a_marker_beside_hostile_words_is_the_only_link(text: str) -> None:
    url = "https://footnote.example/articles/a%2Fb?version=1&start=2&end=9#quote"
    for made in (f"{markdown(text)} {marker(1, url)}", f"{markdown(text)}{marker(1, url)}{markdown(text)}"):
        tokens = [child for token in _READER.parse(made) for child in token.children or []]
        links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
        assert links == [url]
        at = next(i for i, token in enumerate(tokens) if token.type == "link_open")
        assert tokens[at + 1].content == "1"
        assert {token.type for token in tokens} <= {"text", "text_special", "link_open", "link_close"}


def test_addresses_keep_their_query() -> None:
    """Entities are not decoded in an address of Markdown."""
    assert marker(3, "https://a.example/x?b=1&c=2#quote") == "[[3](https://a.example/x?b=1&c=2#quote)]"


@pytest.mark.parametrize(
    "link",
    [
        "", "/articles/x", "javascript:alert(1)", "slack://channel", "mailto:a@b.c", "http://[::1", "https://",
        "//evil.example", "https://a.b/" + "x" * LONGEST_URL,
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_no_link(link: str) -> None:
    assert address(link) is None
    assert {kind for kind, _ in read(marker(2, link))} <= {"text", "text_special"}
    assert "".join(content for _, content in read(marker(2, link))) == "[2]"


@settings(deadline=None)
@given(TEXTS)
def test_nothing_in_an_address_ends_it_early(path: str) -> None:
    made = address(f"https://a.example/articles/{path}")
    if made is not None:
        assert re.fullmatch(r"https://a\.example/[\x21-\x7e]*", made)
        assert not set(made) & set('()<>|`"\\^{} \n')


def test_what_nobody_sees_is_left_out() -> None:
    assert line("pay\u202e 500 \u200b\n\nnow\x00") == "pay 500 now"


def test_pieces_are_cut_between_words_and_lose_none() -> None:
    text = "one two three four five"
    assert pieces(text, 9) == ["one two", "three", "four five"]
    assert pieces("一二三，四五六，七八九", 5) == ["一二三，", "四五六，", "七八九"]
    assert pieces("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert pieces("short", 9) == ["short"]


@settings(deadline=None)
@given(st.text(alphabet="ab 。，", max_size=200), st.integers(4, 50))
def test_no_piece_is_longer_than_asked(text: str, most: int) -> None:
    made = pieces(line(text), most)
    assert all(len(piece) <= most for piece in made)
    assert "".join(made).replace(" ", "") == line(text).replace(" ", "")


def test_what_is_shortened_says_so() -> None:
    assert shortened("one two three", 20) == "one two three"
    assert shortened("one two three", 9) == "one two …"
    assert len(shortened("x" * 50, 10)) <= 10
