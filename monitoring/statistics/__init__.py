"""Pure: what the readings of a Monitor say about its stock over time (docs/statistics.md)."""
