"""Verify genuine and forged answers, and count what passes."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answer.given import read_answer
from assistant.answer.signing import SigningKey
from assistant.answer.verifying import Contents, Verdict, verify
from eval.lab.forgeries.edits import Cover, Forgery, Json, forged
from index.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trial:
    """What answers are verified by."""

    contents: Contents
    key: SigningKey
    """Of the assistant, which is trusted."""
    forger: SigningKey

    def verdict(self, data: Json) -> Verdict:
        """What `assistant verify` says of an answer's JSON; what is no answer fails."""
        try:
            given = read_answer(json.dumps(data))
        except UsageError:
            return Verdict.FAILS
        return verify(given, self.contents, trusted={self.key.public}).verdict


@dataclass(kw_only=True, slots=True)
class Counts:
    """What became of the answers."""

    genuine: Counter[str] = field(default_factory=Counter)
    """By status."""
    failing: list[str] = field(default_factory=list)
    """Genuine answers that do not hold signed, or are not unproven unsigned: their questions."""
    forged: Counter[tuple[Cover, Verdict]] = field(default_factory=Counter)
    passing: list[Forgery] = field(default_factory=list)
    """Forgeries that are said to hold, or kept the signature and are not said to fail."""
    missed: list[Forgery] = field(default_factory=list)
    """Forgeries without a trusted signature that contradict the index or the sealing rules, and were not found out."""

    @property
    def wrong(self) -> bool:
        """Whether anything passes that should not, or fails that should not."""
        return bool(self.failing or self.passing or self.missed)

    def text(self) -> str:
        """The counts in words."""
        kinds = ", ".join(f"{count:,} {status}" for status, count in self.genuine.most_common())
        lines = [
            f"genuine answers: {sum(self.genuine.values()):,} ({kinds}); "
            f"{len(self.failing)} do not hold signed, or fail unsigned"
        ]
        for cover in Cover:
            found = {verdict: self.forged[cover, verdict] for verdict in Verdict}
            lines.append(
                f"{cover}: {sum(found.values()):,} forgeries; {found[Verdict.HOLDS]} hold, "
                f"{found[Verdict.UNPROVEN]:,} unproven, {found[Verdict.FAILS]:,} fail"
            )
        total = sum(self.forged.values())
        lines.append(f"{total:,} forgeries: {len(self.passing)} pass, {len(self.missed)} contradictions not found out")
        shown = [f"  {one.place}, {one.way}, {one.cover}" for one in (*self.passing, *self.missed)[:20]]
        return "\n".join([*lines, *shown, *(f"  {question}" for question in self.failing[:20])])


def tried(trial: Trial, genuine: Sequence[Json], forgeries: int, dice: random.Random) -> Counts:
    """Verify genuine answers, signed and not, and so many forgeries out of them."""
    counts = Counts()
    signed = [trial.key.signed(data) for data in genuine]
    for bare, data in zip(genuine, signed, strict=True):
        counts.genuine[str(data["status"])] += 1
        if (trial.verdict(data), trial.verdict(bare)) != (Verdict.HOLDS, Verdict.UNPROVEN):
            counts.failing.append(str(data["question"]))
    for _ in range(forgeries):
        forgery = forged(dice.choice(signed), [dice.choice(signed)], dice, forger=trial.forger)
        judge(trial, forgery, counts)
    return counts


def judge(trial: Trial, forgery: Forgery, counts: Counts) -> None:
    """Verify a forgery and count it."""
    verdict = trial.verdict(forgery.data)
    counts.forged[forgery.cover, verdict] += 1
    kept = "signature" in forgery.data and forgery.cover is not Cover.RESIGNED
    if verdict is Verdict.HOLDS or (kept and verdict is not Verdict.FAILS):
        counts.passing.append(forgery)
    elif verdict is not Verdict.FAILS and forgery.provable:
        counts.missed.append(forgery)
