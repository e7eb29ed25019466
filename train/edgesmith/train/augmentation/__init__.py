"""Random changes to training images, so that a network sees more than was photographed; docs/augmentation.md."""
