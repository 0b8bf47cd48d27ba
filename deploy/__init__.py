"""Ways of running the bots: on one machine (`local`) and the command `prescriber-bots`."""
