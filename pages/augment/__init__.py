"""The page Augment and its views, in the order in which they stand on the screen."""
