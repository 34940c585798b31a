"""Figures, dates, letters and signs of a claim are held against a sentence by value, as hard vetoes."""

import pytest

from assistant.checking.conflicts import conflicts
from assistant.checking.names import Surroundings
from assistant.language.sentence import parse


@pytest.mark.parametrize(
    ("claim", "sentence", "stands"),
    [
        ("The hall of Harn seats 600 people.", "The hall of Harn seats 4 600 people.", False),
        ("The hall of Harn seats 4,600 people.", "The hall of Harn seats 4 600 people.", True),
        ("The hall of Harn seats 4600 people.", "The hall of Harn seats 4’600 people.", True),
        ("The fund of Harn holds 31,000 crowns.", "The fund of Harn holds 7,31,000 crowns.", False),
        ("The fund of Harn holds 731,000 crowns.", "The fund of Harn holds 7,31,000 crowns.", True),
        ("It was 4 degrees in Harn.", "It was −4 degrees in Harn.", False),
        ("It was minus 4 degrees in Harn.", "It was −4 degrees in Harn.", True),
        ("The walk is 2 miles long.", "The walk is 2¾ miles long.", False),
        ("The walk is 2.75 miles long.", "The walk is 2¾ miles long.", True),
        ("The walk is two and three quarters miles long.", "The walk is 2¾ miles long.", True),
        ("The lake holds 35 boats.", "The lake holds 20–35 boats.", False),
        ("The lake holds 20 to 35 boats.", "The lake holds 20–35 boats.", True),
        ("The lake holds between 20 and 35 boats.", "The lake holds 20–35 boats.", True),
        ("The lake holds 12 boats.", "The lake holds no more than 12 boats.", False),
        ("The lake holds at most 12 boats.", "The lake holds no more than 12 boats.", True),
        ("The lake holds more than 12 boats.", "The lake holds no more than 12 boats.", False),
        ("The lake holds 12 boats.", "The lake holds fewer than 12 boats.", False),
        ("The lake holds about 12 boats.", "The lake holds 12 boats.", True),
        ("The lake holds at least 12 boats.", "The lake holds 12 boats.", True),
        ("The lake holds 12 boats.", "The lake holds about 12 boats.", True),
        ("30 pupils of Harn sing.", "Half of the 30 pupils of Harn sing.", False),
        ("15 of the 30 pupils of Harn sing.", "Half of the 30 pupils of Harn sing.", False),
        ("Half of the 30 pupils of Harn sing.", "Half of the 30 pupils of Harn sing.", True),
        ("All 30 pupils of Harn sing.", "A third of the 30 pupils of Harn sing.", False),
        ("A quarter of the 30 pupils of Harn sing.", "A third of the 30 pupils of Harn sing.", False),
        ("The school of Harn has 30 pupils.", "A third of the 30 pupils of the school of Harn sing.", True),
        ("The brine has 6% salt.", "The brine has 6‰ salt.", False),
        ("The brine has 6 per mille salt.", "The brine has 6‰ salt.", True),
        ("The probe found 6 grains.", "The probe found 2.4×10^6 grains.", False),
        ("The probe found 2.4 million grains.", "The probe found 2.4×10^6 grains.", True),
        ("The probe found 2,400,000 grains.", "The probe found 2.4e6 grains.", True),
        ("The tool is written in C.", "The tool is written in C#.", False),
        ("The tool is written in C#.", "The tool is written in C++.", False),
        ("The tool is written in C++.", "The tool is written in C++.", True),
        ("He takes vitamin D.", "He takes vitamin C.", False),
        ("He takes vitamin A.", "He takes vitamin C.", False),
        ("They chose Option A in May.", "They chose Option B in May.", False),
        ("They chose Option B in May.", "They chose Option B in May.", True),
        ("The clinic treats hepatitis A.", "A clinic treats hepatitis C.", False),
        ("The team won 3–1.", "The team won 3–2.", False),
        ("It opens at 9:30.", "It opens at 9.30.", True),
        ("It opens at 9:30 pm.", "It opens at 9:30 am.", False),
        ("It opened in 44.", "It opened in 44 BC.", False),
        ("It opened in the 1970s.", "It opened in 1974.", True),
        ("It lasted from 1931 to 1934.", "It lasted 1931–1934.", True),
        ("The US army won.", "The army told us it won.", False),
        ("One in five pupils of Harn sing.", "One in four pupils of Harn sing.", False),
        ("20% of the pupils of Harn sing.", "One in five pupils of Harn sing.", False),
        ("The 5G net opened.", "The 4G net opened.", False),
        ("COVID-20 spread in Harn.", "COVID-19 spread in Harn.", False),
        ("The hall has 300 seats.", "The hall has three hundred seats.", True),
        ("The hall cost 1.5 million crowns.", "The hall cost one and a half million crowns.", True),
        ("The hall opened on 6 March 2021.", "The hall opened on Saturday, 6-Mar-2021.", True),
    ],
)
def test_a_claim_stands_where_the_sentence_states_the_same_values(claim: str, sentence: str, stands: bool) -> None:
    around = Surroundings.of([sentence], title="", publisher="", published=None)

    assert (not conflicts(parse(claim), [parse(sentence)], around, [], core=0)) is stands
