"""A person's draft, from a file of any form to a text and the pieces that it is made of: nothing lost, doubled or moved."""
