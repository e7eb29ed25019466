"""What the outputs mean: from the RUN, the edgesmith `.tflite`, or a file of the user's."""

from collections import Counter
from pathlib import Path

from edgesmith.runtime.errors import DataError, OptionError
from edgesmith.runtime.runrecord import RunRecord
from edgesmith.runtime.spec import ModelSpec, is_plain_text

_SHOWN = 5  # labels in a message; a model may have a thousand


def choose_labels(
    file: Path | None, run: RunRecord | None, known: RunRecord | ModelSpec | None
) -> tuple[str, ...]:
    """The labels in output order. `known`: where the model brings its own.

    Raises `OptionError` when nobody says, or when `file` contradicts the RUN; `DataError` for an unfit file.
    """
    if file is None:
        if known is None:
            raise OptionError(
                "the model does not say what its outputs mean",
                tip="--labels FILE with one label a line, in output order",
            )
        return known.labels
    labels = read_labels(file)
    # Training fixed what each output means, and the RUN's images are labelled accordingly.
    if run is not None and labels != run.labels:
        raise OptionError(
            f"{str(file)!r} holds {_listed(labels)}, and the RUN was trained on {_listed(run.labels)}",
            tip="leave out --labels: the RUN brings its own",
        )
    return labels


def read_labels(file: Path) -> tuple[str, ...]:
    """One label a line, blank lines left out. Raises `DataError` for fewer than two, or one twice."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"cannot read the labels {str(file)!r}: {error}", tip="a text file, UTF-8, one label a line"
        ) from error
    labels = tuple(line.strip() for line in lines if line.strip())
    twice = tuple(label for label, count in Counter(labels).items() if count > 1)
    if twice:
        raise DataError(
            f"{str(file)!r} holds more than once: {_listed(twice)}",
            tip="each output needs a label of its own",
        )
    odd = tuple(label for label in labels if not is_plain_text(label))
    if odd:
        raise DataError(
            f"{str(file)!r} holds labels with control characters: {_listed(odd)}",
            tip="remove them: one label a line, plain text",
        )
    if len(labels) < 2:
        raise DataError(
            f"{str(file)!r} holds {len(labels)} labels; at least 2 are needed",
            tip="one label a line, in output order",
        )
    return labels


def _listed(labels: tuple[str, ...]) -> str:
    more = f" … ({len(labels)} labels)" if len(labels) > _SHOWN else ""
    return ", ".join(map(repr, labels[:_SHOWN])) + more
