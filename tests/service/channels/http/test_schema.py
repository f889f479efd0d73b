"""The service keeps to its OpenAPI, whatever is sent: schemathesis makes requests up and checks every answer.

No 5xx, no status or content type that is not documented, no body or header that does not fit its schema, nothing taken
that the schema refuses.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.index import Catalogue
from service.identity.key_store import KeyStore
from service.settings import Settings
from tests.fakes.running_app import serving, settings_over

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
FAKES = Path(__file__).resolve().parents[3] / "fakes"
ORIGIN = "https://intranet.example"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
ARTICLES = [
    {"id": "parental-leave", "title": "Parental leave", "text": "Parental leave is 20 weeks at full pay."},
    {"id": "年报/2026", "title": "报销", "text": "出差报销应当在返回后十个工作日内提交。"},
    {"id": "minutes", "title": "Minutes", "text": "The board bought a zeppelin.", "groups": ["board"]},
]


def secrets(settings: Settings) -> dict[str, str]:
    """What to show as the owner of the data folder, with a key that may everything, with one that asks, as nobody."""
    catalogue = Catalogue(settings.data)
    store = KeyStore(catalogue)
    _, everything = store.create("all", ("ask", "ingest", "admin"), ("public", "board"), (ORIGIN,))
    _, asking = store.create("reader", ("ask",), ("public",))
    catalogue.close()
    owner = json.loads((settings.data / "owner.lock").read_text())["token"]
    return {"owner": owner, "everything": everything, "asking": asking, "nobody": ""}


def run(url: str, secret: str, folder: Path, *options: str) -> str:
    """What schemathesis says at its end."""
    header = ["--header", f"Authorization: Bearer {secret}"] if secret else []
    done = subprocess.run(
        [
            SCHEMATHESIS, "run", f"{url}/openapi.json", *header, "--checks", ",".join(CHECKS), "--no-color",
            "--warnings", "off", "--generation-database", "none", "--seed", "618",
            "--suppress-health-check", "filter_too_much",  # of what is made up, not of the service; cases are counted
            *options,
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": str(FAKES)},
        cwd=folder, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def cases(said: str) -> int:
    """How many requests were made, none of which found anything."""
    found = re.search(r"^ *(\d+) generated, (\d+) (?:found|passed)", said, re.M)
    assert found, said[-2000:]
    return int(found[1])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("schema")
    return settings_over(folder, ARTICLES, limits={"per_minute": 0}, widget={"origins": ORIGIN})


def test_a_few_hundred_made_up_requests_find_nothing(settings: Settings, tmp_path: Path) -> None:
    with serving(settings) as url:
        said = run(url, secrets(settings)["owner"], tmp_path, "--max-examples", "8", "--phases", "examples,fuzzing")
    assert cases(said) >= 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "examples", "least"),
    [("owner", 90, 2500), ("everything", 90, 2500), ("asking", 30, 1000), ("nobody", 30, 1000)],
)
def test_thousands_of_made_up_requests_find_nothing(
    settings: Settings, tmp_path: Path, who: str, examples: int, least: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(settings) as url:
        made = cases(run(url, secrets(settings)[who], tmp_path, "--max-examples", str(examples)))
    with capsys.disabled():
        print(f"\nschemathesis, as {who}: {made} cases, 0 failures ({len(CHECKS)} checks each)")
    assert made >= least
