from types import SimpleNamespace

from ai_edge_litert import schema_py_generated as schema

from edgesmith.convert.tflite.packing import IDENTIFIER, builtin_code, packed


def test_a_packed_model_reads_back_the_same() -> None:
    model = schema.ModelT()
    model.version, model.description = 3, "one buffer and nothing else"
    model.buffers = [schema.BufferT()]
    flatbuffer = packed(model)
    assert flatbuffer[4:8] == IDENTIFIER
    again = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    assert (again.version, again.description) == (3, b"one buffer and nothing else")


def test_codes_stand_in_the_old_field_or_in_the_new_one() -> None:
    old = SimpleNamespace(builtinCode=0, deprecatedBuiltinCode=3)
    new = SimpleNamespace(builtinCode=200, deprecatedBuiltinCode=127)
    model = SimpleNamespace(operatorCodes=[old, new])
    assert [builtin_code(model, SimpleNamespace(opcodeIndex=index)) for index in (0, 1)] == [3, 200]
