"""Keeping known chatter of C++ libraries off the terminal; whatever else they say is passed on.

For command lines: the file descriptor belongs to the whole process, so a library must not do this.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# Greetings that no log level suppresses, since they come before or beside the libraries' own logging:
# which processor features and devices TensorFlow found, and that LiteRT has a delegate.
_CHATTER = re.compile(
    rb"All log messages before absl::InitializeLog"
    rb"|oneDNN custom operations are on"
    rb"|Could not find cuda drivers|cudart_stub|cuda_platform\.cc|failed call to cuInit"
    rb"|Created TensorFlow Lite XNNPACK delegate"
    rb"|TensorFlow GPU support is not guaranteed"
)


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back what is written to file descriptor 2 inside the block, then write it without the chatter."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held_back.seek(0)
            said = b"".join(line for line in held_back if not _CHATTER.search(line))
            os.write(2, said)
