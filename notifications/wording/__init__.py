"""What messages say, in every language: words (one file per language) and how they are put together."""
