"""From passages to quotes: evidence, the short answer, refusal."""
