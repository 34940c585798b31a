"""What a text says: figures, dates, values, sentences, word lists."""
