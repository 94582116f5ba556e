"""How soon the table on the page Network follows an edit, and how long its figures take to compute."""
