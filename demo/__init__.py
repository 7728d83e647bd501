"""A fake world on loopback: shops, Telegram, mail, webhooks. Imports nothing of the product."""
