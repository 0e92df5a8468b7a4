/*
 * Who has what when an operation of a ring completes, is cancelled, or is not wanted any more: docs/design/proactor.md.
 *
 * The kernel may complete an operation at any moment, in two steps (it has begun; it is done), whoever waits may be killed at any moment, and the connection
 * may be closed at any moment in which the loop runs. What the kernel says of a cancellation is not looked at: only the operation's own last completion counts.
 *
 *     spin -a proactor.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * What is proved, for a peer that sends four bytes and ends, three sends of ours, and four kills:
 *   - every byte is handed out once, in order, and the end of the stream behind the last;
 *   - a completion finds the place free for what it brings;
 *   - the kernel reads what is being sent only while it is the kernel's;
 *   - nothing is in flight when the socket is closed.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   FORGET_THE_KILLED     what comes for a receive that was killed is dropped
 *   LEAVE_THE_SEND        a send that is killed gives its memory back and goes on
 *   CANCEL_AND_GO         a cancellation is submitted, and not waited for
 *   TRUST_THE_ANSWER      what is waited for is the cancellation's own completion
 *   CLOSE_IN_FLIGHT       the socket is closed without a cancellation
 */

#define BYTES 4
#define SENDS 3
#define KILLS 4

#define RECEIVE 0
#define SEND 1
#define CANCEL 2

#define END 100
#define CANCELLED 101

/* In the kernel: nothing, waits for its socket, is being done. */
#define NONE 0
#define WAITS 1
#define RUNS 2

byte operation[2];
byte inSocket;
bit peerHasEnded;
byte taken;
bit isClosed;
chan completions = [8] of { byte, byte };

/* Of the loop's thread. */
bit inFlight[2];
bit hasCome;
byte came;
byte delivered;
bit isKernels;           /* the memory that is sent from */
#ifdef FORGET_THE_KILLED
bit isForgotten;
#endif

active proctype Peer()
{
    byte left = BYTES;
    do
    :: left > 0 -> atomic { inSocket++; left-- }
    :: left == 0 -> break
    od;
    peerHasEnded = 1
}

active proctype Kernel()
{
    do
    :: atomic { operation[RECEIVE] == WAITS && (inSocket > 0 || peerHasEnded) -> operation[RECEIVE] = RUNS }
    :: atomic { operation[RECEIVE] == RUNS && inSocket > 0 ->
            assert(!isClosed); inSocket--; taken++; operation[RECEIVE] = NONE; completions!RECEIVE, taken }
    :: atomic { operation[RECEIVE] == RUNS && inSocket == 0 ->
            assert(!isClosed); operation[RECEIVE] = NONE; completions!RECEIVE, END }
    :: atomic { operation[SEND] == WAITS -> operation[SEND] = RUNS }
    :: atomic { operation[SEND] == RUNS ->
            assert(!isClosed); assert(isKernels); operation[SEND] = NONE; completions!SEND, 1 }
    od
}

inline submit(which)
{
    atomic { assert(!inFlight[which]); inFlight[which] = 1; operation[which] = WAITS }
}

inline take()
{
    atomic
    {
        completions?who, result;
        if
        :: who == CANCEL -> answers = 1
        :: who == SEND -> inFlight[SEND] = 0
        :: who == RECEIVE ->
            inFlight[RECEIVE] = 0;
            if
            :: result == CANCELLED -> skip
#ifdef FORGET_THE_KILLED
            :: result != CANCELLED && isForgotten -> isForgotten = 0
            :: result != CANCELLED && !isForgotten ->
#else
            :: result != CANCELLED ->
#endif
                assert(!hasCome); hasCome = 1; came = result
            fi
        fi
    }
}

inline cancelAndWait(which)
{
    answers = 0;
    do
    :: !inFlight[which] -> break
    :: inFlight[which] ->
        atomic
        {
            if
            :: operation[which] == WAITS -> operation[which] = NONE; completions!which, CANCELLED
            :: operation[which] != WAITS -> skip
            fi;
            completions!CANCEL, 0
        }
#ifdef CANCEL_AND_GO
        break
#else
        take();
        do
        :: nempty(completions) -> take()
        :: empty(completions) -> break
        od;
#ifdef TRUST_THE_ANSWER
        if
        :: answers > 0 -> break
        :: answers == 0 -> skip
        fi
#endif
#endif
    od
}

inline deliver()
{
    atomic
    {
        hasCome = 0;
        if
        :: came == END -> assert(delivered == BYTES); isOver = 1
        :: came != END -> delivered++; assert(came == delivered)
        fi
    }
}

active proctype Loop()
{
    byte who, result, answers;
    byte sends = SENDS;
    byte kills = KILLS;
    bit isOver = 0;

    do
    :: !isOver ->
        /* Receives: what is there, or what will come of the one that is in flight. */
        if
        :: !hasCome && !inFlight[RECEIVE] -> submit(RECEIVE)
        :: hasCome || inFlight[RECEIVE] -> skip
        fi;
        do
        :: hasCome -> deliver(); break
        :: nempty(completions) -> take()
        :: atomic { kills > 0 -> kills--;
#ifdef FORGET_THE_KILLED
            isForgotten = inFlight[RECEIVE];
#endif
            break }
        od

    :: sends > 0 ->
        atomic { sends--; isKernels = 1 }
        submit(SEND);
        do
        :: !inFlight[SEND] -> break
        :: nempty(completions) -> take()
        :: atomic { kills > 0 -> kills-- };
#ifndef LEAVE_THE_SEND
            cancelAndWait(SEND);
#endif
            break
        od;
        isKernels = 0;
#ifdef LEAVE_THE_SEND
        sends = 0
#endif
#ifdef CANCEL_AND_GO
        sends = 0
#endif
#ifdef TRUST_THE_ANSWER
        sends = 0
#endif

    :: break
    od;
#ifndef CLOSE_IN_FLIGHT
    cancelAndWait(RECEIVE);
    cancelAndWait(SEND);
#endif
    isClosed = 1
}
