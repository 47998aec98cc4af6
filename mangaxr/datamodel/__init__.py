"""What SDSS ships: extensions, lines, indices, mask bits, releases, units.

Declarations only. A fact about MaNGA is a row here, once; the reader, the synthetic survey,
the docs tables and the tests are driven by the rows.
"""
