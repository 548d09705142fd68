"""A judge of another kind: says of a part which colour it has, by what no model and no prior reads.

A search climbs whatever it is scored by, also where that has nothing to do with music any more.
So its survivors are shown to somebody who had no say: a forest of trees and a distance, both
learned from the composed catalogue by measures of their own. The fitness never uses them.
"""
