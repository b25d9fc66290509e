/* The lock of ipc/lock.c, and how its owner is known to be dead: a model for spin(1), as protocol.pml is one of what is
 * done under it. README.md tells what stands for what.
 *
 * One step is one access to the word, to the semaphore, or to the kernel. Whoever is killed takes no further step; the
 * kernel lets go of its liveness lock a moment later, and then another may be born in the same slot. */

#ifndef PROCESSES
#define PROCESSES 3
#endif
#ifndef ROUNDS /* so often each takes the lock */
#define ROUNDS 1
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef EARLY /* so often somebody's time is up although nothing is wrong */
#define EARLY 0
#endif
#ifndef TRIES /* whether process 1 never waits: the supervisor */
#define TRIES 0
#endif

/* ---- the mistakes ---- */

#define NONE              0
#define NO_TURN           1 /* whoever takes the lock from the dead does not compare the turn */
#define FREES_THE_DEAD    2 /* … or only sets it free, and tells nobody of the death */
#define MENDS_NOTHING     3 /* … or is not told of the death itself */
#define FORGETS_OTHERS    4 /* … or drops the flag that others wait */
#define WOKEN_ALONE       5 /* whoever was woken takes the lock without saying that others may wait */
#define WAITS_FOR_ITSELF  6 /* a process that is starting and finds its own slot in the word takes it for a living owner's */
#define LOCKS_UNBORN      7 /* a process takes the lock before it has its liveness lock */
#define LOSES_LIVENESS    8 /* … or closes the file while it lives */
#define WAITS_FOR_EVER    9 /* nobody's time is ever up */
#define POSTS_FIRST      10 /* the semaphore is posted before the word is free */
#define RELEASES_IN_TWO  11 /* the flag is read first, and then the word set free */
#define MARKS_IN_TWO     12 /* the word is read first, and then written with the flag */
#define JUDGES_UNASKED   13 /* whoever's time is up takes the owner for dead */
#define JUDGES_BY_MEMORY 14 /* … or asks for the one who had the lock when the wait began */
#define GIVES_UP         15 /* who only tries gives up when the word has changed */

#ifndef MUTANT
#define MUTANT NONE
#endif

#define FREE 0

/* ---- shared memory ---- */

byte owner = FREE, turn;
bool contended;
byte semaphore;

/* ---- the kernel's ---- */

bool liveness[PROCESSES + 1];  /* the byte of each slot is locked */
bool killed[PROCESSES + 1];    /* it takes no further step */
bool time_up;                  /* for one of those who wait */

/* ---- what only the judge sees ---- */

bool inside[PROCESSES + 1];    /* it has the lock */
bool half_done;                /* its last owner was killed, and what it did is not mended yet */
bool waits[PROCESSES + 1], finished[PROCESSES + 1];
byte deaths = DEATHS, died, timeouts, early = EARLY;

#define somebody_inside() (inside[1] || inside[2] || inside[PROCESSES])
#define all_finished()    (finished[1] && finished[2] && finished[PROCESSES])
#define at_rest(i)        (finished[i] || (waits[i] && !killed[i]))
#define nothing_moves()   (at_rest(1) && at_rest(2) && at_rest(PROCESSES) && semaphore == 0 && !time_up)

/* ---- ipc/lock.c ---- */

/* For one d_step, in which the word becomes ours. */
inline enter(mending)
{
    assert(!somebody_inside());
    assert(mending == half_done); /* told of each death, and of none that was not */
    owner = me;
    turn++;
    inside[me] = true;
    taken = true
}

/* Compare and exchange, when it was free. */
inline take_free()
{
    d_step {
        if
        :: owner == FREE && turn == seen_turn && contended == seen_contended ->
            contended = (contended || keep);
            enter(false)
        :: else
        fi
    }
}

/* The same, when its owner is dead. */
inline take_from_dead()
{
    d_step {
        if
#if MUTANT == NO_TURN
        :: owner == seen_owner ->
#else
        :: owner == seen_owner && turn == seen_turn && contended == seen_contended ->
#endif
#if MUTANT == FREES_THE_DEAD
            owner = FREE
#else
#if MUTANT == FORGETS_OTHERS
            contended = false;
#else
            contended = (contended || keep);
#endif
#if MUTANT == MENDS_NOTHING
            enter(false)
#else
            enter(true);
            mends = true
#endif
#endif
        :: else
        fi
    }
}

/* So that its owner posts. False if it is another's by now. */
inline mark_contended()
{
#if MUTANT == MARKS_IN_TWO
    d_step { owner = seen_owner; turn = seen_turn; contended = true; seen_contended = true; waits[me] = true }
#else
    d_step {
        if
        :: owner == seen_owner && turn == seen_turn -> contended = true; seen_contended = true; waits[me] = true
        :: else
        fi
    }
#endif
}

inline read_word()
{
    d_step { seen_owner = owner; seen_turn = turn; seen_contended = contended }
}

#if MUTANT == JUDGES_UNASKED
#define is_dead(slot) true
#else
#define is_dead(slot) (!liveness[slot])
#endif

/* Whoever has it now, be it that another had it when the wait began. */
inline judge_owner()
{
#if MUTANT != JUDGES_BY_MEMORY
    read_word();
#endif
    if
    :: seen_owner != FREE && is_dead(seen_owner) -> take_from_dead()
    :: !(seen_owner != FREE && is_dead(seen_owner))
    fi
}

inline lock_take()
{
    do
    :: taken -> break
    :: !taken ->
        read_word();
        if
        :: seen_owner == FREE -> take_free()
#if MUTANT != WAITS_FOR_ITSELF
        :: seen_owner == me -> take_from_dead() /* its predecessor's: they were never alive together */
        :: seen_owner != FREE && seen_owner != me ->
#else
        :: seen_owner != FREE ->
#endif
            mark_contended();
            if
            :: waits[me] ->
#if MUTANT != WOKEN_ALONE
                keep = true;
#endif
                if
                :: d_step { semaphore > 0 -> semaphore--; waits[me] = false }
#if MUTANT != WAITS_FOR_EVER
                :: d_step { time_up -> time_up = false; waits[me] = false };
                   judge_owner()
#endif
                :: d_step { early > 0 && semaphore == 0 -> early--; waits[me] = false };
                   judge_owner()
                fi
            :: !waits[me]
            fi
        fi
    od
}

/* Not given up as long as it can be had: a process that is starting and does would have its predecessor's slot taken for a
 * living one's. */
inline lock_try()
{
    do
    :: taken -> break
    :: !taken ->
        read_word();
        if
        :: seen_owner == FREE -> take_free()
        :: seen_owner == me || (seen_owner != FREE && is_dead(seen_owner)) -> take_from_dead()
        :: seen_owner != FREE && seen_owner != me && !is_dead(seen_owner) -> break
        fi;
#if MUTANT == GIVES_UP
        break
#endif
    od
}

inline set_free()
{
    d_step { assert(owner == me); owner = FREE; contended = false; inside[me] = false }
}

inline post()
{
    semaphore = (semaphore < 7 -> semaphore + 1 : 7)
}

inline lock_release()
{
#if MUTANT == POSTS_FIRST
    if
    :: contended -> post()
    :: !contended
    fi;
    set_free();
#elif MUTANT == RELEASES_IN_TWO
    seen_contended = contended;
    set_free();
    if
    :: seen_contended -> post()
    :: !seen_contended
    fi;
#else
    d_step { seen_contended = contended; assert(owner == me); owner = FREE; contended = false; inside[me] = false };
    if
    :: seen_contended -> post()
    :: !seen_contended
    fi;
#endif
    taken = false
}

/* ---- a process, and those who come after it in the same slot ---- */

inline forget()
{
    seen_owner = FREE; seen_turn = 0; seen_contended = false; keep = false
}

proctype process(byte me)
{
    byte seen_owner, seen_turn, rounds;
    bool seen_contended, keep, taken, mends;
born:
    {
#if MUTANT != LOCKS_UNBORN
        liveness[me] = true;
#endif
        do
        :: rounds < ROUNDS ->
            if
            :: TRIES && me == 1 -> lock_try()
            :: !(TRIES && me == 1) -> lock_take()
            fi;
            rounds++;
            d_step { seen_owner = FREE; seen_turn = 0; keep = false };
#if MUTANT == LOCKS_UNBORN
            liveness[me] = true;
#elif MUTANT == LOSES_LIVENESS
            liveness[me] = false;
#endif
            if
            :: mends -> d_step { half_done = false; mends = false }
            :: !mends
            fi;
            if
            :: taken -> lock_release()
            :: !taken
            fi;
            d_step { forget() }
        :: rounds == ROUNDS -> break
        od;
        liveness[me] = (TRIES && me == 1); /* which lives on */
        finished[me] = true
    } unless {
        atomic {
            killed[me] -> /* the kernel closes its files */
            killed[me] = false; liveness[me] = false;
            taken = false; mends = false; rounds = 0;
            forget()
        };
        if
        :: goto born
        :: finished[me] = true /* nobody comes after it */
        fi
    }
}

inline kill(i)
{
    killed[i] = true;
    waits[i] = false;
    half_done = (half_done || inside[i]);
    inside[i] = false
}

proctype killer()
{
end:
    do
    :: d_step { deaths > 0 && !finished[1] && !killed[1] -> deaths--; died++; kill(1) }
    :: d_step { deaths > 0 && !finished[2] && !killed[2] -> deaths--; died++; kill(2) }
#if PROCESSES > 2
    :: d_step { deaths > 0 && !finished[3] && !killed[3] -> deaths--; died++; kill(3) }
#endif
    od
}

/* Time passes when nothing else happens: then somebody has died of whom those who wait were not told, and each death
 * costs one of them the whole wait, once. */
proctype clock()
{
end:
    do
    :: d_step { nothing_moves() && !all_finished() ->
        assert(timeouts < died && MUTANT != WAITS_FOR_EVER);
        timeouts++;
        time_up = true
       }
    od
}

init {
    atomic {
        run process(1);
        run process(2);
#if PROCESSES > 2
        run process(3);
#endif
        run killer();
        run clock()
    }
}
