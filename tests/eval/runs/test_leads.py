"""The short answer in front of an answer: whether there is one, and whether it is right."""

from dataclasses import replace

import pytest

from assistant.answer.answer import Answer, Citation, IndexReference, Status
from eval.cases.case import GoldCase
from eval.runs.scoring import answer_scores
from eval.runs.stating import answer_pieces, lead_of

CASE = GoldCase(id="span", question="How long is the pier?", facts=(("312 metres",),), short=("312 metres", "312 m"))


def answer_of(*pieces: str) -> Answer:
    """An answer whose pieces all rest on one receipt."""
    text, spans = "", []
    for piece in pieces:
        text += "\n" if text else ""
        spans.append((len(text), len(text) + len(piece)))
        text += f"{piece} [1]"
    citation = Citation(
        number=1, article_id="pier", title=None, publisher=None, published=None, url=None, sha256="0" * 64, start=0,
        end=len(pieces[-1]), quote=pieces[-1], answer_spans=tuple(spans),
    )  # fmt: skip
    return Answer(
        question=CASE.question, status=Status.ANSWERED, reason=None, text=text, citations=(citation,), passages=(),
        confidence=0.9, searched=CASE.question, reader="extractive",
        index=IndexReference(fingerprint="f", generation=1, articles=1, chunks=1),
    )  # fmt: skip


def scores_of(case: GoldCase, answer: Answer) -> dict[str, float | None]:
    return {one.name: one.value for one in answer_scores(case, answer, answer_pieces(answer), broken=0)}


@pytest.mark.parametrize(
    ("pieces", "led", "sound"),
    [
        (("312 metres", "The pier is 312 metres long."), 1, 1),
        (("The pier is 312 metres long.",), 0, 1),
        (("12 metres", "The pier is 312 metres long and 12 metres wide."), 1, 0),
        (("312 metres", "The pier is not 312 metres long."), 1, 0),
        (("The pier is 312 metres long.", "It opened in 1931."), 0, 1),
    ],
)
def test_a_short_answer_in_front_is_scored(pieces: tuple[str, ...], led: float, sound: float) -> None:
    scores = scores_of(CASE, answer_of(*pieces))

    assert (scores["led"], scores["lead_sound"]) == (led, sound)


def test_a_forbidden_value_in_front_is_wrong() -> None:
    case = replace(CASE, short=("312 metres", "390 metres"), never=("390 metres",))

    assert scores_of(case, answer_of("390 metres", "The pier was 390 metres long."))["lead_sound"] == 0


def test_a_case_without_an_accepted_short_answer_has_no_such_scores() -> None:
    assert "led" not in scores_of(replace(CASE, short=()), answer_of("312 metres", "The pier is 312 metres long."))


def test_the_lead_comes_with_its_sentence() -> None:
    assert lead_of(answer_of("312 metres", "The pier is 312 metres long.")) == (
        "312 metres",
        "The pier is 312 metres long.",
    )
    assert lead_of(answer_of("The pier is 312 metres long.")) is None
