import pytest

from ingest.errors import PermanentError
from ingest.extract.base import Block, Draft
from ingest.extract.markdown import extract


def read(text: str) -> Draft:
    return extract(text.encode(), "guide.md")


def test_markdown_becomes_blocks() -> None:
    draft = read(
        "# Guide\n\nFirst *line*\nwraps to [a link](https://x.example).\n\n## Steps\n\n1. Open it\n2. Close it\n"
        "   - gently\n\n"
        "| Region | Fee |\n| --- | --- |\n| EU | 0 |\n\n> Said by someone.\n\n```sh\nrun --now\n  indented\n```\n"
    )
    assert draft.title == "Guide"
    assert draft.blocks == (
        Block("paragraph", "First line wraps to a link."),
        Block("heading", "Steps", 2),
        Block("item", "1. Open it"),
        Block("item", "2. Close it"),
        Block("item", "- gently"),
        Block("row", "Region | Fee"),
        Block("row", "EU | 0"),
        Block("paragraph", "Said by someone."),
        Block("code", "run --now\n  indented"),
    )


def test_front_matter_is_read_and_the_rest_of_it_kept_as_text() -> None:
    draft = read(
        "---\ntitle: Leave policy\nauthors: [Ann Lee, Bo Wu]\ndate: 2024-05-06\nsource: https://x.example/leave\n"
        "lang: zh-CN\ngroups: [staff, legal]\ntags: [hr, leave]\nreviewed: 2024-06-01\nweight: 3\nextra: {a: 1}\n---\n"
        "# Introduction\n\nText.\n"
    )
    assert (draft.title, draft.author, draft.published_at) == ("Leave policy", "Ann Lee, Bo Wu", "2024-05-06")
    assert (draft.url, draft.language, draft.groups) == ("https://x.example/leave", "zh-CN", ("staff", "legal"))
    assert draft.metadata == {"tags": "hr, leave", "reviewed": "2024-06-01", "weight": "3"}
    assert draft.blocks[0] == Block("heading", "Introduction", 1)


def test_what_cannot_be_read_as_an_address_or_a_date_stays_metadata() -> None:
    draft = read("---\nsource: the old wiki\ndate: last spring\nurl: javascript:alert(1)\n---\nText.\n")
    assert draft.url is None and draft.published_at is None
    assert draft.metadata == {"source": "the old wiki", "date": "last spring", "url": "javascript:alert(1)"}


def test_a_heading_that_is_the_title_is_not_repeated() -> None:
    assert read("---\ntitle: Leave  Policy\n---\n# Leave policy\n\nText.").blocks == (Block("paragraph", "Text."),)


@pytest.mark.parametrize("groups", ["", "[]", "{a: 1}", "[[staff]]", "['']"])
def test_unclear_groups_are_refused_rather_than_public(groups: str) -> None:
    with pytest.raises(PermanentError, match=r"^guide\.md: groups in the front matter must list"):
        read(f"---\ngroups: {groups}\n---\nSecret text.")


def test_groups_may_be_written_with_commas() -> None:
    assert read("---\ngroups: staff, legal\n---\nText.").groups == ("staff", "legal")


@pytest.mark.parametrize("yaml", ["title: a: b", "title: [open", "title: *nowhere"])
def test_broken_yaml_names_its_line_and_quotes_no_exception(yaml: str) -> None:
    with pytest.raises(PermanentError) as caught:
        read(f"---\n{yaml}\n---\nText.")
    message = str(caught.value)
    assert message.startswith(("guide.md, line 2: ", "guide.md, line 3: ")) and message.endswith(".")
    assert "mapping values" not in message and "expected" not in message


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert [b.text for b in read("---\n\nJust text.\n\n---\n\nMore.").blocks] == ["Just text.", "More."]
    assert [b.text for b in read("---\nNo end of it").blocks] == ["No end of it"]


def test_hidden_html_and_comments_are_no_text() -> None:
    draft = read(
        "Seen.\n\n<!-- todo: secret -->\n\n<div hidden>Unseen.</div>\n\n<script>alert(1)</script>\n\nEnd<br>of it."
    )
    assert " ".join(b.text for b in draft.blocks) == "Seen. End of it."


def test_wrapped_chinese_lines_join_without_a_space() -> None:
    assert read("员工应当在三十天内\n提交报销单。").blocks == (Block("paragraph", "员工应当在三十天内提交报销单。"),)


@pytest.mark.parametrize("text", ["# Only a title", "---\ntitle: T\n---\n", "<!-- nothing -->"])
def test_no_text_is_refused(text: str) -> None:
    with pytest.raises(PermanentError, match=r"^guide\.md holds no text\."):
        read(text)


def test_windows_line_ends_and_gbk_are_read() -> None:
    draft = extract("---\r\ntitle: 报销流程\r\n---\r\n员工应当在三十天内提交报销单。\r\n".encode("gbk"), "a.md")
    assert draft.title == "报销流程" and draft.metadata == {"encoding": "gb18030"}


def test_a_yaml_bomb_is_not_unfolded() -> None:
    levels = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))
    draft = read(f"---\ntitle: T\na0: &a0 [lol]\n{levels}\n---\nText.")
    assert draft.title == "T" and sum(map(len, draft.metadata.values())) < 100_000
