"""The pages of the laboratory: each is a folder of views around its `page.py`; `app.py` leads to them."""

from streamlit.runtime.pages_manager import PagesManager

# Streamlit takes a folder called `pages` for its older navigation, and would run the page that a visitor's link names
# without app.py. The server imports this package before the first visit.
PagesManager.uses_pages_directory = False
