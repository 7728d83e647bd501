"""From an empty team to a shop that is watched and a test message that arrived, page by page."""
