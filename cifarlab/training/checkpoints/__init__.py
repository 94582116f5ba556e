"""Weights on disk: loading, shipping and verifying them."""
