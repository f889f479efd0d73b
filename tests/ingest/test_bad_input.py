"""What goes wrong from outside, through the command line: a sentence that names it, exit code 1, and no harm done."""

import io
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from ingest.index import Catalogue

SOUND = "The manager approves travel by zeppelin."


class Shell:
    """A folder of articles, a data folder, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.articles, self.data = folder / "articles", folder / "data"

    def run(
        self,
        *words: object,
        data: Path | None = None,
        before: Callable[[], None] | None = None,
        by: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """The command; whatever happens, nobody sees a traceback."""
        command = [*by, sys.executable, "-c", "from service.cli import main; main()", *map(str, words)]
        done = subprocess.run(
            [*command, "--data", str(data or self.data)],
            capture_output=True,
            text=True,
            env={**os.environ, "FOOTNOTE_EMBEDDING__PROVIDER": "hashing"},
            preexec_fn=before,
            timeout=120,
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert "unforeseen" not in done.stderr, done.stderr
        return done

    def refuses(self, *words: object, data: Path | None = None) -> str:
        """What it says when it fails."""
        done = self.run(*words, data=data)
        assert done.returncode == 1, done
        return done.stderr

    def still_answers(self) -> None:
        """What was indexed before is found."""
        found = self.run("search", "zeppelin")
        assert (found.returncode, SOUND in found.stdout) == (0, True), found


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the command leaves it."""
    shell = Shell(tmp_path_factory.mktemp("sound"))
    shell.articles.mkdir()
    (shell.articles / "sound.txt").write_text(SOUND)
    assert shell.run("ingest", shell.articles).returncode == 0
    return shell.data


@pytest.fixture
def shell(tmp_path: Path, sound: Path) -> Shell:
    """The command on a data folder that holds one article, and an empty folder for others."""
    shutil.copytree(sound, tmp_path / "data")
    shell = Shell(tmp_path)
    shell.articles.mkdir()
    return shell


def pdf(text: str, password: str = "") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(60, 700, text)
    canvas.showPage()
    canvas.save()
    if password:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(out.getvalue())))
        writer.encrypt(user_password=password, algorithm="AES-256")
        out = io.BytesIO()
        writer.write(out)
    return out.getvalue()


def test_each_bad_file_is_named_with_what_to_do_and_the_good_ones_go_in(shell: Shell, tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(5000)
    files: Mapping[str, tuple[bytes, str]] = {
        "empty.txt": (b"", "empty.txt is empty"),
        "blank.md": (b" \n\t\n ", "blank.md is empty"),
        "noise.txt": (noise, "noise.txt is not text in an encoding that is known here. Save it as UTF-8"),
        "picture.txt": (b"\x89PNG\r\n\x1a\n" + noise, "picture.txt"),
        "program.txt": (b"\x7fELF\x02\x01\x01" + bytes(9) + noise, "program.txt"),
        "locked.pdf": (pdf("Secret.", "pass"), "locked.pdf is protected by a password. Save a copy without one"),
        "scan.pdf": (pdf(""), "scan.pdf has 1 page and no text: it is probably scanned. Run OCR on it"),
        "half.pdf": (pdf("Cut.")[:300], "half.pdf is a damaged PDF"),
        "word.docx": (noise, "word.docx"),
        "book.epub": (b"PK\x03\x04" + noise, "book.epub"),
        "list.jsonl": (b'{"id": "fine", "text": "A fine record."}\n{"id": 7}\n', "list.jsonl, line 2: "),
        "packed.jsonl.gz": (b"\x1f\x8b\x08\x00" + noise, "packed.jsonl.gz, line 1: the gzip archive is damaged"),
    }
    for name, (data, _) in files.items():
        (shell.articles / name).write_bytes(data)
    with (shell.articles / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    (shell.articles / "zz-late.txt").write_text("A late article goes in.")
    done = shell.run("ingest", shell.articles, tmp_path / "missing.txt")
    assert done.returncode == 1
    assert done.stdout.startswith("2 added, 0 changed, 0 unchanged")
    told = done.stderr.split("failed: ")[1:]
    for name, (_, said) in files.items():
        (mine,) = [one for one in told if name in one]
        assert said in mine
        assert ". " in mine or ": " in mine, mine
    assert "huge.txt has 200 MB; at most 50 MB are read. Split it, or raise FOOTNOTE_LIMITS__FILE_BYTES." in done.stderr
    assert f"{tmp_path}/missing.txt does not exist: check the path." in done.stderr
    assert len(told) == len(files) + 2
    shell.still_answers()
    assert "late article" in shell.run("search", "late article").stdout
    assert "fine record" in shell.run("search", "fine record").stdout


def test_chinese_in_any_usual_encoding_is_read_rightly(shell: Shell) -> None:
    simple = "员工工作满六年后有十五天年假。未休的年假在三月三十一日失效。经理在两个工作日内批准申请。"
    traditional = "員工工作滿六年後有十五天年假。未休的年假在三月三十一日失效。經理在兩個工作日內批准申請。"
    encodings = ("gbk", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8")
    texts = {
        encoding: (traditional if encoding == "big5" else simple) + f"第{numeral}份。"
        for encoding, numeral in zip(encodings, "一二三四五六七八", strict=True)
    }
    for encoding, text in texts.items():
        (shell.articles / f"{encoding}.txt").write_bytes(text.encode(encoding))
    assert shell.run("ingest", shell.articles).returncode == 0
    catalogue = Catalogue(shell.data)
    assert {a.title: a.language for a in catalogue.listed()} == {"sound": "en"} | {
        e.replace("-", " "): "zh" for e in encodings
    }
    found = [article.text for a in catalogue.listed() if (article := catalogue.article(a.id)) and a.language == "zh"]
    assert sorted(found) == sorted(texts.values())


def test_a_little_damage_in_utf8_is_read_and_marked(shell: Shell) -> None:
    data = ("Café prices rise. " * 20).encode() + b"\xff\xfe" + " Überall.".encode()
    (shell.articles / "menu.txt").write_bytes(data)
    assert shell.run("ingest", shell.articles).returncode == 0
    shown = shell.run("articles", "show", "menu").stdout
    assert "Café prices rise." in shown
    assert "Überall." in shown


def test_a_folder_without_anything_to_read_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"\x89PNG")
    said = shell.refuses("ingest", tmp_path / "pictures")
    assert f"The folder {tmp_path}/pictures holds no file that is read: it needs one of" in said


def test_loops_of_links_end(shell: Shell) -> None:
    (shell.articles / "one.txt").write_text("Found once.")
    (shell.articles / "self").symlink_to(".")
    (shell.articles / "up").symlink_to("..")
    (shell.articles / "loop.txt").symlink_to("loop.txt")
    done = shell.run("ingest", shell.articles)
    assert done.stdout.startswith("1 added")
    assert done.stderr.count("failed: ") == 1
    assert "loop.txt is a link that leads nowhere: mend or remove it." in done.stderr


def test_a_name_that_is_not_utf8_is_told(shell: Shell) -> None:
    (shell.articles / os.fsdecode(b"caf\xe9.txt")).write_text("Some words.")
    assert r"caf\xe9.txt is not UTF-8: rename it." in shell.refuses("ingest", shell.articles)
    assert r"caf\\xe9.txt" in shell.run("ingest", shell.articles, "--json").stdout


def damage_noise(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(20_000))


def damage_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:30_000])


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damage_noise, "is damaged. Restore catalogue.db from a backup, or ingest into a new --data folder."),
        (damage_half, "is damaged. Restore catalogue.db from a backup, or ingest into a new --data folder."),
        (newer, "was written by a newer Footnote (schema 0099; this one knows 0001). Upgrade Footnote"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_left_as_it_is(
    shell: Shell, spoil: Callable[[Path], None], said: str
) -> None:
    file = shell.data / "catalogue.db"
    spoil(file)
    before = file.read_bytes()
    for words in (("ingest", shell.articles), ("articles", "list"), ("articles", "remove", "sound"), ("search", "x")):
        message = shell.refuses(*words)
        assert str(shell.data) in message
        assert said in message
    assert file.read_bytes() == before


@pytest.mark.slow
def test_damaged_vectors_leave_the_keywords_answering(shell: Shell) -> None:
    (shell.data / "chroma" / "chroma.sqlite3").write_bytes(random.Random(1).randbytes(20_000))
    (shell.articles / "new.txt").write_text("A new article comes in.")
    assert f"Chroma in {shell.data} is damaged. Run `footnote doctor --repair`" in shell.refuses(
        "ingest", shell.articles
    )
    shell.still_answers()
    assert "new article" in shell.run("search", "new article").stdout


def test_a_file_in_place_of_the_data_folder_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        said = shell.refuses("ingest", shell.articles, data=data)
        assert f"The data folder {data} cannot be made: there is a file in its place." in said


def without_privileges() -> tuple[str, ...]:
    """A prefix under which the permissions of files count for root as well."""
    if os.geteuid() != 0:
        return ()
    by = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
    if not shutil.which("setpriv") or subprocess.run([*by, "true"], capture_output=True).returncode:
        pytest.skip("root here cannot let go of its privileges")
    return by


def test_what_may_not_be_written_or_read_is_named(shell: Shell) -> None:
    by = without_privileges()
    secret = shell.articles / "secret.txt"
    secret.write_text("Not for everyone.")
    closed = shell.articles / "closed"
    closed.mkdir()
    (shell.articles / "late.jsonl").write_text('{"id": "late", "text": "A late article."}\n')
    (shell.articles / "shut.jsonl").write_text('{"id": "shut", "text": "A shut article."}\n')
    for path in (secret, closed, shell.articles / "shut.jsonl"):
        path.chmod(0)
    try:
        done = shell.run("ingest", shell.articles, by=by)
        assert (done.returncode, done.stdout[:7]) == (1, "1 added"), done
        for said in (
            "secret.txt may not be read",
            "closed cannot be read: Permission",
            "shut.jsonl cannot be read: Perm",
        ):
            assert said in done.stderr
        shell.data.chmod(0o500)
        for path in shell.data.iterdir():
            path.chmod(0o400 if path.is_file() else 0o500)
        done = shell.run("ingest", shell.articles, by=by)
        assert done.returncode == 1
        assert f"The data folder {shell.data} cannot be written" in done.stderr
    finally:
        closed.chmod(0o700)
        shell.data.chmod(0o700)
        for path in shell.data.iterdir():
            path.chmod(0o600 if path.is_file() else 0o700)
    shell.still_answers()


def much(shell: Shell) -> None:
    """More than the small disks of these tests hold."""
    for n in range(30):
        (shell.articles / f"big{n}.txt").write_text(f"这是第{n}篇长文章里的一句话。" * 3000, "utf-8")


@pytest.mark.slow
def test_a_disk_that_takes_no_more_is_named_and_harms_nothing(shell: Shell) -> None:
    """No file may grow past 2 MB: what a full disk does, without one."""
    much(shell)
    limit = 2_000_000
    done = shell.run("ingest", shell.articles, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert done.returncode == 1
    assert f"The disk that holds {shell.data} is full. Free some space and run the same command again" in done.stderr
    shell.still_answers()
    assert shell.run("ingest", shell.articles).returncode == 0
    assert shell.run("ingest", shell.articles).stdout.startswith("0 added, 0 changed, 30 unchanged")


FULL = """
mount -t tmpfs -o size=3m none {disk} && cp -r {data} {disk}/data || exit 77
{command} ingest {articles} --data {disk}/data; echo "first $?"
{command} search zeppelin --data {disk}/data; echo "second $?"
"""


@pytest.mark.slow
def test_a_full_disk_is_named_and_harms_nothing(shell: Shell, tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("this machine allows no mount of one's own")
    much(shell)
    (tmp_path / "disk").mkdir()
    command = f"{sys.executable} -c 'from service.cli import main; main()'"
    script = FULL.format(disk=tmp_path / "disk", data=shell.data, articles=shell.articles, command=command)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "FOOTNOTE_EMBEDDING__PROVIDER": "hashing"},
        timeout=120,
    )
    if done.returncode == 77:
        pytest.skip("this machine allows no mount of one's own")
    assert "Traceback" not in done.stderr
    assert f"The disk that holds {tmp_path}/disk/data is full. Free some space" in done.stderr
    assert "first 1\n" in done.stdout
    assert SOUND in done.stdout
    assert done.stdout.endswith("second 0\n")
