"""The public board: what is in stock, for anybody, where a team's owners have switched it on.

Everything here is read without log-in. Only `selectors.py` asks the tables, and it asks for the few
columns that are public, so that no page can show another one by accident.
"""
