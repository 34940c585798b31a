"""Tells English from other languages, which the trained networks read badly or not at all."""

import re

from index.text.terms import QUESTION_WORDS_ABROAD

_ENGLISH = frozenset(
    "the a an of and to in is are was were be been has have had it its for on by with that this from at as or not "
    "which who they he she will would can may their his her there no more than but".split()
)
_OTHERS = frozenset(
    "der die das und ist nicht ein eine einen dem den des wurde wurden sich mit auf für von zu im am werden hat haben "
    "nach bei aus wird ich wir "
    "le la les une est dans pour que qui sur avec pas ont été du et el los las por con para fue del y es en il di che "
    "della sono per non è gli nel uma não os foi do da em het een van niet zijn op och att som är inte på det og ikke "
    "av til er nie jest się na w z i".split()
).union(QUESTION_WORDS_ABROAD)
"""Words of German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Norwegian and Polish that ask or join."""
_IN_NAMES = frozenset("da de di du do dos del della la le el los las van von y".split())
"""Those that names have before a capital in English too: "Vasco da Gama"."""
_NAME_FOLLOWS = re.compile(r"\s(?:[a-z]{2,3}\s)?[A-Z]")


def is_foreign(text: str) -> bool:
    """Whether a text seems not to be English: another script, or more function words of other languages."""
    letters = [letter for letter in text if letter.isalpha()]
    if letters and sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 3:
        return True
    english = others = 0
    last = ""
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match.group().casefold()
        english += word in _ENGLISH
        in_name = (word in _IN_NAMES or last in _IN_NAMES) and _NAME_FOLLOWS.match(text, match.end())
        others += word in _OTHERS and word not in _ENGLISH and not in_name
        last = word
    return others > english
