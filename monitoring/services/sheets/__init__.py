"""Websites and monitors from a file: planned and checked first, written by the same services.

A row is known by its names: a website by its own in the team, a monitor by website, product and config
option. So the same file may come twice; the second time it changes nothing. Nothing is deleted.
"""
