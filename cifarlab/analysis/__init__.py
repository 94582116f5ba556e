"""What a trained network does: predictions, metrics, mistakes and attribution maps."""
