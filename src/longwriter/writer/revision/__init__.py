"""What a person changes in a run: texts, the outline, which version of a section is final, what a server may do."""
