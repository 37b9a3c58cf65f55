"""Start the screen with ``streamlit run app.py``."""

from optimizer.ui.main import run

run()
