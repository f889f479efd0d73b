"""The rules of the layout: who imports whom, what `--help` loads, what is tracked and what ships."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("service", "ingest", "prompts")
WIDGET = ROOT / "service/widget"  # only what is built of it runs
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
HELP = "import sys; sys.argv = ['footnote', '--help']; from service.cli import main"

# Written so that the patterns do not match themselves.
A_MACHINES_PATH = re.compile(r"/(?:work|root|Users|home/\w+)/")
A_REGISTRY = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|yarnpkg)\.(?:org|com)|--(?:extra-)?index-url|\"resolved\": *\"http"
)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


def test_imports_keep_every_rule() -> None:
    run = lint_imports(ROOT)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("module", "statement", "broken"),
    [
        ("ingest/sources/broken.py", "import service.answer", "service -> ingest -> prompts"),
        ("prompts/broken.py", "from ingest import article", "service -> ingest -> prompts"),
        ("service/retrieval/broken.py", "def f():\n    from chromadb.config import Settings", "knows Chroma"),
        ("ingest/index/broken.py", "import chromadb", "knows Chroma"),
        ("service/answering/broken.py", "from llama_index.core.llms import ChatMessage", "know model SDKs"),
        ("service/channels/http/broken.py", "import openai", "know model SDKs"),
        ("service/answering/broken.py", "import fastapi", "know the web framework"),
        ("ingest/broken.py", "from starlette.requests import Request", "know the web framework"),
        ("service/channels/http/broken.py", "import slack_bolt", "knows Slack"),
        ("service/retrieval/broken.py", "import sqlalchemy", "know the database"),
        ("service/channels/broken.py", "from service.retrieval import search", "they never search"),
        ("service/channels/broken.py", "import service.channels.http", "never import each other"),
    ],
)
def test_breaking_a_rule_is_found(module: str, statement: str, broken: str, tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / module).write_text(statement, "utf-8")
    run = lint_imports(tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert any(broken in line and " BROKEN" in line for line in run.stdout.splitlines()), run.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_are_ours(package: str) -> None:
    """The registry has distributions of these names; an installed one must not come first."""
    assert Path(str(import_module(package).__file__)).parent == ROOT / package


def test_help_loads_nothing_heavy() -> None:
    """Loading all of it takes seconds."""
    heavy = (
        "chromadb",
        "llama_index",
        "sqlalchemy",
        "pydantic",
        "fastapi",
        "openai",
        "numpy",
        "onnxruntime",
        "slack_bolt",
    )
    code = f"""{HELP}
try:
    main()
finally:
    print(sorted(set(sys.modules) & set({heavy!r})), file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ingest" in run.stdout
    assert run.stderr.strip() == "[]"


def test_help_is_quick() -> None:
    """At most 0.4 s. Processor time, best of five, because other tests run at the same time."""
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", f"{HELP}; main()"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) <= 0.4


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_tracked_files_name_no_machine_and_no_registry() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "ignore")
        for pattern in (A_MACHINES_PATH, A_REGISTRY):
            found += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_constraints_are_versions_alone() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)] == []
    assert lines == sorted(lines, key=str.lower)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    wanted = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"], "pip"]
    names = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-") for one in wanted}
    assert names <= pinned


def test_the_wheel_has_all_that_is_read_at_run_time(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and WIDGET not in path.parents
    } | {"service/widget/dist/widget.js"}
    assert ours <= shipped
    for needed in ("prompts/answer/v1/system.md.j2", "prompts/phrases/en.toml", "ingest/py.typed"):
        assert needed in shipped
    assert any(name.startswith("ingest/index/migrations/versions/") for name in shipped)
    others = {name.split("/")[0] for name in shipped - ours}
    assert {name for name in others if not name.endswith(".dist-info")} == set()
    assert any(name.endswith("/licenses/NOTICE") for name in shipped)
