"""Slack: answers where people already ask."""
