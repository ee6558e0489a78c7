"""How the NER model is made: data, augmentation, fine-tuning and export.  Needs the extra `ner`; scanning does not."""
