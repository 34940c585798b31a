"""Rows of tables are printed for a person: their header first, or each value behind its column's name."""

import io
from dataclasses import replace

import pytest
from memory_search import MemorySearch

from assistant.answer.answer import Answer, IndexReference, Nearest, Reason, Status
from assistant.chain.compose import answered
from assistant.cli.output.screen import Flow, Screen
from assistant.cli.output.showing import show
from assistant.reading.reader import Quote, Reading
from index.encoding.encoder import HashEncoder
from index.text.article import Article, Sentence

TEXT = """# Museums

The museums are by the harbour.

| Museum | Adult | Opened |
|---|---|---|
| Harbour museum | £8 | 3 May 1971 |
| **Whaling** \\| ships | £11 | |

- A free day is Monday.
- The **café** shuts
  at noon.
"""
HEADER, HARBOUR, WHALING = (line for line in TEXT.split("\n") if line.startswith("| "))


@pytest.fixture(scope="module")
def engine() -> MemorySearch:
    return MemorySearch([Article(source="museums", name="museums", text=TEXT)], HashEncoder())


def empty() -> Answer:
    return Answer(
        question="?",
        status=Status.REFUSED,
        reason=Reason.NOT_FOUND,
        text="",
        citations=(),
        passages=(),
        confidence=0.5,
        searched="?",
        reader="extractive",
        index=IndexReference(fingerprint="", generation=1, articles=1, chunks=1),
    )


def quotes(engine: MemorySearch, *texts: str, lead: str = "") -> Answer:
    """An answer of these quotes, the first with a short answer in front."""
    (article,) = engine.articles.values()
    made = []
    for text in texts:
        start = TEXT.index(text)
        sentence = Sentence(start=start, end=start + len(text))
        made.append(Quote(article=article, sentences=(sentence,), best=sentence, apart=True))
    if lead:
        at = made[0].start + texts[0].index(lead)
        made[0] = Quote(
            article=article, sentences=made[0].sentences, best=made[0].best, lead=(at, at + len(lead)), apart=True
        )
    return answered(empty(), [Reading(quotes=made, reason=None, confidence=0.5)], engine.text)


def printed(answer: Answer, engine: MemorySearch, columns: int = 0) -> list[str]:
    out = io.StringIO()
    show(answer, Flow(Screen(columns=columns), out.write), engine, beside=False)
    return out.getvalue().split("\n\n")[0].split("\n")


def test_several_rows_are_aligned_under_their_header_wherever_it_is_quoted(engine: MemorySearch) -> None:
    table = [
        "Museum           Adult  Opened      [3]",
        "Harbour museum   £8     3 May 1971  [1]",
        "Whaling | ships  £11                [2]",
    ]

    assert printed(quotes(engine, HARBOUR, WHALING, HEADER), engine) == table
    assert printed(quotes(engine, HARBOUR, WHALING), engine)[0] == "Museum           Adult  Opened"


def test_a_row_alone_has_the_names_of_its_columns(engine: MemorySearch) -> None:
    one = "Museum: Harbour museum; Adult: £8; Opened: 3 May 1971 [1]"

    assert printed(quotes(engine, HARBOUR), engine) == [one]
    assert printed(quotes(engine, HARBOUR, HEADER, lead="£8"), engine) == ["£8 [1]", f"{one} [2]"]
    assert printed(quotes(engine, WHALING, "The museums are by the harbour.", HARBOUR), engine) == [
        "Museum: Whaling | ships; Adult: £11 [1]",
        "The museums are by the harbour. [2]",
        one.replace("[1]", "[3]"),
    ]


def test_rows_that_are_too_wide_for_the_terminal_are_told_one_by_one(engine: MemorySearch) -> None:
    lines = printed(quotes(engine, HARBOUR, WHALING), engine, columns=30)

    assert " ".join(lines) == (
        "Museum: Harbour museum; Adult: £8; Opened: 3 May 1971 [1] Museum: Whaling | ships; Adult: £11 [2]"
    )


def test_a_row_of_an_article_that_has_changed_since_is_printed_as_it_was_quoted(engine: MemorySearch) -> None:
    answer = quotes(engine, HARBOUR)
    changed = MemorySearch([Article(source="museums", name="museums", text=TEXT[2:])], HashEncoder())

    assert printed(answer, changed) == [f"{HARBOUR} [1]"]


def test_the_closest_row_of_a_refusal_has_the_names_of_its_columns(engine: MemorySearch) -> None:
    (article,) = engine.articles.values()
    start = TEXT.index(HARBOUR)
    near = Nearest.of(article, start, start + len(HARBOUR), TEXT, probability=0.5)
    out = io.StringIO()

    show(replace(empty(), nearest=(near,)), Flow(Screen(), out.write), engine, beside=False)

    assert "50%: Museum: Harbour museum; Adult: £8; Opened: 3 May 1971\n" in out.getvalue()


def test_the_items_of_a_list_stand_on_lines_of_their_own(engine: MemorySearch) -> None:
    items = TEXT[TEXT.index("- A free") :].rstrip()

    assert printed(quotes(engine, items), engine) == ["A free day is Monday.", "The café shuts at noon. [1]"]
