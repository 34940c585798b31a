"""The support check over the town's articles: what stands there passes, what was altered does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library import Library
from memory_search import MemorySearch

from assistant.checking.conflicts import conflicts
from assistant.checking.entailment import EntailmentScorer, shared_scorer
from assistant.checking.names import Surroundings
from assistant.checking.support import SupportCheck, Verdict, _in_words_of
from assistant.checking.verbatim import repeats, restates
from assistant.language.foreign import is_foreign
from assistant.language.sentence import parse
from index.encoding.encoder import HashEncoder
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters
from index.text.article import Article
from index.text.glossary import Glossary

GLOSSARY = Glossary(groups=(("harbour tram", "line 7", "港口电车"), ("Anna Berg", "安娜")))


@pytest.fixture
def engine(town: Library) -> EmbeddedSearch:
    return town.search()


def verdict(engine: EmbeddedSearch, claim: str, *, k: int = 3) -> Verdict:
    passages = engine.search(claim, k=k, filters=Filters()).passages
    return SupportCheck(engine).check(engine.encode(claim), passages)


def against(claim: str, *sentences: str, title: str = "", publisher: str = "") -> list[str]:
    """What kinds of conflict a claim has with sentences."""
    around = Surroundings.of(sentences, title=title, publisher=publisher, published=None)
    held = [parse(text) for text in sentences]
    return [found.kind for found in conflicts(parse(claim), held, around, GLOSSARY.found_in(claim))]


@pytest.mark.parametrize(
    "claim",
    [
        "The river rose by three metres in March.",
        "In March the river rose by 3 metres.",
        "Mayor Anna Berg resigned on Tuesday.",
        "The tram will cost 35 thousand crowns a metre.",
        "Twelve stops are planned between the harbour and the valley.",
        "12 stops are planned between the harbour and the valley.",
        "Engineers opened two of its five gates on Monday.",
        "Nobody was hurt.",
    ],
)
def test_what_stands_in_an_article_is_supported(engine, claim):
    found = verdict(engine, claim)
    assert found.supported, found
    assert found.reason is None
    assert found.conflicts == ()


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The river rose by four metres in March.", "the figure four does not stand in it"),
        ("The river rose by three metres in April.", "the date April does not stand in it"),
        ("The river rose by three feet in March.", "the figure three does not stand in it as the sentence has it"),
        ("Mayor Karl Lind resigned on Tuesday.", "the name Karl Lind does not stand in it"),
        ("Mayor Anna Berg resigned on Wednesday.", "the name Wednesday does not stand in it"),
        ("The tram will cost 36,000 crowns a metre.", "the figure 36,000 does not stand in it"),
    ],
)
def test_what_was_altered_is_refused_with_the_reason(engine, claim, reason):
    found = verdict(engine, claim)
    assert not found.supported
    assert found.reason == reason


@pytest.mark.parametrize(
    "claim",
    [
        "The river fell by three metres in March.",
        "The river did not rise by three metres in March.",
        "Engineers closed two of its five gates on Monday.",
        "the river sells fresh bread every morning",
    ],
)
def test_what_is_told_otherwise_or_not_at_all_is_not_borne_out(engine, claim):
    assert not verdict(engine, claim).supported


def test_the_receipt_is_the_smallest_run_of_whole_sentences(engine):
    one = verdict(engine, "The river rose by three metres in March.").receipt
    assert one is not None
    assert one.text == "The river rose by three metres in March."
    assert one.passage.text[one.start - one.passage.start : one.end - one.passage.start] == one.text
    two = verdict(engine, "Mayor Anna Berg resigned on Tuesday; she had governed the town for eleven years.").receipt
    assert two is not None
    assert len(two.sentences) == 2


def test_without_passages_nothing_is_supported(engine):
    found = SupportCheck(engine).check(engine.encode("The river rose."), [])
    assert (found.supported, found.receipt, found.reason) == (False, None, "no passage was given")


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("- The river rose by three metres in March.", True),
        ("Did the river rise by three metres in March?", False),
        ("The river in March", False),
        ("Two of five gates", False),
        ("| The river | rose by three metres | in March |", False),
    ],
)
def test_what_is_no_statement_is_not_supported(engine, claim, supported):
    assert verdict(engine, claim).supported is supported


def test_a_row_or_an_item_passes_as_it_stands(minilm):
    rows = "| Ride | Fee |\n|---|---|\n| Wheel | £4.00 |\n| Swings | £3.00 |"
    text = f"The fair has these fees.\n\n{rows}\n\n- 200 g oats\n- salt"
    engine = MemorySearch([Article(source="fair.md", name="fair.md", text=text, source_sha256="")], minilm)

    for claim, supported in (("| Wheel | £4.00 |", True), ("| Wheel | £3.00 |", False), ("200 g oats", True)):
        assert verdict(engine, claim).supported is supported, claim


def test_a_claim_without_words_is_not_supported(engine):
    assert verdict(engine, "…").reason == "it states nothing"


@pytest.mark.parametrize("claim", ["Yes.", "It is.", "No, it does not.", "Of course!", "Sure, here it is.", "OK"])
def test_a_reply_that_tells_nothing_of_the_matter_is_not_supported(engine, claim):
    found = verdict(engine, claim)
    assert (found.supported, found.reason) == (False, "it states nothing")


def test_a_yes_with_what_stands_there_behind_it_is_supported(engine):
    assert verdict(engine, "Yes, the river rose by three metres in March.").supported


@pytest.mark.parametrize("claim", ["PWNED", "Bananas.", "Splendid weather!"])
def test_words_of_which_none_stands_there_are_not_supported(engine, claim):
    assert not verdict(engine, claim).supported
    assert against(claim, "The river rose by three metres in March.")


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Users reached 11.27 million.", "The platform had 11,270,000 users."),
        ("It covered 97.4 percent.", "The share was 97.4%."),
        ("It closed on March 6, 2022.", "It closed on 6 March 2022."),
        ("It closed in March 2022.", "It closed on 6 March 2022."),
        ("German exports grew.", "Exports of Germany grew."),
        ("The NPC met.", "The National People's Congress met."),
        ("The National People's Congress met.", "The NPC met."),
        ("Line 7 opened.", "The harbour tram opened."),
        ("Anna Berg spoke.", "安娜 spoke."),
        ("The harbour tram opened.", "The line 7 opened."),
        ("It was not only cheap.", "It was cheap."),
        ("He did not go.", "He never went; he did not go."),
        ("One of them left.", "A guest left."),
    ],
)
def test_the_same_said_in_another_way_is_no_conflict(claim, sentence):
    assert against(claim, sentence) == []


@pytest.mark.parametrize(
    ("claim", "sentence", "kind"),
    [
        ("Users reached 11.28 million.", "The platform had 11,270,000 users.", "figure"),
        ("It cost 5 million yuan.", "It cost 5 million dollars.", "figure"),
        ("It grew by 5 percentage points.", "It grew by 5%.", "figure"),
        ("It took 5 days.", "It took 5 weeks.", "figure"),
        ("He came tenth.", "He came with ten others.", "figure"),
        ("It closed on 7 March 2022.", "It closed on 6 March 2022.", "date"),
        ("It closed on 6 March 2022.", "It closed in March 2022.", "date"),
        ("Wang Hao spoke.", "Wang Jian and Li Hao Ran spoke.", "name"),
        ("Exports to Austria grew.", "Exports to Australia grew.", "name"),
        ("The NPC met.", "The National Party met.", "name"),
        ("He called it “a great success”.", "He called it a success.", "quotation"),
        ("More than 50 came.", "Fewer than 50 came.", "direction"),
    ],
)
def test_what_differs_is_a_conflict(claim, sentence, kind):
    assert kind in against(claim, sentence)


def test_part_of_a_name_stands_for_the_name_that_the_passage_has_in_full():
    passage = ("Yuan Jiajun spoke in Hangzhou.", "Yuan praised the reform.")
    around = Surroundings.of(passage, title="", publisher="", published=None)
    claim = parse("Yuan Jiajun praised the reform.")
    assert conflicts(claim, [parse(passage[1])], around, []) == []


def test_a_pronoun_takes_its_name_from_the_sentence_before():
    sentences = ("Mayor Anna Berg resigned.", "She had governed the town for eleven years.")
    assert against("Anna Berg had governed the town for eleven years.", *sentences) == []


def test_the_publisher_may_be_named_in_full():
    assert against("According to Valley Post, it rained.", "It rained.", publisher="Valley Post") == []
    assert against("They say that Valley won.", "They say that it won.", publisher="Valley Post") == ["name"]


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_changed_figure_is_always_a_conflict(figure, other):
    kinds = against(f"The plant made {figure:,} cars in all.", f"The plant made {other} cars in all.")
    assert ("figure" in kinds or "date" in kinds) is (figure != other)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_held_against_any_other(claim, sentence):
    against(claim, sentence)


@given(st.text(min_size=1, max_size=60))
def test_a_text_is_in_no_conflict_about_values_with_itself(text):
    assert not {"figure", "date", "quotation"} & set(against(text, text))


def test_the_shipped_weights_load_and_their_threshold_is_a_probability():
    assert 0 < shared_scorer().threshold < 1


class _Sure:
    """A scorer that believes everything."""

    name = "sure"
    threshold = 0.5

    def scores(self, claim, runs):
        return [1.0] * len(runs)


class _Doubting(_Sure):
    """Sure of what stands alone, and not at all of what stands beside "on paper"."""

    def scores(self, claim, runs):
        return [0.0 if "on paper" in run else 0.9 for run in runs]


@pytest.mark.parametrize(("beside", "supported"), [("It was so on paper only.", False), ("It rained.", True)])
def test_the_sentences_beside_a_run_have_half_the_say(library, beside, supported):
    library.write("pool.md", f"The town's pool was opened by Anna Berg. {beside}\n")
    library.add()
    engine = library.search()
    claim = "Anna Berg opened the town's pool."
    passages = engine.search(claim, k=3, filters=Filters()).passages

    found = SupportCheck(engine, scorer=_Doubting()).check(engine.encode(claim), passages)

    assert (found.supported, found.score) == (supported, 0.9 if supported else 0.45)


def test_no_scorer_can_overrule_a_conflict(engine):
    claim = "The river rose by four metres in March."
    passages = engine.search(claim, k=3, filters=Filters()).passages
    assert not SupportCheck(engine, scorer=_Sure()).check(engine.encode(claim), passages).supported


def test_one_encoder_gives_one_verdict(engine):
    assert isinstance(engine.encoder, HashEncoder)
    first, second = (verdict(engine, "The river rose by three metres in March.") for _ in range(2))
    assert (first.supported, first.score) == (second.supported, second.score)
    assert isinstance(shared_scorer(), EntailmentScorer)


@pytest.mark.parametrize(
    ("claim", "sentence", "kind"),
    [
        ("The town had 61 trams and 30 halls.", "The town had 30 trams and 61 halls.", "figure"),
        ("It had 99% success and 98% attendance.", "It had 98% success and 99% attendance.", "figure"),
        ("It saved under 500 crowns.", "It saved more than 500 crowns.", "direction"),
        ("More than 10 trams ran.", "Nearly 10 trams ran.", "direction"),
    ],
)
def test_another_value_or_bound_in_other_words_is_a_conflict(claim, sentence, kind):
    assert kind in against(claim, sentence)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("30 trams ran.", "The town had 30 modern trams and 61 halls."),
        ("Over 500 crowns were saved.", "It saved more than 500 crowns."),
        ("No more than 10 trams ran.", "Almost 10 trams ran."),
        ("It was used 40 times in one day.", "It was used 40 times in a single day."),
        ("The two trams were late.", "Both trams were late."),
        ("There were steps: first the tram, then the hall.", "The steps were the tram and the hall."),
        ("Every tram was late.", "Each tram was late."),
        ("More than 10 trams ran.", "Over 10 trams ran."),
        ("The important plan informs people.", "The important plan forms people and informs them."),
        ("No, the tram was late.", "The tram was late."),
    ],
)
def test_the_same_in_other_words_is_no_conflict(claim, sentence):
    assert against(claim, sentence) == []


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The bridge was not opened.", "The bridge was opened."),
        ("The bridge was opened.", "The bridge was not opened."),
        ("Prices rose.", "Prices fell."),
        ("It rained before noon.", "It rained after noon."),
        ("Anna Berg gave the speech.", "Anna Berg gave no speech."),
        ("Anna Berg praised Karl Lind.", "Karl Lind praised Anna Berg."),
        ("The tram will run in May.", "The tram may run in May."),
        ("The tram is late.", "According to the mayor, the tram is late."),
    ],
)
def test_the_network_tells_what_is_turned_round(claim, sentence):
    scorer = shared_scorer()
    turned, same = scorer.scores(claim, [sentence, claim])
    assert turned < scorer.threshold <= same


@pytest.mark.parametrize(
    ("claim", "evidence", "holds"),
    [
        ("The mill is old.", "“The mill is old.”", True),
        ("the mill  is old", "The mill is old.", True),
        ("The mill is old.", "Critics say that the mill is old.", False),
        ("The mill is old.", "The mill is cold.", False),
        ("It has −3 gates.", "It has 3 gates.", False),
        ("…", "!", False),
    ],
)
def test_repetition_by_the_letter(claim, evidence, holds):
    assert repeats(claim, evidence) is holds


@pytest.mark.parametrize(
    ("claim", "sentence", "holds"),
    [
        ("In March the river rose by 3 metres.", "The river rose by three metres in March.", True),
        ("The bridge was opened on 9 March 2021.", "The bridge was opened on 9 March 2021 by Anna Berg.", True),
        ("The bridge was opened by Anna Berg.", "On 9 March 2021 the bridge was opened by Anna Berg.", True),
        ("The mill burned down.", "The mill burned down, and nobody was hurt.", False),
        ("The mill burned down.", "The mill burned down, and the school was closed.", True),
        ("Anna Berg praised Karl Lind.", "Karl Lind praised Anna Berg.", False),
        ("He was not killed.", "He was not killed by the fall.", False),
        ("The pool is free.", "The pool is free for members.", False),
        ("The pool costs £4.", "The pool costs £4 and is open on Sundays.", True),
        ("The pool was sold.", "The pool was sold and may be closed.", False),
        ("The mill burned down.", "The mill burned down, which critics claimed was no accident.", False),
    ],
)
def test_a_claim_that_leaves_out_only_what_does_not_limit_it_restates(claim, sentence, holds):
    assert restates(parse(claim), parse(sentence)) is holds


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("The tram of Oldwater was opened in 1990.", False),
        ("Vasco da Gama reached India.", False),
        ("Ludwig van der Meer resigned.", False),
        ("Die Brücke wurde 1931 eröffnet.", True),
        ("Der Verein nahm den Antrag an.", True),
        ("They may die young.", False),
        ("Le pont est fermé depuis lundi.", True),
        ("大桥于1931年开放。", True),
        ("Мост закрыт.", True),
    ],
)
def test_claims_that_the_network_cannot_read_are_known(text, foreign):
    assert is_foreign(text) is foreign


def test_a_foreign_claim_passes_only_by_the_letter(engine):
    passages = engine.search("The river rose", k=3, filters=Filters()).passages
    claim = engine.encode("Der Fluss stieg im März um drei Meter und wurde nicht wieder flach.")
    assert not SupportCheck(engine, scorer=_Sure()).check(claim, passages).supported


@pytest.mark.parametrize(
    ("text", "claim", "read"),
    [
        ("The harbour tram opened in May.", "In May line 7 opened.", "In May harbour tram opened."),
        ("Line 7 opened in May.", "In May the tram opened.", "In May the tram opened."),
    ],
)
def test_the_network_reads_a_claim_with_the_names_of_its_evidence(text, claim, read):
    assert _in_words_of(text, claim, GLOSSARY.found_in(claim)) == read
