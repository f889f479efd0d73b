"""Who is let in with what, and who is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from service.errors import NotAllowed, TooManyRequests
from service.identity.key_store import KeyStore

REQUIRED = {"required": True}


async def test_where_nobody_is_asked_everyone_reads_what_is_public(opened: Any) -> None:
    async with opened() as door:
        asker = await door()
    assert (asker.groups, asker.name, asker.scopes) == (("public",), None, {"ask"})


async def test_where_authentication_is_on_who_shows_nothing_is_refused(opened: Any) -> None:
    proxy = {"user_header": "X-Forwarded-User", "addresses": "10.0.0.1"}
    oidc = {"issuer": "https://issuer.example", "audience": "footnote"}
    for auth in (REQUIRED, {"proxy": proxy}, {"oidc": oidc}):
        async with opened(auth=auth) as door:
            with pytest.raises(NotAllowed, match="send Authorization"):
                await door()
    async with opened(auth={"proxy": proxy}, open_access=True) as door:
        assert (await door()).groups == ("public",)


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        "x",
        "Bearer a.b.c",
        "Bearer owner-token2",
        "bearer fnw_x",
        " ",
    ],
)
@pytest.mark.parametrize("open_access", [True, False])
async def test_what_is_shown_and_is_not_good_is_refused_where_all_are_let_in_too(
    opened: Any, authorization: str, open_access: bool
) -> None:
    async with opened(open_access=open_access) as door:
        with pytest.raises(NotAllowed):
            await door(authorization=authorization)


async def test_the_owner_of_the_folder_may_do_everything(opened: Any) -> None:
    async with opened(auth=REQUIRED) as door:
        asker = await door("owner-token")
    assert asker.owner and asker.sees is None and asker.scopes == {"ask", "ingest", "admin"}


async def test_two_authorizations_in_one_request_are_refused(opened: Any, keys: KeyStore) -> None:
    _, sent = keys.create("", ["ask"], ["hr"])
    twice = Headers(raw=[(b"authorization", f"Bearer {sent}".encode())] * 2)
    async with opened() as door:
        with pytest.raises(NotAllowed, match="came twice"):
            await door.authenticator.identify(twice, None)


async def test_an_address_with_many_bad_keys_is_put_off_and_good_keys_still_pass(opened: Any, keys: KeyStore) -> None:
    _, sent = keys.create("", ["ask"], ["hr"])
    async with opened(auth={"failures": 3}) as door:
        for _ in range(3):
            with pytest.raises(NotAllowed):
                await door("fn_bad")
        with pytest.raises(TooManyRequests) as told:
            await door("fn_bad")
        assert 0 < told.value.retry_after <= 60
        assert (await door(sent)).groups == ("hr",)
        assert (await door()).groups == ("public",)
        with pytest.raises(NotAllowed):
            await door("fn_bad", client="192.0.2.8")
