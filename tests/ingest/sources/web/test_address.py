"""One spelling for every address, and no way into the network Footnote runs in."""

from __future__ import annotations

import pytest

from ingest.sources.web.address import check, parse, refusal, require
from ingest.sources.web.errors import AddressRefused


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTP://Example.COM.:80", "http://example.com/"),
        (" https://example.com:443/a#b ", "https://example.com/a"),
        ("https://example.com/a/../b/%2e%2E/./c", "https://example.com/c"),
        ("https://example.com/a/..", "https://example.com/"),
        ("http://例え.テスト/路?q=é x", "http://xn--r8jz45g.xn--zckzah/%E8%B7%AF?q=%C3%A9%20x"),
        ("http://example.com/%E8%B7%AF?a=%20", "http://example.com/%E8%B7%AF?a=%20"),
        ("http://example.com//a", "http://example.com//a"),
        ("http://[2606:4700:0::1]:8080/", "http://[2606:4700::1]:8080/"),
        ("http://my_wiki/", "http://my_wiki/"),
    ],
)
def test_an_address_has_one_spelling(written: str, meant: str) -> None:
    assert parse(written).url == meant
    assert parse(meant).url == meant


def test_an_address_may_be_relative_to_a_page() -> None:
    assert parse("../c?d", parse("https://example.com/a/b/e")).url == "https://example.com/a/c?d"


@pytest.mark.parametrize(
    "written",
    [
        "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "example.com", "", "http:///a",
        "http://exa mple/", "http://example.com:99999/", "http://example.com:0/", "http://[fe80::1%25eth0]/",
        "http://999.1.1.1/", "http://[::1", "http://.example.com/", "http://" + "a" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(written: str) -> None:
    with pytest.raises(AddressRefused):
        parse(written)


@pytest.mark.parametrize("written", ["https://ann:secret@example.com/", "http://ann@example.com", "http://a\\@b.com/"])
def test_an_address_with_credentials_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(AddressRefused, match="user name or password") as raised:
        parse(written)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "１２７。0.0.1", "[::1]",
     "[::ffff:127.0.0.1]"],
)  # fmt: skip
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match="loopback"):
        check(parse(f"http://{host}/"), allow_private=False)


@pytest.mark.parametrize(
    ("ip", "kind"),
    [
        ("10.1.2.3", "private"), ("172.31.0.1", "private"), ("192.168.1.1", "private"), ("100.64.0.1", "private"),
        ("127.9.9.9", "loopback"), ("::1", "loopback"), ("fd12::1", "private"), ("fec0::1", "private"),
        ("64:ff9b::10.0.0.1", "private"), ("::ffff:192.168.0.1", "private"), ("198.18.0.1", "test"),
        ("203.0.113.9", "test"), ("2001:db8::1", "test"),
    ],
)  # fmt: skip
def test_inner_addresses_are_refused_unless_they_are_allowed(ip: str, kind: str) -> None:
    assert kind in (refusal(ip, allow_private=False) or "")
    assert refusal(ip, allow_private=True) is None


@pytest.mark.parametrize(
    "ip",
    [
        "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255",
        "fd00:ec2::254", "100.100.100.200", "2002:7f00:1::", "2001::7f00:1", "::127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254", "64:ff9b:1::1", "5f00::1", "192.0.0.1", "nonsense",
    ],
)  # fmt: skip
def test_some_addresses_are_never_connected_to(ip: str) -> None:
    assert refusal(ip, allow_private=True) is not None


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:4700::1", "::ffff:93.184.215.14", "64:ff9b::93.184.215.14"])
def test_public_addresses_are_connected_to(ip: str) -> None:
    assert refusal(ip, allow_private=False) is None


def test_of_several_addresses_only_the_permitted_ones_are_used() -> None:
    assert require("h", ["10.0.0.1", "93.184.215.14"], allow_private=False) == ["93.184.215.14"]
    with pytest.raises(AddressRefused, match=r"wiki\.example is at 10\.0\.0\.1, which is a private address"):
        require("wiki.example", ["10.0.0.1"], allow_private=False)


def test_an_unusual_port_is_for_intranets() -> None:
    check(parse("http://example.com:443/"), allow_private=False)
    check(parse("http://example.com:8090/"), allow_private=True)
    with pytest.raises(AddressRefused, match="port 6379"):
        check(parse("http://example.com:6379/"), allow_private=False)
