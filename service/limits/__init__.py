"""What one asker may ask for, and all of them together."""
