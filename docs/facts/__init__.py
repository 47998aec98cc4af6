"""What the documentation's tables say, read off the code's rows."""
