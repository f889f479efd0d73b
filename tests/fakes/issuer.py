"""An OpenID Connect issuer on loopback: a discovery document, keys that rotate, and tokens signed with them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.loopback import listening

AUDIENCE = "footnote"
_MAKERS = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


class Issuer:
    """`asked` counts requests for the keys; while `down`, everything answers 503."""

    def __init__(self) -> None:
        self.address = ""
        self.asked = 0
        self.down = False
        self.says_it_is: str | None = None
        self.keys: dict[str, tuple[Any, str]] = {}
        self.also: list[dict[str, Any]] = []
        self.rotate("first")

    def rotate(self, kid: str, algorithm: str = "RS256") -> None:
        """Sign with a new key alone from now on."""
        self.keys = {kid: (_MAKERS[algorithm](), algorithm)}

    def public(self) -> list[dict[str, Any]]:
        """The keys as the issuer publishes them."""
        return [
            json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key())) | {"kid": kid, "use": "sig"}
            for kid, (key, algorithm) in self.keys.items()
        ] + self.also

    def claims(self, **claims: Any) -> dict[str, Any]:
        """Those of a good token; None leaves one out."""
        at = int(time.time())
        good = {"iss": self.address, "aud": AUDIENCE, "sub": "li.wei", "iat": at, "exp": at + 300, "groups": ["hr"]}
        return {name: value for name, value in (good | claims).items() if value is not None}

    def token(self, kid: str | None = None, **claims: Any) -> str:
        """A token of the newest key."""
        signing = next(reversed(self.keys))
        key, algorithm = self.keys[signing]
        return jwt.encode(self.claims(**claims), key, algorithm, {"kid": kid or signing})

    def app(self) -> Starlette:
        """The issuer as an application."""

        async def about(_: Request) -> Response:
            if self.down:
                return Response(status_code=503)
            return JSONResponse({"issuer": self.says_it_is or self.address, "jwks_uri": f"{self.address}/keys"})

        async def keys(_: Request) -> Response:
            self.asked += 1
            return Response(status_code=503) if self.down else JSONResponse({"keys": self.public()})

        return Starlette(routes=[Route("/.well-known/openid-configuration", about), Route("/keys", keys)])


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Run an issuer."""
    issuer = Issuer()
    with listening(issuer.app()) as address:
        issuer.address = address
        yield issuer
