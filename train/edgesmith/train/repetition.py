"""`--from RUN/run.json`: did the second training see what the first saw, and come to the same?"""

import json

from edgesmith.runtime.runrecord import RunRecord

# Of the environment: these decide on the last bits of a weight.
_DECIDING = ("edgesmith", "packages", "machine")


def differences(before: RunRecord, after: RunRecord) -> list[str]:
    """Sentences for the user; an empty list where images, versions, machine and metrics agree."""
    found = []
    if before.data.sha256 != after.data.sha256:
        found.append("the images are not those of the first training")
    for key in _DECIDING:
        old, new = before.environment.get(key), after.environment.get(key)
        if old != new:
            found.append(f"{key}: {old} then, {new} now")
    # As it was read back: tuples are lists there.
    if before.metrics != json.loads(json.dumps(after.metrics)):
        shares = [f"{record.metrics['test']['top1']:.2%}" for record in (before, after)]
        found.append(f"the metrics differ: test accuracy {shares[0]} then, {shares[1]} now")
    return found
