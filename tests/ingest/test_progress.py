import io
import re

from ingest.progress import Lines, Silent


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_file_gets_lines_with_rate_and_time_left() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=0)
    lines.reading("a.txt")
    for done in (0, 5, 10):
        lines.embedding(done, 10)
    lines.finish()
    first, middle, last = stream.getvalue().splitlines()
    assert first == "embedding 0/10 chunks"
    assert re.fullmatch(r"embedding 5/10 chunks, [\d.]+ a second, \d+ s left", middle)
    assert re.fullmatch(r"embedding 10/10 chunks, [\d.]+ a second", last)


def test_a_file_gets_a_line_only_now_and_then_but_always_the_last() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=3600)
    for done in range(101):
        lines.embedding(done, 100)
    assert [line.split()[1] for line in stream.getvalue().splitlines()] == ["0/100", "100/100"]


def test_nothing_to_embed_is_not_worth_a_line() -> None:
    stream = io.StringIO()
    Lines(stream, every=0).embedding(0, 0)
    assert stream.getvalue() == ""


def test_a_terminal_gets_one_line_that_is_written_over_and_left_clean() -> None:
    stream = Terminal()
    lines = Lines(stream)
    lines.reading("a.txt")
    lines.embedding(0, 2)
    lines.embedding(2, 2)
    lines.finish()
    assert "\n" not in stream.getvalue()
    assert stream.getvalue().startswith("\r\x1b[Kreading a.txt")
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_name_cannot_steer_the_terminal_or_fill_more_than_a_row() -> None:
    stream = Terminal()
    Lines(stream).reading("\x1b[31mred\nname" + "长" * 200)
    shown = stream.getvalue().removeprefix("\r\x1b[K")
    assert shown.startswith("reading ?[31mred?name长")
    assert 2 * shown.count("长") < 80


def test_silence_is_silent(capsys: object) -> None:
    silent = Silent()
    silent.reading("a")
    silent.embedding(1, 2)
    silent.finish()
    assert capsys.readouterr() == ("", "")  # type: ignore[attr-defined]
