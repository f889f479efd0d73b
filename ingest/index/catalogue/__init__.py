"""The catalogue: every article, version and chunk, what is embedded and what is served. It is the truth.

Keywords change in the same transactions. Chroma follows: each chunk says whether it is `new` (not yet
in Chroma), `ready`, set aside as `failed`, or `gone` (to be taken out), so that a run that was killed is
simply carried on.
"""

from __future__ import annotations

from ingest.index.catalogue.anew import Anew
from ingest.index.catalogue.articles import Articles
from ingest.index.catalogue.chunks import Chunks
from ingest.index.catalogue.embeddings import Embeddings
from ingest.index.catalogue.fingerprint import Fingerprint
from ingest.index.catalogue.generations import Generation, Generations
from ingest.index.catalogue.health import Health
from ingest.index.catalogue.likenesses import Likenesses
from ingest.index.catalogue.listing import Listing
from ingest.index.catalogue.mending import Mending
from ingest.index.catalogue.rows import Known, Listed, Waiting
from ingest.index.catalogue.runs import Runs
from ingest.index.catalogue.search import Searching
from ingest.index.catalogue.state import States
from ingest.index.catalogue.store import now

__all__ = ["Catalogue", "Generation", "Known", "Listed", "Waiting", "now"]


class Catalogue(
    Articles,
    Listing,
    Chunks,
    Generations,
    Searching,
    Embeddings,
    Likenesses,
    Runs,
    Health,
    Mending,
    Fingerprint,
    States,
    Anew,
):
    """One SQLite file with all of it; safe to share between threads."""
