"""A server of the Model Context Protocol: agents ask, search and read through it."""
