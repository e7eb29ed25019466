"""Is a difference of times more than noise? From the times of fresh processes, in blocks at equal speed of the machine.

What makes two runs of the same file differ, and what is done about each:

- Samples within a process scatter: each process counts with one median, and nothing else of it.
- Processes differ among themselves by where their memory lies (T. Mytkowicz et al., "Producing Wrong Data Without
  Doing Anything Obviously Wrong!", 2009; T. Kalibera and R. Jones, "Rigorous Benchmarking in Reasonable Time",
  2013): the interval is made of processes, at least five, by Welch's t on logarithms.
- The machine differs from one run to the next and within each, which no interval within a run can tell: the reference
  kernel does. Only blocks are compared in which it differs by no more than 5 % (`equalspeed.py`); by as much as it
  still differs, a difference proves nothing; where fewer than five processes have such blocks, nothing at all is said.
- What is left of memory layout between two builds of the same thing stays below `LEAST_DIFFERENCE`: it may look like a
  difference, and it may hide a part of one.
- Where processes scatter so much that a difference of 10 % would not have been seen, there is no verdict either:
  to have seen nothing is not to have shown that there is nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Verdict = Literal["slower", "faster", "no difference", "machine not quiet"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

LEAST_PROCESSES = 5
LEAST_DIFFERENCE = 0.02
RESOLUTION = 0.10  # "no difference" is said only where one of this size is ruled out


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`ratio`: new over old, from the geometric means of the processes; `interval`: of the ratio."""

    ratio: float
    interval: tuple[float, float]


def change(old: Sequence[float], new: Sequence[float], *, confidence: float) -> Change:
    """The ratio of the times of processes, at least two each, with its interval (B. L. Welch, 1947, on logarithms)."""
    from scipy.special import stdtrit

    first, second = (np.log(np.asarray(values, np.float64)) for values in (old, new))
    difference = second.mean() - first.mean()
    parts = np.array([values.var(ddof=1) / len(values) for values in (first, second)])
    error = math.sqrt(parts.sum())
    if error == 0:
        ratio = math.exp(difference)
        return Change(ratio=ratio, interval=(ratio, ratio))
    freedom = parts.sum() ** 2 / (parts**2 / np.array([len(first) - 1, len(second) - 1])).sum()
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    return Change(
        ratio=math.exp(difference), interval=(math.exp(difference - reach), math.exp(difference + reach))
    )


def judge(found: Change, *, shift: float) -> Verdict:
    """A verdict only where the whole interval is beyond, or within, what the machine may have done.

    `shift`: by how much the reference kernel was slower in the second run's blocks, 0.01 for 1 %.
    """
    low, high = found.interval
    unexplained = (1 + LEAST_DIFFERENCE) * (1 + abs(shift))
    if low > unexplained:
        return "slower"
    if high < 1 / unexplained:
        return "faster"
    seen = max(high, 1 / low) * unexplained < 1 + RESOLUTION
    return "no difference" if seen else "machine not quiet"
