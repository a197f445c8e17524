"""EPUB 3.3 (https://www.w3.org/TR/epub-33/), made of text alone.

`pieces` says which file each division goes to, `pages` writes those, `navigation` the contents, `package` what the book
says of itself, `archive` the container; `book.epub` puts them together.
"""
