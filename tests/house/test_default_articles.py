"""The default collection's articles: their formats, what they state of themselves, and the PDF's source."""

from datetime import date

from printing import SOURCE, TARGET, printed

from assistant.settings.locations import DEFAULT_ARTICLES, default_files
from index.text.loading import load_text

PUBLISHER = "Zhejiang Digital Reform Notes"


def test_every_article_has_a_title_and_a_date_and_shows_no_problem():
    articles = [load_text(path.read_bytes(), path) for path in default_files()]

    assert {path.suffix for path in default_files()} == {".html", ".md", ".pdf"}
    for article in articles:
        assert article.title, article.name
        assert article.published, article.name
        assert PUBLISHER in (article.publisher, *article.authors), article.name
        assert article.problems == (), article.name


def test_the_pdf_is_what_its_source_prints():
    assert TARGET.read_bytes() == printed(SOURCE.read_text(encoding="utf-8"), publisher=PUBLISHER)


def test_the_pdf_is_read_as_its_source_is_written():
    article = load_text(TARGET.read_bytes(), TARGET)

    assert article.text.split() == SOURCE.read_text(encoding="utf-8").split()
    assert article.published == date(2022, 4, 26)
    assert len(article.pages) == 2


def test_what_surrounds_the_article_on_the_web_page_is_no_part_of_it():
    page = DEFAULT_ARTICLES / "2020-2022-epidemic-control.html"
    article = load_text(page.read_bytes(), page)

    assert "<nav>" in page.read_text(encoding="utf-8")
    assert article.text.startswith("# Epidemic control and the health code, 2020 to 2022\n")
    assert "Questions and answers" not in article.text
    assert "Timeline" not in article.text
