"""The accuracy guard: climbs from scheme to scheme until int8 is as good as it was asked to be.

Nothing is imported here: `goal` is needed to list the command's options, without TensorFlow.
"""
