"""Count what the check kept of a small model's sentences, and what a reader found of those."""

from collections import Counter
from collections.abc import Iterator, Sequence

from eval.lab.small_model.asking import Reply

SUPPORTS = ("quoted", "paraphrased", "joined")


def table(replies: Sequence[Reply]) -> Iterator[str]:
    """Yield the counts of answers and sentences; of those that somebody read, how many are wrong, by kind of fault."""
    asked = [reply for reply in replies if reply.asked]
    degraded = [reply for reply in asked if reply.degraded_reason is not None]
    yield f"{len(replies)} questions, {len(asked)} put to the model, {sum(reply.seconds for reply in replies):.0f} s"
    yield f"fell back to quoting: {_of(len(degraded), len(asked))}"
    reasons = Counter(reply.degraded_reason.split(":")[0] for reply in degraded if reply.degraded_reason)
    yield from (f"  {count:5}  {reason}" for reason, count in reasons.most_common())
    refused = sum(reply.status == "refused" for reply in asked)
    yield f"refused by the model: {_of(refused, len(asked))}"
    sentences = [sentence for reply in asked for sentence in reply.sentences]
    kept = [sentence for sentence in sentences if sentence.support]
    yield f"sentences kept by the check: {_of(len(kept), len(sentences))}"
    for support in SUPPORTS:
        own = [sentence for sentence in kept if sentence.support == support]
        read = [sentence.wrong for sentence in own if sentence.wrong is not None]
        told = f"; read: {len(read)}, of them wrong {_of(sum(map(bool, read)), len(read))}" if read else ""
        yield f"  {support:12} {_of(len(own), len(kept))}{told}"
    faults = Counter(sentence.wrong for sentence in kept if sentence.wrong)
    yield from (f"  {count:5}  {fault}" for fault, count in faults.most_common())


def _of(count: int, of: int) -> str:
    return f"{count} of {of}" + (f" ({count / of:.0%})" if of else "")
