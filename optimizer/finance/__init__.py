"""Finance: what a plan does to the income statement, what was promised, and whether it came true."""
