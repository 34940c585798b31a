"""Make claims, true ones and ones with a planted error, with the passages to check them against.

They are the articles' own sentences, paraphrases (`eval.lab.support_check.paraphrases`), some of these joined from two
articles, and sentences against a copy of the articles with negations. Articles in even places of their sorted ids are
for development.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from assistant.language.sentence import parse
from assistant.language.values import agrees
from assistant.language.vocabulary import OPENERS
from eval.bench.sets import BenchSet, article_of
from eval.lab.support_check.negations import denials
from eval.lab.support_check.paraphrases import Paraphrase, exchanges, load_paraphrases
from eval.lab.support_check.planted_errors import Planted, errors, names_in, paraphrases, words_in
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Passage
from index.text.structure import is_heading
from index.text.terms import STOP_WORDS

SEED = 5
LEAST_CHARACTERS = 30
MOVED = "moved to another article"
TOLD_TOO = "told by another article too"
OWN_WORDS = "as the articles have it"
OTHER_WORDS = "in other words"
TWO_ARTICLES = "joined from two articles"
DENIED = "in denied articles"
GROUPS = (OWN_WORDS, OTHER_WORDS, TWO_ARTICLES, DENIED)
"""Sources of sentences, in the order of the report."""
JOINED_EVERY = 3
"""Of two articles, every third sentence is joined with one of the other."""
TOLD = 0.75
"""Share of a claim's other words with which a sentence with all its values and names states it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantedClaim:
    """A sentence, true or with an error, and the passages to check it against."""

    group: str
    """One of `GROUPS`."""
    article: str
    made: Planted
    passages: tuple[Passage, ...]


def half_of(engine: EmbeddedSearch, *, development: bool) -> list[str]:
    """Return the article ids of one half, with paragraphs of a text kept together."""
    ids = sorted(row.article_id for row in engine.articles.values())
    even = set(sorted({article_of(id_) or id_ for id_ in ids})[::2])
    return [id_ for id_ in ids if ((article_of(id_) or id_) in even) is development]


def own_claims(engine: EmbeddedSearch, *, development: bool, most: int | None = None) -> Iterator[PlantedClaim]:
    """Make claims from the sentences of one half of a collection, deterministically.

    Args:
        engine: over the collection.
        development: which half.
        most: number of articles to draw; None for all.
    """
    chance = random.Random(SEED)
    half = half_of(engine, development=development)
    if most is not None and len(half) > most:
        half = sorted(chance.sample(half, most))
    held = [(id_, passage, text) for id_ in half for passage in passages_of(engine, id_) for text in plain(passage)]
    names, words = names_in([text for _, _, text in held]), words_in([text for _, _, text in held])
    glossary = engine.glossary
    for id_, passage, text in held:
        every = (*paraphrases(text, glossary, chance), *errors(text, names, glossary, chance, words=words))
        every += tuple(Planted(kind=f"denied: {form}", text=denied, true=False) for form, denied in denials(text))
        for made in every:
            yield PlantedClaim(group=OWN_WORDS, article=id_, made=made, passages=(passage,))
        yield from _moved(engine, text, OWN_WORDS, (id_,))


def written_claims(engine: EmbeddedSearch, *, development: bool) -> Iterator[PlantedClaim]:
    """Make claims from the paraphrases of one half of the default collection."""
    chance = random.Random(SEED)
    half = set(half_of(engine, development=development))
    written = [one for one in load_paraphrases() if set(one.articles) <= half]
    held = {id_: passages_of(engine, id_) for id_ in sorted(half)}
    names, words = names_in([one.text for one in written]), words_in([one.text for one in written])
    glossary = engine.glossary
    written += _joined(held)
    for one in written:
        passages = tuple(p for id_ in one.articles for p in held[id_] if _has_quote(p, one))
        group = OTHER_WORDS if len(one.articles) == 1 else TWO_ARTICLES
        made = [Planted(kind="as written", text=one.text, true=True)]
        made += errors(one.text, names, glossary, chance, words=words)
        made += [Planted(kind=f"denied: {form}", text=denied, true=False) for form, denied in denials(one.text)]
        made += [Planted(kind="exchanged between the two", text=text, true=False) for text in exchanges(one)]
        for each in made:
            yield PlantedClaim(group=group, article=one.articles[0], made=each, passages=passages)
        if group == OTHER_WORDS:
            yield from _moved(engine, one.text, group, one.articles)


def _joined(held: Mapping[str, Sequence[Passage]]) -> list[Paraphrase]:
    """Join sentences of two neighbouring articles unchanged, some of each pair."""
    sentences = {id_: list(dict.fromkeys(t for p in passages for t in plain(p))) for id_, passages in held.items()}
    found = []
    for (one, first), (other, second) in pairwise(sentences.items()):
        for number, (a, b) in enumerate(islice(zip(first, reversed(second), strict=False), 0, None, JOINED_EVERY)):
            opens = b.split()[0].lower() in OPENERS
            text = f"{a[:-1]}, {('while', 'and')[number % 2]} {b[0].lower() if opens else b[0]}{b[1:]}"
            found.append(Paraphrase(text=text, articles=(one, other), quotes=((one, a), (other, b))))
    return found


def _has_quote(passage: Passage, one: Paraphrase) -> bool:
    return any(passage.article.article_id == id_ and quote in passage.text for id_, quote in one.quotes)


def _moved(engine: EmbeddedSearch, text: str, group: str, own: Sequence[str]) -> Iterator[PlantedClaim]:
    """Yield the sentence with the nearest passage of another article, unless that states it too."""
    found = engine.search(text, k=20, filters=Filters()).passages
    elsewhere = next((one for one in found if one.article.article_id not in own), None)
    if elsewhere is not None:
        kind = TOLD_TOO if tells(elsewhere, text) else MOVED
        made = Planted(kind=kind, text=text, true=kind != MOVED)
        yield PlantedClaim(group=group, article=own[0], made=made, passages=(elsewhere,))


def tells(passage: Passage, text: str) -> bool:
    """Whether a sentence of a passage states `text` in nearly the same words."""
    claim = parse(text)
    wanted = {
        stem for token, stem in zip(claim.tokens, claim.stems, strict=True) if token.word not in STOP_WORDS and stem
    }
    names = {name.word for name in claim.names if not name.opens}
    for own in map(parse, plain(passage)):
        values = all(any(agrees(v.token, o.token) for o in own.values) for v in claim.values)
        words = {token.word for token in own.tokens}
        if values and names <= words and len(wanted & set(own.stems)) >= TOLD * len(wanted):
            return True
    return False


def passages_of(engine: EmbeddedSearch, article: str) -> Sequence[Passage]:
    """Return all passages of an article, in reading order."""
    rows = [row for row in engine.articles.values() if row.article_id == article]
    found = engine.search(rows[0].title or article, k=50, filters=Filters(articles=(article,))).passages
    return sorted(found, key=lambda passage: passage.start)


def plain(passage: Passage) -> Iterator[str]:
    """Yield the sentences that end in a full stop, without headings."""
    for sentence in passage.sentences:
        text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
        if text.endswith(".") and len(text) >= LEAST_CHARACTERS and not is_heading(text):
            yield text


@dataclass(frozen=True, kw_only=True, slots=True)
class DeniedSentence:
    """A sentence of an article, negated in one form."""

    article: str
    form: str
    text: str
    plain: str
    """The article's sentence."""


def denied_sentences(engine: EmbeddedSearch, *, development: bool) -> list[DeniedSentence]:
    """Negate sentences of one half, each in one suitable form, with all forms used about equally."""
    found: list[DeniedSentence] = []
    for id_ in half_of(engine, development=development):
        for text in dict.fromkeys(text for passage in passages_of(engine, id_) for text in plain(passage)):
            if forms := list(denials(text)):
                used = {form: sum(one.form == form for one in found) for form, _ in forms}
                form, denied = min(forms, key=lambda pair: used[pair[0]])  # The form that is rarest so far.
                found.append(DeniedSentence(article=id_, form=form, text=denied, plain=text))
    return found


def denied_set(engine: EmbeddedSearch, denied: Sequence[DeniedSentence]) -> BenchSet:
    """Make a set of the articles with the negated sentences in place of the originals."""
    texts = {}
    for row in engine.articles.values():
        own = [one for one in denied if one.article == row.article_id]
        text = engine.text(row.article_id)
        for one in own:
            text = text.replace(one.plain, one.text, 1)
        if own:
            texts[row.article_id] = (row.title or "", text)
    return BenchSet(name="denied", documents=texts, questions=())


def denied_claims(engine: EmbeddedSearch, denied: Sequence[DeniedSentence]) -> Iterator[PlantedClaim]:
    """Make claims against the negated articles, where a sentence is false and its negation true.

    Args:
        engine: over the negated articles.
        denied: the negated sentences.
    """
    ids = {row.source.removeprefix("bench:"): row.article_id for row in engine.articles.values()}
    held = {one.article: passages_of(engine, ids[one.article]) for one in denied}
    for one in denied:
        passages = tuple(passage for passage in held[one.article] if one.text in passage.text)
        for made in (
            Planted(kind=f"denied: {one.form}", text=one.text, true=True),
            Planted(kind=f"denial dropped: {one.form}", text=one.plain, true=False),
        ):
            yield PlantedClaim(group=DENIED, article=one.article, made=made, passages=passages)
