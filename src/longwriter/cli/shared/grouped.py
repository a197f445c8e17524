"""Help whose options stand in groups, for the commands that have many."""

import click

GROUPS = {  # heading -> parameters, in this order; what is in none stands first, without a heading of its own
    "Text": (
        "plan_file", "words", "language", "section_words", "headings", "ban", "style", "slop", "sources", "private_sources",
        "sections", "stale",
    ),
    "Model": ("model", "base_url", "key_env", "planner", "headers", "extra_body", "temperature", "top_p", "seed", "config"),
    "Context": ("context", "facts", "window", "parallel"),
    "Cost and limits": (
        "dry_run", "max_cost", "max_tokens", "max_section_tokens", "prices", "timeout_s", "retry_s", "speed",
    ),
    "Files": ("out", "force", "name", "home", "batch", "concurrency", "as_json"),
}  # fmt: skip


class GroupedHelp(click.Command):
    """A command whose help lists options as `GROUPS` has them."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group."""
        options = {str(p.name): p for p in self.get_params(ctx) if isinstance(p, click.Option)}
        grouped = {name for names in GROUPS.values() for name in names}
        rest = tuple(name for name in options if name not in grouped)
        for heading, names in {"Options": rest, **GROUPS}.items():
            records = [record for n in names if n in options and (record := options[n].get_help_record(ctx))]
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)
