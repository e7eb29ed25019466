"""What a network sees: activations, the patterns its filters answer to, and heat maps over the image."""
