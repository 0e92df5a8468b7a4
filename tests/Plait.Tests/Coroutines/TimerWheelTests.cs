using Plait.Coroutines.Engine;
using Xunit;

namespace Plait.Tests.Coroutines;

/// <summary>The wheel of timers beside a list that is searched, over random histories.</summary>
public sealed class TimerWheelTests
{
    private const long Tick = 1L << TimerWheel.TickBits;

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40), Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Advance_AfterARandomHistory_FiresAsTheListDoes(int seed)
    {
        var history = new History(seed);
        for (int i = 0; i < 2_000; i++)
        {
            history.Step();
        }

        history.AdvanceTo(long.MaxValue - 1);
        Assert.True(history.Count == 0, $"Seed {seed}: {history.Count} timers never fired.");
    }

    [Fact]
    public void Advance_WithinATick_FiresInTheOrderOfSetting()
    {
        var fired = new List<int>();
        var wheel = new TimerWheel(0);

        // One stands on a high level and moves down, the others come later and lower.
        wheel.Set(new Calling(() => fired.Add(0)), 70_000 * Tick);
        wheel.Advance(69_990 * Tick);
        wheel.Set(new Calling(() => fired.Add(1)), (70_000 * Tick) - 1);
        wheel.Set(new Calling(() => fired.Add(2)), (69_999 * Tick) + 1);
        wheel.Advance((70_000 * Tick) - 1);
        Assert.Empty(fired);

        wheel.Advance(70_000 * Tick);
        Assert.Equal([0, 1, 2], fired);
    }

    [Fact]
    public void Set_FromWithinAFiring_FiresInTheSameAdvanceIfItsTimeHasCome()
    {
        var wheel = new TimerWheel(0);
        int fired = 0;
        Calling timer = null!;
        timer = new Calling(() =>
        {
            if (++fired < 1_000)
            {
                wheel.Set(timer, fired * 10 * Tick);
            }
        });
        wheel.Set(timer, Tick);

        wheel.Advance(1_000_000 * Tick);

        Assert.Equal((1_000, 0, long.MaxValue), (fired, wheel.Count, wheel.NextDeadline()));
    }

    [Fact]
    public void Cancel_FromWithinAFiring_TakesOutWhatIsDueInTheSameTick()
    {
        var wheel = new TimerWheel(0);
        var fired = new List<string>();
        var second = new Calling(() => fired.Add("second"));
        wheel.Set(new Calling(() => wheel.Cancel(second)), Tick);
        wheel.Set(second, Tick);
        wheel.Set(new Calling(() => fired.Add("third")), Tick);

        wheel.Advance(Tick);

        Assert.Equal(["third"], fired);
        wheel.Cancel(second);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void Set_OfATimeThatIsOver_FiresWithTheNextTick()
    {
        var wheel = new TimerWheel(1_000 * Tick);
        int fired = 0;
        wheel.Set(new Calling(() => fired++), 5);

        wheel.Advance(1_000 * Tick);
        Assert.Equal(0, fired);
        Assert.Equal(1_001 * Tick, wheel.NextDeadline());

        wheel.Advance(1_001 * Tick);
        Assert.Equal(1, fired);
    }

    private sealed class Calling(Action onExpired) : LoopTimer
    {
        internal override void OnExpired() => onExpired();
    }

    // The wheel, and all that stand in it as a list, in the order of setting.
    private sealed class History
    {
        private readonly Random _random;
        private readonly string _text;
        private readonly TimerWheel _wheel;
        private readonly List<Entry> _set = [];
        private long _now;
        private long _target;

        // What the wheel's time is while it fires: new ones come after that.
        private long _firing;

        public History(int seed)
        {
            _random = new Random(seed);
            _text = $"Seed {seed}: ";
            _now = _target = _random.NextInt64(1L << 50);
            _firing = _now / Tick;
            _wheel = new TimerWheel(_now);
        }

        public int Count => _set.Count;

        public void Step()
        {
            switch (_random.Next(10))
            {
                case < 5:
                    Set(new Entry());
                    break;
                case < 7:
                    CancelOne();
                    break;
                default:
                    AdvanceTo(_now + Distance());
                    break;
            }

            Check();
        }

        public void AdvanceTo(long target)
        {
            _target = Math.Max(target, _now);
            _wheel.Advance(_target);
            _now = _target;
            _firing = Math.Max(_firing, _now / Tick);
            Assert.True(_set.TrueForAll(entry => entry.Due > _now / Tick), _text + "one that was due did not fire.");
        }

        private void Check()
        {
            Assert.True(_wheel.Count == _set.Count, _text + "a wrong count.");
            long next = _wheel.NextDeadline();
            long earliest = _set.Count == 0 ? long.MaxValue : _set.Min(static entry => entry.Due) * Tick;
            Assert.True(next <= earliest, $"{_text}the next deadline is {earliest}, not {next}.");
            Assert.True(next / Tick > _now / Tick, _text + "the next deadline is over.");
        }

        private void Set(Entry entry)
        {
            long deadline = Math.Max(0, _now + Distance() - _random.NextInt64(3 * Tick));
            if (_random.Next(20) == 0 && _set.Count != 0)
            {
                deadline = _set[_random.Next(_set.Count)].Deadline;
            }

            entry.Deadline = deadline;
            entry.Due = Math.Max((deadline + Tick - 1) / Tick, _firing + 1);
            entry.Fired = OnFired;
            _set.Add(entry);
            _wheel.Set(entry, deadline);
            Assert.True(entry.IsSet, _text + "it is not set.");
        }

        private void CancelOne()
        {
            if (_set.Count != 0)
            {
                Entry entry = _set[_random.Next(_set.Count)];
                _set.Remove(entry);
                _wheel.Cancel(entry);
                Assert.False(entry.IsSet, _text + "it is still set.");
            }
        }

        private void OnFired(Entry entry)
        {
            long earliest = _set.Min(static entry => entry.Due);
            Entry expected = _set.First(entry => entry.Due == earliest);
            Assert.True(entry == expected, $"{_text}tick {entry.Due} fired, and {expected.Due} is before it.");
            Assert.True(entry.Deadline <= _target && entry.Due * Tick >= entry.Deadline, _text + "one fired early.");
            Assert.False(entry.IsSet, _text + "it is still set.");
            _set.Remove(entry);
            _firing = entry.Due;
            switch (_target == long.MaxValue - 1 ? 9 : _random.Next(10))
            {
                case 0:
                    Set(entry);
                    break;
                case 1:
                    CancelOne();
                    break;
            }
        }

        // From less than a tick to years.
        private long Distance() => _random.NextInt64(1L << _random.Next(1, _random.Next(4) == 0 ? 56 : 32));
    }

    private sealed class Entry : LoopTimer
    {
        public long Deadline { get; set; }

        public long Due { get; set; }

        public Action<Entry> Fired { get; set; } = null!;

        internal override void OnExpired() => Fired(this);
    }
}
