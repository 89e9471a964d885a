"""Who is timed, and the order: peer A once, ours once, peer B once, ours once ..., so that a busy moment falls on all alike."""
import statistics
import time

PAUSE = 0.05        # seconds before each turn: waiting threads of the one before have gone to sleep by then
TURN = 0.1          # seconds that a turn of a fast task lasts; its time is then the mean of the repeats
BUDGET = 30.0       # seconds of turns that one peer may take of one task; a slower one gets fewer turns, one at least
SLOW = 20.0         # seconds from which on the first run counts, instead of being a warm-up


class Call:
    """One way of doing a task. `run(repeats)` gives seconds of each and leaves `result`."""

    def __init__(self, name, run, family=None, factor=1.0, rows=None, note="", timed=True, exact=1e-9):
        self.name, self.run, self.family = name, lambda repeats: run(self, repeats), family or name
        self.note, self.timed = note, timed         # not timed: run once for its result
        self.factor, self.rows = factor, rows       # measured on these rows of the result, and multiplied
        self.exact = exact                          # how far ours may be from it, of the largest value; None: it is not exact
        self.result, self.seconds, self.error, self.remark = None, [], None, ""
        self.truth = None                           # of cross-validations: the references

    def turn(self, repeats):
        self.seconds.append(statistics.fmean(self.run(repeats)) * self.factor)

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def best(self):
        return min(self.seconds)


def python(name, function, **more):
    """A call of a Python function in this process."""
    def run(call, repeats):
        seconds = []
        for _ in range(repeats):
            start = time.perf_counter()
            call.result = function()
            seconds.append(time.perf_counter() - start)
        return seconds
    return Call(name, run, **more)


def first(call):
    """Compiles, fills caches; says what a run costs."""
    cost = call.run(1)[0]
    if call.timed and cost < SLOW:
        return call.run(1)[0] if cost < 0.5 else cost
    if call.timed:
        call.seconds.append(cost * call.factor)
    return cost


def rotate(ours, peers, rounds):
    """Times all; a peer that fails is kept with its error. Ours may not fail."""
    repeats, turns = {}, {}
    for call in [ours, *peers]:
        try:
            cost = first(call)
        except Exception as e:                      # noqa: BLE001  a peer may fail in any way
            if call is ours:
                raise
            call.error = f"{type(e).__name__}: {e}"[:300]
            continue
        repeats[call] = max(1, int(TURN / max(cost, 1e-9)))
        turns[call] = min(rounds, max(1, int(BUDGET / max(cost, 1e-9)))) if cost < SLOW else 0
    peers = [p for p in peers if p in repeats and p.timed]
    for r in range(rounds):
        for i in range(len(peers)):
            peer = peers[(i + r) % len(peers)]
            for call in (peer, ours) if r < turns[peer] else ():
                time.sleep(PAUSE)
                call.turn(repeats[call])
    if not ours.seconds:                            # no peer here, or slow ones alone
        for _ in range(rounds):
            ours.turn(repeats[ours])
