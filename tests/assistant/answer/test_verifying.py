"""Answers are verified whole: what contradicts the index fails, and a trusted signature alone proves the rest."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library import ignore, indexed, verified
from oldwater import BOTH, COST, HALLS, PARTS, QUESTION, QUICK, opened
from oldwater import root as root

from assistant.answer.answer import Answer, IndexReference
from assistant.answer.given import read_answer
from assistant.answer.receipts import Standing
from assistant.answer.sealing import identity
from assistant.answer.signing import SigningKey, create_key
from assistant.answer.verifying import Contents, Signed, Verdict, Verified, verify
from assistant.chain.assistant import Assistant
from assistant.chain.contents import contents_of
from assistant.language.markdown import plain
from assistant.models.scripted.model import ScriptedModel
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener
from index.search.engine import Filters

UNPROVEN = "the quotes hold; question and completeness are not proven (unsigned)"
OF_A_MODEL = "the quotes hold; question, completeness and a model's words are not proven (unsigned)"


@pytest.fixture(scope="module")
def assistant(root: Path, minilm: Encoder) -> Iterator[Assistant]:
    made = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield made
    made.close()


@pytest.fixture(scope="module")
def answer(assistant: Assistant) -> Answer:
    return assistant.ask(QUESTION)


@pytest.fixture(scope="module")
def written(root: Path, minilm: Encoder) -> Answer:
    script = [PARTS, f"{COST} [1] {HALLS} The bridge has nine lanes. [1]"]
    with opened(root, minilm, ScriptedModel(script), Settings(model=QUICK)) as writing:
        return writing.ask(BOTH)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return create_key(tmp_path_factory.mktemp("key") / "signing.pem")


@pytest.fixture(scope="module")
def here(assistant: Assistant) -> Contents:
    return contents_of(assistant.engine)


def data_of(answer: Answer) -> dict:
    return json.loads(json.dumps(answer.to_json()))


def check(data: dict, contents: Contents | None, *trusted: str) -> Verified:
    return verify(read_answer(json.dumps(data)), contents, trusted=trusted)


def again(data: dict) -> dict:
    """Edited JSON with the id that fits it, as a careful forger makes it."""
    return data | {"id": identity(data)}


def test_an_unsigned_answer_is_never_said_to_hold(answer, written, assistant):
    for one, detail in ((answer, UNPROVEN), (written, OF_A_MODEL)):
        found = verified(one, assistant.engine)

        assert (found.verdict, found.signed, found.detail) == (Verdict.UNPROVEN, Signed.UNSIGNED, detail)
        assert {check.standing for check in found.receipts} == {Standing.HOLDS}
        assert [sentence.standing for sentence in found.sentences] == [Standing.HOLDS] * len(found.sentences)
        assert all(sentence.text in one.text for sentence in found.sentences)


def test_an_answer_that_is_signed_with_a_trusted_key_holds(answer, assistant, key):
    found = verified(answer, assistant.engine, key)

    assert (found.verdict, found.signed, found.public_key) == (Verdict.HOLDS, Signed.TRUSTED, key.public)
    assert found.detail.startswith("holds")


def test_a_signature_of_another_key_proves_nothing(answer, here, key):
    found = check(key.signed(answer.to_json()), here)

    assert (found.verdict, found.signed) == (Verdict.UNPROVEN, Signed.UNKNOWN_KEY)
    assert "not trusted here" in found.detail


def test_without_an_index_the_signature_proves_what_was_given(answer, key):
    signed = key.signed(answer.to_json())

    found = check(signed, None, key.public)
    altered = check(again(signed | {"question": "Who paid for the bridge?"}), None, key.public)

    assert (found.verdict, {one.standing for one in found.receipts}) == (Verdict.HOLDS, {Standing.UNCHECKED})
    assert "not compared" in found.detail
    assert (altered.verdict, altered.signed) == (Verdict.FAILS, Signed.BROKEN)


def test_a_changed_question_is_not_proven_without_a_signature_and_fails_with_one(answer, here, key):
    other = {"question": "How much did the bridge of Oldwater not cost?"}

    unsigned = check(again(data_of(answer) | other), here, key.public)
    signed = check(again(key.signed(data_of(answer)) | other), here, key.public)

    assert (unsigned.verdict, unsigned.detail) == (Verdict.UNPROVEN, UNPROVEN)
    assert (signed.verdict, signed.faults) == (Verdict.FAILS, ("altered: the signature does not fit",))


def test_a_sentence_that_was_cut_with_its_receipt_is_not_proven_without_a_signature(assistant, here, key):
    whole = assistant.ask(BOTH)
    first = whole.citations[0]
    text = whole.text[: whole.citations[1].answer_spans[0][0] - 1]
    cut = replace(whole, text=text, citations=(replace(first, parts=()),), parts=(), unanswered=())

    unsigned = check(again(data_of(cut)), here)
    signed = check(again({**data_of(cut), "signature": key.signed(data_of(whole))["signature"]}), here, key.public)

    assert unsigned.verdict is Verdict.UNPROVEN
    assert signed.verdict is Verdict.FAILS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Official record"),
        ("publisher", "Ministry of Bridges"),
        ("published", "2021-05-03"),
        ("url", "https://elsewhere.example"),
        ("page", 3),
        ("title", None),
        ("sha256", "0" * 64),
        ("start", 0),
        ("quote", "The bridge of Oldwater cost 4.5 million crowns."),
        ("article_id", "museum"),
        ("article_id", "nothing"),
    ],
)
def test_a_receipt_that_says_something_else_than_the_index_fails(answer, here, name, value):
    data = data_of(answer)
    data["citations"][0][name] = value

    found = check(again(data), here)

    assert found.verdict is Verdict.FAILS
    assert found.receipts[0].standing is not Standing.HOLDS


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "0" * 16},
        {"text": "The bridge was sold. [1]"},
        {"text": "The bridge was sold. [7]"},
        {"status": "refused", "citations": [], "text": "The bridge was sold in secret."},
        {"status": "refused", "reason": "not_found", "citations": [], "text": "The bridge was sold in secret."},
        {"status": "help", "scope": "greeting", "citations": [], "passages": [], "text": "The moon is a cheese."},
        {"scope": "about", "note": "The most central sentence of each of “The moon”."},
        {"passages": [{"article_id": "moon", "start": 0, "end": 5, "score": 1.0, "rank": 1}]},
        {"passages": [{"article_id": "bridge", "start": 0, "end": 5_000, "score": 1.0, "rank": 1}]},
    ],
)
def test_an_answer_that_contradicts_the_index_or_itself_fails_unsigned(answer, here, change):
    data = data_of(answer) | change

    assert check(again(data) if "id" not in change else data, here).verdict is Verdict.FAILS
    assert check(data, here).faults


def put_into_the_models_mouth(answer: Answer, true: str, false: str) -> dict:
    """An answer in which a forger replaced a sentence of a model, with its verdict, spans and id."""
    data = data_of(answer)
    at, longer = data["text"].index(true), len(false) - len(true)
    data["text"] = data["text"].replace(true, false)
    for sentence in data["writing"]["sentences"]:
        sentence["text"] = sentence["text"].replace(true, false)
    for citation in data["citations"]:
        spans = [*citation["answer_spans"], *(part["answer_spans"] for part in citation.get("parts", ()))]
        citation["answer_spans"] = [[x + longer * (x > at) for x in span] for span in citation["answer_spans"]]
        for part in citation.get("parts", ()):
            part["answer_spans"] = [[x + longer * (x > at) for x in span] for span in part["answer_spans"]]
        assert spans
    return again(data)


@pytest.mark.parametrize(
    ("false", "why"),
    [
        ("The bridge of Oldwater cost 9.5 million crowns.", "9.5 million"),
        ("The bridge of Oldwater was sold for 3.5 million crowns.", "bear it out"),
        ("The bridge of Oldwater did not cost 3.5 million crowns.", "bear it out"),
        (HALLS, "the figure 19"),
    ],
)
def test_a_false_sentence_in_a_models_mouth_fails_unsigned(written, here, false, why):
    found = check(put_into_the_models_mouth(written, COST, false), here)

    assert found.verdict is Verdict.FAILS
    assert why in found.faults[0]
    assert found.faults[0].startswith(f"the check does not keep '{false[:20]}")
    assert [one.standing for one in found.sentences] == [Standing.CHANGED, Standing.HOLDS]
    assert why in found.sentences[0].detail


def test_a_sentence_beside_another_receipt_than_its_own_fails_unsigned(written, here):
    data = data_of(written)
    cost = data["citations"][0]
    quote = "It has four lanes and is 320 metres long."
    start = here.text(cost["article_id"]).index(quote)
    cost |= {"quote": quote, "start": start, "end": start + len(quote)}

    found = check(again(data), here)

    assert {one.standing for one in found.receipts} == {Standing.HOLDS}
    assert found.verdict is Verdict.FAILS
    assert "the figure 3.5 million does not stand in it" in found.faults[0]


def test_a_receipt_of_half_a_sentence_supports_nothing(written, here):
    data = data_of(written)
    half = "The bridge of Oldwater cost 3.5 million"
    data["citations"][0] |= {"quote": half, "end": data["citations"][0]["start"] + len(half)}

    assert "no run of whole sentences" in check(again(data), here).faults[0]


def test_the_clauses_of_a_parted_sentence_are_checked_as_they_were(root, minilm, here):
    script = ["The bridge of Oldwater cost 3.5 million crowns, while the museum of Oldwater has 19 halls. [1]"]
    with opened(root, minilm, ScriptedModel([PARTS, *script]), Settings(model=QUICK)) as writing:
        parted = writing.ask(BOTH)

    assert parted.writing.sentences[0].text.endswith("crowns,")
    assert check(data_of(parted), here).verdict is Verdict.UNPROVEN


def test_a_trusted_signature_proves_the_check(written, here, key):
    unsure = replace(here, unsupported=lambda sentences: ["it does not bear it out" for _ in sentences])

    signed = check(key.signed(data_of(written)), unsure, key.public)
    resigned = check(key.signed(data_of(written)), unsure)

    assert (signed.verdict, resigned.verdict) == (Verdict.HOLDS, Verdict.FAILS)


def test_each_sentence_is_told_apart(answer, here):
    data = data_of(answer)
    *_, end = data["citations"][0]["answer_spans"][-1]
    forged = data | {"text": f"{data['text'][:end].replace('3.5', '9.5')} [1]\nIt was sold. [7]"}

    lead, quote, added = check(forged, here).sentences

    assert (lead.number, lead.standing) == (1, Standing.CHANGED)
    assert (quote.number, quote.standing) == (1, Standing.CHANGED)
    assert (added.text, added.number, added.standing) == ("It was sold. [7]", 0, Standing.CHANGED)
    assert {one.standing for one in check(data, here).sentences} == {Standing.HOLDS}


def test_an_answer_without_an_id_fails(answer, here):
    data = data_of(answer)
    del data["id"]

    assert check(data, here).faults == ("it has no id, which every answer is given",)


def test_an_answer_of_another_index_is_told_as_such(answer, here, key):
    moon = replace(here.reference, fingerprint="moon")
    elsewhere = replace(here, reference=moon, articles={}, text={}.__getitem__, pages={}.__getitem__)

    for found in (check(data_of(answer), elsewhere), check(key.signed(answer.to_json()), elsewhere, key.public)):
        assert found.verdict is Verdict.FAILS
        assert found.other_index == (answer.index.fingerprint, "moon")
        assert {one.standing for one in found.receipts} == {Standing.ELSEWHERE}
        assert "another index" in found.receipts[0].detail


def test_an_earlier_state_of_the_index_is_proven_by_a_signature_and_by_nothing_else(answer, here, key):
    later = replace(here, reference=replace(here.reference, fingerprint="later", articles=4))

    signed = check(key.signed(answer.to_json()), later, key.public)
    unsigned = check(data_of(answer), later)

    assert (signed.verdict, signed.other_index) == (Verdict.HOLDS, (answer.index.fingerprint, "later"))
    assert (unsigned.verdict, unsigned.receipts[0].standing) == (Verdict.FAILS, Standing.HOLDS)
    assert unsigned.detail == "the answer comes from another index"


def test_an_article_that_was_removed_since_is_gone(answer, here, key):
    left = {id_: row for id_, row in here.articles.items() if id_ != answer.citations[0].article_id}
    later = replace(here, articles=left, reference=replace(here.reference, fingerprint="later"))

    found = check(key.signed(answer.to_json()), later, key.public)

    assert (found.verdict, found.receipts[0].standing) == (Verdict.FAILS, Standing.GONE)


@pytest.mark.parametrize("counts", [{"articles": 9}, {"chunks": 9}])
def test_an_answer_that_counts_other_articles_fails(answer, here, counts):
    data = data_of(answer)

    assert check(again(data | {"index": data["index"] | counts}), here).verdict is Verdict.FAILS
    assert IndexReference(**data["index"]) == here.reference


@pytest.mark.parametrize(
    ("question", "scope"),
    [("Hello", "greeting"), ("What can you do?", "abilities"), ("What articles do you have?", "listing")],
)
def test_the_programs_own_words_are_told_from_a_claim(assistant, here, question, scope):
    data = data_of(assistant.ask(question))
    assert data["scope"] == scope
    for old, new in (("article", "secret"), ("3", "4"), ("the", "no"), (".", ". The bridge was sold."), ("", "x")):
        forged = again(data | {"text": data["text"].replace(old, new, 1)})
        if forged["text"] != data["text"]:
            assert check(forged, here).verdict is Verdict.FAILS, forged["text"]
    assert check(data, here).verdict is Verdict.UNPROVEN


@pytest.mark.parametrize(
    "question",
    [
        "What are the articles about?",
        "Summarise the articles",
        "List every mention of the bridge",
        "Everything about Oldwater",
        "Compare the bridge and the museum",
    ],
)
def test_a_note_on_an_overview_is_told_from_a_claim(assistant, here, question):
    data = data_of(assistant.ask(question))

    assert check(data, here).verdict is Verdict.UNPROVEN
    note = data["note"]
    for other in ("The bridge was sold.", f"{note} It was sold.", note.replace("“", "“The moon ", 1)):
        if other != note:
            assert check(again(data | {"note": other}), here).verdict is Verdict.FAILS, other


@pytest.mark.parametrize(
    "said", ["The ford was widened by nine oxen.", "No.", "The ford stands. It was paid for in salt."]
)
def test_a_sentence_of_an_edited_text_ends_at_its_marker_and_those_after_it_stay_themselves(answer, here, said):
    data = data_of(answer)
    (start, end), *_ = data["citations"][0]["answer_spans"]
    data["text"] = data["text"][:start] + said + data["text"][end:]

    found = check(again(data), here)

    texts = [line.rpartition(" [")[0] for line in data["text"].split("\n")]
    assert [one.text for one in found.sentences] == texts
    assert [one.standing for one in found.sentences] == [Standing.CHANGED] + [Standing.HOLDS] * (len(texts) - 1)
    assert found.verdict is Verdict.FAILS


def test_a_quote_that_was_edited_is_not_blamed_on_an_article_that_is_the_same(answer, here):
    data = data_of(answer)
    data["citations"][0]["quote"] = "The ford was widened by nine oxen."
    other = json.loads(json.dumps(data))
    other["citations"][0]["sha256"] = "0" * 64

    same, changed = (check(again(one), here).receipts[0] for one in (data, other))

    assert (same.standing, changed.standing) == (Standing.CHANGED, Standing.CHANGED)
    assert same.detail == "changed: the quote does not stand in the article at these characters"
    assert changed.detail == "changed: the quote does not stand in the article any more"


def test_more_spans_than_a_quote_has_are_told_one_by_one(answer, here):
    data = data_of(answer)
    number = 5_000
    data["text"] = "\n".join(["x [1]"] * number)
    data["citations"][0]["answer_spans"] = [[6 * place, 6 * place + 1] for place in range(number)]

    found = check(again(data), here)

    assert found.verdict is Verdict.FAILS
    assert [(one.text, one.standing) for one in found.sentences] == [("x", Standing.CHANGED)] * number


FLEET = {
    "fleet.md": """---
title: The fleet of Sandhaven
---
Sandhaven sold 84,610 tickets for its ferries in 2019. No captain of the fleet was ever fined for sailing late.

| Ferry | Berths | Crew |
| --- | --- | --- |
| Petrel | 2,318 | 41 |
| Gannet | 1,907 | 38 |

- The Petrel sails to Otterness on weekdays
- The Gannet lies in dock

"""
    + "The harbour keeps "
    + ", ".join(f"{number} coils of rope of kind {number} for the ferry of berth {number}" for number in range(2, 90))
    + ".\n",
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Iterator[Assistant]:
    root = indexed(tmp_path_factory.mktemp("fleet"), FLEET, minilm)
    made = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield made
    made.close()


def quoting(assistant: Assistant, *quotes: str) -> dict:
    """An answer that quotes these words of the only article, made up but for that."""
    genuine = assistant.ask("How many tickets did Sandhaven sell?")
    text = assistant.engine.text("fleet")
    shown, citations = "", []
    for number, quote in enumerate(quotes, 1):
        at, start = len(shown), text.index(quote)
        span = (at, at + len(plain(quote)))
        place = {"number": number, "start": start, "end": start + len(quote), "quote": quote, "answer_spans": (span,)}
        citations.append(replace(genuine.citations[0], **place))
        shown += f"{plain(quote)} [{number}]\n"
    return again(data_of(replace(genuine, text=shown[:-1], citations=tuple(citations))))


@pytest.mark.parametrize(
    "quote",
    [
        "Sandhaven sold 84,610 tickets for its ferries in 2019.",
        "Sandhaven sold 84,610 tickets for its ferries in 2019. No captain of the fleet was ever fined for sailing "
        "late.",
        "| Petrel | 2,318 | 41 |",
        "- The Gannet lies in dock",
    ],
)
def test_a_quote_of_whole_sentences_rows_or_items_is_not_cut(fleet, quote):
    found = check(quoting(fleet, quote), contents_of(fleet.engine))

    assert (found.verdict, found.faults, found.detail) == (Verdict.UNPROVEN, (), UNPROVEN)


@pytest.mark.parametrize(
    "quote",
    [
        "610",
        "4,610 tickets for its ferries in 2019.",
        "Sandhaven sold 84,610 tickets",
        "fined for sailing late.",
        "captain of the fleet was ever fined for sailing late.",
        "318 | 4",
        "Gannet",
        "The Petrel sails to Otterness",
        "8 coils of rope",
    ],
)
def test_a_quote_that_is_cut_out_of_a_sentence_fails_unsigned(fleet, key, quote):
    data = quoting(fleet, "Sandhaven sold 84,610 tickets for its ferries in 2019.", quote)

    found = check(data, contents_of(fleet.engine))

    assert found.verdict is Verdict.FAILS
    assert [one.standing for one in found.receipts] == [Standing.HOLDS, Standing.CHANGED]
    assert found.receipts[1].detail == "changed: the quote is cut out of a sentence"
    assert found.sentences[1].standing is Standing.CHANGED
    assert check(key.signed(data), contents_of(fleet.engine), key.public).verdict is Verdict.HOLDS


def test_a_piece_of_a_sentence_that_is_too_long_to_be_indexed_whole_is_not_cut(fleet):
    passages = fleet.engine.search("coils of rope", k=9, filters=Filters()).passages
    text = fleet.engine.text("fleet")
    pieces = [text[one.start : one.end] for passage in passages for one in passage.sentences]
    cut = [piece for piece in pieces if "coils" in piece and not (piece.startswith("The") and piece.endswith("."))]
    assert cut

    for piece in cut:
        assert check(quoting(fleet, piece), contents_of(fleet.engine)).verdict is Verdict.UNPROVEN


def test_a_closest_passage_that_is_cut_out_of_a_sentence_fails_unsigned(fleet):
    refusal = fleet.ask("Who painted the ceiling of the opera house?")
    data = data_of(refusal)
    assert refusal.nearest
    assert check(data, contents_of(fleet.engine)).verdict is Verdict.UNPROVEN
    quote = "captain of the fleet was ever fined"
    start = fleet.engine.text("fleet").index(quote)
    data["nearest"][0] |= {"quote": quote, "start": start, "end": start + len(quote)}

    assert check(again(data), contents_of(fleet.engine)).nearest[0].standing is Standing.CHANGED
