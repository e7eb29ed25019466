"""Say what is on images, in a video or before a camera.

A source is an image file, a folder (searched below), a pattern ('shots/*.jpg', quoted), a video, camera:0 or
/dev/video0 for a webcam, picamera for the Raspberry Pi's own. A picture that cannot be read is named, the
others go on, and the exit code is 1. A camera runs until Ctrl-C or SIGTERM; one that vanishes is waited for.
SIGTERM among files ends with exit code 143, after what was done.

Examples:
  edgesmith predict flowers-int8.tflite tulip.jpg
  edgesmith predict flowers-int8.onnx photos/ --top 3 --json > answers.json
  edgesmith predict flowers-int8.tflite camera:0 --every 0.5s --smooth 5 --min-score 0.6 --json-lines

"""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgesmith.cli.terminal import one_line
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.commands.options import add_engine_options
from edgesmith.runtime.engines import EngineOptions
from edgesmith.runtime.errors import OptionError
from edgesmith.runtime.imagewarnings import without_image_warnings
from edgesmith.runtime.nativelog import without_chatter
from edgesmith.runtime.streams import Source, Stream, StreamOptions, StreamResult, open_sources
from edgesmith.runtime.streams.options import WHEN_BEHIND
from edgesmith.runtime.streams.sources import is_timed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite or .onnx written by edgesmith")
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="images, folders, a video or a camera")
    parser.add_argument("--top", type=int, default=1, metavar="K", help="classes to name for each image (1)")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print one JSON document")
    output.add_argument(
        "--json-lines", action="store_true", help="print one JSON document a line, as results come"
    )
    add_engine_options(parser)
    engine = parser.add_argument_group("how the engine runs")
    engine.add_argument(
        "--no-xnnpack", action="store_true", help="TFLite's reference kernels: slow, for comparison"
    )
    engine.add_argument(
        "--no-memory-arena", action="store_true", help="ONNX Runtime: ask the system for memory each time"
    )
    engine.add_argument(
        "--spinning",
        action="store_true",
        help="ONNX Runtime: threads wait busily; for cores with nothing else to do",
    )
    stream = parser.add_argument_group("videos and cameras")
    stream.add_argument(
        "--every", type=seconds, metavar="SECONDS", help="a frame every 0.5s, say (each frame)"
    )
    stream.add_argument(
        "--when-behind", choices=WHEN_BEHIND, help="when frames come too fast (cameras: drop)"
    )
    stream.add_argument("--smooth", type=int, default=1, metavar="N", help="the mean of N frames' scores (1)")
    stream.add_argument("--min-score", type=float, default=0.0, metavar="S", help="below it: not sure (0)")
    stream.add_argument("--min-margin", type=float, default=0.0, metavar="S", help="less lead: not sure (0)")


def run(arguments: argparse.Namespace) -> int:
    """Classify, print, and return 1 when an image could not be classified, 128 + n after signal n among files."""
    if arguments.top < 1:
        raise OptionError(f"--top {arguments.top}; at least 1 is needed", tip="--top 3, for instance")
    source = open_sources(arguments.sources, notice=_complain)  # an empty folder is told before any work
    if arguments.json and source.live:
        raise OptionError(
            "--json is one document, and a camera has no end", tip="--json-lines prints as it goes"
        )
    options = _stream_options(arguments)
    _require_use(arguments, source)
    with without_chatter():
        classifier = Classifier(
            arguments.model,
            threads=arguments.threads,
            engine=arguments.engine,
            options=_engine_options(arguments),
        )
    with (
        without_image_warnings(),
        classifier as classify,
        Stream(classify, source, options) as results,
        _ended_by_sigterm(results) as signals,
    ):
        failed, total = (
            _print_document(results, classify, arguments)
            if arguments.json
            else _print_all(results, arguments)
        )
    if failed:
        _complain(f"{failed} of {total} images could not be classified")
    if signals and not source.live:
        _complain(f"stopped after {total} of the images")
        return 128 + signals[0]  # as a shell has it
    return 1 if failed else 0


def _require_use(arguments: argparse.Namespace, source: Source) -> None:
    """Raise `OptionError` for options of videos and cameras where there are only pictures by themselves."""
    given = {
        "--every": arguments.every is not None,
        "--when-behind": arguments.when_behind is not None,
        "--smooth": arguments.smooth != 1,
    }
    idle = [option for option, is_given in given.items() if is_given]
    if idle and not is_timed(source):
        raise OptionError(
            f"{' and '.join(idle)}: of no use for images, which do not follow one another in time",
            tip="for videos and cameras; leave it out",
        )


def _engine_options(arguments: argparse.Namespace) -> EngineOptions:
    return EngineOptions(
        xnnpack=not arguments.no_xnnpack,
        memory_arena=not arguments.no_memory_arena,
        spinning=arguments.spinning,
    )


def _stream_options(arguments: argparse.Namespace) -> StreamOptions:
    return StreamOptions(
        every=arguments.every,
        when_behind=arguments.when_behind,
        smooth=arguments.smooth,
        min_score=arguments.min_score,
        min_margin=arguments.min_margin,
    )


def seconds(text: str) -> float:
    """An argparse type: `0.5s` or `0.5`."""
    return float(text.removesuffix("s"))


@contextmanager
def _ended_by_sigterm(stream: Stream) -> Iterator[list[int]]:
    """What a service manager sends ends the stream after the result at hand. Gives the signals that came."""
    came: list[int] = []

    def end(number: int, _: object) -> None:
        came.append(number)
        stream.stop()

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _print_document(results: Stream, classify: Classifier, arguments: argparse.Namespace) -> tuple[int, int]:
    """One document; how many failed, of how many."""
    answers = [result.to_json(top=arguments.top) for result in results]
    document = {
        "schema": "edgesmith.predict/1",
        "model": str(arguments.model),
        "engine": classify.engine.name,
        "results": answers,
    }
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
    return sum("error" in answer for answer in answers), len(answers)


def _print_all(results: Stream, arguments: argparse.Namespace) -> tuple[int, int]:
    """A line a result, as they come; how many failed, of how many."""
    failed = total = 0
    for result in results:
        total += 1
        failed += result.error is not None
        if arguments.json_lines:
            print(
                json.dumps(result.to_json(top=arguments.top), ensure_ascii=False, allow_nan=False), flush=True
            )
        elif result.scores is None:
            _complain(str(result.error))
        else:
            print(_line(result, arguments.top), flush=True)
    return failed, total


def _line(result: StreamResult, top: int) -> str:
    when = "" if result.seconds is None else f" {result.seconds:.2f} s"
    predictions = [] if result.scores is None else result.scores.top(top)
    named = "  ".join(f"{prediction.label} {100 * prediction.score:.1f} %" for prediction in predictions)
    return one_line(f"{result.source}{when}: {named if result.sure else f'not sure ({named})'}")


def _complain(line: str) -> None:
    print(f"edgesmith predict: {one_line(line)}", file=sys.stderr, flush=True)
