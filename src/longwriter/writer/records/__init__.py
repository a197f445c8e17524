"""The records of a manuscript's journal: one class per kind, read here alone.

models    what the models are, noted by the first command      plan      the outline to follow from here on
context   how the run began to show earlier text               window    a server turned out to read less than it said
call      the reply of a step                                  wasted    a reply that nothing is made of
partial   whole sentences of a reply that may never end        forget    steps whose replies are void
section   a section is finished: of how many replies, over which earlier text
redo      sections that are due again                        drafts    texts wanted beside a section's own
edit      a section's text as a person left it               final     the version that a person chose for a section
given     a section's text from an imported draft            withdrawn drafts that will not be written
locks     sections whose budget a person holds fast          snapshot  a name for the whole as it is here
facts     what a person says is so in the text               dismissed findings that are right as they are
control   what a server may do with the run by itself        stopped   why the last command came to no end
revision  a revision begins                                  findings  what one pass of it is to mend
unmended  a place that was left as it is, and why

The journal is the state of a run: `manuscript` and `calls` fold these records, and nothing else is remembered.
"""
