"""Bearer tokens of an issuer that speaks the protocol: which are believed, and when its keys are asked for."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.errors import NotAllowed, WhoAsksUnknown
from service.identity.oidc import BearerTokens
from service.settings import AuthSettings
from tests.fakes.issuer import AUDIENCE, Issuer, issuing


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


def tokens(
    issuer: Issuer, admin_group: str | None = None, ingest_group: str | None = None, **oidc: Any
) -> BearerTokens:
    settings = {"issuer": issuer.address, "audience": AUDIENCE, "leeway": 5, **oidc}
    return BearerTokens(AuthSettings(oidc=settings, admin_group=admin_group, ingest_group=ingest_group))


async def test_a_token_names_a_person_and_their_groups(issuer: Issuer) -> None:
    asker = await tokens(issuer).identify(issuer.token())
    assert (asker.name, asker.groups, asker.scopes, asker.owner) == (
        "oidc:li.wei",
        ("public", "hr"),
        frozenset({"ask"}),
        False,
    )


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_every_family_of_keys_is_understood(issuer: Issuer, algorithm: str) -> None:
    issuer.rotate("other", algorithm)
    assert (await tokens(issuer).identify(issuer.token())).name == "oidc:li.wei"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"aud": "payroll"}, "made for another service"),
        ({"aud": ["payroll", "crm"]}, "made for another service"),
        ({"aud": None}, "signed for this service"),
        ({"iss": "https://elsewhere.example"}, "signed for this service"),
        ({"iss": None}, "signed for this service"),
        ({"exp": int(time.time()) - 60}, "has ended"),
        ({"exp": None}, "signed for this service"),
        ({"exp": "soon"}, "signed for this service"),
        ({"nbf": int(time.time()) + 600}, "not yet good"),
        ({"iat": int(time.time()) + 600}, "not yet good"),
        ({"sub": None}, "signed for this service"),
        ({"sub": ""}, "does not name who asks"),
        ({"sub": "li\nwei"}, "does not name who asks"),
        ({"groups": {"hr": True}}, "groups in the claim"),
        ({"groups": 7}, "groups in the claim"),
        ({"groups": ["hr", 7]}, "groups in the claim"),
        ({"groups": ["hr\x00"]}, "groups in the claim"),
    ],
)
async def test_a_token_that_is_not_for_us_now_is_refused(issuer: Issuer, claims: dict[str, Any], said: str) -> None:
    with pytest.raises(NotAllowed, match=said):
        await tokens(issuer).identify(issuer.token(**claims))


async def test_clocks_may_differ_by_the_leeway(issuer: Issuer) -> None:
    at = int(time.time())
    late = issuer.token(exp=at - 20, iat=at - 400)
    assert (await tokens(issuer, leeway=60).identify(late)).name == "oidc:li.wei"
    early = issuer.token(nbf=at + 20, iat=at + 20)
    assert (await tokens(issuer, leeway=60).identify(early)).name == "oidc:li.wei"


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "XX", 5, None])
async def test_a_token_without_a_signature_is_refused(issuer: Issuer, algorithm: Any) -> None:
    known = tokens(issuer)
    for signature in ("", "AAAA"):
        forged = f"{part({'alg': algorithm, 'kid': 'first'})}.{part(issuer.claims())}.{signature}"
        with pytest.raises(NotAllowed):
            await known.identify(forged)


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
async def test_the_public_key_is_no_shared_secret(issuer: Issuer, form: PublicFormat) -> None:
    public = issuer.keys["first"][0].public_key().public_bytes(Encoding.PEM, form)
    signed = f"{part({'alg': 'HS256', 'kid': 'first', 'typ': 'JWT'})}.{part(issuer.claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
    with pytest.raises(NotAllowed):
        await tokens(issuer).identify(f"{signed}.{mac}")


async def test_a_shared_secret_among_the_published_keys_signs_nothing(issuer: Issuer) -> None:
    secret = "a secret that everyone can read there"
    issuer.also = [{"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")}]
    with pytest.raises(NotAllowed):
        await tokens(issuer).identify(jwt.encode(issuer.claims(), secret, "HS256", {"kid": "shared"}))


async def test_another_key_of_the_same_name_signs_nothing(issuer: Issuer) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(NotAllowed):
        await tokens(issuer).identify(jwt.encode(issuer.claims(), other, "RS256", {"kid": "first"}))


async def test_a_key_in_the_token_itself_or_behind_its_address_is_not_looked_at(issuer: Issuer) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(other.public_key()))
    header = {"kid": "mine", "jwk": own, "jku": f"{issuer.address}/theirs", "x5u": f"{issuer.address}/theirs"}
    with pytest.raises(NotAllowed):
        await tokens(issuer).identify(jwt.encode(issuer.claims(), other, "RS256", header))


@pytest.mark.parametrize("token", ["..", "a.b.c", "é.é.é", "e30.e30.e30", "x" * 100_000 + ".y.z", "\x00.\x00.\x00"])
async def test_what_is_no_token_is_refused(issuer: Issuer, token: str) -> None:
    with pytest.raises(NotAllowed):
        await tokens(issuer).identify(token)


@pytest.mark.parametrize(
    ("path", "claims", "groups"),
    [
        ("groups", {"groups": "hr board"}, ("public", "hr", "board")),
        ("groups", {"groups": "hr, head office"}, ("public", "hr", "head office")),
        ("groups", {"groups": ["人事", "人事", " "]}, ("public", "人事")),
        ("groups", {"groups": None}, ("public",)),
        ("groups", {"groups": []}, ("public",)),
        ("realm_access.roles", {"realm_access": {"roles": ["hr"]}}, ("public", "hr")),
        ("realm_access.roles", {"realm_access": ["hr"]}, ("public",)),
        ("https://footnote.example/groups", {"https://footnote.example/groups": ["hr"]}, ("public", "hr")),
    ],
)
async def test_groups_are_read_wherever_the_issuer_writes_them(
    issuer: Issuer, path: str, claims: dict[str, Any], groups: tuple[str, ...]
) -> None:
    asker = await tokens(issuer, groups_claim=path).identify(issuer.token(**claims))
    assert asker.groups == groups


async def test_groups_give_scopes(issuer: Issuer) -> None:
    known = tokens(issuer, admin_group="footnote-admins", ingest_group="editors")
    assert (await known.identify(issuer.token(groups=["editors"]))).scopes == {"ask", "ingest"}
    assert (await known.identify(issuer.token(groups=["footnote-admins"]))).scopes == {"ask", "ingest", "admin"}
    assert (await known.identify(issuer.token(groups=["staff"]))).scopes == {"ask"}


async def test_a_new_key_is_fetched_and_the_old_one_ends(issuer: Issuer) -> None:
    known = tokens(issuer, refetch=1)
    before = issuer.token()
    await known.identify(before)
    issuer.rotate("second")
    await known_within(known, issuer.token(), 2)
    with pytest.raises(NotAllowed):
        await known.identify(before)


async def known_within(known: BearerTokens, token: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            await known.identify(token)
            return
        except NotAllowed:
            assert time.monotonic() < end
            await asyncio.sleep(0.05)


async def test_unknown_keys_are_not_asked_for_more_often_than_is_set(issuer: Issuer) -> None:
    known = tokens(issuer, refetch=30)
    await known.identify(issuer.token())
    for n in range(20):
        with pytest.raises(NotAllowed):
            await known.identify(issuer.token(kid=f"made-up-{n}"))
    assert issuer.asked == 1


async def test_known_keys_count_while_the_issuer_is_down(issuer: Issuer) -> None:
    known = tokens(issuer, refetch=1)
    await known.identify(issuer.token())
    issuer.down = True
    await asyncio.sleep(1.05)
    with pytest.raises(NotAllowed):
        await known.identify(issuer.token(kid="made-up"))  # asks, and is not answered
    assert issuer.asked == 1
    assert (await known.identify(issuer.token())).name == "oidc:li.wei"


async def test_an_issuer_that_never_answered_lets_nobody_in_and_says_so(issuer: Issuer) -> None:
    issuer.down = True
    with pytest.raises(WhoAsksUnknown, match="cannot be reached"):
        await tokens(issuer).identify(issuer.token())


async def test_another_issuers_document_is_not_taken(issuer: Issuer) -> None:
    issuer.says_it_is = "https://elsewhere.example"
    with pytest.raises(WhoAsksUnknown):
        await tokens(issuer).identify(issuer.token())
    assert issuer.asked == 0


async def test_an_issuer_may_write_itself_with_a_slash_at_the_end(issuer: Issuer) -> None:
    issuer.says_it_is = f"{issuer.address}/"
    asker = await tokens(issuer).identify(issuer.token(iss=f"{issuer.address}/"))
    assert asker.name == "oidc:li.wei"


async def test_a_token_without_a_key_id_is_checked_with_the_only_key(issuer: Issuer) -> None:
    key, algorithm = issuer.keys["first"]
    known = tokens(issuer)
    assert (await known.identify(jwt.encode(issuer.claims(), key, algorithm))).name == "oidc:li.wei"


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
async def test_a_key_that_is_too_short_signs_nothing(issuer: Issuer) -> None:
    issuer.keys = {"short": (rsa.generate_private_key(public_exponent=65537, key_size=1024), "RS256")}
    with pytest.raises(NotAllowed):
        await tokens(issuer).identify(issuer.token())
