namespace Plait.Codecs;

/// <summary>On the side that receives a payload: where the reports go that are made to an <see cref="IProgress{T}"/> in it.</summary>
internal interface IReportSink
{
    /// <param name="number">Which one of the payload, in the order of writing.</param>
    /// <param name="value">What is reported; it travels as its declared type.</param>
    void Report<T>(int number, T value);
}

/// <summary>On the side that wrote a payload: one <see cref="IProgress{T}"/> of it, whose reports come back.</summary>
internal abstract class ReportReceiver
{
    /// <summary>Reads a value and reports it. Runs the owner's code, and throws what that throws.</summary>
    public abstract void Report(ref PayloadReader reader, ValueCodec codec);
}

/// <summary>
/// Where <see cref="IProgress{T}"/> or <see cref="Progress{T}"/> is declared, nothing of the object travels but its number in the payload:
/// the receiver gets one that sends what is reported back. Only on channels that have a way back.
/// </summary>
internal sealed class ProgressPlan<T>(Type type) : TypePlan(type)
{
    // Whatever implements it: the declared type says what may be reported.
    public override bool StandsFor(Type runtimeType) => Type.IsAssignableFrom(runtimeType);

    public override TypePlan Chosen(TypePlan runtimePlan) => this;

    public override void Write(PayloadWriter writer, object value, ValueCodec codec)
    {
        if (!codec.CarriesReports)
        {
            throw Refusals.Because(
                writer, Type, "what is reported to it would have no way back", "Submit the function to an executor, which passes reports on, or send them through a queue");
        }

        writer.WriteCount(writer.AddReceiver(new Receiver((IProgress<T>)value)));
    }

    public override object Read(ref PayloadReader reader, ValueCodec codec)
    {
        int number = reader.ReadCount();
        return codec.ReportSink is { } sink
            ? new RemoteProgress(sink(), number)
            : throw new InvalidDataException($"The message holds a {Type}, and this side has no way back for what is reported to it.");
    }

    private sealed class Receiver(IProgress<T> target) : ReportReceiver
    {
        public override void Report(ref PayloadReader reader, ValueCodec codec) => target.Report((T)codec.Read(ref reader, typeof(T))!);
    }

    // A Progress<T>, so that it fits where that class is declared; a lambda captures a local variable as it is declared.
    private sealed class RemoteProgress(IReportSink sink, int number) : Progress<T>
    {
        protected override void OnReport(T value) => sink.Report(number, value);
    }
}
