/*
 * How an event loop and its coroutines read from descriptors that the kernel tells of by edges: docs/design/loop.md,
 * "Descriptors". One number stands for two connections, one after the other. Bytes come and the streams end at any
 * moment; the wait of the first reader is killed, a wait's time is over, and a connection is broken off.
 *
 * One step of this model is one call of the kernel, or what the loop's thread does between two of them.
 *
 *     spin -a loop-descriptors.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * What is proved:
 *   - no wake-up is lost: where nothing moves any more, every byte has been read and both ends have been seen, and
 *     every step that the other thread posted has run;
 *   - every byte goes to a reader that lives, also beside a kill and a time that is over at the same moment;
 *   - a reader goes on in its own context;
 *   - no call is made on a number that stands for another connection by now, and no descriptor is told what was meant
 *     for an earlier use of its number, even where the kernel still knows that one.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   WORD_FOR_WAITERS_ONLY    an event gives "ready" back only while somebody waits
 *   END_IS_FORGOTTEN         a short read takes "ready" away although the end was told with its bytes
 *   URGENT_IS_IGNORED        a read that stops at an urgent byte counts as one that has emptied the socket
 *   WAIT_WITHOUT_LOOK        who waits only for a turn is not put behind the others
 *   READ_WHEN_TOLD           the event reads, and a kill finds a wait whose bytes have come
 *   STEP_OF_ANOTHER_IS_LOST  a step that comes for the next wait, of another context, is dropped
 *   STEP_OF_ANOTHER_GOES_ON  it makes the call and goes on in the wrong context
 *   STEP_OF_NONE_CALLS       a step that comes when nobody waits makes the call
 *   CLOSE_TELLS_NOBODY       a connection that is broken off leaves its reader waiting
 *   NO_GENERATION            an event is for whoever has its number
 *   LOOK_BEFORE_SAYING       the loop looks for posted steps before it says that it sleeps
 */

#define BYTES(c) (3 - 2 * (c)) /* come on each connection: three, one */
#define MOST 2            /* a read brings at most */
#define NOTHING 100       /* what a read brings that would block */
#define NONE 2            /* no connection */

/* Contexts: the first reader of the first connection, who goes on reading from it, and the reader of the second one. */
#define FIRST 0
#define NEXT 1
#define LAST 2
#define INNER 3           /* a scope of NEXT, in which its waits begin; they are awaited outside of it */

mtype = { START, CONTINUE, TRY, KILL, BREAK_OFF };

/* The kernel, by connection. */
byte there[2];
bit hasEnded[2];
bit hasMark[2];           /* an urgent byte stands behind the first one that came, and that one has not been read */
bit isEntered[2];         /* in epoll's set */
bit isListed[2];          /* in epoll's list of what is to be told */
bit wakeIsListed;         /* the eventfd, which is never read */
byte behind = NONE;       /* the connection that the number stands for */

/* Between threads. */
chan foreign = [1] of { mtype };
bit sleeper;

/* What is counted. */
byte sent[2];
byte delivered[2];
bit sawEnd[2];
bit isBrokenOff;
byte posted;
byte ran;

inline list(c)
{
    if
    :: isEntered[c] -> isListed[c] = 1
    :: else -> skip
    fi
}

proctype Peer(byte c)
{
    bit asks;
    (behind == c);
    do
    :: atomic { sent[c] < BYTES(c) ->
            sent[c]++;
            there[c]++;
            if
            :: sent[c] == 2 && there[c] == 2 -> hasMark[c] = 1
            :: true -> skip
            fi;
            list(c)
        }
    :: sent[c] == BYTES(c) && c == 0 -> asks = 1; break
    :: sent[c] == BYTES(c) -> break
    od;

    /* The stream ends when all has been taken, if an answer is waited for; or at once, and that is told once more, as a reset is. */
    atomic { !asks || delivered[c] == BYTES(c) -> hasEnded[c] = 1; list(c) }
    atomic { c == 0 && !asks -> list(c) }
}

proctype Poster()
{
    atomic
    {
        posted++;
        if
        :: foreign!KILL
        :: foreign!BREAK_OFF
        fi
    }

    /* The fence. */
    if
    :: atomic { sleeper -> sleeper = 0 }
        wakeIsListed = 1
    :: atomic { !sleeper -> skip }
    fi
}

inline putBehind(d)
{
    if
    :: !isQueued[d] -> isQueued[d] = 1; ring!TRY, d, context[d]
    :: else -> skip
    fi
}

/* A call of recv, by number: one access to the kernel. */
inline receive(d)
{
    assert(behind == d);
    if
    :: there[d] == 0 && hasEnded[d] -> got = 0
    :: there[d] == 0 && !hasEnded[d] -> got = NOTHING
    :: there[d] == 1 || hasMark[d] -> got = 1
    :: there[d] > 1 && !hasMark[d] -> got = MOST
    fi;
    hasMark[d] = 0;
    if
    :: got == NOTHING -> canRead[d] = 0
    :: else ->
        there[d] = there[d] - got;
#ifdef END_IS_FORGOTTEN
        canRead[d] = got == MOST
#else
        canRead[d] = got == MOST || mayEndShort[d]
#endif
    fi
}

inline deliver(d)
{
    delivered[d] = delivered[d] + got;
    sawEnd[d] = sawEnd[d] || got == 0
}

/* The number is free, and the next connection gets it at once. */
inline closeIt(d)
{
    isClosed[d] = 1;
    watched = NONE;
    behind = NONE;
    if
    :: isEntered[d] = 0; isListed[d] = 0
    :: d == 0 -> skip /* A duplicate of it lives, and somebody else had closed the number: the kernel finds it no more. */
    fi;
    if
    :: d == 0 ->
        behind = 1;
        watched = 1;
        isEntered[1] = 1;
        ring!START, 1, LAST
    :: else -> skip
    fi
}

proctype Loop()
{
    chan ring = [6] of { mtype, byte, byte };
    bit canRead[2];
    bit mayEndShort[2];
    bit isWaiting[2];
    bit isQueued[2];
    byte context[2];      /* of the wait */
    bit isClosed[2];
    byte watched;         /* the descriptor that the poller has for the number */
    bit isKilled;         /* the first reader */
    bit mayExpire = 1;
#ifdef READ_WHEN_TOLD
    byte kept = NOTHING;  /* what nobody has yet */
#endif
    mtype what;
    mtype step;
    byte d;
    byte c;
    byte e;
    byte got;
    bit goesOn;
    bit isEmpty;

    atomic { canRead[0] = 1; canRead[1] = 1; behind = 0; watched = 0; isEntered[0] = 1; ring!START, 0, FIRST }
    do
    :: true ->
        atomic
        {
            /* What came from other threads. */
            do
            :: nempty(foreign) -> foreign?what; ring!what, 0, 0
            :: empty(foreign) -> what = 0; break
            od;

            /* A time may be over. */
            if
            :: mayExpire && isWaiting[0] -> mayExpire = 0; isWaiting[0] = 0; ring!CONTINUE, 0, context[0]
            :: true -> skip
            fi
        }

        /* Steps: all that are there, or fewer. */
        do
        :: atomic { nempty(ring) ->
                ring?step, d, c;
                goesOn = 0;
                if
                :: step == START -> goesOn = 1
                :: step == CONTINUE ->
                    goesOn = 1;
#ifdef READ_WHEN_TOLD
                    if
                    :: kept != NOTHING && !(c == FIRST && isKilled) -> got = kept; deliver(d)
                    :: else -> skip
                    fi;
                    kept = NOTHING
#endif
                :: step == KILL ->
                    ran++;
                    isKilled = 1;
                    if
                    :: isWaiting[0] && context[0] == FIRST -> isWaiting[0] = 0; ring!CONTINUE, 0, FIRST
                    :: else -> skip
                    fi
                :: step == BREAK_OFF ->
                    ran++;
                    if
                    :: !isClosed[0] ->
                        isBrokenOff = 1;
                        if
                        :: isWaiting[0] ->
#ifndef CLOSE_TELLS_NOBODY
                            isWaiting[0] = 0; ring!CONTINUE, 0, context[0]
#endif
                            skip
                        :: else -> skip
                        fi;
                        closeIt(0)
                    :: else -> skip
                    fi
                :: step == TRY ->
                    isQueued[d] = 0;
                    if
#ifndef STEP_OF_NONE_CALLS
                    :: !isWaiting[d] -> skip
#endif
#ifdef STEP_OF_ANOTHER_IS_LOST
                    :: isWaiting[d] && c != context[d] -> skip
#else
#ifndef STEP_OF_ANOTHER_GOES_ON
                    :: isWaiting[d] && c != context[d] -> putBehind(d)
#endif
#endif
                    :: else ->
                        receive(d);
                        if
                        :: got == NOTHING -> skip
                        :: else ->
                            if
                            :: isWaiting[d] -> assert(c == context[d]); goesOn = 1; deliver(d)
                            :: else -> skip
                            fi;
                            isWaiting[d] = 0
                        fi
                    fi
                fi
            }

            /* A reader has the thread until it waits or ends. */
            do
            :: atomic { !goesOn -> d = 0; c = 0; got = 0; step = 0; break }
            :: atomic { goesOn && (isClosed[d] || (c == FIRST && isKilled)) ->
                    goesOn = 0;
                    if
                    :: c == FIRST -> ring!START, 0, NEXT
                    :: else -> skip
                    fi
                }
            :: atomic { goesOn && !isClosed[d] && sawEnd[d] -> closeIt(d) }
            :: atomic { goesOn && !isClosed[d] && !sawEnd[d] && !(c == FIRST && isKilled) && canRead[d] ->
                    receive(d);
                    if
                    :: got == NOTHING -> skip
                    :: else -> deliver(d)
                    fi
                }

            /* There may be something; but here it is somebody else's turn. */
            :: atomic { goesOn && !isClosed[d] && !sawEnd[d] && !(c == FIRST && isKilled) ->
                    goesOn = 0;
                    isWaiting[d] = 1;
                    context[d] = (c == NEXT -> INNER : c);
#ifndef WAIT_WITHOUT_LOOK
                    if
                    :: canRead[d] -> putBehind(d)
                    :: else -> skip
                    fi;
#endif
                    context[d] = c
                }
            od
        :: atomic { nempty(ring) -> isEmpty = 1; break }
        :: atomic { empty(ring) ->
                /* Nothing is left to do: asleep. */
#ifdef LOOK_BEFORE_SAYING
                isEmpty = empty(foreign) }
            sleeper = 1;
#else
                sleeper = 1 }
            /* The fence. */
            isEmpty = empty(foreign);
#endif
            if
            :: isEmpty -> (wakeIsListed || isListed[0] || isListed[1])
            :: else -> skip
            fi;
            break
        od;
        atomic
        {
            sleeper = 0;
            e = (isEmpty -> 0 : 2);
            isEmpty = 0;
            wakeIsListed = wakeIsListed && e == 2;
            do
            :: e == 2 -> e = 0; break
            :: e < 2 && isListed[e] && (there[e] > 0 || hasEnded[e]) ->
                /* Told as it is now, and off the list. */
                isListed[e] = 0;
#ifdef NO_GENERATION
                d = watched;
#else
                d = (watched == e -> e : NONE);
#endif
                if
                :: d == NONE -> skip
                :: else ->
                    assert(d == e);
                    mayEndShort[d] = mayEndShort[d] || hasEnded[d];
#ifndef URGENT_IS_IGNORED
                    mayEndShort[d] = mayEndShort[d] || hasMark[d];
#endif
#ifdef WORD_FOR_WAITERS_ONLY
                    canRead[d] = canRead[d] || isWaiting[d];
#else
                    canRead[d] = 1;
#endif
                    if
                    :: isWaiting[d] ->
#ifdef READ_WHEN_TOLD
                        receive(d);
                        if
                        :: got != NOTHING -> kept = got; isWaiting[d] = 0; ring!CONTINUE, d, context[d]
                        :: else -> skip
                        fi
#else
                        putBehind(d)
#endif
                    :: else -> skip
                    fi
                fi;
                d = 0;
                got = 0;
                e++
            :: else -> isListed[e] = 0; e++ /* Nothing to tell. */
            od
        }
    od
}

init
{
    atomic
    {
        run Loop();
        run Peer(0);
        run Peer(1);
        run Poster()
    }

    timeout ->
    assert(ran == posted);
    assert(isBrokenOff || (sawEnd[0] && delivered[0] == BYTES(0)));
    assert(sawEnd[1] && delivered[1] == BYTES(1))
}
