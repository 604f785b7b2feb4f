"""The report of a face evaluation: one page of HTML with its plots inside, and nobody's face or name."""

from __future__ import annotations

from kiosk.evaluate.faces import FaceFigures
from kiosk.evaluate.groups import Group
from kiosk.evaluate.html import page, section, sentences, table
from kiosk.evaluate.plots import plot_rates, plot_scores, plot_trade
from kiosk.evaluate.record import Circumstances
from kiosk.evaluate.words import READING, in_full, percent, reasons


def as_page(figures: FaceFigures, circumstances: Circumstances) -> str:
    """Return the report."""
    return page(
        "Face comparison: measured errors (simulated webcam)",
        table(("what", "value"), [*circumstances, *_setting(figures)]),
        section("How to read this", sentences(READING)),
        section("Per visit", _visits(figures)),
        section("Other thresholds, the same visits", _other_thresholds(figures)),
        section("Groups", _groups(figures)),
        section("Enrolment and acquisition", _acquisition(figures)),
        section("Per comparison: one frame against one photo", _comparisons(figures)),
        section(
            "Plots", plot_scores(figures), plot_rates(figures.comparisons), plot_trade(figures.comparisons)
        ),
    )


def _setting(figures: FaceFigures) -> list[tuple[str, str]]:
    limits, acquired = figures.limits, figures.acquisition
    return [
        ("models", figures.model_id),
        ("credential photo", f"at most {figures.photo_bytes} bytes, mean {acquired.photo_bytes_mean:.0f}"),
        ("accept from", f"{limits.accept:g}"),
        ("refuse below", f"{limits.refer:g}; between the two another try, in the end a person"),
        ("visit", f"{limits.frames} frames a try, at most {limits.tries} tries"),
        ("people", f"{acquired.people}, {acquired.people_with_genuine} of them with a genuine visit"),
        ("pictures", f"{acquired.pictures}"),
    ]


def _visits(figures: FaceFigures) -> str:
    counts = figures.visits
    rows = [
        ("false match (impostor passed)", in_full(counts.false_match)),
        ("  pairs of people with a false match", in_full(counts.pairs_matched)),
        ("false non-match (genuine visitor refused)", in_full(counts.false_non_match)),
        ("  people refused at least once", in_full(counts.people_refused)),
        ("genuine visitor sent to a person", f"{in_full(counts.to_person)}; {reasons(counts.reasons)}"),
        ("  people sent at least once", in_full(counts.people_to_person)),
        ("impostor sent to a person", in_full(counts.impostors_to_person)),
    ]
    return table(("visits", "errors of trials = share (95 % interval)"), rows)


def _other_thresholds(figures: FaceFigures) -> str:
    rows = [
        (
            f"{each.accept:g}",
            in_full(each.tally.false_match),
            in_full(each.tally.false_non_match),
            in_full(each.tally.to_person),
            in_full(each.tally.impostors_to_person),
        )
        for each in figures.settings
    ]
    head = ("accept from", "false match", "false non-match", "genuine to a person", "impostors to a person")
    return table(head, rows)


def _groups(figures: FaceFigures) -> str:
    head = (
        *("kind", "group", "people", "pictures", "photo refused", "no frame counts"),
        *("false match, same group", "false non-match", "to a person"),
    )
    rows = [_group(group) for group in figures.groups]
    bad = [
        (number, column)
        for number, group in enumerate(figures.groups)
        for column, errors in ((6, group.tally.false_match.errors), (7, group.tally.false_non_match.errors))
        if errors
    ]
    return table(head, rows, bad)


def _group(group: Group) -> tuple[str, ...]:
    return (
        group.kind,
        group.name,
        str(group.people),
        str(group.pictures),
        str(group.refused_photos),
        str(group.empty_visits),
        in_full(group.tally.false_match),
        in_full(group.tally.false_non_match),
        in_full(group.tally.to_person),
    )


def _acquisition(figures: FaceFigures) -> str:
    acquired = figures.acquisition
    rows = [
        (
            "failure to enrol (no credential)",
            in_full(acquired.failed_to_enrol),
            reasons(acquired.enrol_reasons),
        ),
        (
            "failure to acquire (no frame counts in any try)",
            in_full(acquired.failed_to_acquire),
            reasons(acquired.acquire_reasons),
        ),
        ("simulated frames that did not count", in_full(acquired.frames), reasons(acquired.frame_refusals)),
        ("lines of info.csv without use", str(acquired.odd_lines), "-"),
    ]
    return table(("what", "counts", "reasons"), rows)


def _comparisons(figures: FaceFigures) -> str:
    compared = figures.comparisons
    equal = compared.equal_error
    rows = [
        (f"{words} {value:g}", in_full(errors[0]), in_full(errors[1]))
        for words, value, errors in (
            ("accept from", figures.limits.accept, compared.at_accept),
            ("refuse below", figures.limits.refer, compared.at_refer),
        )
    ]
    rows += [
        (
            f"{point.threshold:.3f}, for a false match rate of {percent(point.chosen_fmr)}",
            in_full(point.fmr),
            in_full(point.fnmr),
        )
        for point in compared.chosen
    ]
    words = "Equal error rate: nothing to compare."
    if equal is not None:
        words = f"Equal error rate: {percent((equal.fmr + equal.fnmr) / 2)} at {equal.threshold:.3f}."
        words += f" Comparisons: {compared.genuine.size:,} genuine, {compared.impostor.size:,} impostor."
        words += f" Lowest genuine score {compared.genuine.min(initial=1.0):.3f}, highest impostor score "
        words += f"{compared.impostor.max(initial=-1.0):.3f}."
    return table(("threshold", "false match", "false non-match"), rows) + sentences([words])
