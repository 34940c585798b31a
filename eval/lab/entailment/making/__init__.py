"""Make pairs by program: invented statements, edits of real sentences, and questions with their answers.

Eight kinds of error are never made here, so that measures on them tell how the network generalises (`NEVER_MADE`).
"""

NEVER_MADE = (
    "aggregate",
    "causality",
    "definition",
    "frequency",
    "quote_wrong",
    "scope_widened",
    "superlative",
    "time_scope",
)
"""Kinds of false claims, as `../shared/claims` names them, of which no example is made for training."""
