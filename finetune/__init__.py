"""Adapters (QLoRA) trained from a verified release bundle, and from nothing else."""
