"""The supervisor's desk: pages, figures, forms."""
