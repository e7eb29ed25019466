"""What each epoch gave: `history.csv` for people, `tensorboard/` for TensorBoard."""

import csv
import io
import shutil
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any

from edgesmith.runtime.atomic import write_bytes
from edgesmith.train.backend import tf
from edgesmith.train.epoch import Criterion, Epoch


class History:
    """Collects epochs and writes both files as they come, so that a long training can be watched."""

    def __init__(self, run: Path) -> None:
        self.epochs: list[Epoch] = []
        self._file = run / "history.csv"
        folder = run / "tensorboard"
        if folder.is_dir():  # of a training that was killed: its epochs are recorded again
            shutil.rmtree(folder)
        self._writers = {name: tf.summary.create_file_writer(str(folder / name)) for name in ("train", "val")}

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, epoch: Epoch) -> None:
        """Record one epoch."""
        self.epochs.append(epoch)
        write_bytes(self._file, self._to_csv().encode())
        step = len(self.epochs)
        self._write_scalars("train", step, {"loss": epoch.loss, "accuracy": epoch.accuracy})
        self._write_scalars("val", step, {"loss": epoch.val_loss, "accuracy": epoch.val_accuracy})

    def extend(self, epochs: Iterable[Epoch]) -> None:
        """Record the epochs of a stage that ran before a kill."""
        for epoch in epochs:
            self.add(epoch)

    def best(self, chosen_by: Criterion = "val_loss") -> Epoch:
        """The first epoch of the last stage with the lowest loss or the highest accuracy on validation.

        Raises `ValueError` without epochs.
        """
        stage = self.epochs[-1].stage if self.epochs else None
        epochs = [epoch for epoch in self.epochs if epoch.stage == stage]
        if chosen_by == "val_loss":
            return min(epochs, key=lambda epoch: epoch.val_loss)
        return max(epochs, key=lambda epoch: epoch.val_accuracy)

    def _to_csv(self) -> str:
        text = io.StringIO()
        writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(epoch) for epoch in self.epochs)
        return text.getvalue()

    def _write_scalars(self, name: str, step: int, scalars: dict[str, float]) -> None:
        # keras.callbacks.TensorBoard and tf.summary.scalar need the tensorboard package; the event files
        # that TensorBoard reads do not. "scalars" is the name of TensorBoard's plugin for them.
        message: Any = tf.compat.v1.SummaryMetadata
        metadata = message(plugin_data=message.PluginData(plugin_name="scalars"))
        with self._writers[name].as_default():
            for tag, value in scalars.items():
                tf.summary.write(f"epoch_{tag}", tf.constant(value, tf.float32), step=step, metadata=metadata)
        self._writers[name].flush()
