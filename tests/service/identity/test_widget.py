"""Widget tokens: for one origin, for minutes, within what their key reads, and no longer than it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import jwt
import pytest

from service.errors import Forbidden, NotAllowed
from service.identity.identity import EVERYTHING, Identity
from service.identity.key_store import KeyStore

PAGE = "https://intranet.example"
SET = {"widget": {"origins": f"{PAGE}, https://other.example"}, "auth": {"required": True}}


async def minted(door: Any, sent: str, origin: str = PAGE, user: str | None = "li.wei", groups: Any = None) -> str:
    token: str = (await door.authenticator.widget_token(await door(sent), origin, user, groups)).token
    return token


async def test_a_token_asks_for_its_user_with_the_groups_of_its_key(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("site", ["ask", "ingest", "admin"], ["public", "hr"])
    async with opened(**SET) as door:
        token = await minted(door, sent)
        asker = await door(token, origin=PAGE)
        assert (asker.name, asker.groups, asker.scopes) == (f"widget:{key.id}:li.wei", ("public", "hr"), {"ask"})
        assert asker.key is None
        assert (await door(await minted(door, sent, user=None), origin=PAGE)).name == f"widget:{key.id}"


async def test_groups_only_narrow(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask"], ["public", "hr"])
    async with opened(**SET) as door:
        assert (await door(await minted(door, sent, groups=["hr", "board"]), origin=PAGE)).groups == ("hr",)
        with pytest.raises(Forbidden, match="None of these groups"):
            await minted(door, sent, groups=["board"])


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://other.example"},
        {"origin": "null"},
        {"origin": "http://intranet.example"},
        {"origin": f"{PAGE}:8443"},
        {"origin": f"{PAGE}.evil.example"},
        {},
        {"host": "footnote.example"},
    ],
)
async def test_a_token_is_refused_from_another_origin(keys: KeyStore, opened: Any, headers: dict[str, str]) -> None:
    _, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        with pytest.raises(NotAllowed, match="another origin"):
            await door(await minted(door, sent), **headers)


async def test_a_page_of_the_service_itself_need_not_name_its_origin(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        assert (await door(await minted(door, sent), host="intranet.example")).groups == ("public",)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "intranet.example", f"{PAGE}/x", "javascript:1", "*"]
)
async def test_tokens_are_made_only_for_pages_that_are_set(keys: KeyStore, opened: Any, origin: str) -> None:
    _, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        with pytest.raises(Forbidden):
            await minted(door, sent, origin)


async def test_tokens_are_made_only_for_pages_of_the_key(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask"], ["public"], origins=["https://other.example"])
    async with opened(**SET) as door:
        assert await minted(door, sent, "https://other.example")
        with pytest.raises(Forbidden):
            await minted(door, sent, PAGE)


async def test_only_an_api_key_with_the_scope_makes_tokens(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask"], ["public"])
    _, ingesting = keys.create("job", ["ingest"], ["public"])
    async with opened(**SET) as door:
        token = await minted(door, sent)
        for asker in (
            await door(token, origin=PAGE),
            await door(ingesting),
            await door("owner-token"),
            Identity(scopes=EVERYTHING, name="oidc:li.wei"),
        ):
            with pytest.raises(Forbidden, match="made with an API key"):
                await door.authenticator.widget_token(asker, PAGE, None, None)


async def test_a_token_dies_with_its_key(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        token = await minted(door, sent)
        await door(token, origin=PAGE)
        keys.revoke(key.id)
        await asyncio.sleep(0.6)
        with pytest.raises(NotAllowed, match="was revoked"):
            await door(token, origin=PAGE)


async def test_tokens_from_before_a_rotation_are_refused(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        token = await minted(door, sent)
        await door(token, origin=PAGE)
        keys.rotate()
        await asyncio.sleep(0.6)
        with pytest.raises(NotAllowed, match="taken back"):
            await door(token, origin=PAGE)
        assert (await door(await minted(door, sent), origin=PAGE)).groups == ("public",)


async def test_a_token_ends(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        good = await minted(door, sent)
        header, claims = jwt.get_unverified_header(good[4:]), jwt.decode(good[4:], options={"verify_signature": False})
        assert 880 < claims["exp"] - time.time() <= 900
        found = keys.signing_secret(make=False)
        assert found is not None
        secret = bytes.fromhex(found[1])
        for spoiled, said in (
            ({"exp": int(time.time()) - 1}, "has ended"),
            ({"aud": "other"}, "not one that this service signed"),
            ({"groups": None}, "not one that this service signed"),
            ({"key": ["x"]}, "not one that this service signed"),
        ):
            with pytest.raises(NotAllowed, match=said):
                await door("fnw_" + jwt.encode(claims | spoiled, secret, "HS256", header), origin=PAGE)
        widened = "fnw_" + jwt.encode(claims | {"groups": ["public", "board"]}, secret, "HS256", header)
        assert (await door(widened, origin=PAGE)).groups == ("public",)
        assert claims["key"] == key.id


async def test_a_forged_token_is_refused(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        good = await minted(door, sent)
        header, claims, signature = good[4:].split(".")
        told = json.loads(base64.urlsafe_b64decode(claims + "=="))
        other = base64.urlsafe_b64encode(json.dumps(told | {"user": "boss"}).encode()).decode().rstrip("=")
        none = base64.urlsafe_b64encode(
            b'{"alg":"none","kid":"' + jwt.get_unverified_header(good[4:])["kid"].encode() + b'"}'
        )
        for forged in (
            f"fnw_{header}.{other}.{signature}",
            f"fnw_{none.decode().rstrip('=')}.{claims}.",
            "fnw_" + jwt.encode(told, "guess" * 8, "HS256", jwt.get_unverified_header(good[4:])),
            good[:-2],
            good[4:],
            "fnw_",
            "fnw_a.b.c",
        ):
            with pytest.raises(NotAllowed):
                await door(forged, origin=PAGE)


async def test_a_pass_opens_a_tab_and_nothing_else(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("site", ["ask", "admin"], ["public", "hr"])
    async with opened(**SET) as door:
        token = await minted(door, sent, groups=["hr"])
        shown = {"authorization": f"Bearer {token}", "origin": PAGE}
        given, _ = await door.authenticator.give_pass(shown)
        cookie = await door.authenticator.take_pass(given)
        reader = await door.authenticator.reader({}, "192.0.2.7", cookie)
        assert (reader.name, reader.groups, reader.scopes) == (f"widget:{key.id}:li.wei", ("hr",), {"ask"})
        for wrong in (cookie, token, token[4:]):
            with pytest.raises(NotAllowed):
                await door.authenticator.take_pass(wrong)
        for wrong in (given, token, token[4:], "x", ""):
            with pytest.raises(NotAllowed, match="answers only who shows"):
                await door.authenticator.reader({}, "192.0.2.7", wrong)
        for bearer in (given, cookie, f"fnw_{given}", f"fnw_{cookie}"):
            with pytest.raises(NotAllowed):
                await door(bearer, origin=PAGE)


async def test_passes_are_made_with_a_widget_token_from_its_origin_alone(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("site", ["ask", "admin"], ["public"])
    async with opened(**SET) as door:
        token = await minted(door, sent)
        with pytest.raises(NotAllowed, match="another origin"):
            await door.authenticator.give_pass({"authorization": f"Bearer {token}", "origin": "https://evil.example"})
        for other in ({}, {"authorization": f"Bearer {sent}"}, {"authorization": f"Basic {token}"}):
            with pytest.raises(Forbidden):
                await door.authenticator.give_pass(other)


async def test_a_pass_is_for_a_minute_and_dies_with_its_key_as_its_cookie_does(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("site", ["ask"], ["public"])
    async with opened(**SET) as door:
        shown = {"authorization": f"Bearer {await minted(door, sent)}", "origin": PAGE}
        given, _ = await door.authenticator.give_pass(shown)
        cookie = await door.authenticator.take_pass(given)
        left = [jwt.decode(one, options={"verify_signature": False})["exp"] - time.time() for one in (given, cookie)]
        assert 50 < left[0] <= 60
        assert 3590 < left[1] <= 3600
        keys.revoke(key.id)
        await asyncio.sleep(0.6)
        with pytest.raises(NotAllowed):
            await door.authenticator.take_pass(given)
        with pytest.raises(NotAllowed):
            await door.authenticator.reader({}, None, cookie)


async def test_who_shows_who_they_are_is_not_taken_for_the_tabs_reader(keys: KeyStore, opened: Any) -> None:
    _, site = keys.create("site", ["ask"], ["public", "hr"])
    own, sent = keys.create("own", ["ask"], ["public"])
    async with opened(**SET) as door:
        shown = {"authorization": f"Bearer {await minted(door, site)}", "origin": PAGE}
        cookie = await door.authenticator.take_pass((await door.authenticator.give_pass(shown))[0])
        asker = await door.authenticator.reader({"authorization": f"Bearer {sent}"}, None, cookie)
        assert asker.name == f"key:{own.id}"
        with pytest.raises(NotAllowed):
            await door.authenticator.reader({"authorization": "Bearer fn_x"}, None, cookie)
