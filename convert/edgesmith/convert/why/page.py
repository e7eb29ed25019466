"""The page of one conversion: one file, no script, nothing from elsewhere, light and dark."""

from collections.abc import Iterator
from pathlib import Path

from edgesmith.convert.guard.climb import Climb
from edgesmith.convert.quantization.advice import GOOD_DB
from edgesmith.convert.quantization.errors import QuantizationErrors
from edgesmith.convert.record import FILE_HEADERS, LADDER_HEADERS, ConversionRecord, FileRecord, ladder_row
from edgesmith.convert.web.environment import page_environment

PAGE = "convert.html"

_BEST_DB = 50.0  # where the bars end: 8 ideal bits over the full range reach about so much


def render_page(record: ConversionRecord) -> str:
    """The page of a conversion."""
    environment = page_environment(Path(__file__).parent / "templates")
    environment.filters["name"] = readable_name
    return environment.get_template("convert.html.jinja").render(
        record=record,
        verdict=list(verdict(record)),
        file_headers=FILE_HEADERS,
        ladder_headers=LADDER_HEADERS,
        ladder=[] if record.guard is None else [ladder_row(attempt) for attempt in record.guard.attempts],
        good_db=GOOD_DB,
        best_db=_BEST_DB,
    )


def verdict(record: ConversionRecord) -> Iterator[str]:
    """What the page says, in a few sentences, the most important first."""
    quantized = [file for file in record.files if file.precision in ("int8", "mixed")]
    for file in quantized[:1]:
        parity = file.parity
        yield (
            f"{file.precision} has the original's best class on {100 * parity.top1_agreement:.1f} % of "
            f"{parity.images} images ({parity.images_from})"
        )
    yield from _identity(quantized)
    yield from record.differences()
    if record.guard is not None:
        yield _goal(record.guard)
    if record.quantization is not None:
        yield _worst(record.quantization)


def _identity(files: list[FileRecord]) -> Iterator[str]:
    for file in files:
        share = file.parity.identical_share
        if share is not None:
            same = round(share * file.parity.images)
            yield f"{file.path} answers with the bytes of {file.parity.identical_to} on {same} of {file.parity.images} images"


def _goal(guard: Climb) -> str:
    if guard.met:
        return f"The goal, {guard.goal}, is reached with {guard.chosen.rung.name}"
    return f"The goal, {guard.goal}, is not reached; the best found is {guard.chosen.rung.name}"


def _worst(errors: QuantizationErrors) -> str:
    worst = min(errors.operators, key=lambda error: error.alone_snr_db)
    if worst.alone_snr_db >= GOOD_DB:
        last = errors.operators[-1].snr_db
        return (
            f"No operator loses much by itself, all keep at least {GOOD_DB:.0f} dB; together they leave "
            f"{last:.0f} dB at the output"
        )
    return f"Most is lost in {worst.kind} {readable_name(worst.output)}: {worst.advice}"


def readable_name(output: str) -> str:
    """A tensor's name without what TensorFlow's converter joins to it.

    It strings together all operators that were fused, and `tflite.read` adds the tensor's index.
    """
    first = output.rpartition("#")[0] or output
    parts = [part for part in first.split(";") if part]
    return parts[0] if parts else output
