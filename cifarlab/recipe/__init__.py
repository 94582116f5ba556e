"""The recipe: one document with everything that an experiment is."""
