"""What is wrong with an index, and how it is mended: from the catalogue, without embedding anything again."""

from __future__ import annotations

from ingest.doctor.examination import examine
from ingest.doctor.locks import stale_locks
from ingest.doctor.repair import repair
from ingest.finding import Finding, Kind, Mended

__all__ = ["Finding", "Kind", "Mended", "examine", "repair", "stale_locks"]
