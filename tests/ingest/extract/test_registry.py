import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ingest
from ingest.errors import PermanentError
from ingest.extract import SUFFIXES, extractor_for

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(ingest.__file__).parents[1])}


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_every_suffix_has_an_extractor_that_refuses_an_empty_file_by_name(suffix: str) -> None:
    extract = extractor_for(f"Notes{suffix.upper()}")
    assert extract is not None
    with pytest.raises(PermanentError, match=rf"^Notes{suffix} is empty\. .+\.$"):
        extract(b"", f"Notes{suffix}")


@pytest.mark.parametrize("name", ["photo.png", "README", "archive.tar.gz", ".txt", "data.jsonl"])
def test_other_names_have_none(name: str) -> None:
    assert extractor_for(name) is None


def test_importing_the_package_loads_no_format_library() -> None:
    heavy = ["trafilatura", "pypdf", "mammoth", "lxml", "markdown_it", "charset_normalizer", "yaml"]
    code = f"import sys, ingest.extract; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.pdf", "a.docx", "a.epub"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(64)), "a PNG image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or password-protected Office document"),
        (gzip.compress(b"text", mtime=0), "a gzip archive"),
    ],
)
def test_a_wrong_suffix_is_told_what_the_file_is(name: str, data: bytes, said: str) -> None:
    extract = extractor_for(name)
    assert extract is not None
    with pytest.raises(PermanentError) as caught:
        extract(data, name)
    message = str(caught.value)
    assert message.startswith(name) and said in message and message.endswith(".")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.epub"])
def test_random_bytes_and_every_truncation_are_refused_politely(name: str) -> None:
    extract = extractor_for(name)
    assert extract is not None
    heads = {"a.pdf": b"%PDF-1.7\n", "a.docx": b"PK\x03\x04", "a.epub": b"PK\x03\x04"}
    noise = bytes((i * 7919 + i // 256 * 31) % 256 for i in range(3000))
    for data in (b"x", noise, heads[name], heads[name] + noise, heads[name] + b"\0" * 50):
        with pytest.raises(PermanentError, match=rf"^{name} .+\.$"):
            extract(data, name)
