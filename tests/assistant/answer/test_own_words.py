"""A note is told from a claim, however it is made up."""

import pytest

from assistant.answer.own_words import CHOSEN, ONE_OF, is_note

COMPARED = CHOSEN["compare"]
ABOUT = CHOSEN["about"]
EVERYTHING = CHOSEN["everything"].format(topic="the ferry")
LEFT = " 2 more statements not shown: ask about a part of it to see them."


@pytest.mark.parametrize(
    ("scope", "note"),
    [
        ("", ""),
        ("compare", COMPARED.format(first="the ferry", second="the old barge")),
        ("everything", EVERYTHING),
        ("everything", EVERYTHING + ONE_OF + LEFT),
        ("about", ABOUT.format(articles="“The ferry”")),
        ("about", ABOUT.format(articles="“The ferry” and “Of “sail” and “steam””")),
        ("about", ABOUT.format(articles="1,024 articles")),
        ("about", ABOUT.format(articles="what the articles say about “the ferry”")),
    ],
)
def test_the_programs_notes_are_told_as_such(scope, note):
    assert is_note(scope, note, "the ferry or the old barge", ["The ferry", "Of “sail” and “steam”"])


@pytest.mark.parametrize(
    ("scope", "note"),
    [
        ("", "The ferry sank."),
        ("compare", COMPARED.format(first="the ferry", second="")),
        ("compare", COMPARED.format(first="", second="the ferry")),
        ("compare", COMPARED.format(first="the ferry", second="its sinking")),
        ("compare", f"{COMPARED.format(first='the ferry', second='the old barge')} The ferry sank."),
        ("compare", COMPARED.format(first="e", second="e”, then about “" * 20_000)[:-2]),
        ("everything", f"{EVERYTHING}{LEFT}{LEFT}"),
        ("everything", f"{EVERYTHING}{' 7' * 20_000}"),
        ("about", ABOUT.format(articles="“The ferry sank”")),
        ("about", ABOUT.format(articles=" and ".join(["“The ferry”"] * 4))),
        ("about", ABOUT.format(articles="what the articles say about “its sinking”")),
    ],
)
def test_a_claim_is_no_note(scope, note):
    assert not is_note(scope, note, "the ferry or the old barge", ["The ferry"])
