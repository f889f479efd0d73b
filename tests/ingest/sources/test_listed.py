import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ingest.index import Catalogue
from ingest.settings import IngestSettings
from ingest.sources.listed import ListedSource, due, named, read_listed, source_of, sources_from

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "data", create=True)


def write(folder: Path, text: str) -> Path:
    file = folder / "sources.toml"
    file.write_text(text, "utf-8")
    return file


def test_every_kind_is_read_with_its_groups_schedule_and_name(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        [[source]]
        folder = "handbook"
        groups = ["staff", "board", "staff"]
        every = "6h"
        name = "Handbook"
        [[source]]
        file = "../minutes.pdf"
        [[source]]
        page = "https://handbook.example/travel"
        every = "30m"
        [[source]]
        sitemap = "https://handbook.example/sitemap.xml"
        every = "2w"
        [[source]]
        feed = "http://news.example/feed"
        every = "1d"
        """,
    )
    assert read_listed(file) == [
        ListedSource("folder", str(tmp_path / "handbook"), ("staff", "board"), 6 * 3600, "Handbook"),
        ListedSource("file", str(tmp_path.parent / "minutes.pdf"), (), None, "../minutes.pdf"),
        ListedSource("page", "https://handbook.example/travel", (), 1800, "https://handbook.example/travel"),
        ListedSource(
            "sitemap", "https://handbook.example/sitemap.xml", (), 14 * 86400, "https://handbook.example/sitemap.xml"
        ),
        ListedSource("feed", "http://news.example/feed", (), 86400, "http://news.example/feed"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[source]]\nfolder = "a"\ngroup = ["x"]', "entry 1: group is not known here. Did you mean groups?"),
        ('[[source]]\nfolder = "a"\nzzzz = 1', "entry 1: zzzz is not known here. Known are folder, file,"),
        ('[[source]]\nfolder = "a"\n[[source]]\nname = "b"', "entry 2 says not where it is"),
        ('[[source]]\nfolder = "a"\npage = "https://b.example"', "entry 1 has folder and page: it needs exactly one"),
        ("[[source]]\nfolder = 3", "entry 1: folder has to be a text in quotes"),
        ('[[source]]\nfolder = " "', "entry 1: folder has to be a text in quotes"),
        ('[[source]]\nfolder = "a"\nname = ["b"]', "entry 1: name has to be a text in quotes"),
        ('[[source]]\nfolder = "a"\ngroups = "staff"', "entry 1: groups has to be a list of names"),
        ('[[source]]\nfolder = "a"\ngroups = [1]', "entry 1: groups has to be a list of names"),
        ('[[source]]\nfolder = "a"\ngroups = []', "entry 1: groups is empty"),
        ('[[source]]\nfolder = "a"\nevery = "6 hours"', "entry 1: every = '6 hours' is no schedule"),
        ('[[source]]\nfolder = "a"\nevery = "0h"', "entry 1: every = '0h' is no schedule"),
        ('[[source]]\nfolder = "a"\nevery = 6', "entry 1: every = 6 is no schedule"),
        ('[[source]]\npage = "handbook.example"', "entry 1: page = 'handbook.example' is no web address"),
        ('[[source]]\nfolder = "a"\n[[source]]\nfolder = "./b/../a/"', "entry 2: ./b/../a/ is entry 1 already"),
        ('[[source]]\nfeed = "https://a.example"\n[[source]]\npage = "https://a.example"', "is entry 1 already"),
        ('[[source]]\nfolder = "a"\n[[source]]\nfolder = "a/hr"', "a/hr and a (entry 1) lie one in the other"),
        ('[[source]]\nfile = "a/hr.md"\n[[source]]\nfolder = "a"', "a and a/hr.md (entry 1) lie one in the other"),
        ('[source]\nfolder = "a"', "a source begins with [[source]], in double brackets"),
        ('[[sources]]\nfolder = "a"', "sources is not known here"),
        ("", "lists no source"),
        ('[[source]]\nfolder = "a"\nevery = 6h\n', "sources.toml, line 3: this is not TOML"),
        ('[[source]]\nfolder = "a"\nfolder = "b"', "sources.toml, line 3: this is not TOML"),
        ('[[source]]\nfolder = "a\n', "sources.toml, line 2: this is not TOML"),
        ('[[source]]\n\ngroups = ["a",\n', "sources.toml, line 3: this is not TOML"),
    ],
)
def test_what_is_wrong_is_said_of_the_file_and_the_entry(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        read_listed(file)
    assert str(refused.value).startswith(str(file))
    assert said in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read: No such file or directory\."):
        read_listed(tmp_path / "none.toml")
    (tmp_path / "sources.toml").write_bytes('[[source]]\nfolder = "Büro"'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"sources\.toml is not text in UTF-8"):
        read_listed(tmp_path / "sources.toml")


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nfolder = "Büro"', "utf-8-sig")
    assert [one.name for one in read_listed(tmp_path / "sources.toml")] == ["Büro"]


def test_two_names_of_one_folder_are_one_source(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(SettingsError, match="entry 2: link is entry 1 already"):
        read_listed(write(tmp_path, '[[source]]\nfolder = "real"\n[[source]]\nfolder = "link"'))


def test_folders_whose_names_begin_alike_lie_beside_each_other(tmp_path: Path) -> None:
    listed = read_listed(write(tmp_path, '[[source]]\nfolder = "hr"\n[[source]]\nfolder = "hr-old"'))
    assert [one.name for one in listed] == ["hr", "hr-old"]


@pytest.mark.parametrize("kind", ["folder", "file", "page", "sitemap", "feed"])
def test_the_source_of_an_entry_has_the_key_of_the_entry(tmp_path: Path, kind: str) -> None:
    address = "handbook" if kind in {"folder", "file"} else "https://handbook.example/x"
    (listed,) = read_listed(write(tmp_path, f'[[source]]\n{kind} = "{address}"'))
    assert source_of(listed, IngestSettings()).key == listed.key


def test_the_source_of_a_folder_lists_its_files(tmp_path: Path) -> None:
    (tmp_path / "handbook").mkdir()
    (tmp_path / "handbook" / "travel.md").write_text("Managers approve travel.")
    (listed,) = read_listed(write(tmp_path, '[[source]]\nfolder = "handbook"'))
    assert [one.uri for one in source_of(listed, IngestSettings()).list()] == [str(tmp_path / "handbook/travel.md")]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("https://handbook.example/travel", "page"),
        ("https://handbook.example", "page"),
        ("https://handbook.example/sitemap_index.xml.gz?x=1", "sitemap"),
        ("https://news.example/feed/", "feed"),
        ("https://news.example/index.rss", "feed"),
        ("https://news.example/atom.xml", "feed"),
        ("https://news.example/feeding-the-team", "page"),
        ("handbook", "folder"),
        ("minutes.pdf", "file"),
    ],
)
def test_what_a_command_names_is_told_apart(tmp_path: Path, given: str, kind: str) -> None:
    (tmp_path / "handbook").mkdir()
    listed = named(given, ["staff"])
    assert (listed.kind, listed.groups, listed.name) == (kind, ("staff",), given)
    assert listed.address == (given if "://" in given else str(tmp_path / given))


def test_an_entry_comes_through_json_as_it_was_and_its_source_has_its_groups(tmp_path: Path) -> None:
    text = '[[source]]\nfolder = "a"\ngroups = ["hr"]\n[[source]]\npage = "https://b.example/x"\nevery = "1d"'
    listed = read_listed(write(tmp_path, text))
    plain = json.loads(json.dumps([one.as_json() for one in listed]))
    assert [ListedSource.from_json(one) for one in plain] == listed
    assert [(s.key, s.groups) for s in sources_from(plain, IngestSettings())] == [
        (str(tmp_path / "a"), ("hr",)),
        ("https://b.example/x", ()),
    ]
    assert [one.with_groups(["board"]).groups for one in listed] == [("board",), ("board",)]
    assert [one.with_groups([]) for one in listed] == listed


def test_a_source_is_due_when_its_time_has_passed_since_its_own_last_run(catalogue: Catalogue) -> None:
    listed = ListedSource("page", "https://handbook.example", every=3600)
    assert due(listed, catalogue, NOW)
    catalogue.record_run((NOW - timedelta(hours=3)).isoformat(), {"added": 1}, (listed.key, "/articles"))
    assert due(listed, catalogue, NOW)
    catalogue.record_run((NOW - timedelta(minutes=59)).isoformat(), {"added": 0}, ("/articles", listed.key))
    catalogue.record_run(NOW.isoformat(), {"added": 0}, ("https://handbook.example/other",))
    assert not due(listed, catalogue, NOW)
    assert due(listed, catalogue, NOW + timedelta(minutes=1))


def test_a_source_without_a_schedule_is_due_once(catalogue: Catalogue) -> None:
    listed = ListedSource("page", "https://handbook.example")
    assert due(listed, catalogue, NOW)
    catalogue.record_run((NOW - timedelta(days=900)).isoformat(), {}, (listed.key,))
    assert not due(listed, catalogue, NOW)


def test_a_clock_that_was_set_back_makes_a_source_due_once_and_not_for_ever(catalogue: Catalogue) -> None:
    listed = ListedSource("page", "https://handbook.example", every=3600)
    catalogue.record_run((NOW + timedelta(days=400)).isoformat(), {}, (listed.key,))
    assert due(listed, catalogue, NOW)
    catalogue.record_run(NOW.isoformat(), {}, (listed.key,))
    assert not due(listed, catalogue, NOW + timedelta(minutes=5))
