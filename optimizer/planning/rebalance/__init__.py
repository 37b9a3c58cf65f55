"""Rebalance: next week's few moves, what is tested on purpose, and what is remembered from week to week."""
