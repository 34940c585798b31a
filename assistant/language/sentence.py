"""A sentence parsed once: its terms as the index has them, its words, figures and dates, and what it states."""

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.language.statements import Name, Value, directions, names, negated, stem_of, values
from assistant.language.values import Token, read
from assistant.language.vocabulary import DEPENDENT_OPENINGS, INTERJECTIONS, NEGATIONS, SUPERLATIVES, VERB, alternatives
from index.text.terms import STOP_WORDS, stem, stems

KEPT_SENTENCES = 8_192
"""Parsed sentences that are kept; together they take some 50 MB."""

BEHIND_FIGURE = 4
"""So many words after a figure may be what it counts."""
TELLING = 0.25
"""Share of the highest idf from which on a term says something particular."""

_FILLERS = INTERJECTIONS | frozenset(
    "no hello hi please thanks thank welcome sorry right correct true false maybe perhaps exactly answer answers "
    "question following follows course".split()
)
"""Words of a reply that state nothing of the matter."""
_LEANING = re.compile(rf"[\"'“‘(]*(?:{alternatives(DEPENDENT_OPENINGS)})\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, eq=False)
class ParsedSentence:
    """A sentence with what was read of it; each property is worked out when it is first asked for, and kept."""

    text: str

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Stems in order, as the index has them."""
        return tuple(stems(self.text))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How often each stem stands there."""
        return Counter(self.terms)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Stems side by side."""
        return frozenset(pairwise(self.terms))

    @cached_property
    def places(self) -> tuple[tuple[int, str], ...]:
        """Where each word starts, and its stem."""
        return tuple((match.start(), stem(match.group())) for match in re.finditer(r"[^\W_]+", self.text))

    @cached_property
    def counted(self) -> frozenset[str]:
        """Stems of the words right after a figure."""
        return frozenset(
            stem(word)
            for place, token in enumerate(self.tokens)
            if token.figure is not None
            for other in self.tokens[place + 1 : place + 1 + BEHIND_FIGURE]
            if (word := other.word) is not None
        )

    @cached_property
    def lower_words(self) -> frozenset[str]:
        """Its English words in lower case."""
        return frozenset(re.findall(r"[a-z]+(?:['’][a-z]+)*", self.text.lower()))

    @cached_property
    def negates(self) -> bool:
        """Whether it has a word that negates."""
        return any(word in NEGATIONS or word.endswith(("n't", "n’t")) for word in self.lower_words)

    @cached_property
    def superlatives(self) -> frozenset[str]:
        """Words that single out one of many."""
        return SUPERLATIVES.intersection(self.lower_words)

    @cached_property
    def verb(self) -> bool:
        """Whether it has something like a verb."""
        return VERB.search(self.text) is not None

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Words, figures and dates in order."""
        return read(self.text)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """One for each token: the stem of a word, "" for what is none."""
        return tuple(map(stem_of, self.tokens))

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Figures and dates, each with its measure and what it counts."""
        return tuple(values(self.text, self.tokens))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Words that begin with a capital letter and could be names."""
        return tuple(names(self.text, self.tokens))

    @cached_property
    def negations(self) -> tuple[tuple[str, ...], ...]:
        """For each negation the stems of what it negates, the nearest first."""
        return negated(self.text, self.tokens, self.stems)

    @cached_property
    def directions(self) -> frozenset[tuple[int, int, str]]:
        """Opposites: which pair, which side of it, and the stem of a telling word beside it, "" for the word itself."""
        return frozenset(directions(self.text, self.tokens, self.stems))

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        """What stands in quotation marks."""
        return tuple(match.strip(" ,.") for match in re.findall(r"[“\"]([^“”\"]{2,80})[”\"]", self.text))

    @cached_property
    def telling(self) -> frozenset[str]:
        """Stems of the words that say what it is about; figures and dates are not among them."""
        return frozenset(
            own
            for token, own in zip(self.tokens, self.stems, strict=True)
            if own and token.word not in STOP_WORDS and token.word not in _FILLERS
        )


def leans(text: str) -> bool:
    """Whether a sentence opens as one that the one before it is needed to understand: "As a result, …"."""
    return _LEANING.match(text) is not None


@lru_cache(maxsize=KEPT_SENTENCES)
def parse(text: str) -> ParsedSentence:
    """The sentence `text`, parsed once however many rooms ask for it."""
    return ParsedSentence(text=text)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KeptSentence:
    """A sentence of one state of an index."""

    parsed: ParsedSentence
    particular: frozenset[str]
    """Its stems that say something particular in that collection."""


class Sentences:
    """The sentences of one state of an index that were read so far; kept with it, and gone with it."""

    def __init__(self, idf: Callable[[str], float], highest_idf: float) -> None:
        """Keep sentences of the index with these inverse document frequencies."""
        self._idf = idf
        self._least = TELLING * highest_idf
        self._particular: dict[str, bool] = {}
        self._kept: OrderedDict[str, KeptSentence] = OrderedDict()

    def read(self, text: str) -> KeptSentence:
        """A sentence, read now or before."""
        kept = self._kept.get(text)
        if kept is None:
            parsed = parse(text)
            particular = frozenset(filter(self._is_particular, parsed.counts))
            kept = self._kept[text] = KeptSentence(parsed=parsed, particular=particular)
            if len(self._kept) > KEPT_SENTENCES:
                self._kept.popitem(last=False)
        return kept

    def _is_particular(self, term: str) -> bool:
        if term not in self._particular:
            self._particular[term] = self._idf(term) > self._least
        return self._particular[term]
