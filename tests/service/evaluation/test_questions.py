"""Questions, read and refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from service.evaluation.questions import Chosen, Evidence, read_questions, set_name
from service.evaluation.rows import BadRows


def write(path: Path, *rows: Any) -> Path:
    path.write_text(
        "".join(f"{r if isinstance(r, str) else json.dumps(r, ensure_ascii=False)}\n" for r in rows), "utf-8"
    )
    return path


def test_a_question_alone_is_enough(tmp_path: Path) -> None:
    (asked,) = read_questions(write(tmp_path / "asked.jsonl", {"question": "直播为什么隐身？"}))
    assert (asked.id, asked.text, asked.language, asked.set) == ("asked-1", "直播为什么隐身？", "zh", "asked")
    assert (asked.answerable, asked.evidence, asked.answers, asked.parts, asked.asked_on) == (True, (), (), (), None)


def test_everything_a_row_may_say_is_kept(tmp_path: Path) -> None:
    evidence = [
        {"doc_id": "a", "quote": "One.", "group": 0},
        {"doc_id": "b", "quote": "Two.", "group": 1},
        {"doc_id": "c", "quote": "Uno.", "group": 0},
        {"doc_id": "d"},
    ]
    row = {"id": "q", "question": "What?", "lang": "en", "corpus_lang": "zh", "kind": "k", "answers": ["one"]}
    row |= {"answer_parts": [["one", "1"], "two"], "evidence": evidence, "asked_at": "2024-06-18T09:00:00Z"}
    (asked,) = read_questions(write(tmp_path / "asked.jsonl", row))
    assert asked.parts == (("one", "1"), ("two",))
    assert asked.asked_on == "2024-06-18"
    assert asked.article_ids == {"a", "b", "c", "d"}
    assert asked.quotes == ("One.", "Two.", "Uno.")
    assert [[e.article_id for e in group] for group in asked.groups] == [["a", "c"], ["b"], ["d"]]
    assert asked.evidence[3] == Evidence("d", "", "_3")


def test_a_packed_file_is_read_and_named_after_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "harbour" / "queries.jsonl.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b'{"question": "Where?", "world_answer": "here", "answerable": false}\n\n'))
    (asked,) = read_questions(path)
    assert (asked.set, asked.world, asked.answerable) == ("harbour", ("here",), False)
    assert set_name(tmp_path / "harbour" / "ferry.jsonl.gz") == "ferry"
    assert read_questions(path, name="port")[0].set == "port"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, "line 2: question has to be text that is not empty, and there is no question."),
        ({"question": " "}, "line 2: question has to be text that is not empty."),
        ({"question": 5}, "line 2: question has to be text"),
        ({"question": "Q", "answers": [1]}, "line 2: answers has to be a list of texts"),
        ({"question": "Q", "answerable": "no"}, "line 2: answerable has to be true or false"),
        ({"question": "Q", "evidence": {}}, "line 2: evidence has to be a list"),
        ({"question": "Q", "evidence": ["a"]}, "line 2: evidence[0] has to be an object"),
        ({"question": "Q", "evidence": [{"quote": "x"}]}, "line 2: evidence[0].doc_id has to be the id of an article"),
        ({"question": "Q", "evidence": [{"doc_id": "a", "quote": 1}]}, "line 2: evidence[0].quote has to be text"),
        ({"question": "Q", "answer_parts": [[]]}, "line 2: answer_parts has to be a list with, for each part"),
        ({"question": "Q", "asked_at": "June"}, "line 2: asked_at has to begin with a day, as 2024-06-18, not 'June'"),
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is not a JSON object"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(tmp_path: Path, row: Any, said: str) -> None:
    path = write(tmp_path / "asked.jsonl", {"question": "Fine?"}, row)
    with pytest.raises(BadRows) as refused:
        read_questions(path)
    assert f"{path}, {said}" in str(refused.value)
    assert str(refused.value).endswith((".", "…}."))


def test_two_rows_of_one_id_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "asked.jsonl", {"id": "q", "question": "A?"}, {"id": "q", "question": "B?"})
    with pytest.raises(BadRows, match="two rows have the id q"):
        read_questions(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe{}", "is not UTF-8"), (None, "cannot be read: No such file or directory")],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "asked.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadRows, match=said):
        read_questions(path)


def test_half_a_gzip_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"question": "Where?"}\n')[:-12])
    with pytest.raises(BadRows, match="is not a whole gzip file"):
        read_questions(path)
    path.write_bytes(b'{"question": "Where?"}\n')
    with pytest.raises(BadRows, match=r"name it \.jsonl if it is not packed"):
        read_questions(path)


def test_questions_are_chosen_by_kind_language_and_number(tmp_path: Path) -> None:
    rows = [
        {"id": f"{lang}{corpus}{n}", "question": "Q", "lang": lang, "corpus_lang": corpus, "kind": f"k{n}"}
        for lang in ("en", "zh")
        for corpus in ("en", "zh")
        for n in (1, 2)
    ]
    asked = read_questions(write(tmp_path / "asked.jsonl", *rows))
    assert [q.id for q in Chosen(language="en", corpus_language="zh").of(asked)] == ["enzh1", "enzh2"]
    assert [q.id for q in Chosen({"k2"}, limit=2).of(asked)] == ["enen2", "enzh2"]
    assert [q.id for q in read_questions(tmp_path / "asked.jsonl", "zh")] == ["enzh1", "enzh2", "zhzh1", "zhzh2"]
