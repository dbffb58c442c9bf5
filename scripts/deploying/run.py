"""A run of ``deploy.py`` over several Spaces: choose, look for secrets, plan, do, sum up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bundling import assembly, gallery, secrets, space_toml
from bundling.assembly import Bundle
from bundling.space_toml import ZERO_GPU, SpaceToml
from deploying import collecting, plan, table
from deploying.deployment import Deployment, Outcome
from deploying.hub import Hub
from deploying.plan import SECRET, Plan, Space
from deploying.problems import Code, Refusal
from deploying.record import Records
from deploying.waiting import Pace
from environment import Problem

_COLLECTION = "(collection)"
"""What the table calls it beside the Spaces."""
_ON_GPU = "portfolio_core/ui/gpu.py"
"""Part of a bundle that has work for ZeroGPU."""


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        apply: Do it, and not only say what would be done.
        private: New Spaces are private.
        renew: Set secrets anew that are already there.
        replace: Overwrite what somebody else put there.
    """

    apply: bool = False
    private: bool = False
    renew: bool = False
    replace: bool = False


def chosen(root: Path, only: Sequence[str] | None, most: int | None) -> list[str]:
    """Return the Spaces that are meant, in the order in which they are deployed.

    Those for ZeroGPU come first: a free account may have no others, and of these two. The gallery
    holds all of them, and is meant only where it is named.

    Raises:
        Problem: there is no such Space.
    """
    assembly.known(root, only or ())
    hardware = {slug: assembly.described(root, slug).hardware for slug in assembly.slugs(root)}
    ordered = sorted(hardware, key=lambda slug: (hardware[slug] != ZERO_GPU, slug))
    slugs = [slug for slug in (*ordered, gallery.SLUG) if slug in only] if only else ordered
    return slugs[:most]


def assembled(
    root: Path,
    owner: str,
    slugs: Sequence[str],
    environment: Mapping[str, str],
    hardware: str | None,
) -> list[Space]:
    """Make the bundles, and look for secrets in them before anything goes anywhere.

    Raises:
        Problem: a bundle cannot be made, or holds something that looks like a secret.
    """
    if hardware and hardware not in space_toml.HARDWARE:
        there = ", ".join(space_toml.HARDWARE)
        raise Problem(f"There is no hardware {hardware!r}; there are: {there}.")
    values = {
        name.removeprefix(SECRET): value
        for name, value in environment.items()
        if name.startswith(SECRET)
    }
    spaces = []
    for slug in slugs:
        described = assembly.described(root, slug)
        if hardware:
            described = replace(described, hardware=hardware)
        bundle = assembly.assemble(slug, root, root / "build")
        _check_hardware(bundle, described)
        folder = assembly.asked_from(root, slug)
        spaces.append(Space(f"{owner}/{slug}", folder, bundle, described, values))
    found = list(_hits(spaces, environment))
    if found:
        places = "".join(f"\n  {place}" for place in found)
        raise Problem(f"This looks secret; nothing was sent. Take it out of the sources:{places}")
    return spaces


def _check_hardware(bundle: Bundle, described: SpaceToml) -> None:
    if described.hardware == ZERO_GPU and _ON_GPU not in bundle.files:
        raise Problem(
            f"{bundle.slug} has no work for ZeroGPU, which ends a Space without any: leave it out, "
            "or ship all of them as one with --combined."
        )


def _hits(spaces: Sequence[Space], environment: Mapping[str, str]) -> Iterator[str]:
    for space in spaces:
        for hit in secrets.hits(space.bundle.folder, environment):
            yield f"{space.slug}: {hit.path}:{hit.line}: {hit.kind}"


def deploy(hub: Hub, spaces: Sequence[Space], wish: Wish, records: Records, pace: Pace) -> int:
    """Say what is to be done to each Space and, if that is asked for, do it one after another.

    Returns:
        The exit code: that of the first Space that is not as it should be.
    """
    worker = Deployment(hub, records, pace, private=wish.private)
    outcomes: list[Outcome] = []
    for space in spaces:
        try:
            wanted = plan.make(hub, space, renew=wish.renew, replace=wish.replace)
            print("\n".join(plan.lines(wanted, private=wish.private)), flush=True)
            outcomes.append(worker.carry_out(wanted) if wish.apply else _planned(wanted))
        except Refusal as refusal:
            outcomes.append(Outcome(space.slug, "refused", refusal.code, str(refusal)))
            if refusal.final:
                break
    left = [space.slug for space in spaces[len(outcomes) :]]
    outcomes += [Outcome(slug, "not tried", outcomes[-1].code) for slug in left]
    if wish.apply:
        outcomes += _gathered(hub, spaces, outcomes, wish)
    _sum_up(outcomes, wish)
    return next((outcome.code for outcome in outcomes if outcome.code), Code.DONE)


def _planned(wanted: Plan) -> Outcome:
    return Outcome(wanted.space.slug, plan.summary(wanted))


def _gathered(
    hub: Hub, spaces: Sequence[Space], outcomes: Sequence[Outcome], wish: Wish
) -> list[Outcome]:
    """Show the Spaces that are there in a collection; that it fails changes nothing for them."""
    if {Code.HUB, Code.TOKEN} & {outcome.code for outcome in outcomes}:
        return []
    there = {outcome.slug for outcome in outcomes if outcome.code in {Code.DONE, Code.VERSION}}
    names = [space.repository for space in spaces if space.slug in there]
    try:
        address = collecting.gather(hub, names, private=wish.private)
    except Refusal as refusal:
        return [Outcome(_COLLECTION, "refused", refusal.code, str(refusal))]
    return [Outcome(_COLLECTION, address)]


def _sum_up(outcomes: Sequence[Outcome], wish: Wish) -> None:
    print()
    print(table.aligned([(outcome.slug, outcome.done) for outcome in outcomes]))
    for outcome in outcomes:
        if outcome.sentence:
            print(f"{outcome.slug}: {outcome.sentence}")
    spaces = [outcome for outcome in outcomes if outcome.slug != _COLLECTION]
    wrong = sum(bool(outcome.code) for outcome in spaces)
    if wrong:
        print(f"{wrong} of {len(spaces)} are not as they should be.")
    elif not wish.apply:
        print("Nothing was written. Add --apply to do it.")
