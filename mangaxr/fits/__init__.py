"""A FITS file as a stream of bytes: inflated, walked and checked once, forwards."""
