"""Count forged answers that pass: `python -m eval.lab.forgeries [FORGERIES] [GENUINE]`.

Asks the default collection the questions of its gold, without a model and with a scripted one, until there are as many
genuine answers (1,000), forges as many (10,000) out of them, and verifies all. Ends with 1 if a genuine answer fails,
signed or not, if a forged one is said to hold, or if one without a signature that contradicts the index or the rules of
sealing is not found out.
"""

import random
import sys
import tempfile
from itertools import chain, islice
from pathlib import Path

from assistant.answer.signing import create_key
from assistant.chain.contents import contents_of
from assistant.settings.locations import DEFAULT_ARTICLES, default_files
from eval.files import no_meter, silent
from eval.lab.forgeries.counting import Trial, tried
from eval.lab.forgeries.genuine import ABOUT_ALL, answers
from eval.lab.load.running import gold_questions
from index.encoding.encoders import DEFAULT_ENCODER, find_encoder
from index.search.embedded import embedded_opener
from index.storage.changes import add_paths
from index.storage.store import create_index
from index.text.finding import GLOSSARY_NAME


def main(forgeries: int = 10_000, genuine: int = 1_000) -> int:
    """Print the counts; 1 if anything passes that should not, or fails that should not."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        encoder = find_encoder(DEFAULT_ENCODER, note=silent)
        root = home / "index"
        create_index(root, encoder, max_tokens=encoder.max_tokens)
        add_paths(root, [*default_files(), DEFAULT_ARTICLES / GLOSSARY_NAME], encoder, note=silent, meter=no_meter)
        opener = embedded_opener(root, lambda _: encoder, note=silent)
        questions = [*ABOUT_ALL, *gold_questions()]
        given = chain.from_iterable(answers(opener, questions, written=written) for written in (True, False))
        engine = opener()
        trial = Trial(contents=contents_of(engine), key=create_key(home / "key"), forger=create_key(home / "other"))
        counts = tried(trial, list(islice(given, genuine)), forgeries, random.Random(14))
        engine.close()
    print(counts.text())
    return int(counts.wrong)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
