"""Tables of rows as files people open in a spreadsheet: written in a stream, read with limits.

The standard library writes CSV. XLSX is written here, too: libraries keep the whole sheet in memory
or on disk before the first byte leaves, and a sheet without formulas is little more than text in a
zip. Files of others are another matter: they are read with openpyxl. django-import-export would load
whole querysets as model instances and has no notion of teams and services; it saves rows by itself.
"""
