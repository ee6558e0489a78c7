"""The shipped NER model: a small uncased encoder that labels names, places, dates and numbers in speech."""
