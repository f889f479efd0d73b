import gzip
import os
from pathlib import Path

import pytest

from ingest.errors import PermanentError, SourceUnreachable, TransientError
from ingest.extract.jsonl import ReadyArticle
from ingest.sources.base import Fetched, Item, Unreadable
from ingest.sources.folder import FolderSource


def write(path: Path, text: str = "Some words.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(path: Path) -> list[str]:
    """What is listed, relative to the folder; what cannot be read is marked."""
    return [
        os.path.relpath(one.uri, path) + ("!" if isinstance(one, Unreadable) else "")
        for one in FolderSource(path).list()
    ]


def refusal(path: Path) -> str:
    (one,) = FolderSource(path).list()
    assert isinstance(one, Unreadable)
    return str(one.error)


def test_every_readable_file_below_is_listed_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.MD", "a/b/c.pdf"):
        write(tmp_path / name)
    write(tmp_path / "c.jsonl", '{"id": "2", "text": "x"}\n{"id": "1", "text": "y"}\n')
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(b'{"id": "2", "text": "x"}'))
    for name in ("picture.png", ".hidden.txt", ".git/x.txt", "a/~$z.docx", "txt"):
        write(tmp_path / name)
    assert names(tmp_path) == ["a/b/c.pdf", "a/z.MD", "b.txt", "c.jsonl#2", "c.jsonl#1", "d.jsonl.gz#2"]
    assert names(tmp_path) == names(tmp_path)


def test_an_item_knows_its_size_and_its_bytes(tmp_path: Path) -> None:
    (item,) = FolderSource(write(tmp_path / "a.txt", "abc")).list()
    assert isinstance(item, Item)
    assert (item.name, item.size, item.fetch(None), item.mark) == ("a.txt", 3, Fetched(b"abc", "a.txt"), None)


def test_each_record_of_a_ready_file_is_an_item_of_its_own(tmp_path: Path) -> None:
    path = write(
        tmp_path / "b.jsonl",
        '{"id": "one", "text": "First."}\nnonsense\n'
        '{"id": "one", "text": "Again."}\n{"id": "two", "text": "Second."}\n',
    )
    first, broken, again, second = FolderSource(path).list()
    assert isinstance(first, Item)
    assert isinstance(second, Item)
    assert (first.uri, first.name, second.uri) == (f"{path}#one", "b.jsonl, line 1", f"{path}#two")
    record = second.fetch(None)
    assert isinstance(record, ReadyArticle)
    assert (record.id, record.text, record.line) == ("two", "Second.", 4)
    assert isinstance(broken, Unreadable)
    assert isinstance(again, Unreadable)
    assert (broken.uri, again.uri) == (str(path), str(path))
    assert str(broken.error).startswith("b.jsonl, line 2: ")
    assert str(again.error) == (
        "b.jsonl, line 3: the id 'one' is line 1's already. Give every article an id of its own."
    )


def test_a_source_is_named_by_its_absolute_path_and_lists_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = FolderSource(Path("articles"), ("staff",))
    assert (source.key, source.groups, source.exhaustive) == (str(tmp_path / "articles"), ("staff",), True)


@pytest.mark.parametrize("name", ["nothing", "gone.txt"])
def test_a_path_that_leads_nowhere_is_no_empty_source(tmp_path: Path, name: str) -> None:
    (tmp_path / "gone.txt").symlink_to("elsewhere")
    (one,) = FolderSource(tmp_path / name).list()
    assert isinstance(one, Unreadable)
    assert isinstance(one.error, SourceUnreachable)


def test_a_file_has_the_same_uri_however_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a" / "b.txt")
    monkeypatch.chdir(tmp_path / "a")
    paths = (tmp_path, Path("b.txt"), Path("./b.txt"), Path("."), Path("../a"), tmp_path / "a" / ".." / "a" / "b.txt")
    assert {one.uri for path in paths for one in FolderSource(path).list()} == {str(tmp_path / "a" / "b.txt")}


def test_links_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.txt")
    write(tmp_path / "in" / "deep" / "b.txt")
    write(tmp_path / "out" / "c.txt")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "self").symlink_to(".")
    (tmp_path / "in" / "deep" / "out").symlink_to(tmp_path / "out")
    (tmp_path / "out" / "back").symlink_to(tmp_path / "in")
    assert names(tmp_path / "in") == ["a.txt", "deep/b.txt", "deep/out/c.txt"]


def test_a_file_is_listed_once_however_many_links_lead_to_it(tmp_path: Path) -> None:
    for folder in "abcdefgh":
        write(tmp_path / folder / f"{folder}.txt")
    for folder in "abcdefgh":
        for other in set("abcdefgh") - {folder}:
            (tmp_path / folder / f"to-{other}").symlink_to(f"../{other}")
    (tmp_path / "a" / "0.txt").symlink_to("../b/b.txt")
    assert names(tmp_path) == [f"{folder}/{folder}.txt" for folder in "abcdefgh"]


def test_links_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "gone.txt").symlink_to("nothing")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "loop").symlink_to("loop")
    assert names(tmp_path) == ["a.txt", "gone.txt!", "loop.txt!"]
    assert refusal(tmp_path / "gone.txt") == f"{tmp_path}/gone.txt is a link that leads nowhere: check the path."
    assert "loop" in refusal(tmp_path / "loop")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "does not exist: check the path."),
        ("nothing/below.txt", "does not exist: check the path."),
        ("a.txt/below", "cannot be read: Not a directory. Check the path."),
        ("x" * 300, "cannot be read: File name too long. Check the path."),
        ("picture.png", "is of a format that is not read: convert it to one of"),
        ("pipe.txt", "is neither a file nor a folder."),
        ("empty", "holds no file that is read: it needs one of"),
    ],
)
def test_what_cannot_be_listed_is_named_with_the_reason(tmp_path: Path, name: str, said: str) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "picture.png")
    write(tmp_path / "empty" / "picture.png")
    os.mkfifo(tmp_path / "pipe.txt")
    message = refusal(tmp_path / name)
    assert f"{tmp_path}/{name}" in message
    assert said in message


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert names(tmp_path) == ["a.txt", "pipe.txt!"]


def test_a_name_that_is_not_utf8_is_refused_in_words_that_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Some words.")
    write(tmp_path / "a.txt")
    assert names(tmp_path) == ["a.txt", r"caf\xe9.txt!"]
    message = refusal(tmp_path / os.fsdecode(b"caf\xe9.txt"))
    assert message == rf"The name of {tmp_path}/caf\xe9.txt is not UTF-8: rename it."


def test_folders_nested_deeper_than_calls_may_be(tmp_path: Path) -> None:
    deep = ["d"] * 1050
    for depth in range(len(deep)):
        os.mkdir(tmp_path / "/".join(deep[: depth + 1]))
    write(tmp_path / "z.txt")
    try:
        assert names(tmp_path) == ["z.txt"]
    finally:
        while deep:  # pytest would clear them away by recursion
            os.rmdir(tmp_path / "/".join(deep))
            deep.pop()


def test_a_file_that_vanishes_before_it_is_read_is_named(tmp_path: Path) -> None:
    (item,) = FolderSource(write(tmp_path / "a.txt")).list()
    assert isinstance(item, Item)
    (tmp_path / "a.txt").unlink()
    with pytest.raises(PermanentError, match=r"a\.txt was taken away"):
        item.fetch(None)
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(TransientError, match=r"a\.txt cannot be read: Is a directory"):
        item.fetch(None)
