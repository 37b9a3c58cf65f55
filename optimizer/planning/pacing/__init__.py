"""Pacing: where a fiscal period stands, where it ends, and the daily budgets that land it."""
