"""Looking a data set over before hours are spent on it: `edgesmith check`.

>>> from edgesmith.train.check.examine import CheckPlan, examine
>>> report = examine(CheckPlan(data=Path("flowers")))
"""
