"""An independent classifier of colours, by measures that neither model nor prior has.

A search may climb its own score without getting nearer to the music. So its survivors are also
classified by something that has no part in the score: a forest of trees and a distance, both fitted
to the composed catalogue. The fitness never uses them.
"""
