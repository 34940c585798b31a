"""Replies of models that think aloud, without the thoughts, however the reply is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.thinking import ThoughtFilter


def spoken(pieces: list[str]) -> str:
    filter_ = ThoughtFilter()
    return "".join([filter_.add(piece) for piece in pieces] + [filter_.rest()])


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Nobody was hurt [1].", "Nobody was hurt [1]."),
        ("  Nobody\n", "  Nobody\n"),
        ("<think>Was anyone? [1] says no.</think>\n\nNobody was hurt [1].", "Nobody was hurt [1]."),
        ("\n<think>\n</think> <think>Hm.</think>Nobody.", "Nobody."),
        ("Nobody <think>really</think> was.", "Nobody <think>really</think> was."),
        ("<thinking is hard>", "<thinking is hard>"),
        ("<thi", "<thi"),
        ("<think>Was anyone?", ""),
        ("<think>Was anyone?</think>\n", ""),
        ("", ""),
    ],
)
def test_thoughts_at_the_beginning_are_not_part_of_what_is_said(reply: str, said: str) -> None:
    assert spoken([reply]) == said
    assert spoken(list(reply)) == said


@given(st.lists(st.sampled_from(["<think>", "</think>", "<th", "ink>", " ", "\n", "a", "[1]."]), max_size=12))
def test_it_does_not_matter_how_a_reply_is_cut_into_pieces(pieces: list[str]) -> None:
    reply = "".join(pieces)

    assert spoken(pieces) == spoken([reply]) == spoken(list(reply))
    assert reply.endswith(spoken(pieces))


def test_what_is_said_comes_as_soon_as_it_is_known_to_be_said() -> None:
    filter_ = ThoughtFilter()

    assert [filter_.add(piece) for piece in ["<", "think>a", "</think>", "\n", "No", "body"]] == [
        "",
        "",
        "",
        "",
        "No",
        "body",
    ]
