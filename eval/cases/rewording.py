"""Rewords drafted questions with a language model; a rewording is kept only where it passes every check."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.language.statements import stem_of
from assistant.language.values import Token, agrees, read
from assistant.models.seam import ChatModel, Message, ModelFailed
from assistant.question.by_model import unsaid
from assistant.question.question import analyse
from assistant.question.splitting import split_parts
from assistant.reading.joined import reads
from eval.cases.anchors import occurrences
from eval.cases.case import GoldCase
from eval.cases.finding import SpanFinder
from eval.cases.proposing import Proposal
from index.counts import counted
from index.text.sentences import split_sentences
from index.text.terms import STOP_WORDS
from prompts import Prompt, fence

MAX_TOKENS = 200
MAX_CHARACTERS = 300
_MARKS = " \t\r\n*_`\"“”'‘’"
"""What a model may put around a question."""
_QUESTION = re.compile(r"(?!(?:\d+[.)]|\w+:)\s)[\w\"“'‘][^?？\n]*\?")
"""One line with one question mark, at its end, and no number or label in front."""


def reword(
    proposals: Sequence[Proposal],
    texts: Mapping[str, str],
    *,
    model: ChatModel,
    prompt: Prompt,
    finder: SpanFinder,
    note: Callable[[str], None],
    done: Callable[[int], None] = lambda count: None,
) -> list[Proposal]:
    """Have each drafted question reworded; the model sees neither sentence nor answer.

    Args:
        proposals: drafts.
        texts: articles by id, those that the drafts were made of.
        model: is asked once a draft. If it fails, it is not asked again, and all drafts stay as they are.
        prompt: "reword", ours or one's own.
        finder: over the same articles.
        note: takes a line on what became of the rewordings.
        done: takes how many drafts are done.
    """
    made: list[Proposal] = []
    reasons: Counter[str] = Counter()
    for one in proposals:
        text = prompt.fill({"question": fence(one.case.question, "question")})
        try:
            completion = model.complete([Message(role="user", content=text)], max_tokens=MAX_TOKENS)
        except ModelFailed as error:
            note(f"the drafts keep their own wording: the model {model.name} failed: {error} ({error.kind.value})")
            return list(proposals)
        reply = completion.text.strip()
        question = reply if reply.endswith("?") else reply.strip(_MARKS)
        if question == one.case.question:
            made.append(one)
        elif against := "cut off" if completion.finish == "length" else objection_to(question, one.case, texts, finder):
            reasons[against] += 1
            made.append(one)
        else:
            made.append(replace(one, case=replace(one.case, question=question), drafted=one.case.question))
        done(len(made))
    changed = sum(one.drafted is not None for one in made)
    dropped = "".join(f"; {count} dropped: {reason}" for reason, count in reasons.most_common())
    note(f"{model.name} reworded {changed} of {counted(len(made), 'draft')}{dropped}")
    return made


def objection_to(question: str, case: GoldCase, texts: Mapping[str, str], finder: SpanFinder) -> str | None:
    """Say why a rewording of a drafted case is not to be kept; None if it passes every check."""
    if not _is_one(question):
        return "not one question"
    if _gives_away(question, case):
        return "gives the answer away"
    if unsaid(case.question, question):
        return "lost a name, figure or date"
    if unsaid(question, case.question):
        return "added a name, figure or date"
    if not reads(question):
        return "in a script that the reader does not know"
    if case.answerable:
        return None if _still_found(question, case, texts, finder) else "the reader does not find the answer by it"
    named = analyse(case.question).names
    about = [id_ for id_, text in texts.items() if all(name in text for name in named)] or list(texts)
    return "the reader finds an answer to it" if finder.find(question, about) else None


def _is_one(question: str) -> bool:
    """Whether a reply is one question, and asks for one thing."""
    single = _QUESTION.fullmatch(question) is not None and len(split_sentences(question)) == 1
    return single and len(question) <= MAX_CHARACTERS and len(split_parts(question)) == 1


def _gives_away(question: str, case: GoldCase) -> bool:
    """Whether a question has a word, figure or date of the answer that the drafted one has not."""
    answer = [token for fact in case.facts for wording in fact for token in _telling(wording)]
    known = read(case.question)
    new = [token for token in _telling(question) if not any(_same(token, other) for other in known)]
    return any(_same(token, told) for token in new for told in answer)


def _still_found(question: str, case: GoldCase, texts: Mapping[str, str], finder: SpanFinder) -> bool:
    """Whether the reader finds words of the answer in the case's evidence."""
    (evidence, *_) = case.evidence  # Further ones are the same sentence in other articles.
    found = finder.find(question, [evidence.article_id], quote=evidence.quote)
    if found is None:
        return False
    places = occurrences(evidence.quote or "", texts[evidence.article_id])
    inside = any(start <= found.sentence.start and found.sentence.end <= end for start, end in places)
    answer = [token for fact in case.facts for wording in fact for token in _telling(wording)]
    return inside and any(_same(token, told) for token in _telling(found.words) for told in answer)


def _telling(text: str) -> list[Token]:
    return [token for token in read(text) if token.word not in STOP_WORDS]


def _same(one: Token, other: Token) -> bool:
    """Whether two tokens say the same, or one says part of the other: "March 2021" of "9 March 2021"."""
    return agrees(one, other) or agrees(other, one) or (stem_of(one) != "" and stem_of(one) == stem_of(other))
