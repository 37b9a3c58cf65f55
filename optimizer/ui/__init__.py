"""The screen: shows what the other rooms compute, and computes nothing itself. The only folder that knows Streamlit."""
