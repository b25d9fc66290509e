/* How forkchat's processes publish, read, wait, die and are replaced: a model for spin(1). README.md tells what stands
 * for what in src/, and what is left out; `run` checks it. With a MUTANT it has one mistake, which must be found.
 *
 * One step is one access to memory that others use at the same time, and what goes with it. What is done under the lock
 * is seen by nobody else before the lock is free or its owner dead: if no worker may die, it is one step. */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef COURIERS
#define COURIERS 1
#endif
#ifndef RECORDS /* that each worker publishes */
#define RECORDS 1
#endif
#ifndef SIZE /* records the ring holds */
#define SIZE 2
#endif
#ifndef WORKER_DEATHS
#define WORKER_DEATHS 0
#endif
#ifndef COURIER_DEATHS
#define COURIER_DEATHS 0
#endif
#ifndef EARLY /* so often a publisher's time is up although nothing is wrong */
#define EARLY 0
#endif
#ifndef SLOW /* clients do not take everything at once, and a new courier gets their sockets late */
#define SLOW 0
#endif

/* ---- the mistakes ---- */

#define NONE              0
#define HEAD_FIRST        1 /* head moves before the bytes are there */
#define NO_JOURNAL        2 /* changes are not saved */
#define SAVES_LATE        3 /* … or only after they are made */
#define ALWAYS_UNDOES     4 /* a repair does not ask whether head has moved */
#define NEVER_UNDOES      5 /* a repair only rebuilds what is derived */
#define NO_REBUILD        6 /* … or does not rebuild it */
#define RINGS_ONCE        7 /* reaping rings as a publication does: not what says it rings already */
#define FULL_AND_SILENT   8 /* reaping that finds the ring full does not ring */
#define WAITS_BLINDLY     9 /* a publisher neither looks again nor rings before it waits for room */
#define NO_LAST_LOOK     10 /* a courier sleeps without having found the ring empty */
#define CLEARS_LATE      11 /* … or clears its wakeup after it has looked */
#define NO_ROOM_TOLD     12 /* … or wakes nobody who waits for room */
#define CURSOR_FIRST     13 /* … or moves its cursor before what it passes is sent */
#define STARTS_AT_HEAD   14 /* a new courier goes on where the ring is, not where the old one was */
#define NO_WALK_BACK     15 /* … or takes the tables for those of its cursor */
#define NO_SKIP          16 /* … or sends again what the kernel has */
#define OPENS_SILENTLY   17 /* … or leaves its wakeup as the old one did */
#define FORGETS_FLOOR    18 /* … or goes back without telling publishers */
#define MARKS_BACKWARDS  19 /* … or says that a client is less far than it is */
#define NO_MARK_SKIPPING 20 /* … or does not say that it is in the middle of what the kernel has */

#ifndef MUTANT
#define MUTANT NONE
#endif

#if WORKER_DEATHS
#define UNSEEN
#else
#define UNSEEN atomic
#endif

#define MOST       10 /* records there can be, and as many slots in a queue */
#define FREE       255
#define SUPERVISOR 100
#define COURIER    200 /* and its number */

#define record(who, n) ((who) * 16 + (n))
#define whose(r)       ((r) / 16)
#define number(r)      ((r) % 16)

/* A semaphore stops at 3: more posts wake nobody who is not woken by these. */
#define post(semaphore) semaphore = (semaphore < 3 -> semaphore + 1 : 3)

/* ---- shared memory ---- */

byte lock = FREE;                 /* who holds it */
bool owner_died;                  /* with it in its hands, and nobody has mended since */

byte low[WORKERS], high[WORKERS]; /* ground truth: two fields that change together */
byte derived;                     /* their sum */
byte journal_used, journal_head, journal_who, journal_low, journal_high;

byte slot[SIZE];
byte head, claimed, least_known;  /* least_known is `floor` */
byte cursor[COURIERS];
byte waiting, room;               /* publishers counted as waiting, and posts for them */
bool rung[COURIERS];
byte wakeup[COURIERS];

byte mark[COURIERS], mark_bytes[COURIERS]; /* in the stream of each courier's client */
bool behind[COURIERS];

/* ---- the kernel's ---- */

byte received[COURIERS];          /* records the client's socket has taken */
bool hung_up[COURIERS];
bool mailbox[COURIERS];           /* a socket lies in it */
bool called[COURIERS];            /* the client's worker is to hand its socket over again */

/* ---- what only the judge sees ---- */

byte order[MOST];                 /* the records, as head passed them */
byte told[WORKERS];               /* how many of them are each worker's */
bool done[WORKERS], dying[WORKERS], dead[WORKERS], waits[WORKERS];
bool courier_dying[COURIERS], courier_dead[COURIERS], courier_died, asleep[COURIERS];
byte worker_deaths = WORKER_DEATHS, courier_deaths = COURIER_DEATHS, early = EARLY;

/* ---- ipc/journal.c ---- */

inline recover()
{
#if MUTANT != NEVER_UNDOES
    if
#if MUTANT == ALWAYS_UNDOES
    :: journal_used > 0 ->
#else
    :: journal_used > 0 && head == journal_head ->
#endif
        if
        :: journal_used == 2 -> high[journal_who] = journal_high
        :: else
        fi;
        low[journal_who] = journal_low
    :: else
    fi;
#endif
    journal_used = 0;
#if MUTANT != NO_REBUILD
    derived = 0; /* world_repair_locked() */
    derived = low[0] + (WORKERS > 1 -> low[WORKERS - 1] : 0);
#endif
    owner_died = false
}

/* ---- ipc/lock.c, enter() in ipc/txn.c ---- */

/* What whoever has the lock relies on: the tables say what the ring has told, neither more nor less. */
inline check_tables()
{
    assert(low[0] == told[0] && high[0] == told[0]);
    assert(low[WORKERS - 1] == told[WORKERS - 1] && high[WORKERS - 1] == told[WORKERS - 1]);
    assert(derived == told[0] + (WORKERS > 1 -> told[WORKERS - 1] : 0))
}

/* enough: whether there is room for a record, as ring_has_room_locked() finds. To ask one reader after another is to
 * ask all of them at some moment in between, since they only go on. */
inline look_for_room()
{
    d_step {
        enough = (head + 1 - least_known <= SIZE);
        if
        :: !enough ->
            least_known = (cursor[0] < cursor[COURIERS - 1] -> cursor[0] : cursor[COURIERS - 1]);
            enough = (head + 1 - least_known <= SIZE)
        :: else
        fi
    }
}

inline begin(process)
{
    if
    :: atomic { lock == FREE && !owner_died -> lock = process }
    :: atomic { lock == FREE && owner_died -> lock = process };
       recover()
    fi;
    atomic { check_tables(); journal_head = head; look_for_room() }
}

/* A change of both fields, and the record that tells of it: txn_save(), ring_put_locked(), txn_commit(). */
inline transact(who)
{
#if MUTANT == HEAD_FIRST
    move_head(who);
#endif
    UNSEEN {
#if MUTANT != NO_JOURNAL && MUTANT != SAVES_LATE
        d_step { journal_who = who; journal_low = low[who]; journal_used = 1 };
#endif
        low[who] = low[who] + 1;
#if MUTANT == SAVES_LATE
        d_step { journal_who = who; journal_low = low[who] - 1; journal_used = 1 };
#endif
        derived++;
#if MUTANT == HEAD_FIRST
        slot[(head - 1) % SIZE] = record(who, low[who]);
#else
        d_step {
            claimed = (head + 1 > claimed -> head + 1 : claimed);
            assert(head - cursor[0] < SIZE && head - cursor[COURIERS - 1] < SIZE);
            slot[head % SIZE] = record(who, low[who])
        };
#endif
#if MUTANT != NO_JOURNAL
        d_step { journal_high = high[who]; journal_used = 2 };
#endif
        high[who] = high[who] + 1
    };
#if MUTANT != HEAD_FIRST
    move_head(who);
#endif
    UNSEEN {
        journal_used = 0;
        lock = FREE
    }
}

inline move_head(v)
{
    d_step { told[v] = told[v] + 1; order[head] = record(v, told[v]); head++ }
}

/* ---- ipc/wakeup.c ---- */

inline ring(c)
{
    if
    :: atomic { !rung[c] -> rung[c] = true };
       post(wakeup[c])
    :: rung[c]
    fi
}

inline ring_all()
{
    ring(0);
#if COURIERS > 1
    ring(1)
#endif
}

inline ring_again(c)
{
    rung[c] = true;
    post(wakeup[c])
}

inline ring_all_again()
{
    ring_again(0);
#if COURIERS > 1
    ring_again(1)
#endif
}

/* ---- waiting for room: txn_begin(), ring_wait_room(), ring_unwant_room() ---- */

inline unwant_room()
{
    if
    :: atomic { waiting > 0 -> waiting-- }
    :: waiting == 0 ->
        d_step { /* sem_trywait */
            if
            :: room > 0 -> room--
            :: else
            fi
        }
    fi
}

inline begin_with_room(owner)
{
    do
    :: begin(owner);
       if
       :: enough -> break
       :: else -> waiting++
       fi;
#if MUTANT != WAITS_BLINDLY
       look_for_room();
       if
       :: enough -> unwant_room(); break
       :: else
       fi;
#endif
       atomic { lock = FREE; waits[owner] = true };
#if MUTANT != WAITS_BLINDLY
       ring_all();
#endif
       if
       :: atomic { room > 0 -> room--; waits[owner] = false }
       :: atomic { early > 0 && room == 0 -> early--; waits[owner] = false };
          unwant_room();
          ring_all_again()
       /* Only who should have been woken by a courier that died instead needs this. */
       :: atomic { timeout && courier_died -> waits[owner] = false };
          unwant_room();
          ring_all_again()
       fi
    od;
    enough = false
}

/* ---- process/worker.c ---- */

proctype worker(byte me)
{
    byte count;
    bool enough;
    {
        do
        :: count < RECORDS ->
            begin_with_room(me);
            transact(me);
            ring_all();
            count++
        :: else -> break
        od;
        done[me] = true
    }
#if WORKER_DEATHS
    unless {
        atomic {
            dying[me] ->
            dying[me] = false;
            if
            :: lock == me -> lock = FREE; owner_died = true
            :: else
            fi;
            dead[me] = true;
            waits[me] = false;
            count = 0;
            enough = false
        }
    }
#endif
}

/* ---- process/courier*.c ---- */

/* tell_room() in ipc/ring.c */
inline tell_room()
{
#if MUTANT != NO_ROOM_TOLD
    if
    :: waiting > 0 ->
        n = (cursor[0] < cursor[COURIERS - 1] -> cursor[0] : cursor[COURIERS - 1]);
        if
        :: head - n <= SIZE * 3 / 4 ->
            atomic { n = waiting; waiting = 0 };
            do
            :: n > 0 -> atomic { post(room); n-- }
            :: n == 0 -> break
            od
        :: else
        fi
    :: waiting == 0
    fi;
    n = 0
#else
    skip
#endif
}

inline advance()
{
    cursor[me] = position;
    tell_room()
}

/* The kernel takes a record: the next one, or else a client sees one left out, twice, or in another order. */
inline take(r)
{
    assert(hung_up[me] || r == order[received[me]]);
    received[me] = received[me] + 1
}

inline leave_queue()
{
    queued--;
    for (n : 0 .. MOST - 2) { queue[n] = queue[n + 1] }
    queue[MOST - 1] = 0;
    n = 0
}

/* mark_sent() and mark_behind() */
inline mark_stream()
{
    if
    :: queued > 0 -> behind[me] = true
#if MUTANT == NO_MARK_SKIPPING
    :: queued == 0 && skipped > 0
    :: queued == 0 && skipped == 0 ->
#else
    :: queued == 0 ->
#endif
        d_step {
#if MUTANT == MARKS_BACKWARDS
            mark[me] = position;
#else
            mark[me] = (position > from -> position : from);
#endif
            mark_bytes[me] = total
        };
        behind[me] = false
    fi
}

/* courier_send_batch(). What the batch holds is sent from where it lies. What the kernel does not take, or all if there
 * is no socket yet, is copied. */
inline send_batch()
{
    if
    :: batch < position || touched ->
        atomic {
            do
            :: batch < position ->
                if
                :: skipped > 0 -> skipped--
                :: skipped == 0 && have && queued == 0 -> take(slot[batch % SIZE])
                :: skipped == 0 && (SLOW || !have) -> queue[queued] = slot[batch % SIZE]; queued++
                fi;
                batch++;
                total++
            :: else -> break
            od;
            touched = false
        };
        mark_stream()
    :: else
    fi
}

/* take_socket(): what the kernel has been given by the courier before is not sent again. */
inline take_socket()
{
    atomic {
        mailbox[me] = false;
        have = true;
        touched = true;
#if MUTANT != NO_SKIP
        skipped = (received[me] > resumed -> received[me] - resumed : skipped);
#endif
        resumed = MOST; /* once */
        do
        :: skipped > 0 && queued > 0 -> skipped--; leave_queue()
        :: else -> break
        od
    }
}

/* courier_retry_slow(): the kernel takes what waits. */
inline drain()
{
    atomic {
        do
        :: queued > 0 -> take(queue[0]); leave_queue()
        :: else -> break
        od
    };
    mark_stream()
}

/* courier_start() */
inline start()
{
    begin(COURIER + me);
    enough = false;
    d_step {
        /* copy_tables_locked() */
        copy[0] = low[0];
        copy[WORKERS - 1] = low[WORKERS - 1];
        n = head;
        /* resume(), earliest_locked() */
        from = (behind[me] || mark[me] > cursor[me] -> mark[me] : cursor[me]);
        if
        :: from < cursor[me] && from + SIZE < claimed -> from = cursor[me]; hung_up[me] = true
        :: else
        fi;
        position = (from < cursor[me] -> from : cursor[me]);
#if MUTANT == STARTS_AT_HEAD
        position = head;
#endif
        total = mark_bytes[me];
        resumed = total;
#if MUTANT != FORGETS_FLOOR
        least_known = (position < least_known -> position : least_known)
#endif
    };
    cursor[me] = position;
#if MUTANT != OPENS_SILENTLY
    ring_again(me);
#endif
    lock = FREE;
    atomic { /* walk_back() */
#if MUTANT != NO_WALK_BACK
        do
        :: n > position -> n--; copy[whose(slot[n % SIZE])] = copy[whose(slot[n % SIZE])] - 1
        :: else -> break
        od;
#endif
        n = 0;
        batch = position
    }
}

/* pass(), with any bound on what is one batch. Each record is the next of its worker, or the copy is wrong. */
inline read_batch()
{
    do
    :: position < head ->
        atomic {
            n = slot[position % SIZE];
            assert(n == order[position]);
            assert(number(n) == copy[whose(n)] + 1);
            copy[whose(n)] = number(n);
            n = 0;
            position++;
            batch = (position <= from -> position : batch); /* give(): the client has it */
            busy = true
        }
    :: busy -> break
    :: position == head -> break
    od
}

proctype courier(byte me)
{
    byte position, batch, from, total, skipped, queued, resumed, n;
    byte copy[WORKERS], queue[MOST];
    bool have, busy, touched, enough;
again:
    {
        start();
        do
        :: read_batch();
           if
           :: mailbox[me] -> take_socket()
           :: !mailbox[me]
           fi;
#if MUTANT == CURSOR_FIRST
           advance();
           send_batch();
#else
           send_batch();
           advance();
#endif
#if SLOW
           if
           :: have && queued > 0 -> drain()
           :: true
           fi;
#endif
#if MUTANT == CLEARS_LATE
           rung[me] = false;
#endif
           if
#if MUTANT != NO_LAST_LOOK
           :: busy -> busy = false
           :: !busy ->
#else
           :: true ->
#endif
               asleep[me] = true;
end:           if /* wakeup_wait() */
               :: atomic { wakeup[me] > 0 -> wakeup[me] = wakeup[me] - 1; asleep[me] = false }
               :: atomic { SLOW && have && queued > 0 -> asleep[me] = false }
               fi;
#if MUTANT != CLEARS_LATE
               rung[me] = false
#endif
           fi
        od
    }
#if COURIER_DEATHS
    unless {
        atomic {
            courier_dying[me] ->
            courier_dying[me] = false;
            courier_died = true;
            if
            :: lock == COURIER + me -> lock = FREE; owner_died = true
            :: else
            fi;
            asleep[me] = false;
            position = 0; batch = 0; from = 0; total = 0; skipped = 0; queued = 0; resumed = 0;
            for (n : 0 .. MOST - 1) { queue[n] = 0 }
            copy[0] = 0;
            copy[WORKERS - 1] = 0;
            n = 0;
            have = false; busy = false; touched = false; enough = false;
            courier_dead[me] = true
        }
    };
    atomic { !courier_dead[me] -> goto again }
#endif
}

/* The worker of a courier's client hands the socket over when it comes to it: answer_call(). */
#if SLOW
proctype client(byte me)
{
end:
    do
    :: atomic { called[me] -> called[me] = false; mailbox[me] = true };
       ring(me)
    od
}
#endif

/* ---- process/supervisor_reap.c ---- */

#define has_space (head + 1 - cursor[0] <= SIZE && head + 1 - cursor[COURIERS - 1] <= SIZE)

/* reap(): a record in the name of who died. It only tries: again when the lock is free, and if it found the ring full,
 * when it is so no more. */
inline reap(one)
{
    begin(SUPERVISOR);
    if
    :: enough ->
        transact(one);
#if MUTANT == RINGS_ONCE
        ring_all();
#else
        ring_all_again();
#endif
        dead[one] = false;
        was_full = false
    :: else ->
        lock = FREE;
#if MUTANT != FULL_AND_SILENT
        ring_all_again();
#endif
        was_full = true
    fi;
    enough = false
}

/* supervisor_fork_courier(), and SIGUSR1 */
inline replace(c)
{
    atomic {
        courier_dead[c] = false;
#if SLOW
        called[c] = true
#else
        mailbox[c] = true
#endif
    }
}

active proctype supervisor()
{
    byte i;
    bool enough, was_full;
    atomic {
        for (i : 0 .. COURIERS - 1) {
            mailbox[i] = true;
            run courier(i);
#if SLOW
            run client(i)
#endif
        }
        for (i : 0 .. WORKERS - 1) { run worker(i) }
        i = 0
    };
end:
    do
    :: courier_dead[0] -> replace(0)
    :: dead[0] && (!was_full || has_space) -> reap(0)
#if COURIERS > 1
    :: courier_dead[1] -> replace(1)
#endif
#if WORKERS > 1
    :: dead[1] && (!was_full || has_space) -> reap(1)
#endif
    od
}

/* ---- the world around ---- */

#if WORKER_DEATHS || COURIER_DEATHS
#define kill_worker(w) \
    atomic { worker_deaths > 0 && !done[w] -> worker_deaths--; dying[w] = true; done[w] = true }
#define kill_courier(c) \
    atomic { courier_deaths > 0 && !courier_dead[c] && !courier_dying[c] -> courier_deaths--; courier_dying[c] = true }

/* Who may die dies at any moment, or not at all. */
active proctype fate()
{
    do
    :: kill_worker(0)
    :: kill_worker(WORKERS - 1)
    :: kill_courier(0)
    :: kill_courier(COURIERS - 1)
    :: true -> break
    od
}
#endif

/* When nothing can happen any more everything has: this is where a wake-up that was lost shows. */
#define all_is_told(c) (asleep[c] && cursor[c] == head && (received[c] == head || hung_up[c]))
#define all_is_done    (done[0] && done[WORKERS - 1] && !dead[0] && !dead[WORKERS - 1])

active proctype judge()
{
    atomic {
        timeout && !(courier_died && (waits[0] || waits[WORKERS - 1])) ->
        assert(lock == FREE && !owner_died && all_is_done);
        check_tables();
        assert(all_is_told(0) && all_is_told(COURIERS - 1))
    }
}

/* Whatever head has passed is in the end everybody's. */
ltl progress { <> [] (all_is_done && all_is_told(0) && all_is_told(COURIERS - 1)) }
