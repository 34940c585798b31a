"""The two things that a question compares."""

from assistant.language.vocabulary import NO_NAMES
from assistant.question.scope import Word, stripped, words_of

_JOINTS = (
    ("versus", "vs", "compared"),
    ("and",),
    ("with", "to", "from", "against", "than", "or"),
)
"""What stands between the two, the surest first."""


def sides_of(topic: str, asking: frozenset[str]) -> tuple[str, str] | None:
    """The two things in "the plum cake and the lentil soup"; None if there are not two.

    What follows the second in words of asking is cut off: "Ada Holm and Bo Lind differ over parking" is of two persons.

    Args:
        topic: the question without the words that ask at its ends.
        asking: words in which comparisons are asked for.
    """
    words = words_of(topic)
    joints = asking & {word for group in _JOINTS for word in group}
    for group in _JOINTS:
        for place, word in enumerate(words):
            if word.text not in group:
                continue
            first = stripped(words[:place], asking | NO_NAMES)
            second = stripped(_before_asking(words[place + 1 :], asking - joints - NO_NAMES), asking | NO_NAMES)
            if first and second:
                return topic[first[0].start : first[-1].end], topic[second[0].start : second[-1].end]
    return None


def _before_asking(words: list[Word], asking: frozenset[str]) -> list[Word]:
    behind = [place for place, word in enumerate(words) if place and word.text in asking]
    return words[: behind[0]] if behind else words
