/*
 * Tasks of a ThreadExecutor that let others have their place, as src/Plait/Execution/Local does it (LocalPool.Checkpoints, PolicyOrder): docs/design/checkpoints.md.
 * Somebody submits two tasks to an executor with one place, and closes it at any moment after that, as a drain. Each task may come to a checkpoint twice, and may park
 * there when something waits; the policy may take anything that waits. The system may refuse to start a thread once.
 *
 * One step is one access to memory that others can see. What happens under the order's or the pool's gate is one step, for nobody else looks at it meanwhile.
 *
 *     spin -a checkpoints.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * With three tasks that may park once (TASKS 3, CHECKS 1, and without the line that ends a third at once): 8.6 million states, 14 s, and the same holds.
 *
 * What is proved: never more tasks run at once than there are places; every task ends, however often it parks, or was refused for want of any thread; nothing
 * runs and nobody is parked once the end is told, and every thread has ended.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   PLACE_KEPT           who lets a parked thread go on looks for more work itself
 *   NO_NOTIFY            who parks passes its place on to nobody
 *   CLOSE_WAKES_ALL      who closes wakes more threads than there are places while there is work
 *   WORD_FIRST           a parked thread is woken before it is counted
 *   NO_WAY_BACK          no parked thread goes on where the system refuses the only other one
 *   REFUSED_AND_GONE     who was refused a thread does not look for who has parked meanwhile
 *   SLEEPERS_ONLY        who found every place taken looks only for sleepers afterwards, not for a place that has become free
 */

#define TASKS 2
#define CHECKS 2
#define SIZE 1
#define THREADS 4
#define NOBODY THREADS

/* The order: a task waits, runs, has parked and waits again, or has ended. */
#define NEW 0
#define WAITING 1
#define RUNNING 2
#define PARKED 3
#define ENDED 4
byte stage[3];
byte owner[3];
#define IN_ORDER(t) (stage[t] == WAITING || stage[t] == PARKED)
#define HAS_WORK (IN_ORDER(0) || IN_ORDER(1) || IN_ORDER(2))

/* The pool. */
byte searching, sleeping, started, parked;
bit closing, isOver;
bit idle[THREADS];
bit isParked[THREADS];

/* The threads. */
bit exists[THREADS];
bit word[THREADS];
bit gone[THREADS];

/* The watching eye. */
byte running;
byte refusals = 1;

#define OVER (closing && !HAS_WORK)

inline wakeOneIdle()
{
    if
    :: idle[0] -> idle[0] = 0; sleeping--; searching++; word[0] = 1
    :: !idle[0] && idle[1] -> idle[1] = 0; sleeping--; searching++; word[1] = 1
    :: !idle[0] && !idle[1] && idle[2] -> idle[2] = 0; sleeping--; searching++; word[2] = 1
    :: !idle[0] && !idle[1] && !idle[2] -> assert(idle[3]); idle[3] = 0; sleeping--; searching++; word[3] = 1
    fi
}

/* Under the pool's gate. */
inline wakeAll()
{
    do
#ifdef CLOSE_WAKES_ALL
    :: sleeping > 0 -> wakeOneIdle()
    :: else -> break
#else
    :: sleeping > 0 && (started - sleeping < SIZE || OVER) -> wakeOneIdle()
    :: else -> break
#endif
    od
}

inline checkOver()
{
    if
    :: started + parked == 0 && OVER -> isOver = 1
    :: else
    fi
}

/* No thread is left, and none to be had: one that is parked goes on instead, if there is one. */
inline rescue(w, ok)
{
    /* The order's gate. */
    atomic {
        w = NOBODY;
        if
        :: stage[0] == PARKED -> stage[0] = RUNNING; w = owner[0]
        :: stage[1] == PARKED -> stage[1] = RUNNING; w = owner[1]
        :: stage[2] == PARKED -> stage[2] = RUNNING; w = owner[2]
        :: stage[0] != PARKED && stage[1] != PARKED && stage[2] != PARKED
        fi
    };
    if
    :: w != NOBODY ->
        /* The pool's gate. */
        atomic { isParked[w] = 0; parked--; started++ };
        word[w] = 1;
        ok = 1
    :: else
    fi
}

/* ok: whether there is somebody, or can be. */
inline notify(w, ok)
{
    ok = 1;
    do
    :: searching != 0 || started - sleeping >= SIZE -> break
    :: started != sleeping && !HAS_WORK -> break
    :: else ->
        if
        :: atomic { searching == 0 -> searching = 1 }
        :: searching != 0 -> break
        fi;
        /* The pool's gate. */
        atomic {
            w = NOBODY;
            if
            :: started - sleeping >= SIZE
            :: started - sleeping < SIZE && sleeping > 0 -> searching--; wakeOneIdle(); w = THREADS + 1
            :: started - sleeping < SIZE && sleeping == 0 && !isOver ->
                started++;
                if
                :: !exists[0] -> w = 0
                :: exists[0] && !exists[1] -> w = 1
                :: exists[0] && exists[1] && !exists[2] -> w = 2
                :: exists[0] && exists[1] && exists[2] -> assert(!exists[3]); w = 3
                fi
            :: started - sleeping < SIZE && sleeping == 0 && isOver
            fi
        };
        if
        :: w == THREADS + 1 -> break
        :: w < THREADS ->
            if
            :: exists[w] = 1; break
            :: atomic { refusals > 0 -> refusals-- };
                atomic { started--; ok = (started != 0) };
#ifndef NO_WAY_BACK
                if
                :: !ok -> rescue(w, ok)
                :: else
                fi;
#endif
                searching--;
                if
#ifndef REFUSED_AND_GONE
#ifndef NO_WAY_BACK
                :: searching == 0 && HAS_WORK && (sleeping != 0 || (started == sleeping && parked > 0))
#endif
#endif
                :: else -> break
                fi
            fi
        :: w == NOBODY ->
            searching--;
            if
#ifdef SLEEPERS_ONLY
            :: searching == 0 && HAS_WORK && sleeping != 0
#else
            :: searching == 0 && HAS_WORK && started - sleeping < SIZE && !isOver
#endif
            :: else -> break
            fi
        fi
    od
}

inline take(t, got)
{
    got = 0;
    if
    :: stage[0] == WAITING -> t = 0; got = 1
    :: stage[1] == WAITING -> t = 1; got = 1
    :: stage[2] == WAITING -> t = 2; got = 1
    :: stage[0] == PARKED -> t = 0; got = 2
    :: stage[1] == PARKED -> t = 1; got = 2
    :: stage[2] == PARKED -> t = 2; got = 2
    :: !HAS_WORK
    fi;
    if
    :: got != 0 -> stage[t] = RUNNING
    :: else
    fi
}

proctype Worker(byte me)
{
    byte w, task, got, checks;
    bit isSearching, ok;
    exists[me];
    isSearching = 1;
next:
    /* The order's gate. */
    atomic { take(task, got) };
    if
    :: got == 0 -> goto rest
    :: else
    fi;
    if
    :: isSearching ->
        isSearching = 0;
        atomic { searching--; w = searching };
        if
        :: w == 0 && HAS_WORK -> notify(w, ok)
        :: else
        fi
    :: else
    fi;
    if
    :: got == 2 ->
        w = owner[task];
#ifdef WORD_FIRST
        word[w] = 1;
#endif
        /* The pool's gate. */
        atomic {
            isParked[w] = 0;
            parked--;
            started++;
#ifndef PLACE_KEPT
            idle[me] = 1;
            sleeping++
#endif
        };
#ifndef WORD_FIRST
        word[w] = 1;
#endif
#ifndef PLACE_KEPT
        goto sleep
#else
        goto next
#endif
    :: else
    fi;

    /* Inside of the function. */
    checks = CHECKS;
    atomic { running++; assert(running <= SIZE) };
    assert(!isOver);
    do
    :: break
    :: checks > 0 && HAS_WORK ->
        checks--;
        /* The order's gate, and within it the pool's. */
        atomic {
            if
            :: HAS_WORK ->
                stage[task] = PARKED;
                owner[task] = me;
                isParked[me] = 1;
                parked++;
                started--;
                running--
            :: else -> goto goon
            fi
        };
#ifndef NO_NOTIFY
        notify(w, ok);
#endif
        word[me] -> word[me] = 0;
        atomic { running++; assert(running <= SIZE) };
        assert(!isOver);
goon:
        skip
    od;
    running--;
    stage[task] = ENDED;
    goto next;

rest:
    if
    :: !isSearching -> isSearching = 1; searching++
    :: else
    fi;
    atomic {
        if
        :: OVER ->
            searching--;
            wakeAll();
            goto over
        :: else -> idle[me] = 1; sleeping++
        fi
    };
    searching--;
    if
    :: HAS_WORK || closing ->
        atomic {
            if
            :: idle[me] && (HAS_WORK || OVER) && started - sleeping < SIZE ->
                idle[me] = 0;
                sleeping--;
                searching++;
                goto next
            :: else
            fi
        }
    :: else
    fi;
sleep:
    word[me] -> word[me] = 0;
    isSearching = 1;
    goto next;
over:
    /* Its thread is at its end. */
    atomic { started--; gone[me] = 1; checkOver() }
}

proctype Submitter()
{
    byte w, task;
    bit ok;
again:
    stage[task] = WAITING;
    notify(w, ok);
    if
    :: !ok ->
        atomic {
            if
            :: stage[task] == WAITING -> stage[task] = ENDED
            :: else
            fi
        }
    :: else
    fi;
    if
    :: task < TASKS - 1 -> task++; goto again
    :: else
    fi;
    closing = 1;
    atomic { wakeAll(); checkOver() }
}

/* When nothing can happen any more. */
proctype Eye()
{
    timeout ->
    assert(stage[0] == ENDED && stage[1] == ENDED && stage[2] == ENDED);
    assert(running == 0 && parked == 0 && started == 0);
    assert(isOver)
}

init
{
    atomic {
        stage[TASKS] = ENDED;
        run Submitter();
        run Worker(0);
        run Worker(1);
        run Worker(2);
        run Worker(3);
        run Eye()
    }
}
