import platform

from edgesmith.train.environment import describe_environment


def test_versions_and_hardware_without_the_name_of_the_machine() -> None:
    environment = describe_environment()

    assert environment["python"] == platform.python_version()
    assert {"tensorflow", "keras", "numpy", "pillow"} == set(environment["packages"])
    assert environment["machine"]["cores"] >= 1
    assert platform.node() not in environment["machine"].values()
