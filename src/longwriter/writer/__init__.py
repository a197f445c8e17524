"""Writing a long text (AgentWrite, arXiv 2408.07055 section 3, with a length contract).

The way from an instruction to `draft.md`:

1. `session.write` opens the run folder and the models; `manuscript` folds the journal's `records` into the state.
2. `loop.plan` has a plan: `plan.planner` asks for an outline of sections with word budgets (`length.target` reads the length).
3. `loop.write` walks over the sections that are due; chapters may be written side by side (`staleness.groups`).
4. `section.section` writes one: `section.budget` says how many words to ask for, `section.context` what it may see of
   the `section.earlier` text, `section.request` makes the prompt, `reply` watches and trims what comes.
5. Every model call goes through `calls`, which answers from the journal when it can, counts money, and writes the journal
   before anyone sees the reply: so a run can be killed anywhere and goes on exactly.
6. `document` puts the sections under their headings, `draft` keeps the file, `outcome` reports and judges.
"""
