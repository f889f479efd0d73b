from __future__ import annotations

import tomllib
from pathlib import Path
from string import Formatter

import pytest

import prompts
from prompts import phrase

FOLDER = Path(prompts.__file__).parent / "phrases"
FILES = sorted(FOLDER.glob("*.toml"))


def read(language: str) -> dict[str, str]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_english_and_chinese_are_there() -> None:
    assert {"en", "zh"} <= {file.stem for file in FILES}


@pytest.mark.parametrize("language", [file.stem for file in FILES])
def test_every_language_has_the_keys_of_english_with_the_same_placeholders(language: str) -> None:
    english, own = read("en"), read(language)
    assert own.keys() == english.keys()
    assert {k: placeholders(v) for k, v in own.items()} == {k: placeholders(v) for k, v in english.items()}
    assert all(sentence.strip() for sentence in own.values())


@pytest.mark.parametrize("language", [file.stem for file in FILES])
def test_every_sentence_can_be_filled_in(language: str) -> None:
    for key, sentence in read(language).items():
        filled = phrase(key, language, **{name: f"<{name}>" for name in placeholders(sentence)})
        assert "{" not in filled
        assert all(f"<{name}>" in filled for name in placeholders(sentence))


def test_a_language_that_is_not_translated_gets_english() -> None:
    assert phrase("extractive", "fi") == read("en")["extractive"]
    assert phrase("extractive", "zh") == read("zh")["extractive"] != read("en")["extractive"]


@pytest.mark.parametrize("language", ["", "../phrases/zh", "zh.toml", "..", "zh/../zh", "und", "zh\0"])
def test_a_language_cannot_name_another_file(language: str) -> None:
    assert phrase("language_fr", language) == "French"


def test_a_sentence_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        phrase("no_such_sentence", "zh")


def test_braces_in_what_is_filled_in_are_only_text() -> None:
    assert phrase("declined_near", "en", titles="{articles} {0.__class__}") == "Nearest: {articles} {0.__class__}."
