"""How the tables came to be, one step per file, and which step is the newest."""
