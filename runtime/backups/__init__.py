"""Copies of the whole database, and the way back. The keys are not in them."""
