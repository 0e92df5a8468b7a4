/*
 * How a parent hands calls to one worker of a pool, takes back those that have not begun, stops one, and settles what is
 * left when the worker dies: docs/design/worker-protocol.md.
 *
 * The word Claim joins two halves. The worker alone changes `last`, the number of the call it claimed last, and only
 * together with a look at the other half: one compare-and-swap. The parent alone changes `withdrawals`, by a
 * compare-and-swap that succeeds only if it saw `last` right. Every call that is sent carries the number of withdrawals that
 * were made until then; a call whose number is no longer the right one is void for ever. After a withdrawal the numbers of
 * calls go on behind `last`: those of void calls are given out again.
 *
 * One step of this model is one access to shared memory, one message, or one signal. The worker may be killed, and may end
 * by itself, between any two of its steps. A kill or a cancellation takes effect some time after it was sent.
 *
 *     spin -a worker-calls.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * What is proved, for three tasks of which each may be sent, taken back, sent again, run elsewhere, cancelled or stopped:
 *   - a function never begins again after it has ended, or while it still runs; only a run that died is followed by another;
 *   - a call that was taken back, and one that was cancelled before it began, never runs on this worker;
 *   - a kill or a cancellation that was meant for one call never hits the run of another;
 *   - a call whose result was sent ends with that result, whatever happened to the worker then;
 *   - a dead worker's culprit is the call that it had claimed last, and only if that has no result;
 *   - every task ends, once.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   PLAIN_CLAIM            the worker compares first and stores later, instead of a compare-and-swap
 *   PLAIN_WITHDRAWAL       the parent reads Claim first and stores the new value later, instead of a compare-and-swap
 *   CALL_WITHOUT_NUMBER    a call does not say how many withdrawals there were: after a new call the void ones look right
 *   RESTART_MARKER         instead of the number there is a flag, which a message behind the void calls takes down; a
 *                          withdrawal that finds the flag up believes that nothing can begin any more
 *   KILL_WITHOUT_WITHDRAWAL  the parent looks which call is the last and kills, without making those behind it void
 *   SEND_AFTER_KILL        the parent sends further calls to a worker that it has sent a kill
 *   CANCEL_WITHOUT_NUMBER  the cancellation does not say which call it is for
 *   DEAD_WITHOUT_DRAIN     the parent judges a dead worker's last call before it has read the results that are there
 */

#define TASKS 3
#define SENDS 4
#define BALANCES 1

/* Shared memory: the two halves of Claim, changed together in one step. With RESTART_MARKER `withdrawals` is the flag. */
byte last;
byte withdrawals;

/*
 * The rings, and the lifeline, over which cancellations go. A call: its number, the withdrawals before it, and, for the
 * watching eye only, which of all sendings it is. A result: number and sending.
 */
#define RESTART 100
chan toWorker = [SENDS + 3] of { byte, byte, byte };
chan toParent = [SENDS] of { byte, byte };
chan lifeline = [1] of { byte };

/* The worker, as the kernel and the watching eye see it. */
bit alive = 1;
byte running;            /* the sending whose function runs; 0: none */
byte runningCall;        /* its number */
bit isCancelled;         /* the token of the running function */
byte killFor;            /* the sending for which a kill is on its way; 0: no kill */
byte cancelFor;          /* the sending for which a cancellation is on its way */

/* The tasks, as the parent sees them, and as they are. Numbers from 1. */
mtype = { Queued, Sent, Ended };
mtype state[TASKS + 1] = Queued;
byte callOf[TASKS + 1];  /* the number of the call that carries it, while it is sent */
byte sendOf[TASKS + 1];  /* and which sending that is */
bit taken[SENDS + 1];    /* of a sending: it was taken back */
byte taskOf[SENDS + 1];
bit began[TASKS + 1];
bit finished[TASKS + 1];

bit parentEnded;

/* A function begins: every earlier run of it must have died, and not have ended. */
inline begin(t)
{
	assert(!finished[t] && (!began[t] || !alive));
	began[t] = 1
}

proctype Worker() provided (alive)
{
	byte call, number, send;
	bit isMine;

	do
	:: atomic { toWorker?call,number,send ->
		isMine = 0
#ifdef CALL_WITHOUT_NUMBER
		; number = withdrawals
#endif
		};
#ifdef RESTART_MARKER
		if
		:: call == RESTART -> atomic { last = number; withdrawals = 0; call = 0; number = 0; send = 0 }
		:: else
		fi;
#endif
		if
		:: call == 0
		:: else ->
#ifdef PLAIN_CLAIM
			isMine = withdrawals == number;
			if
			:: isMine -> atomic { last = call; withdrawals = number }
			:: else
			fi;
#else
			atomic {
				if
				:: withdrawals == number -> last = call; isMine = 1
				:: else
				fi
			};
#endif
			if
			:: isMine ->
				atomic {
					assert(!taken[send]);
					begin(taskOf[send]);
					isCancelled = 0;
					running = send;
					runningCall = call
				};
				/* The function returns, ends its process, or runs until somebody stops it. */
				if
				:: true
				:: alive = 0
				:: isCancelled
				fi;
				atomic {
					toParent!call,send;
					finished[taskOf[send]] = 1;
					running = 0;
					runningCall = 0;
					isCancelled = 0
				}
			:: else
			fi
		fi;
		atomic { call = 0; number = 0; send = 0; isMine = 0 }
	:: atomic { parentEnded && empty(toWorker) -> break }
	od
}

/* The worker's thread on the lifeline: it compares and cancels under the lock that a call begins and ends under. */
proctype Lifeline() provided (alive)
{
	byte call;

	do
	:: atomic { lifeline?call ->
#ifndef CANCEL_WITHOUT_NUMBER
		if
		:: runningCall != call -> call = 0
		:: else
		fi;
#endif
		if
		:: call && running -> assert(running == cancelFor); isCancelled = 1
		:: else
		fi;
		call = 0
		}
	:: parentEnded -> break
	od
}

/* Anybody, at any time; and the parent's signal, some time after it was sent. */
proctype Kernel()
{
	bit mayKill = 1;

	do
	:: atomic { alive && killFor -> assert(running == 0 || running == killFor); alive = 0 }
	:: atomic { alive && mayKill -> alive = 0 }
	:: atomic { mayKill -> mayKill = 0 }
	:: !alive -> break
	:: parentEnded -> break
	od
}

/* Takes back what has not begun; `c` is then the last call that has. */
inline withdraw()
{
#ifdef PLAIN_WITHDRAWAL
	c = last;
	atomic {
		last = c;
		withdrawals++;
#else
	atomic {
		c = last;
#ifdef RESTART_MARKER
		if
		:: withdrawals
		:: else -> withdrawals = 1; toWorker!RESTART,next - 1,0;
#else
		withdrawals++;
#endif
#endif
		made++;
		for (t : 1 .. TASKS) {
			if
			:: state[t] == Sent && callOf[t] > c -> state[t] = Queued; taken[sendOf[t]] = 1; callOf[t] = 0; sendOf[t] = 0
			:: else
			fi
		}
		t = 0
#ifdef RESTART_MARKER
		fi
#else
		; next = c + 1
#endif
	}
}

/* The parent finds the task by the number alone. */
inline receive(n, s)
{
	find(n);
	assert(state[t] == Sent && sendOf[t] == s);
	state[t] = Ended;
	callOf[t] = 0;
	sendOf[t] = 0;
	n = 0;
	s = 0;
	t = 0
}

/* The task that the call with this number carries. Stands still, which is an error, when there is none. */
inline find(number)
{
	if
	:: callOf[1] == number -> t = 1
	:: callOf[2] == number -> t = 2
	:: callOf[3] == number -> t = 3
	fi
}

/* The queue is first in, first out. */
inline first(wanted)
{
	if
	:: state[1] == wanted -> t = 1
	:: else ->
		if
		:: state[2] == wanted -> t = 2
		:: else -> t = 3
		fi
	fi
}

/* Any task in that state. */
inline pick(wanted)
{
	if
	:: state[1] == wanted -> t = 1
	:: state[2] == wanted -> t = 2
	:: state[3] == wanted -> t = 3
	fi
}

#define CARRIED(number) (callOf[1] == number || callOf[2] == number || callOf[3] == number)
#define HAS(wanted) (state[1] == wanted || state[2] == wanted || state[3] == wanted)

#ifdef SEND_AFTER_KILL
#define MAY_SEND (sends < SENDS)
#else
#define MAY_SEND (sends < SENDS && killFor == 0)
#endif

#ifdef RESTART_MARKER
#define NUMBER 0
#else
#define NUMBER made
#endif

proctype Parent()
{
	byte next = 1, sends, made, balances, c, n, s, t;
	bit hasCancelled;

	do
	/* Sends a task ahead. */
	:: atomic { MAY_SEND && HAS(Queued) ->
		first(Queued);
		sends++;
		state[t] = Sent;
		callOf[t] = next;
		sendOf[t] = sends;
		taskOf[sends] = t;
		toWorker!next,NUMBER,sends;
		next++;
		t = 0
		}

	/* Another worker runs it. */
	:: atomic { HAS(Queued) ->
		first(Queued);
		begin(t);
		finished[t] = 1;
		state[t] = Ended;
		t = 0
		}

	/* A result. */
	:: atomic { toParent?n,s -> receive(n, s) }

	/* Another worker has nothing to do. */
	:: balances < BALANCES ->
		balances++;
		withdraw();
		c = 0

	/* A task is cancelled. Has it begun, its function is asked to end; the answer is a result like any other. */
	:: atomic { !hasCancelled && HAS(Queued) -> pick(Queued);
		assert(!began[t]);
		state[t] = Ended;
		hasCancelled = 1;
		t = 0
		}
	:: atomic { !hasCancelled && killFor == 0 && HAS(Sent) -> pick(Sent);
		n = callOf[t];
		s = t;
		t = 0;
		hasCancelled = 1
		};
		withdraw();
		atomic {
			if
			:: n > c && state[s] == Queued -> assert(!began[s]); state[s] = Ended
			:: n == c -> cancelFor = sendOf[s]; lifeline!n
			:: else
			fi;
			c = 0; n = 0; s = 0
		}

	/* The time of a call that has begun is over. */
	:: atomic { killFor == 0 && last && CARRIED(last) -> find(last); s = sendOf[t]; n = last; t = 0 };
#ifdef KILL_WITHOUT_WITHDRAWAL
		c = last;
#else
		withdraw();
#endif
		atomic {
			if
			:: n == c -> killFor = s
			:: else
			fi;
			c = 0; n = 0; s = 0
		}

	/* The worker is dead: results first, then the claim. The culprit is tried once more, elsewhere. */
	:: !alive ->
#ifndef DEAD_WITHOUT_DRAIN
		do
		:: atomic { toParent?n,s -> receive(n, s) }
		:: empty(toParent) -> break
		od;
#endif
		atomic {
			for (t : 1 .. TASKS) {
				if
				:: state[t] == Sent && callOf[t] == last ->
					assert(!finished[t]);
					state[t] = Queued; callOf[t] = 0; sendOf[t] = 0
				:: state[t] == Sent && callOf[t] > last ->
					assert(!began[t]);
					state[t] = Queued; callOf[t] = 0; sendOf[t] = 0
				:: else -> assert(state[t] != Sent)
				fi
			}
			for (t : 1 .. TASKS) {
				if
				:: state[t] == Queued -> begin(t); finished[t] = 1; state[t] = Ended
				:: else
				fi
			}
			t = 0
		};
		break
	:: atomic { state[1] == Ended && state[2] == Ended && state[3] == Ended -> break }
	od;
	parentEnded = 1
}

/* When nothing moves any more, the parent has ended, and with it every task. */
proctype Watcher()
{
	timeout;
	assert(parentEnded && state[1] == Ended && state[2] == Ended && state[3] == Ended)
}

init
{
	atomic {
		run Worker();
		run Lifeline();
		run Kernel();
		run Parent();
		run Watcher()
	}
}
