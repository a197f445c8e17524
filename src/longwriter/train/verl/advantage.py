"""A batch of verl as groups of rollouts: verl shuffles rows over workers and names each row's group by a uid."""

from collections.abc import Sequence

from longwriter.errors import RunError


def by_group(uids: Sequence[str], group: int) -> list[int]:
    """Rows in an order in which groups stand together, those first met first; within a group as they were.

    Raises RunError for a group that is not whole: what is missing from it would change everyone's advantage.
    """
    rows: dict[str, list[int]] = {}
    for row, uid in enumerate(uids):
        rows.setdefault(uid, []).append(row)
    for uid, found in rows.items():
        if len(found) != group:
            raise RunError(
                f"verl gave {len(found)} rollouts of request {uid}, and the recipe's grpo.group is {group}; "
                "actor_rollout_ref.rollout.n must be the same"
            )
    return [row for found in rows.values() for row in found]
