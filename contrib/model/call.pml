/* The calls of ipc/call.c: workers that ask a service, which may die. A model for spin(1), as protocol.pml is one of the ring.
 * README.md tells what stands for what.
 *
 * One step is one system call. An answer has two parts and a pipe room for one, so that each is begun, waited for, and
 * ended. There is no deadline: who would have to wait for it waits for ever here, and is found by the judge. */

#ifndef CALLERS
#define CALLERS 2
#endif
#ifndef LAZY /* so many more ask, and never read */
#define LAZY 0
#endif
#ifndef DEATHS /* of the service */
#define DEATHS 0
#endif
#ifndef KILLS /* of callers */
#define KILLS 0
#endif
#ifndef DROPS /* so often an answer is dropped for want of room though its caller reads; what comes then is not looked at */
#define DROPS 1
#endif

/* ---- the mistakes ---- */

#define NONE              0
#define KEEPS_WRITING_END 1 /* the caller does not close its own writing end before it reads */
#define TAKES_HALF        2 /* … or takes what came before the end of the pipe for the answer */
#define ASKS_ONCE         3 /* … or does not send the request again */
#define ENDS_HALF         4 /* the service keeps nothing of an answer for which the pipe has no room */
#define WRITES_BLOCKING   5 /* … or waits until it has */
#define KEEPS_ALL         6 /* … or never drops what it has kept */

#ifndef MUTANT
#define MUTANT NONE
#endif

#define ALL    (CALLERS + LAZY)
#define NOBODY 255

/* ---- the kernel's ---- */

chan mailbox = [1] of { byte, byte }; /* who asks, and with which of its pipes; the supervisor keeps it open */
byte pipe[ALL];       /* which of its pipes a caller has now */
bool reading_end[ALL];
byte writing_ends[ALL]; /* of that pipe: the caller's, the mailbox's, the service's */
byte parts[ALL];      /* of the answer, in that pipe */

/* ---- the service's own, which ends with it ---- */

byte holds = NOBODY, held_pipe;
bool begun;           /* the first part is written */
byte kept = NOBODY, kept_pipe; /* whose second part it could not write: there is room for one */

/* ---- what only the judge sees ---- */

bool answered[ALL], killed[ALL], own_end[ALL], cut_off;
byte deaths = DEATHS, kills = KILLS, died, dropped;

#define is_there(who, which) (pipe[who] == which && reading_end[who])

inline close_writing_end(who, which)
{
    if
    :: pipe[who] == which -> writing_ends[who]--
    :: else
    fi
}

/* ---- callers ---- */

inline ask(i)
{
    atomic {
        assert(pipe[i] < 1 + died + dropped || killed[i]); /* again only if it had to be */
        pipe[i]++;
        parts[i] = 0;
        writing_ends[i] = 1;
        reading_end[i] = true;
        own_end[i] = true
    }
    atomic { mailbox ! i, pipe[i] -> writing_ends[i]++ } /* waits while it is full */
    atomic {
        if
        :: MUTANT != KEEPS_WRITING_END -> writing_ends[i]--; own_end[i] = false
        :: else
        fi
    }
}

inline read_answer(i, got)
{
    got = 0;
    do
    :: atomic { got < 2 && parts[i] > 0 -> parts[i]--; got++ }
    :: atomic { got < 2 && parts[i] == 0 && writing_ends[i] == 0 -> break }
    :: atomic { got == 2 -> break }
    od;
    reading_end[i] = false
}

proctype caller(byte i)
{
    byte got;
    {
        do
        :: ask(i);
           read_answer(i, got);
           if
           :: got == 2 || MUTANT == ASKS_ONCE || (MUTANT == TAKES_HALF && got == 1) -> break
           :: else
           fi
        od;
        assert(got == 2);
        answered[i] = true
    } unless { killed[i] || cut_off }
}

proctype lazy(byte i)
{
    ask(i);
end:
    false
}

/* ---- the service ---- */

inline forget_held()
{
    holds = NOBODY;
    held_pipe = 0;
    begun = false
}

inline drop_kept()
{
    close_writing_end(kept, kept_pipe);
    kept = NOBODY;
    kept_pipe = 0
}

inline make_room()
{
    if
    :: kept != NOBODY && kept < CALLERS && is_there(kept, kept_pipe) -> dropped++; cut_off = dropped > DROPS; drop_kept()
    :: kept != NOBODY && (kept >= CALLERS || !is_there(kept, kept_pipe)) -> drop_kept()
    :: kept == NOBODY
    fi
}

/* The pipe is full. */
inline keep()
{
    if
    :: MUTANT == ENDS_HALF -> close_writing_end(holds, held_pipe)
    :: else ->
        make_room();
        kept = holds;
        kept_pipe = held_pipe
    fi;
    forget_held()
}

proctype service()
{
end:
    do
    :: atomic {
           !cut_off && holds == NOBODY && nempty(mailbox) -> mailbox ? holds, held_pipe;
           if
           :: is_there(holds, held_pipe)
           :: else -> close_writing_end(holds, held_pipe); forget_held() /* nobody waits for it any more */
           fi
       }
    :: atomic {
           !cut_off && holds != NOBODY && !is_there(holds, held_pipe) -> close_writing_end(holds, held_pipe); forget_held()
       }
    :: atomic {
           !cut_off && holds != NOBODY && !begun && is_there(holds, held_pipe) ->
           assert(parts[holds] == 0); /* it is a new pipe */
           parts[holds]++;
           begun = true
       }
    :: atomic {
           !cut_off && holds != NOBODY && begun && is_there(holds, held_pipe) && parts[holds] == 0 ->
           parts[holds]++;
           close_writing_end(holds, held_pipe);
           forget_held()
       }
    :: atomic {
           !cut_off && holds != NOBODY && begun && is_there(holds, held_pipe) && parts[holds] > 0 &&
               MUTANT != WRITES_BLOCKING && (MUTANT != KEEPS_ALL || kept == NOBODY) -> keep()
       }
    :: atomic {
           !cut_off && kept != NOBODY && is_there(kept, kept_pipe) && parts[kept] == 0 -> parts[kept]++; drop_kept()
       }
    :: atomic { !cut_off && kept != NOBODY && !is_there(kept, kept_pipe) -> drop_kept() }
    :: atomic {
           !cut_off && deaths > 0 -> deaths--; died++;
           if
           :: holds != NOBODY -> close_writing_end(holds, held_pipe); forget_held()
           :: else
           fi;
           if
           :: kept != NOBODY -> drop_kept()
           :: else
           fi /* from here on it is the next one */
       }
    od
}

/* ---- who kills, and who judges ---- */

proctype killer()
{
    byte i;
end:
    do
    :: atomic {
           kills > 0 -> kills--;
           select (i : 0 .. CALLERS - 1);
           if
           :: !answered[i] && !killed[i] ->
               killed[i] = true;
               reading_end[i] = false;
               if
               :: own_end[i] -> own_end[i] = false; writing_ends[i]--
               :: else
               fi
           :: else
           fi;
           i = 0
       }
    od
}

/* Each has the whole answer, unless it was killed. */
#define is_well(i) (answered[i] || killed[i])

proctype judge()
{
    atomic {
        timeout -> /* nothing can happen any more */
        assert(cut_off || (is_well(0) && (CALLERS < 2 || is_well(1)) && (CALLERS < 3 || is_well(2))))
    }
}

init {
    byte i;
    atomic {
        do
        :: i < CALLERS -> run caller(i); i++
        :: i >= CALLERS && i < ALL -> run lazy(i); i++
        :: i == ALL -> break
        od;
        run service();
        run killer();
        run judge()
    }
}
