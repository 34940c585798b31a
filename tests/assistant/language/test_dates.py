"""The grammar of dates: every form is read by value and whole."""

import pytest

from assistant.language.dates import CENTURY, DECADE, Date
from assistant.language.values import agrees, dates, read

DAY = Date(year=2019, month=11, day=4)


@pytest.mark.parametrize(
    "text",
    "4 November 2019|4th of November 2019|November 4, 2019|4-Nov-2019|4/Nov/2019|4 Nov. 2019|2019-11-04|2019/11/4|"
    "04.11.2019|4. November 2019|Monday, 4 November 2019|Monday 4 November 2019|2019年11月4日|2019-11-04T10:30:00Z|"
    "4 novembre 2019|4 de noviembre de 2019".split("|"),
)
def test_a_day_has_one_value_in_every_form(text: str) -> None:
    (date,) = dates(f"It opened on {text}.")

    assert date == DAY
    assert f"It opened on {text}."[date.start : date.end].rstrip(".") == text.rstrip(".")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1340 BC", Date(year=-1340)),
        ("1340 BCE", Date(year=-1340)),
        ("1340 B.C.", Date(year=-1340)),
        ("1340 v. Chr.", Date(year=-1340)),
        ("10,500 BC", Date(year=-10500)),
        ("AD 82", Date(year=82)),
        ("82 CE", Date(year=82)),
        ("公元前340年", Date(year=-340)),
        ("400–350 BC", Date(year=-400, until=Date(year=-350))),
        ("1931–1934", Date(year=1931, until=Date(year=1934))),
        ("1931 to 1934", Date(year=1931, until=Date(year=1934))),
        ("between 1931 and 1934", Date(year=1931, until=Date(year=1934))),
        ("1931-34", Date(year=1931, until=Date(year=1934))),
        ("2021/22", Date(year=2021, until=Date(year=2022))),
        ("the 1970s", Date(year=1970, years=DECADE)),
        ("the 16th century", Date(year=1501, years=CENTURY)),
        ("the sixteenth century", Date(year=1501, years=CENTURY)),
        ("the 5th century BC", Date(year=-500, years=CENTURY)),
        ("16世纪", Date(year=1501, years=CENTURY)),
        ("5–8 June 2020", Date(year=2020, month=6, day=5, until=Date(year=2020, month=6, day=8))),
        ("June 5–8, 2020", Date(year=2020, month=6, day=5, until=Date(year=2020, month=6, day=8))),
        ("30 May to 2 June 2020", Date(year=2020, month=5, day=30, until=Date(year=2020, month=6, day=2))),
        ("June 2020", Date(year=2020, month=6)),
        ("2020-06", Date(year=2020, month=6)),
        ("5 June", Date(month=6, day=5)),
        ("14. September", Date(month=9, day=14)),
        ("3. Mai", Date(month=5, day=3)),
        ("2020年6月", Date(year=2020, month=6)),
        ("二〇二〇年", Date(year=2020)),
        ("02/04/2020", Date(year=2020, either=(2, 4))),
    ],
)
def test_years_months_eras_and_spans_have_their_value(text: str, date: Date) -> None:
    assert dates(text) == (date,)


@pytest.mark.parametrize(
    "text", ["10.30", "1:30", "March on!", "may be", "5 of May's", "1.2.2020.3", "31 people", "3-1"]
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert not [date for date in dates(text) if date.day or date.year]


@pytest.mark.parametrize(
    ("expected", "found", "stated"),
    [
        ("1931", "1931–1934", True),
        ("1934", "1931–1934", True),
        ("1932", "1931–1934", False),
        ("1931–1934", "1931 to 1934", True),
        ("1931–1934", "1931", False),
        ("the 1970s", "1974", True),
        ("1974", "the 1970s", False),
        ("1340", "1340 BC", False),
        ("1340 BC", "1340", False),
        ("the 16th century", "1540", True),
        ("5 June 2020", "Friday, 5 June 2020", True),
        ("02/04/2020", "03/04/2020", False),
        ("02/04/2020", "02/04/2020", True),
        ("2020", "02/04/2020", True),
    ],
)
def test_dates_agree_by_value(expected: str, found: str, stated: bool) -> None:
    (own,), (other,) = read(expected), read(found)

    assert agrees(own, other) is stated
