/*
 * What is done for the dead, as src/Plait/Synchronization/Engine does it (Recovery, Liveness, LockProtocol, ScopeMemory.FreeAgent, Guard):
 * one lock in strict order, a unit of process 1, one of process 2, and one of process 3 that comes later and gets the record of the first
 * when it is free.
 * Process 1 may be killed between any two of its steps: as owner, as waiter, between taking the word and entering the hold, having been
 * granted the lock without knowing it. So may process 2: the same, as the granter and the recoverer of process 1, and inside the guard of
 * the allocation. Process 3 lives and recovers both; two threads of the two processes recover process 1 at the same time:
 * docs/design/locks.md.
 *
 * One step is one access to shared memory. Waiters are not told, they look: who sleeps and who is woken is the business of lock.pml.
 *
 *     spin -a recovery.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m100000
 *
 * What is proved: never two inside, unless the first is dead; a lock whose owner died, at whatever step, comes free; the next owner is told
 * of it if, and only if, somebody died as the owner since the last one came in. Not an owner yet is a waiter that was handed the lock, before
 * or after its death, and did not come to end its wait: it never returned from it, and nobody is told. A lock that is not a dead one's is
 * never taken away; a record is freed once, is never lost, and its next unit is left alone.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   STATE_WITHOUT_GENERATION  a recoverer compares the generation first and marks the record as ended second
 *   ENTRY_AFTER_WORD          a unit that need not wait enters its hold only once it has the word
 *   PENDING_CLEARED_FIRST     one that was about to wait stops saying for what before its hold is entered
 *   LOOK_OUTSIDE_GUARD        a recoverer looks at the word before it has the guard
 *   FREE_FIRST                the record is freed before what it leads to is given up
 *   NO_TAKE_BACK              a dead waiter that was made the owner only loses its wait
 *   TAKE_BACK_REPORTED        the next owner is told of a dead waiter that was made the owner and never came to know
 *   NOTE_AFTER_WORD           who was abandoned is noted when the next one may be the owner already
 *   NO_TAKEOVER               the guard of a dead holder is not taken over
 *   NO_NEW_LIST               the guard of the allocation is, and the list of free records left as it is
 */

#define FREE 0
#define LIVE 1
#define ENDED 2

#define IDLE 0
#define WAITING 1
#define GRANTED 2

/* Units, which are tags: the record and its generation. */
#define D 1
#define W 2
#define U 3
#define WATCH_2 4
#define WATCH_3 5
#define recordOf(unit) (unit == W -> 2 : 1)
#define isDead(unit) (unit == D && dead1 || (unit == W || unit == WATCH_2) && dead2)

/* It is the owner, and its wait for that, if there was one, is over. */
#define isOwner(unit) (owner == unit && !(waits[recordOf(unit)] && park[recordOf(unit)] != IDLE))

/* The object. */
byte owner;
byte guard;
bit isAbandoned;

/* The agents' records. */
byte state[3] = LIVE;
byte generation[3];
bit pending[3];
bit hold[3];
bit waits[3];
byte park[3];
byte allocation;         /* the guard of the allocation */
bit isFree[3];           /* the list of free records */

/* The kernel, and the watching eye. */
bit dead1, dead2;
byte inside;
bit mustReport;          /* since the last owner came in, an owner died */
bit ended2, ended3;

inline enter(unit)
{
	if
	:: atomic { guard == 0 -> guard = unit }
#ifndef NO_TAKEOVER
	:: atomic { guard != 0 && isDead(guard) -> guard = unit };
		/* A waiter that was made the owner and not told. */
		if
		:: atomic { owner != 0 && waits[recordOf(owner)] && park[recordOf(owner)] == WAITING -> park[recordOf(owner)] = GRANTED }
		:: else
		fi
#endif
	fi
}

/* To the waiter, if there is one, or to nobody. Only units 1 and 2 wait. */
inline release()
{
	if
	:: atomic { waits[1] && park[1] == WAITING && generation[1] == 0 -> owner = D }; park[1] = GRANTED
	:: atomic { waits[2] && park[2] == WAITING -> owner = W }; park[2] = GRANTED
	:: else -> owner = 0
	fi
}

/* The next owner of an abandoned lock is told so, once. */
inline comeIn(unit, r)
{
	atomic {
		assert(inside == 0 || isDead(inside));
		inside = unit;
		assert(state[r] == LIVE);
		assert(isAbandoned == mustReport);
		isAbandoned = 0;
		mustReport = 0
	};
	atomic { assert(owner == unit && inside == unit); inside = 0 }
}

inline work(unit, r)
{
#ifndef ENTRY_AFTER_WORD
	hold[r] = 1;
#endif
	if
	:: atomic { owner == 0 -> owner = unit }
	:: owner != 0 ->
		hold[r] = 0;
		pending[r] = 1;
		enter(unit);
		if
		:: atomic { owner == 0 -> owner = unit }; guard = 0
		:: else ->
			park[r] = WAITING;
			waits[r] = 1;
			guard = 0;
			pending[r] = 0;
			park[r] == GRANTED
		fi;
#ifdef PENDING_CLEARED_FIRST
		pending[r] = 0;
		hold[r] = 1
#else
		hold[r] = 1;
		pending[r] = 0
#endif
	fi;
#ifdef ENTRY_AFTER_WORD
	hold[r] = 1;
#endif
	assert(owner == unit);
	park[r] = IDLE;
	waits[r] = 0;
	comeIn(unit, r);
	pending[r] = 1;
	enter(unit);
	release();
	guard = 0;
	pending[r] = 0;
	hold[r] = 0
}

inline abandon(by, unit, r)
{
#ifdef LOOK_OUTSIDE_GUARD
	if
	:: owner == unit ->
		enter(by);
#else
	enter(by);
	if
	:: generation[r] == 0 && owner == unit ->
#endif
#ifndef NOTE_AFTER_WORD
		isAbandoned = 1;
		release()
#else
		release();
		isAbandoned = 1
#endif
	:: else
	fi;
	if
	:: guard == by -> guard = 0
	:: else
	fi
}

inline free(by, r)
{
	if
	:: atomic { allocation == 0 -> allocation = by }
	:: atomic { allocation != 0 && isDead(allocation) -> allocation = by };
#ifndef NO_NEW_LIST
		atomic { isFree[1] = state[1] == FREE; isFree[2] = state[2] == FREE }
#endif
	fi;
	if
	:: generation[r] == 0 && state[r] == ENDED ->
		/* One store. */
		atomic { state[r] = FREE; generation[r] = 1 };
		atomic { assert(!isFree[r]); isFree[r] = 1 }
	:: else
	fi;
	allocation = 0
}

/* A unit of a dead process: generation 0 of the record. By anybody, any number of times. */
inline bury(by, unit, r)
{
	if
	:: generation[r] == 0 ->
#ifdef STATE_WITHOUT_GENERATION
		atomic {
			if
			:: state[r] == LIVE -> state[r] = ENDED
			:: else
			fi
		};
#else
		atomic {
			if
			:: state[r] == LIVE && generation[r] == 0 -> state[r] = ENDED
			:: else
			fi
		};
#endif
#ifdef FREE_FIRST
		free(by, r);
#endif
		if
		:: waits[r] ->
			enter(by);
			if
			:: generation[r] == 0 && waits[r] ->
				if
#ifdef NO_TAKE_BACK
				:: false
#else
				:: park[r] == GRANTED && owner == unit ->
#ifdef TAKE_BACK_REPORTED
					isAbandoned = 1;
#endif
					release()
#endif
				:: else
				fi;
				waits[r] = 0
			:: else
			fi;
			guard = 0
		:: else
		fi;
		wasPending = pending[r];
		if
		:: hold[r] -> abandon(by, unit, r)
		:: else
		fi;
		if
		:: wasPending -> abandon(by, unit, r)
		:: else
		fi;
		wasPending = 0;
		free(by, r)
	:: else
	fi
}

/*
 * Whoever is killed is nowhere: where it was and what it had in hand is no part of the state any more, and it is dead in one step with
 * that, between any two of its own. (A handshake that leaves a block: SPIN's reduction does not see those, so it is switched off.)
 */
chan kill = [0] of { byte };

proctype First()
{
	/* Done, it stays, and may be killed all the same. */
	{ work(D, 1); false } unless { atomic { kill?D -> mustReport = mustReport || isOwner(D); dead1 = 1 } }
}

proctype Second()
{
	{ work(W, 2); ended2 = 1; false } unless { atomic { kill?W -> mustReport = mustReport || isOwner(W); dead2 = 1 } }
}

/* Takes the record of the first when it is free. */
proctype Third()
{
	atomic { allocation == 0 && isFree[1] -> isFree[1] = 0; state[1] = LIVE; pending[1] = 0; hold[1] = 0; waits[1] = 0; park[1] = IDLE };
	assert(generation[1] == 1);
	/* It lives: what a death could fall between is one step. */
	atomic { owner == 0 -> owner = U; hold[1] = 1 };
	comeIn(U, 1);
	enter(U);
	release();
	atomic { guard = 0; hold[1] = 0; ended3 = 1 }
}

proctype Watch2() provided (!dead2)
{
	bit wasPending;

	dead1;
	bury(WATCH_2, D, 1)
}

proctype Watch3()
{
	bit wasPending;

	dead1;
	bury(WATCH_3, D, 1);
	dead2;
	bury(WATCH_3, W, 2)
}

/* An owner that dies inside the guard, having given the lock up already, is no owner any more. */
proctype Killer()
{
	if
	:: kill!D;
		if
		:: kill!W
		:: true
		fi
	:: true
	fi
}

/* When nothing moves any more. */
proctype Watcher()
{
	timeout;
	assert(ended2 || dead2);
	assert(!dead1 || ended3);
	assert(!dead1 || owner == 0);
	assert(isAbandoned == mustReport);
	assert(!dead2 || !dead1 || generation[2] == 1 && isFree[2])
}

init
{
	atomic {
		run First();
		run Second();
		run Third();
		run Watch2();
		run Watch3();
		run Killer();
		run Watcher()
	}
}
