"""Judges answers with a language model, repeatedly, and separates its noise from that of the cases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answer.answer import Answer, ModelUse, Status
from assistant.models.seam import ChatModel, Message, ModelFailed, Usage, together, used, used_in_vain
from eval.cases.case import GoldCase
from eval.measures.noise import Noise, split_noise
from eval.runs.epochs import current_epoch
from eval.runs.results import CaseResult, Score
from eval.runs.stating import answer_pieces
from prompts import Prompt, fence, load, verdict

MAX_TOKENS = 700
"""Tokens for the judge's reasoning and verdict."""
REPEATS = 3
Price = Callable[[int, int], float | None]
"""Cost of tokens of prompts and of replies; None if not known."""
QUESTIONS: Mapping[str, str] = {"judged_correct": "judge-correctness", "judged_supported": "judge-support"}
"""Prompts by measure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelJudgement:
    """The model's verdicts on an answer."""

    scores: tuple[Score, ...]
    verdicts: dict[str, tuple[bool, ...]]
    usage: ModelUse


class ModelJudge:
    """Asks a language model whether an answer is correct and its statements are supported."""

    def __init__(
        self,
        model: ChatModel,
        *,
        repeats: int = REPEATS,
        temperature: float = 0.0,
        folder: Path | None = None,
        price: Price = lambda prompt, reply: None,
    ) -> None:
        """Make a judge.

        Args:
            model: the judging model.
            repeats: calls for each prompt, with different seeds.
            temperature: of its replies; above 0 the repeats show its uncertainty.
            folder: of custom prompts.
            price: cost of tokens.
        """
        self._model = model
        self._repeats = repeats
        self._temperature = temperature
        self._price = price
        self._prompts: dict[str, Prompt] = {name: load(file, folder=folder) for name, file in QUESTIONS.items()}

    def judge(self, case: GoldCase, answer: Answer) -> ModelJudgement:
        """Judge an answer by each prompt; refusals of answerable questions are wrong without a call."""
        scores: list[Score] = []
        verdicts: dict[str, tuple[bool, ...]] = {}
        taken: list[Usage] = []
        for name, prompt in self._prompts.items():
            if answer.status is Status.REFUSED:
                scores.append(Score(name=name, value=0.0))
                continue
            given, failure = self._verdicts(prompt.fill(_values(name, case, answer)), taken)
            verdicts[name] = given
            value = sum(given) / len(given) if given and failure is None else None
            scores.append(Score(name=name, value=value, reason=failure))
        return ModelJudgement(scores=tuple(scores), verdicts=verdicts, usage=self._priced(together(taken)))

    def _verdicts(self, text: str, taken: list[Usage]) -> tuple[tuple[bool, ...], str | None]:
        """Return the verdicts that could be parsed, and the reason if one could not."""
        given: list[bool] = []
        messages = [Message(role="user", content=text)]
        for repeat in range(self._repeats):
            try:
                completion = self._model.complete(
                    messages,
                    max_tokens=MAX_TOKENS,
                    temperature=self._temperature,
                    seed=repeat + self._repeats * current_epoch(),
                )
            except ModelFailed as error:
                taken.append(used_in_vain(error))
                return tuple(given), f"the judge failed ({error.kind.value}): {error}"
            taken.append(used(messages, completion))
            said = verdict(completion.text)
            if said is None:
                return tuple(given), f"the judge gave no verdict in its last line: {completion.text[-80:]!r}"
            given.append(said)
        return tuple(given), None

    def _priced(self, taken: Usage) -> ModelUse:
        return ModelUse(
            calls=taken.calls,
            prompt_tokens=taken.prompt_tokens,
            completion_tokens=taken.completion_tokens,
            cost=self._price(taken.prompt_tokens, taken.completion_tokens) if taken.calls else None,
            estimated=taken.estimated,
        )


def prompt_digests(folder: Path | None = None) -> dict[str, str]:
    """Digests of the judge's prompts by name."""
    return {file: load(file, folder=folder).digest for file in QUESTIONS.values()}


def judge_noise(results: Sequence[CaseResult], name: str) -> Noise | None:
    """Split a judged mean's standard error into that of the cases and that of the judge's repeats."""
    return split_noise([[float(one) for one in result.judgements.get(name, ())] for result in results])


def _values(name: str, case: GoldCase, answer: Answer) -> dict[str, str]:
    statements = "\n".join(answer_pieces(answer))
    if name == "judged_correct":
        listed = [*(" / ".join(fact) for fact in case.facts), *([case.reference] if case.reference else [])]
        facts = "\n".join(f"- {fact}" for fact in listed)
        return {
            "question": fence("\n".join((*case.turns, case.question)), "question"),  # Not as the assistant read it.
            "expected": fence(facts, "expected facts"),
            "answer": fence(statements, "answer"),
        }
    quotes = "\n".join(f"[{citation.number}] {citation.quote}" for citation in answer.citations)
    return {"statements": fence(statements, "statements"), "quotes": fence(quotes, "quotes")}
