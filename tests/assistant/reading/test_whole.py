"""What is given whole: lists, tables, points told one after another, and answers under a question."""

from collections.abc import Sequence

import pytest
from library import Library

from assistant.language.sentence import Sentences
from assistant.question.question import analyse
from assistant.reading.evidence import Evidence
from assistant.reading.whole import given_whole
from index.search.engine import Filters

LIST = """The rules of the club are strict.

To borrow a boat you need:

- a key from the warden;
- a vest of your size;
- a friend on the shore.
"""
TABLE = """| Plan | Price | Boats |
|---|---|---|
| Small | £5 | one |
| Large | £9 | four |
| Whole | £15 | all |
"""
POINTS = """The warden named three wishes. The first wish is a new pier. It costs much.
The second wish, for June, is a lamp. The third wish is a bell. Birds sang.
"""
ANSWERS = """# Questions

## May I bring a dog to the pier?

Yes. It must be on a lead.

## When does the pier open?

At eight.
"""


def whole(
    library: Library,
    text: str,
    question: str,
    best: Sequence[str],
    *,
    answering: float = -1.0,
    led: bool = False,
) -> list[str]:
    """What is quoted, one line a sentence, where the sentences that begin with `best` would be."""
    library.write("a.md", f"---\ntitle: The boat club\n---\n{text}")
    library.add()
    engine = library.search()
    found = engine.search(question, k=20, filters=Filters())
    asked = analyse(question)
    evidence = Evidence(asked, found.passages, engine, Sentences(engine.idf, engine.highest_idf))
    candidates = evidence.candidates(found.queries[0])
    chosen = [next(one for one in candidates if one.text.lstrip("-| ").startswith(words)) for words in best]
    given = given_whole(asked, candidates, [answering for _ in candidates], chosen, engine, led=led)
    texts = [library.open().text(quote.article.number) for quote in given]
    return [
        text[sentence.start : sentence.end].strip()
        for quote, text in zip(given, texts, strict=True)
        for sentence in quote.sentences
    ]


ITEMS = [
    "To borrow a boat you need:",
    "- a key from the warden;",
    "- a vest of your size;",
    "- a friend on the shore.",
]
ROWS = ["| Small | £5 | one |", "| Large | £9 | four |", "| Whole | £15 | all |", "| Plan | Price | Boats |"]
WISHES = ["The first wish is a new pier.", "The second wish, for June, is a lamp.", "The third wish is a bell."]


@pytest.mark.parametrize(
    ("question", "best", "expected"),
    [
        ("What are the things I need for a boat?", "a vest", ITEMS),
        ("How do I borrow a boat?", "a vest", ITEMS),
        ("Which things do boat people need?", "a vest", ITEMS),
        ("Whose key opens the boat?", "a key", []),
        ("What is the second thing you need for a boat?", "a key", ["- a vest of your size;"]),
        ("What is the last thing you need for a boat?", "a key", ["- a friend on the shore."]),
        ("What is the ninth thing you need for a boat?", "a key", []),
    ],
)
def test_a_list_is_given_with_its_caption_if_it_is_asked_for_and_one_item_by_its_place(
    library: Library, question: str, best: str, expected: list[str]
) -> None:
    assert whole(library, LIST, question, [best]) == expected


def test_an_ordinal_that_the_best_item_says_itself_asks_for_no_place(library: Library) -> None:
    text = "# Choir\n\nRegistration for the choir:\n\n- The last day is 3 May.\n- The fee is £5.\n- Bring a chair.\n"
    assert whole(library, text, "What is the last day for registration?", ["The last day"]) == []


def test_a_list_most_of_whose_items_answer_is_given_whole(library: Library) -> None:
    assert whole(library, LIST, "Whose key opens the boat?", ["a key"], answering=1.0) == ITEMS


@pytest.mark.parametrize(
    ("question", "best", "expected"),
    [
        ("What does each plan cost?", ["Small"], ROWS),
        ("What are the prices of the plans?", ["Small", "Large"], ROWS),
        ("What are the prices of the small plan?", ["Small", "Large"], []),
        ("What does the small plan cost?", ["Small", "Large"], []),
        ("Which plan has no boats at all?", ["Small", "Large"], []),
        ("How many boats does each plan have?", ["Small"], []),
    ],
)
def test_a_table_is_given_whole_where_more_than_one_row_is_asked_for(
    library: Library, question: str, best: list[str], expected: list[str]
) -> None:
    assert whole(library, TABLE, question, best) == expected


def test_of_a_table_the_rows_of_the_sort_that_is_asked_for_are_given(library: Library) -> None:
    rows = ["| Tin boat | £3 |", "| Oak boat | £5 |"]
    head, net = "| Thing | Price |", "| Net | £1 |"
    text = "\n".join(["# Hire", "", head, "|---|---|", *rows, net, ""])

    assert whole(library, text, "What do all boats cost?", ["Tin"]) == [*rows, head]
    assert whole(library, text, "What do all things cost?", ["Tin"]) == [*rows, net, head]


@pytest.mark.parametrize(
    ("question", "led", "expected"),
    [
        ("List the three wishes of the warden.", False, WISHES),
        ("List the three wishes of the warden.", True, []),
        ("What is the second wish of the warden?", False, WISHES[1:2]),
        ("What is the fourth wish of the warden?", False, []),
        ("What are the costs of the first wish?", False, []),
        ("List the three hopes of the warden.", False, []),
    ],
)
def test_points_told_one_after_another_are_given_together_or_by_their_place(
    library: Library, question: str, led: bool, expected: list[str]
) -> None:
    assert whole(library, POINTS, question, ["The warden named"], led=led) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [("Can I bring my dog to the pier?", ["Yes.", "It must be on a lead."]), ("Is there a leash law?", [])],
)
def test_the_answer_under_the_question_that_is_asked_is_given_whole(
    library: Library, question: str, expected: list[str]
) -> None:
    assert whole(library, ANSWERS, question, ["It must"]) == expected
