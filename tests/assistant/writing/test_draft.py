"""A reply taken apart into sentences while it comes: the same ones however it is cut up, and what each cites."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.writing.draft import LONGEST, DraftSentence, sentences

snippets = st.sampled_from(
    [
        "The dam held. ",
        "Nobody was hurt",
        " [1]",
        "[1, 2]",
        "【1】",
        " [12].",
        ".[3] ",
        "[",
        "[4",
        "]",
        "Dr. Berg left at 5 p.m. ",
        "in the U.S. It",
        "approx. (about 3) ",
        "e.g. ",
        "12.5%",
        "- ",
        "1. ",
        "\n",
        "\n\n",
        "# Answer\n",
        "大坝有五个闸门。",
        "改革，",
        "“是。”",
        "“Yes.” ",
        "?! ",
        "…",
        "![x](http://a.example/?q=1)",
        "**bold** ",
        "\u200b\u202e",
        " ",
    ]
)
replies = st.lists(st.one_of(snippets, st.text(max_size=6)), max_size=25).map("".join)


def read(reply: str, *, cut_off: bool = False) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.cited) for one in sentences([reply], cut_off=lambda: cut_off)]


@given(replies, st.lists(st.integers(1, 30), min_size=1))
def test_however_a_reply_is_cut_into_pieces_its_sentences_are_the_same(reply: str, lengths: list[int]) -> None:
    pieces, at, place = [], 0, 0
    while at < len(reply):
        pieces.append(reply[at : at + lengths[place % len(lengths)]])
        at += len(pieces[-1])
        place += 1

    assert list(sentences(pieces)) == list(sentences([reply])) == list(sentences(reply))


@given(replies)
def test_no_word_of_a_reply_is_lost(reply: str) -> None:
    shown = "".join(text for text, _ in read(reply))

    for word in ("dam", "Nobody", "Berg", "大坝有五个闸门", "approx"):
        assert shown.count(word) == reply.count(word)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("The dam held [1]. Nobody was hurt [2].", [("The dam held.", (1,)), ("Nobody was hurt.", (2,))]),
        ("The dam held. [1] Nobody was hurt. [2]", [("The dam held.", (1,)), ("Nobody was hurt.", (2,))]),
        ("The dam held.[1] Nobody was hurt.[2][3]", [("The dam held.", (1,)), ("Nobody was hurt.", (2, 3))]),
        (
            "It held [1, 2]. It rose [2;1]; so [1、3]. End.",
            [("It held.", (1, 2)), ("It rose; so.", (2, 1, 3)), ("End.", ())],
        ),
        ("It held 【1】. It rose.【2】", [("It held.", (1,)), ("It rose.", (2,))]),
        ("The dam [1] held and the river [2] rose.", [("The dam held and the river rose.", (1, 2))]),
        ("Dr. Berg left at 5 p.m. [3] The dam held [1].", [("Dr. Berg left at 5 p.m.", (3,)), ("The dam held.", (1,))]),
        (
            "Built by J. Smith in the U.S. in 1932 [1].",
            [("Built by J. Smith in the U.S. in 1932.", (1,))],
        ),
        ("It rose approx. [1] three metres.", [("It rose approx. three metres.", (1,))]),
        ("It cost 3.5 million. It is 1,200 m long.", [("It cost 3.5 million.", ()), ("It is 1,200 m long.", ())]),
        ("- five gates [1]\n- two open [2]", [("five gates", (1,)), ("two open", (2,))]),
        ("1. Five gates [1]\n2. Two open [2]", [("1. Five gates", (1,)), ("2. Two open", (2,))]),
        ("# Answer\nThe dam held [1].", [("Answer", ()), ("The dam held.", (1,))]),
        ("The dam did\nnot hold [1].\nNobody was hurt.", [("The dam did not hold.", (1,)), ("Nobody was hurt.", ())]),
        ("The bridge was opened by\nAnna Berg [1].", [("The bridge was opened by Anna Berg.", (1,))]),
        ("闸门有五个。[1]改革很重要【2】。两个", [("闸门有五个。", (1,)), ("改革很重要。", (2,)), ("两个", ())]),
        ("他说：“很好。”[1]大家同意。", [("他说：“很好。”", (1,)), ("大家同意。", ())]),
        ("It held [1", [("It held [1", ())]),
        ("In [2021] it held [1].", [("In [2021] it held.", (1,))]),
        ("[1] It held.", [("It held.", (1,))]),
        ("**Five** [gates](https://a.example) held [1].", [("Five gates held.", (1,))]),
        ("It held \u200bto\u202eday \x1b[31m [1].", [("It held today [31m.", (1,))]),
        ("It held [1] [1][1].", [("It held.", (1,))]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_a_marker_belongs_to_the_sentence_that_it_follows(reply: str, expected: list[tuple[str, object]]) -> None:
    assert read(reply) == expected
    assert [(one.text, one.cited) for one in sentences(reply)] == expected


def test_a_sentence_is_given_as_soon_as_the_next_has_begun() -> None:
    given_to_it: list[str] = []

    def pieces():
        for piece in ("The dam ", "held. ", "[1] ", "Nobody ", "was ", "hurt."):
            given_to_it.append(piece)
            yield piece

    first = next(sentences(pieces()))

    assert first == DraftSentence(text="The dam held.", cited=(1,))
    assert given_to_it == ["The dam ", "held. ", "[1] ", "Nobody "]


def test_half_a_marker_is_waited_for() -> None:
    assert [one.cited for one in sentences(["The dam held. [1", ", 2", "] Nobody was hurt."])] == [(1, 2), ()]


@pytest.mark.parametrize(
    ("sentence", "addresses"),
    [
        ("See ![x](http://a.example/?q=1) now.", ("![x](http://a.example/?q=1)",)),
        ("See ![](http://a.example/?q=1) now.", ("![](http://a.example/?q=1)",)),
        ("See ![x][ref] now.", ("![x][ref]",)),
        ("See [here](https://a.example/x) now.", ("(https://a.example/x)",)),
        ("See https://a.example/x?key=1 now.", ("https://a.example/x?key=1",)),
        ("See www.a.example now.", ("www.a.example",)),
        ("See data:text/html;base64,AAAA now.", ("data:text/html;base64,AAAA",)),
        ("See <img src=x onerror=alert(1)> now.", ("<img src=x onerror=alert(1)>",)),
        ("See <!-- hidden --> now.", ("<!-- hidden -->",)),
        ("[ref]: https://a.example/x", ("[ref]: https://a.example/x",)),
        ("Write to someone@a.example now.", ("someone@a.example",)),
        ("It is 3 < 4 and 5 > 2 (see [1]) at 10:30.", ()),
    ],
)
def test_what_leads_somewhere_else_is_told_apart(sentence: str, addresses: tuple[str, ...]) -> None:
    (read_one,) = sentences([sentence])

    assert read_one.addresses == addresses


def test_a_sentence_that_the_end_of_the_reply_cuts_off_is_not_whole() -> None:
    cut = [one.whole for one in sentences(["The dam held [1]. Nobody was"], cut_off=lambda: True)]
    ended = [one.whole for one in sentences(["The dam held [1]. Nobody was hurt [2]"], cut_off=lambda: True)]
    free = [one.whole for one in sentences(["The dam held [1]. Nobody was"])]

    assert (cut, ended, free) == ([True, False], [True, True], [True, True])


def test_no_piece_of_an_endless_sentence_is_whole() -> None:
    found = list(sentences(["The dam " + "held and " * 1_000 + "nobody was hurt. The end."]))

    assert [one.whole for one in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].text == "The end."
    assert max(len(one.text) for one in found) < LONGEST + 10


@pytest.mark.parametrize("unit", ["word ", "a", "\n", ". ", "e.g. ", "坝。", "[", "[1] ", "[1,", "abc\n", "It held. "])
def test_time_grows_with_the_length_of_a_reply_and_no_faster(unit: str) -> None:
    def seconds(characters: int) -> float:
        reply = unit * (characters // len(unit))
        started = time.thread_time()
        for _ in sentences(reply[at : at + 4] for at in range(0, len(reply), 4)):
            pass
        return time.thread_time() - started

    small, large = min(seconds(5_000) for _ in range(3)), seconds(50_000)

    assert large < 40 * small + 0.1  # Quadratic, it would be 100 times as long.


def test_a_million_characters_are_read_within_seconds() -> None:
    reply = "The dam held and nobody was hurt [1]. " * 26_316

    started = time.perf_counter()
    count = sum(1 for _ in sentences(reply[at : at + 400] for at in range(0, len(reply), 400)))

    assert count == 26_316
    assert time.perf_counter() - started < 30
