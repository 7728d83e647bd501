"""Repeatable measurements against the fake world. One command: `make bench`.

Read the ratios: absolute figures belong to the machine they were taken on. Nothing here is a test.
"""
