"""Aliases (synonyms): a question that uses one name of a thing is searched under all of its names."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.errors import ArticleUnreadable, reason_of
from index.text.terms import CJK


@dataclass(frozen=True, slots=True)
class Glossary:
    """Groups of synonymous names; the first of each group is the one to display."""

    groups: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str, source: str) -> "Glossary":
        """Parse TOML: `[[alias]]` tables with `name` and `also`.

        Raises:
            ArticleUnreadable: not TOML, or not of that form.
        """
        remedy = 'write [[alias]] tables with name = "…" and also = ["…"]'
        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:  # Nested deep; numbers of 4,000 digits.
            raise ArticleUnreadable(f"{source}: not valid TOML ({error})", remedy) from error
        entries = data.get("alias", [])
        unknown = sorted(set(data) - {"alias"})
        if unknown or not isinstance(entries, list):
            raise ArticleUnreadable(f"{source}: unknown entry {', '.join(unknown) or 'alias'!r}", remedy)
        groups = []
        for number, entry in enumerate(entries, 1):
            also = entry.get("also", []) if isinstance(entry, dict) and set(entry) <= {"name", "also"} else None
            listed = [entry.get("name"), *also] if isinstance(also, list) else []
            names = [name for name in listed if isinstance(name, str) and name.strip()]
            if not names or len(names) < len(listed):
                raise ArticleUnreadable(f"{source}: alias number {number} has no usable names", remedy)
            groups.append(tuple(dict.fromkeys(" ".join(name.split()) for name in names)))
        return cls(tuple(groups))

    @classmethod
    def merged(cls, glossaries: Iterable["Glossary"]) -> "Glossary":
        """Merge glossaries; groups that share a name become one."""
        groups: list[tuple[str, ...]] = []
        for group in (group for glossary in glossaries for group in glossary.groups):
            keys = {name.lower() for name in group}
            touching = [other for other in groups if keys & {name.lower() for name in other}]
            groups = [other for other in groups if other not in touching]
            groups.append(tuple(dict.fromkeys(name for one in [*touching, group] for name in one)))
        return cls(tuple(groups))

    def found_in(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Find the names in `text`, each with its group, longest names first."""
        found = []
        taken: list[tuple[int, int]] = []
        lowered = text.lower()
        for name, parts, group in _longest_first(self.groups):
            # As most names of a glossary; a pattern takes ten times as long.
            if parts[0] not in lowered or not all(part in lowered for part in parts):
                continue
            for match in re.finditer(_pattern(name), text, re.IGNORECASE):
                span = match.span()
                if not any(span[0] < end and start < span[1] for start, end in taken):
                    taken.append(span)
                    found.append((match.group(), group))
        return found


def load_glossary(path: Path) -> str:
    """Read a glossary file and check it.

    Raises:
        ArticleUnreadable: it cannot be read or is of the wrong form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleUnreadable(f"{path}: cannot be read ({reason_of(error)})", "write it as UTF-8") from error
    Glossary.parse(text, str(path))
    return text


@lru_cache(maxsize=16)
def _longest_first(groups: tuple[tuple[str, ...], ...]) -> list[tuple[str, list[str], tuple[str, ...]]]:
    """List every name with its words in lower case and its group."""
    named = [(name, re.split(r"[\s-]+", name.lower()), group) for group in groups for name in group]
    return sorted(named, key=lambda entry: -len(entry[0]))


@lru_cache(maxsize=4096)
def _pattern(name: str) -> str:
    """Pattern for a name as whole words, also plural or possessive, with spaces or hyphens between words."""
    parts: Sequence[str] = [re.escape(part) for part in re.split(r"[\s-]+", name) if part]
    joined = r"[\s-]+".join(parts)
    before = "" if re.match(f"[{CJK}]", name) else r"(?<!\w)"
    after = "" if re.search(f"[{CJK}]$", name) else r"(?:['’]?s)?(?!\w)"
    return f"{before}{joined}{after}"
