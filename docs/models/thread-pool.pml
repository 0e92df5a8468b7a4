/*
 * The threads of a ThreadExecutor, as src/Plait/Execution/Local runs them (LocalPool, LocalWorker, StealingOrder): who submits adds a task and looks for
 * somebody who searches or sleeps; a thread that finds nothing says so, looks once more, and sleeps; the last searcher that finds a task sees to the next
 * one. One unit submits two tasks and another one a third, to two threads, and each waits inside until two have begun or were refused: so both threads are needed at
 * the same time. Somebody closes the executor at any moment, or nobody does: docs/executors.md.
 *
 * One step is one access to memory that others can see. What happens under the gate is one step, for nobody else looks at it meanwhile.
 *
 *     spin -a thread-pool.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * What is proved: each task runs once, or is refused; none waits beside a thread that sleeps or was never started; once the end is told nothing runs, and
 * every thread has ended.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   NO_FENCE            who submits looks for searchers before others see its task
 *   NO_LAST_LOOK        a thread that has said that it sleeps does not look again
 *   NO_CHAIN            who finds a task does not see to the next one
 *   NO_SECOND_NOTIFY    a search that found nobody to wake ends without a look at what came meanwhile
 *   CLOSED_TOO_LATE     who submits does not look whether the executor was closed meanwhile
 *   LEFT_IN_THE_ORDER   who takes its task back leaves it in the order, and nobody comes to throw it out
 *   OVER_BEFORE_WORK    who closes takes an executor without threads for one without work
 *   CLOSE_WAKES_NOBODY  who closes does not wake those who sleep
 */

#define TASKS 3
#define SIZE 2

/* The order: which tasks are in it. A task waits, runs or has ended. */
bit queued[TASKS];
byte stage[TASKS];
#define WAITING 0
#define RUNNING 1
#define ENDED 2
#define HAS_WORK (queued[0] || queued[1] || queued[2])

/* The pool. */
byte searching, sleeping, started;
bit closing;
bit idle[SIZE];

/* The threads. */
bit exists[SIZE];
bit word[SIZE];
bit gone[SIZE];

/* The watching eye. */
byte begun, refused;
bit isOver;
byte runs[TASKS + 1];

inline wakeOne(w)
{
    /* Under the gate. */
    w = SIZE;
    if
    :: idle[0] -> idle[0] = 0; sleeping--; w = 0
    :: !idle[0] && idle[1] -> idle[1] = 0; sleeping--; w = 1
    :: !idle[0] && !idle[1] && started < SIZE && !(exists[0] && exists[1]) && !isOver ->
        started++;
        if
        :: !exists[0] -> exists[0] = 1; w = SIZE + 1
        :: exists[0] -> exists[1] = 1; w = SIZE + 1
        fi
    :: else
    fi
}

inline wakeAll()
{
    if
    :: idle[0] -> idle[0] = 0; sleeping--; searching++; word[0] = 1
    :: else
    fi;
    if
    :: idle[1] -> idle[1] = 0; sleeping--; searching++; word[1] = 1
    :: else
    fi
}

inline notify(w)
{
    do
    :: searching != 0 -> break
    :: searching == 0 && started != sleeping && !HAS_WORK -> break /* a glance: a thread that is awake has taken it */
    :: searching == 0 ->
        if
        :: sleeping == 0 && started == SIZE -> break
        :: else
        fi;
        if
        :: atomic { searching == 0 -> searching = 1 }
        :: searching != 0 -> break
        fi;
        atomic { wakeOne(w) };
        if
        :: w < SIZE -> word[w] = 1; break
        :: w == SIZE + 1 -> break
        :: w == SIZE ->
            searching--;
#ifdef NO_SECOND_NOTIFY
            break
#else
            if
            :: searching == 0 && sleeping != 0 && HAS_WORK
            :: else -> break
            fi
#endif
        fi
    od
}

proctype Submitter(byte task; byte last)
{
    byte w;
    bit sawClosing;
again:
    if
    :: closing -> refused++; stage[task] = ENDED; goto over
    :: !closing
    fi;
#ifdef NO_FENCE
    byte sawSearching;
    bit sawAll;
    atomic { sawSearching = searching; sawAll = (sleeping == 0 && started == SIZE) };
    queued[task] = 1;
    if
    :: sawSearching != 0 || sawAll -> goto over
    :: else
    fi;
#else
    queued[task] = 1;
#endif
#ifndef CLOSED_TOO_LATE
    sawClosing = closing;
    if
    :: sawClosing ->
        if
        :: atomic { stage[task] == WAITING -> stage[task] = ENDED; refused++ };
#ifdef LEFT_IN_THE_ORDER
            goto over
#endif
        :: stage[task] != WAITING
        fi
    :: else
    fi;
#endif
    /* Also for one that was taken back: somebody has to throw it out. */
    notify(w);
over:
    if
    :: task < last -> task++; goto again
    :: else
    fi
}

proctype Worker(byte me)
{
    byte w, task;
    bit isSearching;
    exists[me];
    isSearching = 1;
next:
    atomic {
        task = TASKS;
        if
        :: queued[0] -> queued[0] = 0; task = 0
        :: queued[1] -> queued[1] = 0; task = 1
        :: queued[2] -> queued[2] = 0; task = 2
        :: !HAS_WORK
        fi
    };
    if
    :: task < TASKS ->
        if
        :: isSearching ->
            isSearching = 0;
            atomic { searching--; w = searching };
#ifndef NO_CHAIN
            if
            :: w == 0 && HAS_WORK -> notify(w)
            :: else
            fi
#endif
        :: else
        fi;
        if
        :: atomic { stage[task] == WAITING -> stage[task] = RUNNING; begun++; runs[task]++ };
            /* Inside of the function: it needs another. */
            assert(!isOver);
            begun + refused >= 2;
            stage[task] = ENDED
        :: stage[task] != WAITING
        fi;
        goto next
    :: else
    fi;
    if
    :: !isSearching -> isSearching = 1; searching++
    :: else
    fi;
    atomic {
        if
        :: closing && !HAS_WORK ->
            searching--;
            wakeAll();
            started--;
            gone[me] = 1;
            isOver = (isOver || started == 0);
            goto over
        :: else -> idle[me] = 1; sleeping++
        fi
    };
    searching--;
#ifndef NO_LAST_LOOK
    if
    :: HAS_WORK || closing ->
        atomic {
            if
            :: idle[me] && (HAS_WORK || closing) ->
                idle[me] = 0;
                sleeping--;
                searching++;
                goto next
            :: else
            fi
        }
    :: else
    fi;
#endif
    word[me] -> word[me] = 0;
    isSearching = 1;
    goto next;
over:
    skip
}

proctype Closer()
{
    if
    :: closing = 1;
#ifndef CLOSE_WAKES_NOBODY
#ifdef OVER_BEFORE_WORK
        atomic { wakeAll(); isOver = (isOver || started == 0) }
#else
        atomic { wakeAll(); isOver = (isOver || (started == 0 && !HAS_WORK)) }
#endif
#else
        atomic { isOver = (isOver || (started == 0 && !HAS_WORK)) }
#endif
    :: skip
    fi
}

/* When nothing can happen any more. */
proctype Eye()
{
    timeout ->
    assert(runs[0] <= 1 && runs[1] <= 1 && runs[2] <= 1);
    assert(begun + refused == TASKS);
    assert(stage[0] == ENDED && stage[1] == ENDED && stage[2] == ENDED);
    assert(!closing || (isOver && started == 0))
}

init
{
    atomic {
        run Submitter(0, 1);
        run Submitter(2, 2);
        run Worker(0);
        run Worker(1);
        run Closer();
        run Eye()
    }
}
