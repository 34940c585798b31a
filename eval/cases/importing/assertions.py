"""Read the assertions of a promptfoo test as facts of a right answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.language.values import read
from eval.cases.importing.references import facts_of
from eval.cases.importing.rows import Row, shown

REFERENCES = frozenset({"factuality", "similar", "model-graded-factuality"})
"""Assertions whose value is a reference answer that a model compares."""

TYPES = frozenset(
    "equals contains icontains contains-any icontains-any contains-all icontains-all starts-with regex is-json "
    "contains-json is-html contains-html is-sql contains-sql is-xml contains-xml is-refusal is-valid-function-call "
    "is-valid-openai-function-call is-valid-openai-tools-call javascript fn python ruby webhook rouge-n bleu gleu "
    "meteor levenshtein latency perplexity perplexity-score cost similar classifier moderation llm-rubric grade g-eval "
    "answer-relevance context-faithfulness context-recall context-relevance conversation-relevance factuality "
    "model-graded-closedqa model-graded-factuality pi select-best max-score guardrails f-score word-count".split()
)
"""Types of assertions that an `__expected` cell can begin with."""

_PART = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """The assertions of one test, as parts of a gold case."""

    facts: tuple[tuple[str, ...], ...]
    never: tuple[str, ...]
    short: tuple[str, ...]
    references: tuple[str, ...]
    """Reference answers."""
    refusal: bool
    """Whether a right answer refuses."""
    variables: frozenset[str]
    """Names of the test variables that the assertions use."""
    remarks: tuple[str, ...]
    """Notes on what could not be imported."""


def expectations(row: Row, variables: Mapping[str, object], templates: Mapping[str, object]) -> Expected:
    """Read the assertions of a test.

    Args:
        row: the test.
        variables: of the test; they replace `{{name}}` in assertions.
        templates: assertions by name, for `$ref`.

    Raises:
        GoldInvalid: an assertion is malformed.
    """
    facts: list[tuple[str, ...]] = []
    never: list[str] = []
    short: list[str] = []
    references: list[str] = []
    remarks: list[str] = []
    used: set[str] = set()
    refusal = False
    asserts = row.fields["assert"]
    for kind, value in _flat(row, asserts if isinstance(asserts, list) else [], templates, remarks):
        if kind == "is-refusal":
            refusal = True
            continue
        try:
            texts = [_filled(text, variables, used) for text in _texts(kind, value)]
        except ValueError as error:
            remarks.append(f"assertion {kind} was left out: {error}")
            continue
        if kind.startswith("not-"):
            never += texts
        elif kind == "equals" and facts_of(texts[0], "").derived:  # A sentence, and no answer has just its words.
            references += texts
        elif kind.removeprefix("i") in {"contains", "contains-any", "equals", "starts-with"}:
            facts.append(tuple(texts))
        elif kind.removeprefix("i") == "contains-all":
            facts += [(text,) for text in texts]
        else:
            references += texts
        if kind == "equals" and texts[0] not in references:
            short += texts
        if kind == "starts-with":
            remarks.append("assertion starts-with became a fact, wherever in the answer it stands")
    return Expected(
        facts=tuple(facts),
        never=tuple(dict.fromkeys(never)),
        short=tuple(short),
        references=tuple(references),
        refusal=refusal,
        variables=frozenset(used),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _flat(
    row: Row, asserts: Sequence[object], templates: Mapping[str, object], remarks: list[str], depth: int = 0
) -> Iterator[tuple[str, object]]:
    """Yield type and value of each assertion that can be imported, with those of nested sets."""
    for number, one in enumerate(asserts, 1):
        one = _resolved(one, templates, remarks)
        if one is None:
            continue
        kind = one.get("type") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(kind, str):
            raise row.wrong(f"assert[{number}]", f"is {shown(one)}; it must be an object with a type")
        if one.get("weight") == 0:
            remarks.append(f"assertion {kind} of weight 0 was left out")
        elif kind == "assert-set":
            inner = one.get("assert")
            if not isinstance(inner, list) or depth > 3:
                raise row.wrong(f"assert[{number}].assert", f"is {shown(inner)}; it must be a list of assertions")
            if one.get("threshold") is not None:
                remarks.append("assertion assert-set with a threshold was left out")
            else:
                yield from _flat(row, inner, templates, remarks, depth + 1)
        elif kind in KNOWN:
            if one.get("weight", 1) != 1:
                remarks.append("weights of assertions have no counterpart here: every fact counts as much; left out")
            if "transform" in one:
                remarks.append(
                    f"transform of assertion {kind} was left out; its text is looked for in the answer itself"
                )
            yield kind, one.get("value")
        else:
            remarks.append(f"assertion {kind} was left out, as it has no counterpart here")


KNOWN = REFERENCES | {
    "contains", "icontains", "contains-any", "icontains-any", "contains-all", "icontains-all", "equals", "starts-with",
    "is-refusal", "not-contains", "not-icontains", "not-contains-any", "not-icontains-any",
}  # fmt: skip
"""Types of assertions that are imported."""


def _resolved(one: object, templates: Mapping[str, object], remarks: list[str]) -> object:
    reference = one.get("$ref") if isinstance(one, dict) else None
    if not isinstance(reference, str):
        return one
    found = templates.get(reference.removeprefix("#/assertionTemplates/"))
    if found is None:
        remarks.append(f"assertion {reference} was left out, as there is no such template")
    return found


def _texts(kind: str, value: object) -> list[str]:
    """Return the texts of an assertion's value.

    Raises:
        ValueError: it is empty, or not text.
    """
    several = kind.endswith(("contains-any", "contains-all"))
    if several and isinstance(value, str) and not value.startswith("file://"):
        value = [part.strip() for part in value.split(",")]
    values = value if several and isinstance(value, list) else [value]
    texts = []
    for one in values:
        if isinstance(one, bool) or not isinstance(one, (str, int, float, date)):
            raise ValueError(f"its value is {shown(one)}, no text")
        text = str(one).strip()
        if text.startswith("file://"):
            raise ValueError("its value is in another file")
        if not read(text):
            raise ValueError(f"its value {shown(one)} has no word, figure or date")
        texts.append(text)
    if not texts:
        raise ValueError("its value is empty")
    return texts


def _filled(text: str, variables: Mapping[str, object], used: set[str]) -> str:
    """Replace the variables in `text`, adding their names to `used`."""
    for match in _PART.finditer(text):
        value = variables.get(match[1])
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError(f"no variable fills {match.group()}")
        used.add(match[1])
    found = _PART.sub(lambda match: str(variables[match[1]]), text)
    if "{{" in found or "{%" in found:
        raise ValueError("its value is a template that computes")
    return found
