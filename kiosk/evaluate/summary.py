"""The figures of a face evaluation as a page of plain text, for the terminal."""

from __future__ import annotations

from kiosk.evaluate.faces import FaceFigures
from kiosk.evaluate.record import Circumstances
from kiosk.evaluate.words import counted, in_full, percent, reasons


def as_text(figures: FaceFigures, circumstances: Circumstances) -> str:
    """Return the figures that matter most; the rest is in the report and in the JSON."""
    acquired, visits, limits = figures.acquisition, figures.visits, figures.limits
    lines = [
        *(f"{name}: {value}" for name, value in circumstances),
        f"models: {figures.model_id}",
        f"simulated webcam; photo at most {figures.photo_bytes} bytes",
        f"people: {acquired.people}, with a genuine visit {acquired.people_with_genuine}",
        f"pictures: {acquired.pictures}",
        "",
        f"failure to enrol    {in_full(acquired.failed_to_enrol)}  {reasons(acquired.enrol_reasons)}",
        f"failure to acquire  {in_full(acquired.failed_to_acquire)}  {reasons(acquired.acquire_reasons)}",
        "",
        f"accept from {limits.accept:g}, refuse below {limits.refer:g}",
        f"per visit: {limits.frames} frames a try, {limits.tries} tries",
        f"  false match         {in_full(visits.false_match)}",
        f"    by pair of people {in_full(visits.pairs_matched)}",
        f"  false non-match     {in_full(visits.false_non_match)}",
        f"    by person         {in_full(visits.people_refused)}",
        f"  to a person         {in_full(visits.to_person)}  {reasons(visits.reasons)}",
        f"  impostors to a person {in_full(visits.impostors_to_person)}",
        "",
        *_comparison(figures),
        "",
        *_groups(figures),
    ]
    return "\n".join(lines)


def _comparison(figures: FaceFigures) -> list[str]:
    compared = figures.comparisons
    false_match, false_non_match = compared.at_accept
    equal = compared.equal_error
    lines = [
        "per comparison (one frame, one photo)",
        f"  false match at {figures.limits.accept:g}     {in_full(false_match)}",
        f"  false non-match at {figures.limits.accept:g} {in_full(false_non_match)}",
    ]
    if equal is not None:
        lines.append(f"  equal error rate {percent((equal.fmr + equal.fnmr) / 2)} at {equal.threshold:.3f}")
    chosen = (
        f"  false match rate {percent(each.chosen_fmr)}: {each.threshold:.3f}, non-match {in_full(each.fnmr)}"
        for each in compared.chosen
    )
    return [*lines, *chosen]


def _groups(figures: FaceFigures) -> list[str]:
    head = ("group", "people", "false match", "false non-match", "to a person", "no photo", "no frame")
    rows = [head]
    for group in figures.groups:
        counts = group.tally
        rows.append(
            (
                f"{group.kind}: {group.name}",
                str(group.people),
                counted(counts.false_match),
                counted(counts.false_non_match),
                counted(counts.to_person),
                str(group.refused_photos),
                str(group.empty_visits),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
