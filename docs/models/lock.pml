/*
 * One lock, as src/Plait/Synchronization/Engine runs it (LockProtocol, OwnedLock, BlockingWait, WaitQueue, Guard): its word is the
 * owner and the waiters bit. The word is taken with or without the guard, by whoever comes first or by hand-over; a waiter is told to
 * try (poked) or is made the owner; it may give up at any moment. Who frees the word looks at the queue only if the first waiter is not
 * awake already. One agent may be killed between any two of its steps, inside the
 * guard as well: docs/design/locks.md.
 *
 * One step of this model is one access to shared memory that others can see; what only the holder of the guard reads and writes, and
 * what a repair makes again from the records, is one step. The links of the queue are a channel: condition.pml has them one by one.
 * A sleep ends by a wake-up, or when nothing else can happen any more: that is the sleepers' interval, and it may be needed only after
 * a death.
 *
 *     spin -a lock.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m100000
 *
 * What is proved, for three agents, of which one comes twice, if none is killed:
 *   - never two inside, unless the first is dead;
 *   - no wake-up is lost: without a death nobody ever needs the interval;
 *   - after a death at any step two intervals are enough for everybody who lives, and the lock ends free.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   LOOK_BEFORE_FREEING   the releaser looks at the waiter's word before it frees the lock's
 *   TRY_BEFORE_WAITING    a poked waiter tries for the lock before it sets its word back
 *   BIT_LOST_ON_TIMEOUT   who gives up takes the waiters bit away although others wait
 *   NO_GRANT_ON_TIMEOUT   who gives up, having been poked, does not pass that on
 *   GRANT_WITHOUT_OWNER   the waiter is told that it owns the lock before the word says so
 *   NO_REPAIR             the guard of a dead holder is taken over without a repair
 *   LOOK_AT_WAKING_FIRST  the releaser looks whether the first waiter is awake before it frees the lock's word
 *   WAKING_AFTER_POKE     the waiter is poked before the lock says that it is awake
 *   WAKING_STAYS          who leaves the queue, having been poked, does not say so
 *   BLIND_WITHDRAWAL      who gives up does not look whether it was made the owner meanwhile
 */

#define N 3
#define me _pid

#define IDLE 0
#define WAITING 1
#define GRANTED 2
#define POKED 3
#define isQueued(a) (park[a] == WAITING || park[a] == POKED)

/* The object. */
byte owner;
bit waiters;
bit waking;
byte guard;
chan queue = [N] of { byte };

/* The agents' records. */
byte park[N + 1];
bit waits[N + 1];

/* The kernel, and the watching eye. */
bit asleep[N + 1];
bit due[N + 1];
bit dead[N + 1];
bit ended[N + 1];
byte inside;
bit isCalm;
byte intervals;

inline wake(a) { asleep[a] = 0 }

/* Somebody left the queue: perhaps the one that was poked. */
inline notWaking()
{
#ifndef WAKING_STAYS
	waking = 0
#else
	skip
#endif
}

/* Out of the queue first, told last. */
inline grantTo(a)
{
	d_step { queue??eval(a) };
	notWaking();
	atomic { park[a] = GRANTED; woken = a }
}

inline poke(a)
{
	if
#ifdef WAKING_AFTER_POKE
	:: park[a] == WAITING -> atomic { park[a] = POKED; woken = a }; waking = 1
#else
	:: park[a] == WAITING -> waking = 1; atomic { park[a] = POKED; woken = a }
#endif
	:: else
	fi
}

/* Gives the queue what can be given; the choice between poking and handing over stands for patience. */
inline grant()
{
	atomic {
		head = 0; next = 0;
		if
		:: empty(queue) -> waiters = 0
		:: nempty(queue) && owner != 0 -> waiters = 1
		:: nempty(queue) && owner == 0 -> queue?<head>; waiters = 1
		:: nempty(queue) && owner == 0 -> queue?<next>; owner = next; waiters = len(queue) > 1
		fi
	};
	if
	:: next != 0 -> grantTo(next)
	:: head != 0 -> poke(head)
	:: else
	fi
}

/* The owner, alive or dead, gives the lock up. Under the guard. */
inline release()
{
	atomic {
		head = 0; next = 0;
		if
		:: empty(queue)
		:: nempty(queue) -> queue?<head>
		:: nempty(queue) -> queue?<next>
		fi
	};
#ifdef LOOK_BEFORE_FREEING
	seen = head && park[head] == WAITING;
#endif
#ifdef GRANT_WITHOUT_OWNER
	if
	:: next != 0 -> grantTo(next)
	:: else
	fi;
	atomic { owner = next; waiters = nempty(queue) };
	next = 0;
#else
	atomic { owner = next; waiters = len(queue) > (next -> 1 : 0) };
#endif
	if
	:: next != 0 -> grantTo(next)
#ifdef LOOK_BEFORE_FREEING
	:: head != 0 && seen -> atomic { park[head] = POKED; woken = head; seen = 0 }
#else
	:: head != 0 -> poke(head)
#endif
	:: else
	fi
}

inline enter()
{
	if
	:: atomic { guard == 0 -> guard = me }
	:: atomic { guard != 0 && dead[guard] -> guard = me };
#ifndef NO_REPAIR
		d_step {
			do
			:: nempty(queue) -> queue?head
			:: empty(queue) -> break
			od;
			waking = 0;
			for (head : 1 .. N) {
				if
				:: waits[head] && isQueued(head) -> queue!head
				:: else
				fi
			}
			head = 0;
		}
		if
		:: atomic { owner != 0 && waits[owner] && isQueued(owner) -> next = owner }; grantTo(next); wake(next)
		:: else
		fi;
		grant();
		if
		:: atomic { woken -> wake(woken); woken = 0 }
		:: else
		fi
#endif
	fi
}

inline leave()
{
	guard = 0;
	if
	:: atomic { woken -> wake(woken); woken = 0 }
	:: else
	fi
}

inline takeWord()
{
	atomic {
		if
		:: owner == 0 -> owner = me; hasIt = 1
		:: else -> waiters = 1
		fi
	}
}

/* What a sleeper does after its interval: buries whoever is dead, and gives the queue what can be given. */
inline checkUp()
{
	enter();
	if
	:: dead[1] && waits[1] ->
		if
		:: isQueued(1) ->
			d_step { queue??1; waits[1] = 0 };
			notWaking();
			grant()
		:: else ->
			if
			:: park[1] == GRANTED && owner == 1 -> release()
			:: else
			fi;
			waits[1] = 0
		fi
	:: else
	fi;
	if
	:: dead[1] && owner == 1 -> release()
	:: else
	fi;
	grant();
	leave()
}

/* Leaves the queue, unless it has the lock meanwhile. */
inline withdraw()
{
	enter();
	if
#ifndef BLIND_WITHDRAWAL
	:: park[me] == GRANTED -> hasIt = 1; leave()
	:: else ->
#else
	:: park[me] == GRANTED -> park[me] = IDLE; waits[me] = 0; leave()
	:: else ->
#endif
		d_step { queue??eval(me) };
		notWaking();
		park[me] = IDLE;
		waits[me] = 0;
#ifndef NO_GRANT_ON_TIMEOUT
		grant();
#endif
#ifdef BIT_LOST_ON_TIMEOUT
		waiters = 0;
#endif
		leave()
	fi
}

/* It took the lock while it was in the queue. */
inline leaveQueue()
{
	enter();
	if
	:: isQueued(me) -> grantTo(me); woken = 0
	:: else
	fi;
	grant();
	leave()
}

inline sleep()
{
	do
	:: park[me] == GRANTED -> hasIt = 1; break
	/* It looks for a while before it says that it will sleep. */
	:: atomic { park[me] == POKED && owner == 0 -> owner = me; hasIt = 1 };
		leaveQueue();
		break
	:: park[me] == POKED ->
#ifdef TRY_BEFORE_WAITING
		takeWord();
		if
		:: !hasIt && park[me] == POKED -> park[me] = WAITING
		:: else
		fi;
#else
		waking = 0;
		atomic {
			if
			:: park[me] == POKED -> park[me] = WAITING; seen = 1
			:: else
			fi
		};
		if
		:: seen -> takeWord(); seen = 0
		:: else
		fi;
#endif
		if
		:: hasIt -> leaveQueue(); break
		:: else
		fi
	:: park[me] == WAITING && due[me] -> due[me] = 0; checkUp()
	:: park[me] == WAITING -> withdraw(); break
	:: atomic { park[me] == WAITING && !due[me] -> asleep[me] = 1 };
		!asleep[me]
	od
}

/*
 * Whoever is killed is nowhere: where it was and what it had in hand is no part of the state any more, and it is dead in one step with
 * that, between any two of its own. (A handshake that leaves a block: SPIN's reduction does not see those, so it is switched off.)
 */
chan kill = [0] of { byte };

proctype Agent()
{
	byte head, next, woken;
	bit hasIt, seen, twice;

	{
	skip;
again:	if
	:: atomic { owner == 0 -> owner = me; hasIt = 1 }
	:: true ->
		enter();
		takeWord();
		if
		:: hasIt -> leave()
		:: else ->
			park[me] = WAITING;
			waits[me] = 1;
			queue!me;
			leave();
			sleep()
		fi
	fi;
	if
	:: hasIt ->
		atomic { assert(inside == 0 || dead[inside]); inside = me; intervals = 0; assert(owner == me) };
		park[me] = IDLE;
		waits[me] = 0;
		atomic { assert(owner == me && inside == me); inside = 0 };
		if
		:: atomic { owner == me && !waiters -> owner = 0 }
		:: atomic { owner == me && waiters };
			if
			:: enter(); release(); leave()
			:: true ->
#ifdef LOOK_AT_WAKING_FIRST
				seen = waking;
				owner = 0;
#else
				owner = 0;
				seen = waking;
#endif
				if
				:: seen -> seen = 0
				:: else -> enter(); grant(); leave()
				fi
			fi
		fi
	:: else
	fi;
	hasIt = 0;
	if
	:: me == N && isCalm && !twice -> twice = 1; goto again
	:: else
	fi;
	ended[me] = 1
	} unless { atomic { kill?eval(me) -> dead[me] = 1; asleep[me] = 0; due[me] = 0 } }
}

/* At any moment of the others. They are all alike: the first is as good as any. */
proctype Killer()
{
	kill!1
}

#define ALL_ENDED ((ended[1] || dead[1]) && ended[2] && ended[3])

/* When nothing moves any more, the sleepers' intervals pass. */
proctype Clock()
{
	do
	:: atomic { timeout ->
		if
		:: ALL_ENDED -> break
		:: else ->
			assert(dead[1]);
			intervals++;
			assert(intervals <= 2);
			due[1] = !dead[1]; due[2] = 1; due[3] = 1;
			asleep[1] = 0; asleep[2] = 0; asleep[3] = 0
		fi
		}
	od;
	assert(dead[1] || (owner == 0 && guard == 0 && empty(queue)))
}

init
{
	atomic {
		run Agent();
		run Agent();
		run Agent();
		if
		:: run Killer()
		:: isCalm = 1
		fi;
		run Clock()
	}
}
