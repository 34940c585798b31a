"""The gate through which every answer leaves: each quote stands in its article, each sentence has a receipt."""

import json
from dataclasses import replace

import pytest

from assistant.answer.answer import Answer, Citation, IndexReference, Nearest, Reason, Status
from assistant.answer.sealing import paged, sealed
from index.errors import ReceiptBroken
from index.text.article import Page, sha256_of

TEXTS = {
    "dam": "The dam has five gates. Two were opened on Monday. 大坝有五个闸门。",
    "tram": "The tram will cost 35,000 crowns a metre.",
}
SHOWN = ("The dam has five gates. [1]", "The tram will cost 35,000 crowns a metre. [2]")
NOT_FOUND = "I found nothing in the articles about this."
INDEX = IndexReference(fingerprint="f", generation=1, articles=2, chunks=2)


def citation(number: int, article_id: str, quote: str, *spans: tuple[int, int]) -> Citation:
    """A receipt for a quote of one of `TEXTS`."""
    text = TEXTS[article_id]
    start = text.index(quote)
    return Citation(
        number=number,
        article_id=article_id,
        title=None,
        publisher=None,
        published=None,
        url=None,
        sha256=sha256_of(text),
        start=start,
        end=start + len(quote),
        quote=quote,
        answer_spans=spans,
    )


def near(**changes: object) -> Nearest:
    """What came closest to an answer, in one of `TEXTS`."""
    text = TEXTS["dam"]
    held = Nearest(
        article_id="dam",
        title=None,
        published=None,
        sha256=sha256_of(text),
        start=0,
        end=3,
        quote="The",
        probability=0.2,
    )
    return replace(held, **changes)


@pytest.fixture
def answer() -> Answer:
    """An answer of two sentences, all of whose receipts hold."""
    first, second = SHOWN
    after = len(first) + 1
    return Answer(
        question="What of the dam and the tram?",
        status=Status.ANSWERED,
        reason=None,
        text=f"{first}\n{second}",
        citations=(
            citation(1, "dam", first[:-4], (0, len(first) - 4)),
            citation(2, "tram", second[:-4], (after, after + len(second) - 4)),
        ),
        passages=(),
        confidence=0.9,
        index=INDEX,
    )


def seal(answer: Answer) -> Answer:
    return sealed(answer, TEXTS.__getitem__)


def with_citation(answer: Answer, **changes: object) -> Answer:
    """The answer with its first receipt changed."""
    return replace(answer, citations=(replace(answer.citations[0], **changes), *answer.citations[1:]))


def test_an_answer_whose_receipts_all_hold_is_given_an_id_and_not_changed(answer: Answer) -> None:
    out = seal(answer)

    assert len(out.id) == 16
    assert replace(out, id="") == answer


def test_equal_answers_have_equal_ids_however_long_they_took(answer: Answer) -> None:
    ids = {seal(replace(answer, seconds=seconds)).id for seconds in (0.0, 0.012, 7.5)}

    assert ids == {seal(answer).id}
    assert seal(seal(answer)).id in ids


@pytest.mark.parametrize(
    "change",
    [
        {"question": "Another question?"},
        {"confidence": 0.8},
        {"index": replace(INDEX, generation=2)},
        {"unanswered": ("Why?",)},
        {"searched": "dam tram"},
    ],
)
def test_answers_that_differ_in_anything_else_have_other_ids(answer: Answer, change: dict[str, object]) -> None:
    assert seal(replace(answer, **change)).id != seal(answer).id


def refusing(answer: Answer, *nearest: Nearest) -> Answer:
    return replace(
        answer, status=Status.REFUSED, reason=Reason.NOT_FOUND, text=NOT_FOUND, citations=(), nearest=nearest
    )


def test_a_refusal_leaves_with_quotes_that_came_close(answer: Answer) -> None:
    assert seal(refusing(answer, near())).nearest == (near(),)


@pytest.mark.parametrize("change", [{"quote": "Thy"}, {"start": 1}, {"end": 4}, {"sha256": "0" * 64}])
def test_a_closest_passage_that_does_not_stand_there_keeps_a_refusal_back(
    answer: Answer, change: dict[str, object]
) -> None:
    with pytest.raises(ReceiptBroken, match="closest passage"):
        seal(refusing(answer, near(**change)))


@pytest.mark.parametrize(
    ("probability", "percent"), [(0.0, "under 1%"), (0.0099, "under 1%"), (0.01, "1%"), (0.256, "26%"), (1.0, "100%")]
)
def test_a_probability_is_told_in_whole_per_cents(probability: float, percent: str) -> None:
    assert near(probability=probability).percent == percent


def test_a_refusal_without_citations_leaves(answer: Answer) -> None:
    assert seal(refusing(answer)).id


@pytest.mark.parametrize("text", ["The dam was sold in secret.", f"{NOT_FOUND} The dam was sold.", "", NOT_FOUND[:-1]])
def test_a_refusal_that_says_something_is_refused(answer: Answer, text: str) -> None:
    with pytest.raises(ReceiptBroken, match="a refusal says something"):
        seal(replace(refusing(answer), text=text))


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "The dam has five gates"},
        {"quote": "The dam has five gates. "},
        {"quote": "the dam has five gates."},
        {"quote": "The dam has four gates."},
        {"start": 1},
        {"end": 22},
        {"start": 1, "end": 24},
        {"start": -65, "end": -42},
        {"article_id": "tram"},
    ],
)
def test_a_quote_that_is_off_by_a_character_is_refused(answer: Answer, change: dict[str, object]) -> None:
    with pytest.raises(ReceiptBroken, match=r"citation \[1\] does not stand in"):
        seal(with_citation(answer, **change))


def test_a_quote_off_by_a_character_is_refused_in_any_script(answer: Answer) -> None:
    quote = "大坝有五个闸门。"
    right = citation(1, "dam", quote, (0, len(quote)))
    one = replace(answer, text=f"{quote} [1]", citations=(right,))

    assert seal(one).citations == (right,)
    with pytest.raises(ReceiptBroken):
        seal(with_citation(one, start=right.start + 1, end=right.end + 1))


@pytest.mark.parametrize("quote", ["", " "])
def test_a_quote_that_says_nothing_is_refused(answer: Answer, quote: str) -> None:
    start = TEXTS["dam"].index(" ")

    with pytest.raises(ReceiptBroken):
        seal(with_citation(answer, quote=quote, start=start, end=start + len(quote)))


def test_a_hash_of_another_text_is_refused(answer: Answer) -> None:
    with pytest.raises(ReceiptBroken, match="another hash"):
        seal(with_citation(answer, sha256=sha256_of(TEXTS["dam"] + "\n")))


@pytest.mark.parametrize("extra", ["[3]", "[0]", " [17]"])
def test_a_marker_without_a_receipt_is_refused(answer: Answer, extra: str) -> None:
    with pytest.raises(ReceiptBroken, match="no receipt"):
        seal(replace(answer, text=answer.text + extra))


def test_a_receipt_without_a_marker_is_refused(answer: Answer) -> None:
    with pytest.raises(ReceiptBroken, match="marker"):
        seal(replace(answer, text=answer.text.replace(" [1]", "    ")))


def test_a_sentence_with_the_marker_of_another_receipt_is_refused(answer: Answer) -> None:
    swapped = answer.text.replace("[1]", "[0]").replace("[2]", "[1]").replace("[0]", "[2]")

    with pytest.raises(ReceiptBroken, match=r"the marker \[1\]"):
        seal(replace(answer, text=swapped))


@pytest.mark.parametrize("spans", [(), ((0, 0),), ((5, 3),), ((-1, 5),), ((0, 500),), ((0, 23), (7, 7))])
def test_a_receipt_that_supports_no_part_of_the_answer_is_refused(
    answer: Answer, spans: tuple[tuple[int, int], ...]
) -> None:
    with pytest.raises(ReceiptBroken, match=r"citation \[1\] supports nothing"):
        seal(with_citation(answer, answer_spans=spans))


@pytest.mark.parametrize("extra", [" So it is safe.", "\nYes", " 是的。"])
def test_a_sentence_without_a_receipt_is_refused(answer: Answer, extra: str) -> None:
    with pytest.raises(ReceiptBroken, match="no receipt"):
        seal(replace(answer, text=answer.text + extra))


def test_words_between_two_supported_sentences_are_refused_too(answer: Answer) -> None:
    text = answer.text.replace("\n", "\nTherefore ")
    second = replace(
        answer.citations[1], answer_spans=tuple((a + 10, b + 10) for a, b in answer.citations[1].answer_spans)
    )

    with pytest.raises(ReceiptBroken, match="side by side"):
        seal(replace(answer, text=text, citations=(answer.citations[0], second)))


def test_a_refusal_with_citations_is_refused(answer: Answer) -> None:
    with pytest.raises(ReceiptBroken, match="a refusal carries citations"):
        seal(replace(answer, status=Status.REFUSED, reason=Reason.INSUFFICIENT))


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1), (0, 1), (1, 3)])
def test_receipts_that_are_not_numbered_from_one_are_refused(answer: Answer, numbers: tuple[int, ...]) -> None:
    citations = tuple(replace(c, number=n) for c, n in zip(answer.citations, numbers, strict=True))

    with pytest.raises(ReceiptBroken, match="numbered"):
        seal(replace(answer, citations=citations))


@pytest.mark.parametrize("other", ["The dam has four gates.", "The dam has five gates!", "The dam has 5 gates .."])
def test_a_sentence_of_a_quoting_answer_that_is_not_its_quote_is_refused(answer: Answer, other: str) -> None:
    with pytest.raises(ReceiptBroken, match=r"citation \[1\] is not its quote"):
        seal(replace(answer, text=answer.text.replace("The dam has five gates.", other.ljust(23)[:23])))


def led(answer: Answer, lead: str) -> Answer:
    """The second sentence alone, a short answer in front of it."""
    sentence = SHOWN[1][:-4]
    after = len(lead) + 5
    one = citation(1, "tram", sentence, (0, len(lead)), (after, after + len(sentence)))
    return replace(answer, text=f"{lead} [1]\n{sentence} [1]", citations=(one,))


@pytest.mark.parametrize("lead", ["35,000 crowns", "The tram", "Crowns", "Cost 35,000"])
def test_a_short_answer_out_of_its_sentence_leaves(answer: Answer, lead: str) -> None:
    assert seal(led(answer, lead)).id


@pytest.mark.parametrize("lead", ["36,000 crowns", "000 crowns", "35", "crown", "cROWNS", SHOWN[1][:-4], "the tram "])
def test_a_short_answer_that_is_another_or_cuts_a_word_or_a_figure_is_refused(answer: Answer, lead: str) -> None:
    with pytest.raises(ReceiptBroken, match="is not its quote"):
        seal(led(answer, lead))


@pytest.mark.parametrize(
    "change",
    [
        {"reason": Reason.NOT_FOUND},
        {"nearest": (near(),)},
        {"scope": "greeting"},
        {"reader": "model:any"},
        {"degraded": True},
        {"note": "All of this was checked by the ministry."},
        {"confidence": 1.01},
        {"seconds": -1.0},
        {"scope": "timeline", "note": "Dated statements, the latest first."},
        {"parts": ("The dam?", "The tram?")},
    ],
)
def test_an_answer_that_contradicts_itself_is_refused(answer: Answer, change: dict[str, object]) -> None:
    with pytest.raises(ReceiptBroken):
        seal(replace(answer, **change))


def test_an_answer_without_any_receipt_is_refused(answer: Answer) -> None:
    with pytest.raises(ReceiptBroken):
        seal(replace(answer, text="The dam has five gates.", citations=()))


def test_the_json_has_the_keys_of_the_contract_the_important_ones_first(answer: Answer) -> None:
    data = json.loads(json.dumps(seal(answer).to_json()))

    assert list(data)[:5] == ["id", "question", "status", "reason", "text"]
    assert {"citations", "passages", "reader", "degraded", "index", "prompt", "seconds"} <= set(data)
    assert data["status"] == "answered"
    assert data["reason"] is None
    assert data["citations"][0]["answer_spans"] == [[0, 23]]


def test_each_receipt_of_an_article_with_pages_says_the_page_on_which_its_quote_begins(answer):
    start = answer.citations[0].start
    pages = [Page(number=3, start=0, end=start), Page(number=5, start=start, end=99), Page(number=6, start=99, end=100)]

    first, second = paged(answer, {"dam": pages, "tram": []}.__getitem__).citations

    assert (first.page, second.page) == (5, None)
    assert (first.to_json()["page"], "page" in second.to_json()) == (5, False)
