"""Conversations: what was asked and answered is kept, and a follow-up is read against it."""
