"""Errors in the words of their readers: Chinese for people, while code and log keep one English wording."""
