"""Examples of every command, for its help and the manual page."""

from assistant.cli.tree import walk

EXAMPLES = {
    "": (
        "assistant ask Who is Wu Xiaodong",
        "assistant index add ~/articles",
        "assistant help receipts",
    ),
    "ask": (
        "assistant ask Who is Wu Xiaodong",
        'assistant ask --json "Who is Wu Xiaodong?" > answer.json',
        "assistant ask --published-after 2022-01-01 what changed in 2022",
        "assistant ask --json --lines - < questions.txt > answers.jsonl",
    ),
    "chat": ("assistant chat", "assistant chat --index default --no-model"),
    "search": (
        "assistant search industrial brains -k 3",
        'assistant search --json "health code" | jq -r ".passages[].match"',
    ),
    "verify": ("assistant verify answer.json", "assistant verify --public-key KEY answer.json"),
    "serve": (
        "assistant serve",
        "assistant serve --index default --index policy=~/indexes/policy --workers 2",
        "assistant serve --host 0.0.0.0 --keys",
    ),
    "mcp": ("assistant mcp --index news",),
    "index": ("assistant index add ~/articles", "assistant index list", "assistant index verify"),
    "index add": ("assistant index add ~/articles", "assistant index add --index news --prune ~/news"),
    "index sync": ("assistant index sync ~/articles",),
    "index remove": ("assistant index remove 2024-05-17-board", "assistant index remove ~/articles/board.md"),
    "index list": ("assistant index list", "assistant index list --index default --json"),
    "index show": ("assistant index show 2024-05-17-board", "assistant index show --index default glossary"),
    "index status": ("assistant index status", "assistant index status --articles --json"),
    "index verify": ("assistant index verify", "assistant index verify --repair"),
    "index upgrade": ("assistant index upgrade --index news",),
    "collections": ("assistant collections list", "assistant collections use default"),
    "collections list": ("assistant collections list", "assistant collections list --json"),
    "collections create": (
        "assistant collections create news",
        "assistant index add --index news ~/news",
    ),
    "collections use": ("assistant collections use default", "assistant collections use own"),
    "collections remove": ("assistant collections remove news",),
    "keys": ("assistant keys create front-end", "assistant keys list"),
    "keys create": ("assistant keys create front-end", "assistant keys create editor --scope ask --scope manage"),
    "keys list": ("assistant keys list",),
    "keys revoke": ("assistant keys revoke ID",),
    "keys signing": ("assistant keys signing show",),
    "keys signing create": ("assistant keys signing create",),
    "keys signing show": ("assistant keys signing show",),
    "feedback": ("assistant feedback list --rating down", "assistant feedback promote ID"),
    "feedback list": ("assistant feedback list", "assistant feedback list --rating down"),
    "feedback show": ("assistant feedback show ID",),
    "feedback promote": ("assistant feedback promote ID", 'assistant feedback promote ID --fact "30" --yes'),
    "feedback score": ("assistant feedback score --weeks 4",),
    "feedback export": ("assistant feedback export --rated --out rated.jsonl",),
    "config": ("assistant config show", "assistant config set passages 8"),
    "config show": ("assistant config show",),
    "config set": (
        "assistant config set passages 8",
        "assistant config set model.base_url http://127.0.0.1:11434/v1",
        "assistant config set threshold -- -1",
    ),
    "config edit": ("EDITOR=nano assistant config edit",),
    "config path": ("assistant config path",),
    "prompts": ("assistant prompts list", "assistant prompts show answer"),
    "prompts list": ("assistant prompts list",),
    "prompts show": ("assistant prompts show answer > prompts/answer.md",),
    "prompts diff": ("assistant prompts diff", "assistant prompts diff answer"),
    "help": ("assistant help receipts", "assistant help index add", "assistant help --man | man -l -"),
    "completion": ('eval "$(assistant completion bash)"', "assistant completion fish | source"),
    "eval": ("assistant eval run --out run.json", "assistant eval gate --baseline baseline.json"),
    "eval run": (
        "assistant eval run --out baseline.json",
        "assistant eval run gold.jsonl --limit 50 --tag quick",
        "assistant eval run --system http://127.0.0.1:8001/v1",
    ),
    "eval compare": ("assistant eval compare baseline.json run.json",),
    "eval gate": (
        "assistant eval gate --baseline baseline.json",
        "assistant eval gate --baseline baseline.json --run run.json --html report.html",
    ),
    "eval matrix": ("assistant eval matrix settings.toml --html matrix.html", "assistant eval matrix a.json b.json"),
    "eval history": ("assistant eval history runs --out history.html",),
    "eval view": ("assistant eval view run.json",),
    "eval accept": ('assistant eval accept brains-count --why "the article was corrected"',),
    "eval report": ("assistant eval report run.json baseline.json --out report.html",),
    "eval doctor": ("assistant eval doctor", "assistant eval doctor gold.jsonl --json"),
    "eval add": ('assistant eval add "How many lanes has the bridge?"',),
    "eval draft": ("assistant eval draft ~/articles --limit 10", "assistant eval draft --list"),
    "eval redteam": ("assistant eval redteam --out attacks.jsonl",),
    "eval import": ("assistant eval import testset.csv --form ragas --out gold.jsonl",),
    "eval export": ("assistant eval export --csv gold.csv",),
    "eval bench": ("assistant eval bench ~/sets/nfcorpus --limit 100",),
    "eval speed": ("assistant eval speed --runs 3",),
    "eval calibrate": ("assistant eval calibrate questions.jsonl --refuse 0.05",),
    "eval simulate": ("assistant eval simulate --runs 500",),
}
"""By the command's words, one line each, to be typed as they stand but for names in capitals."""


def add_examples(command: object) -> None:
    """Put its examples under the help of each command of the tree."""
    for path, one in walk(command):
        lines = EXAMPLES.get(" ".join(path), ())
        # \b keeps the lines that follow as they are.
        one.epilog = "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)]) if lines else None
