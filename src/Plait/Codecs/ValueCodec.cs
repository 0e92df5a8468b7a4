namespace Plait.Codecs;

/// <summary>
/// Turns values into bytes and back. Simple types, blittable structs, collections, delegates and the user's own classes
/// (field by field) are bytes; types with a JSON contract of their own go through System.Text.Json; an <see cref="ICodec"/>
/// may take any class. Thread-safe.
/// </summary>
/// <remarks>Everything here is reached before a cold worker runs its first function: no LINQ, no JSON, no Regex, no Console.</remarks>
internal sealed partial class ValueCodec
{
    private readonly IReadOnlyList<ICodec> _codecs;
    private readonly IReadOnlyList<IValueExtension?> _extensions;

    public ValueCodec(CodecDirection direction, IReadOnlyList<ICodec>? codecs = null, IReadOnlyList<IValueExtension?>? extensions = null)
    {
        Direction = direction;
        _codecs = codecs ?? [];
        _extensions = extensions ?? ValueExtensions.All;
        if (_codecs.Count > 250)
        {
            throw new ArgumentOutOfRangeException(nameof(codecs), _codecs.Count, "At most 250 codecs can be plugged in.");
        }
    }

    public CodecDirection Direction { get; }

    /// <summary>What is asked first for classes.</summary>
    public IReadOnlyList<ICodec> Codecs => _codecs;

    /// <summary>From a child: in what.</summary>
    public Carrier Carrier { get; init; } = Carrier.Answer;

    /// <summary>What every live cancellation token of a payload becomes on this side. Asked only when there is one.</summary>
    public Func<CancellationToken>? CancellationSource { get; init; }

    /// <summary>Whether an <see cref="IProgress{T}"/> may be in a payload: its owner has kept <see cref="PayloadWriter.Receivers"/>, to which reports come back.</summary>
    public bool CarriesReports { get; init; }

    /// <summary>Where reports go that are made on this side. Asked once for each <see cref="IProgress{T}"/> that is read.</summary>
    public Func<IReportSink>? ReportSink { get; init; }

    internal CancellationToken Cancellation => CancellationSource?.Invoke() ?? CancellationToken.None;

    /// <summary>Writes a value. <paramref name="path"/> says what it is, for the message of a refusal: "argument 'count' of Program.Render".</summary>
    /// <exception cref="CannotTravelException">It cannot go to another process; the message says which part of it and why.</exception>
    public void Write(PayloadWriter writer, object? value, Type declaredType, string path)
    {
        writer.Begin(path);
        WriteSlot(writer, value, declaredType);
    }

    /// <exception cref="InvalidDataException">The bytes are bad, or the value is not of the declared type.</exception>
    public object? Read(ref PayloadReader reader, Type declaredType) => ReadSlot(ref reader, declaredType);
}
