"""The process that serves: its socket, its heads, its workers and its end."""
