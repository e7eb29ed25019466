import argparse
from dataclasses import fields

import pytest

from edgesmith.train import command
from edgesmith.train.plan import MachinePlan, TrainingPlan


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser


def test_every_choice_of_a_plan_can_be_stated_and_is_open_by_default(parser: argparse.ArgumentParser) -> None:
    stated = vars(parser.parse_args([]))

    plans = {field.name for kind in (TrainingPlan, MachinePlan) for field in fields(kind)} - {"machine"}
    assert plans <= set(stated)
    assert [name for name, value in stated.items() if value is not None] == ["parser"]


def test_help_has_a_word_on_every_option(parser: argparse.ArgumentParser) -> None:
    assert "--unfreeze-from" in parser.format_help()
    assert not [action.dest for action in parser._actions if not action.help]
