/*
 * How an event loop goes to sleep and is woken, and how it ends, while other threads post steps to it: docs/design/loop.md,
 * "Sleep and wake-up".
 *
 * One step of this model is one access to shared memory, in the order in which the code's fences keep them. What the loop
 * sleeps in is a descriptor that counts writes: a wake-up that comes before the sleep ends it at once.
 *
 *     spin -a event-loop.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * What is proved, for two threads that post three steps each, the last of which ends the loop:
 *   - no step waits beside a loop that sleeps and that nobody is about to wake;
 *   - every step is run by the loop, or handed back by whoever finds that the loop has ended: once;
 *   - nothing is run by the loop after it has ended;
 *   - there is one write to the descriptor for each time the loop says that it sleeps, however many post.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   LOOK_BEFORE_SAYING    the loop looks for steps before it says that it sleeps
 *   POST_AFTER_LOOK       who posts looks for the sleeper before it puts the step
 *   WAKE_WITHOUT_CLAIM    who finds a sleeper writes, without exchanging the word
 *   NO_LOOK_AT_THE_END    who posts does not look once more whether the loop has ended
 *   HAND_BACK_FIRST       the loop hands back what is there before it says that it has ended
 */

#define POSTERS 2
#define POSTS 3

byte waiting;             /* steps in the queue of foreign ones */
bit sleeper;              /* 1: the loop sleeps, or is about to */
bit isClosed;
bit endAsked;
byte writes;              /* to the descriptor, not yet read */

/* What is counted. */
byte put;
byte refused;
byte ran;
byte handedBack;
byte said;
byte wakes;
bit hasEnded;

inline handBack()
{
    do
    :: atomic { waiting > 0 -> waiting--; handedBack++ }
    :: atomic { waiting == 0 -> break }
    od
}

inline wakeSleeper()
{
    if
    :: sleeper ->
#ifdef WAKE_WITHOUT_CLAIM
        writes++; wakes++;
#else
        if
        :: atomic { sleeper -> sleeper = 0 }
            atomic { writes++; wakes++ }
        :: atomic { !sleeper -> skip }
        fi
#endif
    :: !sleeper -> skip
    fi
}

proctype Poster(bit ends)
{
    byte left = POSTS;
    do
    :: left == 0 -> break
    :: left > 0 ->
        left--;
        if
        :: isClosed -> refused++
        :: !isClosed ->
#ifdef POST_AFTER_LOOK
            wakeSleeper();
#endif
            atomic { waiting++; put++; endAsked = endAsked || (ends && left == 0) }

            /* The fence. */
#ifndef NO_LOOK_AT_THE_END
            if
            :: isClosed -> handBack()
            :: !isClosed ->
#endif
#ifndef POST_AFTER_LOOK
                wakeSleeper()
#else
                skip
#endif
#ifndef NO_LOOK_AT_THE_END
            fi
#endif
        fi
    od
}

proctype Loop()
{
    bit isOver = 0;
    bit isEmpty;
    do
    :: isOver -> break
    :: !isOver ->
        /* Takes what is there, and runs it. The step that ends the loop is among them. */
        do
        :: atomic { waiting > 0 -> waiting--; ran++; assert(!hasEnded) }
        :: atomic { waiting == 0 -> isOver = endAsked; break }
        od;
        if
        :: isOver -> skip
        :: !isOver ->
#ifdef LOOK_BEFORE_SAYING
            isEmpty = waiting == 0;
            atomic { sleeper = 1; said++ }
#else
            atomic { sleeper = 1; said++ }
            /* The fence. */
            isEmpty = waiting == 0;
#endif
            if
            :: isEmpty ->
                skip;
                atomic { writes > 0 -> writes = 0 }
            :: !isEmpty -> skip
            fi;
            sleeper = 0
        fi
    od;
#ifdef HAND_BACK_FIRST
    handBack();
    isClosed = 1;
#else
    isClosed = 1;
    /* The fence. */
    handBack();
#endif
    hasEnded = 1
}

init
{
    atomic
    {
        run Loop();
        run Poster(0);
        run Poster(1)
    }

    if
    :: _nr_pr == 1
    :: timeout -> assert(false) /* Something waits beside a loop that sleeps. */
    fi;
    assert(waiting == 0);
    assert(ran + handedBack == put);
    assert(put + refused == POSTERS * POSTS);
    assert(wakes <= said)
}
