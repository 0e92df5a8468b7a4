/*
 * One semaphore with one permit, as src/Plait/Synchronization/Engine runs it (SemaphoreProtocol, Journal, Recovery, Guard): the agents
 * of processes 1 and 3 take the permit at once or queue for it, may give up, may hand the hold over to their process, and give it back.
 * Process 1 may be killed between any two of its steps. Processes 2 and 3 both recover what it left, at the same time, and process 2 may
 * be killed in the middle of that: docs/design/locks.md.
 *
 * One step is one access to shared memory that others can see or that a death can fall behind. Links of the queue are made again from
 * the records by a repair, so changing them is one step. A sleep ends by a wake-up, or when nothing else can happen any more: that is
 * the sleepers' interval, which may be needed only after a death.
 *
 *     spin -a semaphore.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m100000
 *
 * What is proved: never two living holders; whoever dies, and wherever, in the end the permit is there once, neither lost nor doubled;
 * everybody who lives gets it or gives up; without a death nobody needs the interval; the next holder is told of a death if, and only if,
 * it was a holder's. Not a holder yet is who was granted the permit and did not come to end its wait, even if its hold is entered: its
 * permit goes back through a hold that is marked as returning.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   TAKE_WITHOUT_JOURNAL    the count goes down and the hold is entered with nothing that says so
 *   GIVE_WITHOUT_JOURNAL    the same when a hold is given back
 *   GRANT_WITHOUT_JOURNAL   the same when a waiter is granted its permit
 *   MOVE_WITHOUT_JOURNAL    a hold is entered for the process and then taken from the agent
 *   FORGET_BEFORE_ENTERING  a granted waiter ends its wait first and enters its hold second
 *   NO_ADOPTION             what a dead waiter was granted is added to the count, and its wait ended after that
 *   FORGET_BEFORE_ADOPTION  a dead waiter's wait is ended before what it was granted has become its hold
 *   ADOPTED_AS_PERMIT       what a dead waiter was granted becomes a hold like any other
 *   ENTERED_AS_PERMIT       the same where it had entered that hold itself
 *   NOTE_OUTSIDE_JOURNAL    a dead holder's permit is given back like a living one's, and who it was is noted after that
 */

#define A 1
#define C 3
#define PROCESS 4          /* the agent that stands for process 1 as a whole */
#define WATCH_B 5
#define WATCH_C 6
#define LAST 7             /* the one that judges in the end */
#define isDead(u) ((u == A || u == PROCESS) && deadA || u == WATCH_B && deadB)

#define IDLE 0
#define WAITING 1
#define GRANTED 2

mtype = { None, Take, Give, Grant, Move, Abandon };

#define PERMIT 1
#define RETURNING 2

/* The object. */
byte count = 1;
byte guard;
mtype kind = None;
byte ofAgent, newCount;
bit isAbandoned;
chan queue = [3] of { byte };

/* The agents' records. */
byte park[4];
bit waits[4];
byte hold[5];

/* The kernel, and the watching eye. */
bit asleep[4];
bit due[4];
bit ended[4];
bit deadA, deadB;
bit mustReport;         /* since the last holder came in, a holder died */
byte intervals;

/* Its wait, if there was one, is over; what it was taking is undone, what it was giving back is given. */
#define isHolder (!((kind == Take || kind == Give) && guard == A) && (hold[PROCESS] || hold[A] && !(waits[A] && park[A] == GRANTED)))

inline begin(what, who, after)
{
	d_step { kind = what; ofAgent = who; newCount = after };
	count = after
}

inline give(who)
{
#ifdef GIVE_WITHOUT_JOURNAL
	count = count + 1;
	hold[who] = 0
#else
	begin(Give, who, count + 1);
	hold[who] = 0;
	kind = None
#endif
}

/* A hold of one that is dead. */
inline abandon(who)
{
#ifdef NOTE_OUTSIDE_JOURNAL
	isReturning = hold[who] == RETURNING;
	give(who);
	isAbandoned = isAbandoned || !isReturning;
	isReturning = 0
#else
	if
	:: hold[who] == RETURNING -> give(who)
	:: else ->
		begin(Abandon, who, count + 1);
		isAbandoned = 1;
		hold[who] = 0;
		kind = None
	fi
#endif
}

inline grant()
{
	do
	:: atomic { count > 0 && nempty(queue) -> queue?<head> };
#ifdef GRANT_WITHOUT_JOURNAL
		count = count - 1;
		d_step { queue??eval(head) };
		atomic { park[head] = GRANTED; woken = head }
#else
		begin(Grant, head, count - 1);
		d_step { queue??eval(head) };
		atomic { park[head] = GRANTED; woken = head };
		kind = None
#endif
	:: else -> head = 0; break
	od
}

inline enter(me)
{
	if
	:: atomic { guard == 0 -> guard = me }
	:: atomic { guard != 0 && isDead(guard) -> guard = me };
		d_step {
			do
			:: nempty(queue) -> queue?head
			:: empty(queue) -> break
			od;
			for (head : 1 .. 3) {
				if
				:: waits[head] && park[head] == WAITING -> queue!head
				:: else
				fi
			}
			head = 0;
		}
		if
		:: kind == Grant ->
			count = newCount;
			if
			:: atomic { waits[ofAgent] && park[ofAgent] == WAITING -> queue??eval(ofAgent) };
				park[ofAgent] = GRANTED;
				asleep[ofAgent] = 0
			:: else
			fi
		:: kind == Take -> count = newCount + 1; hold[ofAgent] = 0
		:: kind == Give -> count = newCount; hold[ofAgent] = 0
		:: kind == Abandon ->
			count = newCount;
			if
			:: hold[ofAgent] -> isAbandoned = 1
			:: else
			fi;
			hold[ofAgent] = 0
		:: kind == Move -> hold[ofAgent] = 0
		:: else
		fi;
		kind = None;
		grant();
		if
		:: woken -> asleep[woken] = 0; woken = 0
		:: else
		fi
	fi
}

inline leave()
{
	guard = 0;
	if
	:: woken -> asleep[woken] = 0; woken = 0
	:: else
	fi
}

/* What it was granted, in its record: there already, or not. One store either way. */
inline adopt(who)
{
#ifdef ADOPTED_AS_PERMIT
	hold[who] = PERMIT
#else
#ifdef ENTERED_AS_PERMIT
	atomic {
		if
		:: hold[who] == 0 -> hold[who] = RETURNING
		:: else
		fi
	}
#else
	hold[who] = RETURNING
#endif
#endif
}

/* Of an agent whose process is dead: its wait ends, its holds are given back. Any number of times, by anybody. */
inline bury(me, who)
{
	if
	:: waits[who] ->
		enter(me);
		if
		:: waits[who] && park[who] == WAITING ->
			d_step { queue??eval(who) };
			waits[who] = 0;
			grant()
		:: waits[who] && park[who] == GRANTED ->
#ifdef NO_ADOPTION
			count = count + 1;
			waits[who] = 0;
#else
#ifdef FORGET_BEFORE_ADOPTION
			waits[who] = 0;
			adopt(who);
#else
			adopt(who);
			waits[who] = 0;
#endif
			give(who);
#endif
			grant()
		:: else -> waits[who] = 0
		fi;
		leave()
	:: else
	fi;
	if
	:: hold[who] ->
		enter(me);
		if
		:: hold[who] -> abandon(who); grant()
		:: else
		fi;
		leave()
	:: else
	fi;
	if
	:: who == A && hold[PROCESS] ->
		enter(me);
		if
		:: hold[PROCESS] -> abandon(PROCESS); grant()
		:: else
		fi;
		leave()
	:: else
	fi
}

/*
 * Whoever is killed is nowhere: where it was and what it had in hand is no part of the state any more, and it is dead in one step with
 * that, between any two of its own. (A handshake that leaves a block: SPIN's reduction does not see those, so it is switched off.)
 */
chan kill = [0] of { byte };

proctype Agent(byte me)
{
	byte head, woken, mine;

	{
	mine = me;
	enter(me);
	if
	:: empty(queue) && count > 0 ->
#ifdef TAKE_WITHOUT_JOURNAL
		count = count - 1;
		hold[me] = PERMIT;
#else
		begin(Take, me, count - 1);
		hold[me] = PERMIT;
		kind = None;
#endif
		leave()
	:: nempty(queue) || count == 0 ->
		park[me] = WAITING;
		waits[me] = 1;
		queue!me;
		leave();
		do
		:: park[me] == GRANTED ->
#ifdef FORGET_BEFORE_ENTERING
			atomic { park[me] = IDLE; waits[me] = 0 };
			hold[me] = PERMIT;
#else
			hold[me] = PERMIT;
			park[me] = IDLE;
			waits[me] = 0;
#endif
			break
		:: park[me] == WAITING && due[me] ->
			due[me] = 0;
			enter(me);
			grant();
			leave()
		:: park[me] == WAITING ->
			enter(me);
			if
			:: park[me] == GRANTED -> leave()
			:: else ->
				d_step { queue??eval(me) };
				park[me] = IDLE;
				waits[me] = 0;
				grant();
				leave();
				mine = 0;
				break
			fi
		:: atomic { park[me] == WAITING && !due[me] -> asleep[me] = 1 };
			!asleep[me]
		od
	fi;
	intervals = 0;
	if
	:: mine ->
		atomic {
			assert(((hold[A] || hold[PROCESS]) && !deadA) + (hold[C] > 0) == 1);
			assert(isAbandoned == mustReport);
			isAbandoned = 0;
			mustReport = 0
		}
	:: else
	fi;
	if
	:: mine == A ->
		enter(me);
#ifdef MOVE_WITHOUT_JOURNAL
		hold[PROCESS] = PERMIT;
		hold[A] = 0;
#else
		d_step { kind = Move; ofAgent = PROCESS };
		hold[PROCESS] = PERMIT;
		ofAgent = A;
		hold[A] = 0;
		kind = None;
#endif
		leave();
		mine = PROCESS
	:: true
	fi;
	/* Given back in one turn, granted to others in a second. */
	if
	:: mine != 0 ->
		enter(me);
		give(mine);
		mine = nempty(queue);
		leave();
		if
		:: mine -> enter(me); grant(); leave()
		:: else
		fi
	:: else
	fi;
	ended[me] = 1
	} unless { atomic { kill?eval(me) -> deadA = 1; mustReport = isHolder; asleep[A] = 0; due[A] = 0 } }
}

/* The thread of process 2 that learns of deaths, and that of process 3. */
proctype WatchB()
{
	byte head, woken;
#ifdef NOTE_OUTSIDE_JOURNAL
	bit isReturning;
#endif

	{
	deadA;
	bury(WATCH_B, A)
	} unless { atomic { kill?WATCH_B -> deadB = 1 } }
}

proctype WatchC()
{
	byte head, woken;
#ifdef NOTE_OUTSIDE_JOURNAL
	bit isReturning;
#endif

	deadA;
	bury(WATCH_C, A)
}

proctype Killer()
{
	if
	:: kill!A;
		if
		:: kill!WATCH_B
		:: true
		fi
	:: true
	fi
}

#define ALL_ENDED ((ended[A] || deadA) && ended[C])

proctype Clock()
{
	byte head, woken;

	do
	:: atomic { timeout ->
		if
		:: ALL_ENDED -> break
		:: else ->
			assert(deadA);
			intervals++;
			assert(intervals <= 2);
			due[A] = !deadA; due[C] = 1;
			asleep[A] = 0; asleep[C] = 0
		fi
		}
	od;
	/* The guard may be a dead one's still: whoever comes next repairs, and is this one. */
	enter(LAST);
	assert(count == 1 && empty(queue));
	assert(isAbandoned == mustReport);
	assert(!hold[A] && !hold[C] && !hold[PROCESS]);
	leave()
}

init
{
	atomic {
		run Agent(A);
		run Agent(C);
		run WatchB();
		run WatchC();
		run Killer();
		run Clock()
	}
}
