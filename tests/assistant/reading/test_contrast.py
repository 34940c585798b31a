"""What a sentence sets against another thing does not answer for it."""

import pytest

from assistant.question.question import analyse
from assistant.reading.contrast import contrasted


def told(question: str, text: str, words: str) -> bool:
    start = text.index(words)
    return contrasted(analyse(question), text, start, start + len(words))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("Where is skating forbidden?", "Skating is allowed on the pond, not on the weir.", "the pond"),
        ("When is the pond not open?", "The pond is open from May to June.", "May to June"),
        ("When do the boats sail?", "The boats sail daily, except in May.", "May"),
        ("Who cannot enter the mill?", "Children enter the mill on foot.", "Children"),
        ("Who refused to sign the treaty?", "Ada Holm signed the treaty in 1902.", "Ada Holm"),
        ("When does Bell work?", "Reed works on Monday, and Bell on Thursday.", "Monday"),
        ("Who wrote the song?", "It was sung by Ada Holm and written by Ole Lind.", "Ada Holm and written by Ole Lind"),
        ("How much went to Harn?", "60 percent went to Irm and 25 percent to Harn.", "60 percent went to Irm and 25"),
        ("Who teaches on Fridays?", "Ada Holm teaches on Mondays and Ole Lind on Fridays.", "Ada Holm"),
        ("Which smith works on Fridays?", "Ada Holm works on Mondays and Ole Lind on Fridays.", "Ada Holm"),
        ("Who advised Oldwater?", "Oldwater was advised by Finn and Irm by Lorn.", "Lorn"),
        ("What does Irm make?", "Harn makes nets, Irm oars.", "nets"),
        ("Who was sent home?", "Ada Holm sent home the smith.", "Ada Holm"),
        ("Who bought Harn Mill?", "Irm was founded by Ada Holm and Harn Mill by Ole Lind.", "Ole Lind"),
    ],
)  # fmt: skip
def test_another_may_be_meant(question: str, text: str, words: str) -> None:
    assert told(question, text, words)


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("Where is skating allowed?", "Skating is allowed on the pond, not on the weir.", "the pond"),
        ("When is the pond open?", "The pond is open from May to June.", "May to June"),
        ("When do the boats not sail?", "The boats do not sail in May.", "May"),
        ("When is the fair?", "The fair was moved to 10 May.", "10 May"),
        ("Who teaches on Fridays?", "Ada Holm teaches on Mondays and Ole Lind on Fridays.", "Ole Lind"),
        ("Who sent the smith home?", "Ada Holm sent home the smith.", "Ada Holm"),
        ("How many mills are there?", "In March 2022 Harn had 30 barns and 61 mills.", "61 mills"),
        ("Who built the mill of Harn?", "The mill of Harn, which Ole Lind owns, was built by Ada Holm.", "Ada Holm"),
    ],
)  # fmt: skip
def test_nothing_speaks_against_it(question: str, text: str, words: str) -> None:
    assert not told(question, text, words)
