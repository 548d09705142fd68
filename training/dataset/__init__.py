"""A person's own songs as what a network learns from.

``tables`` reads what the earlier steps left in a training folder; ``painting`` makes piano rolls
and features of every slice, by the scorer's own code; ``catalogue`` puts both together with the
vectors of texts and recordings; ``mixing`` draws mixes of a segment's tracks; ``split`` parts the
songs; ``albums`` says which album a combination of modes belongs to.
"""
