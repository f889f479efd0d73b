"""Speed and quality runs, each one command; results are written as JSON and a Markdown table."""
