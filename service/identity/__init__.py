"""Who asks, and what exists for them."""

from service.identity.authenticator import Authenticator
from service.identity.identity import Identity, Scope

__all__ = ["Authenticator", "Identity", "Scope"]
