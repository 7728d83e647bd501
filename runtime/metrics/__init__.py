"""What /metrics says. Everything is read from the tables at the moment of the scrape, so it does not
matter how many processes and machines there are, nor which of them is asked.

All metrics are gauges: tables are pruned and rows merged, so a sum over one of them may fall, and a
counter must not. What happened is told for the last hour instead.
"""
