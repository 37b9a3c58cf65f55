"""Pieces of pages that Streamlit has no element for, as HTML text."""
