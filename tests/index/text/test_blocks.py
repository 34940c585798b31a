"""The structure of an article is found, and no letter of it is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.blocks import structure_of
from index.text.structure import Kind

LINE = st.sampled_from(
    [
        "",
        "",
        "# H",
        "## Deeper",
        "Plain words of a line",
        "and it goes on,",
        "> quoted",
        ">> deeper",
        "- item",
        "  - sub",
        "1. step",
        "2) step",
        "| a | b |",
        "|---|---|",
        "```sh",
        "```",
        "~~~",
        "---",
        "===",
        "Q: What?",
        "A: That.",
        "ADA: I went.",
        "BO: I stayed.",
        "Date: 5 May",
        "**Bold?**",
        "[^1]: A note.",
        "Table 1",
        "改革开放",
        "以后",
        "© 2020",
    ]
)
TEXT = st.one_of(st.text(max_size=200), st.lists(LINE, max_size=25).map("\n".join))


def outline(text):
    """Kind, words and what each block is about, a line each."""
    structure = structure_of(text)
    return [
        f"{block.kind}: {structure.words(block)}" + (f" < {about}" if (about := structure.context(place)) else "")
        for place, block in enumerate(structure.blocks)
    ]


@given(TEXT)
def test_blocks_are_ordered_and_lose_no_letter(text):
    end = 0
    for place, block in enumerate(structure_of(text).blocks):
        assert end <= block.start < block.end
        assert not any(map(str.isalnum, text[end : block.start]))
        assert block.parent is None or block.parent < place
        end = block.end
    assert not any(map(str.isalnum, text[end:]))


@given(TEXT)
def test_every_character_is_found_in_its_block(text):
    structure = structure_of(text)

    for place, block in enumerate(structure.blocks):
        assert structure.place(block.start) == structure.place(block.end - 1) == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# Mills\n\nOld.\n\n## Wind\n\n### Tall\nThey turn.\n\n## Water\nIt runs.\n",
            [
                "title: Mills",
                "paragraph: Old.",
                "heading: Wind",
                "heading: Tall < Wind",
                "paragraph: They turn. < Wind > Tall",
                "heading: Water",
                "paragraph: It runs. < Water",
            ],
        ),
        (
            "Mills\n=====\n\nWind\n----\nThey turn.\n",
            ["title: Mills", "heading: Wind", "paragraph: They turn. < Wind"],
        ),
        ("**Wind mills**\n\nThey turn.", ["title: Wind mills", "paragraph: They turn."]),
        ("A line alone\n\nAnd a sentence.", ["title: A line alone", "paragraph: And a sentence."]),
        ("```\n# no heading\n```\n\nText.", ["code: ``` no heading ```", "paragraph: Text."]),
    ],
)
def test_headings(text, expected):
    assert outline(text) == expected


def test_a_number_with_capitals_that_stands_apart_is_a_heading_and_in_a_list_an_item():
    minutes = "MINUTES\n\n1. SPEED\n\nIt is four knots.\n\n2. FEES\n\nThey are due in May.\n"
    shopping = "1. EGGS\n2. FLOUR\n\nBoth are sold out."

    assert outline(minutes)[1:] == [
        *("heading: 1. SPEED", "paragraph: It is four knots. < 1. SPEED"),
        *("heading: 2. FEES", "paragraph: They are due in May. < 2. FEES"),
    ]
    assert outline(shopping)[:2] == ["item: 1. EGGS", "item: 2. FLOUR"]


def test_a_line_that_says_where_an_article_comes_from_is_no_heading():
    body = "大桥10月2日正式通车，全长2,318米，主跨680米，总投资41亿元。"
    text = f"# 大桥通车\n\n2022年10月3日 来源：江州晚报 作者：赵敏\n\n{body}"

    assert outline(text)[1].startswith("paragraph: 2022年10月3日")
    assert " < " not in outline(text)[2]


def test_a_bold_name_with_underscores_is_a_heading():
    assert outline("**cache_size**\n\nIt is 256.")[0] == "title: cache_size"


def test_code_within_a_line_opens_no_block_of_code():
    assert outline("```make``` builds it.\n\n# Use\n\nRun it.")[1] == "title: Use"


def test_the_line_that_opens_a_box_is_apart_from_what_stands_in_it():
    text = '!!! warning "First"\n    Never open a hive.\n\n??? note\n    Feed them.\n\nBees!!! note'

    assert outline(text) == [
        *('caption: !!! warning "First"', "paragraph: Never open a hive."),
        *("caption: ??? note", "paragraph: Feed them.", "paragraph: Bees!!! note"),
    ]


def test_items_know_their_list_and_what_introduces_it():
    text = "You need:\n\n- salt\n- flour\n  of wheat\n  - fine\n- milk\n\nSteps:\n1. Mix.\n2. Bake.\n"

    structure = structure_of(text)

    assert outline(text) == [
        "caption: You need:",
        *("item: salt < You need:", "item: flour of wheat < You need:", "item: fine < You need: > flour of wheat"),
        *("item: milk < You need:", "caption: Steps:", "item: 1. Mix. < Steps:", "item: 2. Bake. < Steps:"),
    ]
    assert [(b.group, b.level, b.ordinal) for b in structure.blocks if b.kind is Kind.ITEM] == [
        (1, 1, None),
        (1, 1, None),
        (1, 2, None),
        (1, 1, None),
        (2, 1, 1),
        (2, 1, 2),
    ]


def test_a_table_without_a_header_has_rows_under_its_caption_alone():
    assert outline("Facts:\n\n|  |  |\n| --- | --- |\n| Built | 1288 |\n| Owner | Ida Poe |") == [
        *("caption: Facts:", "row: Built | 1288 < Facts:", "row: Owner | Ida Poe < Facts:"),
    ]


def test_rows_know_their_header_and_caption():
    table = "| Zone | Price |\n|:--|--:|\n| Inner | 4 |\n| Outer | a \\| b |"
    text = f"## Fares\n\nTable 2: by zone\n\n{table}\n\nAll in crowns."

    assert outline(text) == [
        "heading: Fares",
        "caption: Table 2: by zone < Fares",
        "header row: Zone | Price < Fares > Table 2: by zone",
        "row: Inner | 4 < Fares > Table 2: by zone > Zone | Price",
        "row: Outer | a \\| b < Fares > Table 2: by zone > Zone | Price",
        "paragraph: All in crowns. < Fares",
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Q: Is it warm?\nA: It is.", "A: It is. < Q: Is it warm?"),
        ("**Question:** Is it warm?\n\n**Answer:** It is.", "Answer: It is. < Question: Is it warm?"),
        ("**Is it warm?**\n\nIt is.", "It is. < Is it warm?"),
        ("# Baths\n\n### Is it warm?\nIt is.", "It is. < Is it warm?"),
        ("Frage: Ist es warm?\nAntwort: Ja.", "Antwort: Ja. < Frage: Ist es warm?"),
        ("问：水温多少？\n答：二十度。", "答：二十度。 < 问：水温多少？"),
    ],
)
def test_an_answer_stands_under_its_question(text, answer):
    assert outline(text)[-1] == f"paragraph: {answer}"


def test_a_speakers_turn_knows_the_speaker_and_the_question_before_it():
    text = (
        "ADA: Welcome back.\n\nBO: Thank you. When did you sail?\n\nADA: In May. It was cold.\n\n"
        "The wind rose as well.\n\nBO: I see.\n"
    )

    assert outline(text) == [
        "turn: ADA: Welcome back.",
        "turn: BO: Thank you. When did you sail?",
        "turn: ADA: In May. It was cold. < When did you sail?",
        "paragraph: The wind rose as well. < When did you sail? > ADA",
        "turn: BO: I see.",
    ]


def test_labels_that_open_few_paragraphs_are_no_speakers():
    text = (
        "It rained all day.\n\nNote: bring boots.\n\nIt snowed all night.\n\nNote: bring coats.\n\nThe end came soon."
    )

    assert outline(text)[1] == "field: Note: bring boots."


def test_the_words_of_a_mail_stand_under_its_sender():
    reply = "> From: Bo\n> Date: 5 May\n>\n> Which one do I take?\n"
    text = f"From: Ada\nTo: Bo\nSubject: Boats\n\nTake the red one.\n\n{reply}"

    assert outline(text) == [
        "field: From: Ada",
        "field: To: Bo < From: Ada",
        "field: Subject: Boats < From: Ada",
        "paragraph: Take the red one. < From: Ada",
        "field: From: Bo",
        "field: Date: 5 May < From: Bo",
        "paragraph: Which one do I take? < From: Bo",
    ]


def test_lines_broken_by_hand_are_one_paragraph():
    text = "The weir of Holm was raised by\ntwo feet in the spring of 1911\nafter the flood. It was lowered\nagain.\n"

    assert len(structure_of(text).blocks) == 1


def test_chinese_lines_broken_by_a_column_are_one_paragraph():
    assert len(structure_of("改革开放以后这里建了一\n座新的图书馆，藏书很多\n读者也很多。").blocks) == 1


def test_a_quoted_paragraph_keeps_its_depth():
    (first, second) = structure_of("> It rained in the\n> night of May.\n\n>> And before.").blocks

    assert (first.quoted, second.quoted) == (1, 2)


@pytest.mark.parametrize(
    "junk",
    [
        *("#" + " " * 50_000, "-" * 50_000, "- " * 25_000, "> " * 25_000, "|" * 50_000, "a: " * 20_000, "`" * 50_000),
        *(
            "1." * 25_000,
            "\n" * 50_000,
            " " * 50_000 + "x",
            "**" * 25_000,
            "[^" * 25_000,
            "Q: " * 20_000,
            "=\n" * 25_000,
            "A sentence.\n\n" * 10_000 + "- item\n" * 10_000,
            "A\n\n" * 30_000,
            "`" * 50_000 + " `",
        ),
    ],
)
def test_junk_does_not_take_for_ever(junk):
    started = time.process_time()

    structure_of(junk)

    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Correction: the price of the mill\n\nThe mill cost four crowns, and not three as we wrote.", True),
        ("Date: 5 May\n\nThe mill cost four crowns, and not three as we wrote.", False),
        ("From: Ada\n\nThe mill cost four crowns, and not three as we wrote.", False),
    ],
)
def test_a_labelled_line_at_the_top_is_a_title_unless_it_is_metadata(text, title):
    assert outline(text)[0].startswith("title:") is title
