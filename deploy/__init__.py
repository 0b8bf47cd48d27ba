"""Ways of running the bots, each in a folder, and the command `prescriber-bots` (`cli`)."""
