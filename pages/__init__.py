"""The pages of the laboratory, one module each; `app.py` navigates between them."""
