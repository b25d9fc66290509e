/* A user and their connections: events that couriers follow, forwards and, when one is replaced, backwards. A model for
 * spin(1), as protocol.pml is one of the ring. README.md tells what stands for what.
 *
 * One step is one transaction, for the lock is another model's (lock.pml), or one record read. There is one user and one
 * channel: what happens to one does not depend on the others. */

#ifndef DEVICES
#define DEVICES 2
#endif
#ifndef VISITS /* so often each device comes */
#define VISITS 1
#endif
#ifndef MOVES /* into the channel and out of it */
#define MOVES 2
#endif
#ifndef DEATHS /* of workers */
#define DEATHS 0
#endif
#ifndef COURIER_DEATHS
#define COURIER_DEATHS 0
#endif
#ifndef STAYS /* 1: a user whose last connection is lost stays for a while */
#define STAYS 0
#endif
#ifndef KILLS /* 1: an operator puts the user out at some time */
#define KILLS 0
#endif

/* ---- the mistakes ---- */

#define NONE             0
#define QUITS_FIRST      1 /* a user leaves before their connections are detached */
#define DETACHES_ONE     2 /* … or with one connection still there */
#define LEAVES_WITH_ONE  3 /* … or when one of several connections is lost */
#define LEAVES_TWICE     4 /* the supervisor puts in order a connection that is closed already */
#define NOT_DETACHED     5 /* who has no connection is not said to be detached */
#define ATTACH_IS_SILENT 6 /* an ATTACH does not tell of the channels */
#define DETACH_IS_SILENT 7 /* … or a DETACH does not */
#define JOINS_ALONE      8 /* a JOIN is for the connection it came from alone */
#define UNDOES_FORWARDS  9 /* a new courier undoes the oldest record first */

#ifndef MUTANT
#define MUTANT NONE
#endif

#define LOG 14 /* records there can be */

mtype = { ATTACH, DETACH, JOIN, PART, QUIT };

/* ---- the tables ---- */

bool here = true, detached = true, in_channel; /* at first the user is one who has no connection */
bool open[DEVICES];

/* ---- the log ---- */

mtype kinds[LOG];
byte whose[LOG];   /* the connection */
bool told_in[LOG]; /* with the channel */
byte head;

/* What the tables were before each record, for the judge. */
bool was_open[(LOG + 1) * DEVICES], was_in[LOG + 1];

/* ---- a courier's copy ---- */

bool copy_open[DEVICES], copy_in[DEVICES];
byte cursor;

/* ---- what only the judge sees ---- */

byte quits, deaths = DEATHS, courier_deaths = COURIER_DEATHS;
bool dead[DEVICES], living[DEVICES];

byte i_, j_; /* of inlines; each is over within one step */

inline note()
{
    i_ = 0;
    do
    :: i_ < DEVICES -> was_open[head * DEVICES + i_] = open[i_]; i_++
    :: else -> break
    od;
    was_in[head] = in_channel;
    i_ = 0
}

inline publish(kind, connection, channel)
{
    assert(head < LOG);
    kinds[head] = kind; whose[head] = connection; told_in[head] = channel;
    head++
}

inline count_open()
{
    i_ = 0; j_ = 0;
    do
    :: i_ < DEVICES -> if :: open[i_] -> j_++ :: else fi; i_++
    :: else -> break
    od;
    i_ = 0
}

inline check_tables()
{
    count_open();
    assert(here || j_ == 0);
    assert(!here || detached == (j_ == 0));
    assert(quits == !here);
    j_ = 0
}

inline attach(connection)
{
    publish(ATTACH, connection, (in_channel && MUTANT != ATTACH_IS_SILENT));
    open[connection] = true; detached = false;
    note()
}

inline detach(connection)
{
    publish(DETACH, connection, (in_channel && MUTANT != DETACH_IS_SILENT));
    open[connection] = false;
    count_open();
    if :: j_ == 0 && MUTANT != NOT_DETACHED -> detached = true :: else fi;
    j_ = 0;
    note()
}

inline quit()
{
    publish(QUIT, 255, in_channel);
    here = false; in_channel = false; quits++;
    note()
}

/* The connections first, each with the channels as they are. */
inline leave()
{
    if
    :: MUTANT == QUITS_FIRST -> quit()
    :: else
    fi;
    k = 0;
    do
    :: k < DEVICES ->
        if :: open[k] -> detach(k); if :: MUTANT == DETACHES_ONE -> break :: else fi :: else fi;
        k++
    :: else -> break
    od;
    k = 0;
    if
    :: MUTANT != QUITS_FIRST -> quit()
    :: else
    fi
}

/* A connection is lost: its user stays if they have another, or for a while. */
inline lose(connection)
{
    count_open();
    if
    :: (j_ > 1 && MUTANT != LEAVES_WITH_ONE) || STAYS -> j_ = 0; detach(connection)
    :: else -> assert(j_ <= 1); j_ = 0; leave()
    fi
}

proctype device(byte me)
{
    byte k, visits = VISITS;
    do
    :: atomic { visits > 0 && here && !dead[me] && !open[me] && !living[me] -> visits--; attach(me); living[me] = true; check_tables() }
    :: atomic { living[me] && open[me] -> lose(me); living[me] = false; check_tables() }
    :: atomic { living[me] && !open[me] -> living[me] = false } /* it was put out */
    :: atomic { living[me] && deaths > 0 -> deaths--; living[me] = false; dead[me] = true }
    :: !here && !living[me] -> break
    :: visits == 0 && !living[me] -> break
    od
}

/* The supervisor, for one slot: puts in order what a dead worker leaves. */
proctype reaper(byte me)
{
    byte k;
end:
    do
    :: atomic { dead[me] ->
         if
         :: open[me] || MUTANT == LEAVES_TWICE -> lose(me); check_tables()
         :: else
         fi;
         dead[me] = false
       }
    od
}

/* And for those who have been without a connection for long enough. */
proctype expirer()
{
    byte k;
end:
    do
    :: atomic { STAYS && here && detached && head > 0 -> leave(); check_tables() }
    od
}

proctype user()
{
    byte moves = MOVES, by;
    do
    :: atomic { moves > 0 && here && !detached ->
         moves--;
         by = 0;
         do :: by < DEVICES - 1 && !open[by] -> by++ :: else -> break od;
         if
         :: in_channel -> publish(PART, by, true); in_channel = false
         :: else -> publish(JOIN, by, true); in_channel = true
         fi;
         note(); check_tables()
       }
    :: !here -> break
    :: moves == 0 -> break
    od
}

proctype operator()
{
    byte k;
    if
    :: atomic { KILLS && here -> leave(); check_tables() }
    :: skip
    fi
}

/* ---- the courier ---- */

inline check_copy()
{
    i_ = 0;
    do
    :: i_ < DEVICES ->
        assert(copy_open[i_] == was_open[cursor * DEVICES + i_]);
        assert(!copy_open[i_] || copy_in[i_] == was_in[cursor]);
        i_++
    :: else -> break
    od;
    i_ = 0
}

inline set_all(channel, only)
{
    i_ = 0;
    do
    :: i_ < DEVICES ->
        if
        :: copy_open[i_] && (MUTANT != JOINS_ALONE || !(channel) || i_ == only) -> copy_in[i_] = channel
        :: else
        fi;
        i_++
    :: else -> break
    od;
    i_ = 0
}

inline apply(at)
{
    if
    :: kinds[at] == ATTACH -> copy_open[whose[at]] = true; copy_in[whose[at]] = told_in[at]
    :: kinds[at] == DETACH -> copy_open[whose[at]] = false; copy_in[whose[at]] = false
    :: kinds[at] == JOIN -> set_all(true, whose[at])
    :: kinds[at] == PART -> set_all(false, whose[at])
    :: kinds[at] == QUIT -> skip
    fi
}

inline undo(at)
{
    if
    :: kinds[at] == ATTACH -> copy_open[whose[at]] = false; copy_in[whose[at]] = false
    :: kinds[at] == DETACH -> copy_open[whose[at]] = true; copy_in[whose[at]] = told_in[at]
    :: kinds[at] == JOIN -> set_all(false, whose[at])
    :: kinds[at] == PART -> set_all(true, whose[at])
    :: kinds[at] == QUIT -> skip
    fi
}

proctype courier()
{
    byte at, from;
end:
    do
    :: atomic { cursor < head -> apply(cursor); cursor++; check_copy() }
    :: atomic { courier_deaths > 0 && head > 0 -> /* another takes the tables as they are, and walks back */
         courier_deaths--;
         at = 0;
         do
         :: at < DEVICES -> copy_open[at] = open[at]; copy_in[at] = open[at] && in_channel; at++
         :: else -> break
         od;
         from = head; at = cursor;
         do
         :: MUTANT == UNDOES_FORWARDS && at < head -> undo(at); at++
         :: MUTANT != UNDOES_FORWARDS && from > cursor -> from--; undo(from)
         :: else -> break
         od;
         at = 0; from = 0;
         check_copy()
       }
    od
}

init
{
    byte n;
    atomic {
        note();
        run expirer(); run user(); run operator(); run courier();
        do
        :: n < DEVICES -> run device(n); run reaper(n); n++
        :: else -> break
        od
    }
}
