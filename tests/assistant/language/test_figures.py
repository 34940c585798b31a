"""The grammar of figures: every form is read by value, whole, and what is no figure stays what it is."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.figures import Figure
from assistant.language.numbers import CLOCK
from assistant.language.values import dates, figures, read
from assistant.language.vocabulary import ABOUT, AT_LEAST, AT_MOST, LESS, MORE, NEARLY


def one(text: str) -> Figure:
    (figure,) = figures(text)
    return figure


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("a fleet of 23 500 buses", "23 500", 23500),
        ("a fleet of 23\u00a0500 buses", "23\u00a0500", 23500),
        ("a fleet of 4\u2009120\u2009700 crates", "4\u2009120\u2009700", 4120700),
        ("a fleet of 4\u202f120 crates", "4\u202f120", 4120),
        ("a loan of 61'250 crowns", "61'250", 61250),
        ("a loan of 61’250’000 crowns", "61’250’000", 61250000),
        ("a limit of 2_500_000 rows", "2_500_000", 2500000),
        ("some 7,31,000 voters", "some 7,31,000", 731000),
        ("in all 1,07,31,000 voters", "1,07,31,000", 10731000),
        ("in all 8.417.000 Euro", "8.417.000 Euro", 8417000),
        ("Der Turm hat 8.417 Stufen und ist alt", "8.417", 8417),
        ("１２，４００ seats", "１２，４００", 12400),
        ("In May 14 300 guests came", "14 300", 14300),
    ],
)
def test_a_figure_is_not_cut_between_its_groups_of_digits(text: str, written: str, value: int) -> None:
    figure = one(text)

    assert text[figure.start : figure.end] == written
    assert figure.value == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("page 12 400 copies", [12, 400]),
        ("On May 14 300 guests came", [300]),
        ("In 2021 300 guests came", [2021, 300]),
        ("1,250 or 1,300", [1250, 1300]),
        ("rows 3, 4 and 5", [3, 4, 5]),
    ],
)
def test_figures_beside_each_other_are_not_joined(text: str, values: list[int]) -> None:
    assert [figure.value for figure in figures(text)] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−12.5", Fraction(-25, 2)),
        ("–4 degrees", -4),
        ("(-7)", -7),
        ("minus 9 degrees", -9),
        ("minus nine degrees", -9),
        ("+3%", 3),
        ("8½", Fraction(17, 2)),
        ("8 ½", Fraction(17, 2)),
        ("¾", Fraction(3, 4)),
        ("3/4", Fraction(3, 4)),
        ("2 3/4", Fraction(11, 4)),
        ("three quarters", Fraction(3, 4)),
        ("four-fifths", Fraction(4, 5)),
        ("one third", Fraction(1, 3)),
        ("two and a half", Fraction(5, 2)),
        ("two and a half million", 2500000),
        ("2 and a half", Fraction(5, 2)),
        ("half a million", 500000),
        ("half a dozen", 6),
        ("a dozen", 12),
        ("three dozen", 36),
        ("a hundred and five", 105),
        ("2.4×10^7", 24000000),
        ("2.4 x 10⁷", 24000000),
        ("2.4·10^-2", Fraction(24, 1000)),
        ("4.1e6", 4100000),
        ("4.1E-2", Fraction(41, 1000)),
        ("10⁴", 10000),
        ("10^4", 10000),
        ("3.4k", 3400),
        ("7M", 7000000),
        ("$7m", 7000000),
        ("2.2 crore", 22000000),
        ("1.3千万", 13000000),
        ("三十二", 32),
        ("两千五百", 2500),
        ("2,5 Millionen", 2500000),
        ("0,125", Fraction(1, 8)),
    ],
)
def test_signs_fractions_powers_and_words_have_their_value(text: str, value: Fraction) -> None:
    figure = one(text)

    assert figure.value == value
    assert figure.high is None


def test_degrees_below_zero_are_negative() -> None:
    assert figures("It was 9 degrees below zero.")[0].value == -9


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("20–35 boats", 20, 35),
        ("20-35 boats", 20, 35),
        ("20 – 35 boats", 20, 35),
        ("20 to 35 boats", 20, 35),
        ("twenty to thirty boats", 20, 30),
        ("between 20 and 35 boats", 20, 35),
        ("zwischen 20 und 35 Boote", 20, 35),
        ("70 ± 4 kg", 66, 74),
        ("3 to 4 million", 3000000, 4000000),
        ("$3–4 million", 3000000, 4000000),
        ("2.5–3.5%", Fraction(5, 2), Fraction(7, 2)),
        ("1200 to 1500 eels", 1200, 1500),
        ("1931–1934", 1931, 1934),
    ],
)
def test_a_range_has_both_ends(text: str, low: int, high: int) -> None:
    figure = one(text)

    assert (figure.value, figure.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("no more than 8", AT_MOST),
        ("not more than 8", AT_MOST),
        ("at most 8", AT_MOST),
        ("up to 8", AT_MOST),
        ("≤8", AT_MOST),
        ("8 or fewer", AT_MOST),
        ("fewer than 8", LESS),
        ("under 8", LESS),
        ("<8", LESS),
        ("nearly 8", NEARLY),
        ("at least 8", AT_LEAST),
        ("no fewer than 8", AT_LEAST),
        ("8 or more", AT_LEAST),
        ("8+", AT_LEAST),
        ("more than 8", MORE),
        ("over 8", MORE),
        (">8", MORE),
        ("about 8", ABOUT),
        ("roughly 8", ABOUT),
        ("~8", ABOUT),
        ("8 or so", ABOUT),
        ("8", None),
    ],
)
def test_what_bounds_a_figure_belongs_to_it(text: str, bound: str | None) -> None:
    figure = one(f"There are {text} boats.")

    assert figure.bound == bound
    assert f"There are {text} boats."[figure.start : figure.end] == text


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("6%", "%"), ("6 per cent", "%"), ("6 Prozent", "%"), ("6‰", "‰"), ("6 per mille", "‰"), ("€6", "EUR"),
        ("6 US dollars", "USD"), ("₹6", "INR"), ("CHF 6", "CHF"), ("6 percentage points", "percentage points"),
    ],
)  # fmt: skip
def test_a_unit_belongs_to_its_figure(text: str, unit: str) -> None:
    assert one(text).unit == unit


@pytest.mark.parametrize("text", ["14:05", "2:05 pm", "2.05 p.m.", "14:05 GMT", "14:05:30", "14.05 Uhr"])
def test_a_time_of_day_is_one_figure_and_no_number(text: str) -> None:
    assert one(text).minutes == 14 * 60 + 5
    assert one(text).unit == CLOCK


@pytest.mark.parametrize(
    "text",
    ["4G", "3D", "1.4.2", "10.0.0.1", "555-0199", "978-3-16-148410-0", "2:1", "3-0", "007", "24/7", "B2B", "H2O", "C4"],
)
def test_what_is_a_name_a_score_or_a_number_to_call_is_no_figure(text: str) -> None:
    assert not figures(text)
    assert len(read(text)) == 1


@pytest.mark.parametrize("text", ["room 12", "No. 5", "COVID-19", "F-16", "iPhone 15", "#7", "page 300"])
def test_a_number_that_is_a_name_is_marked(text: str) -> None:
    assert one(text).label


@pytest.mark.parametrize("text", ["12 rooms", "mid-50 riders", "In Oldwater 30 people"])
def test_a_number_that_counts_is_not_marked(text: str) -> None:
    assert not one(text).label


@pytest.mark.parametrize(
    "text",
    ["half of the 70 boats", "Of the 70 boats", "out of 70 boats", "two of its 70 boats", "most of the 70 boats"],
)
def test_a_whole_of_which_a_part_is_meant_is_marked(text: str) -> None:
    assert [figure.value for figure in figures(text) if figure.whole] == [70]


@pytest.mark.parametrize("text", ["a fleet of 70 boats", "The 70 boats", "the number of 70 boats"])
def test_a_whole_that_is_all_meant_is_not_marked(text: str) -> None:
    assert not one(text).whole


PIECES = [
    *"1 0 27 300 , . - – − / % $ US$ ¥ x × k m bn million thousand hundred one two tenth half and a of to".split(),
    *"between no more than March may 6 2022 BC s th st century Monday am : ± < + ' ’ _ ½ ⅓ ² ^ e9".split(),
    *"年 月 日 万 第 十 三 百 ı İ \u0301 US A C ++ # ° \u00ad".split(),
    *(" ", " ", "  ", "\n", "\u00a0", "\u200b"),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
def test_reading_never_fails_and_stays_inside_the_text(text: str) -> None:
    for found in (*figures(text), *dates(text)):
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip()


@pytest.mark.parametrize(
    "piece",
    "1 |1 234 |1'234'|1,23,|1-|1/|1:|1.|between 1 and |no more than |half a |of the 1 |minus |10^|e9|1e9|½|Monday |BC |"
    "1990s |A |C++|三|12 to |± ".split("|"),
)
def test_reading_time_is_linear_in_the_length(piece: str) -> None:
    def seconds(count: int) -> float:
        began = time.thread_time()
        read.__wrapped__(piece * count)
        return time.thread_time() - began

    seconds(100)
    # The best of three: another's work on the machine is no part of it.
    assert min(seconds(2_000) for _ in range(3)) < 60 * max(seconds(200), 0.002)
