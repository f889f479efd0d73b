"""A request that is sent again is answered again, and its work done once."""

from service.idempotency.schema import TABLES
from service.idempotency.store import Idempotency, Kept, erase

__all__ = ["TABLES", "Idempotency", "Kept", "erase"]
