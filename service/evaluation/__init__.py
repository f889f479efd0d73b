"""Measures answers against questions whose evidence is known: what is found, cited, answered and declined."""
