"""PDF, by typst: `make.pdf`."""
