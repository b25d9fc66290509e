/* Children: every cell of the table of states and events, and what follows from a transition: who is found by which
 * pid, who is counted, which slots are free. */
#include "process/children.h"

#include <stdlib.h>

#include "check.h"
#include "child.h"
#include "process/child_kinds.h"

#define NEVER CHILD_STATES
#define LATER (CHILD_SETTLE_NS * 10)

/* The table once more, as sentences: in this state, at this event, it is in that state, or that cannot happen. */
static const struct cell {
    enum child_state before;
    enum child_event event;
    enum child_state after;
    const char *sentence;
} cells[] = {
    {CHILD_FREE, CHILD_STARTED, CHILD_STARTING, "one that is forked where nobody was is starting"},
    {CHILD_FREE, CHILD_REFUSED, CHILD_BACKOFF, "where the system refuses a process there is a pause"},
    {CHILD_FREE, CHILD_KEPT, CHILD_OUTDATED, "a child that an exec left has what was there before"},
    {CHILD_FREE, CHILD_ADOPTED, CHILD_ORPHAN, "one who lives where nobody of ours is is an orphan"},
    {CHILD_FREE, CHILD_SETTLED, CHILD_FREE, "time passes for a free slot"},
    {CHILD_FREE, CHILD_RENEWED, CHILD_FREE, "a free slot has nothing to renew"},
    {CHILD_FREE, CHILD_ASKED, NEVER, "nobody cannot be asked to make way"},
    {CHILD_FREE, CHILD_STALLED, NEVER, "nobody cannot stall"},
    {CHILD_FREE, CHILD_DIED, NEVER, "nobody cannot die"},

    {CHILD_BACKOFF, CHILD_STARTED, CHILD_STARTING, "after a pause one is started"},
    {CHILD_BACKOFF, CHILD_REFUSED, CHILD_BACKOFF, "one who is refused again waits again"},
    {CHILD_BACKOFF, CHILD_KEPT, CHILD_OUTDATED, "a child that an exec left ends a pause"},
    {CHILD_BACKOFF, CHILD_ADOPTED, CHILD_ORPHAN, "an orphan that is found ends a pause"},
    {CHILD_BACKOFF, CHILD_SETTLED, CHILD_FREE, "a pause ends with time"},
    {CHILD_BACKOFF, CHILD_RENEWED, CHILD_BACKOFF, "a pause goes on whatever is made anew"},
    {CHILD_BACKOFF, CHILD_ASKED, NEVER, "nobody cannot be asked to make way during a pause"},
    {CHILD_BACKOFF, CHILD_STALLED, NEVER, "nobody cannot stall during a pause"},
    {CHILD_BACKOFF, CHILD_DIED, NEVER, "nobody cannot die during a pause"},

    {CHILD_STARTING, CHILD_STARTED, NEVER, "one that is starting is not started again"},
    {CHILD_STARTING, CHILD_REFUSED, NEVER, "one that is starting cannot be refused"},
    {CHILD_STARTING, CHILD_KEPT, NEVER, "one that is starting is ours already"},
    {CHILD_STARTING, CHILD_ADOPTED, NEVER, "one that is starting is no orphan"},
    {CHILD_STARTING, CHILD_SETTLED, CHILD_UP, "one that has lived for a while is up"},
    {CHILD_STARTING, CHILD_RENEWED, CHILD_OUTDATED, "one that is starting may have what was there before"},
    {CHILD_STARTING, CHILD_ASKED, CHILD_RETIRING, "one that is starting can be asked to make way"},
    {CHILD_STARTING, CHILD_STALLED, CHILD_STARTING, "one that stalls at its start has still to die"},
    {CHILD_STARTING, CHILD_DIED, CHILD_BACKOFF, "after one that died at once there is a pause"},

    {CHILD_UP, CHILD_STARTED, NEVER, "one that is up is not started again"},
    {CHILD_UP, CHILD_REFUSED, NEVER, "one that is up cannot be refused"},
    {CHILD_UP, CHILD_KEPT, NEVER, "one that is up is ours already"},
    {CHILD_UP, CHILD_ADOPTED, NEVER, "one that is up is no orphan"},
    {CHILD_UP, CHILD_SETTLED, CHILD_UP, "one that is up stays up as time passes"},
    {CHILD_UP, CHILD_RENEWED, CHILD_OUTDATED, "one that is up has what was there before, once that is made anew"},
    {CHILD_UP, CHILD_ASKED, CHILD_RETIRING, "one that is up can be asked to make way"},
    {CHILD_UP, CHILD_STALLED, CHILD_UP, "one that is up and stalls has still to die"},
    {CHILD_UP, CHILD_DIED, CHILD_FREE, "one that was up and died leaves a free slot"},

    {CHILD_OUTDATED, CHILD_STARTED, NEVER, "one that is outdated is not started again"},
    {CHILD_OUTDATED, CHILD_REFUSED, NEVER, "one that is outdated cannot be refused"},
    {CHILD_OUTDATED, CHILD_KEPT, NEVER, "one that is outdated is ours already"},
    {CHILD_OUTDATED, CHILD_ADOPTED, NEVER, "one that is outdated is no orphan"},
    {CHILD_OUTDATED, CHILD_SETTLED, CHILD_OUTDATED, "time makes nothing new"},
    {CHILD_OUTDATED, CHILD_RENEWED, CHILD_OUTDATED, "what is outdated can become so again"},
    {CHILD_OUTDATED, CHILD_ASKED, CHILD_RETIRING, "one that is outdated is asked to make way"},
    {CHILD_OUTDATED, CHILD_STALLED, CHILD_OUTDATED, "one that is outdated and stalls has still to die"},
    {CHILD_OUTDATED, CHILD_DIED, CHILD_FREE, "one that was outdated and died leaves a free slot"},

    {CHILD_RETIRING, CHILD_STARTED, NEVER, "one that makes way is still there: none is started"},
    {CHILD_RETIRING, CHILD_REFUSED, NEVER, "one that makes way cannot be refused"},
    {CHILD_RETIRING, CHILD_KEPT, NEVER, "one that makes way is ours already"},
    {CHILD_RETIRING, CHILD_ADOPTED, NEVER, "one that makes way is no orphan"},
    {CHILD_RETIRING, CHILD_SETTLED, CHILD_RETIRING, "one that makes way may take its time"},
    {CHILD_RETIRING, CHILD_RENEWED, CHILD_RETIRING, "one that makes way does so whatever is made anew"},
    {CHILD_RETIRING, CHILD_ASKED, CHILD_RETIRING, "one that makes way can be asked again"},
    {CHILD_RETIRING, CHILD_STALLED, CHILD_RETIRING, "one that makes way and stalls has still to die"},
    {CHILD_RETIRING, CHILD_DIED, CHILD_FREE, "one that has made way leaves a free slot"},

    {CHILD_ORPHAN, CHILD_STARTED, NEVER, "where an orphan lives none is started"},
    {CHILD_ORPHAN, CHILD_REFUSED, NEVER, "an orphan cannot be refused"},
    {CHILD_ORPHAN, CHILD_KEPT, NEVER, "an orphan is no child that an exec left"},
    {CHILD_ORPHAN, CHILD_ADOPTED, NEVER, "an orphan is not adopted twice"},
    {CHILD_ORPHAN, CHILD_SETTLED, CHILD_ORPHAN, "an orphan stays one as time passes"},
    {CHILD_ORPHAN, CHILD_RENEWED, CHILD_ORPHAN, "an orphan has what was there before, anyway"},
    {CHILD_ORPHAN, CHILD_ASKED, CHILD_ORPHAN_RETIRING, "an orphan is asked to make way"},
    {CHILD_ORPHAN, CHILD_STALLED, CHILD_ORPHAN, "an orphan that stalls has still to die"},
    {CHILD_ORPHAN, CHILD_DIED, CHILD_FREE, "an orphan that died leaves a free slot"},

    {CHILD_ORPHAN_RETIRING, CHILD_STARTED, NEVER, "where an orphan makes way none is started yet"},
    {CHILD_ORPHAN_RETIRING, CHILD_REFUSED, NEVER, "an orphan that makes way cannot be refused"},
    {CHILD_ORPHAN_RETIRING, CHILD_KEPT, NEVER, "an orphan that makes way is no child that an exec left"},
    {CHILD_ORPHAN_RETIRING, CHILD_ADOPTED, NEVER, "an orphan that makes way is not adopted twice"},
    {CHILD_ORPHAN_RETIRING, CHILD_SETTLED, CHILD_ORPHAN_RETIRING, "an orphan that makes way may take its time"},
    {CHILD_ORPHAN_RETIRING, CHILD_RENEWED, CHILD_ORPHAN_RETIRING, "an orphan makes way whatever is made anew"},
    {CHILD_ORPHAN_RETIRING, CHILD_ASKED, CHILD_ORPHAN_RETIRING, "an orphan that makes way can be asked again"},
    {CHILD_ORPHAN_RETIRING, CHILD_STALLED, CHILD_ORPHAN_RETIRING,
     "an orphan that makes way and stalls has still to die"},
    {CHILD_ORPHAN_RETIRING, CHILD_DIED, CHILD_FREE, "an orphan that has made way leaves a free slot"},
};

#define CELLS (sizeof cells / sizeof *cells)

static struct children children;
static const struct cell *cell;

static void begin(void)
{
    free(children.list);
    free(children.by_pid);
    free(children.free_workers);
    children_init(&children, 4, 2);
}

/* Brings a courier into a state, by the shortest way there is. */
static struct child *bring(enum child_state state)
{
    struct child *child = children_at(&children, CHILD_COURIER, 1);
    if (state == CHILD_ORPHAN || state == CHILD_ORPHAN_RETIRING)
        children_note(&children, child, CHILD_ADOPTED, 500, LATER);
    else if (state == CHILD_BACKOFF)
        children_note(&children, child, CHILD_REFUSED, 0, LATER);
    else if (state != CHILD_FREE)
        children_note(&children, child, CHILD_STARTED, 500, LATER);
    if (state == CHILD_UP)
        children_note(&children, child, CHILD_SETTLED, 0, LATER + CHILD_SETTLE_NS);
    if (state == CHILD_OUTDATED)
        children_note(&children, child, CHILD_RENEWED, 0, LATER);
    if (state == CHILD_RETIRING || state == CHILD_ORPHAN_RETIRING)
        children_note(&children, child, CHILD_ASKED, 0, LATER);
    return child;
}

static void happens_again(void)
{
    children_note(&children, children_at(&children, CHILD_COURIER, 1), cell->event, 501, LATER);
}

/* Nothing but the state says who is there. */
static void check_cell(void)
{
    begin();
    struct child *child = bring(cell->before);
    CHECK(child->state == cell->before);
    CHECK(child_next(cell->before, cell->event) == cell->after);
    if (cell->after == NEVER) {
        CHECK(child_aborts(happens_again));
        return;
    }
    happens_again();
    bool present = cell->after != CHILD_FREE && cell->after != CHILD_BACKOFF;
    bool orphan = cell->after == CHILD_ORPHAN || cell->after == CHILD_ORPHAN_RETIRING;
    bool came = cell->before == CHILD_FREE || cell->before == CHILD_BACKOFF;
    pid_t pid = came ? 501 : 500;
    CHECK(child->state == cell->after);
    CHECK(child_is_present(child) == present && (child->pid != 0) == present);
    CHECK(child_is_orphan(child) == orphan && children.orphans == (uint32_t)orphan);
    CHECK(children.present[CHILD_COURIER] == (uint32_t)present);
    CHECK(children_find(&children, pid) == (present ? child : NULL));
    CHECK(child_is_retiring(child) == (cell->after == CHILD_RETIRING || cell->after == CHILD_ORPHAN_RETIRING));
    CHECK(child_is_outdated(child) == (cell->after == CHILD_OUTDATED || cell->after == CHILD_ORPHAN));
}

static void every_cell(void)
{
    bool seen[CHILD_STATES][CHILD_EVENTS] = {{false}};
    for (size_t i = 0; i < CELLS; i++)
        seen[cells[i].before][cells[i].event] = true;
    for (int state = 0; state < CHILD_STATES; state++)
        for (int event = 0; event < CHILD_EVENTS; event++)
            CHECK(seen[state][event]);
    CHECK(CELLS == (size_t)CHILD_STATES * CHILD_EVENTS);
}

static void time_passes(void)
{
    begin();
    struct child *child = children_at(&children, CHILD_COURIER, 0);
    children_note(&children, child, CHILD_STARTED, 500, LATER);
    children_note(&children, child, CHILD_DIED, 0, LATER + CHILD_SETTLE_NS - 1);
    CHECK(!child_may_start(child, LATER + CHILD_SETTLE_NS - 1) && child_may_start(child, LATER + CHILD_SETTLE_NS));
    children_note(&children, child, CHILD_STARTED, 501, 2 * LATER);
    children_note(&children, child, CHILD_DIED, 0, 2 * LATER + CHILD_SETTLE_NS);
    CHECK(child->state == CHILD_FREE && child_may_start(child, 2 * LATER + CHILD_SETTLE_NS));
    children_note(&children, child, CHILD_REFUSED, 0, 3 * LATER);
    CHECK(!child_may_start(child, 3 * LATER) && child_may_start(child, 3 * LATER + CHILD_SETTLE_NS));
    children_note(&children, child, CHILD_KEPT, 502, 3 * LATER);
    children_note(&children, child, CHILD_DIED, 0, 3 * LATER); /* it was started long ago, by another program */
    CHECK(child->state == CHILD_FREE);
}

static void same_pid(void)
{
    begin();
    struct child *orphan = children_at(&children, CHILD_WORKER, 2), *unknown = children_at(&children, CHILD_WORKER, 3);
    children_note(&children, orphan, CHILD_ADOPTED, 500, LATER);
    children_note(&children, unknown, CHILD_ADOPTED, 1, LATER);
    CHECK(children_find(&children, 500) == orphan && children_find(&children, 0) == NULL);
    struct child *ours = children_find_free(&children, CHILD_WORKER);
    children_note(&children, ours, CHILD_STARTED, 500, LATER);
    CHECK(children_find(&children, 500) == ours && children.orphans == 2 && children.present[CHILD_WORKER] == 3);
    children_note(&children, ours, CHILD_DIED, 0, LATER);
    CHECK(children_find(&children, 500) == orphan);
    children_note(&children, orphan, CHILD_DIED, 0, LATER);
    CHECK(children_find(&children, 500) == NULL && children_find(&children, 1) == unknown);
}

static void free_slots(void)
{
    begin();
    struct child *child[4];
    children_note(&children, children_at(&children, CHILD_WORKER, 1), CHILD_ADOPTED, 900, LATER);
    for (pid_t i = 0; i < 3; i++) {
        child[i] = children_find_free(&children, CHILD_WORKER);
        CHECK(child[i] && child[i]->slot == (i == 0 ? 0u : (uint32_t)i + 1));
        CHECK(children_find_free(&children, CHILD_WORKER) == child[i]); /* it is not taken yet */
        children_note(&children, child[i], CHILD_STARTED, 500 + i, LATER);
    }
    CHECK(children_find_free(&children, CHILD_WORKER) == NULL && children.present[CHILD_WORKER] == 4);
    children_note(&children, child[2], CHILD_DIED, 0, LATER);
    children_note(&children, child[0], CHILD_DIED, 0, LATER);
    children_note(&children, children_at(&children, CHILD_WORKER, 1), CHILD_DIED, 0, LATER);
    CHECK(children_find_free(&children, CHILD_WORKER)->slot == 1);
    /* Whoever is adopted and dies has its slot free once only. */
    for (int i = 0; i < 3; i++) {
        children_note(&children, child[0], CHILD_ADOPTED, 700, LATER);
        children_note(&children, child[0], CHILD_DIED, 0, LATER);
    }
    for (pid_t i = 0; i < 3; i++)
        children_note(&children, children_find_free(&children, CHILD_WORKER), CHILD_STARTED, 600 + i, LATER);
    CHECK(children_find_free(&children, CHILD_WORKER) == NULL);
}

static void operators_first(void)
{
    begin();
    struct child *child;
    uint32_t metrics = 0, operators = 0;
    for (; (child = children_find_free(&children, CHILD_METRICS)); metrics++) {
        CHECK(child->slot >= CHILDREN_OPERATORS && child->kind == CHILD_METRICS);
        children_note(&children, child, CHILD_STARTED, 500 + (pid_t)metrics, LATER);
    }
    CHECK(metrics == CHILDREN_CONTROL - CHILDREN_OPERATORS);
    for (; (child = children_find_free(&children, CHILD_CONTROL)); operators++)
        children_note(&children, child, CHILD_STARTED, 600 + (pid_t)operators, LATER);
    CHECK(operators == CHILDREN_OPERATORS);
    children_note(&children, children_find(&children, 500), CHILD_DIED, 0, LATER);
    child = children_find_free(&children, CHILD_CONTROL);
    CHECK(child && child->slot == CHILDREN_OPERATORS && child->kind == CHILD_CONTROL);
    children_note(&children, child, CHILD_STARTED, 700, LATER);
    CHECK(children.present[CHILD_CONTROL] == CHILDREN_OPERATORS + 1 && children.present[CHILD_METRICS] == metrics - 1);
    CHECK(children_find_free(&children, CHILD_METRICS) == NULL);
}

/* A network that fails: no death may take a walk over all slots. */
static void ten_thousand_deaths(void)
{
    const uint32_t most = 10000;
    free(children.list);
    free(children.by_pid);
    free(children.free_workers);
    children_init(&children, most, 4);
    for (uint32_t i = 0; i < most; i++)
        children_note(&children, children_find_free(&children, CHILD_WORKER), CHILD_STARTED, (pid_t)(i + 1000), LATER);
    uint32_t longest = 0;
    for (uint32_t i = 0; i <= children.hash_mask; i++) {
        uint32_t length = 0;
        for (uint32_t at = children.by_pid[i]; at != UINT32_MAX; at = children.list[at].next)
            length++;
        longest = length > longest ? length : longest;
    }
    CHECK(longest <= 8);
    for (uint32_t i = 0; i < most; i++) {
        struct child *child = children_find(&children, (pid_t)((i * 7919) % most + 1000));
        CHECK(child != NULL);
        if (child)
            children_note(&children, child, CHILD_DIED, 0, LATER);
    }
    CHECK(children.present[CHILD_WORKER] == 0 && children.free_count == most);
}

static void kinds_have_rows(void)
{
    for (int kind = 0; kind < CHILD_KINDS; kind++) {
        const struct child_row *row = child_row((enum child_kind)kind);
        CHECK(row->name && row->run && child_kind_by_name(row->name) == kind);
        CHECK(child_shown((enum child_kind)kind) != NULL);
    }
    CHECK(child_kind_by_name("clerk") == -1);
}

int main(void)
{
    for (size_t i = 0; i < CELLS; i++) {
        cell = &cells[i];
        CASE(cell->sentence, check_cell);
    }
    CASE("every cell of the table has a case", every_cell);
    CASE("one that dies at once, or could not be forked, is started again after a pause; others at once", time_passes);
    CASE("a pid that an orphan has as well is our child's", same_pid);
    CASE("a slot that becomes free is given to the next one, and to one only", free_slots);
    CASE("whoever asks for metrics takes no operator's slot", operators_first);
    CASE("ten thousand who die at once are each found at once", ten_thousand_deaths);
    CASE("every kind has a row, with a name of its own", kinds_have_rows);
    CHECK_DONE();
}
