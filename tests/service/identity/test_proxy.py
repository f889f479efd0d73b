"""Headers of a reverse proxy: believed from where it stands, and from nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from service.errors import NotAllowed
from service.identity.key_store import KeyStore

PROXY = {
    "user_header": "X-Forwarded-User",
    "groups_header": "X-Forwarded-Groups",
    "addresses": "10.0.0.5, 10.1.0.0/24, fd00::5",
}
AUTH = {"proxy": PROXY, "admin_group": "root"}


@pytest.mark.parametrize("client", ["10.0.0.5", "10.1.0.77", "::ffff:10.0.0.5", "fd00::5"])
async def test_the_proxy_says_who_asks(opened: Any, client: str) -> None:
    async with opened(auth=AUTH) as door:
        asker = await door(client=client, x_forwarded_user="li.wei", x_forwarded_groups="hr, head office,, hr")
    assert (asker.name, asker.groups) == ("proxy:li.wei", ("public", "hr", "head office"))
    assert asker.scopes == {"ask"}


async def test_groups_give_scopes(opened: Any) -> None:
    async with opened(auth=AUTH) as door:
        asker = await door(client="10.0.0.5", x_forwarded_user="li.wei", x_forwarded_groups="root")
    assert asker.scopes == {"ask", "ingest", "admin"}


@pytest.mark.parametrize("client", ["10.0.0.6", "10.1.1.1", "127.0.0.1", "::1", "fd00::6", "testclient", "", None])
@pytest.mark.parametrize("headers", [{"x_forwarded_user": "li.wei"}, {"x_forwarded_groups": "hr"}])
@pytest.mark.parametrize("open_access", [True, False])
async def test_from_anywhere_else_the_headers_are_refused(
    opened: Any, client: str | None, headers: dict[str, str], open_access: bool
) -> None:
    async with opened(auth=AUTH, open_access=open_access) as door:
        with pytest.raises(NotAllowed, match="Only the proxy"):
            await door(client=client, **headers)


async def test_the_address_that_a_header_names_is_not_the_one_that_counts(opened: Any) -> None:
    async with opened(auth=AUTH) as door:
        with pytest.raises(NotAllowed, match="Only the proxy"):
            await door(
                client="192.0.2.1", x_forwarded_user="li.wei", x_forwarded_for="10.0.0.5", forwarded="for=10.0.0.5"
            )


@pytest.mark.parametrize("name", [b"x-forwarded-user", b"x-forwarded-groups"])
async def test_a_header_that_comes_twice_is_refused(opened: Any, name: bytes) -> None:
    raw = [(b"x-forwarded-user", b"li.wei"), (b"x-forwarded-groups", b"hr"), (name, b"mallory")]
    async with opened(auth=AUTH) as door:
        with pytest.raises(NotAllowed, match="came twice"):
            await door.authenticator.identify(Headers(raw=raw), "10.0.0.5")


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_groups": "hr"},
        {"x_forwarded_user": "  ", "x_forwarded_groups": "hr"},
        {"x_forwarded_user": "li\x01wei"},
        {"x_forwarded_user": "l" * 201},
        {"x_forwarded_user": "li.wei", "x_forwarded_groups": "hr,\x02"},
        {"x_forwarded_user": "\xff\xfe"},
    ],
)
async def test_what_cannot_be_read_is_refused(opened: Any, headers: dict[str, str]) -> None:
    async with opened(auth=AUTH, open_access=True) as door:
        with pytest.raises(NotAllowed):
            await door(client="10.0.0.5", **headers)


async def test_names_in_utf_8_are_read_as_such(opened: Any) -> None:
    async with opened(auth=AUTH) as door:
        sent = {
            "x_forwarded_user": "李伟".encode().decode("latin-1"),
            "x_forwarded_groups": "人事".encode().decode("latin-1"),
        }
        asker = await door(client="10.0.0.5", **sent)
    assert (asker.name, asker.groups) == ("proxy:李伟", ("public", "人事"))


async def test_who_is_not_signed_in_at_the_proxy_is_nobody(opened: Any) -> None:
    for headers in ({}, {"x_forwarded_user": ""}):
        async with opened(auth=AUTH) as door:
            with pytest.raises(NotAllowed, match="send Authorization"):
                await door(client="10.0.0.5", **headers)
        async with opened(auth=AUTH, open_access=True) as door:
            assert (await door(client="10.0.0.5", **headers)).groups == ("public",)


async def test_a_key_sent_through_the_proxy_decides_and_its_password_is_its_own_business(
    opened: Any, keys: KeyStore
) -> None:
    key, sent = keys.create("", ["ask"], ["board"])
    async with opened(auth=AUTH) as door:
        through = {"client": "10.0.0.5", "x_forwarded_user": "li.wei", "x_forwarded_groups": "hr"}
        assert (await door(sent, **through)).name == f"key:{key.id}"
        assert (await door(authorization="Basic bGk6d2Vp", **through)).name == "proxy:li.wei"
        with pytest.raises(NotAllowed):
            await door("fn_bad", **through)


async def test_without_a_proxy_in_the_settings_its_headers_mean_nothing(opened: Any) -> None:
    async with opened() as door:
        asker = await door(client="127.0.0.1", x_forwarded_user="li.wei", x_forwarded_groups="hr")
    assert (asker.name, asker.groups) == (None, ("public",))
