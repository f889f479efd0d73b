"""Who asks, as a bearer token of an OpenID Connect issuer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.errors import NotAllowed
from service.identity.groups import groups_of, member, person_of
from service.identity.identity import Identity
from service.identity.issuer import Issuer
from service.settings import AuthSettings

# By the key's type, so that a token chooses neither `none` nor a shared secret, nor another family than its key's.
_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
_LONGEST = 16_000
_BAD = "This token is not one that the issuer of FOOTNOTE_AUTH__OIDC__ISSUER signed for this service."


class BearerTokens:
    """Checks signed tokens (RFC 7519) of one issuer, for one audience."""

    def __init__(self, auth: AuthSettings) -> None:
        self._auth = auth
        self.issuer = Issuer(auth.oidc)

    async def identify(self, token: str) -> Identity:
        """Whom a token names, with the groups of its claim; one without that claim is in `public` alone.

        Raises:
            NotAllowed: it is not good, or no longer, or its groups cannot be read.
            WhoAsksUnknown: the issuer's keys are not known and cannot be fetched.
        """
        claims = await self._checked(token)
        name = person_of(claims.get("sub"), "The claim sub of the token")
        groups = groups_of(_claim(claims, self._auth.oidc.groups_claim), "the claim of the token")
        return member(f"oidc:{name}", groups, self._auth)

    async def _checked(self, token: str) -> Mapping[str, Any]:
        import jwt

        if len(token) > _LONGEST:
            raise NotAllowed(_BAD)
        try:
            header = jwt.get_unverified_header(token)
            kid, algorithm = header.get("kid"), header.get("alg")
            if not isinstance(kid, str | None) or not any(algorithm in known for known in _ALGORITHMS.values()):
                raise NotAllowed(_BAD)
            data = await self.issuer.key(kid)
            if data is None or algorithm not in _ALGORITHMS[data["kty"]] or data.get("alg", algorithm) != algorithm:
                raise NotAllowed(_BAD)
            claims: Mapping[str, Any] = jwt.decode(
                token,
                jwt.PyJWK(dict(data), algorithm=algorithm),
                [algorithm],
                audience=self._auth.oidc.audience,
                issuer=self.issuer.name,
                leeway=self._auth.oidc.leeway,
                options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError:
            raise NotAllowed("This token has ended: sign in again.") from None
        except jwt.ImmatureSignatureError:
            raise NotAllowed("This token is not yet good: the clocks of issuer and service differ.") from None
        except jwt.InvalidAudienceError:
            raise NotAllowed("This token was made for another service: see FOOTNOTE_AUTH__OIDC__AUDIENCE.") from None
        except jwt.PyJWTError:
            raise NotAllowed(_BAD) from None
        return claims


def _claim(claims: Mapping[str, Any], path: str) -> object:
    """A claim by its name, which may have dots in it, or a member of one by its path; None where there is none."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found
