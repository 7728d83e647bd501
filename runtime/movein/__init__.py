"""Moving an older single-site monitor in."""
