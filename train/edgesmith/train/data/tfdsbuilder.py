"""`tfds:NAME`: what TensorFlow Datasets knows, downloaded and prepared by it (extra `tfds`)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edgesmith.runtime.errors import DataError, needs_extra
from edgesmith.runtime.imagefolder import SplitName
from edgesmith.train.data.classnames import folder_names
from edgesmith.train.data.splitwords import SPLIT_OF_WORD
from edgesmith.train.data.written import Contents, Item

TFDS_PREFIX = "tfds:"
_TIP = f"{TFDS_PREFIX}NAME, {TFDS_PREFIX}NAME:VERSION or {TFDS_PREFIX}NAME/CONFIG:VERSION"


class TfdsSource:
    """A data set with one image and one class an example. The files that TensorFlow Datasets keeps stay."""

    kind = "tfds"

    def __init__(self, name: str) -> None:
        self.name = name
        self._prepared: Any = None

    def files(self) -> Mapping[str, Path]:
        """The prepared files; downloads and prepares the data set first, unless it is there.

        Raises `DataError` for a name that is not known and a download that fails, `MissingExtraError`.
        """
        folder = Path(self._builder().data_path)
        return {file.name: file for file in sorted(folder.iterdir()) if file.is_file()}

    def open(self) -> Contents:
        """Raises `DataError` for examples without one image and one class, and without a split train."""
        builder = self._builder()
        image, label = self._keys(builder.info)
        names = folder_names(builder.info.features[label].names, self.name)
        splits = self._splits(builder.info.splits)
        others = sorted(set(builder.info.splits) - set(splits.values()))
        return Contents(
            count=sum(builder.info.splits[name].num_examples for name in splits.values()),
            items=self._items(splits, image, label, names),
            classes=dict.fromkeys(splits, frozenset(names)),
            notes=(f"splits of {self.name} that are not used: {', '.join(others)}",) if others else (),
        )

    def _builder(self) -> Any:
        if self._prepared is None:
            with needs_extra("tfds"):
                import tensorflow_datasets as tfds
            try:
                builder = tfds.builder(self.name.removeprefix(TFDS_PREFIX))
            # ValueError: an unknown name or configuration; AssertionError: an unknown version.
            except (ValueError, AssertionError) as error:
                raise DataError(f"{self.name!r} is not known: {_first_line(error)}", tip=_TIP) from error
            try:
                builder.download_and_prepare()
            # OSError: no network, a full disk; AssertionError: files that must be fetched by hand.
            except (OSError, AssertionError, tfds.download.DownloadError) as error:
                raise DataError(
                    f"{self.name!r} could not be prepared: {_first_line(error)}",
                    tip="it is downloaded the first time; where there is no network, copy ~/tensorflow_datasets from elsewhere",
                ) from error
            self._prepared = builder
        return self._prepared

    def _keys(self, info: Any) -> tuple[str, str]:
        """The features that hold the image and its class: the supervised ones, else the only ones."""
        import tensorflow_datasets as tfds

        keys = info.supervised_keys or tuple(info.features)
        images = [key for key in keys if isinstance(info.features[key], tfds.features.Image)]
        labels = [key for key in keys if isinstance(info.features[key], tfds.features.ClassLabel)]
        if len(images) != 1 or len(labels) != 1:
            raise DataError(
                f"{self.name!r} has {len(images)} images and {len(labels)} class labels an example: {', '.join(info.features)}",
                tip="one image and one class label are needed, as in data sets for image classification",
            )
        return images[0], labels[0]

    def _splits(self, available: Mapping[str, Any]) -> dict[SplitName | None, str]:
        splits: dict[SplitName | None, str] = {
            SPLIT_OF_WORD[name]: name for name in available if name in SPLIT_OF_WORD
        }
        if "train" not in splits:
            raise DataError(f"{self.name!r} has no split 'train', but {', '.join(available)}", tip=_TIP)
        if "test" not in splits and "val" in splits:
            # Such sets keep the labels of their test images secret, or have none: what they have reports.
            splits["test"] = splits.pop("val")
        return splits if len(splits) > 1 else {None: splits["train"]}

    def _items(
        self, splits: Mapping[SplitName | None, str], image: str, label: str, names: list[str]
    ) -> Iterator[Item]:
        import tensorflow_datasets as tfds

        for split, name in splits.items():
            examples = self._builder().as_dataset(
                split=name,
                decoders=tfds.decode.PartialDecoding(
                    {image: True, label: True}, decoders={image: tfds.decode.SkipDecoding()}
                ),
                # In the order of the files, one after the other, and without a copy in memory.
                read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
            )
            for number, example in enumerate(examples.as_numpy_iterator()):
                where = f"example {number} of the split {name!r} of {self.name}"
                index = int(example[label])
                if index < 0:  # what TensorFlow Datasets gives where labels are kept secret
                    raise DataError(
                        f"{where} has no label", tip="choose a data set whose splits are labelled"
                    )
                yield Item(split=split, label=names[index], content=example[image], where=where)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
