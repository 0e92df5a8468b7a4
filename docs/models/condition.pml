/*
 * A condition and its lock, as src/Plait/Synchronization/Engine runs them (ConditionProtocol, ScopeCondition, WaitQueue, Recovery): two
 * waiters for one item, a third that brings it and notifies one, and a thread that recovers. A waiter's one record is in the queue of the
 * condition first and in that of the lock next, so here every link is a step of its own. The first waiter may be killed between any two
 * of its steps; the second may give up waiting: docs/design/locks.md.
 *
 * One step is one access to shared memory that others can see or that a death can fall behind. Waiters are not told, they look: who
 * sleeps and who is woken is the business of lock.pml. The lock is handed over in the order of arrival.
 *
 *     spin -a condition.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m100000
 *
 * What is proved: never two inside, unless the first is dead; no queue loses anybody; nobody waits for the condition while the item lies
 * there, unless who was notified died as the owner of the lock (then the next owner is told so, and it is its business; of one that was
 * handed the lock and did not come to end its wait nobody is told, so its notification goes to another); everybody else who lives comes to
 * its end.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   TOLD_BEFORE_UNLINKED       a waiter is told that it was notified, or is the owner, before it is out of the queue
 *   RELEASED_BEFORE_QUEUED     a waiter releases the lock before it is in the condition's queue
 *   NOTIFICATION_FORGOTTEN     a notified waiter that is killed on its way to the lock takes the notification with it
 *   FORGOTTEN_FOR_A_MOMENT     it ends its wait first and notes second that it was notified
 *   FORGOTTEN_OUTSIDE_GUARD    who gives up leaves the guard before its record says that it waits no more
 *   NO_REPAIR                  the guard of a dead holder is taken over and the queue left as it is
 *   NO_PASSING_ON              who was notified and is dead before it could know only leaves
 */

#define CONDITION 1
#define LOCK 2

#define IDLE 0
#define WAITING 1
#define GRANTED 2

/* The two objects. */
byte owner;
byte guard[3];
byte first[3], last[3];

/* The agents' records. */
byte park[5];
byte waits[5];
byte next[5], previous[5];
bit notified[5];

/* What is guarded, and the watching eye. */
byte items;
byte inside;
bit dead1;
bit diedInside;
bit ended[5];

inline append(q)
{
	before = last[q];
	previous[me] = before;
	next[me] = 0;
	if
	:: before == 0 -> first[q] = me
	:: else -> next[before] = me
	fi;
	last[q] = me;
	before = 0
}

inline unlink(q, a)
{
	after = next[a];
	before = previous[a];
	if
	:: before == 0 -> first[q] = after
	:: else -> next[before] = after
	fi;
	if
	:: after == 0 -> last[q] = before
	:: else -> previous[after] = before
	fi;
	next[a] = 0;
	previous[a] = 0;
	before = 0;
	after = 0
}

inline grantTo(q, a)
{
#ifdef TOLD_BEFORE_UNLINKED
	park[a] = GRANTED;
	unlink(q, a)
#else
	unlink(q, a);
	park[a] = GRANTED
#endif
}

inline enter(q)
{
	if
	:: atomic { guard[q] == 0 -> guard[q] = me }
	:: atomic { guard[q] == 1 && dead1 -> guard[q] = me };
#ifndef NO_REPAIR
		d_step {
			first[q] = 0;
			last[q] = 0;
			for (other : 1 .. 3) {
				if
				:: waits[other] == q && park[other] == WAITING ->
					previous[other] = last[q];
					next[other] = 0;
					if
					:: last[q] == 0 -> first[q] = other
					:: else -> next[last[q]] = other
					fi;
					last[q] = other
				:: else
				fi
			}
			other = 0;
		}
		if
		:: atomic { q == LOCK && owner != 0 && waits[owner] == LOCK && park[owner] == WAITING -> other = owner }; grantTo(LOCK, other); other = 0
		:: else
		fi
#endif
	fi
}

inline leave(q) { guard[q] = 0 }

inline release()
{
	other = first[LOCK];
	owner = other;
	if
	:: other != 0 -> grantTo(LOCK, other)
	:: else
	fi;
	other = 0
}

inline acquire()
{
	enter(LOCK);
	if
	:: owner == 0 -> owner = me; leave(LOCK)
	:: else ->
		park[me] = WAITING;
		waits[me] = LOCK;
		append(LOCK);
		leave(LOCK);
		park[me] == GRANTED;
		atomic { park[me] = IDLE; waits[me] = 0 }
	fi;
	atomic { assert(owner == me && (inside == 0 || inside == 1 && dead1)); inside = me }
}

inline comeOut()
{
	atomic { assert(owner == me && inside == me); inside = 0 };
	enter(LOCK);
	release();
	leave(LOCK)
}

inline notify()
{
	other = first[CONDITION];
	if
	:: other != 0 -> grantTo(CONDITION, other)
	:: else
	fi;
	other = 0
}

/*
 * Whoever is killed is nowhere: where it was and what it had in hand is no part of the state any more, and it is dead in one step with
 * that, between any two of its own. (A handshake that leaves a block: SPIN's reduction does not see those, so it is switched off.)
 */
chan kill = [0] of { byte };

proctype Waiter(byte me)
{
	byte before, after, other;
	bit gaveUp, isImpatient;

	{
	if
	:: me == 2 -> isImpatient = 1
	:: true
	fi;
	acquire();
	do
	:: items > 0 -> items--; break
	:: items == 0 && gaveUp -> break
	:: items == 0 && !gaveUp ->
#ifdef RELEASED_BEFORE_QUEUED
		comeOut();
		enter(CONDITION);
#else
		enter(CONDITION);
#endif
		park[me] = WAITING;
		waits[me] = CONDITION;
		append(CONDITION);
		leave(CONDITION);
#ifndef RELEASED_BEFORE_QUEUED
		comeOut();
#endif
		if
		:: park[me] == GRANTED
		:: isImpatient ->
			enter(CONDITION);
			if
			:: park[me] == GRANTED
			:: else ->
				unlink(CONDITION, me);
#ifndef FORGOTTEN_OUTSIDE_GUARD
				park[me] = IDLE;
				waits[me] = 0;
#endif
				gaveUp = 1
			fi;
			leave(CONDITION)
		fi;
#ifdef FORGOTTEN_FOR_A_MOMENT
		atomic { park[me] = IDLE; waits[me] = 0 };
		notified[me] = !gaveUp;
#else
#ifndef NOTIFICATION_FORGOTTEN
		notified[me] = !gaveUp;
#endif
		atomic { park[me] = IDLE; waits[me] = 0 };
#endif
		acquire();
		notified[me] = 0
	od;
	comeOut();
	ended[me] = 1
	} unless { atomic { kill?eval(me) -> dead1 = 1; diedInside = owner == 1 && !(waits[1] == LOCK && park[1] != IDLE) } }
}

proctype Notifier(byte me)
{
	byte before, after, other;

	acquire();
	items++;
	enter(CONDITION);
	notify();
	leave(CONDITION);
	comeOut();
	ended[me] = 1
}

proctype Watch(byte me)
{
	byte before, after, other;
	byte where;

	dead1;
	where = waits[1];
	if
	:: where != 0 ->
		enter(where);
		if
		:: waits[1] == where && park[1] == WAITING -> unlink(where, 1)
		:: waits[1] == where && park[1] == GRANTED ->
			if
			:: where == LOCK && owner == 1 -> release()
#ifndef NO_PASSING_ON
			:: where == CONDITION -> notify()
#endif
			:: else
			fi
		:: else
		fi;
		waits[1] = 0;
		leave(where)
	:: else
	fi;
	if
	:: notified[1] -> enter(CONDITION); notify(); notified[1] = 0; leave(CONDITION)
	:: else
	fi;
	/* Its hold, or the object that it was about to change. */
	enter(LOCK);
	if
	:: owner == 1 -> release()
	:: else
	fi;
	leave(LOCK);
	enter(CONDITION);
	leave(CONDITION);
	ended[me] = 1
}

proctype Killer()
{
	if
	:: kill!1
	:: true
	fi
}

/* When nothing moves any more. */
proctype Watcher()
{
	timeout;
	assert(ended[3] && (ended[4] || !dead1));
	assert(owner == 0 && guard[LOCK] == 0 && guard[CONDITION] == 0);
	assert(ended[1] || dead1 || waits[1] == CONDITION);
	assert(ended[2] || waits[2] == CONDITION);
	assert(items == 0 || diedInside || (ended[1] || dead1) && ended[2])
}

init
{
	atomic {
		run Waiter(1);
		run Waiter(2);
		run Notifier(3);
		run Watch(4);
		run Killer();
		run Watcher()
	}
}
