"""What the service tells those who run it: logs, metrics and traces. None of them has a question's text."""
