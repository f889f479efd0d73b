"""OpenAI's chat completions API: clients and programs that speak it ask Footnote as they ask any model."""
