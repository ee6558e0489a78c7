"""The record of who did what: typed events in a Merkle log, its mirror, and what checks both and the bundles."""
