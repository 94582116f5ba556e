"""The page Mistakes: which network, its figures and charts, and the gallery of what it got wrong."""
