"""A network that computes in training as its int8 file will: weights and activations rounded, gradients not."""
