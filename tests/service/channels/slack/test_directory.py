"""The file that gives the groups of people by their e-mail addresses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.channels.slack.directory import Directory
from service.errors import WhoAsksUnknown

ANA, BEN = "ana@example.com", "ben@example.com"


def read(path: Path, text: str, encoding: str = "utf-8") -> dict[str, tuple[str, ...]]:
    path.write_text(text, encoding)
    return Directory(path).groups([ANA, BEN])


def test_json_lists_groups_by_address(tmp_path: Path) -> None:
    told = '{"Ana@Example.com": ["hr", "board", "hr"], "cy@example.com": ["hr"], "ben@example.com": []}'
    assert read(tmp_path / "people.json", told) == {ANA: ("hr", "board"), BEN: ()}


def test_csv_has_an_address_a_line_with_groups_between_spaces_or_commas(tmp_path: Path) -> None:
    told = (
        'email,groups,left\nANA@example.com,hr board,no\n ben@example.com,"人事,night shift",\nana@example.com,law,\n'
    )
    assert read(tmp_path / "people.csv", told) == {ANA: ("hr", "board", "law"), BEN: ("人事", "night shift")}


def test_a_spreadsheets_mark_of_utf_8_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read(tmp_path / "people.csv", f"email,groups\r\n{ANA},hr\r\n", "utf-8-sig") == {ANA: ("hr",)}


@pytest.mark.parametrize(
    ("name", "told", "why"),
    [
        ("people.json", '{"ana@example.com": ["hr"]', "not JSON"),
        ("people.json", '["ana@example.com"]', "has to be an object"),
        ("people.json", '{"ana@example.com": "hr"}', "have to be a list"),
        ("people.json", '{"ana@example.com": ["hr", 7]}', "cannot be read"),
        ("people.json", '{"ana@example.com": ["h\\nr"]}', "cannot be read"),
        ("people.json", '{"ana": ["hr"]}', "no e-mail address"),
        ("people.json", '{"ana@example.com": ["hr"], "ANA@example.com": []}', "twice"),
        ("people.csv", "ana@example.com,hr\n", "first line"),
        ("people.csv", "", "first line"),
        ("people.csv", "email,groups\nana@example.com\n", "fields"),
        ("people.csv", "email,groups\nana@example.com,hr,board\n", "fields"),
        ("people.csv", 'email,groups\nana@example.com,"hr\n', "unexpected end"),
        ("people.csv", "email,groups\nana,hr\n", "no e-mail address"),
    ],
)
def test_what_cannot_be_read_whole_is_not_read_at_all(
    tmp_path: Path, name: str, told: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(WhoAsksUnknown) as error:
        read(tmp_path / name, told)
    assert why in caplog.text and str(tmp_path / name) in caplog.text
    assert str(tmp_path) not in str(error.value)  # whoever asks is not told where it lies


def test_a_file_that_was_put_in_its_place_is_noticed_however_alike(tmp_path: Path) -> None:
    path, other = tmp_path / "people.json", tmp_path / "other.json"
    path.write_text('{"ana@example.com": ["hr"]}')
    other.write_text('{"ana@example.com": ["it"]}')
    for one in (path, other):
        os.utime(one, (1, 1))
    directory = Directory(path)
    assert directory.groups([ANA]) == {ANA: ("hr",)}
    other.replace(path)
    assert directory.groups([ANA]) == {ANA: ("it",)}


def test_it_is_not_read_again_while_it_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text('{"ana@example.com": ["hr"]}')
    directory = Directory(path)
    first = directory._current()
    assert directory._current() is first
