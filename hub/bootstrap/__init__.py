"""Sets up a checkout and starts what was asked for: the engine behind ``make``.

It runs on a bare Python with the standard library alone. ``__main__``, ``problem`` and ``pythons``
keep to a syntax that old Pythons can parse, so that these can say that they are too old.
"""
