"""Query rewriting and decomposition by a language model; its reply is checked, and the rule is the fallback."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.language.values import agrees, read, values_of
from assistant.models.seam import ChatModel, Message, ModelFailed, Usage, used, used_in_vain
from assistant.question.followups import Turn
from assistant.question.question import analyse
from assistant.question.seams import Condensed, RuleCondenser, RuleSplitter, Split
from assistant.question.splitting import MAX_PARTS
from index.counts import shortened
from index.text.sentences import split_sentences
from prompts import Prompt, fence

MAX_TOKENS = 200
"""Limit on the tokens of a reply: a question, or a few."""
MAX_CHARACTERS = 500
"""Limit on the characters of a question that a model writes, unless the one asked is longer."""
TURNS = 4
"""How many of the last turns a model is shown."""
ANSWER_CHARACTERS = 600
"""Limit on the characters of each answer among them, in whole sentences."""
KNOWN = 0.5
"""Share of a reply's content words that must occur in the conversation."""


class ModelCondenser:
    """Rewrites with a language model; by rule if that fails or adds what nobody said."""

    def __init__(self, model: ChatModel, *, prompt: Prompt) -> None:
        """Ask a model with the prompt "condense", ours or one's own."""
        self._model = model
        self._prompt = prompt
        self._rule = RuleCondenser()

    def condense(self, question: str, history: Sequence[Turn]) -> Condensed:
        """Rewrite a follow-up; a first question is returned without asking the model."""
        if not history:
            return Condensed(question=question)
        said = conversation_text(history)
        text = self._prompt.fill({"history": fence(said, "conversation"), "question": question})
        reply = _reply(self._model, text)
        try:
            return Condensed(question=_condensed(reply.usable(), question, said), usage=reply.usage)
        except _Unusable as unusable:
            by_rule = self._rule.condense(question, history)
            note = f"the follow-up was made whole by rule: {unusable}"
            return replace(by_rule, note=note, usage=reply.usage)


class ModelSplitter:
    """Splits with a language model; by rule if that fails or asks for something else."""

    def __init__(self, model: ChatModel, *, prompt: Prompt) -> None:
        """Ask a model with the prompt "split", ours or one's own."""
        self._model = model
        self._prompt = prompt
        self._rule = RuleSplitter()

    def split(self, question: str) -> Split:
        """Split a question that asks for several things."""
        text = self._prompt.fill({"parts": str(MAX_PARTS), "question": question})
        reply = _reply(self._model, text)
        try:
            return Split(parts=_parts(reply.usable(), question), usage=reply.usage)
        except _Unusable as unusable:
            note = f"the question was split by rule: {unusable}"
            return Split(parts=self._rule.split(question).parts, note=note, usage=reply.usage)


class _Unusable(Exception):
    """Why a reply is not used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reply:
    """A model's reply and its usage."""

    text: str
    against: str | None
    """Why the reply cannot be used, for instance because it was cut."""
    usage: Usage

    def usable(self) -> str:
        if self.against is not None:
            raise _Unusable(self.against)
        return self.text


def conversation_text(history: Sequence[Turn]) -> str:
    """Format the last turns for a model, each answer cut at the end of a sentence."""
    lines = []
    for turn in history[-TURNS:]:
        lines.append(f"Question: {turn.question}")
        if turn.answer:
            lines.append(f"Answer: {_beginning(turn.answer)}")
    return "\n".join(lines)


def _beginning(text: str) -> str:
    """Cut to whole sentences of at most `ANSWER_CHARACTERS`; a longer first sentence is cut at a word."""
    flat = " ".join(text.split())
    ends = [sentence.end for sentence in split_sentences(flat) if sentence.end <= ANSWER_CHARACTERS]
    return flat[: ends[-1]] if ends else flat[:ANSWER_CHARACTERS].rpartition(" ")[0] or flat[:ANSWER_CHARACTERS]


def _reply(model: ChatModel, text: str) -> _Reply:
    messages = [Message(role="user", content=text)]
    try:
        completion = model.complete(messages, max_tokens=MAX_TOKENS)
    except ModelFailed as error:
        return _Reply(text="", against=f"{error} ({error.kind.value})", usage=used_in_vain(error))
    against = "the model's reply was cut off" if completion.finish == "length" else None
    return _Reply(text=completion.text.strip(), against=against, usage=used(messages, completion))


def _condensed(reply: str, question: str, said: str) -> str:
    if not reply:
        raise _Unusable("the model's reply is empty")
    if "\n" in reply:
        raise _Unusable("the model's reply has more than one line")
    _check_length(reply, question)
    _check_words(reply, f"{question}\n{said}")
    _check_kept(reply, question)
    return reply


def _parts(reply: str, question: str) -> tuple[str, ...]:
    lines = [line.strip() for line in reply.split("\n") if line.strip()]
    if not lines:
        raise _Unusable("the model's reply is empty")
    if len(lines) > MAX_PARTS:
        raise _Unusable(f"the model's reply has {len(lines)} lines, and {MAX_PARTS} may be")
    if len(lines) == 1:
        if _bare(lines[0]) != _bare(question):
            raise _Unusable("the model's reply is another question")
        return (question,)
    for line in lines:
        if not line.endswith(("?", "？", ".", "。")) or re.match(r"(?:[-*•]|\d+[.):])\s", line):
            raise _Unusable(f"a line of the model's reply is no question: {shortened(line, 60)!r}")
        _check_length(line, question)
        _check_words(line, question)
    _check_kept(" ".join(lines), question)
    return tuple(lines)


def _check_length(reply: str, question: str) -> None:
    if len(reply) > max(MAX_CHARACTERS, 2 * len(question)):
        raise _Unusable(f"the model's question has {len(reply):,} characters")


def _check_words(reply: str, said: str) -> None:
    """Check that every name, figure and date, and most words, occur in the conversation."""
    if new := unsaid(reply, said):
        raise _Unusable(f"the model's question has what nobody said: {new}")
    stems = set(analyse(reply).stems)
    known = {stem for line in said.split("\n") for stem in analyse(line).stems}
    if len(stems & known) < KNOWN * len(stems):
        raise _Unusable("most words of the model's question are not of the conversation")


def _check_kept(reply: str, question: str) -> None:
    """Check that no name, figure or date of the question was lost."""
    if lost := unsaid(question, reply):
        raise _Unusable(f"the model's question lacks {lost}")


def unsaid(text: str, said: str) -> str | None:
    """Find the first name, figure or date of `text` that `said` lacks, ignoring the case of names."""
    held, values = read(said), values_of(text)
    for value in values:
        if not any(agrees(value, token) for token in held):
            return repr(text[value.start : value.end])
    words = _folded(said)
    by_value = {word for value in values for word in re.findall(r"\w+", text[value.start : value.end])}  # "March".
    names = (name for name in analyse(text).names if not name[0].isdigit() and name not in by_value)
    return next((repr(name) for name in names if not _folded(name) <= words), None)


def _folded(text: str) -> set[str]:
    """Words as `read` spells them."""
    return {token.word for token in read(text) if token.word is not None}


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(" ?？.。\"'“”").casefold()
