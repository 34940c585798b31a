"""Read figures by value: "11.27 million", "11,270,000", "1127万" and "1,127 × 10,000" are one figure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

END = r"(?![^\W_]|[\u0300-\u036f])"
"""Behind a word that is to end here."""

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_ONES += "seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_CARDINALS = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_IRREGULAR["twelve"] = "twelfth"
_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_ORDINALS = {
    _IRREGULAR.get(word, f"{word[:-1]}ieth" if word.endswith("y") else f"{word}th"): word
    for word in (*_CARDINALS, *_POWERS)
}
_POWERS_SHORT = {"k": 3, "m": 6, "mn": 6, "mln": 6, "b": 9, "bn": 9, "tn": 12, "lakh": 5, "crore": 7}
_POWERS_CJK = {"千": 3, "万": 4, "萬": 4, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "亿": 8, "億": 8}
_POWERS_CJK |= {"十亿": 9, "万亿": 12, "萬億": 12, "兆": 12}
_CJK_DIGITS = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

_LONGEST = 40
"""No number below a quadrillion has more words."""

_UNITS = {
    "%": ("%", r"per\s?cent"),
    "percentage points": (r"percentage[\s-]points?",),
    "CNY": ("yuan", "renminbi", "RMB", "CNY", "人民币", "元"),
    "JPY": ("yen", "JPY", "日元"),
    "USD": (r"US\$", "USD", r"(?:US|U\.S\.)\sdollars?", "美元"),
    "HKD": (r"HK\$", "HKD", r"Hong\sKong\sdollars?", "港元"),
    "AUD": (r"AU?\$", "AUD", r"Australian\sdollars?"),
    "CAD": (r"CA?\$", "CAD", r"Canadian\sdollars?"),
    "EUR": ("€", "euros?", "EUR", "欧元"),
    "GBP": ("£", "GBP", r"pounds\ssterling", "英镑"),
    "$": (r"\$", "dollars?"),
    "¥": ("¥",),
}
_GENERIC = {"$": {"USD", "HKD", "AUD", "CAD"}, "¥": {"CNY", "JPY"}}
"""Signs that several currencies share: each agrees with all of them."""


def _longest_first(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True))


def _closed(pattern: str) -> str:
    """`pattern`, and the end of the word where it ends in a letter; a sign before digits is theirs."""
    if re.search(r"[a-zA-Z?]$", pattern):
        return pattern + END
    return rf"{pattern}(?!\s?\d)" if pattern[-1] in "$€£¥" else pattern


_SIGN = _longest_first([p for unit in ("USD", "HKD", "AUD", "CAD", "EUR", "GBP", "$", "¥") for p in _UNITS[unit][:1]])
_CODE = "RMB|CNY|USD|HKD|AUD|CAD|EUR|GBP|JPY"
_UNIT_BEHIND = _longest_first(_closed(p) for patterns in _UNITS.values() for p in patterns)
_UNIT_OF = [("|".join(patterns), unit) for unit, patterns in _UNITS.items()]
_SCALE = "|".join(_POWERS)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d++)(?:\.\d++)?"
_TIMES = r"\s?[×x*]\s?(?P<power>1(?:0{3,12}|0{0,2}(?:,000){1,4})(?!\d|[.,]\d)|10\^\d{1,2}(?!\d)|10[⁰¹²³⁴-⁹]{1,2})"

ORDINAL_FIGURE = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})++|\d++)(?:st|nd|rd|th){END}|第\s?(?:\d++|[一二三四五六七八九十百零〇]{{1,7}})"
)
"""Matches "10th" and "第十"."""
FIGURE = (
    rf"(?=[\d$€£¥百−-]|[a-z]{{1,3}}[$\s\d])"
    rf"(?P<minus>(?<![^\s(\[])[-−](?=[\d$€£¥]))?"
    rf"(?P<sign>(?:(?:{_CODE})|(?:(?:US|HK|AU|CA|A|C))?\$|[€£¥])\s?|百分之\s?)?"
    rf"(?P<digits>{_DIGITS})"
    rf"(?:{_TIMES}|[\s-]{{0,2}}(?P<scale>(?:{_SCALE}|mn|mln|bn|tn|lakh|crore){END}"
    rf"(?:\s(?:thousand|million|billion|trillion){END})?)|(?P<letter>k|(?(sign)[mb]|(?!))){END}"
    rf"|\s?(?P<cjk>{_longest_first(set(_POWERS_CJK) - {'千'})}|千(?![米克瓦])))?"
    rf"(?:[\s-]{{0,2}}(?P<unit>{_UNIT_BEHIND}))?"
)
"""Matches a figure in digits with its sign, scale and unit. Needs `re.IGNORECASE`."""
_NUMBER_WORD = _longest_first({*_CARDINALS, *_POWERS, *_ORDINALS})
SPELLED = (
    rf"(?=[zotfsenha])"
    rf"(?:(?:half\s)?an?\s(?:{_SCALE}){END}|"
    rf"(?:{_longest_first({*_CARDINALS, *_ORDINALS})}){END}(?:[\s-]{{1,2}}(?:and\s)?(?:{_NUMBER_WORD}){END})*+)"
    rf"(?:[\s-]{{1,2}}(?P<spelled_unit>{_UNIT_BEHIND}))?"
)
"""Matches a run of number words, perhaps several figures. Needs `re.IGNORECASE`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure by its value."""

    value: Decimal
    """Exact."""
    ordinal: bool = False
    """"tenth" rather than "ten"."""
    unit: str | None = None
    """"%", "percentage points", a currency's code or its ambiguous sign; None when none is written."""
    zeros: int = 0
    """Zeros at the end of its decimals, as in "platform 2.0"; 0 where a scale follows ("2.0 million")."""

    def agrees(self, found: "Figure") -> bool:
        """Equal in value and kind and, where both have one, in unit.

        A bare "2.0" is another figure than "2", as versions and scores are written; with a unit on
        both sides zeros at the end say nothing ("2.0%" is "2%").
        """
        if self.value != found.value or self.ordinal != found.ordinal:
            return False
        if self.unit is None or found.unit is None:
            return self.zeros == found.zeros
        return self.unit == found.unit or self._generic(found.unit) or found._generic(self.unit)

    def _generic(self, unit: str) -> bool:
        return unit in _GENERIC.get(self.unit or "", ())


def parse_figure(match: re.Match[str]) -> Figure:
    """The figure that `FIGURE` matched."""
    digits = match["digits"].replace(",", "")
    power = _exponent(match)
    scaled = power > 0
    zeros = len(digits) - len(digits.rstrip("0")) if "." in digits and not scaled else 0
    sign = "-" if match["minus"] else ""
    return Figure(
        value=Decimal(f"{sign}{digits}e{power}"), unit=_unit(match["sign"]) or _unit(match["unit"]), zeros=zeros
    )


def parse_ordinal(text: str) -> Figure:
    """The figure of what `ORDINAL_FIGURE` matched."""
    digits = re.search(r"\d+", text.replace(",", ""))
    value = Decimal(digits.group()) if digits else Decimal(_cjk_number(text[1:].strip()))
    return Figure(value=value, ordinal=True)


def parse_spelled(match: re.Match[str]) -> list[tuple[int, int, Figure | None]]:
    """The figures in what `SPELLED` matched, with their offsets; None for a number word that is no figure."""
    unit = match["spelled_unit"]
    until = match.end() if unit is None else match.start("spelled_unit")
    found_words = re.compile(r"[^\W_]+").finditer(match.string, match.start(), until)
    words = [(_plain(word.group()), word.start(), word.end()) for word in found_words]
    if words[0][0] in {"a", "an", "half"}:
        value = Decimal(f"{'0.5' if words[0][0] == 'half' else '1'}e{_POWERS[words[-1][0]]}")
        found: list[tuple[int, int, Figure | None]] = [(match.start(), words[-1][2], Figure(value=value))]
    else:
        found = _spelled_out(words)
    start, _, last = found[-1]
    if unit is not None and last is not None:
        found[-1] = (start, match.end(), Figure(value=last.value, ordinal=last.ordinal, unit=_unit(unit)))
    return found


def _spelled_out(words: list[tuple[str, int, int]]) -> list[tuple[int, int, Figure | None]]:
    found: list[tuple[int, int, Figure | None]] = []
    at = 0
    while at < len(words):
        count, value, ordinal = _one_number([word for word, _, _ in words[at : at + _LONGEST]])
        start, end = words[at][1], words[at + max(count, 1) - 1][2]
        if words[at][0] != "and":
            found.append((start, end, Figure(value=Decimal(value), ordinal=ordinal) if count else None))
        at += max(count, 1)
    return found


def _one_number(words: list[str]) -> tuple[int, int, bool]:
    """How many of `words` make up the first number, its value, and whether it is an ordinal."""
    total, current, below, taken = 0, 0, 99, 0
    for at, written in enumerate(words):
        if written == "and":
            if not taken or words[at - 1] not in _POWERS:
                break
            continue
        word = _ORDINALS.get(written, written)
        value = _CARDINALS.get(word)
        if value is not None:
            room = 100 if value >= 10 else 10
            if taken and (value == 0 or current % room or (room == 10 and current % 100 == 10)):
                break
            current += value
        elif word == "hundred":
            if not 0 < current < 100:
                break
            current *= 100
        elif current and _POWERS[word] < below:
            below = _POWERS[word]
            total, current = total + current * 10**below, 0
        else:
            break
        taken = at + 1
        if written != word:
            return taken, total + current, True
        if words[0] == "zero":
            break
    return taken, total + current, False


def _exponent(match: re.Match[str]) -> int:
    """The power of ten that follows the digits."""
    if power := match["power"]:
        if "^" in power:
            return int(power[3:])
        raised = power[2:].translate(_RAISED)
        return int(raised) if power[2:] != raised else power.count("0")
    if scale := match["scale"]:
        return sum((_POWERS | _POWERS_SHORT)[word] for word in _plain(scale).split())
    if letter := match["letter"]:
        return _POWERS_SHORT[letter.lower()]
    return _POWERS_CJK[match["cjk"]] if match["cjk"] else 0


def _plain(word: str) -> str:
    """In lower case, with the two letters that `re.IGNORECASE` takes for an i as one."""
    return word.replace("İ", "i").replace("ı", "i").lower()


def _unit(written: str | None) -> str | None:
    if not written:
        return None
    if written.startswith("百分之"):
        return "%"
    return next(unit for pattern, unit in _UNIT_OF if re.fullmatch(pattern, written.strip(), re.IGNORECASE))


def _cjk_number(text: str) -> int:
    total, current = 0, 0
    for sign in text:
        if sign in "十百":
            total, current = total + (current or 1) * (10 if sign == "十" else 100), 0
        else:
            current = 10 * current + _CJK_DIGITS[sign]
    return total + current
