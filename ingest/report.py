"""What a run did, or would do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from ingest.reading import Failure


@dataclass(slots=True)
class Report:
    """What a run did. `chunks` counts those embedded or found in the cache; `waiting` those still to be."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    duplicates: int = 0
    failed: list[Failure] = field(default_factory=list)
    chunks: int = 0
    waiting: int = 0
    set_aside: int = 0
    seconds: float = 0.0
    generation: int | None = None
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return {**asdict(self), "failed": [{"source": f.source, "error": f.error} for f in self.failed]}
