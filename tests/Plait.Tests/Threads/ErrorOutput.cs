namespace Plait.Tests.Threads;

/// <summary>What this process writes to Console.Error while this lives.</summary>
internal sealed class ErrorOutput : IDisposable
{
    private readonly TextWriter _previous = Console.Error;
    private readonly StringWriter _text = new();

    public ErrorOutput() => Console.SetError(TextWriter.Synchronized(_text));

    /// <summary>A standard error to which nothing can be written.</summary>
    public static IDisposable Broken()
    {
        var output = new ErrorOutput();
        Console.SetError(new BrokenWriter());
        return output;
    }

    public override string ToString() => _text.ToString();

    public void Dispose()
    {
        Console.SetError(_previous);
        _text.Dispose();
    }

    private sealed class BrokenWriter : TextWriter
    {
        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value) => throw new ObjectDisposedException("standard error");

        public override void WriteLine(string? value) => throw new ObjectDisposedException("standard error");
    }
}
