from ingest.article import PUBLIC, Article, Page, Section


def test_the_innermost_heading_governs() -> None:
    article = Article("a", "t", "x" * 100, "en", "u", sections=(Section("Top", 1, 10, 90), Section("Inner", 2, 30, 60)))
    at = {offset: article.section_at(offset) for offset in (0, 10, 29, 30, 59, 60, 89, 90)}
    assert at == {0: None, 10: "Top", 29: "Top", 30: "Inner", 59: "Inner", 60: "Top", 89: "Top", 90: None}


def test_a_subheading_that_starts_with_its_heading_is_the_inner_one() -> None:
    sections = (Section("Inner", 2, 10, 20), Section("Top", 1, 10, 90))
    assert Article("a", "t", "x" * 100, "en", "u", sections=sections).section_at(15) == "Inner"


def test_pages_are_half_open() -> None:
    article = Article("a", "t", "x" * 30, "en", "u", pages=(Page(1, 0, 10), Page(3, 10, 20)))
    assert [article.page_at(offset) for offset in (0, 9, 10, 19, 20)] == [1, 1, 3, 3, None]


def test_an_article_is_public_unless_it_says_otherwise() -> None:
    assert Article("a", "t", "x", "en", "u").groups == (PUBLIC,)
