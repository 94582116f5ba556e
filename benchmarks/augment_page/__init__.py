"""What `augment_page.py` starts and measures: a server, visitors without a browser, one with a browser."""
