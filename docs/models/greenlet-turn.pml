/*
 * How the threads of a family of greenlets hand the turn to each other, and how they end when their home thread has: docs/design/greenlets.md.
 *
 * One step of this model is one access to shared memory, or one call of the kernel, in the order in which the code's fences keep them.
 * Who sleeps may be woken for no reason.
 *
 *     spin -a greenlet-turn.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * What is proved, for a home thread and two greenlets with a thread each, which begin, pass the turn on and end in any order:
 *   - never do two run at once, also while the family ends;
 *   - who has the turn finds the transfer that was meant for it, complete;
 *   - the turn is not lost, and in the end no thread is left.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   ASLEEP_BY_STORE    who is about to sleep writes so, without looking whether the turn has come
 *   GIVE_BY_STORE      who gives looks whether the other one sleeps, and writes then
 *   AWAY_TOO_LATE      who has the turn takes the word back only before it waits again
 *   WAKE_IS_THE_TURN   who is woken does not look at the word
 *   VALUE_AFTER_GIVING the transfer is written after the turn was given
 *   DOOM_ALL_AT_ONCE   all are ended at the same time
 *   ENDS_IN_THE_LIST   a thread that ends by itself stays among those that are to be ended
 */

#define THREADS 3         /* the first is the home thread */
#define PASSES 6
#define SPURIOUS 2

/* The word of a thread. */
#define AWAY 0
#define GIVEN 1
#define ASLEEP 2

byte word[THREADS];
bit isInKernel[THREADS];
bit isDoomed[THREADS];

/* Of who has the turn. */
byte target;
byte value;
bit hasBegun[THREADS];
bit isListed[THREADS];    /* begun and not ended: under a lock, which is one step here */
#define isThere(t) (!hasBegun[t] || isListed[t])

/* What is counted. */
byte running;
byte passes;
byte spurious;
byte alive;

inline give(t)
{
#ifdef GIVE_BY_STORE
    was = word[t];
    word[t] = GIVEN;
#else
    atomic { was = word[t]; word[t] = GIVEN }
#endif
    if
    :: was == ASLEEP -> isInKernel[t] = 0
    :: else -> skip
    fi;
    was = 0
}

inline waitForTurn(t)
{
#ifdef AWAY_TOO_LATE
    word[t] = AWAY;
#endif
    if
    :: word[t] == GIVEN -> skip /* It came while it was spinning. */
    :: true ->
#ifdef ASLEEP_BY_STORE
        word[t] = ASLEEP;
#else
        atomic
        {
            if
            :: word[t] == AWAY -> word[t] = ASLEEP
            :: else -> skip
            fi
        }
#endif
        do
        :: word[t] != ASLEEP -> break
        :: atomic { word[t] == ASLEEP -> skip }

            /* The kernel looks again. */
            atomic
            {
                if
                :: word[t] == ASLEEP -> isInKernel[t] = 1
                :: else -> skip
                fi
            }
            if
            :: !isInKernel[t] -> skip
            :: atomic { isInKernel[t] && spurious < SPURIOUS -> spurious++; isInKernel[t] = 0 }
            fi;
#ifdef WAKE_IS_THE_TURN
            break
#endif
        od
    fi;
#ifndef AWAY_TOO_LATE
    word[t] = AWAY
#endif
}

inline enter()
{
    atomic { running++; assert(running == 1) }
}

inline doomNext()
{
    atomic
    {
        next = 1;
        do
        :: next < THREADS && !isListed[next] -> next++
        :: else -> break
        od
    }
    do
    :: next == THREADS -> break
    :: next < THREADS && isListed[next] ->
        isDoomed[next] = 1;
        give(next);
#ifdef DOOM_ALL_AT_ONCE
        next++
#else
        next = THREADS
#endif
    :: next < THREADS && !isListed[next] -> next++
    od
}

/* A thread with the turn. */
proctype Place(byte me)
{
    byte next;
    byte was;
    bit ends;
    do
    :: true ->
        enter();
        if
        :: isDoomed[me] -> break
        :: else -> skip
        fi;
        atomic { assert(target == me && value == passes) }
        if
        :: me == 0 -> break /* The home thread may end whenever it runs. */
        :: me != 0 -> next = 0
        :: me != 0 -> next = 0; ends = 1
        :: passes < PASSES && me != 1 && isThere(1) -> next = 1
        :: passes < PASSES && me != 2 && isThere(2) -> next = 2
        fi;
#ifndef ENDS_IN_THE_LIST
        isListed[me] = isListed[me] && !ends;
#endif
        running--;
#ifndef VALUE_AFTER_GIVING
        atomic { passes++; target = next; value = passes }
#else
        passes++;
#endif
        if
        :: next != 0 && !hasBegun[next] -> atomic { hasBegun[next] = 1; isListed[next] = 1; alive++; run Place(next) }
        :: else -> give(next)
        fi;
#ifdef VALUE_AFTER_GIVING
        atomic { target = next; value = passes };
#endif
        next = 0;
        if
        :: ends -> goto hasEnded
        :: else -> skip
        fi;
        waitForTurn(me)
    od;

    /* The home thread ends, and a finalizer ends the others; or this one is ended: its finally blocks run, and the next one's turn comes. */
    isListed[me] = 0;
    running--;
    doomNext();
hasEnded:
    alive--
}

init
{
    atomic
    {
        hasBegun[0] = 1;
        alive = 1;
        run Place(0)
    }

    timeout -> assert(alive == 0 && running == 0)
}
