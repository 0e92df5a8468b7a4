/*
 * How a pool stops a worker for another one, and looks whether it may stay stopped: docs/design/slices.md.
 *
 * Two workers have one slice between them; the third process is of no pool. All three take one lock, whose word is taken by a
 * compare-and-swap, and whose queue is changed under a guard; who releases hands it to a waiter if there is one. A process
 * enters its hold before it takes the word. A stop takes effect some time after it was sent, between any two steps.
 *
 * One step of this model is one access to shared memory, or one signal.
 *
 *     spin -a slices.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -m100000
 *
 * What is proved:
 *   - a worker that stays stopped has neither the lock nor its guard, from the look to its continuation;
 *   - nobody gives it the lock meanwhile;
 *   - no more workers than slices run, but those that wait or hold.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   LOOK_BEFORE_STOP   the parent looks first and stops then: the worker takes the lock in between
 *   LOOK_AT_ONCE       the parent looks as soon as the signal is sent, before the worker stands still
 *   ENTER_BEHIND       the worker enters its hold behind the compare-and-swap
 *   GUARD_UNSEEN       the parent does not look at guards
 *   STOP_WAITERS       a worker that waits stays stopped, and is given the lock
 *   GRANT_UNSEEN       a worker that was given the lock, and has not entered its hold, counts as free
 */

#define NOBODY 9
#define OUTSIDER 2
#define CALLS 2

/* Shared memory. */
byte owner = NOBODY;
byte guard = NOBODY;
bit entered[3];
bit waits[3];
bit granted[3];

/* The kernel. */
bit isSent[2];           /* SIGSTOP is on its way */
bit isStill[2];

/* The parent, and what both sides know of calls. */
byte given[2];
byte ended[2];
bit accepted[2];         /* it stays stopped */
bit hasSlice[2];
bit takesPart[2];        /* it has a call that is not over */
bit isBlocked[2];

#define RUNS(w) (w == OUTSIDER || !isStill[w])

inline Continue(w)
{
    d_step { accepted[w] = 0; isSent[w] = 0; isStill[w] = 0 }
}

inline Lock(w)
{
#ifndef ENTER_BEHIND
    atomic { RUNS(w) -> entered[w] = 1 }
#endif
    atomic {
        RUNS(w);
        if
        :: owner == NOBODY -> owner = w; hasIt = 1
        :: else -> hasIt = 0
        fi
    }
    if
    :: hasIt
    :: else ->
#ifndef ENTER_BEHIND
        atomic { RUNS(w) -> entered[w] = 0 }
#endif
        atomic { RUNS(w) && guard == NOBODY -> guard = w }
        atomic {
            RUNS(w);
            if
            :: owner == NOBODY -> owner = w; hasIt = 1
            :: else -> waits[w] = 1
            fi
        }
        if
        :: hasIt ->
            atomic { RUNS(w) -> entered[w] = 1 }
            atomic { RUNS(w) -> guard = NOBODY }
        :: else ->
            atomic { RUNS(w) -> guard = NOBODY }
            atomic { RUNS(w) && granted[w] -> skip }
            atomic { RUNS(w) -> entered[w] = 1 }
            atomic { RUNS(w) -> waits[w] = 0; granted[w] = 0 }
        fi
    fi;
#ifdef ENTER_BEHIND
    atomic { RUNS(w) -> entered[w] = 1 }
#endif
}

inline Unlock(w)
{
    atomic { RUNS(w) && guard == NOBODY -> guard = w }
    atomic {
        RUNS(w);
        if
        :: waits[0] && !granted[0] && w != 0 -> owner = 0; granted[0] = 1
        :: waits[1] && !granted[1] && w != 1 -> owner = 1; granted[1] = 1
        :: waits[2] && !granted[2] && w != 2 -> owner = 2; granted[2] = 1
        :: else -> owner = NOBODY
        fi
    }
    atomic { RUNS(w) -> guard = NOBODY }
    atomic { RUNS(w) -> entered[w] = 0 }
}

proctype Worker(byte w)
{
    bit hasIt;
    byte done;
    do
    :: done == CALLS -> break
    :: else ->
        atomic { RUNS(w) && given[w] > done -> skip }
        Lock(w);
        Unlock(w);
        atomic { RUNS(w) -> done++; ended[w] = done }
    od
}

proctype Outsider()
{
    bit hasIt;
    byte done;
    do
    :: done == CALLS -> break
    :: else ->
        Lock(OUTSIDER);
        Unlock(OUTSIDER);
        done++
    od
}

proctype Kernel()
{
end:
    do
    :: d_step { isSent[0] -> isSent[0] = 0; isStill[0] = 1 }
    :: d_step { isSent[1] -> isSent[1] = 0; isStill[1] = 1 }
    od
}

/* 0: it may stay stopped; 1: it holds, or is in the middle of a change; 2: it waits. */
inline Look(w)
{
    standing = 0;
#ifdef STOP_WAITERS
#define COUNTS_AS_WAITING 0
#else
#define COUNTS_AS_WAITING (waits[w] && !granted[w])
#endif
#ifdef GRANT_UNSEEN
#define COUNTS_AS_HOLDING entered[w]
#else
#define COUNTS_AS_HOLDING (entered[w] || granted[w])
#endif
    if
    :: COUNTS_AS_WAITING -> standing = 2
    :: else -> skip
    fi;
    if
    :: standing == 0 && COUNTS_AS_HOLDING -> standing = 1
    :: else -> skip
    fi;
#ifndef GUARD_UNSEEN
    if
    :: standing == 0 && guard == w -> standing = 1
    :: else -> skip
    fi;
#endif
}

/* One try to take its slice from a worker, or to see what has become of one that waited. */
inline TryStop(w)
{
#ifdef LOOK_BEFORE_STOP
    Look(w);
#endif
    isSent[w] = 1;
#ifdef LOOK_AT_ONCE
    Look(w);
#endif
    isStill[w];
#ifndef LOOK_BEFORE_STOP
#ifndef LOOK_AT_ONCE
    Look(w);
#endif
#endif
    if
    :: ended[w] == given[w] ->
        /* Its result was sent before it stood still. */
        Continue(w)
    :: else ->
        if
        :: standing == 0 -> d_step { accepted[w] = 1; hasSlice[w] = 0; isBlocked[w] = 0 }
        :: standing == 1 -> Continue(w)
        :: standing == 2 -> Continue(w); d_step { hasSlice[w] = 0; isBlocked[w] = 1 }
        fi
    fi;
    standing = 0;
}

#define IS_FREE (!hasSlice[0] && !hasSlice[1])

inline Serve(w)
{
    if
    :: takesPart[w] && ended[w] == given[w] ->
        Continue(w);
        d_step { hasSlice[w] = 0; isBlocked[w] = 0; takesPart[w] = 0 }
    :: !takesPart[w] && IS_FREE && given[w] < CALLS ->
        d_step { takesPart[w] = 1; hasSlice[w] = 1; given[w]++ }
    :: takesPart[w] && accepted[w] && IS_FREE && ended[w] != given[w] ->
        hasSlice[w] = 1;
        Continue(w)
    :: takesPart[w] && (hasSlice[w] || isBlocked[w]) && ended[w] != given[w] ->
        TryStop(w)
    :: else -> skip
    fi
}

proctype Parent()
{
    byte standing;
    do
    :: ended[0] == CALLS && ended[1] == CALLS -> break
    :: else ->
        if
        :: skip; Serve(0)
        :: skip; Serve(1)
        fi
    od
}

/* Looked at between any two steps of the others. */
proctype Watch()
{
    if
    :: atomic { accepted[0] -> assert(owner != 0 && guard != 0 && !granted[0]) }
    :: atomic { accepted[1] -> assert(owner != 1 && guard != 1 && !granted[1]) }
    :: atomic { hasSlice[0] && hasSlice[1] -> assert(0) }
    :: ended[0] == CALLS && ended[1] == CALLS -> skip
    fi
}

init
{
    atomic {
        run Worker(0);
        run Worker(1);
        run Outsider();
        run Kernel();
        run Parent();
        run Watch()
    }
}
