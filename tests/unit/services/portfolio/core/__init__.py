"""The book, by hand."""
