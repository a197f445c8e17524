"""Writing a long text (AgentWrite, arXiv 2408.07055 section 3, with a length contract).

1. `target` reads how long the text should be. 2. `planning` makes the outline: sections with word budgets. 3. `budget`
decides what to ask for next from what was really written. 4. `context` decides what a section may see. 5. `section`
writes one. 6. `manuscript` loops over them. 7. Every model call goes through `calls`, which answers from the run's
journal when it can, counts money, and writes the journal: so a run can be killed anywhere and goes on exactly.
"""
