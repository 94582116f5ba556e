"""How soon the pictures on the page Augment follow a slider: visitors with a browser, and without one."""
