"""The script that the server runs; in its own folder, since Streamlit runs files in a `pages` beside it by itself."""
