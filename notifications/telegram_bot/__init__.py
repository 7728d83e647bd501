"""The Telegram bot: it links chats to teams, answers commands and takes presses of buttons.

updates (pure) -> intake (once each) -> commands, presses, membership (rows) -> outgoing (calls) ->
client (network). The poller and the webhook are two ways in.
"""
