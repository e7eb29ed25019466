"""TFLite: reading a float flatbuffer into a graph, and exporting graphs."""
