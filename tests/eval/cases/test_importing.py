"""Gold of other tools becomes cases; what cannot be carried over is told, and a wrong row is named."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.denial import states
from assistant.language.values import read
from eval.cases.case import Evidence, GoldCase
from eval.cases.case_file import GoldInvalid, load_gold
from eval.cases.exporting import to_jsonl
from eval.cases.importing import Form, Imported, detect_form, import_gold
from eval.cases.importing.references import facts_of
from eval.cases.importing.rows import written_list
from eval.runs.results import Outcome
from eval.runs.run_file import read_run
from eval.runs.scoring import applicable
from eval.runs.stating import answer_pieces, stated
from index.errors import UserError

BASELINE = Path(__file__).parents[3] / "eval" / "baseline.json"
DAM = "The dam has five gates. Anna Berg built it in 1911.\n\nIt holds 11.27 million tonnes of water."
ZOO = "The zoo opened on 6 March 2022.\nThe dam has five gates."
ARTICLES = {"dam": DAM, "zoo": ZOO}


def saved(tmp_path: Path, name: str, content: object) -> Path:
    """A file with `content`: text as it is, rows as JSON Lines or CSV by the name, anything else as JSON."""
    path = tmp_path / name
    if isinstance(content, str):
        text = content
    elif name.endswith(".jsonl"):
        text = "".join(json.dumps(row) + "\n" for row in content)
    elif name.endswith(".csv"):
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, fieldnames=list(content[0]))
        writer.writeheader()
        writer.writerows(content)
        text = out.getvalue()
    else:
        text = json.dumps(content)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def imported(path: Path, articles: Mapping[str, str] | None = ARTICLES, form: Form | None = None) -> Imported:
    """What comes of a file, which must be gold as `load_gold` accepts it."""
    found = import_gold(path, form=form, articles=articles)
    if found.cases:
        again = path.parent / "again.jsonl"
        again.write_text(to_jsonl(found.cases), encoding="utf-8")
        assert load_gold([again]) == found.cases
    return found


def one(path: Path, articles: Mapping[str, str] | None = ARTICLES) -> GoldCase:
    (case,) = imported(path, articles).cases
    return case


def told(found: Imported) -> str:
    return "\n".join(map(str, found.notes))


def quotes(case: GoldCase) -> list[tuple[str, str | None, str]]:
    return [(e.article_id, e.quote, e.part) for e in case.evidence]


# RAGAS

TESTSET = {
    "user_input": "Who built the dam?",
    "reference_contexts": ["Anna Berg built it in 1911."],
    "reference": "Anna Berg",
    "synthesizer_name": "single_hop_specific_query_synthesizer",
}


@pytest.mark.parametrize("name", ["testset.jsonl", "testset.json", "testset.csv"])
def test_a_ragas_testset_is_read_in_each_of_its_files(tmp_path, name):
    path = saved(tmp_path, name, [TESTSET])

    case = one(path)

    assert detect_form(path) is Form.RAGAS
    assert (case.id, case.question, case.answerable) == ("built-dam", "Who built the dam?", True)
    assert case.facts == (("Anna Berg",),)
    assert quotes(case) == [("dam", "Anna Berg built it in 1911.", "1")]
    assert case.tags == ("ragas", "single_hop_specific_query_synthesizer")


def test_ragas_before_version_0_2_is_read(tmp_path):
    row = {"question": "Who built it?", "contexts": ["Anna Berg built it in 1911."], "ground_truth": "Anna Berg"}
    row |= {"evolution_type": "simple", "metadata": [{}], "episode_done": True}

    case = one(saved(tmp_path, "old.jsonl", [row]))

    assert case.facts == (("Anna Berg",),)
    assert [quote for _, quote, _ in quotes(case)] == ["Anna Berg built it in 1911."]
    assert case.tags == ("ragas", "simple")


def test_contexts_that_a_system_retrieved_are_no_evidence_and_a_note_says_so(tmp_path):
    row = {"question": "Who built it?", "contexts": [DAM], "ground_truths": ["Anna Berg"], "answer": "Berg"}

    found = imported(saved(tmp_path, "run.jsonl", [row]))

    assert found.cases[0].evidence == ()
    assert found.cases[0].facts == (("Anna Berg",),)
    assert "contexts is what a system retrieved, not gold; left out: built" in told(found)
    assert "answer is what a system answered" in told(found)


def test_marks_of_hops_before_contexts_are_no_part_of_the_quotes(tmp_path):
    contexts = ["<1-hop>\n\nAnna Berg built it in 1911.", "<2-hop>\n\nThe zoo opened on 6 March 2022."]

    case = one(saved(tmp_path, "hops.jsonl", [TESTSET | {"reference_contexts": contexts}]))

    assert quotes(case) == [
        ("dam", "Anna Berg built it in 1911.", "1"),
        ("zoo", "The zoo opened on 6 March 2022.", "2"),
    ]


def test_the_earlier_questions_of_a_ragas_conversation_are_turns(tmp_path):
    messages = [
        {"content": "Which dam is old?", "type": "human"},
        {"content": "This one.", "type": "ai"},
        {"content": "Who built it?", "type": "human"},
    ]
    rows = [{"user_input": messages, "reference": "Anna Berg"}]

    assert one(saved(tmp_path, "talk.jsonl", rows)).turns == ("Which dam is old?",)
    assert one(saved(tmp_path, "talk.csv", rows)).question == "Who built it?"


def test_a_reference_that_says_the_context_has_no_answer_makes_the_case_unanswerable(tmp_path):
    row = TESTSET | {"reference": "The answer to given question is not present in context"}

    found = imported(saved(tmp_path, "testset.jsonl", [row]))

    assert not found.cases[0].answerable
    assert found.cases[0].evidence == ()
    assert "unanswerable, since the reference says" in told(found)


@pytest.mark.parametrize(
    "cell",
    [
        '["one, two", "it\'s"]',
        "['one, two', \"it's\"]",
        "['one, two'\n \"it's\"]",
        "array(['one, two', \"it's\"], dtype=object)",
    ],
)
def test_a_list_in_a_cell_is_read_as_json_python_and_numpy_write_it(cell):
    assert written_list(cell) == ["one, two", "it's"]


@pytest.mark.parametrize("cell", ["['open", "[1, 2]", "['a', b]", "[f('x')]", "['a'] + ['b'] #"])
def test_a_cell_that_is_no_list_of_texts_is_refused(cell):
    with pytest.raises(ValueError, match=r"not all of it is text|does not end"):
        written_list(cell)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_list_of_texts_is_read_back_as_python_writes_it(texts):
    assert written_list(repr(texts)) == texts
    assert written_list(json.dumps(texts)) == texts


# Facts of a reference


@pytest.mark.parametrize(
    "reference", ["Five gates of steel.", "20 crowns", "the warden", "Dr. Jane O'Neill-Smith", "五座"]
)
def test_a_phrase_is_one_fact_as_it_stands(reference):
    found = facts_of(reference, "What has it?")

    assert found.facts == ((reference.strip("."),),)
    assert not found.derived


SENTENCE = (
    "According to the report, Anna Berg opened the dam on 6 March 2022; it holds 11.27 million tonnes of water, "
    "as companies had asked for."
)


@pytest.mark.parametrize(
    ("reference", "question", "facts"),
    [
        (SENTENCE, "Who opened the dam?", ["Anna Berg"]),
        (SENTENCE, "When was the dam opened?", ["6 March 2022"]),
        (SENTENCE, "How much does the dam hold?", ["11.27 million"]),
        (SENTENCE, "Why was the dam opened?", []),
        ("The clinic vaccinated 120 children.", "How many children were vaccinated?", ["120"]),
        ("It was Dr. Jane O'Neill-Smith who said so.", "Who said so?", ["Jane O'Neill-Smith"]),
        ("COVID-19 cut the use of GPT-4 as McKinsey told us.", "How much did it fall?", []),
        ("It has 5 gates and 3 doors.", "How many gates has it?", []),
        ("Anna Berg and Otto Kunz built it.", "Who built it?", []),
        ("Anna Berg built it for Otto Kunz.", "Who built it for Otto Kunz?", ["Anna Berg"]),
        (
            "In 1911 the dam was built by Anna Berg, and in May 1911 Berg left.",
            "When in 1911 did Berg leave?",
            ["May 1911"],
        ),
        ("Yes.", "Was it built in 1911?", []),
        ("No, it was built in 1912.", "When was it built?", ["1912"]),
        ("The council did approve it.", "What did the council do?", []),
        ("截至2022年3月6日，浙江省已建成30个产业大脑。", "有多少产业大脑？", ["30"]),
        (
            "Bavaria built it with money of its own. Nobody but Bavaria could have paid for it.",
            "Who built it?",
            ["Bavaria"],
        ),
    ],
)
def test_a_sentence_gives_the_one_figure_date_or_name_that_is_asked_for(reference, question, facts):
    found = facts_of(reference, question)

    assert [fact for (fact,) in found.facts] == facts
    assert found.derived


@pytest.mark.parametrize(
    "reference",
    [
        "Companies should first of all see to it that one of them is responsible for the whole of it.",
        "The first thing that they may do is to ask, because nobody else is going to answer for them.",
    ],
)
def test_words_that_only_open_a_sentence_and_small_counting_words_are_no_facts(reference):
    assert facts_of(reference, "Who is responsible?").facts == facts_of(reference, "How many?").facts == ()


def test_the_rule_is_right_as_often_as_the_page_says():
    """With sentences of the evidence as references, and the answers of the baseline, right and wrong by their gold."""
    right, wrong = [], []
    for result in read_run(BASELINE).results:
        quotes = [one.quote for one in result.case.evidence if one.quote]
        facts = facts_of(quotes[-1], result.case.question).facts if quotes else ()
        if facts and len(result.case.parts) == 1 and result.outcome is Outcome.ANSWERED:
            pieces = answer_pieces(result)
            called_right = all(stated(pieces, fact) for fact in facts)
            (right if all(stated(pieces, fact) for fact in result.case.facts) else wrong).append(called_right)

    assert len(right) >= 50
    assert sum(right) / len(right) >= 0.95
    assert sum(wrong) <= 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120), st.text(max_size=20))
def test_any_reference_states_the_facts_made_of_it(reference, question):
    for (fact,) in facts_of(reference, question).facts:
        assert read(fact)
        assert states(reference, fact) or states(" ".join(reference.split()).strip(" .;:"), fact)


def test_a_case_with_a_derived_fact_keeps_its_reference_and_is_to_be_looked_over(tmp_path):
    reference = "It was Anna Berg who had the whole of the dam built, in 1911, with her own money."

    found = imported(
        saved(tmp_path, "testset.jsonl", [TESTSET | {"user_input": "Who built it?", "reference": reference}])
    )

    assert found.cases[0].facts == (("Anna Berg",),)
    assert found.cases[0].reference == reference
    assert "the fact is the figure, date or name in the sentence of reference; look it over: built" in told(found)


def test_a_reference_that_gives_no_fact_is_for_the_judge(tmp_path):
    row = {"user_input": "Why was it built?", "reference": "It was built since the valley was flooded every spring."}

    found = imported(saved(tmp_path, "testset.jsonl", [row]))

    assert (found.cases[0].facts, found.cases[0].reference) == ((), row["reference"])
    assert "only a judge can compare it: built" in told(found)
    assert "judged_correct" in applicable(found.cases[0], judged=True)


@pytest.mark.parametrize("missing", ["nan", "NaN", " ", "<NA>", None, float("nan")])
def test_a_missing_value_is_no_reference_and_no_context(tmp_path, missing):
    row = TESTSET | {"reference": missing, "reference_contexts": ["Anna Berg built it in 1911.", "nan"]}

    case = one(saved(tmp_path, "testset.jsonl", [row]))

    assert (case.facts, case.reference) == ((), None)
    assert [evidence.quote for evidence in case.evidence] == ["Anna Berg built it in 1911."]


TABLE = "| Boat | Seats |\n| --- | --- |\n| Ferry | 40 |\n| Barge | 8 |"
BOATS = {"boats": f"# Boats\n\n{TABLE}\n\nRun `cat log | grep boat` to find all of them. The ferry is blue.\n"}


@pytest.mark.parametrize(
    ("contexts", "quotes"),
    [
        ([TABLE, "The ferry is blue."], [TABLE, "The ferry is blue."]),
        ([TABLE], [TABLE]),
        (
            ["Run `cat log | grep boat` to find all of them.", TABLE],
            ["Run `cat log | grep boat` to find all of them.", TABLE],
        ),
        (["| Boat | Seats |\n| Ferry | 41 |", "The ferry is blue."], ["The ferry is blue."]),
    ],
)
def test_passages_joined_by_a_mark_that_they_hold_themselves_are_taken_apart(tmp_path, contexts, quotes):
    row = {"input": "How many seats has the ferry?", "expected_output": "40", "context": "|".join(contexts)}

    found = imported(saved(tmp_path, "goldens.jsonl", [row]), BOATS)

    assert [evidence.quote for evidence in found.cases[0].evidence] == quotes
    assert ("only in part" in told(found)) is (len(quotes) < len(contexts))


# Contexts


def test_a_context_is_quoted_as_the_article_breaks_its_lines(tmp_path):
    context = "Anna Berg built it in 1911. It holds 11.27 million tonnes of water."

    case = one(saved(tmp_path, "testset.jsonl", [TESTSET | {"reference_contexts": [context]}]))

    assert quotes(case) == [("dam", DAM[DAM.index("Anna") :], "1")]


def test_a_context_in_two_articles_is_evidence_in_either(tmp_path):
    case = one(saved(tmp_path, "testset.jsonl", [TESTSET | {"reference_contexts": ["The dam has five gates."]}]))

    assert quotes(case) == [("dam", "The dam has five gates.", "1"), ("zoo", "The dam has five gates.", "1")]


def test_of_a_context_found_only_in_part_the_sentences_found_are_evidence(tmp_path):
    context = "Cut off at its start. The dam has five gates. Anna Berg built it in 1911. And cut"

    found = imported(saved(tmp_path, "testset.jsonl", [TESTSET | {"reference_contexts": [context]}]))

    assert quotes(found.cases[0]) == [("dam", "The dam has five gates. Anna Berg built it in 1911.", "1")]
    assert "reference_contexts stands in the articles only in part" in told(found)


def test_a_case_whose_context_is_nowhere_is_kept_without_evidence(tmp_path):
    found = imported(saved(tmp_path, "testset.jsonl", [TESTSET | {"reference_contexts": ["Nobody wrote this."]}]))

    assert (found.cases[0].facts, found.cases[0].evidence) == ((("Anna Berg",),), ())
    assert "reference_contexts stands in no article, so that it became no evidence: built-dam" in told(found)


def test_without_articles_contexts_become_no_evidence_and_a_note_says_why(tmp_path):
    found = imported(saved(tmp_path, "testset.jsonl", [TESTSET]), articles=None)

    assert found.cases[0].evidence == ()
    assert "no articles were given" in told(found)


def test_a_row_of_which_nothing_can_be_made_is_left_out_and_told_by_its_line(tmp_path):
    rows = [TESTSET, {"user_input": "And now?", "reference_contexts": ["Nobody wrote this."]}]

    found = imported(path := saved(tmp_path, "testset.jsonl", rows))

    assert [case.id for case in found.cases] == ["built-dam"]
    assert f"left out: no facts, evidence or reference could be made of it: {path}:2" in told(found)


# DeepEval

GOLDEN = {
    "input": "Who built the dam?",
    "actual_output": None,
    "expected_output": "Anna Berg",
    "retrieval_context": None,
    "context": ["Anna Berg built it in 1911.", "The dam has five gates."],
    "name": None,
    "comments": "from the archive",
    "source_file": "articles/dam.md",
    "tools_called": None,
    "expected_tools": None,
    "additional_metadata": {"kind": "who"},
    "custom_column_key_values": None,
}


@pytest.mark.parametrize("name", ["goldens.json", "goldens.jsonl", "goldens.csv"])
def test_deepeval_goldens_are_read_in_each_of_their_files(tmp_path, name):
    row = dict(GOLDEN)
    if not name.endswith(".json"):  # DeepEval joins lists where they are not JSON.
        row["context"] = "|".join(GOLDEN["context"])
    if name.endswith(".csv"):
        row["additional_metadata"] = json.dumps(GOLDEN["additional_metadata"])
    path = saved(tmp_path, name, [row])

    case = one(path, {"dam": DAM})

    assert detect_form(path) is Form.DEEPEVAL
    assert case.facts == (("Anna Berg",),)
    assert quotes(case) == [("dam", "Anna Berg built it in 1911.", "1"), ("dam", "The dam has five gates.", "2")]
    assert case.note == 'comments: from the archive; source_file: articles/dam.md; additional_metadata: {"kind": "who"}'


def test_deepeval_goldens_in_camel_case_are_read(tmp_path):
    row = {"input": "Who built it?", "expectedOutput": "Anna Berg", "retrievalContext": ["x"], "sourceFile": "a.md"}

    found = imported(saved(tmp_path, "goldens.json", {"goldens": [row]}))

    assert found.cases[0].facts == (("Anna Berg",),)
    assert "retrieval_context is what a system retrieved" in told(found)


def test_without_a_context_the_source_file_is_the_evidence_as_a_whole(tmp_path):
    rows = [
        GOLDEN | {"context": None},
        GOLDEN | {"input": "Who else?", "context": None, "source_file": "c:\\x\\gone.md"},
    ]

    found = imported(saved(tmp_path, "goldens.json", rows))

    assert [quotes(case) for case in found.cases] == [[("dam", None, "1")], []]
    assert "source_file became evidence as a whole article" in told(found)
    assert "source_file is none of the articles" in told(found)


def test_a_conversational_golden_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(GoldInvalid, match=r"item 1: scenario: .*import single-turn goldens"):
        imported(saved(tmp_path, "goldens.json", [{"scenario": "A call", "turns": None}]))


# promptfoo


def promptfoo(tmp_path: Path, asserts: Sequence[object], **variables: object) -> Imported:
    test = {"vars": {"question": "Who built it?", **variables}, "assert": asserts}
    return imported(saved(tmp_path, "promptfooconfig.json", {"prompts": ["{{question}}"], "tests": [test]}))


@pytest.mark.parametrize(
    ("assertion", "facts"),
    [
        ({"type": "contains", "value": "Anna Berg"}, [["Anna Berg"]]),
        ({"type": "icontains", "value": 1911}, [["1911"]]),
        ({"type": "contains-any", "value": ["Berg", "Anna"]}, [["Berg", "Anna"]]),
        ({"type": "icontains-any", "value": "Berg, Anna"}, [["Berg", "Anna"]]),
        ({"type": "contains-all", "value": ["Berg", "1911"]}, [["Berg"], ["1911"]]),
        ({"type": "icontains-all", "value": ["Berg"]}, [["Berg"]]),
        ({"type": "equals", "value": "Berg"}, [["Berg"]]),
        ({"type": "starts-with", "value": "Berg"}, [["Berg"]]),
        ({"type": "contains", "value": "{{ builder }}"}, [["Anna"]]),
        ({"type": "factuality", "value": "Anna Berg"}, [["Anna Berg"]]),
        ({"type": "assert-set", "assert": [{"type": "contains", "value": "Berg"}]}, [["Berg"]]),
    ],
)
def test_assertions_of_a_text_become_facts(tmp_path, assertion, facts):
    (case,) = promptfoo(tmp_path, [assertion], builder="Anna").cases

    assert [list(fact) for fact in case.facts] == facts
    assert case.short == (("Berg",) if assertion["type"] == "equals" else ())


@pytest.mark.parametrize(
    ("assertion", "remark"),
    [
        ({"type": "not-equals", "value": "Paris"}, "assertion not-equals was left out"),
        ({"type": "llm-rubric", "value": "is polite"}, "assertion llm-rubric was left out"),
        ({"type": "latency", "threshold": 9}, "assertion latency was left out"),
        ({"type": "contains", "value": "file://a.txt"}, "contains was left out: its value is in another file"),
        ({"type": "contains", "value": "<b>", "weight": 0}, "assertion contains of weight 0 was left out"),
        ({"type": "contains", "value": "…"}, 'its value "…" has no word, figure or date'),
        ({"type": "contains", "value": "{{ gone }}"}, "no variable fills {{ gone }}"),
        ({"type": "contains", "value": "{{ builder | upper }}"}, "a template that computes"),
        ({"type": "equals", "value": {"a": 1}}, 'its value is {"a": 1}, no text'),
        ({"type": "contains", "value": "Berg", "weight": 2}, "weights of assertions have no counterpart"),
        (
            {"type": "contains", "value": "Berg", "transform": "output.x"},
            "transform of assertion contains was left out",
        ),
        ({"type": "assert-set", "threshold": 0.5, "assert": []}, "assert-set with a threshold was left out"),
        ({"$ref": "#/assertionTemplates/none"}, "#/assertionTemplates/none was left out"),
    ],
)
def test_an_assertion_that_cannot_be_carried_over_is_told(tmp_path, assertion, remark):
    found = promptfoo(tmp_path, [{"type": "contains", "value": "Berg"}, assertion], builder="Anna")

    assert found.cases[0].facts == (("Berg",),)
    assert remark in told(found)


def test_a_refusal_expected_makes_an_unanswerable_case(tmp_path):
    (case,) = promptfoo(tmp_path, [{"type": "is-refusal"}]).cases

    assert not case.answerable


YAML = """
description: dams
prompts: ['{{context}} {{question}}']
providers: [openai:gpt-5]
assertionTemplates:
  berg: {type: icontains, value: Anna Berg}
defaultTest:
  assert:
    - type: contains
      value: 1911
  metadata: {area: dams}
tests:
  - description: Who built the dam
    vars:
      question: ["Who built it?", "By whom was it built?"]
      context: Anna Berg built it in 1911.
      tone: formal
    assert:
      - $ref: '#/assertionTemplates/berg'
  - vars: {question: "When did it open?"}
    threshold: 0.5
    assert:
      - type: equals
        value: 2022-03-06
  - file://more.yaml
"""


def test_a_promptfoo_configuration_is_read_with_its_defaults_templates_and_lists_of_questions(tmp_path):
    path = saved(tmp_path, "promptfooconfig.yaml", YAML)

    found = imported(path)
    first, second, third = found.cases

    assert detect_form(path) is Form.PROMPTFOO
    assert [case.question for case in found.cases] == ["Who built it?", "By whom was it built?", "When did it open?"]
    assert first.facts == second.facts == (("1911",), ("Anna Berg",))
    assert quotes(first) == [("dam", "Anna Berg built it in 1911.", "1")]
    assert first.id.startswith("who-built-the-dam-")
    assert first.id != second.id
    assert first.tags == ("promptfoo", "area:dams")
    assert (third.facts, third.short) == ((("1911",), ("2022-03-06",)), ("2022-03-06",))
    assert "import file://more.yaml by itself" in told(found)
    assert "variable tone was left out" in told(found)
    assert "threshold of the test has no counterpart" in told(found)


def test_tests_of_promptfoo_in_a_table_are_read(tmp_path):
    rows = [
        {"question": "Who?", "__expected1": "contains: Berg", "__expected2": "llm-rubric: polite", "__metadata:a": "b"},
        {"question": "When?", "__expected1": "1911", "__expected2": "contains-any: May,June", "__metadata:a": ""},
        {"question": "How?", "__expected1": "note: five", "__expected2": "not-contains: six", "__metadata:a": ""},
    ]
    rows = [row | {"__metadata:kinds[]": "who,when"} for row in rows]

    found = imported(saved(tmp_path, "tests.csv", rows))

    first, second, third = found.cases
    assert (first.facts, second.facts) == ((("Berg",),), (("1911",), ("May", "June")))
    assert (third.facts, third.short) == ((("note: five",),), ("note: five",))
    assert first.tags == ("promptfoo", "a:b", "kinds:who", "kinds:when")
    assert second.tags == ("promptfoo", "kinds:who", "kinds:when")
    assert "assertion llm-rubric was left out" in told(found)
    assert found.cases[-1].never == ("six",)


def test_items_of_a_list_of_tests_are_counted_with_those_in_other_files(tmp_path):
    tests = ["file://more.yaml", {"vars": 5}]

    with pytest.raises(GoldInvalid, match=r"item 2: vars: is 5"):
        imported(saved(tmp_path, "a.json", {"tests": tests}))


def test_a_configuration_with_all_tests_elsewhere_has_no_case_and_says_where_they_are(tmp_path):
    found = imported(saved(tmp_path, "promptfooconfig.yaml", "tests: file://tests.csv\nscenarios: [{}]\n"))

    assert found.cases == ()
    assert "import file://tests.csv by itself" in told(found)
    assert "scenarios were left out" in told(found)


def test_the_only_variable_is_the_question_and_of_several_unknown_ones_none_is_guessed(tmp_path):
    check = [{"type": "contains", "value": "Berg"}]

    assert one(saved(tmp_path, "a.json", [{"vars": {"frage": "Wer?"}, "assert": check}])).question == "Wer?"
    with pytest.raises(GoldInvalid, match=r"item 1: vars: .*name the question one of question, query"):
        imported(saved(tmp_path, "b.json", [{"vars": {"x": "Wer?", "y": "Wie?"}, "assert": check}]))


# SQuAD


def squad(tmp_path: Path, *questions: Mapping[str, object], context: str = DAM) -> Path:
    paragraphs = [{"context": "Nothing is asked here.", "qas": []}, {"context": context, "qas": list(questions)}]
    return saved(tmp_path, "dev-v2.0.json", {"version": "v2.0", "data": [{"title": "Dams", "paragraphs": paragraphs}]})


def asked(text: str, *answers: str, id_: str = "q1", **more: object) -> dict[str, object]:
    return {
        "id": id_,
        "question": text,
        "answers": [{"text": answer, "answer_start": DAM.index(answer)} for answer in answers],
        **more,
    }


def test_a_squad_question_has_one_fact_and_the_sentence_that_holds_the_answer(tmp_path):
    path = squad(tmp_path, asked("Who built it?", "Anna Berg", "Berg", "Anna Berg"))

    case = one(path, None)

    assert detect_form(path) is Form.SQUAD
    assert case.id == "q1"
    assert case.facts == (("Anna Berg", "Berg"),)
    assert case.short == ("Anna Berg", "Berg")
    assert quotes(case) == [("Dams#1", "Anna Berg built it in 1911.", "answer")]


def test_an_impossible_question_is_unanswerable_whatever_looks_plausible(tmp_path):
    plausible = [{"text": "Anna Berg", "answer_start": 24}]

    case = one(squad(tmp_path, asked("Who blew it up?", is_impossible=True, plausible_answers=plausible)))

    assert not case.answerable
    assert (case.facts, case.short, case.evidence) == ((), (), ())


def test_answers_in_two_sentences_are_alternatives_and_one_across_both_has_both(tmp_path):
    case = one(squad(tmp_path, asked("How many?", "five", "11.27 million", "gates. Anna")), None)

    assert [quote for _, quote, _ in quotes(case)] == [
        "The dam has five gates.",
        "It holds 11.27 million tonnes of water.",
        "The dam has five gates. Anna Berg built it in 1911.",
    ]
    assert {part for _, _, part in quotes(case)} == {"answer"}


def test_an_answer_that_is_not_where_it_says_has_the_whole_paragraph(tmp_path):
    wrong = asked("Who?") | {"answers": [{"text": "Anna Berg", "answer_start": 3}]}

    assert quotes(one(squad(tmp_path, wrong), None)) == [("Dams#1", DAM, "answer")]


def test_an_answer_that_no_text_could_state_is_left_out_and_told(tmp_path):
    found = imported(squad(tmp_path, asked("Which?", "The", "five")), None)

    assert found.cases[0].facts == (("five",),)
    assert "an answer is nothing but articles and punctuation; left out: q1" in told(found)


def test_with_articles_the_sentence_is_found_in_them(tmp_path):
    found = imported(squad(tmp_path, asked("Who?", "Anna Berg")), {"the-dam": f"News.\n\n{DAM}"})
    lost = imported(squad(tmp_path, asked("Who?", "Anna Berg")), {"other": "News."})

    assert quotes(found.cases[0]) == [("the-dam", "Anna Berg built it in 1911.", "answer")]
    assert lost.cases[0].evidence == ()
    assert "the sentence with the answer stands in no article" in told(lost)


# BEIR


def beir(tmp_path: Path, grades: str, split: str = "test") -> Path:
    folder = tmp_path / "nf"
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    documents = [{"_id": "MED-1", "title": "Dam", "text": DAM, "metadata": {}}, {"_id": "MED-2", "text": ZOO}]
    saved(folder, "corpus.jsonl", documents)
    saved(folder, "queries.jsonl", [{"_id": "q1", "text": "dam builders"}, {"_id": "q2", "text": "zoo"}])
    (folder / "qrels" / f"{split}.tsv").write_text(f"query-id\tcorpus-id\tscore\n{grades}", encoding="utf-8")
    return folder


def test_the_documents_with_positive_grades_are_the_evidence_of_a_beir_query(tmp_path):
    folder = beir(tmp_path, "q1\tMED-1\t2\nq1\tMED-2\t0\nq2\tMED-2\t1\n")

    found = import_gold(folder, form=None, articles=None)

    assert detect_form(folder) is Form.BEIR
    assert [(case.id, case.question, case.facts) for case in found.cases] == [
        ("q1", "dam builders", ()),
        ("q2", "zoo", ()),
    ]
    assert quotes(found.cases[0]) == [("MED-1", None, "MED-1")]
    assert "no facts" in told(found)


def test_beir_documents_are_found_among_the_articles_by_id_or_text(tmp_path):
    folder = beir(tmp_path, "q1\tMED-1\t2\nq1\tMED-2\t1\n")

    found = import_gold(folder, form=Form.BEIR, articles={"med-1": "Whatever.", "zoo": f"News. {ZOO}"})

    assert quotes(found.cases[0]) == [("med-1", None, "MED-1"), ("zoo", ZOO, "MED-2")]


def test_test_is_imported_before_dev_and_a_query_without_a_positive_grade_is_left_out(tmp_path):
    beir(tmp_path, "q1\tMED-1\t1\n", split="dev")
    folder = beir(tmp_path, "q2\tMED-2\t1\nq1\tMED-1\t0\n")

    found = import_gold(folder, form=None, articles=None)

    assert [(case.id, case.tags) for case in found.cases] == [("q2", ("beir", "test"))]
    assert "split test was read; dev left out" in told(found)
    assert "left out: no facts, evidence or reference" in told(found)


@pytest.mark.parametrize(
    ("grades", "what"),
    [
        ("q1\tMED-1\thigh\n", r"test\.tsv:2: score: is 'high'; it must be a whole number"),
        ("q1\tMED-1\n", r"test\.tsv:2: line: has 2 columns"),
        ("q9\tMED-1\t1\n", r"test\.tsv: query-id: has 'q9', which queries\.jsonl lacks"),
    ],
)
def test_a_wrong_judgement_is_named_by_its_line(tmp_path, grades, what):
    with pytest.raises(GoldInvalid, match=what):
        import_gold(beir(tmp_path, grades), form=None, articles=None)


# Ids


def test_ids_come_from_the_tool_or_the_words_of_the_question(tmp_path):
    rows = [
        GOLDEN | {"name": "case 7: Dams"},
        GOLDEN | {"name": "ok-id_1"},
        GOLDEN,
        GOLDEN | {"input": "大坝是谁建的？"},
    ]

    ids = [case.id for case in imported(saved(tmp_path, "goldens.json", rows)).cases]

    assert ids == ["case-7-dams", "ok-id_1", "built-dam", "大坝是谁建的"]


def test_ids_that_would_be_one_tell_the_questions_apart_and_do_not_depend_on_their_order(tmp_path):
    rows = [
        TESTSET | {"user_input": text} for text in ("Who built the dam?", "What built a dam?", "Where is it built?")
    ]

    forth = {case.question: case.id for case in imported(saved(tmp_path, "a.jsonl", rows)).cases}
    back = {case.question: case.id for case in imported(saved(tmp_path, "b.jsonl", rows[::-1])).cases}

    assert forth == back
    assert len(set(forth.values())) == 3


def test_the_same_question_twice_has_two_ids(tmp_path):
    ids = [case.id for case in imported(saved(tmp_path, "a.jsonl", [TESTSET, TESTSET])).cases]

    assert ids[1] == f"{ids[0]}-2"


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_names_give_ids_that_are_unique_and_readable(tmp_path_factory, names):
    rows = [{"input": f"Who {n % 2}?", "expected_output": "Berg", "name": name} for n, name in enumerate(names)]
    path = saved(tmp_path_factory.mktemp("names"), "a.json", [*rows, GOLDEN])
    try:
        ids = [case.id for case in imported(path, None).cases]
    except GoldInvalid:
        assert any("\ud800" <= c <= "\udfff" for c in "".join(names))
        return

    assert len(set(ids)) == len(ids) == len(rows) + 1
    assert all(0 < len(id_) <= 70 and not any(c.isspace() for c in id_) for id_ in ids)


# Mistakes

NAMES = (
    "user_input question reference ground_truth ground_truths contexts reference_contexts answer input expected_output "
    "context name source_file additional_metadata scenario vars assert type value threshold metadata description "
    "__expected query tests defaultTest assertionTemplates data title paragraphs qas answers text answer_start "
    "is_impossible id content"
).split()
KINDS = ["contains", "contains-any", "equals", "is-refusal", "assert-set", "human", "[{", "['a'", "{{ query }}", "Who?"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(KINDS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


def mistake(path: Path, form: Form | None) -> str:
    """The error that an import ends with; empty where it ends well."""
    try:
        imported(path, form=form)
    except UserError as error:
        return str(error)
    return ""


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(NAMES), anything, max_size=6),
    st.none() | st.sampled_from([form for form in Form if form is not Form.BEIR]),
    st.sampled_from(["a.json", "a.jsonl", "a.yaml"]),
)
def test_whatever_a_file_holds_comes_to_gold_or_to_an_error_of_one_line(tmp_path_factory, row, form, name):
    path = saved(tmp_path_factory.mktemp("any"), name, [row] if name.endswith(".jsonl") else json.dumps([row]))
    whole = saved(path.parent, f"whole-{name}", row) if not name.endswith(".jsonl") else path
    assert "\n" not in mistake(path, form)
    assert "\n" not in mistake(whole, form)


@given(st.text(max_size=60), st.none() | st.sampled_from([form for form in Form if form is not Form.BEIR]))
def test_whatever_a_table_holds_comes_to_gold_or_to_an_error_of_one_line(tmp_path_factory, text, form):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(f"user_input,question,input,vars,id\n{text}".encode(errors="surrogatepass"))

    assert "\n" not in mistake(path, form)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.jsonl", '{"user_input": "Who?", "reference": "x"}\n{', r"a\.jsonl:2: line: is not JSON"),
        ("a.jsonl", '{"user_input": "Who?", "reference": 5}\n', r"a\.jsonl:1: reference: is 5; it must be text"),
        ("a.jsonl", '{"user_input": "", "reference": "x"}\n', r"a\.jsonl:1: user_input: is missing"),
        ("a.jsonl", '{"user_input": "?!", "reference": "x"}\n', r"a\.jsonl:1: question: the question is empty"),
        ("a.jsonl", '{"user_input": [], "reference": "x"}\n', r"a\.jsonl:1: user_input: is a conversation without"),
        (
            "a.json",
            '[{"input": "Who?", "expected_output": "x"}, 7]',
            r"a\.json, item 2: row: is 7; it must be an object",
        ),
        ("a.json", '[{"input": "Who?", "context": [1]}]', r"a\.json, item 1: context: is \[1\]; it must be a list"),
        ("a.csv", "user_input,reference\nWho?,x,y\n", r"a\.csv:2: row: has 3 cells; the header has 2"),
        ("a.csv", "user_input,reference_contexts\nWho?,['a\n", r"a\.csv:2: reference_contexts: .*no list of texts"),
        ("a.yaml", "tests:\n  - vars: [\n", r"a\.yaml:3: file: is not YAML"),
        ("a.yaml", "tests:\n  - vars: 5\n", r"a\.yaml, item 1: vars: is 5; it must be an object"),
        ("a.yaml", "tests:\n- {vars: {q: Who}, assert: [5]}\n", r"item 1: assert\[1\]: is 5; it must be an object"),
        ("a.json", '{"data": [{"title": "D"}]}', r"a\.json, article 1: paragraphs: is null; it must be a list"),
        (
            "a.json",
            '{"data": [{"title": "D", "paragraphs": [{"context": "x", "qas": [{"id": "q", "question": "Who?"}]}]}]}',
            r"a\.json, article 1, paragraph 1, question 1: answers: are missing",
        ),
        ("a.json", '{"what": 1}', r"a\.json: file: is .*it must be a list"),
        ("a.jsonl", '{"what": 1}', r"a\.jsonl: form: is of no form that can be told; name it: --form gold, ragas"),
        ("a.txt", "Who?", r"a\.txt: file: is of no form that is read"),
        ("a.jsonl", "\n", r"a\.jsonl: file: holds no row"),
    ],
)
def test_a_mistake_is_one_line_with_file_place_and_field(tmp_path, name, content, what):
    with pytest.raises(GoldInvalid, match=what) as caught:
        imported(saved(tmp_path, name, content))

    assert "\n" not in str(caught.value)


def test_every_wrong_row_is_named(tmp_path):
    rows = [{"user_input": "Who?", "reference": 5}, TESTSET, {"user_input": "Who?", "reference": 6}]

    with pytest.raises(GoldInvalid, match=r"a\.jsonl:1: .*a\.jsonl:3: "):
        imported(saved(tmp_path, "a.jsonl", rows))


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path):
    with pytest.raises(GoldInvalid, match=r"gone\.json: file: does not exist"):
        import_gold(tmp_path / "gone.json", form=None, articles=None)
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldInvalid, match=r"a\.csv: file: cannot be read"):
        import_gold(tmp_path / "a.csv", form=None, articles=None)
    with pytest.raises(GoldInvalid, match="is a folder without qrels"):
        import_gold(tmp_path, form=None, articles=None)


def test_a_named_form_is_taken_at_its_word(tmp_path):
    path = saved(tmp_path, "a.json", [{"input": "Who built it?", "reference": "x"}])

    with pytest.raises(GoldInvalid, match="user_input: is missing"):
        import_gold(path, form=Form.RAGAS, articles=None)


def test_json_lines_in_a_file_named_json_are_read(tmp_path):
    path = saved(tmp_path, "a.json", json.dumps(TESTSET) + "\n" + json.dumps(TESTSET | {"user_input": "Who else?"}))

    assert len(imported(path).cases) == 2


def test_parts_are_labelled_by_the_number_of_their_context(tmp_path):
    contexts = ["Nobody wrote this.", "The zoo opened on 6 March 2022."]

    case = one(saved(tmp_path, "a.jsonl", [TESTSET | {"reference_contexts": contexts}]))

    assert case.evidence == (Evidence(article_id="zoo", quote="The zoo opened on 6 March 2022.", part="2"),)
