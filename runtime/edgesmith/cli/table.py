"""Which command lives where. Kept free of imports: `edgesmith --help` must start as fast as Python does."""

# name: (module with `add_arguments` and `run`, one line for the table)
COMMANDS = {
    "demo": ("edgesmith.cli.demo", "the whole chain on real data, offline, ending in a report"),
    "init": ("edgesmith.cli.init.command", "edgesmith.toml for your images: settings of all that follows"),
    "run": ("edgesmith.cli.run.command", "edgesmith.toml -> models and a report; only what has changed"),
    "check": (
        "edgesmith.train.check.command",
        "looks a data set over: unreadable, duplicate, leaked, unbalanced",
    ),
    "train": ("edgesmith.train.command", "images -> RUN/model.keras, by transfer learning or from scratch"),
    "models": ("edgesmith.train.models.command", "the networks: parameters, inputs, weights; --export one"),
    "convert": (
        "edgesmith.convert.command",
        "a trained model -> .tflite and .onnx, in float32 and in int8",
    ),
    "explain": ("edgesmith.convert.explain.command", "what a network sees: activations, filters, heat maps"),
    "predict": ("edgesmith.runtime.commands.predict", "what is on these images"),
    "verify": (
        "edgesmith.runtime.commands.verify",
        "does a model file give its golden answers on this machine",
    ),
    "inspect": ("edgesmith.runtime.commands.inspect", "what a model file really is"),
    "doctor": ("edgesmith.runtime.commands.doctor", "is this machine fit, and what holds it back"),
    "bundle": ("edgesmith.runtime.commands.bundle", "one file for a device: runtime and model -> edge.pyz"),
    "serve": ("edgesmith.runtime.commands.serve", "a live page for phones, an HTTP service for programs"),
    "bench": ("edgesmith.benchmarks.command", "latency, memory and accuracy -> bench.json, report.html"),
    "compare": (
        "edgesmith.benchmarks.compare.command",
        "two benchmarks: what changed, what is noise; a gate",
    ),
    "completion": ("edgesmith.cli.completion", "tab completion for bash, zsh or fish"),
}


def help_text() -> str:
    """The text of `edgesmith --help`."""
    rows = "".join(f"  {name:<11} {summary}\n" for name, (_, summary) in COMMANDS.items())
    return (
        "usage: edgesmith COMMAND ...\n\n"
        "From a folder of images to a classifier on a Raspberry Pi or a phone.\n\n"
        f"{rows}\n"
        "`edgesmith` alone says what comes next in this folder.\n"
        "`edgesmith COMMAND --help` begins with examples, and lists all options.\n"
        "Exit codes: 0 done, 1 an error, 2 wrong usage, 3 a gate not met.\n"
    )


def suggestion(word: str) -> str:
    """What to type instead of `word`: the command it is near to, or the list of all."""
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1)
    return f"did you mean `edgesmith {near[0]}`?" if near else "`edgesmith --help` lists the commands"
