using System.Reflection;
using System.Runtime.CompilerServices;

namespace Plait.Codecs;

/// <content>What one payload remembers while it is written: objects, types and modules already sent, and the path to the value at hand.</content>
internal sealed partial class PayloadWriter
{
    internal const int DeepestNesting = 512;

    private Dictionary<object, int>? _objects;
    private Dictionary<Type, int>? _types;
    private List<Module>? _modules;
    private List<CancellationToken>? _tokens;
    private List<ReportReceiver>? _receivers;

    // Functions that travel with variables, and variables left out because none of these uses them.
    private List<MethodInfo>? _functions;
    private List<FieldInfo>? _omitted;

    // Made when first needed: in a cold worker every generic of a struct of ours is compiled anew.
    private Frame[]? _frames;
    private int _depth;
    private string _root = "";
    private FunctionShape? _callee;
    private int _argument;

    /// <summary>The live tokens inside the payload: when one is cancelled, the sender tells the receiver. Null when there are none.</summary>
    public IReadOnlyList<CancellationToken>? Tokens => _tokens;

    /// <summary>Those inside the payload to whom the receiver may report, by their numbers. Null when there are none.</summary>
    public IReadOnlyList<ReportReceiver>? Receivers => _receivers;

    internal ReadOnlySpan<Frame> Frames => _frames is null ? default : new ReadOnlySpan<Frame>(_frames, 0, _depth);

    /// <summary>What is being written, in words; made only when something is refused.</summary>
    internal string Root => _callee is null ? _root : _callee.ArgumentName(_argument);

    internal void AddToken(CancellationToken token)
    {
        _tokens ??= [];
        if (!_tokens.Contains(token))
        {
            _tokens.Add(token);
        }
    }

    /// <summary>Gives the number that reports to it carry.</summary>
    internal int AddReceiver(ReportReceiver receiver)
    {
        _receivers ??= [];
        _receivers.Add(receiver);
        return _receivers.Count - 1;
    }

    /// <summary>Notes a function whose variables are about to be written.</summary>
    /// <exception cref="CannotTravelException">It uses a variable that was left out.</exception>
    internal void AddFunction(MethodInfo function)
    {
        if (_omitted?.Find(field => CapturedUse.Includes(function, field)) is { } missing)
        {
            throw Refusals.Function(
                FunctionName.Of(function),
                $"it is captured by another function that travels, and uses '{missing.Name}' ({missing.FieldType}), which cannot",
                "Pass the functions only the values they need");
        }

        (_functions ??= []).Add(function);
    }

    /// <summary>Whether a captured variable may stay here: no function in the payload uses it.</summary>
    internal bool TryOmit(FieldInfo variable)
    {
        if (_functions is null || _functions.Exists(function => CapturedUse.Includes(function, variable)))
        {
            return false;
        }

        (_omitted ??= []).Add(variable);
        return true;
    }

    /// <summary>Says what the next value is to the user: "argument 'count' of Program.Render".</summary>
    internal void Begin(string root)
    {
        _root = root;
        _callee = null;
        _depth = 0;
    }

    /// <summary>The next value is an argument of a call: the one at <paramref name="place"/> of the method's own, -1 for the object.</summary>
    internal void Begin(FunctionShape callee, int place)
    {
        _callee = callee;
        _argument = place;
        _depth = 0;
    }

    internal void Enter(object container)
    {
        if (_depth == DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Refusals.TooDeep(this, container.GetType());
        }

        if (_frames is null)
        {
            _frames = new Frame[8];
        }
        else if (_depth == _frames.Length)
        {
            Array.Resize(ref _frames, _depth * 2);
        }

        _frames[_depth++] = new Frame { Container = container, Index = -1 };
    }

    internal void Leave() => _frames![--_depth].Container = null;

    internal void At(string name) => _frames![_depth - 1].Name = name;

    internal void At(int index) => _frames![_depth - 1].Index = index;

    /// <summary>True when the value is being written further up: a cycle that has no object the receiver could point back to.</summary>
    internal bool IsOpen(object container)
    {
        for (int i = 0; i < _depth; i++)
        {
            if (ReferenceEquals(_frames![i].Container, container))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when the object was sent before: then its number.</summary>
    internal bool TryGetReference(object value, out int number)
    {
        number = 0;
        return _objects is not null && _objects.TryGetValue(value, out number);
    }

    /// <summary>Numbers an object before its contents are written; the reader does the same (<see cref="PayloadReader.Track"/>).</summary>
    internal void AddTracked(object value)
    {
        _objects ??= new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        _objects.Add(value, _objects.Count);
    }

    internal bool TryGetType(Type type, out int number)
    {
        _types ??= [];
        return _types.TryGetValue(type, out number);
    }

    internal void AddType(Type type) => _types!.Add(type, _types.Count);

    internal int IndexOf(Module module)
    {
        _modules ??= [];
        int index = _modules.IndexOf(module);
        if (index < 0)
        {
            _modules.Add(module);
        }

        return index;
    }

    private void ClearReferences()
    {
        _objects?.Clear();
        _types?.Clear();
        _modules?.Clear();
        _tokens = null;
        _receivers = null;
        _functions?.Clear();
        _omitted = null;
        if (_frames is not null)
        {
            Array.Clear(_frames);
        }
        _depth = 0;
        _root = "";
        _callee = null;
    }

    /// <summary>One step of the path: a container, and the member or element of it that is being written.</summary>
    internal struct Frame
    {
        public object? Container;
        public string? Name;
        public int Index;
    }
}
