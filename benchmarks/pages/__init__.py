"""What the benchmarks of pages share: a server, a browser, the page's own clock, and how figures are printed."""
