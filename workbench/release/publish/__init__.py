"""Handing a release to others, on a machine that has the bundle and no study: to a hub, or onto a medium.

The one part of the workbench that may open a connection to another house, and only to the hub that the operator names.
"""
