"""From a format's draft to canonical text: characters, lines, paragraphs, headings, byline; `clean` does all of it."""
