"""A request that is sent again is answered again, and its work done once."""

from service.idempotency.store import Idempotency, Kept

__all__ = ["Idempotency", "Kept"]
