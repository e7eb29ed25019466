"""The model files of DEPLOY."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edgesmith.convert.export import Made
from edgesmith.convert.golden import golden_answers
from edgesmith.convert.onnx.lower import lower
from edgesmith.convert.onnx.variants import passes_of
from edgesmith.convert.packaging import package_onnx, package_tflite
from edgesmith.convert.plan import ConversionPlan
from edgesmith.convert.written import WrittenFile
from edgesmith.runtime.atomic import write_bytes
from edgesmith.runtime.spec import InputSpec, ModelSpec, SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What all files of one DEPLOY have in common."""

    plan: ConversionPlan
    labels: tuple[str, ...]
    geometry: InputSpec
    source: SourceSpec

    def write(self, folder: Path, made: Made) -> Iterator[WrittenFile]:
        """Write `<name>-<precision>.<format>` for each format of the plan, golden answers inside."""
        spec = ModelSpec(
            name=self.plan.name,
            labels=self.labels,
            input=self.geometry,
            precision=made.precision,
            source=self.source,
            golden=golden_answers(made.flatbuffer, self.geometry, made.precision),
        )
        for model_format in self.plan.formats_of(made.precision):
            started = time.perf_counter()
            path = f"{self.plan.name}-{made.precision}.{model_format}"
            if model_format == "tflite":
                data = package_tflite(made.flatbuffer, spec)
            else:
                data = self._onnx(made, spec)
            write_bytes(folder / path, data)
            spent = time.perf_counter() - started
            # The lowering starts from the flatbuffer, whose own time belongs to the .tflite.
            spent += made.seconds if model_format == "tflite" else 0.0
            yield WrittenFile(path=path, format=model_format, precision=made.precision, seconds=spent)

    def _onnx(self, made: Made, spec: ModelSpec) -> bytes:
        passes = passes_of(made.precision, io=self.plan.io, x86_safe=self.plan.x86_safe)
        lowered = lower(made.onnx_from, passes=passes)
        if made.precision == "dynamic":  # weight-only there: other arithmetic, other answers
            spec = replace(spec, golden=golden_answers(lowered, self.geometry, made.precision))
        return package_onnx(lowered, spec)
