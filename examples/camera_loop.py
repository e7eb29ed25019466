"""Watch a camera and say when what it sees changes; single odd frames are smoothed away.

Install:  pip install 'edgesmith[litert,video]'      (on a Raspberry Pi's own camera: [litert,camera])
Run:      python camera_loop.py flowers-int8.tflite camera:0
          python camera_loop.py flowers-int8.tflite picamera
          python camera_loop.py flowers-int8.tflite clip.mp4

Scores are the mean over five frames, and an answer counts when it has at least 0.6 and leads the second by 0.2.
A camera that is unplugged is waited for; Ctrl-C ends the program.
"""

import sys
from collections.abc import Iterator

from edgesmith.runtime import Classifier
from edgesmith.runtime.streams import StreamOptions

OPTIONS = StreamOptions(every=0.1, smooth=5, min_score=0.6, min_margin=0.2)


def changes(model: str, source: str) -> Iterator[tuple[float, str]]:
    """(seconds, label) whenever the answer becomes another one; frames that are not sure change nothing."""
    shown = None
    with Classifier(model) as classify, classify.stream(source, OPTIONS) as results:
        for result in results:
            best = result.best
            if best is not None and best.label != shown:
                shown = best.label
                yield result.seconds or 0.0, shown


if __name__ == "__main__":
    try:
        for seconds, label in changes(sys.argv[1], sys.argv[2]):
            print(f"{seconds:8.1f} s  {label}", flush=True)  # open the feeder, ring the bell, …
    except KeyboardInterrupt:
        sys.exit(0)
