"""Small mistakes are put right; real words and known words are left alone."""

import pytest

from index.search.spelling import corrected, corrections

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
