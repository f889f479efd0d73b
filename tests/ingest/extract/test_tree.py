import pytest

from ingest.extract.base import Block
from ingest.extract.tree import blocks_of, parse, without_title


def read(html: str) -> list[tuple[str, str]]:
    return [(b.kind, b.text) for b in blocks_of(parse(html))]


def test_inline_markup_is_dropped_and_white_space_collapsed() -> None:
    html = "<p>A <b>bold</b>\n  <a href='/x'>link</a>,&nbsp; and <code>code</code>.</p>"
    assert read(html) == [("paragraph", "A bold link, and code.")]


def test_headings_keep_their_level() -> None:
    blocks = blocks_of(parse("<h1>A</h1><h3>B <a href='#b'>¶</a></h3><p>c</p>"))
    assert blocks == (Block("heading", "A", 1), Block("heading", "B", 3), Block("paragraph", "c"))


def test_lists_number_their_items_and_are_flattened() -> None:
    html = "<ol start=3><li>x<ul><li>y</li></ul></li><li value=9><p>z</p><p>more of z</p></li><li>last</li></ol>"
    assert read(html) == [
        ("item", "3. x"),
        ("item", "- y"),
        ("item", "9. z"),
        ("paragraph", "more of z"),
        ("item", "10. last"),
    ]


def test_a_table_is_rows_and_a_spanning_cell_is_said_in_each() -> None:
    html = (
        "<table><caption>Fees</caption><tr><th>Region<th>Way<th>Fee</tr>"
        "<tr><td rowspan=2>EU<td><p>post</p><p>slow</p><td>1</tr><tr><td>courier<td>5</tr><tr><td><td><td></tr></table>"
    )
    assert read(html) == [
        ("paragraph", "Fees"),
        ("row", "Region | Way | Fee"),
        ("row", "EU | post slow | 1"),
        ("row", "EU | courier | 5"),
    ]


def test_a_table_that_lays_out_the_page_is_no_row() -> None:
    html = "<table><tr><td>Menu</td><td><h2>Title</h2><p>Text.</p></td></tr></table>"
    assert read(html) == [("paragraph", "Menu"), ("heading", "Title"), ("paragraph", "Text.")]


def test_code_keeps_its_lines() -> None:
    assert read("<pre><code>if x:\n    y()<br>z\n</code></pre>") == [("code", "if x:\n    y()\nz")]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p>1 High Street<br>London</p>", ["1 High Street", "London"]),
        ("<p>A sentence that was wrapped by hand there, at the end of the screen,<br>goes on here, and on.</p>", 1),
        ("<p>A sentence that was wrapped by hand ends at the end of the line.<br>Another one starts here.</p>", 2),
        ("<p>这一行文字是有人在屏幕的最右边用手敲回车键来换行的，所以它其实还没有说完就<br>到了下一行</p>", 1),
        ("<p>Some long line of text that nobody would ever call a short one, with no end<br><br>and a new one</p>", 2),
    ],
)
def test_line_breaks_separate_only_lines_that_mean_something(html: str, texts: list[str] | int) -> None:
    found = [text for _, text in read(html)]
    assert found == texts if isinstance(texts, list) else len(found) == texts


def test_a_wrapped_chinese_line_has_no_space_but_english_has() -> None:
    assert read("<p>员工应当在三十天内\n  提交报销单</p><p>two\n words</p>") == [
        ("paragraph", "员工应当在三十天内提交报销单"),
        ("paragraph", "two words"),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- no -->",
        "<span style='color:red; display : none'>no</span>",
        "<span hidden>no</span>",
        "<span aria-hidden='true'>no</span>",
        "<script>no()</script>",
        "<style>no {}</style>",
        "<template>no</template>",
        "<button>no</button>",
        "<select><option>no</option></select>",
        "<sup><a href='#note-1'>1</a></sup>",
        "<textarea>no</textarea>",
    ],
)
def test_what_no_reader_sees_is_no_text(hidden: str) -> None:
    assert read(f"<p>Be{hidden}fore, after.</p>") == [("paragraph", "Before, after.")]


def test_an_exponent_is_not_glued_to_its_base() -> None:
    assert read("<p>10<sup>6</sup> rows on the 1<sup>st</sup> day</p>") == [("paragraph", "10⁶ rows on the 1st day")]


def test_text_outside_paragraphs_is_text_too() -> None:
    assert read("loose<div>in a div<p>in a p</p>after</div>") == [
        ("paragraph", "loose"),
        ("paragraph", "in a div"),
        ("paragraph", "in a p"),
        ("paragraph", "after"),
    ]


def test_deep_nesting_is_walked() -> None:
    assert read("<div>" * 1500 + "deep" + "</div>" * 1500 + "<p>after</p>") == [
        ("paragraph", "deep"),
        ("paragraph", "after"),
    ]


@pytest.mark.parametrize("html", ["", "   ", "<!-- only -->", "</p>", "<", "<table></table><ul><li></li></ul>"])
def test_nothing_is_nothing(html: str) -> None:
    assert [text for _, text in read(html) if text != "<"] == []


def test_only_the_first_heading_that_is_the_title_goes() -> None:
    blocks = blocks_of(parse("<p>t</p><h1>A  Title</h1><h2>a title</h2><h1>a title</h1>"))
    assert [b.kind for b in without_title(blocks, "A title")] == ["paragraph", "heading", "heading"]
    assert without_title(blocks, None) == blocks
