"""The catalogue against itself: articles, versions, chunks, groups, and the keywords made of them."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.doctor.cutting import chunkless, cut, cut_again, misplaced
from ingest.finding import Finding, Kind, Mended, found
from ingest.index import Catalogue, Generation

_CUT = "They are cut again from the article's text; only texts that were never embedded have to be embedded."


def contradictions(catalogue: Catalogue, generation: Generation) -> Iterator[Finding]:
    """What does not fit together in one build, and in the articles where it is the one that serves."""
    number = generation.id
    of = f"of generation {number}"
    if generation.state == "serving":
        yield from found(
            Kind.VERSION_MISSING,
            catalogue.versions_missing(),
            "articles are to be served in a version that is not there",
            "Take each out with `footnote articles remove ID` and ingest it again.",
            repairable=False,
        )
        yield from found(
            Kind.VERSION_STRANDED,
            [one for one, _ in catalogue.stranded()],
            f"articles have a newer version, which generation {number} lacks",
            "It is cut into chunks; once these have their vectors, search sees it.",
        )
        yield from found(
            Kind.ARTICLE_WITHOUT_CHUNKS,
            [one for one, _ in chunkless(catalogue, generation)],
            f"articles have no chunks {of}, so no question finds them",
            _CUT,
            number,
        )
        yield from found(
            Kind.CHUNK_UNSEEN,
            catalogue.unseen(number),
            f"chunks {of} are of articles or versions that search does not see",
            "They are taken out.",
            number,
        )
        yield from found(
            Kind.DUPLICATE_WITHOUT_ORIGINAL,
            [one for one, _ in catalogue.orphans()],
            "articles are kept as duplicates of one that is no longer searched",
            "They are searched themselves.",
        )
        yield from found(
            Kind.GROUPS_DIFFER,
            catalogue.groups_differ(),
            "articles are shown to other groups than those that may read them",
            "They are shown to the groups that their version names, and to no others.",
        )
    yield from found(
        Kind.CHUNK_MISPLACED,
        [f"{one}, version {version}" for one, version in misplaced(catalogue, generation)],
        f"articles have chunks {of} that are not what stands at their place in the text",
        _CUT,
        number,
    )
    yield from _failures(catalogue, number)


def keywords(catalogue: Catalogue, generation: Generation) -> Iterator[Finding]:
    """What is wrong with a build's keywords."""
    number = generation.id
    state = catalogue.keyword_state(number)
    if not state.whole:
        yield Finding(
            Kind.KEYWORDS_DAMAGED,
            f"The keywords of generation {number} are missing or damaged",
            1,
            "",
            "They are made anew from the articles.",
            True,
            number,
        )
    if state.missing:
        yield Finding(
            Kind.KEYWORDS_MISSING,
            f"{len(state.missing)} chunks of generation {number} are not found by keywords",
            len(state.missing),
            next(iter(catalogue.chunk_names(number, state.missing[:1])), ""),
            advice="They are added from the articles.",
            repairable=True,
            generation=number,
        )
    if state.orphaned:
        yield Finding(
            Kind.KEYWORDS_ORPHANED,
            f"{len(state.orphaned)} entries in the keywords of generation {number} are of no chunk that is searched",
            len(state.orphaned),
            advice="They are taken out.",
            repairable=True,
            generation=number,
        )


def mend_articles(catalogue: Catalogue, generation: Generation) -> Iterator[Mended]:
    """Mend what `contradictions` and `keywords` find in one build."""
    number = generation.id
    state = catalogue.keyword_state(number)
    # Before anything that writes keywords: a chunk that is cut again may get a row that an orphan has.
    if state.orphaned:
        catalogue.mend_keywords(number, (), state.orphaned)
        count = len(state.orphaned)
        said = f"Took {count} entries out of the keywords of generation {number}."
        yield Mended(Kind.KEYWORDS_ORPHANED, said, count, number)
    if not state.whole:
        count = catalogue.rebuild_keywords(number)
        yield Mended(
            Kind.KEYWORDS_DAMAGED, f"Made the keywords of generation {number} anew: {count} chunks.", count, number
        )
    if generation.state == "serving":
        if unseen := catalogue.unseen(number):
            catalogue.hide_chunks(number, unseen)
            yield Mended(Kind.CHUNK_UNSEEN, f"Took {len(unseen)} chunks out of search.", len(unseen), number)
        if orphans := catalogue.orphans():
            for one, gone in orphans:
                version = catalogue.serving(one) or 1
                if (made := cut(catalogue, generation, one, version)) is not None:
                    catalogue.add_chunks(one, version, made.chunks, made.keys, gone)
            yield Mended(
                Kind.DUPLICATE_WITHOUT_ORIGINAL, f"Let {len(orphans)} articles be searched themselves.", len(orphans)
            )
        for kind, lacking in (
            (Kind.VERSION_STRANDED, catalogue.stranded()),
            (Kind.ARTICLE_WITHOUT_CHUNKS, list(chunkless(catalogue, generation))),
        ):
            yield from cut_again(catalogue, generation, kind, lacking)
        if differing := catalogue.groups_differ():
            catalogue.restore_groups(differing)
            yield Mended(
                Kind.GROUPS_DIFFER, f"Restored who may read {len(differing)} articles.", len(differing), number
            )
    yield from cut_again(catalogue, generation, Kind.CHUNK_MISPLACED, misplaced(catalogue, generation))
    state = catalogue.keyword_state(number)
    if state.missing or state.orphaned:
        catalogue.mend_keywords(number, state.missing, state.orphaned)
        count = len(state.missing) + len(state.orphaned)
        said = f"Mended {count} entries in the keywords of generation {number}."
        yield Mended(Kind.KEYWORDS_MISSING, said, count, number)


def _failures(catalogue: Catalogue, number: int) -> Iterator[Finding]:
    failures = catalogue.failures(generation=number)
    yield from found(
        Kind.CHUNKS_SET_ASIDE,
        [one.chunk_id for one in failures if one.state == "failed"],
        f"chunks of generation {number} are set aside, because the embedding model refused them",
        "Keywords find them. `footnote articles failures` says why; `footnote articles retry` tries again.",
        number,
        repairable=False,
    )
    yield from found(
        Kind.CHUNKS_FAILED,
        [one.chunk_id for one in failures if one.state == "new"],
        f"chunks of generation {number} wait for vectors, and the last attempt to embed them failed",
        "Keywords find them. `footnote articles failures` says why; the next `footnote ingest` tries again.",
        number,
        repairable=False,
    )
