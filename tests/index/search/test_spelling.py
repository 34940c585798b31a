"""Small mistakes are put right; real words and known words are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search.spelling import corrected, corrections, edit_distance

ARTICLE = """# The government of Fuyang

The government of Fuyang opened a digital platform. The platform connects hospitals and schools.
Governor Yuan Jiajun visited Hangzhou. The epidemic was controlled. Villagers planted trees.
"""


@pytest.fixture
def spell(library, minilm):
    """What would be corrected in a question to an index of `ARTICLE`."""
    library.write("a.md", ARTICLE)
    library.add()
    text = library.open().generation.text

    def chunk_text(_: int) -> str:
        return ARTICLE

    return lambda question, known=(): corrections(question, text, minilm, chunk_text, known)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the goverment open?", {"goverment": "government"}),
        ("Which platfrom connects hospitals?", {"platfrom": "platform"}),
        ("Which Platfom?", {"Platfom": "platform"}),
        ("Who visited Hanzghou?", {"Hanzghou": "hangzhou"}),
        ("Who is Yuna?", {"Yuna": "yuan"}),
        ("Did Jiajunn visit?", {"Jiajunn": "jiajun"}),
        ("the hopsitls and scools", {"hopsitls": "hospitals", "scools": "schools"}),
    ],
)
def test_small_mistakes_become_the_articles_words(spell, question, expected):
    assert spell(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What did the government open?",
        "Do platforms connect a hospital and the school?",
        "What was planned?",
        "Who visited Fujian?",
        "Which hotels are there in Kuyang?",
        "Is the academic over?",
        "xyzzyq wqpqzk",
        "Wer besuchte 杭州 und 富阳?",
        "Cafés in 2021, 35000 of them?",
        "",
    ],
)
def test_real_words_and_far_words_are_left_alone(spell, question):
    assert spell(question) == {}


def test_words_that_are_known_to_be_right_are_left_alone(spell):
    assert spell("What is Platfrom?", known=["The Platfrom"]) == {}


def test_corrections_are_put_in_with_the_case_of_the_question():
    question = "Goverment and goverment, not goverments?"

    assert corrected(question, {"Goverment": "government", "goverment": "government"}) == (
        "Government and government, not goverments?"
    )


WORD = st.text(alphabet="abc", max_size=7)


def reference(a: str, b: str) -> int:
    """Optimal string alignment, written down as it is defined."""
    if not a or not b:
        return len(a) + len(b)
    best = min(
        reference(a[:-1], b) + 1,
        reference(a, b[:-1]) + 1,
        reference(a[:-1], b[:-1]) + (a[-1] != b[-1]),
    )
    if len(a) > 1 and len(b) > 1 and a[-1] == b[-2] and a[-2] == b[-1]:
        best = min(best, reference(a[:-2], b[:-2]) + 1)
    return best


@given(st.text(alphabet="abc", max_size=5), st.text(alphabet="abc", max_size=5), st.integers(min_value=0, max_value=6))
def test_the_edit_distance_is_that_of_its_definition(a, b, limit):
    assert edit_distance(a, b, limit=limit) == min(reference(a, b), limit + 1)


@given(WORD, WORD)
def test_the_edit_distance_is_the_same_both_ways(a, b):
    assert edit_distance(a, b, limit=9) == edit_distance(b, a, limit=9)


@pytest.mark.parametrize(
    ("a", "b", "distance"), [("", "", 0), ("river", "river", 0), ("river", "rvier", 1), ("ab", "", 2), ("ca", "abc", 3)]
)
def test_swapped_neighbours_are_one_mistake(a, b, distance):
    assert edit_distance(a, b, limit=5) == distance
