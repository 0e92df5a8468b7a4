/*
 * How a worker of a HybridExecutor runs several calls at once over one channel, and how its parent stops some of them and settles
 * what is left when it dies: docs/design/worker-protocol.md, "Lanes". How one word makes calls and withdrawals agree is in
 * worker-calls.pml; here it is one step.
 *
 * The worker's threads take turns in receiving: who has a call in its hands lets the next thread receive and runs the call. In the
 * parent two threads act: the dispatcher, which reads results and keeps deadlines, and callers, who send and stop. A gate makes
 * each of their steps one, but that the dispatcher takes a call off its table without it.
 *
 * One step of this model is one access to shared memory, one message, one signal, or what is done under one lock. The worker
 * may be killed between any two of its steps. A kill or a cancellation takes effect some time after it was sent.
 *
 *     spin -a lanes.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *
 * A thread may be refused once: then the process has one for a while.
 *
 * What is proved, for two threads, two entries in the table of words, and three tasks, of which the last may have lost a worker before:
 *   - no two calls use the same words at a time, though some run long and numbers come round;
 *   - a cancellation for a call reaches it, whether it runs or not yet, and no other;
 *   - a call that was taken back never runs here, and no function begins again after it has ended;
 *   - the kill of a worker that is left with functions that do not stop meets none but those;
 *   - what such a function says in the end is nobody's, and ends no task twice;
 *   - a death costs what was begun and has no result, and nothing else;
 *   - a task that has lost a worker runs with nothing beside it;
 *   - no call waits while a thread could run it: every task ends, once, and every function that does not stop is killed.
 *
 * Each of these, given to spin as -D, breaks one rule of the protocol and must make the verification fail:
 *   SAME_WORDS             numbers do not skip entries that are taken
 *   RECEIVE_TOGETHER       threads receive without a turn
 *   SILENT_REFUSAL         the parent is not told that the system has refused a thread
 *   NO_FOLLOWER            no further thread is made when a call finds none that is free
 *   BEGIN_OUT_OF_TURN      a call's token is made after the turn was given away: later calls may have theirs first
 *   CANCEL_LAST            a cancellation does not say which call it is for
 *   SEND_AFTER_GIVING_UP   the parent sends further calls to a worker in which it has given up one
 *   KILL_AT_ONCE           a worker is killed when a call in it is given up, whoever runs beside
 *   LOOK_AT_RESULTS        whether a worker is left to such functions is asked when results come, not when calls are taken back
 *   NO_PLACEHOLDER         a call that is given up leaves the parent's table
 *   GIVE_UP_BESIDE         a caller gives up, beside the dispatcher, who may just then have the result
 *   LAST_ONE_DIED          of a dead worker only the call claimed last is settled
 *   BESIDE_OTHERS          a task that has lost a worker is sent beside others
 */

#define TASKS 3
#define SENDS 4
#define THREADS 2
#define WORDS 2
#define STOPS 2
#define REFUSALS 1       /* how often the system refuses a thread */

/* The task that has lost a worker before: none, or the last. */
byte suspect;

/* Shared memory. */
byte last;
byte withdrawals;
byte user[WORDS];        /* which sending uses these words; 0: none */

/* The rings and the lifeline. A call: number, withdrawals before it, sending. A result: number, sending; or 0, and for how many calls there are threads. */
chan toWorker = [SENDS] of { byte, byte, byte };
chan toParent = [SENDS + REFUSALS + 1] of { byte, byte };
chan lifeline = [STOPS] of { byte };

/* The worker. */
bit alive = 1;
bit turn;
bit exists[THREADS];
byte threads = 1;
byte idle = 1;
byte begun;
byte refusals;
bit isShort;             /* the parent knows that a thread was refused */

/* Its tokens: of the call that began last, of those that run, and cancellations that came before their calls. */
byte latest;
bit hasToken[SENDS + 1];
bit isCancelled[SENDS + 1];
bit ahead[SENDS + 1];

/* Sendings, for the watching eye. */
byte numberOf[SENDS + 1];
byte taskOf[SENDS + 1];
bit isTaken[SENDS + 1];      /* it was taken back */
bit isHeld[SENDS + 1];       /* claimed, and no result sent */
bit isCancelRead[SENDS + 1];
bit began[TASKS + 1];
bit finished[TASKS + 1];

/* The parent. Its table has a call for each entry of words: its number and sending, and whether it is but a placeholder. */
mtype = { Queued, Sent, Ended };
mtype state[TASKS + 1] = Queued;
byte call[WORDS];
byte sending[WORDS];
bit isGivenUp[WORDS];
bit isToStop[SENDS + 1];
byte outstanding;
byte lastSent;
byte made;                   /* withdrawals */
bit isLeaving;               /* the worker is sent nothing more */
bit isReserved;
byte window = THREADS;       /* for how many calls the worker has threads */
bit isKillSent;
bit isSettled;               /* the worker's death is dealt with */

#define PLACE(number) ((number) % WORDS)
#define IS_IN(number) (call[PLACE(number)] == number)
#define IS_TASK(place) (call[place] && !isGivenUp[place] && !isToStop[sending[place]])
#define HAS(wanted) (state[1] == wanted || state[2] == wanted || state[3] == wanted)

/* A call is claimed in order, if the parent has not withdrawn. */
inline claim()
{
	atomic {
		if
		:: withdrawals == number && n > last ->
			last = n;
			isHeld[s] = 1;
			assert(user[PLACE(n)] == 0);
			user[PLACE(n)] = s;
			isMine = 1
		:: else -> n = 0; number = 0; s = 0
		fi
	}
}

inline makeToken()
{
	d_step {
		assert(!hasToken[s]);
		latest = s;
		hasToken[s] = 1;
		isCancelled[s] = ahead[s];
		i = 1;
		do
		:: i > SENDS -> break
		:: else ->
			if
			:: numberOf[i] <= numberOf[s] -> ahead[i] = 0
			:: else
			fi;
			i++
		od;
		i = 0;
		assert(!isCancelRead[s] || isCancelled[s])
	}
}

#ifdef RECEIVE_TOGETHER
#define MY_TURN 1
#else
#define MY_TURN !turn
#endif

proctype Thread(byte me) provided (alive)
{
	byte n, number, s, i;
	bit isMine;

	exists[me];
	do
	:: atomic { MY_TURN && nempty(toWorker) -> turn = 1; toWorker?n,number,s };
		claim();
		if
		:: !isMine -> turn = 0
		:: else ->
#ifndef BEGIN_OUT_OF_TURN
			makeToken();
#endif
			/* Lets another thread receive, which is made if there is none. */
			atomic {
				idle--;
				if
#ifndef NO_FOLLOWER
				:: idle == 0 && threads < THREADS ->
					exists[threads] = 1; threads++; idle++;
					if
					:: isShort -> isShort = 0; toParent!0,THREADS
					:: else
					fi
				/* Or the system refuses: it runs the call all the same. */
				:: idle == 0 && threads < THREADS && refusals < REFUSALS ->
					refusals++;
#ifndef SILENT_REFUSAL
					if
					:: !isShort -> isShort = 1; toParent!0,threads
					:: else
					fi
#endif
#endif
				:: else
				fi;
				turn = 0
			};
#ifdef BEGIN_OUT_OF_TURN
			makeToken();
#endif
			d_step {
				assert(!isTaken[s] && !began[taskOf[s]] && !finished[taskOf[s]]);
				began[taskOf[s]] = 1;
				begun++;
				i = 1;
				do
				:: i > SENDS -> break
				:: else ->
					assert(!isHeld[i] || i == s || (taskOf[i] != suspect && taskOf[s] != suspect));
					i++
				od;
				i = 0
			};
			/* The function returns; or waits for another one to begin; or does not stop though it is asked to. */
			if
			:: true
			:: true -> begun > 1 || (!HAS(Queued) && outstanding == 1)
			:: isToStop[s] -> false
			fi;
			user[PLACE(n)] = 0;
			d_step { toParent!n,s; isHeld[s] = 0; finished[taskOf[s]] = 1 };
			d_step { hasToken[s] = 0; idle++; n = 0; number = 0; s = 0; isMine = 0 }
		fi
	od
}

/* The worker's thread on the lifeline; makeToken and this exclude each other. */
proctype Lifeline() provided (alive)
{
	byte s;

	do
	:: d_step { lifeline?s ->
		isCancelRead[s] = 1;
#ifdef CANCEL_LAST
		if
		:: latest -> assert(latest == s); isCancelled[latest] = 1
		:: else
		fi;
#else
		if
		:: hasToken[s] || latest == s -> isCancelled[s] = 1
		:: else ->
			if
			:: numberOf[s] > numberOf[latest] -> ahead[s] = 1
			:: else
			fi
		fi;
#endif
		s = 0
		}
	od
}

/* The parent's signal, some time after it was sent; and anybody else's, at any time. */
proctype Kernel()
{
	bit mayKill = 1;
	byte i;

	do
	:: atomic { isKillSent ->
		i = 1;
		do
		:: i > SENDS -> break
		:: else -> assert(!isHeld[i] || (isToStop[i] && state[taskOf[i]] == Ended)); i++
		od;
		alive = 0;
		break
		}
	:: mayKill -> alive = 0; break
	:: mayKill -> mayKill = 0
	od
}

/* Only what was given up is left in it. */
inline killIfLeft()
{
#ifdef KILL_AT_ONCE
	isKillSent = isKillSent || isGivenUp[0] || isGivenUp[1]
#else
	if
	:: outstanding && outstanding == isGivenUp[0] + isGivenUp[1] -> isKillSent = 1
	:: else
	fi
#endif
}

/* The next call that waits, if the worker may have it. Who has lost a worker before is sent alone. */
inline first()
{
	t = (state[1] == Queued -> 1 : (state[2] == Queued -> 2 : 3))
}

#ifdef BESIDE_OTHERS
#define MAY_BE_BESIDE 1
#else
#define MAY_BE_BESIDE (t != suspect || outstanding == 0)
#endif

inline send()
{
	sends++;
	lastSent++;
#ifndef SAME_WORDS
	do
	:: call[PLACE(lastSent)] -> lastSent++
	:: else -> break
	od;
#endif
	state[t] = Sent;
	taskOf[sends] = t;
	numberOf[sends] = lastSent;
	call[PLACE(lastSent)] = lastSent;
	sending[PLACE(lastSent)] = sends;
	outstanding++;
#ifndef BESIDE_OTHERS
	isReserved = t == suspect;
#endif
	toWorker!lastSent,made,sends
}

/* What was sent and not claimed goes back to the queue. */
inline takeBack()
{
	withdrawals++;
	made++;
	p = 0;
	do
	:: p == WORDS -> break
	:: else ->
		if
		:: call[p] > last ->
			isTaken[sending[p]] = 1;
			state[taskOf[sending[p]]] = Queued;
			call[p] = 0;
			sending[p] = 0;
			outstanding--
		:: else
		fi;
		p++
	od;
	p = 0;
	lastSent = last;
	isReserved = 0
}

inline giveUp(place)
{
	assert(state[taskOf[sending[place]]] == Sent);
	state[taskOf[sending[place]]] = Ended;
#ifdef NO_PLACEHOLDER
	call[place] = 0;
	sending[place] = 0;
	outstanding--;
#else
	isGivenUp[place] = 1;
#endif
#ifndef SEND_AFTER_GIVING_UP
	isLeaving = 1;
#endif
	killIfLeft()
}

inline stop()
{
	stops++;
	s = sending[p];
	if
	:: call[p] > last ->
		takeBack();
		assert(!began[taskOf[s]]);
		state[taskOf[s]] = Ended;
#ifndef LOOK_AT_RESULTS
		killIfLeft()
#endif
	:: else -> isToStop[s] = 1; lifeline!s
	fi;
	p = 0;
	s = 0
}

proctype Callers()
{
	byte sends, stops, t, p, s;

	do
	/* A task is sent, or another worker runs it. */
	:: atomic { HAS(Queued) && sends < SENDS && outstanding < window && !isLeaving && !isReserved && !isSettled ->
		first();
		if
		:: MAY_BE_BESIDE -> send()
		:: else -> assert(!began[t]); began[t] = 1; finished[t] = 1; state[t] = Ended
		fi;
		t = 0
		}
	:: atomic { HAS(Queued) && (isLeaving || isSettled || sends == SENDS) ->
		first();
		assert(!began[t]);
		began[t] = 1;
		finished[t] = 1;
		state[t] = Ended;
		t = 0
		}

	/* The worker is short of threads: another one may have room. */
	:: atomic { HAS(Queued) && window < THREADS && outstanding >= window ->
		first();
		assert(!began[t]);
		began[t] = 1;
		begun++;
		finished[t] = 1;
		state[t] = Ended;
		t = 0
		}

	/* A call is to stop. It is taken back if it has not begun; else it is asked to, and after a while given up. */
	:: atomic { stops < STOPS && !isSettled && (IS_TASK(0) || IS_TASK(1)) ->
		p = (IS_TASK(0) -> 0 : 1);
		stop()
		}
	:: atomic { stops < STOPS && !isSettled && IS_TASK(0) && IS_TASK(1) -> p = 1; stop() }

	/* The token of one is cancelled, begun or not; nothing else is done about it. */
	:: atomic { stops < STOPS && !isSettled && IS_TASK(0) -> stops++; lifeline!sending[0] }
	:: atomic { stops < STOPS && !isSettled && IS_TASK(1) -> stops++; lifeline!sending[1] }

#ifdef GIVE_UP_BESIDE
	:: atomic { call[0] && isToStop[sending[0]] && !isGivenUp[0] -> s = sending[0] };
		atomic { sending[0] = s; giveUp(0); s = 0 }
#endif
	od
}

proctype Dispatcher()
{
	byte n, s, p;

	do
	/* How many threads there are: what the worker did not claim is taken back. */
	/* A result: off the table, and, some steps later, what follows. */
	:: atomic { toParent?n,s ->
		if
		:: n == 0 ->
			window = s;
			if
			:: s < THREADS -> takeBack()
			:: else
			fi
		:: else ->
			assert(IS_IN(n) && sending[PLACE(n)] == s);
			call[PLACE(n)] = 0;
			sending[PLACE(n)] = 0;
			if
			:: isGivenUp[PLACE(n)] -> isGivenUp[PLACE(n)] = 0; s = 0
			:: else
			fi
		fi
		};
		atomic {
			if
			:: n == 0
			:: n && s -> assert(state[taskOf[s]] == Sent); state[taskOf[s]] = Ended; outstanding--
			:: n && !s -> outstanding--
			fi;
			isReserved = isReserved && outstanding;
			killIfLeft();
			n = 0;
			s = 0
		}

	/* One that was to stop has not. */
	:: atomic { call[0] && isToStop[sending[0]] && !isGivenUp[0] && !isSettled -> giveUp(0) }
	:: atomic { call[1] && isToStop[sending[1]] && !isGivenUp[1] && !isSettled -> giveUp(1) }

	/* The worker is dead and all results are read. What it had begun is tried once more, alone, elsewhere. */
	:: atomic { !alive && empty(toParent) && !isSettled ->
		takeBack();
		do
		:: p == WORDS -> break
		:: p < WORDS && call[p] == 0 -> p++
#ifdef LAST_ONE_DIED
		:: p < WORDS && call[p] && call[p] != last -> p++
		:: p < WORDS && call[p] && call[p] == last ->
#else
		:: p < WORDS && call[p] ->
#endif
			assert(isHeld[sending[p]]);
			if
			:: isGivenUp[p]
			:: else -> assert(!finished[taskOf[sending[p]]]); state[taskOf[sending[p]]] = Ended
			fi;
			call[p] = 0;
			sending[p] = 0;
			isGivenUp[p] = 0;
			outstanding--;
			p++
		od;
		p = 0;
		isSettled = 1
		}
	od
}

/* When nothing moves any more, every task has ended, and no function is left that does not stop. */
proctype Watcher()
{
	atomic { timeout -> assert(state[1] == Ended && state[2] == Ended && state[3] == Ended && outstanding == 0) }
}

init
{
	atomic {
		exists[0] = 1;
		if
		:: suspect = TASKS
		:: suspect = 0
		fi;
		run Thread(0);
		run Thread(1);
		run Lifeline();
		run Kernel();
		run Callers();
		run Dispatcher();
		run Watcher()
	}
}
