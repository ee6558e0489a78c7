"""What the site already knows around its subjects: stored, and hunted in everything that is in the study."""
